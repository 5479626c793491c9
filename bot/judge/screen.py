"""Finds the statements that an entry may bear on, so that the head need not look at all of them.

The head is an MLP over [u, v, u*v, |u-v|]. Over texts of one essay its log-odds of "bears on" are
nearly linear in u*v and v, so a weighted cosine with an offset per statement ranks statements much
as the head would, for one matrix product. The weights are fitted when an essay is read, by ridge
regression on the head's own answers: the essay's indicators, which read like news, stand for
entries. Nothing is labelled, and a newly trained head needs nothing else.

By measure (2,700 claims, real entries; tests/bench/candidate_recall.py) the 320 best by plain
cosine to the statement hold 94 % of what the head finds, by the fitted weights 98 %; the best
possible 320 hold 99 %. Of what would alert, all is held. The cosine to the nearest indicator does
worse than the one to the statement, and costs twelve times as much.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.judge.stance_model import StanceModel, Vectors

_SAMPLE = 200  # texts of either sort that the weights are fitted on: 40,000 pairs, about a second
_SEED = 0
_RIDGE = 0.001  # of the mean of the diagonal
_LEAST = 1e-6


class Screen:
    """Ranks statements for an entry. Immutable after it was made."""

    def __init__(self, model: StanceModel, texts: Vectors, statements: Vectors) -> None:
        """``texts``: vectors of texts that read like entries; any number, of any claim."""
        weights = _fit(model, _spread(texts), _spread(statements))
        width = statements.shape[1]
        self._weighted = statements * weights[:width]
        self._offset = statements @ weights[width:]

    def nearest(self, entries: Vectors, count: int) -> NDArray[np.intp]:
        """Rows of the ``count`` best statements for each entry, shape (entries, count), in no
        order."""
        scores = entries @ self._weighted.T + self._offset
        return np.argpartition(-scores, count - 1, axis=1)[:, :count]


def _spread(vectors: Vectors) -> Vectors:
    """At most _SAMPLE of the rows, the same at every start. Drawn, not every n-th: essays have a
    rhythm."""
    rows = np.random.default_rng(_SEED).permutation(len(vectors))
    return vectors[np.sort(rows[:_SAMPLE])]


def _fit(model: StanceModel, texts: Vectors, statements: Vectors) -> Vectors:
    """Weights of u*v, then of v, shape (2 * width,).

    Only the order of the statements of one entry counts, so both sides are centred by entry.
    """
    width = statements.shape[1]
    gram, goal = np.zeros((2 * width, 2 * width)), np.zeros(2 * width)
    if len(texts):
        none = model.match(texts, statements)[..., 0]
        for text, odds in zip(texts, np.log((1 - none + _LEAST) / (none + _LEAST)), strict=True):
            features = np.concatenate((text * statements, statements), axis=1)
            features -= features.mean(0)
            gram += features.T @ features
            goal += features.T @ (odds - odds.mean())
    else:  # an essay without indicators: plain cosine
        goal[:width] = 1
    ridge = _RIDGE * np.trace(gram) / len(gram) or 1.0
    return np.asarray(np.linalg.solve(gram + ridge * np.eye(len(gram)), goal), np.float32)
