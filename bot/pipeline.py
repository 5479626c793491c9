"""Runs one feed through the stages: fetch, parse, keep what is new, complete, judge, commit.

Decides nothing itself: when and where a feed is asked next is said by feeds.course, and kept by
bot.feedbook. What blocks runs in threads: parsing in the default pool, the judge in a thread of its
own, since the model is used by one thread at a time and takes both cores anyway.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.errors import ClaimwireError, FetchError, LedgerError, ParseError
from bot.feedbook import FeedBook, Telling
from bot.ledger.records import AlertPolicy, CommitResult, FeedState
from bot.ledger.store import Ledger
from bot.log import logger
from bot.model import Article, Entry, Judgement
from bot.operations.observer import UNOBSERVED, Observer, Polled, timed
from bot.polling import PollRules
from bot.ports import Clock, ConcurrentJudge, Judge
from feeds.entries import by_guid
from feeds.fetch import Caching, Fetcher
from feeds.fulltext import FullText
from feeds.manners import Manners
from feeds.opml import FeedSource
from feeds.parse import ParsedFeed, parse
from feeds.raw import Offer
from feeds.text import guid_keys
from feeds.websub import offered

# Judged together, and then the event loop has a chance; also the most that a cancelled poll redoes.
JUDGE_BATCH = 64

_log = logger("pipeline")


class JudgeThread:
    """The judge behind a thread of its own, so that no inference blocks the event loop; behind
    several where it is a ConcurrentJudge."""

    def __init__(self, judge: Judge, observer: Observer = UNOBSERVED) -> None:
        self.essay = judge.essay
        self._judge = judge
        self._observer = observer
        self._at_once = judge.at_once if isinstance(judge, ConcurrentJudge) else 1
        self._threads = ThreadPoolExecutor(self._at_once, thread_name_prefix="judge")

    async def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        """One judgement per article, in order."""
        loop = asyncio.get_running_loop()
        judgements: list[Judgement] = []
        batches = [
            articles[start : start + JUDGE_BATCH] for start in range(0, len(articles), JUDGE_BATCH)
        ]
        for start in range(0, len(batches), self._at_once):
            side_by_side = (
                loop.run_in_executor(self._threads, self._judged, batch)
                for batch in batches[start : start + self._at_once]
            )
            for judged in await asyncio.gather(*side_by_side):
                judgements += judged
        return judgements

    def _judged(self, batch: Sequence[Article]) -> list[Judgement]:
        with timed(partial(self._observer.judged, len(batch))):
            return self._judge.judge(batch)

    def close(self) -> None:
        """Waits for the batch under way."""
        if isinstance(self._judge, ConcurrentJudge):
            self._judge.close()
        self._threads.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What one poll of a feed came to. ``error`` is "" where it went well.

    ``due_at``: when it is to be asked again; None where that could not be recorded. ``offer``: who
    pushes the feed, as it says; None where it was not read.
    """

    feed_url: str
    entries: int = 0
    new: int = 0
    verdicts: int = 0
    alerts: int = 0
    silent: bool = False
    not_modified: bool = False
    error: str = ""
    due_at: datetime | None = None
    offer: Offer | None = None

    @property
    def ended(self) -> Polled:
        """In a word, for whoever counts."""
        if self.error:
            return Polled.FAILED
        return Polled.NOT_MODIFIED if self.not_modified else Polled.READ


