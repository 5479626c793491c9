"""Entries for the benches of the judge: the bundled chronicle's, or those of a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.demo import chronicle
from bot.entries import read_file
from bot.judge.gate import Gate
from bot.model import Article, Essay, Outlet
from bot.pipeline import as_article
from feeds.parse import parse

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def articles(essay: Essay, file: Path | None, count: int) -> list[Article]:
    """At most ``count``, evenly taken, of those that the judge does not stop before it encodes."""
    if file:
        found = [as_article(item.entry, NOW) for item in read_file(str(file), NOW)]
    else:
        found = [
            as_article(entry, NOW)
            for document in chronicle()
            for entry in parse(
                document.body,
                content_type=document.content_type,
                feed_url=f"https://e.example/{document.name}",
                outlet=Outlet(document.name),
                now=NOW,
            ).entries
        ]
    gate = Gate(essay)
    open_ones = [article for article in found if gate.stop(article) is None]
    return open_ones[:: max(1, len(open_ones) // count)][:count]
