"""How well a pair model does on pair sets. Pure.

A set that labels no pair neutral is scored over two classes: the model is taken to answer the
surer of entailment and contradiction, however sure it is of neutral. Any other set is scored over
all three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import fsum
from typing import Any

from bot.evaluation.figures import Found, Share
from bot.evaluation.plain import DIGITS


class Answer(StrEnum):
    """How a hypothesis stands to its premise, in the order of PairModel.nli's columns."""

    ENTAIL = "entail"
    NEUTRAL = "neutral"
    CONTRADICT = "contradict"


@dataclass(frozen=True, slots=True)
class SetFigures:
    """One set, or several together. ``classes``: those that counted as answers."""

    classes: tuple[Answer, ...]
    right: Share
    by_class: Mapping[Answer, Found]

    @property
    def macro_f1(self) -> float | None:
        """The mean F1 of the classes that the set labels, 0..1; None without pairs."""
        values = [found.f1 or 0.0 for found in self.by_class.values() if found.labelled]
        return fsum(values) / len(values) if values else None


def answers(probabilities: Sequence[Sequence[float]], labels: Sequence[Answer]) -> list[Answer]:
    """What the model answers to each pair of one set, from rows of entailment, neutral and
    contradiction, in order; of equals the first in that order."""
    classes = classes_of(labels)
    columns = [place for place, answer in enumerate(Answer) if answer in classes]
    order = tuple(Answer)
    return [order[max(columns, key=lambda column: row[column])] for row in probabilities]


def classes_of(labels: Sequence[Answer]) -> tuple[Answer, ...]:
    """The classes that a set with these labels is scored over."""
    neutral = Answer.NEUTRAL in labels
    return tuple(answer for answer in Answer if neutral or answer is not Answer.NEUTRAL)


def set_figures(told: Sequence[Answer], labels: Sequence[Answer]) -> SetFigures:
    """The figures of what was answered, one for one with the labels; ``told`` may be that of
    several sets, each answered over its own classes."""
    counted = classes_of(labels)
    both = list(zip(told, labels, strict=True))
    return SetFigures(
        classes=counted,
        right=Share(sum(answer is label for answer, label in both), len(both)),
        by_class={
            one: Found(
                told=sum(answer is one for answer in told),
                labelled=sum(label is one for label in labels),
                right=sum(answer is label is one for answer, label in both),
            )
            for one in counted
        },
    )


def set_dict(figures: SetFigures) -> dict[str, Any]:
    """The figures as plain values for ``--json``; null where there is nothing to measure."""
    return {
        "n": figures.right.whole,
        "classes": [answer.value for answer in figures.classes],
        "accuracy": _rounded(figures.right.value),
        "macro_f1": _rounded(figures.macro_f1),
        "by_class": {
            answer.value: {
                "precision": _rounded(found.precision.value),
                "recall": _rounded(found.recall.value),
                "f1": _rounded(found.f1),
                **asdict(found),
            }
            for answer, found in figures.by_class.items()
        },
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