class Pipeline:
    """From a feed's address to the ledger. Polls of different feeds may run side by side.

    What is read of one feed, by a poll or from a hub, is taken in one after the other.
    """

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        judge: JudgeThread,
        ledger: Ledger,
        clock: Clock,
        policy: AlertPolicy,
        rules: PollRules | None = None,
        manners: Manners | None = None,
        full_text: FullText | None = None,
        operators: Telling | None = None,
        observer: Observer = UNOBSERVED,
        told: Callable[[], None] = lambda: None,
        delivered: Callable[[str], bool] = lambda _feed_url: False,
    ) -> None:
        """``manners`` None: no pause between two requests to a host. ``full_text`` None: no
        teaser is completed. ``told`` is called after a commit that readers may hear of.
        ``delivered``: whether a hub brings a feed's news, so that it is asked less often."""
        rules = rules or PollRules()
        self._fetcher = fetcher
        self._judge = judge
        self._ledger = ledger
        self._clock = clock
        self._policy = policy
        self._rules = rules
        self._manners = manners or Manners(gap_s=0)
        self._full_text = full_text
        self._observer = observer
        self._told = told
        self._book = FeedBook(ledger, clock, rules, operators, delivered)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # of feeds
        self._slots = asyncio.Semaphore(rules.concurrency)

    async def poll(self, source: FeedSource, *, back_fill: bool = False) -> PollOutcome:
        """Polls one feed; a failure is recorded and logged, never raised.

        The first fetch of a feed is recorded in silence, unless ``back_fill``.
        """
        try:
            outcome = await self._outcome(source, back_fill=back_fill)
        except ClaimwireError as error:
            outcome = PollOutcome(source.url, error=str(error))
        self._observer.polled(
            outcome.ended,
            entries=outcome.entries,
            new=outcome.new,
            verdicts=outcome.verdicts,
            alerts=outcome.alerts,
        )
        log = _log.bind(feed=source.url, outlet=source.outlet.name)
        if outcome.error:
            log.warning("feed failed", error=outcome.error)
        elif outcome.not_modified:
            log.info("feed not modified")
        else:
            self._log_read("feed polled", source, outcome)
        return outcome

    async def push(self, source: FeedSource, body: bytes, content_type: str) -> PollOutcome:
        """Takes in what a hub brought of a feed, as a poll would; when it is asked next stays.

        Raises ParseError, or LedgerError; then nothing of it was kept.
        """
        parsed = await self._parse(source, body, content_type)
        async with self._turns[source.url]:
            parsed = await self._told_apart(source, parsed)
            silent = not (await self._book.known(source.url)).fetched_before
            judged = await self._judged(source, parsed, AsyncExitStack())
            result = await self._book.pushed(
                source, judged, essay=self._judge.essay, silent=silent, policy=self._policy
            )
        outcome = self._committed(source, parsed, judged, result, silent=silent)
        self._log_read("feed pushed", source, outcome)
        return outcome

    async def _told_apart(self, source: FeedSource, parsed: ParsedFeed) -> ParsedFeed:
        """With the entries of a shared address, as of a running page, known as polls know them: a
        hub may bring one of them alone."""
        urls = [entry.url for entry in parsed.entries if entry.url]
        shared = await self._ledger.addresses(guid_keys(source.url), urls)
        return replace(parsed, entries=tuple(by_guid(parsed.entries, shared)))

    async def flush(self) -> None:
        """Writes what polls have noted: worth doing every few seconds, and at the end."""
        await self._book.flush()

    @staticmethod
    def _log_read(event: str, source: FeedSource, outcome: PollOutcome) -> None:
        _log.info(
            event,
            feed=source.url,
            outlet=source.outlet.name,
            entries=outcome.entries,
            new=outcome.new,
            verdicts=outcome.verdicts,
            alerts=outcome.alerts,
            silent=outcome.silent,
        )

    async def _outcome(self, source: FeedSource, *, back_fill: bool) -> PollOutcome:
        state = await self._book.known(source.url)
        try:
            return await self._poll(source, state, back_fill=back_fill)
        except FetchError as error:
            return await self._failed(
                source, error.reason, status=error.status, retry_after_s=error.retry_after_s
            )
        except ParseError as error:
            return await self._failed(source, error.reason)
        except ClaimwireError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault over one feed must not stop others
            _log.exception("fault while a feed was read", feed=source.url)
            reason = f"a fault of claimwire: {type(error).__name__}; the log has more"
            return await self._failed(source, reason)

    async def _poll(self, source: FeedSource, state: FeedState, *, back_fill: bool) -> PollOutcome:
        address = state.course.address or source.url
        async with AsyncExitStack() as slot:
            # First the host's turn, then a slot, and never a turn while a slot is held: two polls
            # would wait for each other for ever.
            async with self._manners.turn(address):
                await slot.enter_async_context(self._slots)
                with timed(self._observer.fetched):
                    fetched = await self._fetcher.fetch(
                        address, Caching(state.etag, state.last_modified)
                    )
            async with self._turns[source.url]:
                if fetched.body is None:
                    after = await self._book.unchanged(source, fetched, self._judge.essay)
                    return PollOutcome(source.url, not_modified=True, due_at=after.course.due_at)
                parsed = await self._parse(source, fetched.body, fetched.content_type)
                judged = await self._judged(source, parsed, slot)
                silent = not state.fetched_before and not back_fill
                result, after = await self._book.read(
                    source,
                    fetched,
                    parsed,
                    judged,
                    essay=self._judge.essay,
                    silent=silent,
                    policy=self._policy,
                )
        return replace(
            self._committed(source, parsed, judged, result, silent=silent),
            due_at=after.course.due_at,
            offer=offered(fetched.links, parsed.offer, fetched.final_url),
        )

    async def _judged(
        self, source: FeedSource, parsed: ParsedFeed, slot: AsyncExitStack
    ) -> list[tuple[Article, Judgement]]:
        """What is new, judged. ``slot`` is given back where pages are fetched, which wait for
        turns of their own."""
        now = self._clock.now()
        new: Sequence[Entry] = await self._ledger.unseen(parsed.entries)
        if pages := self._pages(source):
            await slot.aclose()
            new = await pages.completed(new)
        articles = sorted((as_article(entry, now) for entry in new), key=lambda a: a.at)
        return list(zip(articles, await self._judge.judge(articles), strict=True))

    def _committed(
        self,
        source: FeedSource,
        parsed: ParsedFeed,
        judged: Sequence[tuple[Article, Judgement]],
        result: CommitResult,
        *,
        silent: bool,
    ) -> PollOutcome:
        """What a commit came to, which readers may hear of."""
        if result.alerts or result.standings:
            self._told()
        return PollOutcome(
            source.url,
            entries=len(parsed.entries),
            new=result.new_articles,
            verdicts=sum(len(judgement.verdicts) for _article, judgement in judged),
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

    def _pages(self, source: FeedSource) -> FullText | None:
        """What completes the feed's teasers, where that is wanted."""
        wanted = self._rules.full_text if source.full_text is None else source.full_text
        return self._full_text if wanted else None

    async def _failed(
        self,
        source: FeedSource,
        reason: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> PollOutcome:
        try:
            async with self._turns[source.url]:
                state = await self._book.failed(
                    source, reason, status=status, retry_after_s=retry_after_s
                )
        except LedgerError as error:
            return PollOutcome(source.url, error=f"{reason}; {error}")
        return PollOutcome(source.url, error=state.last_error, due_at=state.course.due_at)


def as_article(entry: Entry, now: datetime) -> Article:
    """The entry with the time that it counts from: never in the future."""
    at = entry.published or entry.updated
    return Article(entry, at if at and at <= now else now, now)
