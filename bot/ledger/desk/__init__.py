"""The rows of what people decide, the face that takes it, and what it says of the judge."""
