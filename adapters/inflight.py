"""Counts the sends that are under way, so that an adapter stops only when they are done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import DeliveryError


class InFlight:
    """Open or closed; used from one event loop only."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._count = 0
        self._open = False
        self._idle = asyncio.Event()
        self._idle.set()

    def open(self) -> None:
        """Sends are taken from now on."""
        self._open = True

    @contextmanager
    def one(self) -> Iterator[None]:
        """Around one send. Raises DeliveryError, to be tried again, while closed."""
        if not self._open:
            raise DeliveryError(f"{self._channel}: the channel is not started", try_again=True)
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def close(self) -> None:
        """Takes no more sends and returns when none is under way."""
        self._open = False
        await self._idle.wait()
