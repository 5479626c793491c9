"""An essay as the model sees it: its statements and indicators encoded once, ready to be matched.

The head reads a claim's statement; which way a report counts is often told better by the
indicators, since each is a thing that can be reported. So both have a say in the direction: the
head's odds of supports against contradicts are shifted by how much nearer the report lies to the
nearest indicator of one side than to that of the other.
"""

from __future__ import annotations

import numpy as np

from bot.judge.stance_model import StanceModel, Vectors
from bot.model import Essay, Indicator, Stance

_SUPPORTS, _CONTRADICTS = 2, 3  # columns of the model's probabilities
_LEAST = np.float32(1e-9)


class ClaimIndex:
    """The claims of one essay. Immutable after it was made."""

    def __init__(self, essay: Essay, model: StanceModel) -> None:
        limit = model.settings.max_claim_tokens
        self._model = model
        self._indicators = [claim.indicators for claim in essay.claims]
        self._statements = model.encode([c.statement for c in essay.claims], max_tokens=limit)
        texts = [i.text for indicators in self._indicators for i in indicators]
        vectors = model.encode(texts, max_tokens=limit)
        ends = np.cumsum([len(indicators) for indicators in self._indicators])
        self._vectors = np.split(vectors, ends[:-1])

    def match(self, entries: Vectors) -> tuple[Vectors, Vectors]:
        """Probabilities of none, update, supports, contradicts, shape (entries, claims, 4), and
        the leaning that had its say in them, shape (entries, claims): the cosine to the nearest
        supporting indicator less that to the nearest contradicting one, nan where a claim lacks a
        side."""
        scores, leaning = self._model.match(entries, self._statements), self._leaning(entries)
        return lean_on(scores, leaning, self._model.settings.indicator_weight), leaning

    def nearest(self, row: int, text: Vectors, stance: Stance) -> Indicator | None:
        """The claim's nearest indicator on the stance's side; on either side for an update."""
        sides = [
            place
            for place, indicator in enumerate(self._indicators[row])
            if stance in (Stance.UPDATE, indicator.side)
        ]
        if not sides:
            return None
        return self._indicators[row][sides[int((self._vectors[row][sides] @ text).argmax())]]

    def cosines(self, entry: Vectors) -> list[tuple[float, float]]:
        """Per claim the cosine, -1..1, to its statement and to its nearest indicator."""
        return [
            (float(statement @ entry), float((vectors @ entry).max(initial=-1.0)))
            for statement, vectors in zip(self._statements, self._vectors, strict=True)
        ]

    def _leaning(self, entries: Vectors) -> Vectors:
        result = np.full((len(entries), len(self._indicators)), np.nan, np.float32)
        for row, (indicators, vectors) in enumerate(
            zip(self._indicators, self._vectors, strict=True)
        ):
            supports = np.array([i.side is Stance.SUPPORTS for i in indicators], bool)
            if supports.any() and not supports.all():
                near = entries @ vectors.T
                result[:, row] = near[:, supports].max(1) - near[:, ~supports].max(1)
        return result


def lean_on(scores: Vectors, leaning: Vectors, weight: float) -> Vectors:
    """The probabilities with what supports and contradicts have together divided anew.

    ``scores``: (..., 4); ``leaning``: (...), above 0 towards supports, nan without a say;
    ``weight`` turns it into log-odds. None and update keep theirs.
    """
    supports, contradicts = scores[..., _SUPPORTS], scores[..., _CONTRADICTS]
    odds = np.log((supports + _LEAST) / (contradicts + _LEAST)) + np.float32(
        weight
    ) * np.nan_to_num(leaning)
    both = supports + contradicts
    result = scores.copy()
    result[..., _SUPPORTS] = both / (1 + np.exp(-odds))
    result[..., _CONTRADICTS] = both - result[..., _SUPPORTS]
    return result
