"""The rows of alerts, what they say by the evidence now, and how they follow moved stories."""
