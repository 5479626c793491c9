"""The rows of the log of predictions, of their resolution, and of premises that have fallen."""
