"""The rows of what hubs were asked to push (bot.model.HubSubscription)."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.ledger import sql
from bot.model import HubSubscription


def subscriptions(db: Database) -> tuple[HubSubscription, ...]:
    """All of them, those that are being left too."""
    return tuple(_subscription(row) for row in sql.rows(db, "SELECT * FROM websub"))


def keep(db: Database, one: HubSubscription) -> None:
    """Writes it, over what was kept of it before: it is known by its callback."""
    forget(db, one.callback)
    row = {
        "callback": one.callback,
        "feed_url": one.feed_url,
        "hub": one.hub,
        "topic": one.topic,
        "secret": one.secret,
        "due_at": sql.to_text(one.due_at),
        "pending": one.pending,
        "lease_until": sql.to_text_or_none(one.lease_until),
        "failures": one.failures,
        "delivers": one.delivers,
        "leaving": one.leaving,
        "reason": one.reason,
    }
    sql.insert(db, "websub", row)


def forget(db: Database, callback: str) -> None:
    """Removes it."""
    sql.change(db, "DELETE FROM websub WHERE callback = ?", [callback])


def active(db: Database, now: datetime) -> int:
    """How many hubs have promised to push now."""
    query = "SELECT count(*) FROM websub WHERE leaving = 0 AND lease_until > ?"
    return sql.number(db, query, [sql.to_text(now)])


def _subscription(row: sql.Row) -> HubSubscription:
    return HubSubscription(
        feed_url=row["feed_url"],
        hub=row["hub"],
        topic=row["topic"],
        callback=row["callback"],
        secret=row["secret"],
        due_at=sql.to_time(row["due_at"]),
        pending=bool(row["pending"]),
        lease_until=sql.to_time_or_none(row["lease_until"]),
        failures=row["failures"],
        delivers=bool(row["delivers"]),
        leaving=bool(row["leaving"]),
        reason=row["reason"],
    )
