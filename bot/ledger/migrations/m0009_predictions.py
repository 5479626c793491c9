"""What people do with predictions, and which claims have fallen as premises of others."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import append_only, migrations

_LOG = (
    """
    CREATE TABLE prediction_log (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        essay_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        act TEXT NOT NULL,          -- bot.predictions.Act
        proposed INTEGER NOT NULL CHECK (proposed IN (0, 1)),
        of_row INTEGER REFERENCES prediction_log (id),  -- what is agreed with or undone
        note TEXT NOT NULL,
        statement TEXT NOT NULL,    -- the prediction as it was then
        rule TEXT NOT NULL,
        horizon TEXT,
        probability REAL,
        channel TEXT NOT NULL,
        platform TEXT NOT NULL,
        user_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX prediction_log_claim ON prediction_log (essay_id, claim_id)",
)
_FALLEN = """
    CREATE TABLE fallen (
        essay_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (essay_id, claim_id)
    ) STRICT, WITHOUT ROWID
"""
# What fell before there was this table is of the past, and is not told as news.
_FELL_BEFORE = """
    INSERT INTO fallen
    SELECT essay_id, claim_id, at FROM standings
    WHERE id IN (SELECT max(id) FROM standings GROUP BY essay_id, claim_id)
        AND standing = 'contradicted'
"""


@migrations()
def m0009_predictions(db: Database) -> None:
    """Resolutions and their undoing are rows; what has fallen is kept so that it is told once."""
    for statement in (*_LOG, *append_only("prediction_log"), _FALLEN, _FELL_BEFORE):
        db.execute(statement)
