"""One harness per registered adapter: how the contract suite sees its readers and breaks it."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rich.console import Console

from adapters.base import ADAPTERS, build
from adapters.kind import HttpLimits, Surroundings
from adapters.memory import MemoryAdapter
from adapters.slack.adapter import SlackAdapter
from adapters.slack.hearing import Patience
from adapters.slack.settings import read_settings
from bot.errors import DeliveryError
from bot.ports import ChatAdapter
from tests.contract.samples import NOW
from tests.fakes import discord_server, slack_server
from tests.fakes.clock import HandClock
from tests.fakes.discord_parts import CHANNEL as DISCORD_DESK
from tests.fakes.discord_parts import Reply as DiscordReply
from tests.fakes.discord_rules import texts
from tests.fakes.slack_limits import strings
from tests.fakes.slack_server import DESK as SLACK_DESK
from tests.fakes.slack_server import SlackServer
from tests.fakes.webhook_server import How, Reply, WebhookServer

SECRET = "a secret of the tests"
WAIT_MAX_S = 10


@dataclass
class FixedClock(HandClock):
    """At NOW."""

    at: datetime = NOW


class Harness(Protocol):
    """What the suite needs of a platform."""

    adapter: ChatAdapter
    channel: str  # the address of the channel that it is sent to

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


class RemoteHarness(Harness, Protocol):
    """Of a platform at the other end of a network."""

    def posts(self) -> int:
        """How many posts readers see; an edit adds none."""

    def ask_to_wait(self, seconds: float) -> None:
        """The next send is turned down with a 429 and this wish."""

    def lose_the_answer(self) -> None:
        """The next send is taken, and the connection breaks before that is told."""


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
    channel = "desk"

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
    channel = "desk"

    def __init__(self) -> None:
        adapter = build("memory", "desk", {}, Surroundings(FixedClock()))
        assert isinstance(adapter, MemoryAdapter)
        self.adapter: ChatAdapter = adapter
        self._memory = adapter

    def shown(self) -> list[str]:
        alerts = [delivery.alert.claim.id for delivery in self._memory.deliveries]
        notices = (f"{one.title} {one.sections[0].rows[0].text}" for one in self._memory.notices)
        return [*alerts, *notices]

    def break_for_good(self) -> None:
        self._memory.refuse_with = DeliveryError("gone", try_again=False)

    def hold(self) -> None:
        raise NotImplementedError

    async def held(self) -> None:
        raise NotImplementedError

    def release(self) -> None:
        raise NotImplementedError


class WebhookHarness:
    channel = "desk"

    def __init__(self, server: WebhookServer) -> None:
        self.server = server
        surroundings = Surroundings(FixedClock(), HttpLimits(timeout_s=WAIT_MAX_S))
        self.adapter = build("webhook", "desk", {"url": server.url}, surroundings, SECRET)

    def shown(self) -> list[str]:
        return [seen.content.decode() for seen in self.server.taken.values()]

    def posts(self) -> int:
        return len(self.server.taken)

    def ask_to_wait(self, seconds: float) -> None:
        self.server.plan.append(Reply(429, headers={"Retry-After": f"{seconds:g}"}))

    def lose_the_answer(self) -> None:
        self.server.plan.append(Reply(how=How.TAKE_AND_CUT))

    def break_for_good(self) -> None:
        self.server.plan.append(Reply(410))

    def hold(self) -> None:
        self._before = len(self.server.seen)
        self.server.plan.append(Reply(how=How.HANG))

    async def held(self) -> None:
        await self.server.wait_for(self._before + 1)

    def release(self) -> None:
        self.server.released.set()


class SlackHarness:
    channel = f"slack:{SLACK_DESK}"

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        settings = read_settings(server.variables)
        # Slack's own pace would cost a test a second for each post.
        quick = Patience(post_every_s=0)
        self.adapter: ChatAdapter = SlackAdapter(settings, FixedClock(), patience=quick)

    def shown(self) -> list[str]:
        told = self.server.channels[SLACK_DESK].told
        posts = [one for one in told if "thread_ts" not in one]
        return ["\n".join(strings(one["blocks"])) for one in posts]

    def posts(self) -> int:
        return len(self.server.channels[SLACK_DESK].messages)

    def ask_to_wait(self, seconds: float) -> None:
        limit = slack_server.Reply(429, retry_after_s=seconds, method="chat.postMessage")
        self.server.plan.append(limit)

    def lose_the_answer(self) -> None:
        lost = slack_server.Reply(done_first=True, cut=True, method="chat.postMessage")
        self.server.plan.append(lost)

    def break_for_good(self) -> None:
        self.server.channels[SLACK_DESK].archived = True

    def hold(self) -> None:
        self._before = len(self._posts())
        self.server.released.clear()
        self.server.plan.append(slack_server.Reply(hang=True, method="chat.postMessage"))

    async def held(self) -> None:
        await self.server.until(lambda: len(self._posts()) > self._before)

    def release(self) -> None:
        self.server.released.set()

    def _posts(self) -> list[slack_server.Call]:
        return [one for one in self.server.calls if one.method == "chat.postMessage"]


class DiscordHarness:
    channel = f"discord:{DISCORD_DESK}"

    def __init__(self, server: discord_server.DiscordServer) -> None:
        self.server = server
        around = Surroundings(FixedClock(), variables=server.variables)
        self.adapter = ADAPTERS["discord"].make("discord", {}, around)

    def shown(self) -> list[str]:
        told = (body for _, body in self.server.calls if body.get("embeds"))
        return ["\n".join(texts(body)) for body in told]

    def posts(self) -> int:
        return len(self.server.posts)

    def ask_to_wait(self, seconds: float) -> None:
        self.server.plan.append(DiscordReply(429, retry_after=seconds))

    def lose_the_answer(self) -> None:
        self.server.plan.append(DiscordReply(0, taken=True))

    def break_for_good(self) -> None:
        self.server.channels.clear()

    def hold(self) -> None:
        self._before = self.server.seen
        self.server.plan.append(DiscordReply(hang=True))

    async def held(self) -> None:
        await self.server.until_seen(self._before + 1)

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


@asynccontextmanager
async def slack() -> AsyncIterator[Harness]:
    async with SlackServer() as server:
        yield SlackHarness(server)
        assert server.faults == []


@asynccontextmanager
async def discord() -> AsyncIterator[Harness]:
    async with discord_server.DiscordServer() as server:
        yield DiscordHarness(server)
    assert server.faults == []


HARNESSES: Mapping[str, Callable[[], AbstractAsyncContextManager[Harness]]] = {
    "console": console,
    "webhook": webhook,
    "memory": memory,
    "discord": discord,
    "slack": slack,
}
# Where a send takes no time, so that nothing can be held up.
INSTANT = frozenset({"memory"})
