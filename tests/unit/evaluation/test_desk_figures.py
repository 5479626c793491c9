"""What the desk's decisions say of the judge: precision with its n, and where to alert."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.desk_figures import (
    LEAST_BELOW,
    LEAST_DECIDED,
    Calibration,
    Decided,
    Precision,
    calibrate,
    missing,
    precision,
    propose,
)
from bot.evaluation.figures import wilson
from bot.model import DeskAction

CONFIRM, WRONG, NOT_THIS = DeskAction
PROBABILITIES = st.floats(0.01, 0.99)


def decided_of(count: int, shift: float, low: float = 0.3, high: float = 0.98) -> list[Decided]:
    """Decisions of a desk to which the judge's log-odds are off by ``shift``."""
    rng = random.Random(7)
    curve = Calibration(shift)
    chosen = [rng.uniform(low, high) for _ in range(count)]
    return [Decided(p, rng.random() < curve(p)) for p in chosen]


# --- precision -----------------------------------------------------------------------------------


def test_precision_is_told_by_claim_with_its_sample_size() -> None:
    rulings = [("C02", CONFIRM)] * 9 + [("C02", WRONG), ("C01", NOT_THIS), ("C01", CONFIRM)]
    overall, by_claim = precision(rulings)
    assert overall == Precision(10, 1, 1)
    assert list(by_claim) == ["C01", "C02"]
    assert str(by_claim["C01"]) == "1 of 2 confirmed; n is too small to tell"
    assert str(by_claim["C02"]) == "90% of 10 confirmed (95 % interval 60% to 98%)"
    assert str(precision([])[0]) == "nothing decided yet"


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    # Values of the closed formula, by hand.
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=1e-4)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_narrows(counts: tuple[int, int]) -> None:
    part, whole = counts
    low, high = wilson(part, whole)
    assert 0 <= low <= part / whole + 1e-12
    assert part / whole - 1e-12 <= high <= 1
    more = wilson(4 * part, 4 * whole)
    assert more[1] - more[0] < high - low


# --- the threshold -------------------------------------------------------------------------------


def test_it_is_told_how_many_decisions_are_missing() -> None:
    assert missing([]).startswith(f"{LEAST_DECIDED} of any kind, 5 that say that a report bears")
    assert missing([Decided(0.8, True)] * 40) == "5 that say that it does not"
    assert missing(decided_of(LEAST_DECIDED, -0.5)) == ""


def test_decisions_as_the_judge_expects_leave_the_threshold() -> None:
    found = propose(decided_of(2000, 0.0), 0.57, 0.57)
    assert (found.threshold, found.now) == (0.57, found.then)
    assert "right as it is" in found.reason


def test_a_judge_that_is_too_sure_alerts_later() -> None:
    decided = decided_of(400, -1.0, low=0.57)
    found = propose(decided, 0.57, 0.57)
    assert 0.7 < found.threshold < 0.85
    assert found.reason == ""
    # What it gives that threshold is worth what the model's own was meant to be.
    assert found.calibration(found.threshold) == pytest.approx(0.57, abs=0.02)
    told = [one for one in decided if one.probability >= found.threshold]
    assert (found.then.told, found.then.right) == (len(told), sum(one.bears for one in told))
    assert found.then.expected > found.now.expected
    # Once it is in use, the same decisions change nothing more.
    assert propose(decided, found.threshold, 0.57).reason


def test_it_is_lowered_only_where_editors_have_looked() -> None:
    blind = propose(decided_of(400, 1.5, low=0.57), 0.57, 0.57)
    assert (blind.threshold, "review queue" in blind.reason) == (0.57, True)
    seen = propose(decided_of(400, 1.5, low=0.3), 0.57, 0.57)
    assert (seen.threshold, seen.reason) == (pytest.approx(0.3, abs=0.05), "")


def test_a_few_decisions_bend_the_curve_little() -> None:
    few, many = calibrate(decided_of(10, -2.0)), calibrate(decided_of(1000, -2.0))
    assert -2.3 < many.shift < few.shift < 0
    assert few.slope == pytest.approx(1.0, abs=0.25)


@given(st.lists(st.builds(Decided, PROBABILITIES, st.booleans()), min_size=1, max_size=60),
       PROBABILITIES, st.randoms())  # fmt: skip
def test_a_proposal_is_a_probability_whatever_was_decided_in_any_order(
    decided: list[Decided], current: float, rng: random.Random
) -> None:
    found = propose(decided, current, 0.57)
    assert 0 < found.threshold < 1
    assert found.calibration.slope > 0
    if found.threshold < current:
        between = [one for one in decided if found.threshold <= one.probability < current]
        assert len(between) >= LEAST_BELOW
    rng.shuffle(decided)
    again = propose(decided, current, 0.57)
    assert math.isclose(again.threshold, found.threshold, abs_tol=0.011)


@given(PROBABILITIES)
def test_a_curve_can_be_read_both_ways(probability: float) -> None:
    curve = Calibration(-0.7, 1.3)
    assert curve.inverse(curve(probability)) == pytest.approx(probability, abs=1e-6)
