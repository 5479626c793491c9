"""What a format's reader says of a feed, before it is cleaned, bounded and given identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Field:
    """A text as the feed has it. ``html``: the feed calls it markup."""

    text: str = ""
    html: bool = False


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One item as its format has it; "" and None for what it lacks. Dates are aware UTC."""

    guid: str
    link: str
    title: Field
    summary: Field
    published: datetime | None
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a feed says that it can be had as news comes (WebSub), as it is written there.

    ``hubs``: who pushes it; ``topic``: the address by which they know it. Empty where it says none.
    """

    hubs: tuple[str, ...] = ()
    topic: str = ""

    @classmethod
    def of_links(cls, links: Iterable[tuple[str, str]]) -> Offer:
        """From the links of a document or header: (relation, address), in order."""
        named = [(relation.lower(), address.strip()) for relation, address in links]
        hubs = [address for relation, address in named if relation == "hub" and address]
        topics = [address for relation, address in named if relation == "self" and address]
        return cls(tuple(dict.fromkeys(hubs)), topics[0] if topics else "")


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A feed as its format has it. ``format``: for people, such as "RSS 2.0".

    ``ttl_s``: how long it may be kept before it is asked again, 0 if it does not say.
    """

    title: Field
    format: str
    entries: tuple[RawEntry, ...]
    problems: tuple[str, ...] = ()
    ttl_s: float = 0.0
    offer: Offer = Offer()
