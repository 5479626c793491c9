"""What people decide in chat: on alerts, on what a channel receives."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import append_only, migrations

_DESK = (
    """
    CREATE TABLE decisions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        alert_id INTEGER NOT NULL,
        revision INTEGER NOT NULL,  -- what the person saw
        action TEXT NOT NULL,       -- of an undoing row: what it undoes
        undoes INTEGER UNIQUE REFERENCES decisions (id),
        platform TEXT NOT NULL,
        user_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        channel TEXT NOT NULL,      -- where it was pressed
        recorded_at TEXT NOT NULL,
        FOREIGN KEY (alert_id, revision) REFERENCES alert_revisions (alert_id, revision)
    ) STRICT
    """,
    "CREATE INDEX decisions_alert ON decisions (alert_id)",
    """
    CREATE TABLE subscriptions (    -- of a channel the last row counts
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        body TEXT,                  -- JSON: bot.alerts.subscriptions; NULL: nothing any more
        platform TEXT NOT NULL,
        user_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX subscriptions_channel ON subscriptions (channel)",
    """
    CREATE TABLE mutes (            -- of a channel and claim the last row counts
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        channel TEXT NOT NULL,
        essay_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        until TEXT,                 -- NULL: not muted any more
        platform TEXT NOT NULL,
        user_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX mutes_channel ON mutes (channel, claim_id)",
    "CREATE INDEX alert_revisions_made ON alert_revisions (made_at)",
    "CREATE INDEX alerts_claim ON alerts (claim_id, essay_id)",
)


@migrations()
def m0002_desk(db: Database) -> None:
    """What people decide in chat: on alerts, on what a channel receives."""
    for statement in _DESK:
        db.execute(statement)
    for table in ("decisions", "subscriptions", "mutes"):
        for statement in append_only(table):
            db.execute(statement)
