"""One channel's long queue or pause holds up no other."""

from __future__ import annotations

import asyncio
import random

import pytest
from ledger_making import report, update

from bot.alerts.outbox import Courier
from bot.clock import SystemClock
from bot.errors import DeliveryError
from bot.ledger.store import Ledger
from bot.model import Delivery

WAIT_MAX_S = 10


class Held:
    """A channel that takes nothing until it is let go; ``asked`` is set once it was tried."""

    name = "held"

    def __init__(self) -> None:
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, delivery: Delivery) -> str:
        self.asked.set()
        await self.let_go.wait()
        return f"m{delivery.id}"


class Quick:
    """A channel that fails as often as it is told, then takes everything."""

    name = "quick"

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.took = asyncio.Event()

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, delivery: Delivery) -> str:
        if self.failures:
            self.failures -= 1
            raise DeliveryError("busy", try_again=True, retry_after_s=0.01)
        self.took.set()
        return f"m{delivery.id}"


def courier(ledger: Ledger, *channels: Held | Quick) -> Courier:
    class AtOnce(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return a

    return Courier(ledger, channels, SystemClock(), AtOnce())


@pytest.mark.parametrize("late", [False, True])
async def test_what_comes_due_is_sent_while_another_channel_is_at_work(late: bool):
    """Be it a row that was put off, or one that came only after the drain had begun."""
    held, quick = Held(), Quick(failures=0 if late else 1)
    async with await Ledger.open(None, SystemClock()) as ledger:
        channels = ("held",) if late else ("held", "quick")
        await ledger.commit(update(report("first"), channels=channels))
        draining = asyncio.create_task(courier(ledger, held, quick).drain())
        await held.asked.wait()
        if late:
            await ledger.commit(update(report("second", axis=3), channels=("quick",)))
        async with asyncio.timeout(WAIT_MAX_S):
            await quick.took.wait()
        assert not draining.done()
        held.let_go.set()
        result = await draining
    assert (result.sent, result.retried, result.waiting) == (2, 0 if late else 1, 0)


async def test_a_drain_that_is_cancelled_stops_what_is_under_way():
    held = Held()
    async with await Ledger.open(None, SystemClock()) as ledger:
        await ledger.commit(update(report("first"), channels=("held",)))
        draining = asyncio.create_task(courier(ledger, held).drain())
        await held.asked.wait()
        draining.cancel()
        with pytest.raises(asyncio.CancelledError):
            await draining
        assert (await ledger.counts()).pending == 1
