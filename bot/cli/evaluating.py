"""`claimwire eval`: how well the judge does on labelled entries, or a pair model on pair sets."""

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
from bot.config import Config

PAIR_BATCH = 256  # pairs between two moves of the progress bar


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("eval")(evaluate)


def evaluate(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="Labelled entries in one file, or pair sets; JSON Lines, gzipped or not.",
        ),
    ],
    config: ConfigOption = None,
    essay: EssayOption = None,
    split: Annotated[str, typer.Option(help="Only the entries of this split.")] = "",
    pictures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw reliability and threshold curve as PNG in here."),
    ] = None,
    nli: Annotated[
        bool, typer.Option("--nli", help="The files are pair sets: measure a pair model on them.")
    ] = False,
    model: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --nli: this pair model, not the bundled one."),
    ] = None,
    parts: Annotated[
        bool, typer.Option("--parts", help="Also measure the judge without each of its parts.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure the judge on labelled entries, or a pair model on pair sets."""
    if nli:
        if essay or split or pictures or parts:
            raise typer.BadParameter(
                "--essay, --split, --pictures and --parts do not go with --nli"
            )
        _measure_pairs(files, configured(config).judge.threads, model, as_json=as_json)
        return
    if len(files) > 1 or model:
        raise typer.BadParameter("several files, or --model, need --nli")
    _measure_judge(
        files[0], configured(config), essay, split, pictures, parts=parts, as_json=as_json
    )


def _measure_judge(
    file: str,
    loaded: Config,
    essay: Path | None,
    split: str,
    pictures: Path | None,
    *,
    parts: bool,
    as_json: bool,
) -> None:
    from bot.evaluation import pictures as drawing
    from bot.evaluation.judging import ScoringJudge, judge_cases
    from bot.evaluation.labelled import read_labelled
    from bot.evaluation.plain import as_dict
    from bot.evaluation.report import measure
    from bot.evaluation.tables import report_view
    from bot.judges import load_judge
    from bot.replay import dated

    text = essay_of(loaded, essay)
    now = SystemClock().now()
    cases = read_labelled(file, text, now, split)
    if pictures:
        drawing.require(pictures)  # before the long part, not after it
    judge = load_judge(loaded, text)
    articles = [article for case in cases for article in dated([case.entry], now)]
    with progress_bar(stderr()) as bar:
        task = bar.add_task("judging", total=len(cases))
        judged = judge_cases(
            judge, cases, articles, lambda done: bar.advance(task, done), parts=parts
        )
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


def _measure_pairs(files: list[str], threads: int, model: Path | None, *, as_json: bool) -> None:
    from bot.evaluation.pair_figures import answers, set_dict, set_figures
    from bot.evaluation.pair_sets import read_pairs
    from bot.evaluation.pair_tables import sets_view
    from bot.judge.pair_model import BUNDLED, PairModel

    sets = [read_pairs(file) for file in files]
    directory = model or BUNDLED
    reader = PairModel(directory, threads=threads)
    told = []
    with progress_bar(stderr()) as bar:
        task = bar.add_task("reading pairs", total=sum(len(one.pairs) for one in sets))
        for one in sets:
            rows: list[list[float]] = []
            for start in range(0, len(one.pairs), PAIR_BATCH):
                batch = one.pairs[start : start + PAIR_BATCH]
                rows += reader.nli(batch).tolist()
                bar.advance(task, len(batch))
            told.append(answers(rows, one.labels))
    figures = [set_figures(t, one.labels) for t, one in zip(told, sets, strict=True)]
    together = set_figures(
        [answer for t in told for answer in t], [label for one in sets for label in one.labels]
    )
    if as_json:
        listed = [{"file": f, **set_dict(one)} for f, one in zip(files, figures, strict=True)]
        print_json({"model": str(directory), "sets": listed, "all": set_dict(together)})
        return
    stdout().print(sets_view(list(zip(files, figures, strict=True)), together))
