"""Puts labelled entries before a judge. The only part of the evaluation that runs a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from bot.evaluation.cases import Case, Judged
from bot.judge.verdict import Probabilities, Thresholds
from bot.model import Article, Judgement
from bot.ports import Judge

BATCH = 64


class Near(Protocol):
    """The cosines of an entry with a claim's statement and with its nearest indicator."""

    @property
    def statement(self) -> float: ...

    @property
    def indicator(self) -> float: ...


@runtime_checkable
class ScoringJudge(Protocol):
    """A judge that also hands out what it knows of every claim; one that cannot is measured by
    its verdicts alone. See bot.judge.embedded for what each gives."""

    @property
    def name(self) -> str: ...

    @property
    def thresholds(self) -> Thresholds: ...

    def scores(self, articles: Sequence[Article]) -> list[dict[str, Probabilities]]: ...

    def nearness(self, judgements: Sequence[Judgement]) -> Sequence[Mapping[str, Near]]: ...

    def parts(self, articles: Sequence[Article]) -> Sequence[Mapping[str, Mapping[str, float]]]: ...


def judge_cases(
    judge: Judge,
    cases: Sequence[Case],
    articles: Sequence[Article],
    progress: Callable[[int], None] = lambda _done: None,
    *,
    parts: bool = False,
) -> list[Judged]:
    """Every case judged, in order; ``articles`` are those of the cases, one for one.

    ``progress`` hears after each batch how many were judged in it. ``parts``: also as a judge that
    hands out scores would judge without each of its parts.
    """
    judged: list[Judged] = []
    for start in range(0, len(cases), BATCH):
        batch = _batch(judge, cases[start : start + BATCH], articles[start : start + BATCH])
        if parts and isinstance(judge, ScoringJudge):
            without = judge.parts(articles[start : start + BATCH])
            batch = [replace(one, parts=each) for one, each in zip(batch, without, strict=True)]
        judged += batch
        progress(len(batch))
    return judged


def _batch(judge: Judge, cases: Sequence[Case], articles: Sequence[Article]) -> list[Judged]:
    judgements = judge.judge(articles)
    if not isinstance(judge, ScoringJudge):
        return [Judged(c, judgement) for c, judgement in zip(cases, judgements, strict=True)]
    scores, nearness = judge.scores(articles), judge.nearness(judgements)
    return [
        Judged(case, judgement, score, {c: (n.statement, n.indicator) for c, n in near.items()})
        for case, judgement, score, near in zip(cases, judgements, scores, nearness, strict=True)
    ]
