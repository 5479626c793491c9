"""What each stage costs, on the bundled chronicle, as ratios within one run.

Reference: feedparser alone on the same bytes, and the encoder alone on the same texts. Prints
entries/s for parsing, for judging and for the whole line (parse, judge, commit), and peak memory.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import feedparser

from bot.clock import SystemClock
from bot.demo import chronicle
from bot.essay.loader import bundled
from bot.judge.embedded import EmbeddedJudge
from bot.judge.stance_model import BUNDLED, StanceModel
from bot.judge.text import entry_text
from bot.judges import load_embedded
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Article, Outlet
from bot.pipeline import as_article
from feeds.parse import parse

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The best of some rounds: the others were disturbed."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def articles() -> list[Article]:
    feeds = [
        parse(
            document.body,
            content_type=document.content_type,
            feed_url=f"https://e.example/{document.name}",
            outlet=Outlet(document.name),
            now=NOW,
        )
        for document in chronicle()
    ]
    return [as_article(entry, NOW) for feed in feeds for entry in feed.entries]


async def whole_line(judge: EmbeddedJudge) -> None:
    found = articles()
    async with await Ledger.open(None, SystemClock()) as ledger:
        update = FeedUpdate(
            judge.essay,
            "bench",
            NOW,
            articles=tuple(zip(found, judge.judge(found), strict=True)),
            policy=AlertPolicy(("desk",)),
        )
        await ledger.commit(update)


def main() -> None:
    began = time.perf_counter()
    model = StanceModel(BUNDLED)
    judge = load_embedded(bundled())
    ready_s = time.perf_counter() - began
    found = articles()
    texts = [entry_text(a.entry.title, a.entry.summary) for a in found]
    xml = [document.body for document in chronicle() if not document.name.endswith(".json")]
    bare_s = seconds(lambda: [feedparser.parse(body) for body in xml])
    parse_s = seconds(articles)
    encode_s = seconds(lambda: model.encode(texts, max_tokens=80))
    judge_s = seconds(lambda: judge.judge(found))
    line_s = seconds(lambda: asyncio.run(whole_line(judge)))
    count = len(found)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count} entries; model and 27 claims ready in {ready_s:.2f} s; peak {memory_mb:.0f} MB")
    print(f"parse      {count / parse_s:7.0f} entries/s, {parse_s / bare_s:.2f} x feedparser alone")
    print(f"judge      {count / judge_s:7.0f} entries/s, {judge_s / encode_s:.2f} x encoder alone")
    print(f"whole line {count / line_s:7.0f} entries/s, {line_s / judge_s:.2f} x judge alone")


if __name__ == "__main__":
    main()
