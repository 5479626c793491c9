"""What is known of each feed, kept in the ledger: its caching headers, its course, its failures.

The ledger is read once for all feeds and written at every poll. That a feed has not changed is
written together with others, by ``flush``: lost in a crash, it would cost one early poll.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from bot.errors import LedgerError
from bot.ledger.records import AlertPolicy, CommitResult, FeedState, FeedUpdate
from bot.ledger.store import Ledger
from bot.log import logger
from bot.model import Article, Essay, FeedCourse, Judgement
from bot.polling import PollRules
from bot.ports import Clock
from feeds.course import PUSHED_WAIT_S, Answer, after_answer, after_failure, after_push, news
from feeds.entries import ParsedFeed
from feeds.fetch import Fetched
from feeds.opml import FeedSource

UNCHANGED_TOGETHER = 64
_NEVER = datetime.min.replace(tzinfo=UTC)

_log = logger("feedbook")


class Telling(Protocol):
    """Whom to tell what an admin must know, once by its key (bot.alerts.operators)."""

    async def tell(self, key: str, title: str, lines: Sequence[str] = ()) -> bool: ...


class FeedBook:
    """Belongs to one event loop; of one feed, one call at a time."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        rules: PollRules,
        operators: Telling | None,
        delivered: Callable[[str], bool],
    ) -> None:
        """``operators`` None: the log alone is told. ``delivered``: whether a hub brings the news
        of the feed that is listed there."""
        self._ledger = ledger
        self._clock = clock
        self._rules = rules
        self._operators = operators
        self._delivered = delivered
        self._states: dict[str, FeedState] = {}
        self._reading, self._is_read = asyncio.Lock(), False
        self._unchanged: list[FeedUpdate] = []
        self._rng = random.Random()  # noqa: S311 - it spreads polls and hides nothing

    async def known(self, url: str) -> FeedState:
        """What is known of the feed that is listed at ``url``. Raises LedgerError."""
        if not self._is_read:
            async with self._reading:
                if not self._is_read:
                    self._states = await self._ledger.feed_states()
                    self._is_read = True
        if url not in self._states:
            self._states[url] = FeedState(url, "", "", None, _NEVER, None, 0, "")
        return self._states[url]

    async def unchanged(self, source: FeedSource, fetched: Fetched, essay: Essay) -> FeedState:
        """Notes an answer 304, with the next ``flush`` or when many have come together."""
        update = self._update(source, fetched, None, essay=essay)
        state = await self._remember(source, update)
        self._unchanged.append(update)
        if len(self._unchanged) >= UNCHANGED_TOGETHER:
            await self.flush()
        return state

    async def read(
        self,
        source: FeedSource,
        fetched: Fetched,
        parsed: ParsedFeed,
        judged: Sequence[tuple[Article, Judgement]],
        *,
        essay: Essay,
        silent: bool,
        policy: AlertPolicy,
    ) -> tuple[CommitResult, FeedState]:
        """Commits all that a fetch brought, in one transaction. Raises LedgerError."""
        update = replace(
            self._update(source, fetched, parsed, judged, essay=essay),
            articles=tuple(judged),
            silent=silent,
            policy=policy,
        )
        result = await self._ledger.commit(update)
        return result, await self._remember(source, update)

    async def pushed(
        self,
        source: FeedSource,
        judged: Sequence[tuple[Article, Judgement]],
        *,
        essay: Essay,
        silent: bool,
        policy: AlertPolicy,
    ) -> CommitResult:
        """Commits all that a hub brought, in one transaction. Raises LedgerError."""
        await self.flush()  # what was noted is older, and must not be written over this
        now, before = self._clock.now(), self._states[source.url]
        course = after_push(before.course, len(judged), now)
        update = FeedUpdate(
            essay=essay,
            feed_url=source.url,
            fetched_at=now,
            articles=tuple(judged),
            silent=silent,
            policy=policy,
            course=course,
            pushed=True,
        )
        result = await self._ledger.commit(update)
        self._states[source.url] = replace(before, course=course)
        return result

    async def failed(
        self,
        source: FeedSource,
        reason: str,
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> FeedState:
        """Records a poll that failed. Raises LedgerError."""
        now, before = self._clock.now(), self._states[source.url]
        failures, pace = before.failures + 1, self._rules.pace(source)
        course = after_failure(
            before.course,
            failures,
            now,
            pace,
            self._rng.random(),
            status=status,
            retry_after_s=retry_after_s,
        )
        if course.retired_at:
            reason = f"retired, asked once a week: {reason}"
        await self._ledger.record_failure(source.url, now, reason, course)
        state = replace(
            before, attempted_at=now, failures=failures, last_error=reason, course=course
        )
        self._states[source.url] = state
        await self._tell(source, before.course, course, now)
        return state

    async def flush(self) -> None:
        """Writes what was noted. What cannot be written is dropped: it is asked for again."""
        noted, self._unchanged = self._unchanged, []
        if not noted:
            return
        try:
            await self._ledger.record_unchanged(noted)
        except LedgerError as error:
            _log.warning("unchanged feeds not recorded", feeds=len(noted), error=str(error))

    def _update(
        self,
        source: FeedSource,
        fetched: Fetched,
        parsed: ParsedFeed | None,
        judged: Sequence[tuple[Article, Judgement]] = (),
        *,
        essay: Essay,
    ) -> FeedUpdate:
        now, before = self._clock.now(), self._states[source.url]
        pace = self._rules.pace(source)
        if self._delivered(source.url) and not judged:
            pace = replace(pace, least_s=PUSHED_WAIT_S)
        answer = Answer(
            published=[article.at for article, _judgement in judged],
            moved_to=fetched.permanent_redirect,
            fresh_s=fetched.fresh_s,
            ttl_s=parsed.ttl_s if parsed else None,
            retry_after_s=fetched.retry_after_s,
            since=before.succeeded_at,
        )
        return FeedUpdate(
            essay=essay,
            feed_url=source.url,
            fetched_at=now,
            status=fetched.status,
            etag=fetched.caching.etag,
            last_modified=fetched.caching.last_modified,
            course=after_answer(before.course, answer, now, pace, self._rng.random()),
        )

    async def _remember(self, source: FeedSource, update: FeedUpdate) -> FeedState:
        before, course = self._states[source.url], update.course or FeedCourse()
        now = update.fetched_at
        state = FeedState(
            source.url, update.etag, update.last_modified, update.status, now, now, 0, "", course
        )
        self._states[source.url] = state
        await self._tell(source, before.course, course, now)
        return state

    async def _tell(
        self, source: FeedSource, before: FeedCourse, after: FeedCourse, now: datetime
    ) -> None:
        for one in news(source.url, before, after, now):
            if self._operators:
                await self._operators.tell(one.key, one.title, one.lines)
            else:
                _log.warning(one.title, feed=source.url, told=" ".join(one.lines))
