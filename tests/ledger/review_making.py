"""Reports that wait for an editor's look; the wording is our own."""

from __future__ import annotations

from datetime import datetime

from ledger_making import CLAIM, NOON, QUIET_NIGHT, STRIKE, article, entry, meaning

from bot.ledger.intake.articles import LEFT_OPEN
from bot.model import Article, Finding, Judgement, Sentence, Stance, Stop, Verdict

_INDICATORS = {Stance.SUPPORTS: STRIKE, Stance.CONTRADICTS: QUIET_NIGHT}


def unsure(
    name: str,
    stance: Stance = Stance.SUPPORTS,
    *,
    claim: str = CLAIM,
    axis: int = 0,
    at: datetime = NOON,
    probability: float = 0.4,
    **of_entry,
) -> tuple[Article, Judgement]:
    """A report of which the judge was too unsure to tell anybody."""
    of_entry.setdefault("outlet", f"Outlet {name}")
    finding = Finding(
        claim, stance, probability, Sentence("Report", 0, 6), _INDICATORS.get(stance),
        f"bears on it at {probability:.0%}, below the 60% that alerts", review=True,
    )  # fmt: skip
    judgement = Judgement((), (finding,), Stop("verdict", finding.note), meaning(axis))
    return article(entry(name, at=at, **of_entry), at), judgement


def undirected(
    name: str, *, claim: str = CLAIM, axis: int = 0, at: datetime = NOON, **of_entry
) -> tuple[Article, Judgement]:
    """A report that is told, with its direction left open."""
    of_entry.setdefault("outlet", f"Outlet {name}")
    sentence = Sentence("Report", 0, 6)
    note = f"{LEFT_OPEN}: supports at only 55%"
    finding = Finding(claim, Stance.UPDATE, 0.8, sentence, STRIKE, note)
    verdict = Verdict(claim, Stance.UPDATE, 0.8, sentence, STRIKE, "event")
    return article(entry(name, at=at, **of_entry), at), Judgement(
        (verdict,), (finding,), None, meaning(axis)
    )
