"""Bad weather for the benches: feeds and platforms that fail, as their strict fakes can."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

from aiohttp import web

from tests.bench._stream import Item, rss
from tests.fakes import slack_server, webhook_server
from tests.fakes.feed_server import FeedServer, Page
from tests.fakes.slack_server import SlackServer
from tests.fakes.webhook_server import How, WebhookServer

OUTLETS_MAX = 250  # one loopback address for each
STOCK = 5  # earlier entries that a feed holds at the start, read in silence
FEED_TROUBLE = 0.15  # of its answers, never two after one another (it would rest for 15 minutes)
OUTAGE_EVERY_S, OUTAGE_S = 50.0, (5.0, 25.0)
TROUBLE = 0.05  # of a platform's answers outside of outages


class Newsstand(FeedServer):
    """A feed for each outlet, in bad weather while ``stormy``."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(OUTLETS_MAX)
        self.stormy = False
        self.troubles: Counter[str] = Counter()
        self.stale: set[str] = set()  # paths whose last entries nobody has read yet
        self._held: dict[str, list[Item]] = {}
        self._paths: dict[str, str] = {}
        self._troubled: set[str] = set()
        self._rng = rng

    def open(self, outlets: Sequence[str], stock: Sequence[Item]) -> str:
        """Makes the feeds; the list of them as OPML."""
        outlines = []
        for number, outlet in enumerate(outlets):
            path = self._paths[outlet] = f"/{number}"
            self._held[path] = []
            for one in [item for item in stock if item.outlet == outlet][-STOCK:]:
                self._held[path].insert(0, one)
            self._print(path)
            url = self.url(path, f"127.0.0.{1 + number}")
            outlines.append(f"<outline type='rss' text={quoteattr(outlet)} xmlUrl='{url}'/>")
        return f"<opml version='2.0'><body>{''.join(outlines)}</body></opml>"

    def publish(self, item: Item) -> None:
        path = self._paths[item.outlet]
        self._held[path].insert(0, item)
        self._print(path)

    def _print(self, path: str) -> None:
        body = rss(self._held[path])
        self.pages[path] = Page(body, etag=f'"{len(self._held[path])}"')
        self.stale.add(path)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if self.stormy and path not in self._troubled and self._rng.random() < FEED_TROUBLE:
            self._troubled.add(path)
            status = self._rng.choice((429, 429, 503, 0))
            self.troubles[str(status or "cut")] += 1
            if status:
                return web.Response(status=status, headers={"Retry-After": "20"})
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        self._troubled.discard(path)
        self.stale.discard(path)
        self.requests.clear()  # nobody asks for them here, and memory is watched
        return await super()._answer(request)


class Trouble:
    """When a platform is in trouble, and of which kind. ``troubles`` counts them."""

    def __init__(self, rng: random.Random) -> None:
        self.stormy = False
        self.outage = False
        self.outages = 0
        self.troubles: Counter[str] = Counter()
        self._rng = rng

    def next(self) -> str:
        if not self.stormy or not (self.outage or self._rng.random() < TROUBLE):
            return ""
        kind = self._rng.choice(("429", "503", "cut", "cut after"))
        self.troubles[kind] += 1
        return kind

    async def outages_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / OUTAGE_EVERY_S))
            self.outage, self.outages = True, self.outages + 1
            await asyncio.sleep(self._rng.uniform(*OUTAGE_S))
            self.outage = False


class Hook(WebhookServer):
    """The receiver, in that trouble."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(lambda: datetime.now(UTC))
        self._trouble = trouble

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        replies = {
            "429": webhook_server.Reply(429, headers={"Retry-After": "2"}),
            "503": webhook_server.Reply(503),
            "cut": webhook_server.Reply(how=How.CUT),
            "cut after": webhook_server.Reply(how=How.TAKE_AND_CUT),
        }
        if kind := self._trouble.next():
            self.plan.append(replies[kind])
        return await super()._hook(request)


def slack_in(trouble: Trouble) -> SlackServer:
    """Slack, in that trouble."""
    server = SlackServer()
    replies = {
        "429": slack_server.Reply(429, retry_after_s=2),
        "503": slack_server.Reply(503),
        "cut": slack_server.Reply(cut=True),
        "cut after": slack_server.Reply(done_first=True, cut=True),
    }

    def weather(method: str) -> slack_server.Reply | None:
        if not method.startswith(("chat.", "conversations.")):
            return None
        return replies.get(trouble.next())

    server.weather = weather
    return server
