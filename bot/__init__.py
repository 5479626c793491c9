"""The application: from entries to verdicts, the ledger and alerts."""

__version__ = "0.1.0"
