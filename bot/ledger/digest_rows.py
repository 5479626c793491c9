"""The rows of digests: which are due, and what they are made from."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.alerts.digest import digest_notice
from bot.ledger import notice_rows, queries, routing, sql, standing_rows
from bot.ledger.records import AlertPolicy
from bot.model import Essay, NoticeKind

CHANGES_MAX = 200  # of one digest


def queue_due(db: Database, essay: Essay, policy: AlertPolicy, now: datetime) -> int:
    """Queues every digest that is due and was not made yet; returns how many.

    After a time without the bot there is one digest of all that time.
    """
    made = 0
    for channel, wanted in routing.routes(db, policy).items():
        due = wanted.digest_time.last_due(wanted.cadence, now)
        begun = routing.digests_since(db, channel)
        if due is None or begun is None:
            continue
        since = max(begun, _last(db, channel) or begun)
        if due <= since:
            continue
        notice = digest_notice(
            f"digest {channel} {sql.to_text(due)}",
            wanted.cadence.value,
            wanted,
            queries.changes(db, essay.id, since, CHANGES_MAX),
            standing_rows.accounts(db, essay),
            frozenset(one.claim_id for one in routing.mutes(db, essay.id, channel, now)),
            since,
            now,
        )
        if notice is not None and notice_rows.tell(db, essay.id, notice, [channel], now):
            made += 1
    return made


def _last(db: Database, channel: str) -> datetime | None:
    """When the channel's last digest was made."""
    row = sql.row(
        db,
        "SELECT max(n.made_at) AS at FROM notices n JOIN outbox o ON o.notice_id = n.id"
        " WHERE n.kind = ? AND o.channel = ?",
        [NoticeKind.DIGEST, channel],
    )
    return None if row is None else sql.to_time_or_none(row["at"])
