"""What a changed essay or threshold would have alerted over the stored articles, beside what was.

The articles are judged anew into a ledger in memory. Its alerts are compared with those that the
real ledger holds on the same articles: two are the same if they are on one claim and share a
report, whatever story each ledger put it into.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.memory import MemoryAdapter
from bot.alerts.outbox import Courier
from bot.export.records import AlertRecord
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Alert, Article
from bot.pipeline import JudgeThread
from bot.replay import ReplayClock, replay

CHANNEL = "shadow"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``turned`` holds alerts that say something else now: as they were, as they would be."""

    new: tuple[Alert, ...]
    gone: tuple[Alert, ...]
    turned: tuple[tuple[Alert, Alert], ...]
    same: int

    @property
    def before(self) -> int:
        """How many alerts there were."""
        return len(self.gone) + len(self.turned) + self.same

    @property
    def after(self) -> int:
        """How many there would be."""
        return len(self.new) + len(self.turned) + self.same

    def of_claim(self, claim_id: str) -> Comparison:
        """The same for one claim, without what stays as it is."""

        def on(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
            return tuple(alert for alert in alerts if alert.claim.id == claim_id)

        turned = tuple(pair for pair in self.turned if pair[1].claim.id == claim_id)
        return Comparison(on(self.new), on(self.gone), turned, 0)

    @property
    def claim_ids(self) -> tuple[str, ...]:
        """The claims on which anything changes."""
        changed = (*self.new, *self.gone, *(after for _before, after in self.turned))
        return tuple(sorted({alert.claim.id for alert in changed}))


@dataclass(frozen=True, slots=True)
class Shadow:
    """A comparison, the articles that it rests on, and over how many days they go."""

    articles: int
    days: int
    comparison: Comparison

    def per_day(self, alerts: int) -> float:
        """That many alerts as a rate."""
        return alerts / self.days if self.days else 0.0

    def summary(self) -> str:
        """All of it in one line."""
        found = self.comparison
        return (
            f"{_count(self.articles, 'stored article')} over {_count(self.days, 'day')}:"
            f" {_count(found.after, 'alert')} ({self.per_day(found.after):.1f} a day), before"
            f" {found.before} ({self.per_day(found.before):.1f} a day): {len(found.new)} new,"
            f" {len(found.gone)} gone, {len(found.turned)} turned."
        )

    def as_dict(self) -> dict[str, Any]:
        """For --json."""
        found = self.comparison
        return {
            "articles": self.articles,
            "days": self.days,
            "alerts_before": found.before,
            "alerts_after": found.after,
            "alerts_per_day_before": round(self.per_day(found.before), 2),
            "alerts_per_day_after": round(self.per_day(found.after), 2),
            "same": found.same,
            "new": [_plain(alert) for alert in found.new],
            "gone": [_plain(alert) for alert in found.gone],
            "turned": [
                {"before": _plain(before), "after": _plain(after)} for before, after in found.turned
            ],
        }


def compare(before: Sequence[AlertRecord], after: Sequence[AlertRecord]) -> Comparison:
    """Pairs the alerts of two ledgers on the same articles; each is paired once.

    Those that share most reports are paired first. One story that became two is one alert more.
    """
    by_article: dict[tuple[str, str], list[AlertRecord]] = {}
    for record in before:
        for key in record.article_keys:
            by_article.setdefault((record.alert.claim.id, key), []).append(record)
    shared: dict[tuple[int, int], int] = {}
    for number, record in enumerate(after):
        for key in record.article_keys:
            for old in by_article.get((record.alert.claim.id, key), ()):
                pair = (old.alert.id, number)
                shared[pair] = shared.get(pair, 0) + 1
    paired_before: dict[int, int] = {}
    paired_after: set[int] = set()
    for (old_id, number), _count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if old_id not in paired_before and number not in paired_after:
            paired_before[old_id] = number
            paired_after.add(number)
    pairs = [
        (record.alert, after[paired_before[record.alert.id]].alert)
        for record in before
        if record.alert.id in paired_before
    ]
    turned = tuple((old, new) for old, new in pairs if old.stance is not new.stance)
    return Comparison(
        new=tuple(r.alert for number, r in enumerate(after) if number not in paired_after),
        gone=tuple(r.alert for r in before if r.alert.id not in paired_before),
        turned=turned,
        same=len(pairs) - len(turned),
    )


async def shadow(
    articles: Sequence[Article],
    before: Sequence[AlertRecord],
    *,
    judge: JudgeThread,
    policy: AlertPolicy,
    progress: Callable[[int], None] = lambda _done: None,
) -> Shadow:
    """Judges the articles (in the order of time, at least one) and compares the alerts.

    ``before`` are the alerts on the essay of that id; those on none of the articles are left out.
    ``policy`` says what is worth an alert; its channels are not told. ``progress`` hears how many
    articles were done.
    """
    clock, recorder = ReplayClock(articles[0].at), MemoryAdapter(CHANNEL)
    async with await Ledger.open(None, clock) as scratch:
        await recorder.start()
        try:
            # Nothing waits in memory, so nothing is spread out.
            rng = random.Random(0)  # noqa: S311
            await replay(
                [Article(one.entry, one.at, one.at) for one in articles],
                judge=judge,
                ledger=scratch,
                courier=Courier(scratch, [recorder], clock, rng),
                policy=AlertPolicy((CHANNEL,), policy.stances, policy.min_confidence),
                clock=clock,
                recorder=recorder,
                progress=progress,
            )
        finally:
            await recorder.stop()
        _snapshot, after = await scratch.alert_records(judge.essay.id)
    keys = {article.entry.key for article in articles}
    held = [record for record in before if record.article_keys & keys]
    days = (articles[-1].at.date() - articles[0].at.date()).days + 1
    return Shadow(len(articles), days, compare(held, after))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _plain(alert: Alert) -> dict[str, Any]:
    first = alert.carriers[0] if alert.carriers else None
    return {
        "claim": alert.claim.id,
        "stance": alert.stance.value,
        "confidence": round(alert.confidence, 4),
        "sentence": alert.sentence,
        "indicator": alert.indicator or None,
        "at": alert.at.isoformat(),
        "outlet": first.outlet.name if first else None,
        "url": first.url if first else None,
    }
