"""Runs stored entries through judge, ledger, stories and alerts in the order of their dates."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from adapters.memory import MemoryAdapter
from bot.alerts.outbox import Courier
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Alert, Article, Entry, Stance
from bot.pipeline import JUDGE_BATCH, JudgeThread, as_article

FEED_URL = "replay:"
# How long the end waits for channels that asked to be tried later.
LAST_DELIVERIES_S = 120.0


class ReplayClock:
    """A bot.ports.Clock that shows the date of the entries under way; it never runs backwards."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, moment: datetime) -> None:
        self._now = max(self._now, moment)


@dataclass
class Summary:
    """What a replay came to. ``stopped`` counts entries without a verdict by stage."""

    entries: int = 0
    known: int = 0
    verdicts: int = 0
    stories: int = 0
    turned: int = 0  # alerts whose stance turned later
    waiting: int = 0  # deliveries that no channel took yet
    first: date | None = None
    last: date | None = None
    alerts: Counter[tuple[str, Stance]] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)

    @property
    def days(self) -> int:
        """Days from the first entry to the last, both counted."""
        return (self.last - self.first).days + 1 if self.first and self.last else 0

    @property
    def alerts_per_day(self) -> float:
        return self.alerts.total() / self.days if self.days else 0.0

    def add_day(self, day: date) -> None:
        self.first = min(self.first or day, day)
        self.last = max(self.last or day, day)

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        return {
            "entries": self.entries,
            "already_known": self.known,
            "verdicts": self.verdicts,
            "stories": self.stories,
            "turned": self.turned,
            "waiting": self.waiting,
            "from": self.first.isoformat() if self.first else None,
            "to": self.last.isoformat() if self.last else None,
            "alerts": self.alerts.total(),
            "alerts_per_day": round(self.alerts_per_day, 2),
            "alerts_by_claim": {
                claim: {
                    stance.value: self.alerts[claim, stance]
                    for stance in Stance
                    if self.alerts[claim, stance]
                }
                for claim in sorted({claim for claim, _stance in self.alerts})
            },
            "stopped": dict(sorted(self.stopped.items())),
        }


def dated(entries: Iterable[Entry], now: datetime) -> list[Article]:
    """Articles in the order of their dates; each counts as fetched when it was published."""
    articles = (as_article(entry, now) for entry in entries)
    return sorted(
        (Article(a.entry, a.at, a.at) for a in articles), key=lambda a: (a.at, a.entry.key)
    )


async def replay(
    articles: Sequence[Article],
    *,
    judge: JudgeThread,
    ledger: Ledger,
    courier: Courier,
    policy: AlertPolicy,
    clock: ReplayClock,
    recorder: MemoryAdapter,
    progress: Callable[[int], None] = lambda _done: None,
    told: Callable[[Alert], None] = lambda _alert: None,
) -> Summary:
    """Judges and commits all articles; what is in the ledger already is left out.

    ``recorder`` is one of the courier's channels: what it receives is counted. ``progress`` hears
    how many entries were done, ``told`` each alert when it is delivered first or has turned.
    """
    summary = Summary()
    await ledger.remember_essay(judge.essay)
    before = (await ledger.counts()).stories
    seen: set[int] = set()

    async def deliver() -> None:
        await courier.drain()
        for delivery in recorder.take():
            if delivery.alert.id not in seen:
                seen.add(delivery.alert.id)
                summary.alerts[delivery.alert.claim.id, delivery.alert.stance] += 1
                told(delivery.alert)
            elif delivery.alert.turned:
                summary.turned += 1
                told(delivery.alert)

    # One transaction each, as if a feed had brought them together.
    for start in range(0, len(articles), JUDGE_BATCH):
        batch = articles[start : start + JUDGE_BATCH]
        clock.advance(batch[-1].at)
        await _commit(batch, summary, judge, ledger, policy)
        await deliver()
        progress(len(batch))
    summary.waiting = (await courier.drain_until_empty(LAST_DELIVERIES_S)).waiting
    await deliver()
    summary.stories = (await ledger.counts()).stories - before
    return summary


async def _commit(
    batch: Sequence[Article],
    summary: Summary,
    judge: JudgeThread,
    ledger: Ledger,
    policy: AlertPolicy,
) -> None:
    fresh = {id(entry) for entry in await ledger.unseen([a.entry for a in batch])}
    articles = [a for a in batch if id(a.entry) in fresh]
    judgements = await judge.judge(articles)
    summary.entries += len(batch)
    summary.known += len(batch) - len(articles)
    for article, judgement in zip(articles, judgements, strict=True):
        summary.add_day(article.at.date())
        summary.verdicts += len(judgement.verdicts)
        if judgement.stopped:
            summary.stopped[judgement.stopped.stage] += 1
    update = FeedUpdate(
        essay=judge.essay,
        feed_url=FEED_URL,
        fetched_at=batch[-1].at,
        articles=tuple(zip(articles, judgements, strict=True)),
        # What is counted here are alerts.
        policy=dataclasses.replace(policy, standing_changes=False),
    )
    await ledger.commit(update)
