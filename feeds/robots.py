"""robots.txt (RFC 9309): whether a page may be fetched. Asked for pages, never for feeds.

A feed's address was given by an admin, and a feed is there to be fetched by programs; the pages
that its entries point to are not.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from yarl import URL

from bot.errors import FetchError
from bot.ports import Clock
from feeds.fetch import Fetcher
from feeds.manners import Manners
from feeds.robotstxt import SiteRules, site_rules

AGENT = "claimwire"
KEPT_FOR = timedelta(hours=24)  # RFC 9309, 2.4
MAX_BYTES = 500 * 1024  # RFC 9309, 2.5: what must be read; the rest is not
MAX_SITES = 1_000
_CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True, slots=True)
class _Rules:
    of_site: SiteRules | None  # None: nothing may be fetched
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
            address = URL(url)
            site, path = str(address.origin()), address.raw_path_qs
        except ValueError:  # links of feeds may be anything
            return False
        rules = self._sites.get(site)
        if rules is None or rules.until <= self._clock.now():
            rules = _Rules(await self._fetched(site), self._clock.now() + KEPT_FOR)
            self._sites.pop(site, None)
            self._sites[site] = rules
            if len(self._sites) > MAX_SITES:
                del self._sites[next(iter(self._sites))]
        return rules.of_site is not None and rules.of_site.allow(path)

    async def _fetched(self, site: str) -> SiteRules | None:
        try:
            async with self._manners.turn(site):
                fetched = await self._fetcher.fetch(f"{site}/robots.txt")
        except FetchError as error:
            none_there = error.status is not None and error.status in _CLIENT_ERRORS
            return SiteRules() if none_there else None
        body = (fetched.body or b"")[:MAX_BYTES]
        return await asyncio.to_thread(site_rules, body, AGENT)
