"""One request at a time to a host, and a pause between two, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

GAP_S = 1.0


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    free_at: float = 0.0  # of the loop's clock


class Manners:
    """The turns at all hosts. Belongs to one event loop."""

    def __init__(self, gap_s: float = GAP_S) -> None:
        """``gap_s``: seconds from the end of a request to the start of the next."""
        self._gap_s = gap_s
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Waits until the host of ``url`` may be asked, and holds it until the block ends."""
        loop, name = asyncio.get_running_loop(), _host(url)
        host = self._hosts.setdefault(name, _Host())
        host.users += 1
        try:
            async with host.turn:
                pause_s = host.free_at - loop.time()
                if pause_s > 0:
                    await asyncio.sleep(pause_s)
                try:
                    yield
                finally:
                    host.free_at = loop.time() + self._gap_s
        finally:
            host.users -= 1
            if not host.users:
                loop.call_later(self._gap_s, self._forget, name, host)

    def _forget(self, name: str, host: _Host) -> None:
        """Lets go of a host that nobody asks: pages may lie on any number of them."""
        if not host.users and self._hosts.get(name) is host:
            del self._hosts[name]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # no address: the fetcher says so
        return ""
