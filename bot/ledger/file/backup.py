"""Copies of the ledger that can be trusted: made while the bot writes, checked, then put in place.

A copy is one file with nothing beside it. It stands under its name only once it is whole, passed
its check and is on the disk; what a crash leaves behind ends in `.partial`.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger.file.faults import (
    explain,
    explaining,
    refuse_damaged,
    refuse_foreign_content,
    refuse_foreign_file,
)
from bot.ledger.migrations import migrations
from bot.ledger.sql import number

PARTIAL = ".partial"
PARTIAL_KEPT_S = 86_400.0  # nobody still writes one that is older
# Beside a database in use: https://www.sqlite.org/tempfiles.html. The log is a part of it.
_LOGS = ("-wal", "-journal")
_DATED = re.compile(r"ledger-\d{8}T\d{6}Z\.sqlite")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a ledger holds: rows by table, and the last change of its tables (`m0008_seen`)."""

    rows: Mapping[str, int]
    schema: str


def dated_name(now: datetime) -> str:
    """The name of a backup of that time; names sort as times do."""
    return f"ledger-{now:%Y%m%dT%H%M%SZ}.sqlite"


def copy_checked(source: Path, target: Path) -> Contents:
    """Copies a ledger, as it is at one moment, to ``target``; replaces what is there.

    Other programs may read and write the source meanwhile. Raises LedgerError: the source is no
    ledger or is damaged, or the target cannot be written. Then the target is as it was.
    """
    partial, contents = _checked_partial(source, target.parent)
    _into_place(partial, target)
    return contents


def check(path: Path) -> Contents:
    """Looks through a whole ledger. Raises LedgerError if any of it is damaged or not ours."""
    with _reading(path) as connection:
        db = Database(connection, execute_plugins=False)
        refuse_damaged(db, str(path), thorough=True)
        return _contents(db)


def rotate(folder: Path, keep: int, newest: Path) -> list[Path]:
    """Removes all dated backups in the folder but the last ``keep``; returns those removed.

    ``newest`` stays even if a clock that was put back makes it look old.
    """
    dated = sorted(path for path in folder.iterdir() if _DATED.fullmatch(path.name))
    older = [path for path in dated if path != newest]
    surplus = older[: max(0, len(older) - (keep - 1))]
    for path in surplus:
        path.unlink(missing_ok=True)
    return surplus


def restore(backup: Path, ledger: Path, now: datetime) -> tuple[Contents, Path | None]:
    """Puts a checked copy of the backup in the ledger's place; nobody may have the ledger open.

    The ledger that was there is kept beside it; its new path is returned, None if there was none.
    Raises LedgerError; then the ledger is as it was.
    """
    if ledger.exists() and backup.exists() and backup.samefile(ledger):
        raise LedgerError(f"{backup}: this is the ledger itself -> name a backup of it")
    partial, contents = _checked_partial(backup, ledger.parent)
    aside = None
    try:
        if ledger.exists():
            aside = ledger.with_name(f"{ledger.stem}-replaced-{now:%Y%m%dT%H%M%SZ}.sqlite")
            _set_aside(ledger, aside)
            _take_owner(ledger, partial)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _into_place(partial, ledger)
    return contents, aside


def _checked_partial(source: Path, folder: Path) -> tuple[Path, Contents]:
    """A checked copy under a name of its own in the folder, and what it holds."""
    with _reading(source) as connection:
        expected = _contents(Database(connection, execute_plugins=False))
        partial = _new_partial(folder)
        try:
            with explaining(str(folder)):
                _copy(connection, partial)
            _compare(source, partial, expected)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    return partial, expected


