"""Between Python values and SQLite rows: times, texts, inserts and reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from sqlite3 import Cursor
from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


def to_text(at: datetime) -> str:
    """An aware datetime as the ledger keeps it; raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at!r}")
    # Two times of another zone may be equal and differ by their fold, so only these are kept.
    return _written(at) if at.tzinfo is UTC else _written(at.astimezone(UTC))


@lru_cache(maxsize=1024)  # the articles of an update share their times, and it takes a while
def _written(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def to_text_or_none(at: datetime | None) -> str | None:
    return None if at is None else to_text(at)


def to_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def to_time_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def storable(value: Any) -> Any:
    """The value as SQLite takes it: a lone surrogate, which no UTF-8 can hold, becomes '?'."""
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def change(db: Database, sql: str, parameters: Sequence[Any] = ()) -> int:
    """Runs a statement that writes; returns how many rows it changed."""
    return _executed(db, sql, parameters).rowcount


def insert(db: Database, table: str, values: Mapping[str, Any]) -> int:
    """Adds one row; returns its rowid. Table and column names are the program's own."""
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    sql = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608  (own names only)
    cursor = _executed(db, sql, [*values.values()])
    return cursor.lastrowid or 0


def rows(db: Database, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
    """All rows of a query, as dictionaries by column."""
    cursor = _executed(db, sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def row(db: Database, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
    """The first row of a query, or None."""
    found = rows(db, sql, parameters)
    return found[0] if found else None


def number(db: Database, sql: str, parameters: Sequence[Any] = ()) -> int:
    """The single number that a query gives (0 for none)."""
    found = _executed(db, sql, parameters).fetchone()
    return int(found[0] or 0) if found else 0


def _executed(db: Database, sql: str, parameters: Sequence[Any]) -> Cursor:
    try:
        return db.execute(sql, parameters)
    except UnicodeEncodeError:  # nothing was run: hardly ever is there a text to mend
        return db.execute(sql, [storable(value) for value in parameters])


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that holds the write lock from its start.

    ``db.atomic()`` begins deferred; a transaction that reads first and writes later fails at once
    (SQLITE_BUSY_SNAPSHOT) when another program wrote in between. A write that changes nothing takes
    the lock, and waits for it as long as the busy timeout allows.
    """
    with db.atomic():
        db.execute("UPDATE meta SET value = value WHERE 0")
        yield
