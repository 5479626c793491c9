"""Readiness: every part by a probe of its own, none believed for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DeliveryError, LedgerError
from bot.ledger.records import ChannelQueue
from bot.operations.health import OVERDUE, STALE_S, Health, overdue
from tests.fakes.clock import HandClock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def fine() -> str:
    return "fine"


async def broken() -> str:
    raise LedgerError("the disk is full -> free some space")


async def faulty() -> str:
    raise RuntimeError("xoxb-something-private")


def queue(channel: str, *, waits: timedelta, error: str) -> ChannelQueue:
    return ChannelQueue(channel, 3, NOW, NOW - waits, error)


async def test_a_bot_that_is_starting_is_not_ready() -> None:
    health = Health(HandClock(NOW))
    health.watch("ledger", fine)
    assert not health.readiness().ready
    assert health.readiness().summary == "start: the bot is starting"


async def test_it_is_ready_once_every_part_was_proved() -> None:
    health = Health(HandClock(NOW))
    health.watch("judge", fine)
    health.watch("ledger", fine)
    await health.probe()
    assert health.readiness().ready
    assert health.readiness().summary == "ready"
    assert [part.name for part in health.readiness().parts] == ["schedule", "judge", "ledger"]


async def test_one_part_that_fails_is_named_and_the_others_are_still_looked_at() -> None:
    health = Health(HandClock(NOW))
    health.watch("ledger", broken)
    health.watch("judge", fine)
    await health.probe()
    readiness = health.readiness()
    assert not readiness.ready
    assert readiness.summary == "ledger: the disk is full -> free some space"
    assert {part.name: part.ready for part in readiness.parts}["judge"]


async def test_a_fault_in_a_probe_is_told_without_its_text() -> None:
    """What an unexpected error says may hold a token."""
    health = Health(HandClock(NOW))
    health.watch("channel slack", faulty)
    await health.probe()
    assert health.readiness().summary == "channel slack: a fault: RuntimeError"


async def test_a_part_that_works_again_makes_the_bot_ready_again() -> None:
    works = [False]

    async def now_and_then() -> str:
        if not works[0]:
            raise DeliveryError("not reachable", try_again=True)
        return "connected"

    health = Health(HandClock(NOW))
    health.watch("channel slack", now_and_then)
    await health.probe()
    assert not health.readiness().ready
    works[0] = True
    await health.probe()
    assert health.readiness().ready


async def test_probes_that_are_no_longer_made_prove_nothing() -> None:
    clock = HandClock(NOW)
    health = Health(clock)
    health.watch("ledger", fine)
    await health.probe()
    clock.at += timedelta(seconds=STALE_S)
    assert health.readiness().ready
    clock.at += timedelta(seconds=1)
    assert not health.readiness().ready
    assert "stands still" in health.readiness().summary


async def test_a_clock_that_is_set_back_is_no_alarm() -> None:
    clock = HandClock(NOW)
    health = Health(clock)
    await health.probe()
    clock.at -= timedelta(days=1)
    assert health.readiness().ready


def test_what_waits_after_a_failure_is_overdue_by_channel_and_reason() -> None:
    late = queue("slack:C1", waits=OVERDUE * 2, error="rate limited")
    told = overdue("slack", [late], NOW)
    assert "slack:C1: 3 wait since 2026-03-01 11:50 UTC" in told
    assert "rate limited" in told
    assert overdue("discord", [late], NOW) == ""


@given(waits=st.timedeltas(timedelta(), timedelta(days=99)), error=st.sampled_from(["", "503"]))
def test_only_what_was_tried_in_vain_and_waits_long_is_overdue(
    waits: timedelta, error: str
) -> None:
    """Quiet hours and a passing failure make no alarm."""
    told = overdue("desk", [queue("desk", waits=waits, error=error)], NOW)
    assert bool(told) == (bool(error) and waits > OVERDUE)
