"""The judge's surest errors, each with the trace of how it came about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.evaluation.cases import Case, Judged, Outcome
from bot.evaluation.stances import is_flip
from bot.judge.verdict import Probabilities
from bot.model import Finding, Stance, Stop

WORST = 20


class Error(StrEnum):
    """How a judge can be wrong about an entry and a claim."""

    FLIP = "flip"  # the opposite direction
    FALSE_ALARM = "false alarm"  # told, and it does not bear
    MISSED = "missed"  # silent, and it bears
    STANCE = "stance"  # a hit with a wrong stance that is no flip


@dataclass(frozen=True, slots=True)
class Mistake:
    """One error. ``sureness``, 0..1: the probability that the judge gave to what is wrong.

    ``finding`` is None where the claim got none; ``stopped`` says where the entry as a whole went
    no further; ``asserted_by`` is "" where nothing was told.
    """

    error: Error
    case: Case
    claim_id: str
    label: Stance | None
    told: Stance | None
    sureness: float
    finding: Finding | None
    stopped: Stop | None
    asserted_by: str
    probabilities: Probabilities | None

    @property
    def reason(self) -> str:
        """The trace in words: why it was told or not told."""
        if self.finding:
            return self.finding.note or f"bears on it at {self.finding.probability:.0%}"
        # A stop at the verdict speaks of the findings, and this claim has none.
        if self.stopped and self.stopped.stage != "verdict":
            return f"{self.stopped.stage}: {self.stopped.reason}"
        at = f"bears on it at {self.probabilities.bears:.0%}, " if self.probabilities else ""
        return f"{at}too little for a line in the trace"


def error_of(label: Stance | None, told: Stance | None) -> Error | None:
    """Which error it is, if it is one."""
    if told is label:
        return None
    if told is None:
        return Error.MISSED
    if label is None:
        return Error.FALSE_ALARM
    return Error.FLIP if is_flip(label, told) else Error.STANCE


def worst(
    judged: Sequence[Judged], outcomes: Iterable[Outcome], limit: int = WORST
) -> tuple[Mistake, ...]:
    """At most ``limit`` errors: flips first, for they cost the most trust; then the surest."""
    wrong = (
        _mistake(error, judged[one.row], one)
        for one in outcomes
        if (error := error_of(one.label, one.told))
    )
    order = sorted(
        wrong,
        key=lambda m: (m.error is not Error.FLIP, -m.sureness, m.case.line, m.claim_id),
    )
    return tuple(order[:limit])


def _mistake(error: Error, item: Judged, one: Outcome) -> Mistake:
    judgement = item.judgement
    finding = next((f for f in judgement.findings if f.claim_id == one.claim_id), None)
    verdict = next((v for v in judgement.verdicts if v.claim_id == one.claim_id), None)
    probabilities = item.scores[one.claim_id] if item.scores else None
    return Mistake(
        error=error,
        case=item.case,
        claim_id=one.claim_id,
        label=one.label,
        told=one.told,
        sureness=_sureness(error, one.told, probabilities, finding),
        finding=finding,
        stopped=judgement.stopped,
        asserted_by=verdict.asserted_by if verdict else "",
        probabilities=probabilities,
    )


def _sureness(
    error: Error,
    told: Stance | None,
    probabilities: Probabilities | None,
    finding: Finding | None,
) -> float:
    bears = finding.probability if finding else 0.0
    if probabilities is None:
        return 1.0 - bears if error is Error.MISSED else bears
    if told is None:
        return probabilities.none
    if error is Error.FALSE_ALARM:
        return probabilities.bears
    return float(getattr(probabilities, told.value))
