"""A WebSub hub on loopback (https://www.w3.org/TR/websub/), as well or as badly behaved as one
likes.

    async with Hub() as hub:
        ... a subscriber is told of hub.url, and posts its form ...
        await hub.verify()                      # asks back; the lease is hub.lease_s
        await hub.push(b"<rss>...</rss>")       # signed with the secret that it was given

Every form is kept in ``hub.asked``; the last one is meant where none is named.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

CHALLENGE = "a challenge & no more"


@dataclass(frozen=True)
class Said:
    """What the subscriber answered."""

    status: int
    text: str
    headers: Mapping[str, str]


class Hub:
    """``status`` and ``headers`` are what a form is answered with; ``verifies``: the hub asks back
    before it answers, as some do."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.status = 202
        self.headers: dict[str, str] = {}
        self.verifies = False
        self.lease_s = 1_000
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        pages = web.Application()
        pages.router.add_post("/hub", self._form)
        pages.router.add_post("/moved", self._form)
        self._runner = web.AppRunner(pages, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hub"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._session is not None
        assert self._runner is not None
        await self._session.close()
        await self._runner.cleanup()

    @property
    def modes(self) -> list[str]:
        """What it was asked for, in order."""
        return [form["hub.mode"] for form in self.asked]

    async def verify(self, form: Mapping[str, str] | None = None, **changed: str) -> Said:
        """Asks back; ``changed``: what it says otherwise than was asked, as ``topic="..."``."""
        form = form or self.asked[-1]
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": CHALLENGE,
            "hub.lease_seconds": str(self.lease_s),
        }
        query |= {f"hub.{name}": value for name, value in changed.items()}
        return await self.call(form["hub.callback"], query)

    async def deny(self, reason: str) -> Said:
        """Says that it does not push the topic."""
        form = self.asked[-1]
        query = {"hub.mode": "denied", "hub.topic": form["hub.topic"], "hub.reason": reason}
        return await self.call(form["hub.callback"], query)

    async def call(self, callback: str, query: Mapping[str, str]) -> Said:
        assert self._session is not None
        async with self._session.get(callback, params=query) as answer:
            return Said(answer.status, await answer.text(), answer.headers)

    async def push(
        self,
        body: bytes,
        *,
        algorithm: str = "sha256",
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
        to: str | None = None,
    ) -> Said:
        """Posts the body to the callback. ``algorithm`` "": it is not signed."""
        assert self._session is not None
        form = next(form for form in reversed(self.asked) if form["hub.mode"] == "subscribe")
        key = form["hub.secret"] if secret is None else secret
        sent = {"Content-Type": "application/rss+xml", **(headers or {})}
        if algorithm:
            signature = hmac.new(key.encode(), body, algorithm).hexdigest()
            sent["X-Hub-Signature"] = f"{algorithm}={signature}"
        url = to or form["hub.callback"]
        async with self._session.post(url, data=body, headers=sent) as answer:
            return Said(answer.status, await answer.text(), answer.headers)

    async def _form(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.verifies:
            await self.verify(form)
        return web.Response(status=self.status, headers=self.headers)
