"""Reads entries from files: JSON Lines (plain or gzipped) and feed documents.

A line of JSON Lines is an object with any of ``id``, ``title``, ``summary``, ``published`` (ISO
8601), ``outlet``, ``url``; all but a title or a summary may be missing, other keys are left alone.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from bot.errors import InputError, ParseError
from bot.model import Entry, Outlet
from feeds.parse import parse
from feeds.text import canonical_url, content_hash, entry_key, html_to_text

STDIN = "-"
MAX_LINE_CHARS = 1_000_000
MAX_FEED_BYTES = 50_000_000
MAX_TITLE_CHARS, MAX_SUMMARY_CHARS = 500, 4_000
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
        return list(_read_lines(sys.stdin, "standard input"))
    file = Path(path)
    try:
        if file.name.endswith((".jsonl.gz", ".ndjson.gz")):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                return list(_read_lines(lines, path))
        if file.suffix in (".jsonl", ".ndjson"):
            with file.open(encoding="utf-8-sig") as lines:
                return list(_read_lines(lines, path))
        return _read_feed(file, now)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason}). Save it as UTF-8.") from error
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {reason}. Check the path.") from error


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


def _read_lines(lines: IO[str], path: str) -> Iterator[InputEntry]:
    number = 0
    while line := lines.readline(MAX_LINE_CHARS + 1):
        number += 1
        if len(line) > MAX_LINE_CHARS:
            raise InputError(f"{path}: line {number}: longer than {MAX_LINE_CHARS} characters.")
        if line.strip():
            yield _read_line(line, f"{path}: line {number}")


def _read_line(line: str, place: str) -> InputEntry:
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
    if not (raw.get("title") or raw.get("summary")):
        raise InputError(f'{place}: neither "title" nor "summary". An entry needs one of them.')
    return InputEntry(_id(raw, place), _entry(raw, place))


def _id(raw: dict[str, Any], place: str) -> str:
    given = raw.get("id", "")
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise InputError(f'{place}: "id" is neither a text nor a number.')
    return str(given)


def _entry(raw: dict[str, Any], place: str) -> Entry:
    title = html_to_text(raw.get("title") or "")[:MAX_TITLE_CHARS]
    summary = html_to_text(raw.get("summary") or "")[:MAX_SUMMARY_CHARS]
    url = canonical_url(raw.get("url") or "")
    guid = str(raw.get("id", ""))
    digest = content_hash(title, summary)
    return Entry(
        key=entry_key(url=url, feed_url="", guid=guid, content=digest),
        content_hash=digest,
        feed_url="",
        guid=guid,
        url=url,
        title=title,
        summary=summary,
        published=_time(raw.get("published"), place),
        updated=None,
        outlet=Outlet(raw.get("outlet") or "unnamed outlet"),
    )


def _time(text: str | None, place: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f'{place}: "published" is {text[:40]!r}. Write it as 2025-03-18T14:00:00Z.'
        ) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
