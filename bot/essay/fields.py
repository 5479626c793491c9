"""Reads the fields of a TOML table, noting every mistake with its line and remedy.

A reader returns a harmless stand-in where a field is wrong, so that reading goes on and finds the
other mistakes; who built something from it must look at ``Notes.problems`` before using it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from bot.errors import Problem
from bot.essay.lines import LineIndex, Path

MAX_LABEL_CHARS = 80  # an id, a slug, a term
MAX_COUNT = 9_999
_SHOWN_CHARS = 60
_NEAR = 0.7  # difflib's ratio from which a word counts as a slip of another
_HANDLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# They reorder what a reader sees of the text after them. https://unicode.org/reports/tr9/
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")

Choice = TypeVar("Choice", bound=StrEnum)


def shown(value: object, quote: str = '"') -> str:
    """A foreign value for a message: short, on one line, without control characters."""
    try:
        text = str(value)
    except ValueError:  # a hexadecimal number of more digits than Python writes in decimals
        text = "a very long number"
    if len(text) > _SHOWN_CHARS:
        text = text[:_SHOWN_CHARS] + "…"
    if isinstance(value, str):
        text = f"{quote}{text}{quote}"
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'did you mean X?' for a word that is nearly one of those known, else ''."""
    folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=_NEAR)
    return f"did you mean {folded[close[0]]}?" if close else ""


@dataclass(slots=True)
class Notes:
    """The mistakes found so far in one file."""

    index: LineIndex
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.index.line(path), message, remedy))

    def in_order(self) -> list[Problem]:
        """By line; of one line in the order in which they were found."""
        return sorted(self.problems, key=lambda problem: problem.line)


