"""Figures before and after tuning: told at the judge's thresholds, counted as everywhere else."""

from dataclasses import replace

import numpy as np

from bot.evaluation.figures import Share
from bot.evaluation.lesson_figures import figures
from bot.judge.verdict import Thresholds

THRESHOLDS = Thresholds(finding=0.2, review=0.35, bears=0.5, supports=0.5, contradicts=0.5)
QUIET, SUPPORTS, CONTRADICTS = [0.9, 0.1, 0, 0], [0.1, 0, 0.8, 0.1], [0.1, 0, 0.1, 0.8]
# What the second reader says by itself.
AGREED = np.array([[SUPPORTS, CONTRADICTS]] * 4, np.float32)
# Claims with indicators on one side only: they lean nowhere.
NOWHERE = np.full((4, 2), np.nan, np.float32)


def test_what_is_told_is_counted_against_the_targets() -> None:
    told = np.array(
        [[SUPPORTS, QUIET], [QUIET, CONTRADICTS], [QUIET, CONTRADICTS], [SUPPORTS, QUIET]],
        np.float32,
    )
    targets = np.array([[2, 0], [0, 2], [0, 0], [-1, 0]])
    found = figures(told, AGREED, NOWHERE, targets, ("A", "B"), THRESHOLDS)
    assert found.bears.precision == Share(2, 3)
    assert found.bears.recall == Share(2, 2)
    assert found.direction.precision == Share(1, 3)
    assert found.flips == Share(1, 2)
    assert found.false_alarms == Share(1, 1)
    assert found.average_precision is not None


def test_a_direction_on_which_the_readers_differ_stays_open() -> None:
    told, targets = np.array([[SUPPORTS]], np.float32), np.array([[2]])
    other = np.array([[CONTRADICTS]], np.float32)
    found = figures(told, other, NOWHERE[:1, :1], targets, ("A",), THRESHOLDS)
    assert found.bears.precision == Share(1, 1)
    assert found.direction.told == 0


def test_a_direction_for_which_no_indicator_speaks_plainly_stays_open() -> None:
    told, targets = np.array([[SUPPORTS]], np.float32), np.array([[2]])
    other, plain = np.array([[SUPPORTS]], np.float32), replace(THRESHOLDS, lean=0.1)
    for leaning, directed in ((0.2, 1), (0.05, 0), (-0.2, 0)):
        lean = np.array([[leaning]], np.float32)
        assert figures(told, other, lean, targets, ("A",), plain).direction.told == directed


def test_nothing_labelled_and_nothing_told_makes_no_figure() -> None:
    told, targets = np.array([[QUIET]], np.float32), np.array([[0]])
    found = figures(told, AGREED[:1, :1], NOWHERE[:1, :1], targets, ("A",), THRESHOLDS)
    assert found.average_precision is None
    assert found.bears.precision.value is None
    assert found.false_alarms == Share(0, 1)
