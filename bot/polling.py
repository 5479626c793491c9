"""Which feeds are polled when: one look a second at a queue in memory, for any number of feeds.

When a feed is due again is said by each poll, and kept in the ledger; so a restart changes nothing,
and feeds that fell due meanwhile are spread out. A feed is never dropped: whatever its poll comes
to, it goes back into the queue.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import ClaimwireError
from bot.ledger.records import FeedState
from bot.log import logger
from bot.operations.observer import UNOBSERVED, Observer
from bot.ports import Clock
from feeds.course import LEAST_WAIT_S, Pace, resumed
from feeds.opml import FeedSource

TICK_S = 1.0
LATE_POLL = "late_poll"  # the name under which a poll that ended late is counted
RECORD_INTERVAL_S = 2.0  # between two writes of what polls have noted (bot.feedbook)
# Feeds that are due together at a start begin so far apart, and all of them within LEAST_WAIT_S.
START_GAP_S = 0.5
# Looks that lie further apart mean that the machine slept or its clock was set.
JUMP_S = 120.0
UNRECORDED_WAIT_S = 300.0  # after a poll that could not be recorded
STANDSTILL = timedelta(minutes=15)  # with polls to be done and none ended: something hangs

_log = logger("polling")


@dataclass(frozen=True, slots=True)
class PollRules:
    """[feeds], as far as polls need it; the defaults are the config's.

    ``full_text``: whether teasers are completed, of feeds of which the list does not say.
    """

    interval_min: int = 15
    adaptive: bool = True
    jitter_s: float = 60.0
    full_text: bool = False
    concurrency: int = 8

    def pace(self, source: FeedSource) -> Pace:
        """How often the source is wanted. An interval in the list of feeds is kept to."""
        usual_s = 60.0 * (source.interval_min or self.interval_min)
        fixed = source.interval_min is not None or not self.adaptive
        return Pace(usual_s, fixed, self.jitter_s)


class Outcome(Protocol):
    """The part of a poll's outcome that is needed (bot.pipeline.PollOutcome)."""

    @property
    def due_at(self) -> datetime | None: ...


Poll = Callable[[FeedSource], Awaitable[Outcome]]


class Poller:
    """Polls feeds when they are due, each one at a time. Belongs to one event loop.

    It starts polls and does not hold them back: how many run side by side, at all and at one host,
    is the pipeline's matter. ``late`` counts polls that ended more than ``grace_s`` after they were
    due.
    """

    def __init__(
        self,
        poll: Poll,
        clock: Clock,
        rules: PollRules,
        *,
        grace_s: float,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._poll = poll
        self._clock = clock
        self._rules = rules
        self._grace_s = grace_s
        self._observer = observer
        self._sources: dict[str, FeedSource] = {}
        self._due: dict[str, datetime] = {}  # of the feeds that wait, not of those under way
        self._queue: list[tuple[datetime, str]] = []  # some of it overtaken by self._due
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._looked_at: datetime | None = None
        self._moved_at = clock.now()  # when a poll ended, or there was none to be done
        self.late = 0

    def take(self, sources: Iterable[FeedSource], states: Mapping[str, FeedState]) -> None:
        """Polls these feeds from now on and no others; a poll under way goes on.

        May be called again with a changed list: a feed that was there keeps its turn.
        """
        now = self._clock.now()
        self._sources = {source.url: source for source in sources}
        for url in self._due.keys() - self._sources.keys():
            del self._due[url]
        for url, source in self._sources.items():
            if url not in self._due and url not in self._under_way:
                self._due[url] = self._resumed(source, states.get(url), now)
        self._spread(now)

    @property
    def under_way(self) -> int:
        """How many polls run or wait for their host's turn."""
        return len(self._under_way)

    async def probe(self) -> str:
        """A bot.operations.health.Probe: raises ClaimwireError where polls stand still."""
        now = self._clock.now()
        due = sum(due <= now for due in self._due.values())
        waiting = f"{len(self._sources)} feeds, {self.under_way} asked now, {due} due"
        if (self.under_way or due) and now - self._moved_at > STANDSTILL:
            raise ClaimwireError(f"no poll has ended since {self._moved_at:%H:%M} UTC; {waiting}")
        return waiting

    async def tick(self) -> None:
        """Starts what is due. To be called about every TICK_S; returns at once."""
        now = self._clock.now()
        self._mind_the_clock(now)
        while self._queue and self._queue[0][0] <= now:
            due, url = heapq.heappop(self._queue)
            if self._due.get(url) == due:
                del self._due[url]
                self._under_way[url] = asyncio.create_task(self._run(self._sources[url], due))
        if not self._under_way:
            self._moved_at = now

    async def settle(self) -> None:
        """Waits for the polls under way."""
        while self._under_way:
            await asyncio.wait(list(self._under_way.values()))

    async def stop(self, *, patience_s: float) -> None:
        """Starts no more polls, and waits that long for those under way before it cancels them."""
        self._sources.clear()
        self._due.clear()
        if self._under_way:
            _done, late = await asyncio.wait(list(self._under_way.values()), timeout=patience_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, source: FeedSource, due: datetime) -> None:
        again: datetime | None = None
        try:
            again = (await self._poll(source)).due_at
        except Exception:  # noqa: BLE001 - a fault over one feed must not lose it
            _log.exception("fault while a feed was polled", feed=source.url)
        finally:
            self._moved_at = now = self._clock.now()
            del self._under_way[source.url]
            if source.url in self._sources:
                self._wait(source.url, again or now + timedelta(seconds=UNRECORDED_WAIT_S))
        late_s = (now - due).total_seconds()
        if late_s > self._grace_s:
            self.late += 1
            self._observer.missed(LATE_POLL)
            _log.warning("feed polled late", feed=source.url, late_s=round(late_s))

    def _wait(self, url: str, due: datetime) -> None:
        self._due[url] = due
        heapq.heappush(self._queue, (due, url))

    def _resumed(self, source: FeedSource, state: FeedState | None, now: datetime) -> datetime:
        if state is None:
            return now
        pace = self._rules.pace(source)
        return resumed(state.course, failing=bool(state.failures), now=now, pace=pace)

    def _spread(self, now: datetime) -> None:
        """Puts the feeds that are due one after another, the longest overdue first."""
        overdue = sorted((due, url) for url, due in self._due.items() if due <= now)
        gap_s = min(START_GAP_S, LEAST_WAIT_S / max(1, len(overdue)))
        for number, (_due, url) in enumerate(overdue):
            self._due[url] = now + timedelta(seconds=gap_s * number)
        self._queue = [(due, url) for url, due in self._due.items()]
        heapq.heapify(self._queue)

    def _mind_the_clock(self, now: datetime) -> None:
        """A clock that was set back must not stop the polls, nor one set forward crowd them."""
        before, self._looked_at = self._looked_at or now, now
        jump_s = (now - before).total_seconds()
        if 0 <= jump_s <= JUMP_S:
            return
        _log.warning("the clock jumped", by_s=round(jump_s))
        self._moved_at = now
        if jump_s < 0:
            self._due = {url: due + (now - before) for url, due in self._due.items()}
        self._spread(now)
