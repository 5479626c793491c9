"""Fits one softmax per claim over embeddings: numpy only, deterministic, in seconds.

Stances are numbered as in bot.judge.verdict.Probabilities: none, update, supports, contradicts.
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from bot.model import Stance

Floats = NDArray[np.float32]
Targets = NDArray[np.int64]

TARGETS = {Stance.UPDATE: 1, Stance.SUPPORTS: 2, Stance.CONTRADICTS: 3}
NONE = 0
LEFT_OUT = -1  # a target that is counted neither way
STANCES = 4

# Where nothing is known yet a report bears on nothing: the log-odds of none at the start.
_QUIET = 3.0
_MAX_STEPS = 100
_MEMORY = 8
_ENOUGH = 1e-5  # the relative gain of a step at which fitting ends
_LEAST_STEP = 1e-4
_ARMIJO = 1e-4


def scaled(vectors: Floats) -> Floats:
    """Unit vectors with components of order one, as the model's own head reads them."""
    return np.asarray(vectors * np.float32(np.sqrt(vectors.shape[1])), np.float32)


def logits(vectors: Floats, weights: Floats, bias: Floats) -> Floats:
    """(n, width), (claims, width, 4) and (claims, 4) to (n, claims, 4)."""
    claims, width, _ = weights.shape
    flat = weights.transpose(1, 0, 2).reshape(width, claims * STANCES)
    return np.asarray((scaled(vectors) @ flat).reshape(-1, claims, STANCES) + bias, np.float32)


def log_softmax(values: Floats) -> Floats:
    """Log probabilities over the last axis."""
    shifted = values - values.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)), np.float32)


def fit(
    vectors: Floats,
    targets: Targets,
    *,
    penalty: float,
    start: tuple[Floats, Floats] | None = None,
) -> tuple[Floats, Floats]:
    """Weights (claims, width, 4) and bias (claims, 4) for unit vectors (n, width), n > 0.

    ``targets`` (n, claims): 0..3, below 0 left out. The least is sought of the cross-entropy,
    summed over all that counts, plus ``penalty`` times the squared distance from ``start``
    (weights and bias); without a start from weights of 0, with the bias free. Being a sum, it lets
    many labels outweigh the penalty and few not.
    """
    features = scaled(vectors)
    claims = targets.shape[1]
    given = None
    if start is not None:
        given = logits(vectors, *start).transpose(0, 2, 1)
    # Centred features share no direction with the bias, so that far fewer steps are needed.
    centre = features.mean(0)
    begin = np.zeros((features.shape[1] + 1, STANCES * claims), np.float32)
    if start is None:
        begin[-1, :claims] = _QUIET
    strength = np.full((len(begin), 1), penalty, np.float32)
    strength[-1] = 0.0 if start is None else penalty
    theta = _minimise(_Objective(features - centre, targets, strength, given), begin)
    theta[-1] -= centre @ theta[:-1]
    # Columns are ordered by stance, then by claim: sums over stances are then whole rows.
    both = theta.reshape(-1, STANCES, claims).transpose(2, 0, 1)
    weights, bias = both[:, :-1], both[:, -1]
    if start is not None:
        weights, bias = weights + start[0], bias + start[1]
    return np.ascontiguousarray(weights), np.ascontiguousarray(bias)


class _Objective:
    """The penalised cross-entropy and its gradient at theta (width + 1, 4 * claims), whose last
    row is the bias."""

    def __init__(
        self, features: Floats, targets: Targets, strength: Floats, given: Floats | None
    ) -> None:
        self._features, self._strength, self._given = features, strength, given
        counted = targets >= 0
        rows, columns = np.nonzero(counted)
        self._at = (rows, targets[rows, columns], columns)
        self._where = (rows, columns)
        self._counted = counted[:, np.newaxis].astype(np.float32)

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        size, _, claims = self._counted.shape
        values = (self._features @ theta[:-1] + theta[-1]).reshape(size, STANCES, claims)
        if self._given is not None:
            values += self._given
        values -= values.max(1, keepdims=True)
        picked = values[self._at]
        np.exp(values, out=values)
        total = values.sum(1, keepdims=True)
        loss = float((np.log(total[:, 0][self._where]) - picked).sum(dtype=np.float64))
        values /= total
        values[self._at] -= 1
        values *= self._counted
        slopes = values.reshape(size, -1)
        gradient = np.vstack((self._features.T @ slopes, slopes.sum(0)))
        loss += float((self._strength * theta**2).sum(dtype=np.float64))
        return loss, np.asarray(gradient + 2 * self._strength * theta, np.float32)


def _minimise(objective: _Objective, theta: Floats) -> Floats:
    """L-BFGS with backtracking (Nocedal and Wright, Numerical Optimization, algorithm 7.5)."""
    memory: deque[tuple[Floats, Floats, float]] = deque(maxlen=_MEMORY)
    loss, gradient = objective(theta)
    for _ in range(_MAX_STEPS):
        direction = _direction(gradient, memory)
        slope = float(np.vdot(gradient, direction))
        step = 1.0
        while step >= _LEAST_STEP:
            there = theta + np.float32(step) * direction
            new_loss, new_gradient = objective(there)
            if new_loss <= loss + _ARMIJO * step * slope:
                break
            step /= 2
        else:
            break  # float32 can tell no better point
        moved, turned = there - theta, new_gradient - gradient
        curvature = float(np.vdot(moved, turned))
        if curvature > 0:
            memory.append((moved, turned, curvature))
        gain = loss - new_loss
        theta, loss, gradient = there, new_loss, new_gradient
        if gain <= _ENOUGH * abs(loss):
            break
    return theta


def _direction(gradient: Floats, memory: deque[tuple[Floats, Floats, float]]) -> Floats:
    result = -gradient
    if not memory:
        return result / np.float32(max(float(np.linalg.norm(gradient)), 1.0))
    shares = []
    for moved, turned, curvature in reversed(memory):
        share = np.float32(np.vdot(moved, result) / curvature)
        shares.append(share)
        result = result - share * turned
    _moved, turned, curvature = memory[-1]
    result = result * np.float32(curvature / np.vdot(turned, turned))
    for (moved, turned, curvature), share in zip(memory, reversed(shares), strict=True):
        result = result + (share - np.float32(np.vdot(turned, result) / curvature)) * moved
    return np.asarray(result, np.float32)
