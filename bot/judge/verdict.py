"""From the model's probabilities to findings, and from a finding to a verdict or to silence.

Pure. Every finding that becomes no verdict, or another one than the model meant, carries a note
that says why: that is the trace which `claimwire why` shows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.judge.attribution import Attribution
from bot.judge.rules import ruled
from bot.model import Finding, Judgement, Party, Stance, Stop, Verdict


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the judge is sure enough; each in 0..1, chosen on held-out entries.

    finding: below it a claim is not worth a line in the trace.
    bears: above it an entry bears on the claim, and readers are told.
    review: from here on, and below ``bears``, it is worth an editor's look.
    supports, contradicts: the probability that this side must have; below it the direction stays
    open (update). A contradiction is rarer and dearer, so it has its own.
    lean: by how much, in cosine, the nearest indicator of that side must lie nearer than the
    nearest of the other; less, and the direction stays open.
    """

    finding: float
    review: float
    bears: float
    supports: float
    contradicts: float
    lean: float = 0.0

    def with_alert(self, threshold: float | None) -> Thresholds:
        """The same with another threshold for telling readers; None leaves all as they are."""
        if threshold is None:
            return self
        low = replace(self, finding=min(self.finding, threshold), bears=threshold)
        return replace(low, review=min(self.review, threshold))


@dataclass(frozen=True, slots=True)
class Probabilities:
    """The model's softmax for one text and one claim; sums to 1."""

    none: float
    update: float
    supports: float
    contradicts: float

    @property
    def bears(self) -> float:
        return 1.0 - self.none


def stance_of(
    p: Probabilities,
    thresholds: Thresholds,
    other: Stance | None = None,
    leaning: float = math.nan,
) -> tuple[Stance, str]:
    """The stance, and a note where the direction was left open.

    ``other``: the side to which a second reader leans by itself; None without one. ``leaning``:
    the cosine to the nearest supporting indicator less that to the nearest contradicting one; nan
    where the claim has indicators on one side only.
    """
    side, share, needed = (
        (Stance.SUPPORTS, p.supports, thresholds.supports)
        if p.supports >= p.contradicts
        else (Stance.CONTRADICTS, p.contradicts, thresholds.contradicts)
    )
    if p.update > share:
        return Stance.UPDATE, ""
    if share < needed:
        return Stance.UPDATE, f"direction left open: {side.value} at only {share:.0%}"
    if other not in (None, side):
        return Stance.UPDATE, f"direction left open: one reader says {side.value}, the other not"
    if (leaning if side is Stance.SUPPORTS else -leaning) < thresholds.lean:
        return Stance.UPDATE, f"direction left open: no indicator speaks plainly for {side.value}"
    return side, ""


def decide(
    finding: Finding,
    attribution: Attribution,
    parties: tuple[Party, ...],
    thresholds: Thresholds,
) -> tuple[Finding, Verdict | None]:
    """The finding with its note, and the verdict, or None where silence is right."""
    if finding.probability < thresholds.bears:
        review = finding.probability >= thresholds.review
        note = (
            f"bears on it at {finding.probability:.0%},"
            f" below the {thresholds.bears:.0%} that alerts"
            + (", worth an editor's look" if review else "")
        )
        return replace(finding, note=_join(finding.note, note), review=review), None
    stance, note = ruled(finding, attribution, parties)
    told = replace(finding, stance=stance, note=_join(finding.note, note))
    return told, Verdict(
        claim_id=told.claim_id,
        stance=stance,
        confidence=told.probability,
        sentence=told.sentence,
        indicator=told.indicator,
        asserted_by=attribution.asserted_by,
        modality=attribution.modality.value,
    )


def judgement_of(
    decided: Sequence[tuple[Finding, Verdict | None]], embedding: tuple[float, ...]
) -> Judgement:
    """What was decided of an article, at least one finding: the surest first, and where there is
    no verdict the reason of the surest finding."""
    findings = tuple(sorted((f for f, _v in decided), key=lambda f: -f.probability))
    verdicts = tuple(sorted((v for _f, v in decided if v), key=lambda v: -v.confidence))
    stopped = None
    if not verdicts:
        top = findings[0]
        stopped = Stop("verdict", f"{top.claim_id} {top.stance.value}: {top.note}")
    return Judgement(verdicts, findings, stopped, embedding)


def _join(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
