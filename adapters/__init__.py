"""From alerts to a platform: one module per platform, behind bot.ports.ChatAdapter."""
