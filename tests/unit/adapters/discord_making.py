"""Parts of the Discord tests: an adapter on the fake, and a desk that says what it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.client import Patience
from bot.alerts.subscriptions import Subscription
from bot.commands.answers import Answer, Choice
from bot.commands.requests import Request
from bot.errors import ClaimwireError
from bot.model import Actor
from tests.fakes.discord_parts import CHANNEL, TOKEN
from tests.fakes.discord_server import DiscordServer

ADDRESS = f"discord:{CHANNEL}"
# Of the pause between sessions, which Discord asks for, a test needs nothing.
QUICK = Patience(connect_s=5, send_s=5, silence_s=60, identify_s=0)


class SayingDesk:
    """Answers everything with ``answer`` once ``open`` is set, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = Answer("Yes")
        self.asked: list[tuple[Request | str, Actor]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.held: Subscription | None = None
        self.fault: ClaimwireError | None = None
        self.claims = (Choice("C10", "C10 Delay is the strategy"), Choice("C11", "C11 Ünïcode"))

    async def ask(self, request: Request, actor: Actor) -> Answer:
        return await self._say(request, actor)

    async def ask_text(self, text: str, actor: Actor) -> Answer:
        return await self._say(text, actor)

    async def home(self, actor: Actor) -> tuple[Answer, ...]:
        return ()

    def complete(self, text: str) -> tuple[Choice, ...]:
        return tuple(one for one in self.claims if text.casefold() in one.label.casefold())

    async def subscription(self, actor: Actor) -> Subscription | None:
        if self.fault is not None:
            raise self.fault
        return self.held

    async def _say(self, asked: Request | str, actor: Actor) -> Answer:
        self.asked.append((asked, actor))
        await self.open.wait()
        return self.answer


def adapter_on(server: DiscordServer, patience: Patience = QUICK) -> DiscordAdapter:
    """Not started, and nobody to ask."""
    return DiscordAdapter(
        "discord", TOKEN, api_url=server.api_url, gateway_url=server.gateway_url, patience=patience
    )


@asynccontextmanager
async def running(
    desk: SayingDesk | None = None, patience: Patience = QUICK
) -> AsyncIterator[tuple[DiscordServer, DiscordAdapter]]:
    """A started adapter; at the end the bot must have done nothing that Discord forbids."""
    async with DiscordServer() as server:
        adapter = adapter_on(server, patience)
        if desk is not None:
            adapter.connect(desk)
        await adapter.start()
        try:
            yield server, adapter
        finally:
            server.released.set()
            await adapter.stop()
    assert server.faults == []
