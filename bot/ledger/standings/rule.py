"""Where a claim stands on the evidence, as of a time: a pure rule. docs/standings.md argues it.

1. A verdict weighs what its indicator weighs, times the least of what its speaker, its modality,
   its outlet's voice and its outlet's tier count for. UPDATE weighs nothing.
2. A story counts once, for the side that most of its outlets take, by that side's heaviest verdict
   (the latest of equals): more with every independent origin, less with age. A story that outlets
   of weight tell both ways is disputed, and counts for both sides.
3. The desk comes first: what it confirmed counts in full and undisputed, what it called wrong does
   not count.
4. The sums of both sides give the standing. To get into a standing takes more than to stay in it,
   so that a claim does not flap; that is why the rule asks where the claim stood.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from bot.ledger.records import Evidence, EvidenceItem
from bot.ledger.stories.changes import Voting, opposite, story_stance
from bot.model import DeskAction, Kind, Stance, Standing, Strength, Voice

INDICATOR_WEIGHTS = {Strength.STRONG: 1.0, Strength.MODERATE: 0.6, Strength.WEAK: 0.3}
NO_INDICATOR_WEIGHT = 0.3
# By Verdict.asserted_by; whatever else stands there is the id of a party.
SPEAKER_FACTORS = {"event": 1.0, "official": 0.7, "analyst": 0.5, "opinion": 0.3}
PARTY_FACTOR = 0.4
# By Verdict.modality (bot.judge.attribution.Modality); one that is not known takes nothing away.
MODALITY_FACTORS = {
    "happened": 1.0,
    "stated": 0.9,
    "decided": 0.8,
    "announced": 0.6,
    "demanded": 0.6,
    "denied": 0.5,
    "offered_if": 0.4,
    "predicted": 0.4,
    "asked": 0.2,
}
VOICE_FACTORS = {Voice.INDEPENDENT: 1.0, Voice.STATE: 0.5, Voice.PARTY: 0.4}
TIER_FACTORS = {1: 1.0, 2: 1.0, 3: 0.9, 4: 0.5}
# A second origin adds a quarter, a third a twelfth, and all together no more than this.
CORROBORATION = 0.5
# After this time evidence counts half. A fact does not age: what happened has happened.
HALF_LIVES = {
    Kind.PREDICTION: timedelta(days=60),
    Kind.ASSESSMENT: timedelta(days=120),
    Kind.PATTERN: timedelta(days=365),
}
# The least weight that holds a claim: to get there (one moderate event), and to stay.
LEAST_WEIGHT, KEPT_WEIGHT = 0.5, 0.25
# The share of the whole from which the lighter side contests the heavier: to get there, to stay.
CONTESTING_SHARE, KEPT_SHARE = 0.25, 0.15
# A fact is corrected by one story of this weight: a strong event, in an outlet that is vetted.
CORRECTING_WEIGHT = 0.8
# A story is disputed if the fewer outlets are at least this share; a claim's sources conflict if
# more than this share of the lighter side is disputed.
SPLIT_SHARE, DISPUTED_SHARE = 1 / 3, 0.5
# Stories that report one indicator in opposite ways are of one matter if no further apart.
DISPUTE_REACH = timedelta(days=2)
REASONS_SHOWN = 6
LEADING_SHOWN = 3  # of each side
_SIDES = (Stance.SUPPORTS, Stance.CONTRADICTS)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a story counts for one side: by that verdict, with that weight at the time asked for."""

    evidence: Evidence
    weight: float
    confirmed: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """A standing and what it rests on.

    ``supporting``, ``contradicting`` and ``disputed`` count stories, the weights are sums over
    them; ``heaviest`` are the REASONS_SHOWN heaviest, ``leading`` the LEADING_SHOWN heaviest of
    each side.
    """

    standing: Standing
    as_of: datetime
    supporting: int
    contradicting: int
    disputed: int
    supporting_weight: float
    contradicting_weight: float
    heaviest: tuple[Counted, ...]
    leading: tuple[Counted, ...]


