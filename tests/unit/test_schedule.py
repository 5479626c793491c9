"""The clock's work: jobs run, never beside themselves; a missed run is counted; a stop waits."""

import asyncio

import pytest

from bot.clock import SystemClock
from bot.schedule import Schedule

PATIENCE_S = 20.0


def schedule() -> Schedule:
    return Schedule(SystemClock(), misfire_grace_s=60)


async def test_a_job_runs_again_and_again() -> None:
    runs = asyncio.Queue[int]()
    clock = schedule()

    async def job() -> None:
        runs.put_nowait(1)

    clock.every("job", job, interval_s=0.01)
    clock.start()
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(3):
            await runs.get()
    await clock.stop(patience_s=PATIENCE_S)


async def test_a_job_never_runs_beside_itself_and_what_is_missed_is_counted() -> None:
    clock, go_on = schedule(), asyncio.Event()
    at_once, most = 0, 0

    async def job() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await go_on.wait()
        at_once -= 1

    missed = asyncio.Event()
    clock.every("slow", job, interval_s=0.01)

    async def watch() -> None:
        if clock.missed["slow"]:
            missed.set()

    clock.every("watch", watch, interval_s=0.01)
    clock.start()
    async with asyncio.timeout(PATIENCE_S):
        await missed.wait()
    go_on.set()
    await clock.stop(patience_s=PATIENCE_S)
    assert most == 1
    assert clock.missed["slow"] >= 1


async def test_one_failing_job_stops_neither_itself_nor_others() -> None:
    clock, ran = schedule(), asyncio.Queue[str]()

    async def bad() -> None:
        ran.put_nowait("bad")
        raise RuntimeError("a fault in a job")

    async def good() -> None:
        ran.put_nowait("good")

    clock.every("bad", bad, interval_s=0.01)
    clock.every("good", good, interval_s=0.01)
    clock.start()
    seen: list[str] = []
    async with asyncio.timeout(PATIENCE_S):
        while min(seen.count("bad"), seen.count("good")) < 2:
            seen.append(await ran.get())
    await clock.stop(patience_s=PATIENCE_S)


@pytest.mark.parametrize("finishes", [True, False])
async def test_a_stop_waits_for_what_is_under_way_but_not_for_ever(finishes: bool) -> None:
    clock, begun, go_on = schedule(), asyncio.Event(), asyncio.Event()
    ends: list[str] = []

    async def job() -> None:
        begun.set()
        try:
            await go_on.wait()
            ends.append("finished")
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    clock.every("job", job, interval_s=60)
    clock.start()
    async with asyncio.timeout(PATIENCE_S):
        await begun.wait()
        if finishes:
            asyncio.get_running_loop().call_soon(go_on.set)
        await clock.stop(patience_s=PATIENCE_S if finishes else 0.01)
    assert ends == ["finished" if finishes else "cancelled"]


async def test_nothing_begins_after_the_stop() -> None:
    clock, begun, go_on = schedule(), asyncio.Event(), asyncio.Event()
    late: list[str] = []

    async def first() -> None:
        begun.set()
        await go_on.wait()

    async def second() -> None:
        late.append("second")

    clock.every("first", first, interval_s=60)
    clock.every("second", second, interval_s=60, first_in_s=60)
    clock.start()
    async with asyncio.timeout(PATIENCE_S):
        await begun.wait()
        stopping = asyncio.ensure_future(clock.stop(patience_s=PATIENCE_S))
        go_on.set()
        await stopping
    assert late == []


async def test_a_job_that_may_overrun_is_not_counted_as_missed() -> None:
    clock, go_on, seen = schedule(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        await go_on.wait()

    async def watch() -> None:
        if clock.missed["other"]:
            seen.set()

    clock.every("slow", slow, interval_s=0.01, may_overrun=True)
    clock.every("other", slow, interval_s=0.01)
    clock.every("watch", watch, interval_s=0.01)
    clock.start()
    async with asyncio.timeout(PATIENCE_S):
        await seen.wait()
    go_on.set()
    await clock.stop(patience_s=PATIENCE_S)
    assert clock.missed["slow"] == 0
