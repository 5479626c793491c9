"""The figures of pair sets as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from adapters.clean import clean
from bot.evaluation.pair_figures import Answer, SetFigures
from bot.evaluation.tables import MAX_TEXT_CHARS, number

_TWO = "*"
_ALL = "all"
_NOTE = (
    f"P, R, F1: precision, recall and F1 of a class; macro F1 is the mean of those labelled."
    f" {_TWO} a set without neutral pairs: two classes, the surer of entail and contradict."
)


def sets_view(sets: Sequence[tuple[str, SetFigures]], together: SetFigures) -> Group:
    """``sets``: (path, figures) of each file; the line for all stands last where there are more
    than one."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0))
    table.add_column("Set", overflow="fold")
    for name in ("Pairs", "Right", "Macro F1"):
        table.add_column(name, justify="right")
    for answer in Answer:
        table.add_column(f"{answer.value}\nP    R    F1", justify="right", no_wrap=True)
    for path, figures in sets:
        name = Path(path).name.removesuffix(".gz").removesuffix(".jsonl")
        two = _TWO if Answer.NEUTRAL not in figures.classes else ""
        table.add_row(Text(clean(name, MAX_TEXT_CHARS) + two), *_cells(figures))
    if len(sets) > 1:
        table.add_section()
        table.add_row(_ALL, *_cells(together))
    return Group(table, Text(_NOTE, style="dim"))


def _cells(figures: SetFigures) -> list[str]:
    cells = [str(figures.right.whole), number(figures.right.value), number(figures.macro_f1)]
    for answer in Answer:
        found = figures.by_class.get(answer)
        values = (found.precision.value, found.recall.value, found.f1) if found else ()
        cells.append(" ".join("   -" if v is None else f"{v:4.2f}" for v in values) or "-")
    return cells
