"""What should have made itself heard and did not: claims, feeds, predictions near their date. Pure.

A thing is silent from a moment on, which is part of its key; so it is told once, and again only
after it was heard in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.ledger.records import ClaimAccount, FeedState
from bot.model import Kind

# A feed's rhythm is known from so many entries; it is quiet after so many of its longest pauses.
TIMES_NEEDED = 8
LONGEST_PAUSES = 4
FEED_PATIENCE = timedelta(days=2)
DEADLINE_NEAR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Silence:
    """One thing that is silent. ``key`` is the same until it was heard again."""

    key: str
    told: str


def silent_claims(
    accounts: Iterable[ClaimAccount], started: datetime, now: datetime, patience: timedelta
) -> list[Silence]:
    """The claims on which nothing came for ``patience``, counted from ``started`` at the least.

    Of a prediction whose date is near, that is worth a word of its own.
    """
    found = []
    for account in accounts:
        claim = account.claim
        heard = max(account.last_evidence_at or started, started)
        if now - heard < patience:
            continue
        since = f"{heard:%d %b %Y}" if account.last_evidence_at else "the bot was set up"
        told = f"{claim.id} {claim.slug}: nothing since {since}"
        last = account.last_evidence_at.isoformat() if account.last_evidence_at else "ever"
        found.append(Silence(f"silent claim {claim.id} {last}", told))
        due = claim.horizon if claim.kind is Kind.PREDICTION else None
        if due is not None and timedelta() <= due - now.date() <= DEADLINE_NEAR:
            key = f"silent deadline {claim.id} {due.isoformat()}"
            found.append(Silence(key, f"{told}, and it is due on {due:%d %b %Y}"))
    return found


def quiet_feeds(feeds: Mapping[str, FeedState], now: datetime) -> list[Silence]:
    """The feeds that answer, and bring nothing, for far longer than is their way."""
    return [
        Silence(
            f"quiet feed {url} {last.isoformat()}",
            f"{url}: it answers, and has brought nothing new since {last:%d %b %Y, %H:%M} UTC",
        )
        for url, state in sorted(feeds.items())
        if not state.failures
        and state.course.retired_at is None
        and (last := _quiet_since(state.course.published, now)) is not None
    ]


def _quiet_since(times: Sequence[datetime], now: datetime) -> datetime | None:
    """The last of these times, if the pause since then is out of its rhythm."""
    if len(times) < TIMES_NEEDED:
        return None
    longest = max(later - earlier for earlier, later in pairwise(times))
    patience = max(FEED_PATIENCE, LONGEST_PAUSES * longest)
    return times[-1] if now - times[-1] > patience else None