@dataclass(frozen=True, slots=True)
class Table:
    """One TOML table. ``name`` is what messages call it."""

    values: Mapping[str, Any]
    path: Path
    name: str
    notes: Notes

    def fault(self, key: str, what: str, remedy: str) -> None:
        """Notes that the value of a key is wrong; ``what`` goes on from "key ..."."""
        self.notes.add((*self.path, key), f"{self.name}: {key} {what}", remedy)

    def known(self, *keys: str) -> None:
        """Notes every key that is none of these."""
        for key in self.values:
            if key not in keys:
                guess = did_you_mean(key, keys)
                remedy = guess or f"remove it; the keys are {', '.join(keys)}"
                self.notes.add((*self.path, key), f"{self.name}: unknown key {shown(key)}", remedy)

    def missing(self, key: str, example: str) -> None:
        self.notes.add(self.path, f"{self.name}: {key} is missing", f"add {key} = {example}")

    def text(self, key: str, *, example: str, limit: int, required: bool = True) -> str:
        """A text of 1..limit characters on one line (white space runs become one space)."""
        if key not in self.values:
            if required:
                self.missing(key, example)
            return ""
        return self._text(key, (), self.values[key], example=example, limit=limit)

    def handle(self, key: str, *, example: str) -> str:
        """An id or slug: letters, digits, ``-`` and ``_``."""
        text = self.text(key, example=example, limit=MAX_LABEL_CHARS)
        if text and not _HANDLE.fullmatch(text):
            self.fault(
                key,
                f"is {shown(text)}",
                f"write letters, digits, - and _ only, such as {example}",
            )
            return ""
        return text

    def texts(self, key: str, *, example: str, required: bool = False) -> tuple[str, ...]:
        """A list of short texts, none of them twice (case is ignored)."""
        if key not in self.values:
            if required:
                self.missing(key, example)
            return ()
        items = self._items(key, example)
        if required and items == []:
            self.fault(key, "is empty", f"write {key} = {example}")
        seen: dict[str, str] = {}
        for number, item in enumerate(items or ()):
            text = self._text(key, (number,), item, example='"…"', limit=MAX_LABEL_CHARS)
            if not text:
                continue
            if text.casefold() in seen:
                self._fault_at(key, (number,), f"names {shown(text)} twice", "remove one of them")
            seen.setdefault(text.casefold(), text)
        return tuple(seen.values())

    def counts(self, key: str, *, example: str) -> tuple[int, ...]:
        """A list, not empty, of whole numbers in 0..MAX_COUNT."""
        if key not in self.values:
            self.missing(key, example)
            return ()
        items = self._items(key, example)
        if items == []:
            self.fault(key, "is empty", f"write {key} = {example}")
        good = []
        for number, item in enumerate(items or ()):
            if isinstance(item, bool) or not isinstance(item, int):
                self._fault_at(key, (number,), f"holds {shown(item)}", f"write {key} = {example}")
            elif not 0 <= item <= MAX_COUNT:
                remedy = f"write a whole number from 0 (the first) to {MAX_COUNT}"
                self._fault_at(key, (number,), f"holds {shown(item)}", remedy)
            else:
                good.append(item)
        return tuple(good)

    def day(self, key: str, *, required: bool) -> date | None:
        """A TOML local date."""
        if key not in self.values:
            if required:
                self.missing(key, "2026-12-31")
            return None
        value = self.values[key]
        if type(value) is not date:  # a datetime is a date too, and is refused
            self.fault(
                key, f"is {shown(value)}", f"write a day without quotes, such as {key} = 2026-12-31"
            )
            return None
        return value

    def share(self, key: str) -> float | None:
        """A number in 0..1, or nothing."""
        if key not in self.values:
            return None
        value = self.values[key]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= 1:  # so that nan is outside too
            self.fault(
                key, f"is {shown(value)}", f"write a number from 0 to 1, such as {key} = 0.8"
            )
            return None
        return float(value)

    def flag(self, key: str) -> bool:
        """true or false; false where nothing is written."""
        value = self.values.get(key, False)
        if isinstance(value, bool):
            return value
        self.fault(key, f"is {shown(value)}", f"write {key} = true, or remove it")
        return False

    def choice(self, key: str, kind: type[Choice], default: Choice, *, required: bool) -> Choice:
        """One of an enumeration's values, written exactly."""
        words = [one.value for one in kind]
        if key not in self.values:
            if required:
                self.missing(key, f'"{default.value}" (one of {", ".join(words)})')
            return default
        value = self.values[key]
        if not isinstance(value, str) or value not in words:
            guess = did_you_mean(value, words) if isinstance(value, str) else ""
            self.fault(key, f"is {shown(value)}", guess or f"write one of {', '.join(words)}")
            return default
        return kind(value)

    def tables(self, key: str, *, name: str, example: str) -> list[Table]:
        """A list of tables (``[[key]]``, or inline); absent is empty.

        ``name``: what messages call each, before its number.
        """
        if key not in self.values:
            return []
        value = self.values[key]
        if not isinstance(value, list):
            what = "is one table" if isinstance(value, dict) else f"is {shown(value)}"
            self.fault(key, what, f"write {example}")
            return []
        found = []
        for number, item in enumerate(value):
            path = (*self.path, key, number)
            if isinstance(item, dict):
                found.append(Table(item, path, f"{name} {number + 1}", self.notes))
            else:
                self._fault_at(key, (number,), f"holds {shown(item)}", f"write {example}")
        return found

    def _items(self, key: str, example: str) -> list[Any] | None:
        value = self.values[key]
        if isinstance(value, list):
            return value
        self.fault(key, f"is {shown(value)}", f"write a list, such as {key} = {example}")
        return None

    def _text(self, key: str, below: Path, value: object, *, example: str, limit: int) -> str:
        if not isinstance(value, str):
            self._fault_at(
                key, below, f"is {shown(value)}", f"write a text in quotes, such as {example}"
            )
            return ""
        text = " ".join(value.split())
        if not text:
            self._fault_at(key, below, "is empty", f"write a text, such as {example}")
        elif len(text) > limit:
            self._fault_at(
                key,
                below,
                f"has {len(text)} characters",
                f"shorten it to {limit} characters or fewer",
            )
        elif _unseen(text):
            self._fault_at(
                key, below, "holds a control character", "retype it without control characters"
            )
        else:
            return text
        return ""

    def _fault_at(self, key: str, below: Path, what: str, remedy: str) -> None:
        self.notes.add((*self.path, key, *below), f"{self.name}: {key} {what}", remedy)


def _unseen(text: str) -> bool:
    return bool(_BIDI.search(text)) or any(unicodedata.category(char) == "Cc" for char in text)
