"""Counts what was told against what was labelled: bearing, direction, stance, flips. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.evaluation.cases import Judged, Outcome
from bot.evaluation.figures import Found, Share, average_precision, threshold_curve
from bot.model import Stance

DIRECTED = frozenset((Stance.SUPPORTS, Stance.CONTRADICTS))


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """One claim. ``by_stance``: a stance is right only where the same stance was labelled."""

    claim_id: str
    bears: Found
    average_precision: float | None
    by_stance: Mapping[Stance, Found]


@dataclass(frozen=True, slots=True)
class TrapFigures:
    """Entries with one kind of trap, and how many fooled the judge: see ``fooled``."""

    trap: str
    fooled: Share


def bearing(outcomes: Iterable[Outcome]) -> Found:
    """Told and labelled with any stance; right where both are."""
    return _found(outcomes, lambda _stance: True, same=False)


def with_stance(outcomes: Iterable[Outcome], stances: Collection[Stance]) -> Found:
    """Told and labelled with one of these stances; right where told is what was labelled."""
    return _found(outcomes, lambda stance: stance in stances, same=True)


def _found(outcomes: Iterable[Outcome], wanted: Callable[[Stance], bool], *, same: bool) -> Found:
    told = labelled = right = 0
    for one in outcomes:
        is_told = one.told is not None and wanted(one.told)
        is_labelled = one.label is not None and wanted(one.label)
        told += is_told
        labelled += is_labelled
        right += is_told and is_labelled and (not same or one.told is one.label)
    return Found(told, labelled, right)


def stance_of_hits(outcomes: Iterable[Outcome]) -> Share:
    """Of the hits, those told with the stance that was labelled."""
    hits = [one for one in outcomes if one.hit]
    return Share(sum(one.told is one.label for one in hits), len(hits))


def is_flip(label: Stance | None, told: Stance | None) -> bool:
    """A contradiction told as support, or the other way round."""
    return label in DIRECTED and told in DIRECTED and label is not told


def flips(outcomes: Iterable[Outcome]) -> Share:
    """Flips among the hits whose label has a direction."""
    hits = [one for one in outcomes if one.hit and one.label in DIRECTED]
    return Share(sum(is_flip(one.label, one.told) for one in hits), len(hits))


def false_alarms(judged: Iterable[Judged]) -> Share:
    """Of the entries with neither label nor borderline, those on which readers are told."""
    empty = [item for item in judged if item.case.empty]
    return Share(sum(bool(item.judgement.verdicts) for item in empty), len(empty))


def gated_labels(judged: Iterable[Judged]) -> Share:
    """Of all labels, those on entries that were stopped before they were held against a claim."""
    counts = [(len(item.case.labels), item.gated) for item in judged]
    return Share(sum(n for n, gated in counts if gated), sum(n for n, _gated in counts))


def by_claim(outcomes: Iterable[Outcome], claim_ids: Sequence[str]) -> tuple[ClaimFigures, ...]:
    """One row per claim, in the given order."""
    held: dict[str, list[Outcome]] = {claim_id: [] for claim_id in claim_ids}
    for one in outcomes:
        held[one.claim_id].append(one)
    return tuple(
        ClaimFigures(
            claim_id=claim_id,
            bears=bearing(mine),
            average_precision=average_precision(
                threshold_curve((o.bears, o.label is not None) for o in mine if o.bears is not None)
            ),
            by_stance={stance: with_stance(mine, (stance,)) for stance in Stance},
        )
        for claim_id, mine in held.items()
    )


def fooled(mine: Iterable[Outcome]) -> bool:
    """Whether an entry was told on a claim where it does not bear, or with the wrong direction."""
    return any(
        one.told is not None
        and (one.label is None or (one.told in DIRECTED and one.told is not one.label))
        for one in mine
    )


def by_trap(judged: Sequence[Judged], outcomes: Iterable[Outcome]) -> tuple[TrapFigures, ...]:
    """One row per kind of trap, the most frequent first; entries without one are left out."""
    mine: dict[int, list[Outcome]] = {row: [] for row, item in enumerate(judged) if item.case.trap}
    for one in outcomes:
        if one.row in mine:
            mine[one.row].append(one)
    kinds: dict[str, list[bool]] = {}
    for row, own in mine.items():
        kinds.setdefault(judged[row].case.trap, []).append(fooled(own))
    rows = (TrapFigures(trap, Share(sum(bad), len(bad))) for trap, bad in kinds.items())
    return tuple(sorted(rows, key=lambda row: (-row.fooled.whole, row.trap)))
