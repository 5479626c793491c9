"""The application: from entries to verdicts, the ledger and alerts."""
