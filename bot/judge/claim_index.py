"""An essay as the model sees it: its statements and indicators encoded once, ready to be matched.

The head reads a claim's statement; which way a report counts is often told better by the
indicators, since each is a thing that can be reported. So both are handed out: the head's
probabilities, and the leaning, which is how much nearer the report lies to the nearest indicator
of one side than to that of the other.

The head costs as much for a hundred claims as the encoder for one entry. So of an essay with many
claims each entry is matched against its nearest ``CANDIDATES`` only: see bot.judge.screen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.judge.screen import Screen
from bot.judge.stance_model import StanceModel, Vectors
from bot.model import Essay, Indicator, Stance

# How many statements an entry is matched against; an essay of no more is matched whole. Of all
# that matching 2,700 claims finds, 98 % are among so many (tests/bench/candidate_recall.py).
CANDIDATES = 320
_ON_NEITHER_SIDE = -1.0

Places = NDArray[np.intp]


class ClaimIndex:
    """The claims of one essay. Immutable after it was made."""

    def __init__(self, essay: Essay, model: StanceModel) -> None:
        limit = model.settings.max_claim_tokens
        self._model = model
        # Supporting ones first: the sides of a claim are two runs of rows.
        self._indicators = [
            sorted(claim.indicators, key=lambda i: i.side is not Stance.SUPPORTS)
            for claim in essay.claims
        ]
        self._statements, self._statement_of = _distinct(
            model, [c.statement for c in essay.claims], limit
        )
        texts = [i.text for indicators in self._indicators for i in indicators]
        self._vectors, self._vector_of = _distinct(model, texts, limit)
        supports = [sum(i.side is Stance.SUPPORTS for i in own) for own in self._indicators]
        counts = [len(own) for own in self._indicators]
        self._sides = np.array(list(zip(supports, counts, strict=True)), np.intp).reshape(-1, 2)
        self._sides[:, 1] -= self._sides[:, 0]
        self._ends = np.concatenate(([0], np.cumsum(counts))).astype(np.intp)
        large = len(self._statements) > CANDIDATES
        self._screen = Screen(model, self._vectors, self._statements) if large else None

    def match(self, entries: Vectors, only: Sequence[int] | None = None) -> tuple[Vectors, Vectors]:
        """Probabilities of none, update, supports, contradicts, shape (entries, claims, 4), and
        the leaning, shape (entries, claims): the cosine to the nearest supporting indicator less
        that to the nearest contradicting one, nan where a claim lacks a side.

        ``only``: the rows of the claims that are wanted; the results have these alone, in their
        order. In an essay of more than CANDIDATES statements an entry bears on nothing else than
        its candidates (none is 1), and leaning is nan below the settings' ``candidate``.
        """
        if only is None and self._screen is not None:
            scores = self._match_candidates(entries, self._screen)[:, self._statement_of]
            return scores, self._leaning_of_found(entries, scores)
        claims = np.arange(len(self._indicators)) if only is None else np.array(only, np.intp)
        wanted, columns = np.unique(self._statement_of[claims], return_inverse=True)
        scores = self._model.match(entries, self._statements[wanted])[:, columns]
        return scores, self._leaning(entries, claims)

    def nearest(self, row: int, text: Vectors, stance: Stance) -> Indicator | None:
        """The claim's nearest indicator on the stance's side; on either side for an update."""
        supports, contradicts = self._sides[row]
        first = supports if stance is Stance.CONTRADICTS else 0
        last = supports if stance is Stance.SUPPORTS else supports + contradicts
        if first == last:
            return None
        vectors = self._vectors[self._places(row)[first:last]]
        return self._indicators[row][first + int((vectors @ text).argmax())]

    def cosines(self, entry: Vectors) -> list[tuple[float, float]]:
        """Per claim the cosine, -1..1, to its statement and to its nearest indicator."""
        statements = (self._statements @ entry)[self._statement_of]
        near = (self._vectors @ entry)[self._vector_of]
        return [
            (float(statement), float(near[start:end].max(initial=_ON_NEITHER_SIDE)))
            for statement, start, end in zip(
                statements, self._ends[:-1], self._ends[1:], strict=True
            )
        ]

    def _places(self, row: int) -> Places:
        """Where the vectors of the claim's indicators lie."""
        return self._vector_of[self._ends[row] : self._ends[row + 1]]

    def _match_candidates(self, entries: Vectors, screen: Screen) -> Vectors:
        """Like the model's match against all distinct statements."""
        scores = np.zeros((len(entries), len(self._statements), 4), np.float32)
        scores[..., 0] = 1
        for row, near in enumerate(screen.nearest(entries, CANDIDATES)):
            entry = entries[row : row + 1]
            scores[row, near] = self._model.match(entry, self._statements[near])[0]
        return scores

    def _leaning_of_found(self, entries: Vectors, scores: Vectors) -> Vectors:
        result = np.full(scores.shape[:2], np.nan, np.float32)
        least = self._model.settings.candidate
        for row, bears in enumerate(1 - scores[..., 0]):
            found = np.flatnonzero(bears >= least)
            result[row, found] = self._leaning(entries[row : row + 1], found)[0]
        return result

    def _leaning(self, entries: Vectors, claims: Places) -> Vectors:
        result = np.full((len(entries), len(claims)), np.nan, np.float32)
        both = np.flatnonzero(self._sides[claims].all(1))
        if both.size:
            places = np.concatenate([self._places(row) for row in claims[both]])
            near = entries @ self._vectors[places].T
            starts = np.cumsum(self._sides[claims[both]].ravel())
            starts = np.concatenate(([0], starts[:-1]))
            best = np.maximum.reduceat(near, starts, axis=1)
            result[:, both] = best[:, ::2] - best[:, 1::2]
        return result


def _distinct(model: StanceModel, texts: Sequence[str], limit: int) -> tuple[Vectors, Places]:
    """Vectors of the distinct texts, and for every text the row of its own."""
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    vectors = model.encode(list(rows), max_tokens=limit)
    return vectors, np.array([rows[text] for text in texts], np.intp)
