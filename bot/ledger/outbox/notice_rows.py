"""The rows of notices: each is told once, in the order of the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlite_utils import Database

from bot.alerts.notice_body import to_json
from bot.alerts.subscriptions import Cadence, Subscription
from bot.ledger import sql
from bot.ledger.outbox import outbox_rows, routing
from bot.model import Claim, Notice


def tell(
    db: Database, essay_id: str, notice: Notice, channels: Iterable[str], now: datetime
) -> bool:
    """Queues the notice for the channels. False, and nothing is done, if its key was told.

    Without a channel it is recorded all the same: who comes later is not told of the past.
    """
    if is_told(db, essay_id, notice.key):
        return False
    notice_id = sql.insert(
        db,
        "notices",
        {
            "essay_id": essay_id,
            "key": notice.key,
            "kind": notice.kind,
            "claim_id": notice.claim_id,
            "body": to_json(notice),
            "made_at": sql.to_text(now),
        },
    )
    for channel in channels:
        outbox_rows.queue_notice(db, channel, notice_id, now)
    return True


def is_told(db: Database, essay_id: str, key: str) -> bool:
    """Whether there is a notice of that key."""
    known = "SELECT 1 FROM notices WHERE essay_id = ? AND key = ?"
    return sql.row(db, known, [essay_id, key]) is not None


def hearers(
    db: Database,
    served: Mapping[str, Subscription],
    essay_id: str,
    claim: Claim,
    now: datetime,
) -> list[str]:
    """The channels that are told at once what becomes of a claim, in the order of ``served``.

    Those of another cadence read it in their digest.
    """
    held = routing.mutes(db, essay_id, None, now)
    muted = {mute.channel for mute in held if mute.claim_id == claim.id}
    return [
        channel
        for channel, one in served.items()
        if channel not in muted and one.cadence is Cadence.REALTIME and one.follows(claim)
    ]
