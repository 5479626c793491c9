"""One harness per registered adapter: how the contract suite sees its readers and breaks it."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Protocol

from rich.console import Console

from adapters.base import build
from adapters.kind import HttpLimits, Surroundings
from adapters.memory import MemoryAdapter
from bot.errors import DeliveryError
from bot.ports import ChatAdapter
from tests.contract.samples import NOW
from tests.fakes.webhook_server import How, Reply, WebhookServer

SECRET = "a secret of the tests"
WAIT_MAX_S = 10


class FixedClock:
    """Always NOW."""

    def now(self) -> datetime:
        return NOW


class Harness(Protocol):
    """What the suite needs of a platform."""

    adapter: ChatAdapter

    def shown(self) -> list[str]:
        """What readers or the receiver got, one text per delivery, in order."""

    def break_for_good(self) -> None:
        """The channel is gone."""

    def hold(self) -> None:
        """The next send gets stuck on the platform's side."""

    async def held(self) -> None:
        """Returns when it is stuck."""

    def release(self) -> None:
        """It may go on."""


class Screen(io.StringIO):
    """A terminal's file that can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def write(self, text: str) -> int:
        if text:
            self.entered.set()
            assert self.gate.wait(WAIT_MAX_S)
            self.texts.append(text)
        return super().write(text)


class ConsoleHarness:
    def __init__(self) -> None:
        self.screen = Screen()
        console = Console(file=self.screen, width=100)
        self.adapter = build("console", "desk", {}, Surroundings(FixedClock(), console=console))

    def shown(self) -> list[str]:
        return self.screen.texts

    def break_for_good(self) -> None:
        self.screen.close()

    def hold(self) -> None:
        self.screen.entered.clear()
        self.screen.gate.clear()

    async def held(self) -> None:
        assert await asyncio.to_thread(self.screen.entered.wait, WAIT_MAX_S)

    def release(self) -> None:
        self.screen.gate.set()


class MemoryHarness:
    def __init__(self) -> None:
        adapter = build("memory", "desk", {}, Surroundings(FixedClock()))
        assert isinstance(adapter, MemoryAdapter)
        self.adapter: ChatAdapter = adapter
        self._memory = adapter

    def shown(self) -> list[str]:
        return [delivery.alert.claim.id for delivery in self._memory.deliveries]

    def break_for_good(self) -> None:
        self._memory.refuse_with = DeliveryError("gone", try_again=False)

    def hold(self) -> None:
        raise NotImplementedError

    async def held(self) -> None:
        raise NotImplementedError

    def release(self) -> None:
        raise NotImplementedError


class WebhookHarness:
    def __init__(self, server: WebhookServer) -> None:
        self.server = server
        surroundings = Surroundings(FixedClock(), HttpLimits(timeout_s=WAIT_MAX_S))
        self.adapter = build("webhook", "desk", {"url": server.url}, surroundings, SECRET)

    def shown(self) -> list[str]:
        return [seen.content.decode() for seen in self.server.taken.values()]

    def break_for_good(self) -> None:
        self.server.plan.append(Reply(410))

    def hold(self) -> None:
        self._before = len(self.server.seen)
        self.server.plan.append(Reply(how=How.HANG))

    async def held(self) -> None:
        await self.server.wait_for(self._before + 1)

    def release(self) -> None:
        self.server.released.set()


@asynccontextmanager
async def console() -> AsyncIterator[Harness]:
    yield ConsoleHarness()


@asynccontextmanager
async def memory() -> AsyncIterator[Harness]:
    yield MemoryHarness()


@asynccontextmanager
async def webhook() -> AsyncIterator[Harness]:
    async with WebhookServer(FixedClock().now, SECRET) as server:
        yield WebhookHarness(server)
        assert server.faults == []


HARNESSES: Mapping[str, Callable[[], AbstractAsyncContextManager[Harness]]] = {
    "console": console,
    "webhook": webhook,
    "memory": memory,
}
# Where a send takes no time, so that nothing can be held up.
INSTANT = frozenset({"memory"})
