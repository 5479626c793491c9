"""Runs one feed through the stages: fetch, parse, keep what is new, judge, commit.

Decides nothing itself. What blocks runs in threads: parsing in the default pool, the judge in a
thread of its own, since the model is used by one thread at a time and takes both cores anyway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.errors import ClaimwireError, FetchError, LedgerError, ParseError
from bot.ledger.records import AlertPolicy, CommitResult, FeedUpdate
from bot.ledger.store import Ledger
from bot.log import logger
from bot.model import Article, Entry, Judgement
from bot.ports import Clock, Judge
from feeds.fetch import Caching, Fetched, Fetcher
from feeds.opml import FeedSource
from feeds.parse import ParsedFeed, parse

# Judged together, and then the event loop has a chance; also the most that a cancelled poll redoes.
JUDGE_BATCH = 64
# A feed that fails is asked again after a pause that doubles, up to a day; one whose server names
# a time of its own is not asked before, up to a day as well.
FIRST_PAUSE_S = 15 * 60.0
LONGEST_PAUSE_S = 24 * 60 * 60.0

_log = logger("pipeline")


class JudgeThread:
    """The judge behind a thread of its own, so that no inference blocks the event loop."""

    def __init__(self, judge: Judge) -> None:
        self.essay = judge.essay
        self._judge = judge
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="judge")

    async def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        """One judgement per article, in order."""
        loop = asyncio.get_running_loop()
        judgements: list[Judgement] = []
        for start in range(0, len(articles), JUDGE_BATCH):
            batch = articles[start : start + JUDGE_BATCH]
            judgements += await loop.run_in_executor(self._thread, self._judge.judge, batch)
        return judgements

    def close(self) -> None:
        """Waits for the batch under way."""
        self._thread.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What one poll of a feed came to. ``error`` is "" where it went well."""

    feed_url: str
    entries: int = 0
    new: int = 0
    verdicts: int = 0
    alerts: int = 0
    silent: bool = False
    not_modified: bool = False
    put_off: bool = False  # not asked: its server, or its failures, call for a pause
    error: str = ""


class Pipeline:
    """From a feed's address to the ledger. Polls of different feeds may run side by side."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        judge: JudgeThread,
        ledger: Ledger,
        clock: Clock,
        policy: AlertPolicy,
        concurrency: int = 8,
    ) -> None:
        self._fetcher = fetcher
        self._judge = judge
        self._ledger = ledger
        self._clock = clock
        self._policy = policy
        self._slots = asyncio.Semaphore(concurrency)
        self._not_before: dict[str, datetime] = {}

    async def poll(self, source: FeedSource, *, back_fill: bool = False) -> PollOutcome:
        """Polls one feed; a failure is recorded and logged, never raised.

        The first fetch of a feed is recorded in silence, unless ``back_fill``.
        """
        now = self._clock.now()
        if now < self._not_before.get(source.url, now):
            return PollOutcome(source.url, put_off=True)
        async with self._slots:
            try:
                outcome = await self._poll(source, back_fill=back_fill)
            except (FetchError, ParseError) as error:
                wish_s = error.retry_after_s if isinstance(error, FetchError) else None
                outcome = await self._failed(source, error.reason, wish_s)
            except ClaimwireError as error:
                outcome = PollOutcome(source.url, error=str(error))
            except Exception as error:  # noqa: BLE001 - a fault over one feed must not stop others
                _log.exception("fault while a feed was read", feed=source.url)
                reason = f"a fault of claimwire: {type(error).__name__}; the log has more"
                outcome = await self._failed(source, reason, None)
        log = _log.bind(feed=source.url, outlet=source.outlet.name)
        if outcome.error:
            log.warning("feed failed", error=outcome.error)
        elif outcome.not_modified:
            log.info("feed not modified")
        else:
            log.info(
                "feed polled",
                entries=outcome.entries,
                new=outcome.new,
                verdicts=outcome.verdicts,
                alerts=outcome.alerts,
                silent=outcome.silent,
            )
        return outcome

    async def _poll(self, source: FeedSource, *, back_fill: bool) -> PollOutcome:
        state = await self._ledger.feed_state(source.url)
        caching = Caching(state.etag, state.last_modified) if state else Caching()
        fetched = await self._fetcher.fetch(source.url, caching)
        self._not_before.pop(source.url, None)
        if fetched.retry_after_s:
            self._pause(source, pause_s(0, fetched.retry_after_s), self._clock.now())
        if fetched.permanent_redirect:
            _log.warning("feed has moved", feed=source.url, to=fetched.permanent_redirect)
        if fetched.body is None:
            await self._commit(source, fetched, [], [], silent=True)
            return PollOutcome(source.url, not_modified=True)
        parsed = await self._parse(source, fetched.body, fetched.content_type)
        now = self._clock.now()
        new = await self._ledger.unseen(parsed.entries)
        articles = sorted((as_article(entry, now) for entry in new), key=lambda a: a.at)
        judgements = await self._judge.judge(articles)
        first = state is None or not state.fetched_before
        silent = first and not back_fill
        result = await self._commit(source, fetched, articles, judgements, silent=silent)
        return PollOutcome(
            source.url,
            entries=len(parsed.entries),
            new=result.new_articles,
            verdicts=sum(len(j.verdicts) for j in judgements),
            alerts=0 if silent else len(result.alerts),
            silent=silent,
        )

    async def _parse(self, source: FeedSource, body: bytes, content_type: str) -> ParsedFeed:
        call = partial(
            parse,
            body,
            content_type=content_type,
            feed_url=source.url,
            outlet=source.outlet,
            now=self._clock.now(),
        )
        return await asyncio.to_thread(call)

    async def _commit(
        self,
        source: FeedSource,
        fetched: Fetched,
        articles: Sequence[Article],
        judgements: Sequence[Judgement],
        *,
        silent: bool,
    ) -> CommitResult:
        update = FeedUpdate(
            essay=self._judge.essay,
            feed_url=source.url,
            fetched_at=self._clock.now(),
            status=fetched.status,
            etag=fetched.caching.etag,
            last_modified=fetched.caching.last_modified,
            articles=tuple(zip(articles, judgements, strict=True)),
            silent=silent,
            policy=self._policy,
        )
        return await self._ledger.commit(update)

    async def _failed(
        self, source: FeedSource, reason: str, retry_after_s: float | None
    ) -> PollOutcome:
        now = self._clock.now()
        try:
            await self._ledger.record_failure(source.url, now, reason)
            state = await self._ledger.feed_state(source.url)
        except LedgerError as error:
            return PollOutcome(source.url, error=f"{reason}; {error}")
        self._pause(source, pause_s(state.failures if state else 1, retry_after_s), now)
        return PollOutcome(source.url, error=reason)

    def _pause(self, source: FeedSource, seconds: float, now: datetime) -> None:
        self._not_before[source.url] = now + timedelta(seconds=seconds)


def pause_s(failures: int, retry_after_s: float | None) -> float:
    """How long a feed is left alone after that many failures in a row, in seconds.

    None at the first: it may pass. ``retry_after_s`` is the server's own wish, if it gave one.
    """
    grown = FIRST_PAUSE_S * 2.0 ** min(failures - 2, 10) if failures > 1 else 0.0
    return min(max(grown, retry_after_s or 0.0), LONGEST_PAUSE_S)


def as_article(entry: Entry, now: datetime) -> Article:
    """The entry with the time that it counts from: never in the future."""
    at = entry.published or entry.updated
    return Article(entry, at if at and at <= now else now, now)
