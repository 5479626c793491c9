"""Two readers, one opinion: how the matcher's and the cross-encoder's probabilities are joined.

The matcher reads an article and a claim apart, the cross-encoder reads them together. Whether the
article bears on the claim is a logistic regression on both readers' log-odds; the direction is a
log-linear pool of what both say of it, with a say for the indicators. The few weights are fitted
on held-out entries (training/calibrate.py), so what comes out is calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_LEAST = np.float32(1e-6)


@dataclass(frozen=True, slots=True)
class Fusion:
    """The weights.

    bears: of the intercept, of the matcher's log-odds of bearing, of the cross-encoder's.
    direction: of the matcher's log-shares, of the cross-encoder's, of the leaning (see
    bot.judge.claim_index), and what is added for supports and for contradicts.
    """

    bears: tuple[float, float, float]
    direction: tuple[float, float, float, float, float]

    def join(self, matched: Vectors, read: Vectors, leaning: Vectors) -> Vectors:
        """Probabilities of none, update, supports, contradicts, shape (..., 4).

        ``matched`` and ``read``: the two readers' probabilities, shape (..., 4); where the second
        is nan, which did not read, the first stands alone. ``leaning``: shape (...), above 0
        towards supports, nan without a say.
        """
        result = matched.copy()
        both = ~np.isnan(read[..., 0])
        result[both] = self._join(matched[both], read[both], np.nan_to_num(leaning[both]))
        return result

    def _join(self, matched: Vectors, read: Vectors, leaning: Vectors) -> Vectors:
        intercept, of_matched, of_read = self.bears
        odds = intercept + of_matched * _odds(matched) + of_read * _odds(read)
        bears = 1 / (1 + np.exp(-odds))
        of_matched, of_read, of_leaning, supports, contradicts = self.direction
        logits = of_matched * _shares(matched) + of_read * _shares(read)
        logits[:, 1] += supports + of_leaning * leaning
        logits[:, 2] += contradicts - of_leaning * leaning
        stances = np.exp(logits - logits.max(-1, keepdims=True))
        stances *= (bears / stances.sum(-1))[:, np.newaxis]
        return np.concatenate([1 - bears[:, np.newaxis], stances], -1).astype(np.float32)


def _odds(probabilities: Vectors) -> Vectors:
    """Log-odds of bearing."""
    none = np.clip(probabilities[:, 0], _LEAST, 1 - _LEAST)
    return np.asarray(np.log((1 - none) / none))


def _shares(probabilities: Vectors) -> Vectors:
    """Log-shares of update, supports, contradicts among what bears."""
    stances = np.maximum(probabilities[:, 1:], _LEAST)
    return np.asarray(np.log(stances / stances.sum(-1, keepdims=True)))
