"""The rows of what waits for which channel, and who hears of what."""
