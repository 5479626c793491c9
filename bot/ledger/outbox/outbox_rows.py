"""The rows of the outbox: one for each channel and revision of an alert, or notice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.alerts import body, notice_body
from bot.alerts.backoff import LONGEST_WISH_S
from bot.alerts.changes import what_changed
from bot.alerts.subscriptions import Subscription
from bot.errors import LedgerError
from bot.ledger import sql
from bot.ledger.outbox import routing
from bot.ledger.records import ChannelQueue
from bot.ledger.stories.changes import opposite
from bot.model import Delivery, NoticeDelivery

ERROR_CHARS = 500
REFUSAL_KEPT = timedelta(days=7)
_LONGEST_WAIT = timedelta(seconds=LONGEST_WISH_S)


@dataclass(frozen=True, slots=True)
class Queueing:
    """When a row is queued, and from when on it is due."""

    now: datetime
    due_at: datetime


def queue(db: Database, channel: str, alert_id: int, revision: int, when: Queueing) -> None:
    """Adds a row. An earlier revision that still waits in that channel is superseded.

    The row takes over the attempts and the wait of those that it supersedes.
    """
    old = supersede(db, alert_id, when.now, channel)
    sql.insert(
        db,
        "outbox",
        {
            "channel": channel,
            "alert_id": alert_id,
            "revision": revision,
            "attempts": max((row["attempts"] for row in old), default=0),
            "due_at": max(sql.to_text(when.due_at), *(row["due_at"] for row in old), ""),
            "idempotency_key": _idempotency_key(db, channel, alert_id, revision),
            "created_at": sql.to_text(when.now),
        },
    )


def queue_notice(db: Database, channel: str, notice_id: int, now: datetime) -> None:
    """Adds a row for a notice."""
    sql.insert(
        db,
        "outbox",
        {
            "channel": channel,
            "notice_id": notice_id,
            "due_at": sql.to_text(now),
            "idempotency_key": _idempotency_key(db, channel, "notice", notice_id),
            "created_at": sql.to_text(now),
        },
    )


def supersede(
    db: Database, alert_id: int, now: datetime, channel: str | None = None
) -> list[sql.Row]:
    """The rows of the alert that still wait, in that channel or in all, are not sent any more."""
    waiting = sql.rows(
        db,
        "SELECT id, channel, attempts, due_at FROM outbox"
        " WHERE alert_id = ?1 AND state = 'pending' AND (?2 IS NULL OR channel = ?2)",
        [alert_id, channel],
    )
    _drop(db, waiting, now)
    return waiting


def drop_unposted(db: Database, channel: str, claim: tuple[str, str] | None, now: datetime) -> None:
    """What waits in the channel of alerts that were never posted there is not sent any more.

    Nor are notices. ``claim``: (essay, claim) of those meant; None for all. Corrections of posts
    go out.
    """
    essay_id, claim_id = claim or (None, None)
    waiting = sql.rows(
        db,
        """
        SELECT o.id, o.channel, o.attempts, o.due_at FROM outbox o
        LEFT JOIN alerts a ON a.id = o.alert_id LEFT JOIN notices n ON n.id = o.notice_id
        WHERE o.channel = ?1 AND o.state = 'pending' AND n.kind IS NOT 'operations'
            AND (?2 IS NULL OR (coalesce(a.essay_id, n.essay_id) = ?2
                AND coalesce(a.claim_id, n.claim_id) = ?3))
            AND NOT EXISTS (SELECT 1 FROM outbox sent WHERE sent.alert_id = o.alert_id
                AND sent.channel = o.channel AND sent.state = 'sent')
        """,
        [channel, essay_id, claim_id],
    )
    _drop(db, waiting, now)


def waiting_channels(db: Database, alert_id: int) -> set[str]:
    """The channels for which a revision of the alert waits."""
    found = sql.rows(
        db, "SELECT channel FROM outbox WHERE alert_id = ? AND state = 'pending'", [alert_id]
    )
    return {row["channel"] for row in found}


def _drop(db: Database, waiting: Sequence[sql.Row], now: datetime) -> None:
    for row in waiting:
        if row["attempts"]:
            _rest(db, row["channel"], row["due_at"])
        sql.change(
            db,
            "UPDATE outbox SET state = 'superseded', settled_at = ? WHERE id = ?",
            [sql.to_text(now), row["id"]],
        )


def _rest(db: Database, channel: str, due_at: str) -> None:
    """A failure was the channel's: whichever row is now its first waits as long."""
    sql.change(
        db,
        "UPDATE outbox SET due_at = ?2 WHERE channel = ?1 AND state = 'pending' AND due_at < ?2",
        [channel, due_at],
    )


