"""Completes a teaser from its page: the first sentences of the report, by trafilatura.

Only for feeds for which it is switched on. robots.txt is honoured, pages are bounded in size, time
and number, and what is extracted must speak of what the title says: a consent or log-in page does
not. Whatever goes wrong, the teaser stands as it was.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.errors import FetchError
from bot.log import logger
from bot.model import Entry
from bot.ports import Clock
from feeds.document import decode
from feeds.fetch import Fetcher
from feeds.manners import Manners
from feeds.page import MAX_PAGE_CHARS, bounded_markup
from feeds.robots import Robots
from feeds.text import clip, fold

TEASER_CHARS = 200  # a shorter summary is a teaser
TEXT_CHARS = 600  # what the judge reads of an entry
MAX_PAGES = 10  # of one poll, the newest; the other teasers stay as they are
POLL_TIMEOUT_S = 60.0
PAGE_TIMEOUT_S = 15.0
PAGE_MAX_BYTES = 2_000_000
MAX_TAGS = 8_000
MAX_SITES = 3  # that one page's redirects may lead through
TEXTS_KEPT = 500  # by their addresses, for feeds that carry the same report

_WORD = re.compile(r"\w{4,}")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)")
_SHARED_WORDS = 1 / 3  # of the title's, to be found in the text
_OLDEST = datetime.min.replace(tzinfo=UTC)

_log = logger("fulltext")


class FullText:
    """Fetches pages of entries. Belongs to one event loop."""

    def __init__(self, fetcher: Fetcher, clock: Clock, manners: Manners) -> None:
        """``fetcher``: one for pages, with limits of their own (PAGE_TIMEOUT_S, PAGE_MAX_BYTES)."""
        self._fetcher = fetcher
        self._manners = manners
        self._robots = Robots(fetcher, clock, manners)
        self._texts: dict[str, str] = {}

    async def completed(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries in order, teasers with the first sentences of their pages. Never raises."""
        newest = sorted(
            (e for e in entries if e.url and len(e.summary) < TEASER_CHARS),
            key=lambda e: e.published or _OLDEST,
            reverse=True,
        )
        longer: dict[str, str] = {}
        try:
            async with asyncio.timeout(POLL_TIMEOUT_S):
                for entry in newest[:MAX_PAGES]:
                    longer[entry.key] = await self._text(entry)
        except TimeoutError:
            _log.warning("pages took too long", feed=newest[0].feed_url, fetched=len(longer))
        # The hash stays that of the feed's own words: by it the entry is known at the next poll.
        return [
            replace(e, summary=joined(e.title, e.summary, longer.get(e.key, ""))) for e in entries
        ]

    async def _text(self, entry: Entry) -> str:
        """The page's report, "" where there is none to be had."""
        if entry.url not in self._texts:
            self._texts[entry.url] = await self._fetched(entry.url)
            if len(self._texts) > TEXTS_KEPT:
                del self._texts[next(iter(self._texts))]
        return self._texts[entry.url]

    async def _fetched(self, url: str) -> str:
        for _site in range(MAX_SITES):
            if not await self._robots.allow(url):
                _log.info("page not fetched", url=url, reason="its robots.txt does not allow it")
                return ""
            try:
                # Another site is asked in a turn of its own, and its robots.txt before.
                async with self._manners.turn(url):
                    page = await self._fetcher.fetch(url, within_site=True)
            except FetchError as error:
                _log.info("page not fetched", url=url, reason=error.reason)
                return ""
            if page.body is not None:
                if page.final_url != url and not await self._robots.allow(page.final_url):
                    return ""
                return await asyncio.to_thread(extracted, page.body, page.content_type)
            url = page.final_url
        return ""


def extracted(body: bytes, content_type: str) -> str:
    """The report in a page, one paragraph a line; "" if there is none. Slow: for a thread."""
    # Imported late: it takes half a second, and few need it.
    import trafilatura

    if "html" not in content_type.lower():
        return ""
    markup = bounded_markup(decode(body, content_type)[:MAX_PAGE_CHARS], MAX_TAGS)
    try:
        text = trafilatura.extract(
            markup, fast=True, include_comments=False, include_tables=False, favor_precision=True
        )
    except Exception as error:  # noqa: BLE001 - one page's accident must stay that page's
        _log.warning("page not understood", error=repr(error)[:200])
        return ""
    return "\n".join(line for line in map(fold, (text or "").splitlines()) if line)


def joined(title: str, summary: str, text: str) -> str:
    """The summary, completed with the text up to TEXT_CHARS at the end of a sentence.

    As it was if the text does not speak of what the title says.
    """
    wanted = {word.casefold() for word in _WORD.findall(title)}
    there = {word.casefold() for word in _WORD.findall(text)}
    if not text or len(wanted & there) < len(wanted) * _SHARED_WORDS:
        return summary
    teaser = summary.rstrip(" .…[]")
    whole = text if not teaser or teaser in text else f"{summary}\n{text}"
    if len(whole) <= TEXT_CHARS:
        return whole
    ends = [found.end() for found in _SENTENCE_END.finditer(whole[:TEXT_CHARS])]
    return whole[: ends[-1]] if ends and ends[-1] > len(summary) else clip(whole, TEXT_CHARS)
