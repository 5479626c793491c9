"""Labelled entries and what a judge said of them, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from bot.evaluation.cases import Case, Judged
from bot.judge.verdict import Probabilities, Thresholds
from bot.model import (
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
    Verdict,
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
QUIET = 0.1  # how surely an entry bears on a claim of which nothing is said
THRESHOLDS = Thresholds(finding=0.2, review=0.35, bears=0.5, supports=0.5, contradicts=0.5)
SUPPORTS, CONTRADICTS, UPDATE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.UPDATE


def claim(claim_id: str, topic: str) -> Claim:
    return Claim(
        id=claim_id,
        slug=f"slug-{claim_id.lower()}",
        kind=Kind.FACT,
        paragraphs=(1,),
        statement=f"Statement {claim_id}.",
        topics=(topic,),
        supported_by=(Indicator(f"A sign of {claim_id}.", SUPPORTS),),
    )


ESSAY = Essay(
    id="made-up",
    title="Made Up",
    author="Nobody",
    date=date(2026, 1, 1),
    source="",
    topics=("tunnel",),
    parties=(),
    claims=(claim("A", "apple"), claim("B", "beech"), claim("C", "cedar")),
)


def entry(title: str) -> Entry:
    return Entry("k", "h", "", "", "", title, "", NOW, None, Outlet("Example Wire"))


def case(
    line: int,
    labels: Mapping[str, Stance] | None = None,
    *,
    borderline: str = "",
    title: str = "A report",
    pair: str = "",
    trap: str = "",
) -> Case:
    """``borderline`` names claims by one letter each."""
    return Case(line, f"e{line}", entry(title), labels or {}, frozenset(borderline), "", pair, trap)


def judged(
    of: Case,
    told: Mapping[str, tuple[Stance, float]] | None = None,
    *,
    quiet: Mapping[str, float] | None = None,
    nearness: Mapping[str, tuple[float, float]] | None = None,
    scored: bool = True,
) -> Judged:
    """``told``: stance and probability by claim; ``quiet``: how surely it bears on others."""
    told, quiet = told or {}, quiet or {}
    verdicts, findings = [], []
    for claim_id, (stance, confidence) in told.items():
        sentence = Sentence(of.entry.title, 0, len(of.entry.title))
        indicator = ESSAY.claim(claim_id).indicators[0]
        verdicts.append(Verdict(claim_id, stance, confidence, sentence, indicator, "event"))
        findings.append(Finding(claim_id, stance, confidence, sentence, indicator))
    stopped = None if told else Stop("match", "bears on no claim")
    scores = {
        one.id: probabilities(*told[one.id])
        if one.id in told
        else probabilities(UPDATE, quiet.get(one.id, QUIET))
        for one in ESSAY.claims
    }
    judgement = Judgement(tuple(verdicts), tuple(findings), stopped)
    return Judged(of, judgement, scores if scored else None, nearness)


def probabilities(stance: Stance, bears: float) -> Probabilities:
    values = dict.fromkeys(("update", "supports", "contradicts"), 0.0)
    values[stance.value] = bears
    return Probabilities(none=1.0 - bears, **values)


def as_labelled(of: Case) -> Judged:
    """What a judge that is always right says of it."""
    return judged(of, {name: (stance, 1.0) for name, stance in of.labels.items()})
