"""What to tell whom and when: alerts and the outbox."""
