"""Tells what is silent, each thing once, however many of them there are at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.alerts.silence import Silence, quiet_feeds, silent_claims
from bot.ledger import sql
from bot.ledger.intake import feeds
from bot.ledger.outbox import notice_rows
from bot.ledger.standings import standing_rows
from bot.model import Essay, Notice, NoticeKind

LINES_MAX = 6  # of a notice; the rest is counted


def tell_silence(
    db: Database, essay: Essay, channels: Sequence[str], patience: timedelta, now: datetime
) -> tuple[str, ...]:
    """Queues one notice of what has fallen silent since the last one; returns its lines."""
    oldest = sql.row(db, "SELECT fetched_at FROM articles ORDER BY id LIMIT 1")
    if oldest is None:
        return ()
    started = sql.to_time(oldest["fetched_at"])
    silences = quiet_feeds(feeds.states(db), now)
    if patience:
        accounts = standing_rows.accounts(db, essay)
        silences += silent_claims(accounts, started, now, patience)
    fresh = [one for one in silences if _is_news(db, essay, one, now)]
    if not fresh:
        return ()
    lines = tuple(one.told for one in fresh)
    keys = "\n".join(one.key for one in fresh)
    shown = lines if len(lines) <= LINES_MAX else lines[: LINES_MAX - 1]
    if more := len(lines) - len(shown):
        shown += (f"and {more} more, which the log names",)
    notice = Notice(
        NoticeKind.OPERATIONS,
        f"operations: silence {hashlib.sha256(keys.encode()).hexdigest()[:24]}",
        "Silent for longer than usual",
        now,
        lines=shown,
    )
    notice_rows.tell(db, essay.id, notice, channels, now)
    return lines


def _is_news(db: Database, essay: Essay, one: Silence, now: datetime) -> bool:
    """Whether it was not told before; from now on it was."""
    mark = Notice(NoticeKind.OPERATIONS, one.key, one.told, now)
    return notice_rows.tell(db, essay.id, mark, (), now)