def last_queued(db: Database, alert_id: int) -> int:
    """The last revision that any channel has, had, or waits for; 0: nobody was told.

    One that was superseded counts by the one that took its place. It has none if its evidence was
    withdrawn.
    """
    query = "SELECT max(revision) FROM outbox WHERE alert_id = ? AND state <> 'superseded'"
    return sql.number(db, query, [alert_id])


def due(
    db: Database, now: datetime, limit: int, channel: str | None
) -> list[Delivery | NoticeDelivery]:
    """Up to ``limit`` rows a channel, in order, up to the first that is not due yet.

    None for a channel in its quiet hours.
    """
    channels = [channel] if channel is not None else _waiting_channels(db)
    deliveries: list[Delivery | NoticeDelivery] = []
    for name in channels:
        if _subscribed(db, name).released(now) != now:
            continue
        waiting = sql.rows(
            db,
            """
            SELECT o.*, coalesce(r.body, n.body) AS body, (
                SELECT receipt FROM outbox sent
                WHERE sent.alert_id = o.alert_id AND sent.channel = o.channel
                    AND sent.state = 'sent' AND sent.receipt <> ''
                ORDER BY sent.revision DESC LIMIT 1
            ) AS earlier_receipt, (
                SELECT shown.body FROM outbox sent JOIN alert_revisions shown
                ON shown.alert_id = sent.alert_id AND shown.revision = sent.revision
                WHERE sent.alert_id = o.alert_id AND sent.channel = o.channel
                    AND sent.state = 'sent' AND sent.revision < o.revision
                ORDER BY sent.revision DESC LIMIT 1
            ) AS earlier_body
            FROM outbox o
            LEFT JOIN alert_revisions r ON r.alert_id = o.alert_id AND r.revision = o.revision
            LEFT JOIN notices n ON n.id = o.notice_id
            WHERE o.state = 'pending' AND o.channel = ? ORDER BY o.id LIMIT ?
            """,
            [name, limit],
        )
        for row in waiting:
            if _waits(row, now):
                break
            deliveries.append(_delivery(row))
    return deliveries


def _waits(row: sql.Row, now: datetime) -> bool:
    """Whether the row's time is still to come.

    A row that was never tried and is of a time to come, or one that would wait for longer than any
    row does, was made before the clock was set back.
    """
    due_at = sql.to_time(row["due_at"])
    if not row["attempts"] and sql.to_time(row["created_at"]) > now:
        return False
    return now < due_at <= now + _LONGEST_WAIT


def mark_sent(db: Database, delivery_id: int, receipt: str, at: datetime) -> None:
    """The platform took it. True of a row that was superseded while it was on its way, too.

    The channel then gets what the alert says now, if nothing else brings it.
    """
    row = sql.rows(db, "SELECT * FROM outbox WHERE id = ?", [_known(db, delivery_id)])[0]
    sql.change(
        db,
        "UPDATE outbox SET state = 'sent', receipt = ?, settled_at = ?, error = '',"
        " attempts = attempts + 1 WHERE id = ? AND state IN ('pending', 'superseded')",
        [receipt, sql.to_text(at), delivery_id],
    )
    if row["state"] == "superseded" and row["alert_id"] is not None:
        _catch_up(db, row, at)


def _catch_up(db: Database, sent: sql.Row, now: datetime) -> None:
    """Queues the alert's last revision for the channel of a row that was sent too late."""
    alert_id, channel = sent["alert_id"], sent["channel"]
    last = sql.number(db, "SELECT revision FROM alerts WHERE id = ?", [alert_id])
    later = sql.rows(
        db,
        "SELECT * FROM outbox WHERE alert_id = ? AND channel = ? AND revision > ?",
        [alert_id, channel, sent["revision"]],
    )
    if last <= sent["revision"] or any(row["state"] != "superseded" for row in later):
        return
    for row in later:
        if row["revision"] == last:  # a channel has one row for a revision
            sql.change(
                db,
                "UPDATE outbox SET state = 'pending', settled_at = NULL WHERE id = ?",
                [row["id"]],
            )
            return
    queue(db, channel, alert_id, last, Queueing(now, now))


def mark_retry(db: Database, delivery_id: int, due_at: datetime, error: str) -> None:
    """It is tried again at ``due_at``; no change to a row that is settled.

    Of a row that was superseded while it was on its way, the row that replaced it takes this over.
    """
    old = sql.rows(db, "SELECT * FROM outbox WHERE id = ?", [_known(db, delivery_id)])[0]
    due = sql.to_text(due_at)
    if old["state"] == "superseded":
        _rest(db, old["channel"], due)
    elif old["state"] != "pending":
        return
    sql.change(
        db,
        "UPDATE outbox SET due_at = CASE WHEN due_at > ?2 THEN ?1 ELSE max(due_at, ?1) END,"
        " error = ?3, attempts = attempts + 1"
        " WHERE (id = ?4 OR alert_id = ?5) AND channel = ?6 AND state = 'pending'",
        [
            due,
            sql.to_text(due_at + _LONGEST_WAIT),  # beyond it: of a clock that was set back since
            error[:ERROR_CHARS],
            delivery_id,
            old["alert_id"],
            old["channel"],
        ],
    )


