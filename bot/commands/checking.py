"""A text or a page's address to a judged article. Nothing is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol
from urllib.parse import urlsplit

from bot.commands.requests import RequestError
from bot.errors import FetchError, ParseError
from bot.model import Article, Entry, Judgement, Outlet
from bot.pipeline import JudgeThread
from bot.ports import Clock
from feeds.entries import make_entry
from feeds.fetch import Fetched
from feeds.page import read_page
from feeds.raw import Field, RawEntry

# Under way or waiting for the judge; more people than this would wait for too long.
CHECKS_MAX = 4


class Fetching(Protocol):
    """The part of feeds.fetch.Fetcher that is needed: bounded, and never into a private network."""

    async def fetch(self, url: str) -> Fetched: ...


@dataclass(slots=True)
class Checker:
    """Judges what people ask about, by the judge of the feeds."""

    fetcher: Fetching
    judge: JudgeThread
    clock: Clock
    _under_way: int = 0

    async def check(self, text: str) -> tuple[Article, Judgement]:
        """Raises RequestError where an address cannot be read, or too many ask at once."""
        if self._under_way >= CHECKS_MAX:
            raise RequestError("Too many checks are under way. Try again in a minute.")
        self._under_way += 1
        try:
            now = self.clock.now()
            entry = await self._page(text, now) if is_address(text) else _typed(text, now)
            article = Article(entry, now, now)
            return article, (await self.judge.judge([article]))[0]
        finally:
            self._under_way -= 1

    async def _page(self, url: str, now: datetime) -> Entry:
        try:
            fetched = await self.fetcher.fetch(url)
            read = partial(
                read_page,
                fetched.body or b"",
                content_type=fetched.content_type,
                url=fetched.final_url,
                outlet=Outlet(urlsplit(fetched.final_url).hostname or "a web page"),
                now=now,
            )
            return await asyncio.to_thread(read)
        except (FetchError, ParseError) as error:
            raise RequestError(
                f"{url}: {error.reason}. Paste the report's headline and first sentences instead."
            ) from error


def is_address(text: str) -> bool:
    """Whether all of the text is a web address."""
    return text.startswith(("http://", "https://")) and len(text.split()) == 1


def _typed(text: str, now: datetime) -> Entry:
    title, _, rest = text.strip().partition("\n")
    raw = RawEntry(
        guid="", link="", title=Field(title), summary=Field(rest), published=None, updated=None
    )
    entry = make_entry(raw, feed_url="", outlet=Outlet("your text"), now=now)
    if entry is None:
        raise RequestError("There are no words in it. Write: check ADDRESS or TEXT")
    return entry
