"""RSS 2.0 as nearly all feeds write it, in a fraction of feedparser's time. Pure.

Well-formed documents whose elements stand where they should are read here, with the same result as
by feedparser; at the first thing that is out of the ordinary ``read_rss`` gives up, and feedparser
reads the document instead. So this module needs to know what is usual, and nothing else.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from feeds.raw import Field, Offer, RawEntry, RawFeed

# More tags than this make a tree that is not worth its memory; feedparser reads within a budget.
MAX_TAGS = 60_000

ParseDate = Callable[[str], datetime | None]
_Element = ET.Element

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DC_DATE = "{http://purl.org/dc/elements/1.1/}date"
_ORIGINAL_LINK = "{http://rssnamespace.org/feedburner/ext/1.0}origLink"
_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_MEDIA = ("{http://search.yahoo.com/mrss/}", "{http://search.yahoo.com/mrss}")
_SY = "{http://purl.org/rss/1.0/modules/syndication/}"
# What an item is read from: plain text, at most once each.
_READ = frozenset(
    ("title", "link", "description", "guid", "pubDate", _CONTENT, _DC_DATE, _ORIGINAL_LINK)
)
# Local names under which feedparser finds parts of an entry, in whatever namespace.
_TELLING = frozenset(
    "title link description guid id pubdate published issued date updated modified created summary"
    " abstract content encoded body fullitem prodlink origlink item entry channel feed rss rdf"
    " svg math div".split()
)
_RETITLING = ("source", "image", "textinput")
_ITEMS = frozenset(("item", "entry", "channel", "feed"))
# Another base for addresses, and the namespace that makes it RSS 1.0; sought in lower case.
_BASE = re.compile(r"base\s*=")
_RSS_10 = ('"http://purl.org/rss/1.0/"', "'http://purl.org/rss/1.0/'")
_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
_RFC822 = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{1,2}) ([A-Z][a-z]{2}) (\d{4})"
    r" (\d{2}):(\d{2}):(\d{2}) (?:GMT|UT|Z|([+-])(\d{2})(\d{2}))"
)
_WEB = ("https://", "http://")
_CHARACTER_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
# Windows' characters where Unicode has controls.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(128, 160)}


class _UnusualError(Exception):
    """The document is not read here."""


def read_rss(text: str, base: str, parse_date: ParseDate, *, max_items: int) -> RawFeed | None:
    """The feed in ``text``, which begins with its root element and declares no entities.

    ``base``: the address that others are relative to. ``parse_date``: for dates that are not as
    RFC 822 has them. None: it is out of the ordinary, broken, or has more than ``max_items``.
    """
    if not text.startswith("<rss") or text.count("<") > MAX_TAGS:
        return None
    lowered = text.lower()
    if _BASE.search(lowered) or any(namespace in lowered for namespace in _RSS_10):
        return None
    try:
        # Safe: no document type, so no entities.
        root = ET.fromstring(text)  # noqa: S314
        return _feed(root, base, parse_date, max_items)
    except (ET.ParseError, _UnusualError, ValueError):
        return None


def _feed(root: _Element, base: str, parse_date: ParseDate, max_items: int) -> RawFeed:
    if root.tag != "rss" or not root.get("version", "").startswith("2.") or len(root) != 1:
        raise _UnusualError
    channel = root[0]
    if channel.tag != "channel" or channel.attrib:
        raise _UnusualError
    items = [child for child in channel if child.tag == "item"]
    if len(items) > max_items:
        raise _UnusualError
    for child in channel:
        if child.tag != "item" and (len(child) or child.tag.endswith("}title")):
            _check_within(child)
    title = _only(channel, "title")
    return RawFeed(
        title=Field(_text(title) if title is not None else ""),
        format="RSS 2.0",
        entries=tuple(_entry(item, base, parse_date) for item in items),
        ttl_s=ttl_s(
            channel.findtext("ttl", ""),
            channel.findtext(f"{_SY}updatePeriod", ""),
            channel.findtext(f"{_SY}updateFrequency", ""),
        ),
        offer=Offer.of_links(
            (link.get("rel", ""), _joined(base, link.get("href", "").strip()))
            for link in channel
            if link.tag in ("link", _ATOM_LINK)
        ),
    )


def _entry(item: _Element, base: str, parse_date: ParseDate) -> RawEntry:
    if item.attrib:
        raise _UnusualError
    parts: dict[str, _Element] = {}
    second_summaries = 0
    for child in item:
        tag = child.tag
        if tag in _READ:
            if tag in parts:
                raise _UnusualError
            parts[tag] = child
        else:
            second_summaries += _passed_over(child, item, parts)
    if second_summaries > 1 or (second_summaries and _CONTENT in parts):
        raise _UnusualError
    texts = {tag: _text(element) for tag, element in parts.items()}
    published, updated = texts.get("pubDate", ""), texts.get(_DC_DATE, "")
    return RawEntry(
        guid=_guid(parts, texts, base),
        link=texts.get(_ORIGINAL_LINK) or _link(parts, texts, base),
        title=_title(texts.get("title", "")),
        summary=_summary(texts),
        published=_date(published, parse_date),
        updated=_date(updated, parse_date),
    )


def _passed_over(child: _Element, item: _Element, parts: dict[str, _Element]) -> int:
    """Makes sure that nothing in an element that is not read belongs to the entry.

    Returns how many summaries of pictures are in it, which feedparser takes for the entry's where
    that has none of its own.
    """
    if child.tag == _ATOM_LINK:
        if child.get("rel", "alternate").lower() == "alternate" or "href" not in child.attrib:
            raise _UnusualError
        return 0
    if not len(child) and _local(child.tag) not in _TELLING:
        return 0
    summaries = 0
    for element in child.iter():
        name = _local(element.tag)
        if name not in _TELLING:
            continue
        media = element.tag.startswith(_MEDIA)
        if media and name in ("title", "description") and _has_text(parts.get(name)):
            # After one of these feedparser takes another title.
            if name == "title" and any(item.find(tag) is not None for tag in _RETITLING):
                raise _UnusualError
            summaries += name == "description"
        elif not (media and name == "content"):
            raise _UnusualError
    return summaries


def _check_within(element: _Element) -> None:
    """Raises where an element beside the items holds some, or is another title of the feed."""
    if element.tag.endswith("}title") or any(_local(e.tag) in _ITEMS for e in element.iter()):
        raise _UnusualError


def _only(parent: _Element, tag: str) -> _Element | None:
    found = parent.findall(tag)
    if len(found) > 1:
        raise _UnusualError
    return found[0] if found else None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _has_text(element: _Element | None) -> bool:
    return element is not None and bool((element.text or "").strip())


def _text(element: _Element) -> str:
    """What it holds, trimmed; mended where UTF-8 was taken for Latin, or Windows' for Unicode."""
    if len(element) or (element.attrib and element.tag != "guid"):
        raise _UnusualError
    text = (element.text or "").strip()
    if text.isascii():
        return text
    with contextlib.suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_WINDOWS)


