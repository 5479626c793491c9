"""WebSub at work: subscribes where a feed names a hub, and takes in what hubs push.

The rules are feeds.websub's, the door that hubs knock at is bot.callbacks. Whatever goes wrong here
is polled instead: each feed is asked at least once in PUSHED_WAIT_S, and in its own rhythm as soon
as such a poll finds something that its hub did not bring.
"""

from __future__ import annotations

import asyncio
import random
import secrets
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from http import HTTPStatus
from urllib.parse import urlsplit

from bot.errors import FetchError, LedgerError, ParseError
from bot.hubbook import HubBook, token_of
from bot.log import logger
from bot.model import HubSubscription
from bot.operations.observer import UNOBSERVED, Observer, Pushed
from bot.pipeline import Pipeline, PollOutcome
from bot.ports import Clock
from feeds import websub
from feeds.fetch import Fetcher
from feeds.manners import Manners
from feeds.opml import FeedSource
from feeds.raw import Offer
from feeds.websub import Step

TICK_S = 5.0
ASKED_AT_ONCE = 8  # hubs; of each hub one request after the other
# A hub waits so long to hear that a push is kept; a longer one is taken in when it has gone.
ANSWER_WITHIN_S = 5.0
# Pushes taken in or waiting for it: of one feed, and of all. A hub is told to come again.
PUSHES_OF_FEED = 4
PUSHES_IN_ALL = 16
# What a hub may push of one feed within the hour; more is a flood, and what it holds is polled.
PUSHES_PER_HOUR = 120
_HOUR = timedelta(hours=1)

_log = logger("pushing")


class Received(Enum):
    """What became of a push, as its hub is told."""

    KEPT = auto()
    UNDER_WAY = auto()
    IGNORED = auto()  # not signed as it should be, or no feed
    GONE = auto()  # nobody waits for it any more
    TOO_MUCH = auto()
    FAILED = auto()  # the fault is ours: it may come again


