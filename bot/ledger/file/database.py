"""Opens the database file, or says why it cannot be used and leaves it as it was.

Durability: write-ahead log with synchronous=FULL, so that a committed alert survives a power cut
(https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger.file.backup import copy_checked
from bot.ledger.file.faults import (
    explaining,
    is_known,
    place_of,
    refuse_damaged,
    refuse_foreign_content,
    refuse_foreign_file,
)
from bot.ledger.migrations import APPLICATION_ID, migrations
from bot.ledger.sql import number, writing

BUSY_TIMEOUT_S = 5.0
MIN_SQLITE = (3, 37, 0)  # STRICT tables
WAL_LIMIT_BYTES = 16 * 1024 * 1024


def open_database(
    path: Path | None, now: datetime, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> Database:
    """The ledger's database, brought up to date; a new one where there is no file yet.

    ``path`` None: in memory. ``now`` dates the copy that is made of an older ledger before it is
    changed. Must be called in the thread that will use the connection. Raises LedgerError, and
    then has changed nothing, if the file is locked, read-only, damaged, of another program or from
    a newer version, or if it cannot be brought up to date.
    """
    place = place_of(path)
    if sqlite3.sqlite_version_info < MIN_SQLITE:
        raise LedgerError(
            f"SQLite {sqlite3.sqlite_version} is too old -> use a Python with SQLite 3.37 or later"
        )
    if path is not None:
        refuse_foreign_file(path)
        with suppress(OSError):  # there already; or SQLite will say better what is wrong
            path.touch(mode=0o600, exist_ok=False)
    with explaining(place):
        connection = sqlite3.connect(str(path or ":memory:"), timeout=busy_timeout_s)
        try:
            db = Database(connection, execute_plugins=False)
            new = not number(db, "SELECT count(*) FROM sqlite_schema")
            if not new:
                refuse_foreign_content(db, place)
                refuse_damaged(db, place)
            _prepare(db, new=new)
            if migrations.pending(db):
                _bring_up_to_date(db, path, now)
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


def _prepare(db: Database, *, new: bool) -> None:
    if new:
        # Only an empty file takes this without being written anew
        # (https://www.sqlite.org/pragma.html#pragma_auto_vacuum).
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
    elif not migrations.pending(db):
        with writing(db):  # says now, not at the first commit, that the file cannot be written
            pass
    db.execute("PRAGMA journal_mode = WAL").fetchone()
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")


def _bring_up_to_date(db: Database, path: Path | None, now: datetime) -> None:
    """Applies what is pending, all of it or nothing; an older ledger is copied before."""
    copy = None
    try:
        with db.atomic():
            # A write, so that of two programs that open a file at once the second waits.
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            applied = [migration.name for migration in migrations.applied(db)]
            if path is not None and applied and migrations.pending(db):
                # By the day: a bot that is restarted over and over does not fill the disk.
                copy = path.with_name(f"{path.stem}-{applied[-1]}-{now:%Y-%m-%d}.sqlite")
                copy_checked(path, copy)
            migrations.apply(db)
    except sqlite3.Error as error:
        if copy is not None:
            copy.unlink(missing_ok=True)
        if is_known(error):
            raise
        raise LedgerError(
            f"{place_of(path)}: the ledger cannot be brought up to date ({error}); it is as it was"
            " -> start the version of claimwire that you had before, and report this as a fault"
        ) from error
