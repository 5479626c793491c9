"""From a feed's bytes to entries: RSS 0.9 to 2.0, RDF, Atom, CDF, JSON Feed. Pure, synchronous.

The only module that imports feedparser. Its two parsers are driven from here, not through
feedparser.parse, for three reasons: the document has been decoded and its DOCTYPE judged already
(feeds.document); nothing may take for ever, so both work within a budget; and text is cleaned by
feeds.text, so its sanitiser need not run.
"""

from __future__ import annotations

import calendar
import contextlib
import io
import time
import xml.sax
from datetime import UTC, datetime
from typing import Any

import feedparser.api
import feedparser.datetimes

from bot.errors import ParseError
from bot.model import Outlet
from feeds.document import Document, decode, read_document
from feeds.entries import ParsedFeed, finish
from feeds.jsonfeed import looks_like_json, read_json_feed
from feeds.raw import Field, Offer, RawEntry, RawFeed
from feeds.rss import read_rss, ttl_s

__all__ = ["ParsedFeed", "parse"]


MAX_ITEMS_READ = 2_000  # in document order; what lies behind them is not looked at
MAX_ELEMENTS = 100_000
MAX_PIECES = 1_000_000  # stretches of text, references and declarations
MAX_ATTRIBUTES = 100  # of one element; feedparser's time grows with the square
MAX_ATTRIBUTE_CHARS = 4_096
MAX_BASE_CHARS = 2_048  # of the address that xml:base adds to

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
_DATES_PUBLISHED = ("published_parsed", "created_parsed")


def parse(
    body: bytes, *, content_type: str, feed_url: str, outlet: Outlet, now: datetime
) -> ParsedFeed:
    """The feed in ``body``.

    ``content_type``: the HTTP header's value, "" if none. ``now``: aware UTC; a date that lies
    beyond it is not believed. Raises ParseError, and nothing else, if ``body`` is no feed or one
    that would harm its reader.
    """
    try:
        raw = _read(decode(body, content_type), feed_url)
        return finish(raw, feed_url=feed_url, outlet=outlet, now=now)
    except ParseError:
        raise
    except Exception as error:
        # feedparser stumbles over some broken documents in ways of its own; one feed's accident
        # must stay that feed's.
        raise ParseError(f"it cannot be read ({type(error).__name__}: {error})"[:300]) from error


def _read(text: str, feed_url: str) -> RawFeed:
    if not text:
        raise ParseError("it is empty")
    if looks_like_json(text):
        return read_json_feed(text, max_items=MAX_ITEMS_READ)
    document = read_document(text)
    usual = None if document.doctype or document.netscape else _usual(document, feed_url)
    return usual or _unusual(document, feed_url)


def _usual(document: Document, feed_url: str) -> RawFeed | None:
    """The feed, where it is as feeds are; most are, and are read ten times as fast."""
    return read_rss(document.text, _base(feed_url), _parsed_date, max_items=MAX_ITEMS_READ)


def _unusual(document: Document, feed_url: str) -> RawFeed:
    parser, problems = _parsed(document, feed_url)
    form = _format(document, parser.version)
    if not form and not parser.entries:
        raise ParseError(f"it is no feed (its first element is <{document.root}>)")
    if len(parser.entries) > MAX_ITEMS_READ:
        problems.append(f"only its first {MAX_ITEMS_READ} items were read")
    feed = parser.feeddata
    return RawFeed(
        title=_field(feed, "title"),
        format=form or "unknown",
        entries=tuple(_raw_entry(entry) for entry in parser.entries[:MAX_ITEMS_READ]),
        problems=tuple(problems),
        ttl_s=_ttl_s(feed),
        offer=_offer(feed),
    )


def _base(feed_url: str) -> str:
    return feed_url if feed_url.startswith(("http://", "https://")) else ""


def _format(document: Document, version: str) -> str:
    """The format's name for people, "" if it has none. feedparser reads CDF, but does not say."""
    if document.root.lower() == "channel" and not version:
        return "CDF"
    if document.netscape and version == "rss091u":
        version = "rss091n"
    return str(feedparser.api.SUPPORTED_VERSIONS[version]) if version else ""


# --- feedparser's parsers, within a budget -------------------------------------------------------


class _EnoughError(Exception):
    """MAX_ITEMS_READ entries have been read."""


