"""Where in a TOML text a key stands, which tomllib does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

Path = tuple[str, ...]


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every table header and key of a TOML text that is known to parse.

    Every header and every ``key = value`` is a TOML document of its own: lines are gathered until
    they parse, and what they parse to names the key. Of a repeated path the first line counts.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    found: dict[Path, int] = {}
    table: Path = ()
    start = 0
    while start < len(lines):
        end = start + 1
        while (document := _parsed(lines[start:end])) is None and end < len(lines):
            end += 1
        if document:
            if lines[start].lstrip().startswith("["):
                table = _header(document)
                paths = [table]
            else:
                paths = [table + path for path in _paths(document)]
            for path in paths:
                _note(found, path, start + 1)
        start = end
    return found


def _parsed(lines: list[str]) -> dict[str, object] | None:
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return None


def _header(document: dict[str, object]) -> Path:
    path: Path = ()
    below: object = document
    while below:
        if isinstance(below, list):  # [[header]]
            below = below[0]
        elif isinstance(below, dict):
            key, below = next(iter(below.items()))
            path += (key,)
    return path


def _paths(document: dict[str, object]) -> Iterator[Path]:
    for key, value in document.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *path) for path in _paths(value))


def _note(found: dict[Path, int], path: Path, line: int) -> None:
    """Notes a path and, where they have no line yet, the tables that it implies."""
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], line)
