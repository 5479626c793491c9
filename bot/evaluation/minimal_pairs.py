"""Minimal pairs: two entries that differ in a word or two and thereby in what they bear on. Pure.

A pair is counted on the claims *at issue*: those that its members label differently (another
stance, or a stance and none) and that are borderline in neither. A member is right where on every
claim at issue the judge tells the stance that is labelled, and is silent where none is. What the
judge says on other claims is counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.evaluation.cases import Case, Judged
from bot.evaluation.figures import Share
from bot.evaluation.stances import DIRECTED
from bot.model import Stance

_MEMBERS = 2


@dataclass(frozen=True, slots=True)
class PairFigures:
    """``both_right_or_open``: the same with an ``update`` allowed where the label has a direction.

    ``left_out``: pair names without exactly two members here, or with no claim at issue.
    """

    both_right: Share
    both_right_or_open: Share
    left_out: int


def minimal_pairs(judged: Iterable[Judged]) -> PairFigures:
    """The figures over all pairs among the entries."""
    named: dict[str, list[Judged]] = {}
    for item in judged:
        if item.case.pair:
            named.setdefault(item.case.pair, []).append(item)
    right = open_or_right = counted = 0
    for members in named.values():
        issue = at_issue(members[0].case, members[1].case) if len(members) == _MEMBERS else set()
        if not issue:
            continue
        counted += 1
        right += all(_right(item, issue, open_allowed=False) for item in members)
        open_or_right += all(_right(item, issue, open_allowed=True) for item in members)
    return PairFigures(Share(right, counted), Share(open_or_right, counted), len(named) - counted)


def at_issue(one: Case, other: Case) -> set[str]:
    """The claims on which the two are told apart."""
    unsure = one.borderline | other.borderline
    return {
        claim_id
        for claim_id in {*one.labels, *other.labels} - unsure
        if one.labels.get(claim_id) is not other.labels.get(claim_id)
    }


def _right(item: Judged, issue: set[str], *, open_allowed: bool) -> bool:
    told = item.told
    return all(
        _agrees(item.case.labels.get(claim_id), told.get(claim_id), open_allowed=open_allowed)
        for claim_id in issue
    )


def _agrees(label: Stance | None, told: Stance | None, *, open_allowed: bool) -> bool:
    left_open = told is Stance.UPDATE and label in DIRECTED
    return told is label or (open_allowed and left_open)
