"""Reads an essay's text, plain or Markdown: its heading, and its paragraphs by number.

Paragraphs count from 0, as `paragraphs` in an essay file does: every block of prose counts,
headings and bylines do not. In a text without hard line ends a line is a paragraph; in one that
was wrapped a blank line parts them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import InputError
from bot.essay.dates import written_day
from bot.essay.english import words

MAX_FILE_BYTES = 500_000  # some 80,000 words
MAX_LINE_OF_WRAPPED_TEXT = 120
_MAX_HEADING_WORDS = 18
_MAX_BYLINE_WORDS = 8

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FRONT_LINE = re.compile(r"^(title|author|date):(.*)$", re.MULTILINE | re.IGNORECASE)
_SETEXT = re.compile(r"^(?:=+|-{3,})\s*$")
_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_RULE = re.compile(r"^(?:[*_-]\s*){3,}$")
_LIST_ITEM = re.compile(r"^\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+")
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$")
_BYLINE = re.compile(r"^(?:[-–—]\s*)?[Bb][Yy]\s*(?=[A-Z\s])(.{2,80})$")
_ENDS = re.compile(r"[.!?…:;][\"'”’)\]*_]*$")
_INLINE = (
    (re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)"), ""),  # an image
    (re.compile(r"\[\^[^\]\n]{1,20}\]"), ""),  # a footnote's mark
    (re.compile(r"\[([^\]\n]{1,500})\]\([^)\n]{0,500}\)"), r"\1"),  # a link
    (re.compile(r"(\*\*|__)(?=\S)(.{1,500}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"<[a-zA-Z/][^<>\n]{0,200}>"), ""),
)
# Bidirectional controls reorder what a reader sees; the loader refuses them.
_UNSEEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff\u200b]")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of prose on one line, or a list with an item on each line.

    ``quoted``: it stands in the essay as somebody else's words.
    """

    number: int
    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """An essay's text; title, author and day are "" and None where it does not tell them."""

    title: str
    author: str
    written: date | None
    paragraphs: tuple[Paragraph, ...]


def read_text(path: Path) -> str:
    """The text of an essay's file. Raises InputError where it is no text in UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {reason}. Name a text file.") from error
    if len(data) > MAX_FILE_BYTES:
        raise InputError(
            f"{path}: larger than {MAX_FILE_BYTES // 1000} kB, which is no essay. Give it one essay"
            " as plain text or Markdown."
        )
    if data.startswith(_UTF16_MARKS):
        raise InputError(f"{path}: is UTF-16. Save it as UTF-8.")
    if b"\0" in data:
        raise InputError(f"{path}: is no text (PDF, Word?). Save it as plain text in UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}: line {line} is not UTF-8. Save the file as UTF-8.") from error


def read_prose(text: str) -> Prose:
    """Title, author, day and paragraphs of a text, plain or Markdown."""
    text = cleaned(text)
    front = _FRONT_MATTER.match(text)
    told = dict(_front(front.group(1))) if front else {}
    body = text[front.end() :] if front else text
    body = _COMMENT.sub("", _FENCE.sub("", body))
    title, author = told.get("title", ""), told.get("author", "")
    written = written_day(told.get("date", ""))
    paragraphs: list[Paragraph] = []
    for block in _blocks(body):
        if block.heading:
            if not paragraphs:  # what stands above the first paragraph is the essay's head
                byline = _BYLINE.match(block.text)
                if byline and not author:
                    author = byline.group(1).strip()
                elif not byline:
                    title = title or block.text
                written = written or written_day(block.text)
            continue
        paragraphs.append(Paragraph(len(paragraphs), block.text, block.quoted))
    return Prose(title, author, written, tuple(paragraphs))


@dataclass(frozen=True, slots=True)
class _Block:
    text: str
    heading: bool = False
    quoted: bool = False


def cleaned(text: str) -> str:
    """A text without what the loader refuses: control and bidirectional characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        char if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs") else " "
        for char in _UNSEEN.sub("", text)
    )
    return "".join(kept)


def _front(text: str) -> Iterator[tuple[str, str]]:
    for match in _FRONT_LINE.finditer(text):
        yield match.group(1).casefold(), match.group(2).strip().strip("\"'")


def _blocks(body: str) -> Iterator[_Block]:
    for chunk in re.split(r"\n[ \t]*\n", body):
        lines = [line.strip() for line in chunk.split("\n") if line.strip()]
        yield from _in_chunk([line for line in lines if not _TABLE_ROW.match(line)])


def _in_chunk(lines: list[str]) -> Iterator[_Block]:
    """The blocks of what stands between two blank lines."""
    wrapped = all(len(line) <= MAX_LINE_OF_WRAPPED_TEXT for line in lines)
    pending: list[str] = []
    listed = False
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        alone = not pending and (not below or not wrapped or bool(_BYLINE.match(below)))
        heading = _heading(line, below, alone=alone)
        if _SETEXT.match(line) or _RULE.match(line):
            continue
        if heading:
            yield from _prose(pending, listed=listed)
            pending = []
            yield _Block(_plain(heading), heading=True)
            continue
        listed = listed or bool(_LIST_ITEM.match(line))
        pending.append(line)
        if not wrapped and not listed:
            yield from _prose(pending, listed=False)
            pending = []
    yield from _prose(pending, listed=listed)


def _heading(line: str, below: str, *, alone: bool) -> str:
    """The heading that a line is, or ""."""
    marked = _HEADING.match(line)
    if marked:
        return marked.group(1).rstrip("# ")
    if below and _SETEXT.match(below):
        return line
    if _BYLINE.match(line) and len(line.split()) <= _MAX_BYLINE_WORDS:
        return line
    bare = alone and not _ENDS.search(line) and not line.startswith((">", '"', "“"))
    short = len(words(line)) <= _MAX_HEADING_WORDS and not _LIST_ITEM.match(line)
    return line if bare and short else ""


def _prose(lines: list[str], *, listed: bool) -> Iterator[_Block]:
    if not lines:
        return
    quoted = all(line.startswith(">") for line in lines)
    bare = (_LIST_ITEM.sub("", line.lstrip("> ")) for line in lines)
    text = _plain(("\n" if listed else " ").join(bare))
    if text:
        yield _Block(text, quoted=quoted)


def _plain(text: str) -> str:
    for pattern, plain in _INLINE:
        text = pattern.sub(plain, text)
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