class _Bounded:
    """Mixed into feedparser's parsers: counts their steps and cuts what makes them slow."""

    resolve_relative_uris = False
    sanitize_html = False

    entries: list[Any]
    feeddata: dict[str, Any]
    baseuri: str
    version: str
    _elements = 0
    _pieces = 0

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise ParseError(f"it has more than {MAX_ELEMENTS} elements")
        if len(self.entries) > MAX_ITEMS_READ:
            raise _EnoughError
        bounded = [
            (name, value[:MAX_ATTRIBUTE_CHARS])
            for name, value in attrs[:MAX_ATTRIBUTES]
            if len(self.baseuri) <= MAX_BASE_CHARS or name not in ("xml:base", "base")
        ]
        super().unknown_starttag(tag, bounded)  # type: ignore[misc]

    def unknown_endtag(self, tag: str) -> None:
        self._spend()
        super().unknown_endtag(tag)  # type: ignore[misc]

    def handle_data(self, text: str, escape: int = 1) -> None:
        self._spend()
        super().handle_data(text, escape)  # type: ignore[misc]

    def handle_charref(self, ref: str) -> None:
        self._spend()
        super().handle_charref(ref)  # type: ignore[misc]

    def handle_entityref(self, ref: str) -> None:
        self._spend()
        super().handle_entityref(ref)  # type: ignore[misc]

    def parse_declaration(self, i: int) -> Any:
        self._spend()
        return super().parse_declaration(i)  # type: ignore[misc]

    def _sync_author_detail(self, key: str = "author") -> None:
        """Authors are not used, and the search for their e-mail takes quadratic time."""

    def _spend(self) -> None:
        self._pieces += 1
        if self._pieces > MAX_PIECES:
            raise ParseError(f"its text comes in more than {MAX_PIECES} pieces")


class _Strict(_Bounded, feedparser.api.StrictFeedParser):  # type: ignore[misc]
    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802 - SAX's
        if attrs.getLength() > MAX_ATTRIBUTES:
            raise ParseError(f"one of its elements has more than {MAX_ATTRIBUTES} attributes")
        super().startElementNS(name, qname, attrs)


class _Loose(_Bounded, feedparser.api.LooseFeedParser):  # type: ignore[misc]
    pass


def _parsed(document: Document, feed_url: str) -> tuple[_Bounded, list[str]]:
    """The parser that has read the document: the strict one, or the loose one where it fails."""
    base = _base(feed_url)
    strict = _Strict(base, None, "utf-8")
    try:
        _drive(strict, document)
    except _EnoughError:
        return strict, []
    except xml.sax.SAXException as error:
        problem = f"it is not well-formed XML ({_place(error)})"
    else:
        return strict, []
    loose = _Loose(base, None, "utf-8", {})
    with contextlib.suppress(_EnoughError):
        loose.feed(document.text)
    return loose, [problem]


def _drive(parser: _Strict, document: Document) -> None:
    source = xml.sax.xmlreader.InputSource()
    source.setEncoding("utf-8")
    source.setByteStream(io.BytesIO((document.doctype + document.text).encode()))
    # Safe: the DOCTYPE is our own, and external entities are off.
    reader = xml.sax.make_parser()  # noqa: S317
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    reader.parse(source)


def _place(error: xml.sax.SAXException) -> str:
    if isinstance(error, xml.sax.SAXParseException):
        return f"line {error.getLineNumber()}: {error.getMessage()}"
    return str(error)


# --- feedparser's entries ------------------------------------------------------------------------


def _raw_entry(entry: Any) -> RawEntry:
    summary = _field(entry, "summary")
    return RawEntry(
        guid=_get(entry, "id"),
        link=_get(entry, "feedburner_origlink") or _get(entry, "link"),
        title=_field(entry, "title"),
        summary=summary if summary.text.strip() else _content(entry),
        published=_first_date(entry, _DATES_PUBLISHED),
        updated=_first_date(entry, ("updated_parsed",)),
    )


def _ttl_s(feed: Any) -> float:
    names = ("ttl", "sy_updateperiod", "sy_updatefrequency")
    return ttl_s(*(_get(feed, name) for name in names))


def _offer(feed: Any) -> Offer:
    links = dict.get(feed, "links")
    return Offer.of_links((_get(link, "rel"), _get(link, "href")) for link in links or ())


def _get(data: Any, name: str) -> str:
    # FeedParserDict answers for keys that are not there (and warns); dict.get does not.
    value = dict.get(data, name)
    return value if isinstance(value, str) else ""


def _field(data: Any, name: str) -> Field:
    detail = dict.get(data, f"{name}_detail")
    kind = dict.get(detail, "type") if isinstance(detail, dict) else None
    return Field(_get(data, name), kind in _HTML_TYPES)


def _content(entry: Any) -> Field:
    """The first of its contents with text (Atom's content, RSS's content:encoded)."""
    contents = dict.get(entry, "content")
    for content in contents if isinstance(contents, list) else ():
        if _get(content, "value").strip():
            return Field(_get(content, "value"), dict.get(content, "type") in _HTML_TYPES)
    return Field()


def _first_date(entry: Any, names: tuple[str, ...]) -> datetime | None:
    for name in names:
        if moment := _moment(dict.get(entry, name)):
            return moment
    return None


def _parsed_date(text: str) -> datetime | None:
    """A date in any of the ways that feeds write them."""
    return _moment(feedparser.datetimes._parse_date(text))  # noqa: SLF001 - it has no other way in


def _moment(parsed: Any) -> datetime | None:
    if not isinstance(parsed, time.struct_time | tuple):
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
