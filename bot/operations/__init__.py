"""What whoever runs the bot sees of it: whether it is ready, and its figures."""
