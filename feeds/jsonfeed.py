"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import ParseError
from feeds.raw import Field, Offer, RawEntry, RawFeed

_VERSION = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/(1(?:\.1)?)/?")


def looks_like_json(text: str) -> bool:
    """Whether a document (decoded, trimmed at its start) is JSON and not XML."""
    return text.startswith(("{", "["))


def read_json_feed(text: str, *, max_items: int) -> RawFeed:
    """The feed in ``text``, its first ``max_items`` items. Raises ParseError."""
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise ParseError("its JSON is nested too deeply") from error
    except ValueError as error:
        raise ParseError(f"it is not valid JSON: {_where(error)}") from error
    if not isinstance(document, dict):
        raise ParseError("it is JSON, but not a JSON Feed (its top level is no object)")
    version = _VERSION.fullmatch(_string(document, "version").strip())
    items = document.get("items")
    if not isinstance(items, list):
        raise ParseError('it is JSON, but not a JSON Feed (it has no list "items")')
    if version is None:
        raise ParseError('it is JSON, but not a JSON Feed (its "version" is no jsonfeed.org one)')
    read = [_entry(item) for item in items[:max_items] if isinstance(item, dict)]
    return RawFeed(
        title=Field(_string(document, "title")),
        format="JSON Feed 1.1" if version.group(1) == "1.1" else "JSON Feed 1.0",
        entries=tuple(read),
        problems=_problems(items, len(read), max_items),
        offer=_offer(document),
    )


def _offer(document: Mapping[str, Any]) -> Offer:
    """Its hubs of the type WebSub; its topic is the address that it gives for itself."""
    hubs = document.get("hubs")
    links = [
        ("hub", _string(hub, "url"))
        for hub in (hubs if isinstance(hubs, list) else ())
        if isinstance(hub, dict) and _string(hub, "type").strip().lower() == "websub"
    ]
    return Offer.of_links([*links, ("self", _string(document, "feed_url"))])


def _problems(items: list[Any], read: int, max_items: int) -> tuple[str, ...]:
    problems = []
    if len(items) > max_items:
        problems.append(f"only its first {max_items} items were read")
    broken = min(len(items), max_items) - read
    if broken:
        problems.append(f"{broken} items are no objects")
    return tuple(problems)


def _entry(item: Mapping[str, Any]) -> RawEntry:
    return RawEntry(
        guid=_string(item, "id"),
        link=_string(item, "url") or _string(item, "external_url"),
        title=Field(_string(item, "title")),
        summary=_summary(item),
        published=_date(_string(item, "date_published")),
        updated=_date(_string(item, "date_modified")),
    )


def _summary(item: Mapping[str, Any]) -> Field:
    for name, html in (("summary", False), ("content_text", False), ("content_html", True)):
        if text := _string(item, name).strip():
            return Field(text, html)
    return Field()


def _string(item: Mapping[str, Any], name: str) -> str:
    """The member as text; numbers too, since 1.0 let ids be numbers."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _date(text: str) -> datetime | None:
    """An RFC 3339 time; one without an offset is taken for UTC."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    return "a number in it is too long"
