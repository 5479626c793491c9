"""Notices (standings, reminders, digests, operations): in the outbox beside the alerts."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import append_only, migrations

_NOTICES = """
    CREATE TABLE notices (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        essay_id TEXT NOT NULL,
        key TEXT NOT NULL,          -- what it tells of: told once
        kind TEXT NOT NULL,
        claim_id TEXT NOT NULL,     -- '' for none or several
        body TEXT NOT NULL,         -- JSON: bot.alerts.notice_body
        made_at TEXT NOT NULL,
        UNIQUE (essay_id, key)
    ) STRICT
"""
# SQLite cannot drop a NOT NULL, so the table is made anew (https://www.sqlite.org/lang_altertable.html,
# 7).
_OUTBOX = (
    """
    CREATE TABLE outbox_new (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        alert_id INTEGER,           -- with its revision; or
        revision INTEGER,
        notice_id INTEGER REFERENCES notices (id),
        state TEXT NOT NULL DEFAULT 'pending'
            CHECK (state IN ('pending', 'sent', 'failed', 'superseded')),
        attempts INTEGER NOT NULL DEFAULT 0,
        due_at TEXT NOT NULL,
        idempotency_key TEXT NOT NULL UNIQUE,
        receipt TEXT NOT NULL DEFAULT '',
        error TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        settled_at TEXT,
        CHECK ((alert_id IS NULL) = (revision IS NULL)),
        CHECK ((alert_id IS NULL) <> (notice_id IS NULL)),
        UNIQUE (alert_id, channel, revision),
        UNIQUE (notice_id, channel),
        FOREIGN KEY (alert_id, revision) REFERENCES alert_revisions (alert_id, revision)
    ) STRICT
    """,
    """
    INSERT INTO outbox_new (id, channel, alert_id, revision, state, attempts, due_at,
        idempotency_key, receipt, error, created_at, settled_at)
    SELECT id, channel, alert_id, revision, state, attempts, due_at,
        idempotency_key, receipt, error, created_at, settled_at FROM outbox
    """,
    # A row that went is not to give its id to another: the receipts of platforms name them.
    """
    UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'outbox')
    WHERE name = 'outbox_new' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'outbox')
    """,
    "DROP TABLE outbox",
    "ALTER TABLE outbox_new RENAME TO outbox",
    "CREATE INDEX outbox_pending ON outbox (channel, id) WHERE state = 'pending'",
)


@migrations()
def m0004_notices(db: Database) -> None:
    """What is told beside alerts goes the same way, in one order for each channel."""
    for statement in (_NOTICES, *append_only("notices"), *_OUTBOX):
        db.execute(statement)