class Pushing:
    """Belongs to one event loop. ``base``: the public URL without a slash at its end, "" where none
    is set: then what an earlier run subscribed to is left, and nothing else is done."""

    def __init__(
        self,
        book: HubBook,
        pipeline: Pipeline,
        fetcher: Fetcher,
        manners: Manners,
        clock: Clock,
        base: str,
        *,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._book = book
        self._pipeline = pipeline
        self._fetcher = fetcher
        self._manners = manners
        self._clock = clock
        self._callbacks = f"{base}{websub.PATH}" if base else ""
        self._observer = observer
        self._rng = random.Random()  # noqa: S311 - it spreads requests and hides nothing
        self._sources: dict[str, FeedSource] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}  # by the hub's host
        self._taking: Counter[str] = Counter()  # pushes in hand, by feed
        self._tasks: set[asyncio.Task[Received]] = set()
        self._came: dict[str, deque[datetime]] = {}  # the last pushes, by feed
        self._told: set[str] = set()  # of which feeds it was logged that a push was refused
        self._stopping = False

    @property
    def subscribes(self) -> bool:
        """Whether hubs are asked to push."""
        return bool(self._callbacks)

    @property
    def has_work(self) -> bool:
        """Whether hubs may call: subscriptions are wanted, or some are left over."""
        return bool(self._callbacks or self._book.all())

    def use_feeds(self, sources: Iterable[FeedSource]) -> None:
        """These are pushed where they can be, and no others from the next tick on."""
        self._sources = {source.url: source for source in sources}

    # --- polls -----------------------------------------------------------------------------------

    async def poll(self, source: FeedSource) -> PollOutcome:
        """The pipeline's poll, after which the feed's subscription is as the feed says."""
        outcome = await self._pipeline.poll(source)
        if outcome.offer is not None and self._callbacks:
            try:
                await self._follow(source, outcome.offer, new=outcome.new)
            except LedgerError as error:
                _log.warning("subscription not kept", feed=source.url, error=str(error))
        return outcome

    async def _follow(self, source: FeedSource, offer: Offer, *, new: int) -> None:
        present = self._book.of_feed(source.url)
        wanted = websub.wanted(offer, source.url, present)
        if present and wanted == (present.hub, present.topic) and self._is_ours(present):
            if new:
                await self._book.set_delivers(present, delivers=False)
            return
        now = self._clock.now()
        if present:
            await self._leave(present, now)
        if wanted and source.url in self._sources:
            callback = self._callbacks + secrets.token_urlsafe(32)
            one = websub.subscription(source.url, *wanted, callback, secrets.token_hex(32), now)
            await self._book.keep(one)

    def _is_ours(self, one: HubSubscription) -> bool:
        """Whether it is called back at the address that is public now."""
        return bool(self._callbacks) and one.callback.startswith(self._callbacks)

    async def _leave(self, one: HubSubscription, now: datetime) -> None:
        _log.info("hub left", feed=one.feed_url, hub=one.hub)
        await self._book.keep(websub.left(one, now))

    # --- hubs are asked --------------------------------------------------------------------------

    async def tick(self) -> None:
        """Leaves what is not wanted any more, and asks hubs what is due. To be called about every
        TICK_S; waits for no hub."""
        now = self._clock.now()
        try:
            for one in self._book.all():
                kept = one.feed_url in self._sources and self._is_ours(one)
                # As it is by now: hubs call while others are written.
                present = None if kept else self._book.get(token_of(one))
                if present is not None and not present.leaving:
                    await self._leave(present, now)
            due = sorted(self._book.all(), key=lambda one: one.due_at)
            for one in due:
                match websub.step(one, now):
                    case Step.FORGET:
                        await self._book.forget(one)
                    case Step.ASK:
                        self._ask_soon(one)
                    case Step.WAIT:
                        pass
        except LedgerError as error:
            _log.warning("subscriptions not kept", error=str(error))

    def _ask_soon(self, one: HubSubscription) -> None:
        """Asks, unless its hub is being asked, or many are; then it stays due."""
        host = urlsplit(one.hub).hostname or ""
        if host not in self._asking and len(self._asking) < ASKED_AT_ONCE:
            task = asyncio.create_task(self._ask(token_of(one)))
            self._asking[host] = task
            task.add_done_callback(lambda _task: self._asking.pop(host))

    async def _ask(self, token: str) -> None:
        one = self._book.get(token)
        if one is None or websub.step(one, self._clock.now()) is not Step.ASK:
            return
        log = _log.bind(feed=one.feed_url, hub=one.hub, mode=websub.mode(one))
        try:
            # Kept before it is asked: the hub may ask back before it answers.
            one = await self._book.keep(websub.asked(one, self._clock.now(), self._rng.random()))
            log.info("hub asked", times=one.failures)
            try:
                async with self._manners.turn(one.hub):
                    await self._fetcher.submit(one.hub, websub.form(one))
            except FetchError as error:
                log.info("hub not reached", error=websub.tellable(one, error.reason))
                await self._refused(one, error)
        except LedgerError as error:
            log.warning("subscription not kept", error=str(error))
        except Exception:
            log.exception("fault while a hub was asked")

    async def _refused(self, asked: HubSubscription, error: FetchError) -> None:
        now = self._book.get(token_of(asked))
        if now is not None and now.pending and now.leaving == asked.leaving:
            # A 5xx may be that of a proxy before a hub that took the request.
            answered = error.status is not None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR
            at = self._clock.now()
            await self._book.keep(
                websub.refused(now, error.reason, at, error.retry_after_s, answered=answered)
            )

    async def settle(self) -> None:
        """Waits for the requests and pushes under way."""
        while tasks := [*self._asking.values(), *self._tasks]:
            await asyncio.wait(tasks)

    async def stop(self, *, patience_s: float) -> None:
        """Takes in no more pushes; what is under way has so long before it is cancelled."""
        self._stopping = True
        if tasks := [*self._asking.values(), *self._tasks]:
            _done, late = await asyncio.wait(tasks, timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    # --- hubs call (bot.callbacks.Called) --------------------------------------------------------

    def knows(self, token: str) -> bool:
        """Whether a hub was given this token."""
        return self._book.get(token) is not None

    async def confirm(self, token: str, query: Mapping[str, str]) -> str | None:
        """What a hub that asks back is to hear; None: that nobody asked. Raises LedgerError."""
        one, now = self._book.get(token), self._clock.now()
        if one is None:
            return None
        log = _log.bind(feed=one.feed_url, hub=one.hub, mode=websub.mode(one))
        if websub.denies(one, query):
            one = await self._book.keep(websub.denied(one, query, now))
            log.info("hub denied", reason=one.reason)
            return ""
        text = websub.challenge(one, query, now)
        if not text:
            log.info("hub asked for what was not asked of it")
            return None
        if one.leaving:
            await self._book.forget(one)
        elif one.pending:
            one = await self._book.keep(websub.verified(one, query, now, self._rng.random()))
        log.info("hub verified", until=one.lease_until)
        return text

    async def receive(self, token: str, body: bytes, signature: str, content_type: str) -> Received:
        """Takes in what was pushed. Only what its hub has signed is read."""
        one = self._book.get(token)
        source = None if one is None else self._sources.get(one.feed_url)
        if self._stopping:
            return Received.FAILED
        if one is None or source is None or one.leaving:
            return Received.GONE
        if not websub.signed(one.secret, body, signature):
            self._refuse(one, "not signed by the hub" if signature else "not signed")
            return Received.IGNORED
        if self._is_too_much(one.feed_url):
            self._refuse(one, "more than a feed brings")
            return Received.TOO_MUCH
        task = asyncio.create_task(self._take(one, source, body, content_type))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _late = await asyncio.wait([task], timeout=ANSWER_WITHIN_S)
        if not done:
            return Received.UNDER_WAY
        return Received.FAILED if task.cancelled() else task.result()

    async def _take(
        self, one: HubSubscription, source: FeedSource, body: bytes, content_type: str
    ) -> Received:
        self._taking[one.feed_url] += 1
        try:
            outcome = await self._pipeline.push(source, body, content_type)
            self._observer.pushed(
                Pushed.ACCEPTED,
                entries=outcome.entries,
                new=outcome.new,
                verdicts=outcome.verdicts,
                alerts=outcome.alerts,
            )
            # What brings nothing new shows nothing: a hub may be later than the polls.
            if outcome.new and (present := self._book.get(token_of(one))):
                await self._book.set_delivers(present, delivers=True)
        except ParseError as error:
            self._refuse(one, error.reason)
            return Received.IGNORED
        except LedgerError as error:
            _log.warning("push not kept", feed=one.feed_url, error=str(error))
            return Received.FAILED
        except Exception:  # noqa: BLE001 - a fault over one push must not stop others
            _log.exception("fault while a push was read", feed=one.feed_url)
            return Received.FAILED
        finally:
            self._taking[one.feed_url] -= 1
        return Received.KEPT

    def refuse(self, token: str, reason: str) -> None:
        """Counts a push that was not even read to its end."""
        if one := self._book.get(token):
            self._refuse(one, reason)

    def _refuse(self, one: HubSubscription, reason: str) -> None:
        self._observer.pushed(Pushed.REFUSED)
        if one.feed_url not in self._told:
            self._told.add(one.feed_url)
            _log.warning("push refused", feed=one.feed_url, hub=one.hub, reason=reason, note="once")

    def _is_too_much(self, feed: str) -> bool:
        if self._taking[feed] >= PUSHES_OF_FEED or self._taking.total() >= PUSHES_IN_ALL:
            return True
        now, came = self._clock.now(), self._came.setdefault(feed, deque(maxlen=PUSHES_PER_HOUR))
        if len(came) == PUSHES_PER_HOUR and now - came[0] < _HOUR:
            return True
        came.append(now)
        return False
