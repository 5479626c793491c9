"""A backup is whole, of one moment, checked; and a restored one goes on without losing an alert."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import LedgerError
from bot.ledger.file.backup import check, copy_checked, dated_name, restore, rotate
from bot.ledger.file.database import open_database
from bot.ledger.store import Ledger
from bot.lock import sole_writer
from tests.ledger.ledger_making import NOON, StillClock, report, update
from tests.reliability.making import claimwire, contents, damage, killed_at_commits, names


async def made(path: Path, *reports: str) -> None:
    async with await Ledger.open(path, StillClock()) as ledger:
        for number, name in enumerate(reports):
            await ledger.commit(update(report(name, axis=number)))


async def test_a_backup_holds_what_the_ledger_held_at_one_moment(tmp_path: Path) -> None:
    """Also what is still in the log beside the file, and nothing of a commit under way."""
    source, target = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    async with await Ledger.open(source, StillClock()) as ledger:
        await ledger.commit(update(report("a")))
        other = sqlite3.connect(source, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO feeds (url, attempted_at) VALUES ('half', '')")
        held = copy_checked(source, target)
        other.execute("ROLLBACK")
        other.close()
        await ledger.commit(update(report("b", axis=3)))
    assert held == check(target)
    assert (held.rows["articles"], held.rows["feeds"]) == (1, 1)
    assert names(tmp_path) == ["copy.sqlite", "ledger.sqlite"]


def test_backups_are_made_while_the_bot_writes(tmp_path: Path) -> None:
    source = tmp_path / "ledger.sqlite"
    found = []
    with killed_at_commits(source, 3) as another:
        for number in range(3):
            copy_checked(source, tmp_path / f"{number}.sqlite")
            found.append(contents(tmp_path / f"{number}.sqlite")["feeds"])
            another()  # commits go on meanwhile
    assert found[0] >= 3
    assert found == sorted(found)
    assert found[0] < found[-1]


async def test_a_damaged_ledger_gives_no_backup_and_harms_none(tmp_path: Path) -> None:
    source, target = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    await made(source, "a")
    copy_checked(source, target)
    before = target.read_bytes()
    damage(source, spare=8)
    with pytest.raises(LedgerError, match="damaged"):
        copy_checked(source, target)
    assert target.read_bytes() == before
    assert names(tmp_path) == ["copy.sqlite", "ledger.sqlite"]


async def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    source, copy = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    await made(source, "a")
    copy_checked(source, copy)
    copy.write_bytes(copy.read_bytes()[:-4096])
    before = source.read_bytes()
    with pytest.raises(LedgerError, match=r"copy\.sqlite.*damaged"):
        restore(copy, source, NOON)
    assert source.read_bytes() == before


def test_the_ledger_before_a_restore_is_kept_with_its_log(tmp_path: Path) -> None:
    """After a kill -9 the last commits are in the log alone, and it must not go into the copy."""
    source, copy = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    with killed_at_commits(source, 2):
        pass
    copy_checked(source, copy)
    with killed_at_commits(source, 3):
        pass
    assert Path(f"{source}-wal").stat().st_size
    before = contents(copy)
    _contents, aside = restore(copy, source, NOON)
    assert aside is not None
    assert not Path(f"{source}-wal").exists()
    assert contents(source) == before
    assert contents(aside)["feeds"] > before["feeds"]
    open_database(source, NOON).close()


@pytest.mark.parametrize("spare", [0, 1])
def test_a_damaged_ledger_is_replaced_and_kept(tmp_path: Path, spare: int) -> None:
    source, copy = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    asyncio.run(made(source, "a"))
    copy_checked(source, copy)
    damaged = damage(source, spare=spare)
    Path(f"{source}-wal").write_bytes(b"the log of a damaged file")
    _contents, aside = restore(copy, source, NOON)
    assert aside is not None
    assert aside.read_bytes()[100:] == damaged[100:]  # but for the mode in its header
    assert not Path(f"{source}-wal").exists()
    assert contents(source)["verdicts"] == 1


async def test_after_a_restore_no_alert_is_taken_for_one_that_was_sent_before(
    tmp_path: Path,
) -> None:
    """Its numbers are given out a second time, so the keys must differ: else a receiver drops it.
    What waited in the backup keeps its key, so that it is not taken twice."""
    source, copy = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    await made(source, "a")
    copy_checked(source, copy)
    keys = []
    for name in ("b", "c"):
        async with await Ledger.open(source, StillClock()) as ledger:
            await ledger.commit(update(report(name, axis=4)))
            keys.append([row.idempotency_key for row in await ledger.due_deliveries(NOON, 9)])
        restore(copy, source, NOON + timedelta(seconds=len(keys)))
    (waiting, sent), (again, other) = keys
    assert waiting == again
    assert sent != other


def test_rotation_keeps_the_last_ones_and_the_newest(tmp_path: Path) -> None:
    dated = [dated_name(NOON + timedelta(days=day)) for day in range(4)]
    for name in (*dated, "ledger-mine.sqlite", "notes.txt"):
        (tmp_path / name).touch()
    newest = tmp_path / dated[0]  # made after the clock was put back
    removed = rotate(tmp_path, 2, newest)
    assert [path.name for path in removed] == dated[1:3]
    assert set(names(tmp_path)) == {dated[0], dated[3], "ledger-mine.sqlite", "notes.txt"}


def test_the_commands_say_in_a_line_what_they_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way of an admin: back up, lose the ledger, restore, go on."""
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    ledger = Path("data/ledger.sqlite")
    asyncio.run(made(ledger, "a", "b"))
    code, said = claimwire("backup", "--keep", "3")
    assert code == 0
    assert "checked" in said
    assert "2 reports, 2 verdicts" in said
    assert len(said.splitlines()) == 1
    (copy,) = Path("data/backups").iterdir()
    ledger.write_bytes(b"SQLite format 3\x00" + b"broken" * 2000)
    code, said = claimwire("backup")
    assert code == 1
    assert "damaged" in said or "no SQLite database" in said
    code, said = claimwire("restore", "--check", str(copy))
    assert (code, said.split(",")[0]) == (0, f"{copy}: whole")
    code, said = claimwire("restore", str(copy))
    assert code == 0
    assert "the one before it is data/ledger-replaced-" in said
    assert contents(ledger)["verdicts"] == 2


def test_a_restore_is_refused_while_the_bot_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    asyncio.run(made(Path("data/ledger.sqlite"), "a"))
    assert claimwire("backup", "copy.sqlite")[0] == 0
    with sole_writer(Path("data/ledger.sqlite")):
        code, said = claimwire("restore", "copy.sqlite")
    assert code == 2
    assert "another claimwire is writing" in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["restore", "nowhere.sqlite"], 1, "no such file"),
        (["restore", "data/ledger.sqlite"], 1, "the ledger itself"),
        (["backup", "data/ledger.sqlite"], 2, "the ledger itself"),
        (["backup", "nowhere/copy.sqlite"], 1, "cannot be written"),
        (["backup", "one.sqlite", "--keep", "2"], 2, "--keep is for a folder"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    asyncio.run(made(Path("data/ledger.sqlite"), "a"))
    before = Path("data/ledger.sqlite").read_bytes()
    got = claimwire(*arguments)
    assert got[0] == code
    assert said in got[1]
    assert Path("data/ledger.sqlite").read_bytes() == before
