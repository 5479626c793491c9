"""Minimal pairs: counted on what tells their members apart."""

from __future__ import annotations

import pytest

from bot.evaluation.cases import Judged
from bot.evaluation.figures import Share
from bot.evaluation.minimal_pairs import at_issue, minimal_pairs
from bot.model import Stance
from tests.unit.evaluation.evaluation_making import CONTRADICTS, SUPPORTS, UPDATE, case, judged

Told = dict[str, tuple[Stance, float]]


def pair(first: Told, second: Told) -> list[Judged]:
    """One member supports A, the other contradicts it; both support B."""
    return [
        judged(case(1, {"A": SUPPORTS, "B": SUPPORTS}, pair="p"), first),
        judged(case(2, {"A": CONTRADICTS, "B": SUPPORTS}, pair="p"), second),
    ]


@pytest.mark.parametrize(
    ("first", "second", "right", "right_or_open"),
    [
        ({"A": (SUPPORTS, 0.9)}, {"A": (CONTRADICTS, 0.9)}, 1, 1),
        ({"A": (SUPPORTS, 0.9)}, {"A": (UPDATE, 0.9)}, 0, 1),
        ({"A": (SUPPORTS, 0.9)}, {"A": (SUPPORTS, 0.9)}, 0, 0),
        ({"A": (SUPPORTS, 0.9)}, {}, 0, 0),
    ],
    ids=["both right", "a direction left open", "one flipped", "one missed"],
)
def test_both_members_must_be_right(
    first: Told, second: Told, right: int, right_or_open: int
) -> None:
    figures = minimal_pairs(pair(first, second))
    assert figures.both_right == Share(right, 1)
    assert figures.both_right_or_open == Share(right_or_open, 1)


def test_what_is_told_on_a_claim_not_at_issue_is_counted_elsewhere() -> None:
    told: Told = {"B": (CONTRADICTS, 0.9), "C": (SUPPORTS, 0.9)}
    figures = minimal_pairs(pair({"A": (SUPPORTS, 0.9), **told}, {"A": (CONTRADICTS, 0.9), **told}))
    assert figures.both_right == Share(1, 1)


def test_silence_is_right_where_a_member_bears_on_nothing() -> None:
    near_miss = [
        judged(case(1, {"A": SUPPORTS}, pair="p"), {"A": (SUPPORTS, 0.9)}),
        judged(case(2, pair="p")),
    ]
    assert minimal_pairs(near_miss).both_right == Share(1, 1)
    fooled = [near_miss[0], judged(case(2, pair="p"), {"A": (UPDATE, 0.9)})]
    assert minimal_pairs(fooled).both_right_or_open == Share(0, 1)


def test_a_claim_that_is_borderline_in_either_is_not_at_issue() -> None:
    one, other = case(1, {"A": SUPPORTS, "B": UPDATE}), case(2, borderline="A")
    assert at_issue(one, other) == {"B"}


def test_pairs_that_cannot_be_counted_are_named_as_left_out() -> None:
    """One member only (its split differs), three members, or nothing that tells them apart."""
    same = {"A": SUPPORTS}
    items = [
        judged(case(1, same, pair="alone")),
        *(judged(case(line, same, pair="three")) for line in (2, 3, 4)),
        judged(case(5, same, pair="alike")),
        judged(case(6, same, pair="alike")),
        judged(case(7, same)),
    ]
    figures = minimal_pairs(items)
    assert figures.left_out == 3
    assert figures.both_right == Share(0, 0)
