"""A judge that asks a language model about the few claims that another judge finds near.

The other judge (the embedded one) reads every article first: what it stops on another subject, or
finds near no claim, costs nothing. A verdict of the model goes through the same rules as any; its
sentence must be the article's own. Where the model cannot be asked, the other judge's judgement
stands, and its trace says so.

An article in another language, which the other judge leaves alone, is asked about with all claims.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Protocol, runtime_checkable

from bot.judge import language
from bot.judge.attribution import Attribution, Modality
from bot.judge.llm_client import LlmClient, LlmUnavailableError
from bot.judge.llm_prompt import NONE, SYSTEM, answer_schema, indicator_by_number, question
from bot.judge.sentences import sentences
from bot.judge.verdict import Probabilities, Thresholds, decide, judgement_of
from bot.log import logger
from bot.model import Article, Claim, Essay, Finding, Judgement, Sentence, Stance, Stop, Verdict
from bot.ports import Judge

STAGE = "llm"  # the stage of a Stop where the model found nothing

# How many claims are asked about beside those of the other judge's findings, and from which
# probability of bearing on them. On held-out labelled news 93 in a hundred labels are among them,
# and four in ten of the entries without a label cost nothing.
CLAIMS_ASKED = 5
LEAST_BEARING = 0.02
# The model says itself how sure it is, so half is where it would rather say so than not. It is
# asked for the direction as well, so its shares have no say.
THRESHOLDS = Thresholds(finding=0.2, review=0.4, bears=0.6, supports=0.0, contradicts=0.0)

MIN_QUOTE_WORDS = 3  # fewer are in many a sentence
LEAST_LIKENESS = 0.6  # of words in common and in order, from which a sentence is the one quoted

_log = logger("judge")


@runtime_checkable
class Scoring(Protocol):
    """A judge that also says how an article bears on every claim, as the embedded one does."""

    def scores(self, articles: Sequence[Article]) -> list[dict[str, Probabilities]]: ...


@dataclass(frozen=True, slots=True)
class _Ask:
    """What the model is asked about one article."""

    claims: tuple[Claim, ...]
    with_indicators: bool = True


class LlmJudge:
    """A bot.ports.Judge. The same input gives the same output as far as the model does."""

    def __init__(
        self,
        essay: Essay,
        fallback: Judge,
        client: LlmClient,
        *,
        alert_threshold: float | None = None,
    ) -> None:
        """``alert_threshold`` (0..1) takes the place of the one in THRESHOLDS."""
        self.essay = essay
        self._fallback = fallback
        self._client = client
        self._thresholds = THRESHOLDS.with_alert(alert_threshold)
        self._warned: set[str] = set()

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        """One judgement per article, in order. Takes seconds for each that the model is asked."""
        judgements = self._fallback.judge(articles)
        return [
            self._ask(article, judgement, ask) if ask.claims else judgement
            for article, judgement, ask in zip(
                articles, judgements, self._asks(articles, judgements), strict=True
            )
        ]

    def _asks(self, articles: Sequence[Article], judgements: Sequence[Judgement]) -> list[_Ask]:
        asks = [_Ask(())] * len(articles)
        # What was stopped before it was encoded is on another subject.
        near = [row for row, one in enumerate(judgements) if one.embedding or one.findings]
        if isinstance(self._fallback, Scoring):
            scored = self._fallback.scores([articles[row] for row in near])
        else:
            scored = [{} for _ in near]
        for row, scores in zip(near, scored, strict=True):
            asks[row] = _Ask(self._candidates(judgements[row], scores))
        for row, judgement in enumerate(judgements):
            if judgement.stopped and judgement.stopped.stage == language.STAGE:
                asks[row] = _Ask(self.essay.claims, with_indicators=False)
        return asks

    def _candidates(
        self, judgement: Judgement, scores: dict[str, Probabilities]
    ) -> tuple[Claim, ...]:
        nearest = sorted(scores, key=lambda claim_id: -scores[claim_id].bears)[:CLAIMS_ASKED]
        wanted = {one for one in nearest if scores[one].bears >= LEAST_BEARING}
        wanted |= {finding.claim_id for finding in judgement.findings}
        return tuple(claim for claim in self.essay.claims if claim.id in wanted)

    def _ask(self, article: Article, judgement: Judgement, ask: _Ask) -> Judgement:
        asked = question(self.essay, article, ask.claims, with_indicators=ask.with_indicators)
        schema = answer_schema(self.essay, ask.claims)
        try:
            answer = self._client.structured(asked, schema, system=SYSTEM)
        except LlmUnavailableError as error:
            self._warn(error)
            return _without_model(judgement, error)
        if self._warned:
            self._warned.clear()
            _log.info("the language model answers again")
        return self._read(article, judgement, ask, answer)

    def _warn(self, error: LlmUnavailableError) -> None:
        if error.cause not in self._warned:
            self._warned.add(error.cause)
            _log.warning(
                "no answer from the language model; the judge without it stands in",
                cause=error.cause,
                reason=error.reason,
            )

    def _read(
        self, article: Article, judgement: Judgement, ask: _Ask, answer: dict[str, Any]
    ) -> Judgement:
        """The judgement in an answer that conforms to the schema it was asked with."""
        bearings = {item["claim"]: item for item in reversed(answer["bearings"])}
        pieces = sentences(article.text)
        decided, foreign_words = [], []
        for claim in ask.claims:
            item = bearings.get(claim.id)
            if item is None or item["stance"] == NONE:
                continue
            sentence = quoted(item["sentence"], article.text, pieces)
            if sentence is None:
                foreign_words.append(claim.id)
            elif item["probability"] >= self._thresholds.finding:
                decided.append(self._decide(claim, item, sentence, ask))
        if decided:
            return judgement_of(decided, judgement.embedding)
        names = ", ".join(claim.id for claim in ask.claims)
        reason = f"the language model finds that it bears on none of {names}"
        if foreign_words:
            reason += f" (for {', '.join(foreign_words)} it quoted what the report does not say)"
        return Judgement(stopped=Stop(STAGE, reason), embedding=judgement.embedding)

    def _decide(
        self, claim: Claim, item: dict[str, Any], sentence: Sentence, ask: _Ask
    ) -> tuple[Finding, Verdict | None]:
        stance, note = Stance(item["stance"]), ""
        indicator = indicator_by_number(claim, item["indicator"]) if ask.with_indicators else None
        if indicator and stance is not Stance.UPDATE and stance is not indicator.side:
            note = f"direction left open: {stance.value}, by an indicator of the other side"
            stance = Stance.UPDATE
        finding = Finding(claim.id, stance, float(item["probability"]), sentence, indicator, note)
        attribution = Attribution(item["asserted_by"], Modality(item["modality"]))
        return decide(finding, attribution, self.essay.parties, self._thresholds)


def quoted(quote: str, text: str, pieces: Sequence[Sentence]) -> Sentence | None:
    """The one of ``pieces``, the sentences of ``text``, that ``quote`` was taken from.

    A quote that is in the text stands for the sentence that holds most of it; one that differs a
    little, for the sentence most like it. None where no sentence is like it.
    """
    quote = quote.strip()
    start = text.find(quote)
    if start >= 0 and len(quote.split()) >= MIN_QUOTE_WORDS:
        end = start + len(quote)
        overlaps = [min(one.end, end) - max(one.start, start) for one in pieces]
        # A quote from past the last sentence that is read overlaps none.
        return pieces[overlaps.index(max(overlaps))] if max(overlaps, default=0) > 0 else None
    words = quote.casefold().split()
    best, likeness = None, LEAST_LIKENESS
    for piece in pieces:
        ratio = SequenceMatcher(None, words, piece.text.casefold().split()).ratio()
        if ratio >= likeness:
            best, likeness = piece, ratio
    return best


def _without_model(judgement: Judgement, error: LlmUnavailableError) -> Judgement:
    """The judgement of the judge without the model; its trace says that it is."""
    note = f"judged without the language model ({error})"
    stopped = judgement.stopped
    return replace(
        judgement,
        findings=tuple(
            replace(finding, note="; ".join(filter(None, (finding.note, note))))
            for finding in judgement.findings
        ),
        stopped=stopped and replace(stopped, reason=f"{stopped.reason}; {note}"),
    )
