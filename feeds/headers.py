"""The HTTP headers that a feed reader sends and understands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_VALIDATOR_CHARS = 512  # a longer ETag is not kept: it would be sent back for ever
MAX_WAIT_S = 7 * 24 * 3600.0  # no server's wish to wait is honoured beyond a week

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,10})")
_SECONDS = re.compile(r"\d{1,10}")
# RFC 8288, 3: <address>; name=value; name="value", ...
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINK = re.compile(rf"<([^<>]*)>((?:[^<\",]|{_QUOTED})*)")
_PARAMETER = re.compile(rf";\s*([\w-]+\*?)\s*=\s*({_QUOTED}|[^\s;,\"]*)")


@dataclass(frozen=True, slots=True)
class Caching:
    """A response's validators, to be sent with the next request (RFC 9110, 8.8); "" if none."""

    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """The request headers that ask for what is new alone."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if _is_sendable(value)}

    def renewed(self, given: Caching) -> Caching:
        """These after a 304, which may bring new ones."""
        return Caching(given.etag or self.etag, given.last_modified or self.last_modified)


def validators(headers: Mapping[str, str]) -> Caching:
    """What a response gives; a value that could not be sent back is left out."""
    etag, last_modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    return Caching(
        etag if _is_sendable(etag) else "", last_modified if _is_sendable(last_modified) else ""
    )


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Retry-After, seconds or an HTTP date (RFC 9110, 10.2.3), held within 0 and MAX_WAIT_S."""
    value = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), MAX_WAIT_S)
    when = _date(value)
    return None if when is None else max(0.0, min((when - now).total_seconds(), MAX_WAIT_S))


def fresh_s(headers: Mapping[str, str]) -> float | None:
    """How long an answer stays fresh (RFC 9111, 4.2), in seconds, 0..MAX_WAIT_S; None: no word.

    Cache-Control's max-age less the Age that a cache gave it, else Expires less Date.
    """
    control = headers.get("Cache-Control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return None
    if match := _MAX_AGE.search(control):
        age = headers.get("Age", "").strip()
        spent_s = float(age) if _SECONDS.fullmatch(age) else 0.0
        return max(0.0, min(float(match.group(1)) - spent_s, MAX_WAIT_S))
    expires = _date(headers.get("Expires", ""))
    date = _date(headers.get("Date", "")) if expires else None
    if expires is None or date is None:
        return None
    return max(0.0, min((expires - date).total_seconds(), MAX_WAIT_S))


def links(values: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The links of the values of all Link headers, in order: (relation, address as written).

    A link with several relations comes once with each, in lower case; one that speaks of another
    document than the answer (``anchor``) does not come.
    """
    for value in values:
        for found in _LINK.finditer(value):
            given: dict[str, str] = {}
            for name, text in _PARAMETER.findall(found[2]):
                given.setdefault(name.lower(), text.strip('"'))
            if "anchor" not in given:
                for relation in given.get("rel", "").lower().split():
                    yield relation, found[1].strip()


def _date(value: str) -> datetime | None:
    """An HTTP date, aware; None for anything else."""
    if not value:
        return None
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _is_sendable(value: str) -> bool:
    return 0 < len(value) <= MAX_VALIDATOR_CHARS and value.isascii() and value.isprintable()
