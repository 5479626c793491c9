"""A judge by reading: any NLI model reads sentences beside the statements and indicators near them.

The bundled stance model finds the few claims that an article may bear on. For each, the sentences
nearest to it are read as premises, with three hypotheses: the claim's statement, and the nearest
indicator of either side. A claim is supported where its statement or a supporting indicator
follows from a sentence, and contradicted where a sentence contradicts the statement or where a
contradicting indicator follows. That a sentence contradicts an indicator counts for nothing: what
was to be observed was not observed yet. Nor does such a model know of an update: where it reads
both sides at once, the direction stays open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.judge.attribution import Attributor
from bot.judge.claim_index import ClaimIndex
from bot.judge.gate import Gate
from bot.judge.pair_model import CONTRADICTION, ENTAILMENT, PairModel
from bot.judge.sentences import sentences
from bot.judge.stance_model import StanceModel, Vectors
from bot.judge.text import entry_text
from bot.judge.verdict import Probabilities, Thresholds, decide, judgement_of, stance_of
from bot.model import Article, Essay, Finding, Indicator, Judgement, Sentence, Stance, Stop, Verdict

# How many claims are read, and from which probability of bearing on them. On labelled news 97 in a
# hundred labels lie among the first five (90 by the cosine to the statement), and 94 above this
# probability, which leaves half of the entries without labels unread.
CLAIMS_READ = 5
LEAST_BEARING = 0.02
# For each claim; a long summary is mostly background, and every sentence costs three readings.
SENTENCES_READ = 3
# A model that is not calibrated on news is mostly too sure, so it has to be nearly certain before
# readers are told, and to say one side three times as loudly as the other.
THRESHOLDS = Thresholds(finding=0.5, review=0.8, bears=0.9, supports=0.75, contradicts=0.75)

_SIDES = (Stance.SUPPORTS, Stance.CONTRADICTS)


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """A statement (no indicator) or an indicator of the claim in ``row``, beside a sentence."""

    row: int
    place: int  # of the sentence in the article
    text: str
    indicator: Indicator | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """That a claim is met on one side, as read from one hypothesis."""

    side: Stance
    probability: float
    hypothesis: _Hypothesis


@dataclass(frozen=True, slots=True)
class _Pieces:
    """An article's sentences, at least one; their vectors, and how each bears on every claim:
    (sentences, claims), 0..1."""

    sentences: list[Sentence]
    vectors: Vectors
    bears: Vectors


class NliJudge:
    """A bot.ports.Judge. Deterministic for the same models and machine."""

    def __init__(
        self,
        essay: Essay,
        encoder: StanceModel,
        reader: PairModel,
        *,
        alert_threshold: float | None = None,
    ) -> None:
        """``alert_threshold`` (0..1) takes the place of the one in THRESHOLDS."""
        self.essay = essay
        self._encoder = encoder
        self._reader = reader
        self._thresholds = THRESHOLDS.with_alert(alert_threshold)
        self._gate = Gate(essay)
        self._attributor = Attributor(essay.parties)
        self._claims = ClaimIndex(essay, encoder)

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        """One judgement per article, in order."""
        return [self._judge_one(article) for article in articles]

    def _judge_one(self, article: Article) -> Judgement:
        if stop := self._gate.stop(article):
            return Judgement(stopped=stop)
        whole = self._encode([entry_text(article.entry.title, article.entry.summary)])
        bears = self._bears(whole)[0]
        embedding = tuple(float(x) for x in whole[0])
        rows = [int(row) for row in bears.argsort()[::-1][:CLAIMS_READ]]
        rows = [row for row in rows if bears[row] >= LEAST_BEARING]
        if not rows:
            return Judgement(stopped=self._unmet(bears, "near no claim"), embedding=embedding)
        pieces = self._pieces(article, whole, bears)
        readings = self._read(rows, pieces, whole[0])
        decided = [
            self._decide(row, readings[row], pieces)
            for row in rows
            if max(one.probability for one in readings[row]) >= self._thresholds.finding
        ]
        if not decided:
            met = np.zeros_like(bears)
            met[rows] = [max(one.probability for one in readings[row]) for row in rows]
            return Judgement(stopped=self._unmet(met, "met no claim"), embedding=embedding)
        return judgement_of(decided, embedding)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode(texts, max_tokens=self._encoder.settings.max_entry_tokens)

    def _bears(self, vectors: Vectors) -> Vectors:
        return np.asarray(1 - self._claims.match(vectors)[0][..., 0], np.float32)

    def _unmet(self, scores: Vectors, what: str) -> Stop:
        best = int(scores.argmax())
        reason = f"{what}; first is {self.essay.claims[best].id} at {float(scores[best]):.0%}"
        return Stop("match", reason)

    def _pieces(self, article: Article, whole: Vectors, bears: Vectors) -> _Pieces:
        found = sentences(article.text)
        if len(found) == 1:
            return _Pieces(found, whole, bears[np.newaxis])
        vectors = self._encode([sentence.text for sentence in found])
        return _Pieces(found, vectors, self._bears(vectors))

    def _read(
        self, rows: Sequence[int], pieces: _Pieces, whole: Vectors
    ) -> dict[int, list[_Reading]]:
        """For each claim in ``rows`` what was read of it, never empty."""
        hypotheses = [
            hypothesis
            for row in rows
            for place in pieces.bears[:, row].argsort()[::-1][:SENTENCES_READ]
            for hypothesis in self._hypotheses(row, int(place), whole + pieces.vectors[place])
        ]
        pairs = [(pieces.sentences[h.place].text, h.text) for h in hypotheses]
        readings: dict[int, list[_Reading]] = {row: [] for row in rows}
        for hypothesis, probabilities in zip(hypotheses, self._reader.nli(pairs), strict=True):
            readings[hypothesis.row] += _readings(hypothesis, probabilities)
        return readings

    def _hypotheses(self, row: int, place: int, vector: Vectors) -> list[_Hypothesis]:
        nearest = [self._claims.nearest(row, vector, side) for side in _SIDES]
        return [
            _Hypothesis(row, place, self.essay.claims[row].statement, None),
            *(_Hypothesis(row, place, i.text, i) for i in nearest if i),
        ]

    def _decide(
        self, row: int, readings: Sequence[_Reading], pieces: _Pieces
    ) -> tuple[Finding, Verdict | None]:
        stance, note = stance_of(_shares(readings), self._thresholds)
        best = max(
            (one for one in readings if stance in (Stance.UPDATE, one.side)),
            key=lambda one: one.probability,
        )
        place = best.hypothesis.place
        indicator = best.hypothesis.indicator or self._claims.nearest(
            row, pieces.vectors[place], stance
        )
        sentence = pieces.sentences[place]
        claim = self.essay.claims[row]
        finding = Finding(claim.id, stance, best.probability, sentence, indicator, note)
        attribution = self._attributor.attribute(sentence.text)
        return decide(finding, attribution, self.essay.parties, self._thresholds)


def _readings(hypothesis: _Hypothesis, probabilities: Vectors) -> list[_Reading]:
    entailment, contradiction = (float(probabilities[n]) for n in (ENTAILMENT, CONTRADICTION))
    if hypothesis.indicator:
        return [_Reading(hypothesis.indicator.side, entailment, hypothesis)]
    return [
        _Reading(Stance.SUPPORTS, entailment, hypothesis),
        _Reading(Stance.CONTRADICTS, contradiction, hypothesis),
    ]


def _shares(readings: Sequence[_Reading]) -> Probabilities:
    """How the sides share a claim that is borne upon, each by its surest reading. How surely it
    is, has no say: that is the alert threshold's."""
    supports, contradicts = (
        max(one.probability for one in readings if one.side is side) for side in _SIDES
    )
    both = supports + contradicts or 1.0
    return Probabilities(
        none=0.0, update=0.0, supports=supports / both, contradicts=contradicts / both
    )
