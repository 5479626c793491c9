"""Why a database file cannot be used, said for people; and what is checked before it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger.migrations import APPLICATION_ID, unknown_migrations
from bot.ledger.sql import number

_MAGIC = b"SQLite format 3\x00"  # https://www.sqlite.org/fileformat.html#magic_header_string
_RECOVER = "`claimwire restore` the last good backup, or save what can be read: sqlite3 %s .recover"

_REMEDIES = {
    sqlite3.SQLITE_BUSY: (
        "the ledger is locked by another program",
        "stop the other program that has it open (a second bot, a database browser) and try again",
    ),
    sqlite3.SQLITE_LOCKED: ("the ledger is locked", "try again"),
    sqlite3.SQLITE_READONLY: (
        "the ledger cannot be written",
        "give this user write access to the file and to its folder; is the disk read-only?",
    ),
    sqlite3.SQLITE_FULL: (
        "the disk is full, nothing of this was written",
        "free some space; what was committed before is safe",
    ),
    sqlite3.SQLITE_CORRUPT: ("the ledger is damaged", _RECOVER),
    sqlite3.SQLITE_NOTADB: (
        "this file is no SQLite database",
        "give another path, or move the file out of the way",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the ledger cannot be opened",
        "check that the folder exists, that you may write there, that the disk is not read-only",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk failed while the ledger was read or written",
        "check the disk and its free space",
    ),
}


def is_known(error: sqlite3.Error) -> bool:
    """Whether the error is one that a person can mend: a lock, a disk, a damaged file."""
    return _code(error) in _REMEDIES


def explain(error: sqlite3.Error, place: str) -> LedgerError:
    """SQLite's error as one for people, with its remedy."""
    if is_known(error):
        what, remedy = _REMEDIES[_code(error)]
        remedy = remedy.replace("%s", place)
        return LedgerError(f"{place}: {what} ({error}) -> {remedy}")
    return LedgerError(f"{place}: the ledger refused this: {error} -> please report it as a fault")


@contextmanager
def explaining(place: str) -> Iterator[None]:
    """Turns every SQLite error within into a LedgerError."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, place) from error


def place_of(path: Path | None) -> str:
    return "the ledger in memory" if path is None else str(path)


def refuse_foreign_file(path: Path) -> None:
    """Raises LedgerError if what is there is no SQLite file; nothing there is well."""
    if not path.parent.is_dir():
        raise LedgerError(f"{path}: its folder does not exist -> create it: mkdir -p {path.parent}")
    if path.is_dir():
        raise LedgerError(f"{path}: this is a folder -> give the path of a file")
    if not path.exists():
        return
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise LedgerError(
            f"{path}: the ledger cannot be read ({error.strerror}) -> give this user access to it"
        ) from error
    if head and head != _MAGIC:
        raise LedgerError(
            f"{path}: this file is no SQLite database -> "
            "give another path, or move the file out of the way"
        )


def refuse_foreign_content(db: Database, place: str) -> None:
    """Raises LedgerError if the database is another program's or from a newer version. Reads only:
    a file that is not ours to write is not written.
    """
    if number(db, "PRAGMA application_id") != APPLICATION_ID:
        raise LedgerError(f"{place}: this is the database of another program -> give another path")
    if unknown := unknown_migrations(db):
        raise LedgerError(
            f"{place}: the ledger is from a newer version of claimwire (it has {unknown[-1]}) -> "
            "upgrade claimwire, or give another path"
        )


def refuse_damaged(db: Database, place: str, *, thorough: bool = False) -> None:
    """Raises LedgerError if pages or rows are damaged.

    ``thorough``: indexes are compared with their tables, and every reference is followed.
    """
    check = "integrity_check" if thorough else "quick_check"
    found = [str(row[0]) for row in db.execute(f"PRAGMA {check}(1)")]
    if thorough and found == ["ok"]:
        lost = db.execute("PRAGMA foreign_key_check").fetchone()
        found = [f"a row of {lost[0]} refers to none of {lost[2]}"] if lost else found
    if found != ["ok"]:
        said = found[0] if found else "no answer"
        remedy = _RECOVER.replace("%s", place)
        raise LedgerError(f"{place}: the ledger is damaged ({said}) -> {remedy}")


def _code(error: sqlite3.Error) -> int:
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
