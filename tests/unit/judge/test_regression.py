"""Fitting: it finds what is there, counts only what counts, and is the same every time."""

import numpy as np
from head_making import lessons, units

from bot.judge.regression import LEFT_OUT, fit, log_softmax, logits, scaled


def test_it_learns_what_tells_the_claims_apart() -> None:
    seen, new = lessons(1, 200), lessons(2, 100)
    weights, bias = fit(seen.vectors, seen.targets, penalty=1.0)
    told = logits(new.vectors, weights, bias).argmax(-1)
    assert (told == new.targets).mean() > 0.95


def test_the_least_is_found() -> None:
    """At the minimum of the penalised loss its gradient is zero, here counted by hand."""
    seen, penalty = lessons(1, 80), 2.0
    weights, bias = fit(seen.vectors, seen.targets, penalty=penalty)
    wrong = np.exp(log_softmax(logits(seen.vectors, weights, bias))) - np.eye(4)[seen.targets]
    by_weight = np.einsum("nd,ncs->cds", scaled(seen.vectors), wrong) + 2 * penalty * weights
    assert np.abs(by_weight).max() < 0.5
    assert np.abs(wrong.sum(0)).max() < 0.5


def test_the_same_lessons_give_the_same_numbers() -> None:
    seen = lessons(3, 60)
    first, second = (fit(seen.vectors, seen.targets, penalty=1.0) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_what_is_left_out_counts_neither_way() -> None:
    seen = lessons(4, 60)
    targets = seen.targets.copy()
    targets[:, 2] = LEFT_OUT
    weights, _bias = fit(seen.vectors, targets, penalty=1.0)
    assert not weights[2].any()
    assert weights[0].any()


def test_a_strong_penalty_keeps_to_the_start() -> None:
    seen = lessons(5, 40)
    start = fit(seen.vectors, seen.targets, penalty=1.0)
    other = lessons(6, 40)
    swapped = other.targets[:, ::-1].copy()
    held = fit(other.vectors, swapped, penalty=1e6, start=start)
    moved = fit(other.vectors, swapped, penalty=0.1, start=start)
    probe = units(7, 20)
    there = logits(probe, *start)
    assert np.allclose(logits(probe, *held), there, atol=0.01)
    assert not np.allclose(logits(probe, *moved), there, atol=0.5)


def test_one_text_is_enough_to_fit() -> None:
    seen = lessons(8, 1)
    weights, bias = fit(seen.vectors, seen.targets, penalty=1.0)
    assert np.isfinite(weights).all()
    assert np.isfinite(bias).all()


def test_log_softmax_bears_large_numbers() -> None:
    values = np.array([[1000.0, 0.0, -1000.0, 0.0]], np.float32)
    assert np.isclose(np.exp(log_softmax(values)).sum(), 1.0)