def mark_failed(db: Database, delivery_id: int, at: datetime, error: str) -> None:
    """It is given up; no change to a row that is settled."""
    sql.change(
        db,
        "UPDATE outbox SET state = 'failed', settled_at = ?, error = ?, attempts = attempts + 1"
        " WHERE id = ? AND state = 'pending'",
        [sql.to_text(at), error[:ERROR_CHARS], _known(db, delivery_id)],
    )


def queues(db: Database, now: datetime) -> tuple[ChannelQueue, ...]:
    """What waits, by channel."""
    return tuple(_channel_queue(db, channel, now) for channel in _waiting_channels(db))


def _channel_queue(db: Database, channel: str, now: datetime) -> ChannelQueue:
    where = "FROM outbox WHERE state = 'pending' AND channel = ?"
    pending = sql.number(db, f"SELECT count(*) {where}", [channel])
    first = sql.rows(db, f"SELECT * {where} ORDER BY id LIMIT 1", [channel])[0]
    due_at = sql.to_time(first["due_at"])
    soonest = max(due_at, now)
    released = _subscribed(db, channel).released(soonest)
    return ChannelQueue(
        channel=channel,
        pending=pending,
        next_due=due_at if released == soonest else released,
        oldest=sql.to_time(first["created_at"]),
        last_error=first["error"],
        subscribed_at=routing.subscribed_at(db, channel),
    )


def refusing(db: Database, now: datetime) -> tuple[tuple[str, str], ...]:
    """The channels whose last settled row failed for good, with its error.

    One that waits for nothing, as it was taken out of the config, is forgotten after a time.
    """
    found = sql.rows(
        db,
        """
        SELECT channel, error FROM outbox failed WHERE state = 'failed' AND id IN (
            SELECT max(id) FROM outbox WHERE state IN ('sent', 'failed') GROUP BY channel
        ) AND (settled_at > ? OR EXISTS (SELECT 1 FROM outbox waiting
            WHERE waiting.channel = failed.channel AND waiting.state = 'pending'))
        ORDER BY channel
        """,
        [sql.to_text(now - REFUSAL_KEPT)],
    )
    return tuple((row["channel"], row["error"]) for row in found)


def _subscribed(db: Database, channel: str) -> Subscription:
    return routing.subscription(db, channel) or Subscription()


def _waiting_channels(db: Database) -> list[str]:
    query = "SELECT DISTINCT channel FROM outbox WHERE state = 'pending' ORDER BY channel"
    return [row["channel"] for row in sql.rows(db, query)]


def _delivery(row: sql.Row) -> Delivery | NoticeDelivery:
    if row["notice_id"] is not None:
        notice = notice_body.from_json(row["body"])
        key = row["idempotency_key"]
        return NoticeDelivery(row["id"], row["channel"], notice, row["attempts"], key)
    alert = body.from_json(row["body"])
    # What is new is what the readers of this very channel have not seen.
    shown = body.from_json(row["earlier_body"]) if row["earlier_body"] else None
    return Delivery(
        id=row["id"],
        channel=row["channel"],
        alert=replace(
            alert,
            turned=shown is not None and opposite(shown.stance, alert.stance),
            changed=alert.changed if shown is None else what_changed(shown, alert),
        ),
        attempts=row["attempts"],
        idempotency_key=row["idempotency_key"],
        receipt=row["earlier_receipt"] or "",
    )


def _known(db: Database, delivery_id: int) -> int:
    if db.execute("SELECT 1 FROM outbox WHERE id = ?", [delivery_id]).fetchone() is None:
        raise LedgerError(f"the outbox has no delivery {delivery_id} -> it is of another ledger")
    return delivery_id


def _idempotency_key(db: Database, channel: str, *what: int | str) -> str:
    # A restored copy of a ledger counts on from an older number: the id of the copy
    # (bot.ledger.file.backup) keeps its alerts from being taken for those that were sent after it
    # was made.
    ids = "SELECT value FROM meta WHERE key IN ('ledger_id', 'copy_id') ORDER BY key DESC"
    own = (value for (value,) in db.execute(ids))
    text = "\n".join([*own, *map(str, what), str(sql.storable(channel))])
    return hashlib.sha256(text.encode()).hexdigest()
