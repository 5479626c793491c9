"""Which reports tell of one event, and what they say together: pure rules, and their rows."""
