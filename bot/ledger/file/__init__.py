"""The database file: opened and brought up to date, owned by one thread, copied, its faults."""
