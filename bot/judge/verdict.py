"""From the model's probabilities to findings, and from a finding to a verdict or to silence.

Pure. Every finding that becomes no verdict, or another one than the model meant, carries a note
that says why: that is the trace which `claimwire why` shows.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from bot.judge.attribution import Attribution, Modality
from bot.model import Finding, Party, Stance, Verdict

# A party's own words of this kind tell what it wants to be believed, not what it does.
_WORDS_ONLY = frozenset((Modality.STATED, Modality.DENIED, Modality.DEMANDED, Modality.OFFERED_IF))
_NOT_YET = frozenset((Modality.DEMANDED, Modality.OFFERED_IF, Modality.PREDICTED, Modality.ASKED))


# A truce of hours or days, for a feast, at sea or for one kind of target ends no war.
_DAYS = r"(?:[12]?\d|one|two|three|four|five|six|seven|ten|several|few)[- ](?:days?|hours?)"
_SPAN = rf"(?:\d{{1,3}}[- ]hours?|{_DAYS}|day and a half|weekend|overnight)"
_SORT = (
    r"(?:easter|christmas|orthodox|victory day|holiday|maritime|black sea|naval|energy|local|"
    r"partial|temporary|short|brief|limited|humanitarian)"
)
_TRUCE = r"(?:truces?|cease-?fires?|paus(?:es?|ing)|halts?|lulls?)"
_PARTIAL = re.compile(
    rf"(?<![\w-])(?:{_SPAN}|{_SORT})\b.{{0,40}}\b{_TRUCE}\b|\b{_TRUCE}\b.{{0,30}}\b{_SPAN}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where the judge is sure enough; each in 0..1, chosen on held-out entries.

    finding: below it a claim is not worth a line in the trace.
    bears: above it an entry bears on the claim, and readers are told.
    supports, contradicts: the share that this side must have of all stances but none; below it
    the direction stays open (update). A contradiction is rarer and dearer, so it has its own.
    lean: by how much, in cosine, the nearest indicator of that side must lie nearer than the
    nearest of the other; less, and the direction stays open.
    """

    finding: float
    bears: float
    supports: float
    contradicts: float
    lean: float

    def with_alert(self, threshold: float | None) -> Thresholds:
        """The same with another threshold for telling readers; None leaves all as they are."""
        if threshold is None:
            return self
        return replace(self, finding=min(self.finding, threshold), bears=threshold)


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
    p: Probabilities, thresholds: Thresholds, leaning: float = math.nan
) -> tuple[Stance, str]:
    """The stance, and a note where the direction was left open.

    ``leaning``: the cosine to the nearest supporting indicator less that to the nearest
    contradicting one; nan where the claim has indicators on one side only.
    """
    side, share, needed = (
        (Stance.SUPPORTS, p.supports, thresholds.supports)
        if p.supports >= p.contradicts
        else (Stance.CONTRADICTS, p.contradicts, thresholds.contradicts)
    )
    if p.update > share:
        return Stance.UPDATE, ""
    if share < needed * p.bears:
        return Stance.UPDATE, f"direction left open: {side.value} at only {share / p.bears:.0%}"
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
        note = (
            f"bears on it at {finding.probability:.0%},"
            f" below the {thresholds.bears:.0%} that alerts"
        )
        return replace(finding, note=_join(finding.note, note)), None
    stance, note = _ruled(finding, attribution, parties)
    ruled = replace(finding, stance=stance, note=_join(finding.note, note))
    return ruled, Verdict(
        claim_id=ruled.claim_id,
        stance=stance,
        confidence=ruled.probability,
        sentence=ruled.sentence,
        indicator=ruled.indicator,
        asserted_by=attribution.asserted_by,
    )


def _ruled(
    finding: Finding, attribution: Attribution, parties: tuple[Party, ...]
) -> tuple[Stance, str]:
    stance = finding.stance
    if stance is not Stance.CONTRADICTS:
        return stance, ""
    if _PARTIAL.search(finding.sentence.text):
        return Stance.UPDATE, "a truce of days or of one kind is no ceasefire"
    speaker = next((p.name for p in parties if p.id == attribution.asserted_by), None)
    if speaker and attribution.modality in _WORDS_ONLY:
        return Stance.UPDATE, f"{speaker}'s own words contradict nothing by themselves"
    if attribution.modality in _NOT_YET:
        return Stance.UPDATE, f"{attribution.modality.value}, not an event"
    return stance, ""


def _join(*notes: str) -> str:
    return "; ".join(note for note in notes if note)
