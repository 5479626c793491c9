"""From a raw feed to entries: plain text, bounds, believable dates, identity. Pure.

Whatever had to be mended, cut or left out is counted and told in a problem.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from bot.model import Entry, Outlet
from feeds.raw import Field, Offer, RawEntry, RawFeed
from feeds.text import (
    MAX_URL_CHARS,
    canonical_url,
    clip,
    content_hash,
    entry_key,
    fold,
    html_to_text,
    plain_to_text,
)

MAX_ENTRIES = 500
MAX_TITLE_CHARS = 500
MAX_SUMMARY_CHARS = 4_000
MAX_GUID_CHARS = 1_000

_WEB = ("https://", "http://")
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # older than any feed: an unset clock, a wrong format
FUTURE_TOLERANCE = timedelta(minutes=10)  # what clocks differ by; more is a wrong zone or a plan


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as it is used. ``problems``: for people, each with how many entries it concerns.

    ``ttl_s``: how long it may be kept before it is asked again, 0 if it does not say. ``offer``:
    who pushes it, as it says itself.
    """

    title: str
    format: str
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    ttl_s: float = 0.0
    offer: Offer = field(default_factory=Offer)


def finish(raw: RawFeed, *, feed_url: str, outlet: Outlet, now: datetime) -> ParsedFeed:
    """The entries of ``raw`` in feed order: of more than MAX_ENTRIES the newest."""
    counts: Counter[str] = Counter()
    made = [_entry(item, feed_url, outlet, now, counts) for item in raw.entries]
    named = _without_repeats(_told_apart([entry for entry in made if entry]), counts)
    kept = _newest(named)
    counts["above the limit of 500 were left out"] = len(named) - len(kept)
    counts["without an id"] = sum(not entry.guid for entry in kept)
    counts["without an address"] = sum(not entry.url for entry in kept)
    counts["without a date"] = sum(entry.published is None for entry in kept)
    problems = [f"{_entries(count)} {what}" for what, count in counts.items() if count]
    if not raw.entries:
        problems.append("it has no entries")
    return ParsedFeed(
        title=_line(raw.title, MAX_TITLE_CHARS),
        format=raw.format,
        entries=tuple(kept),
        problems=(*raw.problems, *problems),
        ttl_s=raw.ttl_s,
        offer=raw.offer,
    )


def make_entry(raw: RawEntry, *, feed_url: str, outlet: Outlet, now: datetime) -> Entry | None:
    """One entry by the rules of ``finish``; None if it has neither title nor text.

    ``feed_url`` is "" where it comes from no feed.
    """
    return _entry(raw, feed_url, outlet, now, Counter())


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _entry(
    raw: RawEntry, feed_url: str, outlet: Outlet, now: datetime, counts: Counter[str]
) -> Entry | None:
    title = _line(raw.title, MAX_TITLE_CHARS)
    summary = clip(_text(raw.summary), MAX_SUMMARY_CHARS)
    if not title and not summary:
        counts["without title and text were left out"] += 1
        return None
    guid = fold(raw.guid)[:MAX_GUID_CHARS]
    url = _page_url(raw.link, feed_url)
    words = content_hash(title, summary)
    published, updated = _believable(raw, now, counts)
    return Entry(
        key=entry_key(url=url, feed_url=feed_url, guid=guid, content=words),
        content_hash=words,
        feed_url=feed_url,
        guid=guid,
        url=url,
        title=title,
        summary=summary,
        published=published,
        updated=updated,
        outlet=outlet,
    )


def _text(field: Field) -> str:
    return html_to_text(field.text) if field.html else plain_to_text(field.text)


def _line(field: Field, limit: int) -> str:
    return clip(" ".join(_text(field).split()), limit)


def _page_url(link: str, feed_url: str) -> str:
    """The entry's address as published, made absolute; "" unless it is a web page's."""
    try:
        link = link.strip()
        url = link if not link or link.startswith(_WEB) else urljoin(feed_url, link)
    except ValueError:
        return ""
    return url if len(url) <= MAX_URL_CHARS and canonical_url(url) else ""


def _believable(
    raw: RawEntry, now: datetime, counts: Counter[str]
) -> tuple[datetime | None, datetime | None]:
    """The published and updated times, None where they cannot be true.

    Many feeds (RDF, Atom) date an entry by its last change alone: then that is its date.
    """
    published = raw.published or raw.updated
    if published is not None and published > now + FUTURE_TOLERANCE:
        counts["dated in the future"] += 1
        published = None
    elif published is not None and published < EARLIEST:
        counts["dated before 1990"] += 1
        published = None
    updated = raw.updated
    if updated is not None and not EARLIEST <= updated <= now + FUTURE_TOLERANCE:
        updated = None
    return published, updated


def _told_apart(entries: list[Entry]) -> list[Entry]:
    """Entries that share one address but are not the same are known by GUID or content instead."""
    by_key: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        by_key[entry.key].add((entry.guid, entry.content_hash))
    shared = {key for key, members in by_key.items() if not _is_one(members)}
    return [
        replace(entry, key=_key_without_url(entry)) if entry.key in shared else entry
        for entry in entries
    ]


def _is_one(members: set[tuple[str, str]]) -> bool:
    guids = {guid for guid, _ in members}
    hashes = {words for _, words in members}
    return len(guids) == 1 or len(hashes) == 1


def by_guid(entries: Iterable[Entry], shared: Container[str]) -> list[Entry]:
    """The same, those at these addresses known by GUID or content.

    For a document that holds a part of a feed: that an address is shared shows only in the whole.
    """
    return [
        replace(entry, key=_key_without_url(entry)) if entry.url in shared else entry
        for entry in entries
    ]


def _key_without_url(entry: Entry) -> str:
    return entry_key(url="", feed_url=entry.feed_url, guid=entry.guid, content=entry.content_hash)


def _without_repeats(entries: Iterable[Entry], counts: Counter[str]) -> list[Entry]:
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.key in first:
            counts["given more than once"] += 1
        else:
            first[entry.key] = entry
    return list(first.values())


def _newest(entries: list[Entry]) -> list[Entry]:
    """At most MAX_ENTRIES: dated ones from the newest, then undated ones, first come first."""
    if len(entries) <= MAX_ENTRIES:
        return entries
    order = sorted(
        range(len(entries)), key=lambda index: entries[index].published or EARLIEST, reverse=True
    )
    return [entries[index] for index in sorted(order[:MAX_ENTRIES])]
