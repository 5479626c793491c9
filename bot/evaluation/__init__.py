"""How well a judge does on labelled entries: reading them, the figures, tables and pictures."""
