"""A report as tables for people. Foreign text goes through ``clean`` and rich.text.Text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from adapters.clean import clean
from bot.evaluation.figures import Found, Share
from bot.evaluation.mistakes import Mistake
from bot.evaluation.report import Report
from bot.evaluation.rivals import Rival
from bot.evaluation.stances import ClaimFigures, TrapFigures
from bot.model import Stance

MAX_TEXT_CHARS = 300
MAX_TRAPS = 20
_NOTHING = "-"
_FLATTERED = "*"


def report_view(report: Report) -> Group:
    """The whole report, the summary first."""
    head = Text(
        f"{report.entries} entries, {report.compared} pairs of entry and claim;"
        f" {report.left_out} borderline ones left out",
        style="bold",
    )
    tables = (_summary(report), _stances(report), _rivals(report.rivals))
    parts: list[RenderableType] = [head, *tables]
    if any(rival.flattered for rival in report.rivals):
        parts.append(
            Text(
                f"{_FLATTERED} flattered: the threshold with the best F1 on these very labels.",
                style="dim",
            )
        )
    parts.append(_claims(report.by_claim))
    if report.by_trap:
        parts.append(_traps(report.by_trap))
    if report.worst:
        parts.append(Text(f"The worst {len(report.worst)} errors", style="bold"))
        parts += [_mistake(place, one) for place, one in enumerate(report.worst, 1)]
    return Group(*_spaced(parts))


def _spaced(parts: Sequence[RenderableType]) -> Iterator[RenderableType]:
    for place, part in enumerate(parts):
        if place and isinstance(part, Table | Padding):
            yield Text()
        yield part


def _table(title: str, first: str, *columns: str) -> Table:
    table = _bare(title)
    table.add_column(first, overflow="fold")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _bare(title: str, *, header: bool = True) -> Table:
    """Narrow enough for all columns to stand in eighty characters."""
    return Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 0),
        show_header=header,
    )


def number(value: float | None) -> str:
    """Three digits after the point; a dash where there is no figure."""
    return _NOTHING if value is None else f"{value:.3f}"


def share(one: Share) -> str:
    """The share with its counts."""
    return f"{number(one.value)} ({one.part}/{one.whole})" if one.whole else _NOTHING


def _summary(report: Report) -> Table:
    pairs, bears, direction = report.minimal_pairs, report.bears, report.direction
    table = _bare("", header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    threshold = f" at {report.thresholds.bears:.3f}" if report.thresholds else ""
    for name, value in (
        (f"bears on, precision{threshold}", share(bears.precision)),
        ("bears on, recall", share(bears.recall)),
        ("bears on, F1", number(bears.f1)),
        ("bears on, average precision", number(report.average_precision)),
        ("direction, precision", share(direction.precision)),
        ("direction, recall", share(direction.recall)),
        ("stance right, of hits", share(report.stance_of_hits)),
        ("flips, of hits with a direction", share(report.flips)),
        ("minimal pairs, both right", share(pairs.both_right)),
        ("  a direction left open allowed", share(pairs.both_right_or_open)),
        ("false alarms, of entries without any label", share(report.false_alarms)),
        ("labels on entries stopped at the topic gate", share(report.gated_labels)),
        ("calibration error, from 0.1 upwards", number(report.calibration_error)),
    ):
        table.add_row(name, value)
    return table


def _stances(report: Report) -> Table:
    table = _table("By stance", "Stance", "Labelled", "Told", "Precision", "Recall", "F1")
    for stance, found in report.by_stance.items():
        table.add_row(stance.value, *_counts(found), *_quality(found))
    return table


def _counts(found: Found) -> tuple[str, str]:
    return str(found.labelled), str(found.told)


def _quality(found: Found) -> tuple[str, str, str]:
    return number(found.precision.value), number(found.recall.value), number(found.f1)


def _rivals(rivals: Sequence[Rival]) -> Table:
    columns = ("Threshold", "Precision", "Recall", "F1", "AP", "False alarms")
    table = _table("Bears on: the judge and cheaper ways", "", *columns)
    for rival in rivals:
        mark = _FLATTERED if rival.flattered else ""
        table.add_row(
            f"{rival.name}{mark}",
            number(rival.threshold),
            *_quality(rival.found),
            number(rival.average_precision),
            number(rival.false_alarms.value),
        )
    return table


def _claims(rows: Sequence[ClaimFigures]) -> Table:
    table = _table(
        "By claim (a stance: right / labelled / told)",
        "Claim",
        *("Labelled", "Told", "Prec.", "Recall", "F1", "AP"),
        *(stance.value for stance in Stance),
    )
    for row in rows:
        if row.bears.labelled or row.bears.told:
            table.add_row(
                row.claim_id,
                *_counts(row.bears),
                *_quality(row.bears),
                number(row.average_precision),
                *(_stance_cell(row.by_stance[stance]) for stance in Stance),
            )
    return table


def _stance_cell(found: Found) -> str:
    if not (found.labelled or found.told):
        return _NOTHING
    return f"{found.right}/{found.labelled}/{found.told}"


def _traps(rows: Sequence[TrapFigures]) -> Table:
    table = _table("By trap", "Trap", "Entries", "Fooled")
    for row in rows[:MAX_TRAPS]:
        name = Text(clean(row.trap, MAX_TEXT_CHARS))
        table.add_row(name, str(row.fooled.whole), share(row.fooled))
    if len(rows) > MAX_TRAPS:
        rest = rows[MAX_TRAPS:]
        whole = Share(sum(r.fooled.part for r in rest), sum(r.fooled.whole for r in rest))
        table.add_row(f"{len(rest)} more kinds", str(whole.whole), share(whole))
    return table


def _mistake(place: int, one: Mistake) -> Padding:
    told, label = (stance.value if stance else "nothing" for stance in (one.told, one.label))
    text = Text(f"{place:2}. ", style="dim")
    text.append(f"{one.error.value} ", style="bold red")
    text.append(f"{one.claim_id}: told {told}, labelled {label}, {one.sureness:.0%} sure")
    name = clean(one.case.id, MAX_TEXT_CHARS)
    text.append(f"  line {one.case.line} {name}".rstrip(), style="dim")
    entry = one.case.entry.title or one.case.entry.summary
    lines = [("entry", entry)]
    if one.finding:
        if one.finding.sentence.text != entry:
            lines.append(("sentence", one.finding.sentence.text))
        if one.finding.indicator:
            indicator = one.finding.indicator
            lines.append(("indicator", f"({indicator.side.value}) {indicator.text}"))
    if one.asserted_by:
        lines.append(("asserted by", one.asserted_by))
    lines.append(("because", one.reason))
    for name, value in lines:
        text.append(f"\n    {name}: ", style="dim")
        text.append(clean(value, MAX_TEXT_CHARS))
    return Padding(text, 0)