def weight(evidence: Evidence) -> float:
    """How much one verdict counts, 0..1, before corroboration, age and the desk."""
    return _weight(
        evidence.stance,
        evidence.strength,
        evidence.asserted_by,
        evidence.modality,
        evidence.voice,
        evidence.tier,
    )


def weight_of(item: EvidenceItem) -> float:
    """The same for a verdict as it stands in the ledger."""
    verdict, outlet = item.verdict, item.article.entry.outlet
    strength = verdict.indicator.strength if verdict.indicator else None
    return _weight(
        verdict.stance, strength, verdict.asserted_by, verdict.modality, outlet.voice, outlet.tier
    )


def standing(
    evidence: Iterable[Evidence], kind: Kind, as_of: datetime, held: Standing = Standing.QUIET
) -> Assessment:
    """The standing of one claim; the order of the evidence makes no difference.

    ``held``: where the claim stood before. What is dated after ``as_of`` counts as of that day.
    """
    stories: dict[int, list[Evidence]] = defaultdict(list)
    for item in evidence:
        if item.stance is not Stance.UPDATE:
            stories[item.story_id].append(item)
    counted = [each for items in stories.values() for each in _story(items, kind, as_of)]
    counted = _with_disputes(counted)
    counted.sort(key=lambda each: (-each.weight, each.evidence.story_id, each.evidence.stance))
    supporting, contradicting = (
        [each for each in counted if each.evidence.stance is side] for side in _SIDES
    )
    return Assessment(
        standing=_stand(supporting, contradicting, kind, held),
        as_of=as_of,
        supporting=len(supporting),
        contradicting=len(contradicting),
        disputed=len({each.evidence.story_id for each in counted if each.disputed}),
        supporting_weight=_sum(supporting),
        contradicting_weight=_sum(contradicting),
        heaviest=tuple(counted[:REASONS_SHOWN]),
        leading=(*supporting[:LEADING_SHOWN], *contradicting[:LEADING_SHOWN]),
    )


# --- a story -------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _weight(
    stance: Stance,
    strength: Strength | None,
    asserted_by: str,
    modality: str,
    voice: Voice,
    tier: int,
) -> float:
    if stance is Stance.UPDATE:
        return 0.0
    # The least and not the product: a party's statement in its own outlet is one doubt, not two.
    factor = min(
        SPEAKER_FACTORS.get(asserted_by, PARTY_FACTOR),
        MODALITY_FACTORS.get(modality, 1.0),
        VOICE_FACTORS[voice],
        TIER_FACTORS.get(tier, TIER_FACTORS[4]),
    )
    return _full_weight(strength) * factor


def _full_weight(strength: Strength | None) -> float:
    return NO_INDICATOR_WEIGHT if strength is None else INDICATOR_WEIGHTS[strength]


def _story(items: Sequence[Evidence], kind: Kind, as_of: datetime) -> list[Counted]:
    """What one story counts for: one side, both if it is disputed, or none."""
    if items[0].ruling is None and len({item.stance for item in items}) == 1:
        return [_counted(max(items, key=_rank), kind, as_of)]
    mine, other, confirmed = _sides(items)
    if not mine:
        return []
    rank = _full_rank if confirmed else _rank
    found = _counted(max(mine, key=rank), kind, as_of, confirmed=confirmed)
    if not other:
        return [found]
    against = _counted(max(other, key=_rank), kind, as_of)
    outlets, fewer = {item.outlet for item in (*mine, *other)}, {item.outlet for item in other}
    if len(fewer) >= SPLIT_SHARE * len(outlets) and _heavy(found) and _heavy(against):
        return [replace(found, disputed=True), replace(against, disputed=True)]
    return [found]


def _sides(items: Sequence[Evidence]) -> tuple[list[Evidence], list[Evidence], bool]:
    """The verdicts that count on the side that the story takes, those on the other, and whether
    the desk confirmed the first."""
    votes = {item.outlet: item for item in sorted(items, key=lambda item: item.verdict_id)}
    says = story_stance([Voting(one.outlet, one.stance, one.verdict_id) for one in votes.values()])
    # What an outlet has turned away from since does not count.
    held = [item for item in items if votes[item.outlet].stance is item.stance]
    mine = [item for item in held if item.stance is says]
    other = [item for item in held if item.stance is not says]
    ruling = items[0].ruling
    # A ruling on what the story no longer says is of the past.
    action = ruling.action if ruling and ruling.on is says else None
    if action is DeskAction.NOT_THIS_CLAIM:
        return [], [], False
    if action is DeskAction.WRONG_STANCE:
        return other, [], False
    return (mine, [], True) if action is DeskAction.CONFIRM else (mine, other, False)


