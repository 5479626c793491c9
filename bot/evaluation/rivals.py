"""The judge beside cheap ways of doing without it, on the same entries. Pure.

Every rival stands behind the judge's own topic gate: what that stops scores lowest. Cosines are
taken between the embeddings of the judge's own encoder, so they are stronger than those of an
encoder that was never trained for this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.cases import Judged, Outcome
from bot.evaluation.figures import (
    Found,
    Scored,
    Share,
    average_precision,
    best_point,
    threshold_curve,
)
from bot.evaluation.stances import bearing, false_alarms
from bot.judge.terms import term_pattern
from bot.model import Essay

JUDGE, JUDGE_AT_BEST = "the judge", "judge at its best F1"
KEYWORDS = "topic keywords"
STATEMENT, INDICATOR = "cosine to claim", "cosine to indicator"
_LOWEST = -1.0  # no cosine is below it


@dataclass(frozen=True, slots=True)
class Rival:
    """One row of the comparison, on "bears on".

    ``threshold`` is None where there is none to choose. ``flattered``: the threshold is the one
    with the highest F1 on these very labels.
    """

    name: str
    found: Found
    average_precision: float | None
    false_alarms: Share
    threshold: float | None = None
    flattered: bool = False


def compare(
    judged: Sequence[Judged],
    outcomes: Sequence[Outcome],
    essay: Essay,
    alert_threshold: float | None,
) -> tuple[Rival, ...]:
    """The judge as it alerts, and its rivals; those that need scores only where there are any."""
    empty = {row for row, item in enumerate(judged) if item.case.empty}
    bears = [one.bears for one in outcomes if one.bears is not None]
    scored = len(bears) == len(outcomes) > 0
    curve = threshold_curve(_hits(bears, outcomes)) if scored else ()
    rows = [
        Rival(
            JUDGE,
            bearing(outcomes),
            average_precision(curve),
            false_alarms(judged),
            alert_threshold,
        )
    ]
    if scored:
        rows.append(_at_best(JUDGE_AT_BEST, bears, outcomes, empty))
    for name in sorted({name for item in judged for name in item.parts}):
        left = [judged[one.row].parts.get(name, {}).get(one.claim_id, 0.0) for one in outcomes]
        rows.append(_at_best(name, left, outcomes, empty))
    rows.append(_keywords(judged, outcomes, essay, empty))
    if outcomes and all(item.nearness is not None for item in judged):
        for name, place in ((STATEMENT, 0), (INDICATOR, 1)):
            cosines = [_cosine(judged[one.row], one.claim_id, place) for one in outcomes]
            rows.append(_at_best(name, cosines, outcomes, empty))
    return tuple(rows)


def _hits(scores: Sequence[float], outcomes: Sequence[Outcome]) -> list[Scored]:
    return [(score, o.label is not None) for score, o in zip(scores, outcomes, strict=True)]


def _cosine(item: Judged, claim_id: str, place: int) -> float:
    near = (item.nearness or {}).get(claim_id)
    return near[place] if near else _LOWEST


def _at_best(
    name: str, scores: Sequence[float], outcomes: Sequence[Outcome], empty: set[int]
) -> Rival:
    curve = threshold_curve(_hits(scores, outcomes))
    best = best_point(curve)
    threshold = best.threshold if best else None
    told = [threshold is not None and score >= threshold for score in scores]
    found, alarms = _counts(told, outcomes, empty)
    return Rival(name, found, average_precision(curve), alarms, threshold, flattered=True)


def _keywords(
    judged: Sequence[Judged], outcomes: Sequence[Outcome], essay: Essay, empty: set[int]
) -> Rival:
    patterns = {claim.id: term_pattern(claim.topics) for claim in essay.claims}
    texts = [
        "" if item.gated else f"{item.case.entry.title}\n{item.case.entry.summary}"
        for item in judged
    ]
    told = [bool(patterns[one.claim_id].search(texts[one.row])) for one in outcomes]
    found, alarms = _counts(told, outcomes, empty)
    curve = threshold_curve(_hits([float(t) for t in told], outcomes))
    return Rival(KEYWORDS, found, average_precision(curve), alarms)


def _counts(
    told: Sequence[bool], outcomes: Sequence[Outcome], empty: set[int]
) -> tuple[Found, Share]:
    labelled = [one.label is not None for one in outcomes]
    right = sum(t and known for t, known in zip(told, labelled, strict=True))
    alarmed = {one.row for one, t in zip(outcomes, told, strict=True) if t} & empty
    return Found(sum(told), sum(labelled), right), Share(len(alarmed), len(empty))
