"""How each feed is polled: its rhythm, where it moved, whether it is gone."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import migrations

_COLUMNS = (
    "due_at TEXT",
    "published TEXT NOT NULL DEFAULT '[]'",  # JSON: seconds since 1970, oldest first
    "ttl_s REAL NOT NULL DEFAULT 0",
    "address TEXT NOT NULL DEFAULT ''",
    "moved_to TEXT NOT NULL DEFAULT ''",
    "moved_times INTEGER NOT NULL DEFAULT 0",
    "moved_since TEXT",
    "failing_since TEXT",
    "gone_times INTEGER NOT NULL DEFAULT 0",
    "retired_at TEXT",
)


@migrations()
def m0005_feeds(db: Database) -> None:
    """The columns of bot.model.FeedCourse."""
    for column in _COLUMNS:
        db.execute(f"ALTER TABLE feeds ADD COLUMN {column}")
