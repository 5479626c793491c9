"""The rows of digests: which are due, and what they are made from."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.alerts.digest import digest_notice
from bot.ledger import sql
from bot.ledger.outbox import notice_rows, routing
from bot.ledger.reading import queries
from bot.ledger.records import AlertPolicy
from bot.ledger.standings import standing_rows
from bot.model import Essay, Notice, NoticeKind

CHANGES_MAX = 2000  # that one digest looks at; a channel follows some of them


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
        key = f"digest {channel} {sql.to_text(due)}"
        notice = digest_notice(
            key,
            wanted.cadence.value,
            wanted,
            queries.changes(db, essay.id, since, CHANGES_MAX),
            standing_rows.accounts(db, essay),
            frozenset(one.claim_id for one in routing.mutes(db, essay.id, channel, now)),
            since,
            now,
        )
        if notice is None:
            # An hour that brought nothing is over, too: what comes next belongs to the next one.
            mark = Notice(NoticeKind.DIGEST, key, "nothing new", now)
            notice_rows.tell(db, essay.id, mark, (), now)
        elif notice_rows.tell(db, essay.id, notice, [channel], now):
            made += 1
    return made


def _last(db: Database, channel: str) -> datetime | None:
    """When the channel's last digest was made."""
    begin = f"digest {channel} "
    row = sql.row(
        db,
        "SELECT max(made_at) AS at FROM notices"
        " WHERE kind = ?1 AND substr(key, 1, length(?2)) = ?2",
        [NoticeKind.DIGEST, begin],
    )
    return None if row is None else sql.to_time_or_none(row["at"])
