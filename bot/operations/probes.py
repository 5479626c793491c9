"""The probes of the running bot's parts, and what makes the bot count as ready."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from bot.errors import DeliveryError
from bot.ledger.records import ChannelQueue, Pulse
from bot.operations.health import Health, overdue
from bot.operations.metrics import Metrics
from bot.ports import ChatAdapter, Clock, Probed


class Heart(Protocol):
    """The part of the ledger that is needed here (see bot.ledger.store.Ledger)."""

    async def pulse(self) -> Pulse: ...

    async def queues(self) -> tuple[ChannelQueue, ...]: ...


class Starter(Protocol):
    """The part of the courier that is needed here (see bot.alerts.outbox.Courier)."""

    async def ensure_started(self, name: str) -> None: ...


class Probes:
    """Every probe returns a few words on what it found, or raises ClaimwireError."""

    def __init__(self, ledger: Heart, courier: Starter, metrics: Metrics, clock: Clock) -> None:
        self._ledger = ledger
        self._courier = courier
        self._metrics = metrics
        self._clock = clock

    def watch(self, health: Health, judge: str, adapters: Sequence[ChatAdapter]) -> None:
        """Lets the bot be ready only with all of its parts. ``judge``: what was loaded."""

        async def judge_loaded() -> str:
            return judge

        health.watch("judge", judge_loaded)
        health.watch("ledger", self.ledger)
        for adapter in adapters:
            health.watch(f"channel {adapter.name}", partial(self.channel, adapter))

    async def ledger(self) -> str:
        """Writes and reads the ledger, and takes its figures over."""
        pulse = await self._ledger.pulse()
        self._metrics.pulse(pulse)
        return f"written and read; {pulse.feeds_failing} of {pulse.feeds} feeds failing"

    async def channel(self, adapter: ChatAdapter) -> str:
        """Starts the adapter if it never was, asks its platform, and looks at what waits for it."""
        await self._courier.ensure_started(adapter.name)
        if isinstance(adapter, Probed):
            await adapter.probe()
        late = overdue(adapter.name, await self._ledger.queues(), self._clock.now())
        if late:
            raise DeliveryError(late, try_again=True)
        return "the platform answers" if isinstance(adapter, Probed) else "started"
