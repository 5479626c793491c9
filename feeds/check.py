"""Looks at feeds as an admin would: does each answer, is it a feed, what is amiss with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.errors import FetchError, ParseError
from bot.model import Outlet
from feeds.entries import ParsedFeed
from feeds.fetch import Fetched, Fetcher
from feeds.opml import FeedSource
from feeds.parse import parse

MAX_AT_ONCE = 8


class Outcome(StrEnum):
    """How the check of one feed ended."""

    OK = "ok"
    NOT_A_FEED = "not a feed"  # it answered with something else, or with something harmful
    REFUSED = "refused"  # by its server, or by our limits; the same again next time
    UNREACHABLE = "unreachable"  # it may pass


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What was found of one feed. ``reason`` is "" where the outcome is OK.

    ``bytes`` counts the body decompressed; ``seconds`` is the fetch and the parsing together.
    """

    url: str
    outlet: Outlet
    outcome: Outcome
    reason: str = ""
    format: str = ""
    entries: int = 0
    newest: datetime | None = None
    without_ids: int = 0
    without_dates: int = 0
    problems: tuple[str, ...] = ()
    bytes: int = 0
    seconds: float = 0.0
    permanent_redirect: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: plain values, the newest date in ISO 8601."""
        return asdict(self) | {
            "outcome": str(self.outcome),
            "outlet": asdict(self.outlet) | {"voice": str(self.outlet.voice)},
            "newest": self.newest.isoformat() if self.newest else None,
            "problems": list(self.problems),
            "seconds": round(self.seconds, 3),
        }


async def check(
    sources: Sequence[FeedSource],
    fetcher: Fetcher,
    now: datetime,
    *,
    on_report: Callable[[FeedReport], None] | None = None,
) -> list[FeedReport]:
    """One report per source, in order; at most MAX_AT_ONCE are fetched at a time.

    One feed's failure, of whatever kind, never stops another. ``on_report`` is told each as it
    comes (for a progress bar).
    """
    turn = asyncio.Semaphore(MAX_AT_ONCE)

    async def one(source: FeedSource) -> FeedReport:
        async with turn:
            report = await _checked(source, fetcher, now)
        if on_report is not None:
            on_report(report)
        return report

    return list(await asyncio.gather(*(one(source) for source in sources)))


async def _checked(source: FeedSource, fetcher: Fetcher, now: datetime) -> FeedReport:
    loop = asyncio.get_running_loop()
    began = loop.time()

    def failed(outcome: Outcome, reason: str, size: int = 0) -> FeedReport:
        return FeedReport(
            source.url, source.outlet, outcome, reason, bytes=size, seconds=loop.time() - began
        )

    try:
        fetched = await fetcher.fetch(source.url)
    except FetchError as error:
        return failed(Outcome.UNREACHABLE if error.try_again else Outcome.REFUSED, error.reason)
    body = fetched.body or b""
    try:
        feed = await asyncio.to_thread(
            parse,
            body,
            content_type=fetched.content_type,
            feed_url=source.url,
            outlet=source.outlet,
            now=now,
        )
    except ParseError as error:
        return failed(Outcome.NOT_A_FEED, error.reason, len(body))
    return _report(source, fetched, feed, loop.time() - began)


def _report(source: FeedSource, fetched: Fetched, feed: ParsedFeed, seconds: float) -> FeedReport:
    dates = [entry.published for entry in feed.entries if entry.published is not None]
    return FeedReport(
        url=source.url,
        outlet=source.outlet,
        outcome=Outcome.OK,
        format=feed.format,
        entries=len(feed.entries),
        newest=max(dates, default=None),
        without_ids=sum(not entry.guid for entry in feed.entries),
        without_dates=len(feed.entries) - len(dates),
        problems=feed.problems,
        bytes=len(fetched.body or b""),
        seconds=seconds,
        permanent_redirect=fetched.permanent_redirect,
    )
