"""The embedded judge: two readers, attribution and the verdict rules, offline.

An article is encoded once for all claims: the matcher finds what it may bear on, for any essay,
and the essay's own head has its say. The few claims that are left are read together with the
article by the cross-encoder, and both opinions are joined. Only where something bears on a claim
are the article's sentences encoded too, to find the one that does. The reason given is the
claim's nearest indicator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.judge.attribution import Attributor
from bot.judge.claim_index import ClaimIndex
from bot.judge.cross_reader import CrossReader, side_of
from bot.judge.essay_head import EssayHead
from bot.judge.fusion import Fusion
from bot.judge.gate import Gate
from bot.judge.pair_model import PairModel
from bot.judge.sentences import sentences
from bot.judge.stance_model import ModelSettings, StanceModel, Vectors
from bot.judge.text import entry_text
from bot.judge.verdict import Probabilities, Thresholds, decide, judgement_of, stance_of
from bot.model import Article, Essay, Finding, Judgement, Sentence, Stance, Stop

# In a large essay an entry may be near many claims. So many of the nearest are read by the
# cross-encoder, and so many find their way into the trace.
MAX_READ = 8
MAX_FINDINGS = 20
_STANCES = (Stance.UPDATE, Stance.SUPPORTS, Stance.CONTRADICTS)
_NOTHING = Probabilities(none=1.0, update=0.0, supports=0.0, contradicts=0.0)


@dataclass(frozen=True, slots=True)
class Nearness:
    """Cosines, -1..1, of an article and a claim's statement, and of it and its nearest indicator
    (-1 where the claim has none)."""

    statement: float
    indicator: float


@dataclass(frozen=True, slots=True)
class _Match:
    """One article as encoded, (width,), and against all claims: the joined probabilities
    (claims, 4), the matcher's alone, and what the cross-encoder said, nan where it did not read;
    and the leaning, (claims,).
    """

    vector: Vectors
    scores: Vectors
    matched: Vectors
    read: Vectors
    leaning: Vectors


def fusion_for(head: EssayHead | None, settings: ModelSettings) -> Fusion:
    """How the readers are joined beside this head; one without labelled entries teaches little."""
    return settings.taught if head is not None and head.taught.labels else settings.untaught


def worth_reading(matched: Vectors, settings: ModelSettings) -> NDArray[np.bool_]:
    """Which claims the cross-encoder reads, shape (texts, claims): the nearest of the candidates.

    ``matched``: the matcher's probabilities, shape (texts, claims, 4).
    """
    none = matched[..., 0]
    nearest = np.argsort(none, axis=1, kind="stable")[:, :MAX_READ]
    wanted = np.zeros(none.shape, bool)
    np.put_along_axis(wanted, nearest, True, 1)
    return wanted & (1 - none >= settings.candidate)


class EmbeddedJudge:
    """A bot.ports.Judge. Deterministic for the same model and machine."""

    def __init__(
        self,
        essay: Essay,
        model: StanceModel,
        cross: PairModel,
        *,
        head: EssayHead | None = None,
        alert_threshold: float | None = None,
    ) -> None:
        """``head``: what this essay has learned. ``alert_threshold`` (0..1) takes the place of the
        model's own calibrated one."""
        self.essay = essay
        self._model = model
        self._cross = CrossReader(essay, cross)
        self._head = head
        self._fusion = fusion_for(head, model.settings)
        self._thresholds = model.settings.thresholds.with_alert(alert_threshold)
        self._gate = Gate(essay)
        self._attributor = Attributor(essay.parties)
        self._claims = ClaimIndex(essay, model)

    @property
    def name(self) -> str:
        """Which model judges, as its settings name it."""
        return self._model.settings.name

    @property
    def thresholds(self) -> Thresholds:
        """Where this judge is sure enough; from ``bears`` on readers are told."""
        return self._thresholds

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        """One judgement per article, in order."""
        result = [self._before_encoding(a) for a in articles]
        open_rows = [row for row, judgement in enumerate(result) if judgement is None]
        matched = self._match([articles[row] for row in open_rows])
        for row, match in zip(open_rows, matched, strict=True):
            result[row] = self._judge_one(articles[row], match)
        return [judgement for judgement in result if judgement is not None]

    def scores(self, articles: Sequence[Article]) -> list[dict[str, Probabilities]]:
        """Per article, in order: what the model says of every claim, before rules and thresholds.

        An article that is stopped before it is encoded bears on nothing (``none`` is 1).
        """
        result = [dict.fromkeys((c.id for c in self.essay.claims), _NOTHING) for _ in articles]
        open_rows = [row for row, a in enumerate(articles) if self._before_encoding(a) is None]
        matched = self._match([articles[row] for row in open_rows])
        for row, match in zip(open_rows, matched, strict=True):
            for claim, values in zip(self.essay.claims, match.scores, strict=True):
                result[row][claim.id] = Probabilities(*(float(x) for x in values))
        return result

    def nearness(self, judgements: Sequence[Judgement]) -> list[dict[str, Nearness]]:
        """Per judgement of this judge, in order: how near its article lies to every claim.

        Empty for an article that was stopped before it was encoded.
        """
        return [self._nearness(judgement.embedding) for judgement in judgements]

    def parts(self, articles: Sequence[Article]) -> list[dict[str, dict[str, float]]]:
        """Per article, in order: the probability of bearing on every claim as the judge would have
        it without one of its parts, by what is left out. It shows what each part adds.
        """
        settings = self._model.settings
        result: list[dict[str, dict[str, float]]] = [{} for _ in articles]
        rows = [row for row, a in enumerate(articles) if self._before_encoding(a) is None]
        texts = [entry_text(articles[row].entry.title, articles[row].entry.summary) for row in rows]
        vectors = self._model.encode(texts, max_tokens=settings.max_entry_tokens)
        general, leaning = self._claims.match(vectors)
        variants = {"the matcher alone": general}
        if self._head:
            variants["without the cross-encoder"] = self._head.mix(general, vectors)
            read = self._cross.read(texts, worth_reading(general, settings))
            variants["without the head"] = settings.untaught.join(general, read, leaning)
        for name, scores in variants.items():
            for row, bears in zip(rows, 1.0 - scores[..., 0], strict=True):
                ids = (claim.id for claim in self.essay.claims)
                result[row][name] = dict(zip(ids, bears.tolist(), strict=True))
        return result

    def _nearness(self, embedding: tuple[float, ...]) -> dict[str, Nearness]:
        if not embedding:
            return {}
        vector = np.array(embedding, np.float32)
        return {
            claim.id: Nearness(statement, indicator)
            for claim, (statement, indicator) in zip(
                self.essay.claims, self._claims.cosines(vector), strict=True
            )
        }

    def _match(self, articles: Sequence[Article]) -> list[_Match]:
        texts = [entry_text(a.entry.title, a.entry.summary) for a in articles]
        vectors = self._model.encode(texts, max_tokens=self._model.settings.max_entry_tokens)
        matched, leaning = self._matched(vectors)
        read = self._cross.read(texts, worth_reading(matched, self._model.settings))
        scores = self._fusion.join(matched, read, leaning)
        return [_Match(*row) for row in zip(vectors, scores, matched, read, leaning, strict=True)]

    def _matched(self, vectors: Vectors) -> tuple[Vectors, Vectors]:
        """The matcher's probabilities with the head's say in them, and the leaning."""
        scores, leaning = self._claims.match(vectors)
        return self._head.mix(scores, vectors) if self._head else scores, leaning

    def _before_encoding(self, article: Article) -> Judgement | None:
        stop = self._gate.stop(article)
        return Judgement(stopped=stop) if stop else None

    def _judge_one(self, article: Article, match: _Match) -> Judgement:
        scores = match.scores
        embedding = tuple(float(x) for x in match.vector)
        near = [
            (row, self.essay.claims[row], Probabilities(*(float(x) for x in scores[row])))
            for row in np.argsort(scores[:, 0], kind="stable")[:MAX_FINDINGS].tolist()
            if 1.0 - scores[row, 0] >= self._thresholds.finding
        ]
        if not near:
            best = int(scores[:, 0].argmin())
            reason = (
                f"bears on no claim; nearest is {self.essay.claims[best].id}"
                f" at {1 - float(scores[best, 0]):.0%}"
            )
            return Judgement(stopped=Stop("match", reason), embedding=embedding)
        rows = [row for row, _claim, _probabilities in near]
        pieces, piece_vectors, piece_scores = self._pieces(article, match, rows)
        attributed = [self._attributor.attribute(piece.text) for piece in pieces]
        decided = []
        for place, (row, claim, probabilities) in enumerate(near):
            other = side_of(match.read[row])
            stance, note = stance_of(
                probabilities, self._thresholds, other, float(match.leaning[row])
            )
            # The sentence that shows the stance best; for one sentence that is the article.
            share = piece_scores[:, place, 1 + _STANCES.index(stance)]
            best = int(share.argmax())
            indicator = self._claims.nearest(row, match.vector + piece_vectors[best], stance)
            finding = Finding(claim.id, stance, probabilities.bears, pieces[best], indicator, note)
            decided.append(decide(finding, attributed[best], self.essay.parties, self._thresholds))
        return judgement_of(decided, embedding)

    def _pieces(
        self, article: Article, match: _Match, rows: Sequence[int]
    ) -> tuple[list[Sentence], Vectors, Vectors]:
        """The article's sentences, at least one, with their embeddings and probabilities for the
        claims in these rows."""
        pieces = sentences(article.text)
        if len(pieces) == 1:
            return pieces, match.vector[np.newaxis], match.matched[np.newaxis, rows]
        limit = self._model.settings.max_entry_tokens
        vectors = self._model.encode([p.text for p in pieces], max_tokens=limit)
        if self._head:
            return pieces, vectors, self._matched(vectors)[0][:, rows]
        return pieces, vectors, self._claims.match(vectors, rows)[0]
