"""The HTTP headers that a feed reader sends and understands. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, min((aware - now).total_seconds(), MAX_WAIT_S))


def max_age_s(headers: Mapping[str, str]) -> float | None:
    """Cache-Control's max-age in seconds, at most MAX_WAIT_S."""
    match = _MAX_AGE.search(headers.get("Cache-Control", "").lower())
    return min(float(match.group(1)), MAX_WAIT_S) if match else None


def _is_sendable(value: str) -> bool:
    return 0 < len(value) <= MAX_VALIDATOR_CHARS and value.isascii() and value.isprintable()
