"""What must hold between the parts of an essay: unique names, indicators and sound premises."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from bot.essay.fields import Notes, Table, did_you_mean, shown
from bot.essay.lines import Path
from bot.essay.schema import ReadClaim, ReadEssay

_MAX_CYCLES = 20  # told at once; a file with more has them told after these are mended


def check_relations(read: ReadEssay, notes: Notes) -> None:
    """Notes duplicates, unknown premises and circles of premises."""
    _unique(((table, "id", table.values.get("id")) for table in read.parties), notes)
    # One namespace, since bot.model.Essay.claim takes either.
    _unique(
        (
            (each.table, key, value)
            for each in read.claims
            for key, value in (("id", each.claim.id), ("slug", each.claim.slug))
        ),
        notes,
    )
    for each in read.claims:
        _unique_indicators(each, notes)
    _premises(read.claims, notes)


def _unique(names: Iterable[tuple[Table, str, object]], notes: Notes) -> None:
    first: dict[str, Path] = {}
    for table, key, value in names:
        if not isinstance(value, str) or not value:
            continue
        folded, path = value.casefold(), (*table.path, key)
        if folded not in first:
            first[folded] = path
        elif first[folded][:-1] != table.path:
            earlier = notes.index.line(first[folded])
            table.fault(key, f"{shown(value)} is taken, see line {earlier}", "choose another name")
        else:
            table.fault(key, f"{shown(value)} is the claim's id too", "choose another name")


def _unique_indicators(read: ReadClaim, notes: Notes) -> None:
    first: dict[str, Path] = {}
    for side, indicators in (
        ("supported_by", read.claim.supported_by),
        ("contradicted_by", read.claim.contradicted_by),
    ):
        for number, path in enumerate(_rows(read.table, side)):
            text = indicators[number].text.casefold().strip(" .")
            if not text:
                continue
            if text not in first:
                first[text] = path
                continue
            both = first[text][: len(path) - 1] != path[:-1]
            where = "on both sides" if both else "twice on this side"
            notes.add(
                (*path, "text"),
                f"{read.table.name}: this indicator stands {where},"
                f" see line {notes.index.line(first[text])}",
                "remove one of them: it can count only one way" if both else "remove one of them",
            )


def _rows(table: Table, side: str) -> list[Path]:
    """The paths of the indicators that were read (elements that are no tables were not)."""
    value = table.values.get(side)
    rows = value if isinstance(value, list) else []
    return [(*table.path, side, n) for n, row in enumerate(rows) if isinstance(row, dict)]


def _premises(claims: tuple[ReadClaim, ...], notes: Notes) -> None:
    by_id = {each.claim.id: each for each in claims if each.claim.id}
    graph: dict[str, set[str]] = {}
    for name, each in by_id.items():
        for premise in each.claim.depends_on:
            if premise in by_id:
                graph.setdefault(name, set()).add(premise)
            else:
                guess = did_you_mean(premise, by_id)
                path = _premise_path(each, premise)
                notes.add(
                    path,
                    f"{each.table.name}: depends_on names {shown(premise)}, which is no claim's id",
                    guess or "write the id of a claim of this file, or remove it",
                )
    _circles(graph, by_id, notes)


def _circles(graph: dict[str, set[str]], by_id: dict[str, ReadClaim], notes: Notes) -> None:
    order = {name: number for number, name in enumerate(by_id)}
    for _ in range(_MAX_CYCLES):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            # graphlib lists premises before what rests on them, the first name again at the end.
            circle = list(reversed(error.args[1]))[:-1]
            start = circle.index(min(circle, key=order.__getitem__))
            circle = circle[start:] + circle[:start]
            name, premise = circle[0], circle[1 % len(circle)]
            notes.add(
                _premise_path(by_id[name], premise),
                f"{by_id[name].table.name}: it rests on itself: {' -> '.join([*circle, name])}",
                "remove one of these from its depends_on",
            )
            graph[name].discard(premise)
        else:
            return


def _premise_path(read: ReadClaim, premise: str) -> Path:
    written = read.table.values["depends_on"]
    numbers = [
        n for n, text in enumerate(written) if isinstance(text, str) and text.strip() == premise
    ]
    return (*read.table.path, "depends_on", *numbers[:1])
