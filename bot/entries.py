"""Reads entries from files: JSON Lines (plain or gzipped) and feed documents.

A line of JSON Lines is an object with any of ``id``, ``title``, ``summary``, ``published`` (ISO
8601), ``outlet``, ``url``; all but a title or a summary may be missing or null, other keys are left
alone. What becomes of them is the same as for an entry of a feed (feeds/entries.py).
"""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from bot.errors import InputError, ParseError
from bot.model import Entry, Outlet
from feeds.entries import make_entry
from feeds.parse import parse
from feeds.raw import Field, RawEntry
from feeds.text import clip, fold

STDIN = "-"
MAX_LINE_BYTES = 1_000_000
MAX_FEED_BYTES = 50_000_000
MAX_OUTLET_CHARS = 200
_BOM = "\ufeff"
_TEXT_FIELDS = ("title", "summary", "published", "outlet", "url")


@dataclass(frozen=True, slots=True)
class InputEntry:
    """An entry with the id under which its file knows it ("" if it gives none)."""

    id: str
    entry: Entry


def read_file(path: str, now: datetime) -> list[InputEntry]:
    """All entries of a .jsonl, .jsonl.gz or feed file, or of standard input (``-``, JSON Lines).

    Raises InputError, which names the file, the line and the remedy.
    """
    if path == STDIN:
        return list(_read_lines(sys.stdin.buffer.readline, "standard input", now))
    file = Path(path)
    try:
        if file.name.endswith((".jsonl.gz", ".ndjson.gz")):
            with gzip.open(file, "rb") as unzipped:
                return list(_read_lines(unzipped.readline, path, now))
        if file.suffix in (".jsonl", ".ndjson"):
            with file.open("rb") as plain:
                return list(_read_lines(plain.readline, path, now))
        return _read_feed(file, now)
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: no whole gzip file: {error}. Compress it anew.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{path}: cannot be read: {reason}. Check the path.") from error


def read_chronicle(now: datetime) -> list[InputEntry]:
    """All entries of the bundled chronicle, file by file."""
    with as_file(files("bot").joinpath("chronicle")) as folder:
        feeds = sorted(path for path in folder.iterdir() if path.suffix != ".md")
        return [item for path in feeds for item in read_file(str(path), now)]


def _read_feed(file: Path, now: datetime) -> list[InputEntry]:
    with file.open("rb") as opened:
        body = opened.read(MAX_FEED_BYTES + 1)
    if len(body) > MAX_FEED_BYTES:
        raise InputError(f"{file}: larger than {MAX_FEED_BYTES} bytes. Split it.")
    content_type = "application/feed+json" if file.suffix == ".json" else "application/xml"
    try:
        parsed = parse(
            body,
            content_type=content_type,
            feed_url=file.resolve().as_uri(),
            outlet=Outlet(file.stem),
            now=now,
        )
    except ParseError as error:
        raise InputError(
            f"{file}: {error.reason}. Give a feed (RSS, Atom, RDF, JSON Feed), or JSON Lines in a"
            " file that ends in .jsonl or .jsonl.gz."
        ) from error
    return [InputEntry(entry.guid, entry) for entry in parsed.entries]


def _read_lines(readline: Callable[[int], bytes], path: str, now: datetime) -> Iterator[InputEntry]:
    number = 0
    while line := readline(MAX_LINE_BYTES + 1):
        number += 1
        place = f"{path}: line {number}"
        if len(line) > MAX_LINE_BYTES:
            raise InputError(
                f"{place}: longer than {MAX_LINE_BYTES:,} bytes. Write one entry on each line, and"
                " shorten what is longer."
            )
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{place}: not UTF-8 ({error.reason}). Save it as UTF-8.") from error
        if number == 1:
            text = text.removeprefix(_BOM)
        if text.strip():
            yield _read_line(text, place, now)


def _read_line(line: str, place: str, now: datetime) -> InputEntry:
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{place}: not JSON: {error}. Write one JSON object on each line."
        ) from error
    if not isinstance(raw, dict):
        raise InputError(f'{place}: not an object. Write {{"title": "…", "summary": "…"}}.')
    for name in _TEXT_FIELDS:
        if not isinstance(raw.get(name), str | None):
            raise InputError(f'{place}: "{name}" is not a text. Put it in quotes or leave it out.')
    return InputEntry(_id(raw, place), _entry(raw, place, now))


def _id(raw: dict[str, Any], place: str) -> str:
    given = raw.get("id")
    if isinstance(given, bool) or not isinstance(given, str | int | None):
        raise InputError(f'{place}: "id" is neither a text nor a number. Write {{"id": "a1"}}.')
    text = "" if given is None else str(given)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise InputError(f'{place}: "id" holds half a character (\\ud800 to \\udfff). Mend it.')
    return text


def _entry(raw: dict[str, Any], place: str, now: datetime) -> Entry:
    item = RawEntry(
        guid=_id(raw, place),
        link=raw.get("url") or "",
        title=Field(raw.get("title") or "", html=True),
        summary=Field(raw.get("summary") or "", html=True),
        published=_time(raw.get("published"), place),
        updated=None,
    )
    outlet = clip(fold(raw.get("outlet") or ""), MAX_OUTLET_CHARS) or "unnamed outlet"
    entry = make_entry(item, feed_url="", outlet=Outlet(outlet), now=now)
    if entry is None:
        raise InputError(
            f'{place}: neither "title" nor "summary" has words. An entry needs one of them.'
        )
    return entry


def _time(text: str | None, place: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the year 1 of one zone is no year in another
        raise InputError(
            f'{place}: "published" is {text[:40]!r}. Write it as 2025-03-18T14:00:00Z.'
        ) from error
