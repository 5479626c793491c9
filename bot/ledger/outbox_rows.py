"""The rows of the outbox: one for each revision of an alert and channel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.alerts import body
from bot.errors import LedgerError
from bot.ledger import sql
from bot.ledger.records import ChannelQueue
from bot.model import Delivery

ERROR_CHARS = 500


@dataclass(frozen=True, slots=True)
class Queueing:
    """When a row is queued, and from when on it is due."""

    now: datetime
    due_at: datetime


def queue(db: Database, channel: str, alert_id: int, revision: int, when: Queueing) -> None:
    """Adds a row. An earlier revision that still waits in that channel is superseded."""
    now = sql.to_text(when.now)
    sql.change(
        db,
        "UPDATE outbox SET state = 'superseded', settled_at = ?"
        " WHERE alert_id = ? AND channel = ? AND state = 'pending'",
        [now, alert_id, channel],
    )
    sql.insert(
        db,
        "outbox",
        {
            "channel": channel,
            "alert_id": alert_id,
            "revision": revision,
            "due_at": sql.to_text(when.due_at),
            "idempotency_key": _idempotency_key(db, channel, alert_id, revision),
            "created_at": now,
        },
    )


def was_queued(db: Database, alert_id: int) -> bool:
    """Whether any channel has, or had, a revision of the alert."""
    query = "SELECT 1 FROM outbox WHERE alert_id = ? LIMIT 1"
    return db.execute(query, [alert_id]).fetchone() is not None


def unsent_turn(db: Database, alert_id: int, channels: Sequence[str]) -> bool:
    """Whether a revision that turned the alert still waits for one of these channels."""
    found = sql.rows(
        db,
        "SELECT o.channel FROM outbox o"
        " JOIN alert_revisions r ON r.alert_id = o.alert_id AND r.revision = o.revision"
        " WHERE o.alert_id = ? AND o.state = 'pending' AND r.step = 'turn'",
        [alert_id],
    )
    return any(row["channel"] in channels for row in found)


def due(db: Database, now: datetime, limit: int, channel: str | None) -> list[Delivery]:
    """Up to ``limit`` rows a channel, in order, up to the first that is not due yet."""
    channels = [channel] if channel is not None else _waiting_channels(db)
    deliveries: list[Delivery] = []
    for name in channels:
        waiting = sql.rows(
            db,
            """
            SELECT o.*, r.body, (
                SELECT receipt FROM outbox sent
                WHERE sent.alert_id = o.alert_id AND sent.channel = o.channel
                    AND sent.state = 'sent' AND sent.receipt <> ''
                ORDER BY sent.revision DESC LIMIT 1
            ) AS earlier_receipt
            FROM outbox o
            JOIN alert_revisions r ON r.alert_id = o.alert_id AND r.revision = o.revision
            WHERE o.state = 'pending' AND o.channel = ? ORDER BY o.id LIMIT ?
            """,
            [name, limit],
        )
        for row in waiting:
            if sql.to_time(row["due_at"]) > now:
                break
            deliveries.append(_delivery(row))
    return deliveries


def mark_sent(db: Database, delivery_id: int, receipt: str, at: datetime) -> None:
    """The platform took it. True of a row that was superseded while it was on its way, too."""
    sql.change(
        db,
        "UPDATE outbox SET state = 'sent', receipt = ?, settled_at = ?, error = '',"
        " attempts = attempts + 1 WHERE id = ? AND state IN ('pending', 'superseded')",
        [receipt, sql.to_text(at), _known(db, delivery_id)],
    )


def mark_retry(db: Database, delivery_id: int, due_at: datetime, error: str) -> None:
    """It is tried again at ``due_at``; no change to a row that is settled."""
    sql.change(
        db,
        "UPDATE outbox SET due_at = ?, error = ?, attempts = attempts + 1"
        " WHERE id = ? AND state = 'pending'",
        [sql.to_text(due_at), error[:ERROR_CHARS], _known(db, delivery_id)],
    )


def mark_failed(db: Database, delivery_id: int, at: datetime, error: str) -> None:
    """It is given up; no change to a row that is settled."""
    sql.change(
        db,
        "UPDATE outbox SET state = 'failed', settled_at = ?, error = ?, attempts = attempts + 1"
        " WHERE id = ? AND state = 'pending'",
        [sql.to_text(at), error[:ERROR_CHARS], _known(db, delivery_id)],
    )


def queues(db: Database) -> tuple[ChannelQueue, ...]:
    """What waits, by channel."""
    return tuple(_channel_queue(db, channel) for channel in _waiting_channels(db))


def _channel_queue(db: Database, channel: str) -> ChannelQueue:
    where = "FROM outbox WHERE state = 'pending' AND channel = ?"
    pending = sql.number(db, f"SELECT count(*) {where}", [channel])
    first = sql.rows(db, f"SELECT * {where} ORDER BY id LIMIT 1", [channel])[0]
    return ChannelQueue(
        channel=channel,
        pending=pending,
        next_due=sql.to_time(first["due_at"]),
        oldest=sql.to_time(first["created_at"]),
        last_error=first["error"],
    )


def _waiting_channels(db: Database) -> list[str]:
    query = "SELECT DISTINCT channel FROM outbox WHERE state = 'pending' ORDER BY channel"
    return [row["channel"] for row in sql.rows(db, query)]


def _delivery(row: sql.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        channel=row["channel"],
        alert=body.from_json(row["body"]),
        attempts=row["attempts"],
        idempotency_key=row["idempotency_key"],
        receipt=row["earlier_receipt"] or "",
    )


def _known(db: Database, delivery_id: int) -> int:
    if db.execute("SELECT 1 FROM outbox WHERE id = ?", [delivery_id]).fetchone() is None:
        raise LedgerError(f"the outbox has no delivery {delivery_id} -> it is of another ledger")
    return delivery_id


def _idempotency_key(db: Database, channel: str, alert_id: int, revision: int) -> str:
    row = db.execute("SELECT value FROM meta WHERE key = 'ledger_id'").fetchone()
    text = "\n".join([row[0], str(alert_id), str(revision), str(sql.storable(channel))])
    return hashlib.sha256(text.encode()).hexdigest()
