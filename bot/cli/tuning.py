"""`claimwire tune`: what an essay learns from labelled entries."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from bot.board import progress_bar
from bot.cli.common import ConfigOption, EssayOption, configured, essay_of, stderr, stdout
from bot.clock import SystemClock
from bot.config import JudgeKind
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.evaluation.lesson_figures import TuningFigures
    from bot.tuning import Lesson

# Fewer labels than this tell nothing, whatever the figures say.
MIN_LABELS = 30
_SURE = 2.0  # standard errors


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("tune")(tune)


def tune(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[LABELLED.jsonl]",
            help="Labelled entries, gzipped or not. Without: from the essay's indicators alone.",
        ),
    ] = None,
    config: ConfigOption = None,
    essay: EssayOption = None,
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write here; else where the bot looks at its start."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
) -> None:
    """Fit the judge to an essay: show what it changes, ask, and write it for the next start."""
    from bot.evaluation.labelled import read_labelled
    from bot.judge.essay_head import head_path, save_head
    from bot.judge.pair_model import PairModel
    from bot.judge.stance_model import BUNDLED, StanceModel
    from bot.tuning import with_labels, without_labels

    loaded = configured(config)
    text = essay_of(loaded, essay)
    now = SystemClock().now()
    cases = read_labelled(file, text, now) if file else []
    directory, threads = loaded.judge.model_dir or BUNDLED, loaded.judge.threads
    model = StanceModel(directory, threads=threads)
    own = head_path(loaded.claimwire.data_dir, text)
    path = output or own
    if file:
        cross = PairModel(directory / "cross", threads=threads)
        thresholds = model.settings.thresholds.with_alert(loaded.judge.alert_threshold)
        with progress_bar(stderr()) as bar:
            task = bar.add_task("encoding", total=len(cases))
            lesson = with_labels(
                text, model, cross, cases, now, thresholds=thresholds,
                progress=lambda done: bar.advance(task, done),
            )  # fmt: skip
        head = lesson.head
        _show(lesson)
    else:
        head = without_labels(text, model, now)
        stdout().print(
            f"Fitted from {head.taught.indicators} indicators, without labelled entries: nothing"
            " says how well. Label some and run it again with them."
        )
    _require_leave(path, yes=yes)
    save_head(head, path)
    use = f"Put it at {own} and the bot" if path != own else "The bot"
    told = f"Written: {path}. {use} uses it from its next start."
    if loaded.judge.kind is JudgeKind.NLI:
        told = f'Written: {path}. It is not in use: judge.kind is "nli", which has no head.'
    stdout().print(Text(told), soft_wrap=True)


def _require_leave(path: Path, *, yes: bool) -> None:
    """Raises InputError where nobody said yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("Nothing was written: there is no terminal to ask at. Add --yes to write.")
    replaced = ", in place of the head that is there" if path.exists() else ""
    if not typer.confirm(f"Write {path}{replaced}?"):
        raise InputError("Nothing was written.")


def _show(lesson: Lesson) -> None:
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
