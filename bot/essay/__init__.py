"""Essays as data: the format, the loader and the bundled essay."""
