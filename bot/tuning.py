"""Teaches the embedded judge an essay: texts to embeddings, embeddings to a head, and the figures.

Texts on other subjects come from the bundled chronicle: those of its entries that name none of the
essay's topics. They never reach the head at work; in fitting they tell it what news is like that
is not its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bot.entries import read_chronicle
from bot.errors import InputError
from bot.evaluation.cases import Case
from bot.evaluation.desk_figures import Decided
from bot.evaluation.lesson_figures import TuningFigures, figures
from bot.judge.claim_index import ClaimIndex
from bot.judge.cross_reader import CrossReader
from bot.judge.embedded import fusion_for, worth_reading
from bot.judge.essay_head import EssayHead, shipped_head
from bot.judge.gate import Gate
from bot.judge.learning import (
    Lessons,
    Trial,
    background_lessons,
    indicator_lessons,
    learn,
    targets_of,
    untaught_head,
)
from bot.judge.pair_model import PairModel
from bot.judge.regression import Floats
from bot.judge.stance_model import StanceModel
from bot.judge.text import entry_text
from bot.judge.verdict import Thresholds
from bot.ledger.records import DeskLabel
from bot.model import Article, Essay
from bot.replay import dated

MIN_ENTRIES = 10
_BATCH = 64


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A head, how it was tried, and the figures without and with what the entries teach.

    ``stopped``: entries without words or on another subject, which no judge reads. ``read``: the
    others, and ``bears`` (n, claims): how surely each bears, by a head that has not seen it.
    """

    head: EssayHead
    trial: Trial
    before: TuningFigures
    after: TuningFigures
    stopped: int
    read: tuple[Case, ...]
    bears: Floats


def without_labels(essay: Essay, model: StanceModel, now: datetime) -> EssayHead:
    """The head that an essay's indicators make by themselves; takes a few seconds.

    Raises InputError for an essay without indicators.
    """
    if not any(claim.indicators for claim in essay.claims):
        raise InputError(
            f"{essay.id}: no claim has indicators, so there is nothing to learn from. Write some"
            " (docs/essay-format.md), or give labelled entries."
        )
    return untaught_head(essay, model.settings.name, *_unlabelled(essay, model, now))


