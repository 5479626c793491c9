"""`claimwire eval`: how well the judge does on labelled entries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from bot.board import progress_bar
from bot.cli.common import (
    ConfigOption,
    EssayOption,
    JsonOption,
    configured,
    essay_of,
    print_json,
    stderr,
    stdout,
)
from bot.clock import SystemClock


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("eval")(evaluate)


def evaluate(
    file: Annotated[
        str, typer.Argument(metavar="LABELLED.jsonl", help="Labelled entries, gzipped or not.")
    ],
    config: ConfigOption = None,
    essay: EssayOption = None,
    split: Annotated[str, typer.Option(help="Only the entries of this split.")] = "",
    pictures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw reliability and threshold curve as PNG in here."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the judge on labelled entries. Keeps nothing and tells nobody."""
    from bot.app import load_judge
    from bot.evaluation import pictures as drawing
    from bot.evaluation.judging import ScoringJudge, judge_cases
    from bot.evaluation.labelled import read_labelled
    from bot.evaluation.plain import as_dict
    from bot.evaluation.report import measure
    from bot.evaluation.tables import report_view
    from bot.replay import dated

    loaded = configured(config)
    text = essay_of(loaded, essay)
    now = SystemClock().now()
    cases = read_labelled(file, text, now, split)
    if pictures:
        drawing.require(pictures)  # before the long part, not after it
    judge = load_judge(loaded, text)
    articles = [article for case in cases for article in dated([case.entry], now)]
    with progress_bar(stderr()) as bar:
        task = bar.add_task("judging", total=len(cases))
        judged = judge_cases(judge, cases, articles, lambda done: bar.advance(task, done))
    scoring = judge if isinstance(judge, ScoringJudge) else None
    report = measure(judged, text, scoring.thresholds if scoring else None)
    alert_threshold = report.thresholds.bears if report.thresholds else None
    drawn = drawing.draw(pictures, report.bins, report.curve, alert_threshold) if pictures else []
    if as_json:
        head = {"file": file, "split": split or None, "essay": text.id}
        name = scoring.name if scoring else None
        paths = [str(path) for path in drawn]
        print_json({**head, "judge": name, **as_dict(report), "pictures": paths})
        return
    stdout().print(report_view(report))
    for path in drawn:
        stdout().print(Text(f"drawn: {path}"), soft_wrap=True)
