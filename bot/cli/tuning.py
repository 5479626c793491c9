"""`claimwire tune`: what an essay learns from labelled entries, or from the desk's decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.board import progress_bar
from bot.cli.common import ConfigOption, EssayOption, configured, essay_of, stderr, stdout
from bot.cli.desk_tuning import decisions, tune_by_desk
from bot.cli.lessons import require_leave, show_lesson
from bot.clock import SystemClock
from bot.config import JudgeKind


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("tune")(tune)


def tune(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[LABELLED.jsonl]",
            help="Labelled entries, gzipped or not. Without: what the desk decided, or, where it"
            " decided nothing yet, the essay's indicators alone.",
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
    if file is None and (labels := decisions(loaded, text)):
        tune_by_desk(loaded, text, labels, now, output=output, yes=yes)
        return
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
        show_lesson(lesson)
    else:
        head = without_labels(text, model, now)
        stdout().print(
            f"Fitted from {head.taught.indicators} indicators, without labelled entries: nothing"
            " says how well. Label some and run it again with them."
        )
    require_leave([path], yes=yes)
    save_head(head, path)
    use = f"Put it at {own} and the bot" if path != own else "The bot"
    told = f"Written: {path}. {use} uses it from its next start."
    if loaded.judge.kind is JudgeKind.NLI:
        told = f'Written: {path}. It is not in use: judge.kind is "nli", which has no head.'
    stdout().print(Text(told), soft_wrap=True)
