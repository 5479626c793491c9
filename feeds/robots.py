"""robots.txt (RFC 9309): whether a page may be fetched. Asked for pages, never for feeds.

A feed's address was given by an admin, and a feed is there to be fetched by programs; the pages
that its entries point to are not.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.robotparser import RobotFileParser

from yarl import URL

from bot.errors import FetchError
from bot.ports import Clock
from feeds.fetch import Fetcher
from feeds.manners import Manners

AGENT = "claimwire"
KEPT_FOR = timedelta(hours=24)  # RFC 9309, 2.4
MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: what must be read; the rest is not
MAX_SITES = 1_000
_CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True, slots=True)
class _Rules:
    parser: RobotFileParser | None  # None: nothing may be fetched
    until: datetime


class Robots:
    """The rules of all sites, fetched when they are first needed. Belongs to one event loop."""

    def __init__(self, fetcher: Fetcher, clock: Clock, manners: Manners) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._manners = manners
        self._sites: dict[str, _Rules] = {}

    async def allow(self, url: str) -> bool:
        """Whether the page may be fetched. A site whose rules cannot be had allows nothing, but
        one that has none allows everything (RFC 9309, 2.3.1). Never raises."""
        try:
            site = str(URL(url).origin())
        except ValueError:
            return False
        rules = self._sites.get(site)
        if rules is None or rules.until <= self._clock.now():
            rules = _Rules(await self._fetched(site), self._clock.now() + KEPT_FOR)
            self._sites.pop(site, None)
            self._sites[site] = rules
            if len(self._sites) > MAX_SITES:
                del self._sites[next(iter(self._sites))]
        return rules.parser is not None and rules.parser.can_fetch(AGENT, url)

    async def _fetched(self, site: str) -> RobotFileParser | None:
        try:
            async with self._manners.turn(site):
                fetched = await self._fetcher.fetch(f"{site}/robots.txt")
        except FetchError as error:
            none_there = error.status is not None and error.status in _CLIENT_ERRORS
            return await asyncio.to_thread(_parsed, b"") if none_there else None
        return await asyncio.to_thread(_parsed, fetched.body or b"")


def _parsed(body: bytes) -> RobotFileParser:
    parser = RobotFileParser()
    parser.parse(body[:MAX_BYTES].decode("utf-8-sig", "replace").splitlines())
    return parser
