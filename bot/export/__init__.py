"""What the ledger holds, for other programs: CSV, JSON, ClaimReview (schema.org) and Atom."""
