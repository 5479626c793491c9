"""As of when each claim's standing was last drawn up."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import migrations

_ASSESSED = """
    CREATE TABLE assessed (
        essay_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        as_of TEXT NOT NULL,
        PRIMARY KEY (essay_id, claim_id)
    ) STRICT, WITHOUT ROWID
"""


@migrations()
def m0010_assessed(db: Database) -> None:
    """Evidence counts less with age, so a standing is one as of a time."""
    db.execute(_ASSESSED)
