"""The figures from plain numbers: against cases computed by hand, and what must always hold."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.figures import (
    Found,
    Share,
    average_precision,
    best_point,
    calibration_error,
    reliability,
    sampled,
    threshold_curve,
)

# Few different values, so that equal scores are met often.
probabilities = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1)
scored = st.lists(st.tuples(probabilities, st.booleans()), max_size=40)


def test_the_curve_and_average_precision_of_a_case_computed_by_hand() -> None:
    """From the top: hit, miss, then a hit and a miss that score the same."""
    curve = threshold_curve([(0.9, True), (0.8, False), (0.4, True), (0.4, False)])
    assert [(p.threshold, p.precision, p.recall) for p in curve] == [
        (0.9, 1.0, 0.5),
        (0.8, 0.5, 0.5),
        (0.4, 0.5, 1.0),
    ]
    assert [p.f1 for p in curve] == pytest.approx([2 / 3, 1 / 2, 2 / 3])
    assert average_precision(curve) == pytest.approx(0.5 * 1.0 + 0.5 * 0.5)
    best = best_point(curve)
    assert best is not None
    assert best.threshold == 0.9, "of two equals the higher threshold alarms less"


@given(scored)
def test_all_figures_keep_their_bounds(pairs: list[tuple[float, bool]]) -> None:
    curve = threshold_curve(pairs)
    bins = reliability(pairs)
    figures = [figure for p in curve for figure in (p.precision, p.recall, p.f1)]
    figures += [average_precision(curve) or 0.0, calibration_error(bins) or 0.0]
    figures += [figure or 0.0 for b in bins for figure in (b.predicted, b.observed)]
    assert all(0.0 <= figure <= 1.0 for figure in figures)
    assert sum(b.count for b in bins) == len(pairs)
    assert all(b.low <= b.predicted <= b.high for b in bins if b.predicted is not None)


@given(scored, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_decides_nothing(
    pairs: list[tuple[float, bool]], rng: random.Random
) -> None:
    shuffled = rng.sample(pairs, len(pairs))
    assert threshold_curve(shuffled) == threshold_curve(pairs)
    assert reliability(shuffled) == reliability(pairs)


@given(scored)
def test_the_curve_tells_what_each_threshold_would_tell(pairs: list[tuple[float, bool]]) -> None:
    labelled = sum(bears for _score, bears in pairs)
    for point in threshold_curve(pairs):
        told = [bears for score, bears in pairs if score >= point.threshold]
        found = Found(len(told), labelled, sum(told))
        assert (point.precision, point.recall) == (found.precision.value, found.recall.value)
        assert point.f1 == found.f1


@given(st.lists(st.floats(0.5, 1), min_size=1), st.lists(st.floats(0, 0.4)))
def test_scores_that_part_all_hits_from_the_rest_are_perfect(
    hits: list[float], rest: list[float]
) -> None:
    curve = threshold_curve([(s, True) for s in hits] + [(s, False) for s in rest])
    assert average_precision(curve) == pytest.approx(1.0)
    best = best_point(curve)
    assert best is not None
    assert (best.f1, best.threshold) == (1.0, min(hits))


@given(st.integers(1, 20), st.integers(0, 20))
def test_a_judge_that_scores_all_alike_has_the_base_rate(hits: int, rest: int) -> None:
    curve = threshold_curve([(0.3, True)] * hits + [(0.3, False)] * rest)
    assert average_precision(curve) == pytest.approx(hits / (hits + rest))


def test_where_nothing_bears_there_is_no_figure_and_no_failure() -> None:
    curve = threshold_curve([(0.3, False)])
    assert curve == ()
    assert average_precision(curve) is None
    assert best_point(curve) is None
    assert Share(0, 0).value is None
    assert Found(0, 0, 0).f1 is None
    assert calibration_error(reliability([])) is None


def test_reliability_of_a_case_computed_by_hand() -> None:
    bins = reliability([(0.0, False), (0.6, True), (0.7, False), (1.0, True)], bins=2)
    low, high = bins
    assert (low.count, low.predicted, low.observed) == (1, 0.0, 0.0)
    assert high.count == 3
    assert high.predicted == pytest.approx(2.3 / 3)
    assert high.observed == pytest.approx(2 / 3)
    assert calibration_error(bins) == pytest.approx(0.1)


@given(scored, st.integers(1, 30))
def test_a_sampled_curve_gives_what_each_of_its_thresholds_would_do(
    pairs: list[tuple[float, bool]], steps: int
) -> None:
    curve = threshold_curve(pairs)
    points = sampled(curve, steps)
    tops = [point.threshold for point in curve]
    assert [p.threshold for p in points] == [
        step / steps for step in range(steps + 1) if tops and step / steps <= tops[0]
    ]
    for point in points:
        told = [bears for score, bears in pairs if score >= point.threshold]
        assert point.precision == sum(told) / len(told)
