"""What a log-linear model needs to be fitted with numpy alone: sparse rows, slope, descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

DECAY = 4.0  # of the squared weights
STEPS, RATE = 150, 0.08

Array = NDArray[np.float64]


class Sparse:
    """Rows of columns that are 1, all else 0; no row is empty."""

    def __init__(self, rows: Sequence[NDArray[np.intp]]) -> None:
        self._columns = np.concatenate(rows)
        self._starts = np.cumsum([0, *(len(r) for r in rows)])[:-1]
        owners = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
        order = np.argsort(self._columns, kind="stable")
        self._owners = owners[order]
        self._used, self._used_starts = np.unique(self._columns[order], return_index=True)

    def times(self, weights: Array) -> Array:
        """(rows, k) for weights of shape (width, k)."""
        return np.add.reduceat(weights[self._columns], self._starts)

    def back(self, slope: Array, width: int) -> Array:
        """The transposed product: (width, k) for a slope of shape (rows, k)."""
        result = np.zeros((width, slope.shape[1]))
        result[self._used] = np.add.reduceat(slope[self._owners], self._used_starts)
        return result


def balanced(classes: NDArray[np.intp], weight: Array, power: float) -> Array:
    """The weights, raised for rare classes; their sum stays."""
    held = np.bincount(classes, weights=weight)[classes]
    raised = weight * (held.max() / held) ** power
    return raised * (weight.sum() / raised.sum())


def error(scores: Array, target: NDArray[np.intp], weight: Array) -> Array:
    """The slope of the weighted log loss of a softmax over each row."""
    share = np.exp(scores - scores.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    share[np.arange(len(target)), target] -= 1.0
    return share * weight[:, np.newaxis]


def descend(slope: Callable[[Array], Array], width: int, classes: int) -> Array:
    """Adam (Kingma and Ba, 2015) on all examples at once, with a rate that falls to nothing."""
    weights = np.zeros((width, classes))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        down = slope(weights) + DECAY * weights
        mean = 0.9 * mean + 0.1 * down
        square = 0.99 * square + 0.01 * down**2
        rate = RATE * (1 - step / (STEPS + 1))
        scaled = np.sqrt(square / (1 - 0.99**step)) + 1e-8
        weights -= rate * mean / (1 - 0.9**step) / scaled
    return weights.T.copy()
