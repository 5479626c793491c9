"""A web page's title, description and first text, for judging a report by its address. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from bot.errors import ParseError
from bot.model import Entry, Outlet
from feeds.document import decode
from feeds.entries import make_entry
from feeds.raw import Field, RawEntry
from feeds.text import fold

# What a feed's summary would say; an article's later paragraphs are background.
FIRST_TEXT_CHARS = 600
MAX_PAGE_CHARS = 2_000_000
# A tree's cost may grow with the square of its depth, so no more tags than this are read: more than
# stand before the first paragraphs of an article, once scripts and drawings are cut out.
MAX_TAGS = 4_000
PARAGRAPH_LEAST_CHARS = 60  # shorter ones are menus, dates and captions
_CUT = ("script", "style", "svg", "template", "noscript")
_TAG = re.compile(r"<([A-Za-z!][A-Za-z0-9]*)")
_END = {name: re.compile(rf"</{name}", re.IGNORECASE) for name in _CUT}
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_TITLES = ('meta[property="og:title"]', 'meta[name="twitter:title"]')
_DESCRIPTIONS = (
    'meta[property="og:description"]',
    'meta[name="description"]',
    'meta[name="twitter:description"]',
)


def read_page(body: bytes, *, content_type: str, url: str, outlet: Outlet, now: datetime) -> Entry:
    """The page as an entry without dates. Raises ParseError where it is none or has no words."""
    kind = content_type.partition(";")[0].strip().casefold()
    if kind and kind not in _HTML_TYPES:
        raise ParseError(f"it is no web page but {kind[:60]}")
    tree = LexborHTMLParser(bounded_markup(decode(body, content_type)[:MAX_PAGE_CHARS]))
    heading = tree.css_first("h1") or tree.css_first("title")
    title = _meta(tree, _TITLES) or (fold(heading.text()) if heading else "")
    description = _meta(tree, _DESCRIPTIONS)
    first = _first_text(tree)
    summary = first if description and first.startswith(description[:80]) else ""
    summary = summary or "\n".join(part for part in (description, first) if part)
    raw = RawEntry(
        guid="", link=url, title=Field(title), summary=Field(summary), published=None, updated=None
    )
    entry = make_entry(raw, feed_url="", outlet=outlet, now=now)
    if entry is None:
        raise ParseError("it has no words that can be read without running its scripts")
    return entry


def bounded_markup(markup: str, max_tags: int = MAX_TAGS) -> str:
    """The start of the markup without what holds no text of the page, up to so many tags."""
    pieces: list[str] = []
    at = tags = 0
    for found in _TAG.finditer(markup):
        if found.start() < at:
            continue
        name = found[1].lower()
        if name in _CUT:
            end = _END[name].search(markup, found.end())
            pieces.append(markup[at : found.start()])
            at = end.end() if end else len(markup)
        tags += 1
        if tags > max_tags:
            break
    else:
        return "".join(pieces) + markup[at:]
    return "".join(pieces) + markup[at : found.start()]


def _meta(tree: LexborHTMLParser, selectors: tuple[str, ...]) -> str:
    for selector in selectors:
        node = tree.css_first(selector)
        if node and (text := fold(node.attributes.get("content") or "")):
            return text
    return ""


def _first_text(tree: LexborHTMLParser) -> str:
    """The first paragraphs that are long enough to be an article's."""
    kept: list[str] = []
    length = 0
    for node in tree.css("article p") or tree.css("main p") or tree.css("p"):
        text = fold(node.text())
        if len(text) < PARAGRAPH_LEAST_CHARS:
            continue
        kept.append(text)
        length += len(text)
        if length >= FIRST_TEXT_CHARS:
            break
    return "\n".join(kept)[:FIRST_TEXT_CHARS]
