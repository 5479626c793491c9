"""The second reader: reads an article and a claim together, for the few pairs that matter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.errors import ConfigError
from bot.judge.pair_model import PairModel
from bot.model import Essay, Stance

LABELS = ("none", "update", "supports", "contradicts")


class CrossReader:
    """The cross-encoder over one essay's statements."""

    def __init__(self, essay: Essay, model: PairModel) -> None:
        """Raises ConfigError for a model with other labels than LABELS."""
        if model.labels != LABELS:
            raise ConfigError(
                f"the cross-encoder's labels are {', '.join(model.labels)}; they must be"
                f" {', '.join(LABELS)}. Leave judge.model_dir empty for the bundled model, or set"
                ' judge.kind to "nli" for an NLI model.'
            )
        self._model = model
        self._statements = [claim.statement for claim in essay.claims]

    def read(self, texts: Sequence[str], wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Probabilities of LABELS, shape (texts, claims, 4), nan where not ``wanted``, which has
        the shape (texts, claims)."""
        result = np.full((*wanted.shape, len(LABELS)), np.nan, np.float32)
        pairs = [
            (text, statement)
            for text, row in zip(texts, wanted, strict=True)
            for statement, asked in zip(self._statements, row, strict=True)
            if asked
        ]
        result[wanted] = self._model.probabilities(pairs)
        return result


def side_of(read: NDArray[np.float32]) -> Stance | None:
    """The side to which the reader leans with these four probabilities; None for nan."""
    _none, _update, supports, contradicts = (float(value) for value in read)
    if np.isnan(supports):
        return None
    return Stance.SUPPORTS if supports >= contradicts else Stance.CONTRADICTS