def with_labels(
    essay: Essay,
    model: StanceModel,
    cross: PairModel,
    cases: Sequence[Case],
    now: datetime,
    *,
    thresholds: Thresholds,
    keep_share: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> Lesson:
    """The head that labelled entries make; ``progress`` hears how many of them were encoded.

    ``keep_share``: see bot.judge.learning.learn.

    Raises InputError where too few are left to learn from.
    """
    gate = Gate(essay)
    articles = [article for case in cases for article in dated([case.entry], now)]
    read = [pair for pair in zip(cases, articles, strict=True) if gate.stop(pair[1]) is None]
    if len(read) < MIN_ENTRIES:
        raise InputError(
            f"{len(read)} of {len(cases)} entries name one of the essay's topics, and fewer than"
            f" {MIN_ENTRIES} teach nothing. Label more, of those that bear on nothing too."
        )
    rows = [targets_of(essay, case.labels, case.borderline) for case, _article in read]
    vectors = _encoded(model, [article for _case, article in read], progress)
    labelled = Lessons(vectors, np.array(rows, np.int64))
    statements = model.encode(
        [claim.statement for claim in essay.claims], max_tokens=model.settings.max_claim_tokens
    )
    indicators, background = _unlabelled(essay, model, now)
    start = shipped_head(essay, encoder=model.settings.name, width=model.width)
    head, trial = learn(
        essay,
        model.settings.name,
        labelled,
        [case.pair or f"line {case.line}" for case, _article in read],
        model.match(vectors, statements),
        indicators=indicators,
        background=background,
        start=start,
        keep_share=keep_share,
    )
    _scores, leaning = ClaimIndex(essay, model).match(vectors)
    earlier, later = (worth_reading(one, model.settings) for one in (trial.before, trial.after))
    texts = [entry_text(a.entry.title, a.entry.summary) for _case, a in read]
    second = CrossReader(essay, cross).read(texts, earlier | later)

    def measured(
        scores: Floats, wanted: NDArray[np.bool_], judging: EssayHead | None
    ) -> tuple[TuningFigures, Floats]:
        read = np.where(wanted[..., np.newaxis], second, np.float32(np.nan))
        joined = fusion_for(judging, model.settings).join(scores, read, leaning)
        targets = labelled.targets
        found = figures(joined, read, leaning, targets, head.claim_ids, thresholds)
        return found, 1 - joined[..., 0]

    before, _bears = measured(trial.before, earlier, start)
    after, bears = measured(trial.after, later, head)
    stopped = len(cases) - len(read)
    kept = tuple(case for case, _article in read)
    return Lesson(head, trial, before, after, stopped, kept, bears)


def desk_cases(essay: Essay, labels: Iterable[DeskLabel]) -> list[Case]:
    """What the desk said of reports, as labelled entries; a story's are held out together.

    Of claims on which nobody decided nothing is said, and a claim that a report bears on, nobody
    knows how, teaches no head.
    """
    ids = {claim.id for claim in essay.claims}
    by_report: dict[str, list[DeskLabel]] = {}
    for label in labels:
        if label.claim_id in ids:
            by_report.setdefault(label.article.entry.key, []).append(label)
    cases = []
    for line, (key, said) in enumerate(by_report.items(), 1):
        known = {one.claim_id: one.stance for one in said if one.stance is not None}
        silent = ids - known.keys() - {one.claim_id for one in said if not one.bears}
        entry, story = said[-1].article.entry, f"story {said[-1].story_id}"
        cases.append(Case(line, key, entry, known, frozenset(silent), pair=story))
    return cases


def desk_decided(
    essay: Essay, labels: Iterable[DeskLabel], lesson: Lesson | None = None
) -> list[Decided]:
    """What was decided of stories: with the probabilities that the judge gave them when they came
    or, with a lesson, those of its head where that has not seen them."""
    place = {claim.id: number for number, claim in enumerate(essay.claims)}
    rows = {case.id: row for row, case in enumerate(lesson.read)} if lesson else {}
    found: dict[tuple[str, int], Decided] = {}
    for label in labels:
        key, probability = label.article.entry.key, label.probability
        if label.claim_id not in place or (lesson and key not in rows):
            continue
        if lesson:
            probability = float(lesson.bears[rows[key], place[label.claim_id]])
        told = found.get((label.claim_id, label.story_id))
        highest = max(probability, told.probability if told else 0.0)
        found[label.claim_id, label.story_id] = Decided(highest, label.bears)
    return list(found.values())


def _unlabelled(essay: Essay, model: StanceModel, now: datetime) -> tuple[Lessons, Lessons]:
    def encode(texts: Sequence[str]) -> Floats:
        return model.encode(texts, max_tokens=model.settings.max_claim_tokens)

    gate = Gate(essay)
    entries = [item.entry for item in read_chronicle(now)]
    strange = [a for a in dated(entries, now) if gate.stop(a) is not None]
    background = background_lessons(essay, _encoded(model, strange))
    return indicator_lessons(essay, encode), background


def _encoded(
    model: StanceModel,
    articles: Sequence[Article],
    progress: Callable[[int], None] = lambda _done: None,
) -> Floats:
    parts = [np.empty((0, model.width), np.float32)]
    for start in range(0, len(articles), _BATCH):
        batch = articles[start : start + _BATCH]
        texts = [entry_text(a.entry.title, a.entry.summary) for a in batch]
        parts.append(model.encode(texts, max_tokens=model.settings.max_entry_tokens))
        progress(len(batch))
    return np.concatenate(parts)
