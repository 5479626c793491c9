"""What an editor should look at, and what editors decided on it."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import append_only, migrations

_REVIEW = (
    # "": nothing to look at; "unsure": was not told; "undirected": was told without a direction.
    "ALTER TABLE findings ADD COLUMN review TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX findings_review ON findings (article_id) WHERE review <> ''",
    # The name of the editor whose verdict it is; "": the judge's.
    "ALTER TABLE verdicts ADD COLUMN editor TEXT NOT NULL DEFAULT ''",
    """
    CREATE TABLE reviews (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        finding_id INTEGER NOT NULL REFERENCES findings (id),
        action TEXT NOT NULL,       -- of an undoing row: what it undoes
        verdict_id INTEGER UNIQUE REFERENCES verdicts (id),     -- that it made
        decision_id INTEGER UNIQUE REFERENCES decisions (id),   -- on the alert of it
        undoes INTEGER UNIQUE REFERENCES reviews (id),
        platform TEXT NOT NULL,
        user_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        channel TEXT NOT NULL,      -- where it was decided
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX reviews_finding ON reviews (finding_id)",
    """
    CREATE VIEW current_reviews AS
        SELECT * FROM reviews r
        WHERE r.undoes IS NULL
          AND NOT EXISTS (SELECT 1 FROM reviews later WHERE later.undoes = r.id)
    """,
)


@migrations()
def m0011_review(db: Database) -> None:
    """Findings of before were not marked, so none of them waits for an editor."""
    for statement in (*_REVIEW, *append_only("reviews")):
        db.execute(statement)
