"""Figures by which a judge is measured, from probabilities and labels.

"Bears on" = any stance but none. Direction = supports or contradicts. A flip is a contradiction
called support or the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from material import IGNORE, STANCES
from numpy.typing import NDArray

_SUPPORTS, _CONTRADICTS = STANCES.index("supports"), STANCES.index("contradicts")


def average_precision(scores: NDArray[np.float64], hits: NDArray[np.bool_]) -> float:
    order = np.argsort(-scores, kind="stable")
    ranked = hits[order]
    if not ranked.any():
        return float("nan")
    precision = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(precision[ranked].mean())


def best_f1(
    scores: NDArray[np.float64], hits: NDArray[np.bool_]
) -> tuple[float, float, float, float]:
    """(F1, precision, recall, threshold) at the threshold where F1 is highest."""
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hits[order])
    precision = found / np.arange(1, len(order) + 1)
    recall = found / max(1, hits.sum())
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    top = int(f1.argmax())
    return float(f1[top]), float(precision[top]), float(recall[top]), float(scores[order][top])


def recall_at_precision(
    scores: NDArray[np.float64], hits: NDArray[np.bool_], floor: float
) -> float:
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hits[order])
    good = found / np.arange(1, len(order) + 1) >= floor
    return float((found / max(1, hits.sum()))[good].max()) if good.any() else 0.0


def summary(
    probabilities: NDArray[np.float64], targets: Sequence[Sequence[int]]
) -> dict[str, float]:
    """All figures of one set. ``probabilities``: (entries, claims, 4)."""
    goal = np.asarray(targets)
    counted = goal != IGNORE
    bears = 1.0 - probabilities[..., 0]
    hits = goal > 0
    f1, precision, recall, threshold = best_f1(bears[counted], hits[counted])
    true = counted & hits
    stance = 1 + probabilities[..., 1:].argmax(-1)
    directed = true & (goal >= _SUPPORTS)
    flips = directed & (stance >= _SUPPORTS) & (stance != goal)
    # An alert with a direction: its score is the product's own, the probability of that stance.
    way = np.maximum(probabilities[..., _SUPPORTS], probabilities[..., _CONTRADICTS])
    side = np.where(
        probabilities[..., _SUPPORTS] >= probabilities[..., _CONTRADICTS], _SUPPORTS, _CONTRADICTS
    )
    right = counted & (goal == side)
    unlabelled = (~hits & counted).all(-1)
    top = np.where(counted, bears, 0).max(-1)
    return {
        "n": float(len(goal)),
        "ap": average_precision(bears[counted], hits[counted]),
        "f1": f1,
        "precision": precision,
        "recall": recall,
        "threshold": threshold,
        "recall_at_p90": recall_at_precision(bears[counted], hits[counted], 0.90),
        "direction_recall_at_p90": float(
            recall_at_precision(way[counted], right[counted], 0.90)
            * right[counted].sum()
            / max(1, directed.sum())
        ),
        "stance_right": float((stance == goal)[true].mean()) if true.any() else float("nan"),
        "flips": float(flips.sum()),
        "directed": float(directed.sum()),
        "false_alarm": float((top[unlabelled] >= threshold).mean()) if unlabelled.any() else 0.0,
    }


def line(report: dict[str, float]) -> str:
    return (
        f"n {report['n']:.0f} AP {report['ap']:.3f} F1 {report['f1']:.3f} "
        f"(P {report['precision']:.2f} R {report['recall']:.2f} at {report['threshold']:.2f}) "
        f"R@P90 {report['recall_at_p90']:.2f} dirR@P90 {report['direction_recall_at_p90']:.2f} "
        f"stance {report['stance_right']:.2f} "
        f"flips {report['flips']:.0f}/{report['directed']:.0f} alarms {report['false_alarm']:.3f}"
    )
