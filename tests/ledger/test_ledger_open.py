"""A file that cannot be used is refused with a remedy, and left as it was."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ledger_making import FEED, NOON, StillClock, report, update
from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger.migrations import migrations
from bot.ledger.store import Ledger

BUSY_S = 0.05


async def made(path: Path) -> None:
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update(report("a")))


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def there(path: Path) -> bool:
    return path.exists()


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """As a user without the right to write: the superuser may write whatever the mode says."""
    path.chmod(0o444)
    path.parent.chmod(0o555)
    superuser = os.geteuid() == 0
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)
        path.parent.chmod(0o755)


async def refused(path: Path, pattern: str) -> None:
    """Opening fails with that message and a remedy, and the file keeps its bytes."""
    before = content(path)
    with pytest.raises(LedgerError, match=pattern) as caught:
        await Ledger.open(path, StillClock(), busy_timeout_s=BUSY_S)
    assert str(path) in str(caught.value)
    assert " -> " in str(caught.value)
    assert content(path) == before


@contextmanager
def another_program(path: Path, statement: str) -> Iterator[None]:
    """A second process that holds a lock until the block ends."""
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute(sys.argv[2])\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path), statement],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.communicate("")


async def test_a_ledger_is_made_and_opened_again(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    await made(path)
    async with await Ledger.open(str(path), StillClock()) as ledger:
        assert (await ledger.counts()).articles == 1
    assert names(tmp_path) == ["ledger.sqlite"]


async def test_an_empty_file_becomes_a_ledger(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    path.touch()
    await made(path)


async def test_a_ledger_from_a_newer_version_is_refused(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    await made(path)
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('claimwire', 'm9999_from_tomorrow', '2030-01-01')"
    )
    connection.commit()
    connection.close()
    await refused(path, "newer version of claimwire .*m9999_from_tomorrow.* upgrade")


async def test_the_database_of_another_program_is_refused(tmp_path: Path):
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE feeds (mine TEXT)")
    connection.close()
    await refused(path, "another program")


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and no ledger at all.\n" * 100)
    await refused(path, "no SQLite database")


@pytest.mark.parametrize("damage", ["cut", "page", "header"])
async def test_a_damaged_ledger_is_refused(tmp_path: Path, damage: str):
    path = tmp_path / "ledger.sqlite"
    await made(path)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "page":
        for start in range(4096, len(content) - 4096, 4096):
            content[start : start + 2048] = b"\xa5" * 2048
    else:
        content[16:100] = b"\xff" * 84
    path.write_bytes(content)
    await refused(path, "damaged|no SQLite database|another program")


async def test_a_folder_and_a_missing_folder_are_refused(tmp_path: Path):
    await refused(tmp_path, "folder")
    await refused(tmp_path / "missing" / "ledger.sqlite", "does not exist -> create it")
    assert not there(tmp_path / "missing")


async def test_a_locked_ledger_is_refused(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    await made(path)
    with another_program(path, "BEGIN IMMEDIATE"):
        await refused(path, "locked by another program")


async def test_a_commit_against_a_lock_fails_whole_and_succeeds_later(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    async with await Ledger.open(path, StillClock(), busy_timeout_s=BUSY_S) as ledger:
        with another_program(path, "BEGIN IMMEDIATE"):
            with pytest.raises(LedgerError, match="locked by another program"):
                await ledger.commit(update(report("a")))
            assert (await ledger.feed_states()).get(FEED) is None  # reading goes on
        assert (await ledger.counts()).articles == 0
        assert (await ledger.commit(update(report("a")))).new_articles == 1


async def test_a_read_only_ledger_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        await made(path)
        with read_only(path):
            await refused(path, "cannot be written|cannot be opened")


async def test_a_full_disk_loses_the_update_and_nothing_else(tmp_path: Path):
    """SQLite's own page limit stands in for the disk's: it raises the same SQLITE_FULL."""
    path = tmp_path / "ledger.sqlite"
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update(report("a")))
        before = await ledger.counts()

        def limit(pages: int):
            return lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone()

        await ledger._owner.plain(limit(1))  # no more than there are now
        big = update(*(report(f"b{n}", axis=n, text="word " * 2000) for n in range(8)))
        with pytest.raises(LedgerError, match=r"disk is full.* free some space"):
            await ledger.commit(big)
        assert await ledger.counts() == before
        await ledger._owner.plain(limit(100_000))
        assert (await ledger.commit(big)).new_articles == 8


async def test_a_migration_that_fails_leaves_no_tables(tmp_path: Path):
    """All migrations run in one transaction."""
    path = tmp_path / "ledger.sqlite"
    db = Database(path)

    def migrate() -> None:
        with db.atomic():
            migrations.apply(db)
            db.execute("CREATE TABLE broken (")

    with pytest.raises(sqlite3.OperationalError):
        migrate()
    assert db.table_names() == []
    db.close()


async def test_two_programs_may_make_the_same_ledger_at_once(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    async with (
        await Ledger.open(path, StillClock()) as one,
        await Ledger.open(path, StillClock()) as two,
    ):
        await one.commit(update(report("a")))
        assert (await two.commit(update(report("a")))).new_articles == 0


async def test_a_closed_ledger_says_so(tmp_path: Path):
    ledger = await Ledger.open(None, StillClock())
    await ledger.close()
    await ledger.close()
    with pytest.raises(LedgerError, match="closed"):
        await ledger.due_deliveries(NOON, 1)
