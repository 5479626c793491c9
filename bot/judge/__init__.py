"""The diff: sentences, who asserts what, the stance model and the verdict."""
