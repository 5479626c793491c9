"""Short ways to make the values that the ledger takes; the wording is our own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.model import (
    Article,
    Claim,
    Entry,
    Essay,
    Finding,
    Indicator,
    Judgement,
    Kind,
    Outlet,
    Sentence,
    Stance,
    Stop,
    Strength,
    Verdict,
    Voice,
)
from tests.fakes.clock import HandClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = "https://north.example/rss"
STRIKE = Indicator("A power station is hit after the pause began", Stance.SUPPORTS, Strength.STRONG)
QUIET_NIGHT = Indicator(
    "A week passes without strikes on power stations", Stance.CONTRADICTS, Strength.STRONG
)
ESSAY = Essay(
    id="pause",
    title="A pause that is none",
    author="A. Writer",
    date=date(2025, 3, 19),
    source="https://essay.example/",
    topics=("ceasefire",),
    parties=(),
    claims=tuple(
        Claim(
            id=f"C{number:02}",
            slug=f"claim-{number}",
            kind=Kind.PREDICTION,
            paragraphs=(number,),
            statement=f"Claim {number}: the pause does not hold.",
            supported_by=(STRIKE,),
            contradicted_by=(QUIET_NIGHT,),
            horizon=date(2026, 12, 31),
            probability=0.7,
        )
        for number in range(1, 6)
    ),
)
CLAIM = "C01"


@dataclass
class StillClock(HandClock):
    """Stands at noon, and sleeps by going on."""

    at: datetime = NOON

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def entry(
    name: str,
    text: str | None = None,
    *,
    outlet: str = "North Wire",
    feed: str = FEED,
    voice: Voice = Voice.INDEPENDENT,
    at: datetime | None = NOON,
    title: str | None = None,
) -> Entry:
    """An entry whose identity is ``name``; ``text`` is its summary."""
    headline = title or f"Report {name} from the front line today"
    summary = text if text is not None else f"What report {name} says."
    words = f"{headline}\n{summary}".encode("utf-8", "replace")
    return Entry(
        key=f"https://{name}.example/story",
        content_hash=hashlib.sha256(words).hexdigest(),
        feed_url=feed,
        guid=f"guid-{name}",
        url=f"https://{name}.example/story?ref=feed",
        title=headline,
        summary=summary,
        published=at,
        updated=None,
        outlet=Outlet(outlet, 2, voice),
    )


def article(made: Entry, at: datetime = NOON) -> Article:
    return Article(made, at, max(at, NOON))


def meaning(axis: int, lean: float = 0.0) -> tuple[float, ...]:
    """A unit vector along one of eight axes, leaning by ``lean`` towards the next."""
    vector = [0.0] * 8
    vector[axis % 8] = (1 - lean**2) ** 0.5
    vector[(axis + 1) % 8] = lean
    return tuple(vector)


def judged(
    stance: Stance | None = Stance.SUPPORTS,
    *,
    claim: str = CLAIM,
    confidence: float = 0.9,
    axis: int = 0,
    indicator: Indicator | None = STRIKE,
    asserted_by: str = "event",
) -> Judgement:
    """A judgement with one verdict, or with none and a stop."""
    sentence = Sentence("Report", 0, 6)
    if stance is None:
        finding = Finding(claim, Stance.SUPPORTS, 0.3, sentence, None, "below the threshold")
        return Judgement(
            findings=(finding,), stopped=Stop("verdict", "nothing sure"), embedding=meaning(axis)
        )
    finding = Finding(claim, stance, confidence, sentence, indicator)
    verdict = Verdict(claim, stance, confidence, sentence, indicator, asserted_by)
    return Judgement((verdict,), (finding,), None, meaning(axis))


def update(
    *articles: tuple[Article, Judgement],
    channels: tuple[str, ...] = ("desk",),
    silent: bool = False,
    feed: str = FEED,
    at: datetime = NOON,
    **policy,
) -> FeedUpdate:
    return FeedUpdate(
        essay=ESSAY,
        feed_url=feed,
        fetched_at=at,
        etag='"v1"',
        last_modified="Sun, 01 Mar 2026 12:00:00 GMT",
        articles=articles,
        silent=silent,
        policy=AlertPolicy(channels=channels, **policy),
    )


def report(
    name: str, stance: Stance | None = Stance.SUPPORTS, *, at: datetime = NOON, **how
) -> tuple[Article, Judgement]:
    """An article with its judgement: from an outlet of its own unless one is named."""
    of_entry = {
        key: how.pop(key) for key in ("text", "outlet", "feed", "voice", "title") if key in how
    }
    of_entry.setdefault("outlet", f"Outlet {name}")
    return article(entry(name, at=at, **of_entry), at), judged(stance, **how)
