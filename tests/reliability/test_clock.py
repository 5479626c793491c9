"""A clock that jumps by a day, and the two nights on which the clocks change."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.outbox import Courier
from bot.alerts.subscriptions import QuietHours, Subscription
from bot.errors import DeliveryError
from bot.ledger.store import Ledger
from bot.model import Actor, Delivery
from bot.schedule import Schedule
from tests.ledger.ledger_making import StillClock, report, update
from tests.reliability.receiving import Platform, Receiver

DAY = timedelta(days=1)
PATIENCE_S = 20.0


class Refusing(Receiver):
    """Takes nothing for so many times."""

    def __init__(self, name: str, times: int) -> None:
        super().__init__(name)
        self.times = times

    async def send(self, delivery: Delivery) -> str:
        if self.times:
            self.times -= 1
            raise DeliveryError("not now", try_again=True)
        return await super().send(delivery)


@pytest.mark.parametrize("jump", [-DAY, DAY], ids=["back", "forth"])
async def test_a_jump_between_commit_and_delivery_loses_and_doubles_nothing(
    jump: timedelta,
) -> None:
    clock, channel = StillClock(), Receiver("desk")
    async with await Ledger.open(None, clock) as ledger:
        courier = Courier(ledger, [channel], clock, random.Random(1))
        await ledger.commit(update(report("a"), report("b", axis=1)))
        clock.at += jump
        await courier.drain()
        await ledger.commit(update(report("a"), report("c", axis=2), at=clock.at))
        await courier.drain()
    assert channel.got == [(1, 1), (2, 1), (3, 1)]


@pytest.mark.parametrize("jump", [-DAY, DAY], ids=["back", "forth"])
async def test_a_jump_during_a_wait_does_not_stretch_it(jump: timedelta) -> None:
    """And afterwards a channel that still takes nothing is not asked without a pause."""
    clock, channel = StillClock(), Refusing("desk", times=2)
    async with await Ledger.open(None, clock) as ledger:
        courier = Courier(ledger, [channel], clock, random.Random(1))
        await ledger.commit(update(report("a"), report("b", axis=1)))
        assert (await courier.drain()).retried == 1
        clock.at += jump
        assert (await courier.drain()).retried == 1
        assert (await courier.drain()).retried == 0  # it waits again, by the new clock
        clock.at += timedelta(minutes=1)
        await courier.drain()
    assert channel.got == [(1, 1), (2, 1)]


async def test_jobs_go_on_after_the_clock_was_set_back() -> None:
    """They were put into the day that the clock showed then."""
    clock, ran = StillClock(datetime.now(UTC) + DAY), asyncio.Event()

    async def job() -> None:
        ran.set()

    schedule = Schedule(clock, misfire_grace_s=60)
    schedule.every("job", job, interval_s=30)
    schedule.start()
    clock.at -= DAY
    assert not ran.is_set()
    schedule.mind_the_clock()
    async with asyncio.timeout(PATIENCE_S):
        await ran.wait()
    await schedule.stop(patience_s=PATIENCE_S)


async def test_jobs_go_on_at_once_after_the_clock_was_set_forward() -> None:
    """By years, as on a machine that keeps no time while it is off. One run is missed."""
    clock, ran = StillClock(datetime.now(UTC) - 3000 * DAY), asyncio.Event()

    async def job() -> None:
        ran.set()

    schedule = Schedule(clock, misfire_grace_s=60)
    schedule.every("job", job, interval_s=0.05)
    schedule.start()
    async with asyncio.timeout(PATIENCE_S):
        await ran.wait()
    await schedule.stop(patience_s=PATIENCE_S)
    assert schedule.missed["job"] == 1


def kyiv(*when: int, fold: int = 0) -> datetime:
    """A time on the wall there, in UTC."""
    return datetime(*when, tzinfo=ZoneInfo("Europe/Kyiv"), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("quiet", "night", "released"),
    [
        # 29 March 2026, where 04:00 comes after 02:59: an hour less of quiet.
        ("23:00-07:00", kyiv(2026, 3, 28, 23), kyiv(2026, 3, 29, 7)),
        # Quiet only in the hour that there is not: nothing waits.
        ("03:00-04:00", kyiv(2026, 3, 29, 2, 50), kyiv(2026, 3, 29, 2, 50)),
        # Quiet until a time that there is not: until the clock is past it.
        ("01:00-03:30", kyiv(2026, 3, 29, 1), kyiv(2026, 3, 29, 4)),
        # 25 October 2026, where 03:00 comes again after 03:59: an hour more of quiet.
        ("23:00-07:00", kyiv(2026, 10, 24, 23), kyiv(2026, 10, 25, 7)),
        # Quiet in the hour that there is twice: both times.
        ("03:00-04:00", kyiv(2026, 10, 25, 3), kyiv(2026, 10, 25, 4)),
    ],
)
async def test_quiet_hours_hold_through_a_change_of_the_clocks(
    quiet: str, night: datetime, released: datetime
) -> None:
    start, end = map(time.fromisoformat, quiet.split("-"))
    wanted = Subscription(quiet=QuietHours(start, end, "Europe/Kyiv"))
    clock, channel = StillClock(night), Platform("slack")
    async with await Ledger.open(None, clock) as ledger:
        await ledger.subscribe(wanted, Actor("slack", "U1", "Ada", channel_id="C1"))
        courier = Courier(ledger, [channel], clock, random.Random(1))
        news = [report(f"r{n}", axis=n, at=night) for n in range(2)]
        await ledger.commit(update(*news, at=night))
        await courier.drain()
        while not channel.got:
            clock.at += timedelta(minutes=10)
            assert clock.at < night + DAY
            await courier.drain()
    assert clock.at == released
    assert channel.got == [(1, 1), (2, 1)]