def _compare(source: Path, copy: Path, expected: Contents) -> None:
    try:
        found = check(copy)
    except LedgerError as error:
        raise LedgerError(
            f"{source}: a copy of it did not pass its check: {error}. The ledger or the disk is"
            " damaged; earlier backups are untouched"
        ) from error
    if found != expected:
        raise LedgerError(
            f"{source}: the copy does not hold what the ledger holds -> check the disk of"
            f" {copy.parent}"
        )


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees the ledger at one moment, and writes nothing."""
    if not path.exists():
        raise LedgerError(f"{path}: there is no such file -> name a ledger or a backup of one")
    refuse_foreign_file(path)
    with explaining(str(path)):
        connection = _connect_to_read(path)
        try:
            refuse_foreign_content(Database(connection, execute_plugins=False), str(path))
            yield connection
        finally:
            connection.close()


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection within a transaction that reads."""
    # Not mode=ro, which would leave a log that it had to make beside the file. A file that nobody
    # may write, on a disk that went read-only, is read as it is if no log belongs to it.
    ways = ["mode=rw"] if Path(f"{path}-wal").exists() else ["mode=rw", "immutable=1"]
    while True:
        uri = f"{path.absolute().as_uri()}?{ways.pop(0)}"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()  # begins it
        except sqlite3.Error as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or not ways:
                raise
        else:
            return connection


def _contents(db: Database) -> Contents:
    # Not of meta, in which a copy has a row of its own.
    names = [name for name in db.table_names() if name not in ("meta", "sqlite_sequence")]
    rows = {name: number(db, f'SELECT count(*) FROM "{name}"') for name in names}  # noqa: S608
    applied = migrations.applied(db)
    return Contents(rows, applied[-1].name if applied else "")


def _new_partial(folder: Path) -> Path:
    """An empty file. Those that a crash left behind are removed."""
    try:
        handle, name = tempfile.mkstemp(prefix=".ledger-", suffix=PARTIAL, dir=folder)
        made_at = os.fstat(handle).st_mtime
        os.close(handle)
        for left in folder.glob(f".ledger-*{PARTIAL}*"):
            if made_at - left.stat().st_mtime > PARTIAL_KEPT_S:
                left.unlink()
    except OSError as error:
        raise _unwritable(folder, error) from error
    return Path(name)


def _copy(source: sqlite3.Connection, partial: Path) -> None:
    copy = sqlite3.connect(partial, isolation_level=None)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchone()
        # From here on the two go different ways: see bot.ledger.outbox.outbox_rows.
        copy.execute(
            "INSERT INTO meta (key, value) VALUES ('copy_id', ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [secrets.token_hex(16)],
        )
    finally:
        copy.close()


def _into_place(partial: Path, target: Path) -> None:
    """Renames the file once it is on the disk, and then sees the name onto the disk."""
    try:
        _sync(partial)
        partial.replace(target)
        _sync(target.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise _unwritable(target, error) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _set_aside(ledger: Path, aside: Path) -> None:
    """Gives the ledger a second name, its log included; afterwards no log lies beside it.

    SQLite would play a log of the old ledger into the file that takes its place.
    """
    _settle(ledger)
    try:
        try:
            os.link(ledger, aside)
        except OSError:  # a file system without hard links
            shutil.copy2(ledger, aside)
        for log in _LOGS:  # of a ledger too damaged to be settled
            with suppress(FileNotFoundError):
                Path(f"{ledger}{log}").replace(f"{aside}{log}")
        _sync(ledger.parent)
    except OSError as error:
        raise _unwritable(aside, error) from error


def _settle(ledger: Path) -> None:
    """Moves the log into the file, as far as the ledger is not too damaged for it."""
    connection = sqlite3.connect(ledger, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise explain(error, str(ledger)) from error
    finally:
        connection.close()


def _take_owner(model: Path, path: Path) -> None:
    """Whoever could use the one can use the other, as far as this user may see to that."""
    stat = model.stat()
    with suppress(PermissionError):
        os.chown(path, stat.st_uid, stat.st_gid)
    path.chmod(stat.st_mode & 0o777)


def _unwritable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"{path}: cannot be written ({error.strerror}) -> check that the folder exists, that this"
        " user may write there, and that the disk has room"
    )
