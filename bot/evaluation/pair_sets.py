"""Reads pair sets: JSON Lines, gzipped (.gz) or not, of pairs as they are made for NLI.

A line is an object with

    premise     what is taken for true
    hypothesis  what is held against it
    label       "entail", "contradict" or "neutral"

Further keys are left alone.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path

from bot.errors import InputError, Problem
from bot.evaluation.pair_figures import Answer

MAX_LINE_BYTES = 1_000_000
MAX_PROBLEMS_SHOWN = 20
_EXAMPLE = '{"premise": "…", "hypothesis": "…", "label": "entail"}'
_BOM = "\ufeff"
_SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True)
class PairSet:
    """The pairs of one file, premise first, and their labels, one for one."""

    path: str
    pairs: tuple[tuple[str, str], ...]
    labels: tuple[Answer, ...]


def read_pairs(path: str) -> PairSet:
    """The pairs of a file. Raises InputError, which names every bad line with its remedy."""
    pairs, labels, problems = [], [], []
    try:
        with gzip.open(path, "rb") if path.endswith(".gz") else Path(path).open("rb") as opened:
            number = 0
            while line := opened.readline(MAX_LINE_BYTES + 1):
                number += 1
                try:
                    if (read := _read(line, number)) is not None:
                        pairs.append(read[0])
                        labels.append(read[1])
                except _BadLineError as error:
                    problems.append(error.problem)
                    if len(line) > MAX_LINE_BYTES:  # its rest would be read as lines of their own
                        break
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: no whole gzip file: {error}. Compress it anew.") from error
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {reason}. Check the path.") from error
    if problems:
        raise InputError(_listed(path, problems))
    if not pairs:
        raise InputError(f"{path}: no pairs. Write one on each line, as {_EXAMPLE}.")
    return PairSet(path, tuple(pairs), tuple(labels))


class _BadLineError(Exception):
    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.problem = Problem(line, message, remedy)


def _read(line: bytes, number: int) -> tuple[tuple[str, str], Answer] | None:
    """The pair and its label, None for an empty line."""
    if len(line) > MAX_LINE_BYTES:
        what = f"longer than {MAX_LINE_BYTES:,} bytes"
        raise _BadLineError(number, what, "write one pair on each line")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _BadLineError(number, f"not UTF-8 ({error.reason})", "save it as UTF-8") from error
    text = text.removeprefix(_BOM) if number == 1 else text
    if not text.strip():
        return None
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _BadLineError(number, f"not JSON: {error}", f"write {_EXAMPLE}") from error
    if not isinstance(raw, dict):
        raise _BadLineError(number, "not an object", f"write {_EXAMPLE}")
    texts = raw.get("premise"), raw.get("hypothesis")
    for name, value in zip(("premise", "hypothesis"), texts, strict=True):
        if not isinstance(value, str):
            what = f'"{name}" is not a text' if name in raw else f'no "{name}"'
            raise _BadLineError(number, what, f"write {_EXAMPLE}")
    label = next((answer for answer in Answer if answer == raw.get("label")), None)
    if label is None:
        what = f"the label is {repr(raw.get('label'))[:_SHOWN_CHARS]}"
        raise _BadLineError(number, what, f"write one of {', '.join(Answer)}")
    return (str(texts[0]), str(texts[1])), label


def _listed(path: str, problems: list[Problem]) -> str:
    shown = [f"  {problem}" for problem in problems[:MAX_PROBLEMS_SHOWN]]
    if len(problems) > len(shown):
        shown.append(f"  and {len(problems) - len(shown)} more")
    head = "1 bad line" if len(problems) == 1 else f"{len(problems)} bad lines"
    return "\n".join((f"{path}: {head}", *shown))