def _title(text: str) -> Field:
    if "</" in text:  # markup, or words about it: feedparser looks closer
        raise _UnusualError
    return Field(text)


def _summary(texts: dict[str, str]) -> Field:
    """The description; where that has no words, the content."""
    if "description" not in texts:
        return Field(texts.get(_CONTENT, ""))
    return Field(texts["description"] or texts.get(_CONTENT, ""), html=True)


def _is_link(guid: _Element) -> bool:
    attributes = {name.lower(): value for name, value in guid.attrib.items()}
    return attributes.get("ispermalink", "true") == "true"


def _guid(parts: dict[str, _Element], texts: dict[str, str], base: str) -> str:
    guid = texts.get("guid", "")
    return _joined(base, guid) if guid and _is_link(parts["guid"]) else guid


def _link(parts: dict[str, _Element], texts: dict[str, str], base: str) -> str:
    """The entry's link, or its GUID where that is one."""
    if "link" not in parts:
        return _guid(parts, texts, base) if "guid" in parts and _is_link(parts["guid"]) else ""
    link = _joined(base, texts["link"])
    # "?a=1&b=2" that was escaped twice, or read as a reference.
    return _CHARACTER_REFERENCE.sub(r"&\1", link.replace("&amp;", "&"))


def _joined(base: str, url: str) -> str:
    return url if not url or url.startswith(_WEB) else urljoin(base, url)


def _date(text: str, parse_date: ParseDate) -> datetime | None:
    if not text:
        return None
    found = _RFC822.fullmatch(text)
    if found is None or found[2] not in _MONTHS:
        return parse_date(text)
    day, year, hour, minute, second = map(int, found.group(1, 3, 4, 5, 6))
    offset = timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0))
    try:
        local = datetime(year, _MONTHS[found[2]], day, hour, minute, second, tzinfo=UTC)
        return local + offset if found[7] == "-" else local - offset
    except (ValueError, OverflowError):
        return parse_date(text)


_COUNT = re.compile(r"[0-9]{1,6}")
_PERIODS_S = {"hourly": 3600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0}


def ttl_s(ttl: str, period: str, frequency: str) -> float:
    """RSS 2.0's <ttl> in minutes, else sy:updatePeriod by sy:updateFrequency; 0 if neither.

    https://www.rssboard.org/rss-specification, https://web.resource.org/rss/1.0/modules/syndication
    """
    if _COUNT.fullmatch(ttl.strip()):
        return int(ttl) * 60.0
    period_s = _PERIODS_S.get(period.strip().lower(), 0.0)
    often = frequency.strip()
    return period_s / int(often) if _COUNT.fullmatch(often) and int(often) else period_s
