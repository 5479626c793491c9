"""Essay files: TOML to an Essay, or one EssayError with every mistake. See docs/essay-format.md."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from bot.errors import EssayError, Problem
from bot.essay.fields import Notes
from bot.essay.lines import LineIndex
from bot.essay.relations import check_relations
from bot.essay.review import warnings
from bot.essay.schema import read_essay
from bot.model import Essay

__all__ = ["bundled", "load", "load_with_lines", "loads", "warnings"]

MAX_FILE_BYTES = 2_000_000
BUNDLED = "putins_true_intentions.toml"

_BOM = "\ufeff"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# tomllib tells the place in its message only; Python 3.14 has it as attributes too.
_AT_LINE = re.compile(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")


def load(path: Path) -> Essay:
    """Reads an essay file. Raises EssayError."""
    return loads(_text(path), str(path))


def loads(text: str, path: str) -> Essay:
    """Reads an essay from the text of a file; ``path`` is what messages call it.

    Raises EssayError with every mistake. The line of a mistake is that of the key, or the list
    element, that is wrong; of something missing, that of the table's header; 0 where the file as
    a whole is meant. A file that is no TOML has one mistake: tomllib stops at the first.
    """
    return _read(text, path)[0]


def load_with_lines(path: Path | None) -> tuple[Essay, LineIndex]:
    """An essay file, or the bundled essay, with the lines of its parts. Raises EssayError."""
    text = _bundled_text() if path is None else _text(path)
    essay, notes = _read(text, str(path or BUNDLED))
    return essay, notes.index


def bundled() -> Essay:
    """The essay that comes with claimwire."""
    return loads(_bundled_text(), BUNDLED)


def _bundled_text() -> str:
    file = resources.files("bot.essay").joinpath("bundled", BUNDLED)
    return file.read_text(encoding="utf-8")


def _text(path: Path) -> str:
    data = _bytes(path)
    if len(data) > MAX_FILE_BYTES:
        raise _too_large(str(path))
    if data.startswith(_UTF16_MARKS):
        raise _one(path, 0, "is UTF-16, not UTF-8", "save it as UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _one(path, line, "is not UTF-8 here", "save the file as UTF-8") from error


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise _one(path, 0, "there is no such file", "correct the path") from error
    except IsADirectoryError as error:
        raise _one(path, 0, "is a folder", "name a file in it") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise _one(path, 0, f"cannot be read: {reason}", "make it a readable file") from error


def _read(text: str, path: str) -> tuple[Essay, Notes]:
    document = _document(text, path)
    notes = Notes(LineIndex(text))
    read = read_essay(document, notes)
    check_relations(read, notes)
    if notes.problems:
        raise EssayError(path, notes.in_order())
    return read.essay, notes


def _document(text: str, path: str) -> dict[str, Any]:
    if len(text) > MAX_FILE_BYTES:
        raise _too_large(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:  # half a surrogate pair: such text cannot be sent or kept
        line = text.count("\n", 0, error.start) + 1
        raise _one(path, line, "is not UTF-8 here", "save the file as UTF-8") from error
    if text.startswith(_BOM):
        raise _one(path, 1, "starts with a byte order mark", "save it as UTF-8 without a BOM")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise _one(path, 0, "is nested too deeply", "write the lists without nesting") from error
    except ValueError as error:  # TOMLDecodeError is one; a number of 5,000 digits another
        raise _syntax(path, text, str(error)) from error


def _syntax(path: str, text: str, message: str) -> EssayError:
    place = _AT_LINE.search(message)
    reason = message[: place.start()] if place else message
    line, remedy = 0, "correct the TOML"
    if place and place[1]:
        line, remedy = int(place[1]), f"correct the TOML at column {place[2]}"
    elif place:
        line = text.rstrip("\n").count("\n") + 1
        remedy = "close the string, list or table that is still open, here or further up"
    return _one(path, line, f"is not TOML: {reason[:1].lower()}{reason[1:]}", remedy)


def _too_large(path: str) -> EssayError:
    limit = f"{MAX_FILE_BYTES // 1_000_000} MB"
    return _one(path, 0, f"is larger than {limit}", f"keep an essay file under {limit}")


def _one(path: Path | str, line: int, message: str, remedy: str) -> EssayError:
    return EssayError(str(path), [Problem(line, message, remedy)])
