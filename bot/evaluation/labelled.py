"""Reads labelled entries: JSON Lines of entries as in bot/entries.py that say what they bear on.

Beside an entry's own keys a line has

    labels      [{"claim": "C04", "stance": "contradicts"}]; [] where it bears on nothing
    borderline  ["C10"]: claims on which careful editors differ; may be missing
    split       a name of the part it belongs to; pair: a name that two entries of a minimal pair
                share; trap: what makes it hard; all may be missing or null

Further keys, in a label too, are left alone.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.entries import read_file
from bot.errors import InputError, Problem
from bot.evaluation.cases import Case
from bot.model import Entry, Essay, Stance

MAX_PROBLEMS_SHOWN = 20
_SUFFIXES = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_MAX_ID_CHARS = 40
_MAX_LINES_NAMED = 5


def read_labelled(path: str, essay: Essay, now: datetime, split: str = "") -> list[Case]:
    """The labelled entries of a file, of one split where it is given.

    The whole file is checked, whichever split is wanted. Raises InputError, which names the file,
    every bad line with its remedy, and every claim that the essay does not have.
    """
    if not path.endswith(_SUFFIXES):
        raise InputError(
            f"{path}: not a file of labelled entries by its name. Give JSON Lines in a file that"
            " ends in .jsonl or .jsonl.gz."
        )
    entries = read_file(path, now)
    reader = _Reader(essay)
    cases = [
        reader.case(number, raw, item.id, item.entry)
        for (number, raw), item in zip(_objects(path), entries, strict=True)
    ]
    reader.finish(path)
    if not cases:
        raise InputError(f"{path}: no entries. Give a file with at least one labelled entry.")
    wanted = [case for case in cases if split in ("", case.split)]
    if not wanted:
        there = Counter(case.split or "(no split)" for case in cases)
        listed = ", ".join(f"{name} {count}" for name, count in sorted(there.items()))
        raise InputError(f"{path}: no entry of split {split!r}. There are: {listed}.")
    return wanted


def _objects(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines that read_file took, with their numbers; it has checked that they are objects."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, json.loads(line)


@dataclass
class _Reader:
    """Turns lines into cases and collects all that is wrong with them."""

    essay: Essay
    problems: list[Problem] = field(default_factory=list)
    unknown: dict[str, list[int]] = field(default_factory=dict)

    def case(self, line: int, raw: dict[str, Any], entry_id: str, entry: Entry) -> Case:
        labels = self._labels(line, raw)
        borderline = self._borderline(line, raw)
        for claim_id in sorted(borderline & labels.keys()):
            self._wrong(
                line,
                f"claim {claim_id} is labelled and borderline",
                "keep the label, or leave the claim out of the labels",
            )
        names = (self._name(line, raw, key) for key in ("split", "pair", "trap"))
        return Case(line, entry_id, entry, labels, borderline, *names)

    def finish(self, path: str) -> None:
        """Raises InputError where anything was wrong."""
        if self.unknown:
            listed = ", ".join(
                f"{name} ({_lines(lines)})" for name, lines in sorted(self.unknown.items())
            )
            self._wrong(
                0,
                f"the essay {self.essay.id} has no claim {listed}",
                "correct the ids, or name the essay that the file was labelled for with --essay",
            )
        if not self.problems:
            return
        shown = [f"  {problem}" for problem in self.problems[-1:] if not problem.line]
        shown += [f"  {p}" for p in self.problems if p.line][: MAX_PROBLEMS_SHOWN - len(shown)]
        count = len(self.problems)
        if count > len(shown):
            shown.append(f"  and {count - len(shown)} more")
        head = "1 mistake" if count == 1 else f"{count} mistakes"
        raise InputError("\n".join((f"{path}: {head}", *shown)))

    def _labels(self, line: int, raw: dict[str, Any]) -> dict[str, Stance]:
        given = raw.get("labels")
        if not isinstance(given, list):
            what = '"labels" is not a list' if "labels" in raw else 'no "labels"'
            self._wrong(line, what, 'write "labels": [] for an entry that bears on nothing')
            return {}
        labels: dict[str, Stance] = {}
        for one in given:
            self._label(line, one, labels)
        return labels

    def _label(self, line: int, one: object, labels: dict[str, Stance]) -> None:
        if not isinstance(one, dict) or not isinstance(one.get("claim"), str):
            self._wrong(
                line,
                'a label without "claim"',
                'write {"claim": "C01", "stance": "supports"}, with a claim\'s id',
            )
            return
        claim_id = self._claim(line, one["claim"])
        stance = next((stance for stance in Stance if stance == one.get("stance")), None)
        if stance is None:
            self._wrong(
                line,
                f"the label on {_short(one['claim'])} has the stance {_short(one.get('stance'))}",
                f"write one of {', '.join(Stance)}",
            )
            return
        if claim_id in labels:
            self._wrong(line, f"claim {claim_id} is labelled twice", "keep one of the labels")
        if claim_id:
            labels[claim_id] = stance

    def _borderline(self, line: int, raw: dict[str, Any]) -> frozenset[str]:
        given = raw.get("borderline") or []
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            remedy = 'write "borderline": ["C01"] with the ids of claims, or leave it out'
            self._wrong(line, '"borderline" is not a list of texts', remedy)
            return frozenset()
        return frozenset(filter(None, (self._claim(line, one) for one in given)))

    def _claim(self, line: int, name: str) -> str:
        """The id of the claim of that id or slug, "" if the essay has none."""
        try:
            return self.essay.claim(name).id
        except KeyError:
            self.unknown.setdefault(_short(name), []).append(line)
            return ""

    def _name(self, line: int, raw: dict[str, Any], key: str) -> str:
        given = raw.get(key)
        if given is None or isinstance(given, str):
            return given or ""
        self._wrong(line, f'"{key}" is not a text', "put it in quotes, or leave it out")
        return ""

    def _wrong(self, line: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(line, message, remedy))


def _short(value: object) -> str:
    """A foreign value as it may stand in a message."""
    return repr(value)[:_MAX_ID_CHARS]


def _lines(numbers: list[int]) -> str:
    distinct = list(dict.fromkeys(numbers))
    named = ", ".join(map(str, distinct[:_MAX_LINES_NAMED]))
    more = (
        f" and {len(distinct) - _MAX_LINES_NAMED} more" if len(distinct) > _MAX_LINES_NAMED else ""
    )
    return f"{'line' if len(distinct) == 1 else 'lines'} {named}{more}"
