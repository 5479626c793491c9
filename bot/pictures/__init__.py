"""Pictures for chats, as PNG: readable on a phone, in light and dark, for the colour-blind too."""
