"""What hubs were asked to push (WebSub). Its callbacks and secrets are secrets."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import migrations

_WEBSUB = (
    """
    CREATE TABLE websub (
        callback TEXT PRIMARY KEY,
        feed_url TEXT NOT NULL,
        hub TEXT NOT NULL,
        topic TEXT NOT NULL,
        secret TEXT NOT NULL,
        due_at TEXT NOT NULL,
        pending INTEGER NOT NULL,
        lease_until TEXT,
        failures INTEGER NOT NULL,
        delivers INTEGER NOT NULL,
        leaving INTEGER NOT NULL,
        reason TEXT NOT NULL
    ) STRICT
    """,
    # A feed that has moved may still leave its old hub, or more than one.
    "CREATE UNIQUE INDEX websub_feed ON websub (feed_url) WHERE leaving = 0",
)


@migrations()
def m0012_websub(db: Database) -> None:
    """The columns of bot.model.HubSubscription."""
    for statement in _WEBSUB:
        db.execute(statement)
