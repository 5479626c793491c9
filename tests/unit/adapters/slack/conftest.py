"""A started adapter, the fake Slack that it talks to, and a desk that answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.slack.adapter import SlackAdapter
from adapters.slack.hearing import Patience
from adapters.slack.settings import read_settings
from bot.alerts.subscriptions import Subscription
from bot.commands.answers import Answer, Choice, Paragraph
from bot.commands.requests import Request
from bot.model import Actor
from tests.contract.harnesses import FixedClock
from tests.fakes.slack_server import SlackServer

GROUP = "S0EDITORS"


@dataclass
class FakeDesk:
    """Remembers who asked what; ``gate`` closed, it takes its time."""

    answer: Answer = field(default_factory=lambda: Answer("Heard", (Paragraph("you"),)))
    held: Subscription | None = None
    choices: tuple[Choice, ...] = (Choice("C10", "C10 Delay is the strategy"),)
    asked: list[tuple[str | Request, Actor]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def ask(self, request: Request, actor: Actor) -> Answer:
        self.asked.append((request, actor))
        await self.gate.wait()
        return self.answer

    async def ask_text(self, text: str, actor: Actor) -> Answer:
        self.asked.append((text, actor))
        await self.gate.wait()
        return self.answer

    async def home(self, actor: Actor) -> tuple[Answer, ...]:
        self.asked.append(("home", actor))
        return (self.answer,)

    def complete(self, text: str) -> tuple[Choice, ...]:
        return tuple(one for one in self.choices if text.casefold() in one.label.casefold())

    async def subscription(self, actor: Actor) -> Subscription | None:
        return self.held


def adapter_for(
    server: SlackServer, desk: FakeDesk | None = None, **patience: float
) -> SlackAdapter:
    settings = read_settings(server.variables)
    quick = Patience(**{"post_every_s": 0, **patience})
    made = SlackAdapter(settings, FixedClock(), (GROUP,), patience=quick, picture_wait_s=0)
    made.connect(desk or FakeDesk())
    return made


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as one:
        one.groups[GROUP] = ["U0ADA"]
        yield one
        assert one.faults == []


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
async def slack(server: SlackServer, desk: FakeDesk) -> AsyncIterator[SlackAdapter]:
    adapter = adapter_for(server, desk)
    await adapter.start()
    yield adapter
    await adapter.stop()
