"""News for the benches: a stored stream or the bundled chronicle, as feeds of their outlets."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

from bot.demo import chronicle
from bot.model import Outlet
from feeds.parse import parse

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Item:
    """An entry to be published."""

    outlet: str
    title: str
    summary: str
    link: str
    at: datetime


def rss(items: Sequence[Item]) -> bytes:
    """A feed of these items."""
    listed = "".join(
        f"<item><title>{escape(one.title)}</title><description>{escape(one.summary)}</description>"
        f"<link>{escape(one.link)}</link><guid>{escape(one.link)}</guid>"
        f"<pubDate>{format_datetime(one.at)}</pubDate></item>"
        for one in items
    )
    return f"<rss version='2.0'><channel><title>t</title>{listed}</channel></rss>".encode()


def bundled_items() -> list[Item]:
    """The chronicle in the order of its dates, each with a link of its own."""
    now = datetime.now(UTC)
    feeds = [
        parse(
            document.body,
            content_type=document.content_type,
            feed_url=document.name,
            outlet=Outlet(document.name),
            now=now,
        )
        for document in chronicle()
    ]
    items = [
        Item(one.outlet.name, one.title, one.summary, "", one.published or now)
        for feed in feeds
        for one in feed.entries
    ]
    return _linked(items)


def stored_items(path: Path) -> list[Item]:
    """The entries of a JSON Lines file, gzip or not: title, summary, published, outlet."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        raw = [json.loads(line) for line in lines]
    items = [
        Item(
            one["outlet"],
            one["title"] or one["summary"],
            one["summary"],
            "",
            datetime.fromisoformat(one["published"]).astimezone(UTC),
        )
        for one in raw
    ]
    return _linked(_spread(items))


def _linked(items: list[Item]) -> list[Item]:
    ordered = sorted(items, key=lambda one: one.at)
    return [
        replace(one, link=f"https://news.example/{number}") for number, one in enumerate(ordered)
    ]


def _spread(items: list[Item]) -> list[Item]:
    """Those that are dated to the day alone, evenly over their day."""
    total = Counter(one.at for one in items if _day_alone(one.at))
    seen: Counter[datetime] = Counter()
    result = []
    for one in items:
        if _day_alone(one.at):
            seen[one.at] += 1
            result.append(replace(one, at=one.at + _DAY * (seen[one.at] / (total[one.at] + 1))))
        else:
            result.append(one)
    return result


def _day_alone(at: datetime) -> bool:
    return (at.hour, at.minute, at.second) == (0, 0, 0)
