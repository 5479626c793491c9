"""Where a claim stands on the evidence: a pure rule, first version.

1. A story counts once, however many outlets carry it: by its heaviest verdict (the latest of
   equals). UPDATE never counts: a development without direction moves nothing.
2. A verdict weighs what its indicator weighs, times how much its speaker counts, or, where that is
   less, the outlet's voice: a party's own word, and a state's or party's outlet, count less.
3. With the weights of both sides summed, the lighter one contests the heavier if it has at least
   LEAST_WEIGHT and at least CONTESTING_SHARE of the whole. Otherwise the heavier side holds the
   claim from LEAST_WEIGHT on, and below that the claim is quiet.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.ledger.records import Evidence, EvidenceItem
from bot.model import Stance, Standing, Strength, Voice

INDICATOR_WEIGHTS = {Strength.STRONG: 1.0, Strength.MODERATE: 0.6, Strength.WEAK: 0.3}
NO_INDICATOR_WEIGHT = 0.3
# By Verdict.asserted_by; whatever else stands there is the id of a party.
SPEAKER_FACTORS = {"event": 1.0, "official": 0.7, "analyst": 0.5, "opinion": 0.3}
PARTY_FACTOR = 0.4
VOICE_FACTORS = {Voice.INDEPENDENT: 1.0, Voice.STATE: 0.5, Voice.PARTY: 0.4}
# One moderate event, or two strong statements of a party.
LEAST_WEIGHT = 0.5
CONTESTING_SHARE = 0.25
REASONS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Assessment:
    """A standing and what it rests on.

    ``supporting`` and ``contradicting`` count stories, the weights are sums over them; ``heaviest``
    are the verdicts of the REASONS_SHOWN heaviest stories.
    """

    standing: Standing
    supporting: int
    contradicting: int
    supporting_weight: float
    contradicting_weight: float
    heaviest: tuple[Evidence, ...]

    def told(self) -> tuple[str, ...]:
        """The reasons for people: the sums, then the heaviest stories."""
        sums = (
            f"{_stories(self.supporting)} for it (weight {self.supporting_weight:.2f}), "
            f"{_stories(self.contradicting)} against it (weight {self.contradicting_weight:.2f})"
        )
        return (sums, *map(_reason, self.heaviest))


def weight(evidence: Evidence) -> float:
    """How much one verdict counts, 0..1."""
    return _weight(evidence.stance, evidence.strength, evidence.asserted_by, evidence.voice)


def weight_of(item: EvidenceItem) -> float:
    """The same for a verdict as it stands in the ledger."""
    verdict = item.verdict
    strength = verdict.indicator.strength if verdict.indicator else None
    voice = item.article.entry.outlet.voice
    return _weight(verdict.stance, strength, verdict.asserted_by, voice)


def _weight(stance: Stance, strength: Strength | None, asserted_by: str, voice: Voice) -> float:
    if stance is Stance.UPDATE:
        return 0.0
    indicator = NO_INDICATOR_WEIGHT if strength is None else INDICATOR_WEIGHTS[strength]
    return indicator * min(SPEAKER_FACTORS.get(asserted_by, PARTY_FACTOR), VOICE_FACTORS[voice])


def standing(evidence: Iterable[Evidence]) -> Assessment:
    """The standing of one claim; the order of the evidence makes no difference."""
    heaviest: dict[int, Evidence] = {}
    for item in evidence:
        if item.stance is Stance.UPDATE:
            continue
        held = heaviest.get(item.story_id)
        if held is None or _rank(item) > _rank(held):
            heaviest[item.story_id] = item
    ranked = sorted(heaviest.values(), key=lambda item: (-weight(item), item.story_id))
    supporting = [weight(item) for item in ranked if item.stance is Stance.SUPPORTS]
    contradicting = [weight(item) for item in ranked if item.stance is Stance.CONTRADICTS]
    sums = round(math.fsum(supporting), 3), round(math.fsum(contradicting), 3)
    return Assessment(
        standing=_stand(*sums),
        supporting=len(supporting),
        contradicting=len(contradicting),
        supporting_weight=sums[0],
        contradicting_weight=sums[1],
        heaviest=tuple(ranked[:REASONS_SHOWN]),
    )


def _stand(supporting: float, contradicting: float) -> Standing:
    heavier, lighter = max(supporting, contradicting), min(supporting, contradicting)
    if heavier < LEAST_WEIGHT:
        return Standing.QUIET
    if lighter >= LEAST_WEIGHT and lighter >= CONTESTING_SHARE * (supporting + contradicting):
        return Standing.CONTESTED
    return Standing.SUPPORTED if supporting > contradicting else Standing.CONTRADICTED


def _rank(item: Evidence) -> tuple[float, datetime, int]:
    return (weight(item), item.at, item.verdict_id)


def _reason(item: Evidence) -> str:
    speaker = {
        "event": "reported as an event",
        "official": "said by an official",
        "analyst": "said by an analyst",
        "opinion": "an opinion",
    }.get(item.asserted_by, f"said by a party ({item.asserted_by})")
    outlet = "" if item.voice is Voice.INDEPENDENT else f", in a {item.voice} outlet"
    met = item.indicator or "no indicator"
    told = f"{speaker}{outlet}; {weight(item):.2f}"
    return f"story {item.story_id} {item.stance} it: {met} [{told}]"


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"
