"""bot.polling: every feed in its turn, none lost, whatever polls and clocks do."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import ClaimwireError
from bot.ledger.records import FeedState
from bot.model import FeedCourse, Outlet
from bot.polling import STANDSTILL, UNRECORDED_WAIT_S, Poller, PollRules
from feeds.opml import FeedSource
from tests.fakes.clock import HandClock

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
EVERY_S = 600.0


@dataclass(frozen=True)
class Done:
    due_at: datetime | None


@dataclass
class Polls:
    """Counts polls; each is due again after EVERY_S."""

    clock: HandClock
    asked: Counter[str] = field(default_factory=Counter)
    times: dict[str, list[datetime]] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None
    unrecorded: bool = False

    def __post_init__(self) -> None:
        self.gate.set()

    async def poll(self, source: FeedSource) -> Done:
        self.asked[source.url] += 1
        self.times.setdefault(source.url, []).append(self.clock.at)
        await self.gate.wait()
        if self.fault:
            raise self.fault
        due = None if self.unrecorded else self.clock.at + timedelta(seconds=EVERY_S)
        return Done(due)


def feeds(count: int, start: int = 0) -> list[FeedSource]:
    return [FeedSource(f"https://e{n}.example/rss", Outlet("o")) for n in range(start, count)]


def made(count: int, states: dict[str, FeedState] | None = None) -> tuple[Poller, Polls, HandClock]:
    clock = HandClock(NOW)
    polls = Polls(clock)
    poller = Poller(polls.poll, clock, PollRules(), grace_s=60)
    poller.take(feeds(count), states or {})
    return poller, polls, clock


async def pass_time(poller: Poller, clock: HandClock, seconds: int, *, settle: bool = True) -> None:
    for _ in range(seconds):
        clock.at += timedelta(seconds=1)
        await poller.tick()
        await (poller.settle() if settle else asyncio.sleep(0))


async def test_every_feed_is_polled_again_and_again() -> None:
    poller, polls, clock = made(20)
    await pass_time(poller, clock, 3600)
    assert set(polls.asked.values()) == {6}
    assert poller.late == 0


async def test_a_first_round_is_spread_out() -> None:
    poller, polls, clock = made(20)
    await pass_time(poller, clock, 5)
    assert 8 <= polls.asked.total() <= 12
    many, polls, clock = made(3000)
    await pass_time(many, clock, 10)
    assert 90 <= polls.asked.total() <= 120  # all of them within five minutes


async def test_a_restart_changes_nothing_and_spreads_what_fell_due_meanwhile() -> None:
    def state(url: str, due_in_s: float) -> FeedState:
        course = FeedCourse(due_at=NOW + timedelta(seconds=due_in_s))
        return FeedState(url, "", "", 200, NOW, NOW, 0, "", course)

    urls = [source.url for source in feeds(4)]
    waits = dict(zip(urls, (300.0, -9.0, -999.0, -99.0), strict=True))
    poller, polls, clock = made(4, {url: state(url, wait) for url, wait in waits.items()})
    await poller.tick()
    await poller.settle()
    assert list(polls.asked) == [urls[2]]  # the longest overdue first
    await pass_time(poller, clock, 10)
    assert set(polls.asked) == set(urls[1:])
    await pass_time(poller, clock, 300)
    assert polls.asked[urls[0]] == 1


async def test_a_feed_whose_poll_has_not_ended_is_not_polled_beside_itself() -> None:
    poller, polls, clock = made(1)
    polls.gate.clear()
    await pass_time(poller, clock, 2000, settle=False)
    assert polls.asked.total() == 1
    polls.gate.set()
    await poller.settle()
    assert poller.late == 1
    await pass_time(poller, clock, 700)
    assert polls.asked.total() == 2


async def test_a_fault_and_a_poll_that_could_not_be_recorded_lose_no_feed() -> None:
    poller, polls, clock = made(1)
    polls.fault = RuntimeError("a fault in a poll")
    await pass_time(poller, clock, 2)
    assert polls.asked.total() == 1
    polls.fault, polls.unrecorded = None, True
    await pass_time(poller, clock, int(UNRECORDED_WAIT_S) + 2)
    assert polls.asked.total() == 2
    await pass_time(poller, clock, int(UNRECORDED_WAIT_S) + 2)
    assert polls.asked.total() == 3


async def test_a_clock_that_is_set_back_does_not_stop_the_polls() -> None:
    poller, polls, clock = made(3)
    await pass_time(poller, clock, 60)
    clock.at -= timedelta(days=400)
    await pass_time(poller, clock, 601)
    assert set(polls.asked.values()) == {2}


async def test_a_machine_that_slept_asks_no_crowd_of_feeds_at_once() -> None:
    poller, polls, clock = made(100)
    await pass_time(poller, clock, 60)
    polls.asked.clear()
    clock.at += timedelta(hours=8)
    await pass_time(poller, clock, 1)
    assert polls.asked.total() <= 3
    await pass_time(poller, clock, 60)
    assert set(polls.asked.values()) == {1}


async def test_a_changed_list_adds_and_drops_feeds_and_keeps_turns() -> None:
    poller, polls, clock = made(3)
    await pass_time(poller, clock, 60)
    poller.take(feeds(5, start=1), {})
    await pass_time(poller, clock, 60)
    urls = [source.url for source in feeds(5)]
    assert [polls.asked[url] for url in urls] == [1, 1, 1, 1, 1]
    await pass_time(poller, clock, 560)
    assert [polls.asked[url] for url in urls] == [1, 2, 2, 2, 2]


async def test_polls_that_stand_still_are_seen() -> None:
    poller, polls, clock = made(2)
    await pass_time(poller, clock, 60)
    polls.gate.clear()
    await pass_time(poller, clock, 510 + int(STANDSTILL.total_seconds()), settle=False)
    assert "2 asked now" in await poller.probe()
    await pass_time(poller, clock, 60, settle=False)
    with pytest.raises(ClaimwireError, match="no poll has ended since"):
        await poller.probe()
    polls.gate.set()
    await poller.settle()
    await poller.probe()


async def test_polls_that_are_due_and_not_begun_are_seen() -> None:
    poller, _polls, clock = made(1)
    await pass_time(poller, clock, 60)
    clock.at += timedelta(minutes=9)
    await poller.probe()
    clock.at += timedelta(minutes=9)
    with pytest.raises(ClaimwireError, match="1 due"):
        await poller.probe()


async def test_without_feeds_nothing_stands_still() -> None:
    poller, _polls, clock = made(0)
    clock.at += timedelta(days=1)
    await poller.probe()


async def test_a_stop_waits_and_then_cancels() -> None:
    poller, polls, clock = made(2)
    polls.gate.clear()
    await pass_time(poller, clock, 3, settle=False)
    assert poller.under_way == 2
    await poller.stop(patience_s=0.01)
    assert poller.under_way == 0
    await pass_time(poller, clock, 2000)
    assert polls.asked.total() == 2