def _counted(item: Evidence, kind: Kind, as_of: datetime, *, confirmed: bool = False) -> Counted:
    base = _full_weight(item.strength) if confirmed else weight(item)
    corroborated = base * (1 + CORROBORATION * (1 - 1 / max(1, item.origins)))
    half_life = HALF_LIVES.get(kind)
    age = max(as_of - item.at, timedelta())
    return Counted(item, corroborated * (0.5 ** (age / half_life) if half_life else 1.0), confirmed)


def _with_disputes(counted: list[Counted]) -> list[Counted]:
    """Marks stories that report one indicator in opposite ways within DISPUTE_REACH."""
    if len({each.evidence.stance for each in counted}) < len(_SIDES):
        return counted
    by_indicator: dict[str, list[Counted]] = defaultdict(list)
    for each in counted:
        if each.evidence.indicator and _heavy(each) and not each.confirmed:
            by_indicator[each.evidence.indicator].append(each)
    disputed: set[int] = set()
    for group in by_indicator.values():
        if len({each.evidence.stance for each in group}) > 1:
            disputed |= _told_both_ways(group)
    return [
        replace(each, disputed=True) if each.evidence.verdict_id in disputed else each
        for each in counted
    ]


def _told_both_ways(group: list[Counted]) -> set[int]:
    """The ids of the verdicts that another outlet's, near in time, says the opposite of."""
    found: set[int] = set()
    items = sorted((each.evidence for each in group), key=lambda item: (item.at, item.verdict_id))
    first = 0
    for number, item in enumerate(items):
        while item.at - items[first].at > DISPUTE_REACH:
            first += 1
        for near in items[first:number]:
            if opposite(near.stance, item.stance) and near.outlet != item.outlet:
                found |= {near.verdict_id, item.verdict_id}
    return found


def _heavy(each: Counted) -> bool:
    return weight(each.evidence) >= LEAST_WEIGHT


def _rank(item: Evidence) -> tuple[float, datetime, int]:
    return (weight(item), *_recency(item))


def _full_rank(item: Evidence) -> tuple[float, datetime, int]:
    return (_full_weight(item.strength), *_recency(item))


def _recency(item: Evidence) -> tuple[datetime, int]:
    return (item.at, item.verdict_id)


# --- a claim -------------------------------------------------------------------------------------


def _stand(
    supporting: Sequence[Counted], contradicting: Sequence[Counted], kind: Kind, held: Standing
) -> Standing:
    sides = {Standing.SUPPORTED: _sum(supporting), Standing.CONTRADICTED: _sum(contradicting)}
    both = held in (Standing.CONTESTED, Standing.CONFLICT)
    lighter, whole = min(sides.values()), sum(sides.values())
    least, share = (KEPT_WEIGHT, KEPT_SHARE) if both else (LEAST_WEIGHT, CONTESTING_SHARE)
    if lighter >= least and lighter >= share * whole:
        disputed = max(
            _sum([each for each in side if each.disputed])
            for side in (supporting, contradicting)
            if _sum(side) == lighter
        )
        return Standing.CONFLICT if disputed > DISPUTED_SHARE * lighter else Standing.CONTESTED
    for side in sorted(sides, key=lambda side: -sides[side]):
        if sides[side] >= (KEPT_WEIGHT if both or held is side else LEAST_WEIGHT):
            corrects = max((each.weight for each in contradicting), default=0.0)
            if side is Standing.CONTRADICTED and kind is Kind.FACT and corrects < CORRECTING_WEIGHT:
                return Standing.CONTESTED
            return side
    return Standing.QUIET


def _sum(counted: Sequence[Counted]) -> float:
    return round(math.fsum(each.weight for each in counted), 3)
