"""Where each key and each element of a TOML text stands, which tomllib does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_KEY = re.compile(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_CLOSE = re.compile(r"[ \t]*\]\]?")
# A string that ends in quotes may have two more before its closing three.
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")  # a date and its time may stand apart


class LineIndex:
    """Lines (from 1) by path: ``("claim", 3, "supported_by", 0, "text")``.

    Exact for every table header, key and array element of a text that tomllib accepts. The line
    is the one on which the key, or the element, begins. Of a table that only its children name
    (``[a.b]`` names ``a``) it is the first child's. Arrays that are nested too deeply to follow
    end the index; what lies beyond gets the line of what encloses it.
    """

    def __init__(self, text: str) -> None:
        self._lines: Mapping[Path, int] = _Scanner(text).scan()

    def line(self, path: Path) -> int:
        """The line of a path, else of the nearest thing around it, else 0."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return line
        return 0


class _Scanner:
    """One pass over a text that is known to parse."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0  # the place up to which line ends are counted
        self._found: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}  # an array of tables -> its latest index

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        try:
            while self._peek():
                if self._peek() == "[":
                    table = self._header()
                else:
                    self._pair(table)
        except RecursionError:
            pass
        return self._found

    def _header(self) -> Path:
        line = self._here()
        double = self._text.startswith("[[", self._at)
        self._at += 2 if double else 1
        keys = self._keys()
        self._take(_CLOSE)
        path: Path = ()
        for number, key in enumerate(keys, start=1):
            path += (key,)
            if double and number == len(keys):
                self._elements[path] = self._elements.get(path, -1) + 1
            self._note(path, line)
            if path in self._elements:  # [a.b] speaks of the latest [[a]]
                path += (self._elements[path],)
                self._note(path, line)
        return path

    def _pair(self, table: Path) -> None:
        line = self._here()
        path = table
        for key in self._keys():
            path += (key,)
            self._note(path, line)
        self._take(_EQUALS)
        self._value(path)

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._take(_SPACES)
            written = self._take(_KEY)
            bare = written[:1] not in ("'", '"')
            keys.append(written if bare else next(iter(tomllib.loads(f"{written}=0"))))
            if not self._take(_DOT):
                return keys

    def _value(self, path: Path) -> None:
        match self._text[self._at : self._at + 1]:
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case "'" | '"':
                self._take(_STRING)
            case _:
                self._take(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._peek() not in ("]", ""):
            self._note((*path, index), self._here())
            self._value((*path, index))
            index += 1
            if self._peek() == ",":
                self._at += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._peek() not in ("}", ""):
            self._pair(path)
            if self._peek() == ",":
                self._at += 1
        self._at += 1

    def _peek(self) -> str:
        """The next character that is neither white space nor comment; "" at the end."""
        self._take(_BLANK)
        return self._text[self._at : self._at + 1]

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match.group()

    def _here(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _note(self, path: Path, line: int) -> None:
        self._found.setdefault(path, line)
