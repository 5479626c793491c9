"""Opens the database file, or says why it cannot be used and leaves it as it was.

Durability: write-ahead log with synchronous=FULL, so that a committed alert survives a power cut
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger.migrations import APPLICATION_ID, migrations, unknown_migrations
from bot.ledger.sql import number, row, writing

BUSY_TIMEOUT_S = 5.0
MIN_SQLITE = (3, 37, 0)  # STRICT tables
WAL_LIMIT_BYTES = 16 * 1024 * 1024
_MAGIC = b"SQLite format 3\x00"  # https://www.sqlite.org/fileformat.html#magic_header_string

_REMEDIES = {
    sqlite3.SQLITE_BUSY: (
        "the ledger is locked by another program",
        "stop the other program that has it open (a second bot, a database browser) and try again",
    ),
    sqlite3.SQLITE_LOCKED: ("the ledger is locked", "try again"),
    sqlite3.SQLITE_READONLY: (
        "the ledger cannot be written",
        "give this user write access to the file and to its folder",
    ),
    sqlite3.SQLITE_FULL: (
        "the disk is full, nothing of this update was written",
        "free some space; the feed will be fetched again",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the ledger is damaged",
        "restore a backup, or save what can be read with: sqlite3 FILE .recover",
    ),
    sqlite3.SQLITE_NOTADB: (
        "this file is no SQLite database",
        "give another path, or move the file out of the way",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "the ledger cannot be opened",
        "check that its folder exists and that this user may read and write there",
    ),
    sqlite3.SQLITE_IOERR: (
        "the disk failed while the ledger was read or written",
        "check the disk and its free space",
    ),
}


def explain(error: sqlite3.Error, place: str) -> LedgerError:
    """SQLite's error as one for people, with its remedy."""
    # The low byte is the primary code: https://www.sqlite.org/rescode.html
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _REMEDIES:
        what, remedy = _REMEDIES[code]
        return LedgerError(f"{place}: {what} ({error}) -> {remedy}")
    return LedgerError(f"{place}: the ledger refused this: {error} -> please report it as a fault")


@contextmanager
def explaining(place: str) -> Iterator[None]:
    """Turns every SQLite error within into a LedgerError."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, place) from error


def open_database(path: Path | None, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Database:
    """The ledger's database, brought up to date; a new one where there is no file yet.

    ``path`` None: in memory. Must be called in the thread that will use the connection. Raises
    LedgerError, and then has changed nothing, if the file is locked, read-only, damaged, of
    another program or from a newer version.
    """
    place = place_of(path)
    if sqlite3.sqlite_version_info < MIN_SQLITE:
        raise LedgerError(
            f"SQLite {sqlite3.sqlite_version} is too old -> use a Python with SQLite 3.37 or later"
        )
    if path is not None:
        _refuse_foreign_file(path)
    with explaining(place):
        connection = sqlite3.connect(str(path or ":memory:"), timeout=busy_timeout_s)
        try:
            db = Database(connection, execute_plugins=False)
            _refuse_foreign_content(db, place)
            _prepare(db)
        except BaseException:
            connection.close()
            raise
    return db


def close_database(db: Database) -> None:
    """Tidies and closes; a log that another program still reads is left to that one."""
    # Tidying is a favour: a full disk or a lock must not keep the ledger from closing.
    with suppress(sqlite3.Error):
        db.execute("PRAGMA optimize")
    db.close()


def place_of(path: Path | None) -> str:
    return "the ledger in memory" if path is None else str(path)


def _refuse_foreign_file(path: Path) -> None:
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


def _refuse_foreign_content(db: Database, place: str) -> None:
    """Reads only: a file that is not ours to write is not written."""
    if not number(db, "SELECT count(*) FROM sqlite_schema"):
        return
    if number(db, "PRAGMA application_id") != APPLICATION_ID:
        raise LedgerError(f"{place}: this is the database of another program -> give another path")
    if unknown := unknown_migrations(db):
        raise LedgerError(
            f"{place}: the ledger is from a newer version of claimwire (it has {unknown[-1]}) -> "
            "upgrade claimwire, or give another path"
        )
    verdict = row(db, "PRAGMA quick_check(1)")
    if verdict is None or verdict["quick_check"] != "ok":
        found = "no answer" if verdict is None else verdict["quick_check"]
        raise LedgerError(
            f"{place}: the ledger is damaged ({found}) -> "
            "restore a backup, or save what can be read with: sqlite3 FILE .recover"
        )


def _prepare(db: Database) -> None:
    pending = bool(migrations.pending(db))
    if not pending:
        with writing(db):  # says now, not at the first commit, that the file cannot be written
            pass
    db.execute("PRAGMA journal_mode = WAL").fetchone()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
    if pending:
        with db.atomic():  # all of them or none
            # A write, so that of two programs that open a new file at once the second waits.
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            migrations.apply(db)
