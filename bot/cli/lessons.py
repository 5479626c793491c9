"""What a lesson is worth, in a terminal, and the leave to write it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich import box
from rich.table import Table

from bot.cli.common import stdout
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.evaluation.lesson_figures import TuningFigures
    from bot.tuning import Lesson

# Fewer labels than this tell nothing, whatever the figures say.
MIN_LABELS = 30
_SURE = 2.0  # standard errors


def require_leave(paths: Sequence[Path], *, yes: bool) -> None:
    """Asks whether these may be written. Raises InputError where nobody said yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("Nothing was written: there is no terminal to ask at. Add --yes to write.")
    named = [f"{path}{' in place of what is there' if path.exists() else ''}" for path in paths]
    if not typer.confirm(f"Write {' and '.join(named)}?"):
        raise InputError("Nothing was written.")


def show_lesson(lesson: Lesson) -> None:
    """What a lesson rests on, what it changes, and what that is worth."""
    taught = lesson.head.taught
    out = stdout()
    out.print(
        f"{taught.entries} entries with {taught.labels} labels, {taught.indicators} indicators,"
        f" {taught.background} entries on other subjects. Each entry below is judged by a head"
        " that was fitted without it."
    )
    if lesson.stopped:
        out.print(f"Left out, as on another subject or without words: {lesson.stopped}.")
    out.print(_table(lesson))
    out.print(f"Its share against the general judge: {lesson.head.share:.0%}. {_verdict(lesson)}")


def _table(lesson: Lesson) -> Table:
    from bot.evaluation.tables import number, share

    table = Table("", "Before", "After", box=box.SIMPLE_HEAD, padding=(0, 1))
    rows: tuple[tuple[str, Callable[[TuningFigures], str]], ...] = (
        ("bears on, average precision", lambda f: number(f.average_precision)),
        ("bears on, precision", lambda f: share(f.bears.precision)),
        ("bears on, recall", lambda f: share(f.bears.recall)),
        ("direction, precision", lambda f: share(f.direction.precision)),
        ("direction, recall", lambda f: share(f.direction.recall)),
        ("flips, of hits with a direction", lambda f: share(f.flips)),
        ("false alarms, of entries without any label", lambda f: share(f.false_alarms)),
    )
    for name, value in rows:
        table.add_row(name, value(lesson.before), value(lesson.after))
    return table


def judges_better(lesson: Lesson) -> bool:
    """Whether the head is better beyond what chance could do, by enough labels."""
    trial, labels = lesson.trial, lesson.head.taught.labels
    return labels >= MIN_LABELS and trial.gain > _SURE * trial.gain_error


def _verdict(lesson: Lesson) -> str:
    trial, labels = lesson.trial, lesson.head.taught.labels
    change = f"the log-loss falls by {trial.gain:.3f} ± {trial.gain_error:.3f} per entry"
    if labels < MIN_LABELS:
        return f"n is too small to tell: {labels} labels, and it takes {MIN_LABELS} ({change})."
    if trial.gain < -_SURE * trial.gain_error:
        return f"It judges worse ({change}): better leave it."
    if trial.gain <= _SURE * trial.gain_error:
        return f"n is too small to tell whether it helps ({change})."
    return f"It judges better ({change})."
