"""A disk that is full or read-only: one message, nothing lost, and it goes on when there is room.

The disks are small file systems in memory. Mounting them needs root; else it is skipped.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.alerts.outbox import Courier
from bot.errors import ConfigError, LedgerError
from bot.ledger.file.backup import copy_checked
from bot.ledger.store import Ledger
from bot.lock import sole_writer
from tests.ledger.ledger_making import FEED, StillClock, report, update
from tests.reliability.making import claimwire, contents, mounted, names
from tests.reliability.receiving import Receiver

FULL = r"disk is full.* -> free some space|disk failed.* -> check the disk and its free space"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=2m", "tmpfs") as folder:
        yield folder


def fill(folder: Path) -> Path:
    """Takes all the room that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            pass
    return filler


def big(name: str) -> tuple:
    return report(name, text="word " * 4000, axis=5)


async def test_a_full_disk_refuses_an_update_whole_and_takes_it_later(disk: Path) -> None:
    path = disk / "ledger.sqlite"
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update(report("a")))
        before = await ledger.counts()
        filler = fill(disk)
        for _poll in range(3):
            with pytest.raises(LedgerError, match=FULL):
                await ledger.commit(update(*(big(f"b{n}") for n in range(20))))
        assert await ledger.counts() == before  # reading goes on
        state = (await ledger.feed_states()).get(FEED)
        assert state is not None
        filler.unlink()
        result = await ledger.commit(update(*(big(f"b{n}") for n in range(20))))
        assert result.new_articles == 20
    assert contents(path)["articles"] == 21


async def test_a_full_disk_sends_no_alert_twice(disk: Path) -> None:
    """The first one goes out and cannot be marked: no other does until it could be."""
    clock, channel = StillClock(), Receiver("desk")
    async with await Ledger.open(disk / "ledger.sqlite", clock) as ledger:
        courier = Courier(ledger, [channel], clock, random.Random(1))
        await ledger.commit(update(*(report(f"r{n}", axis=n) for n in range(4))))
        filler = fill(disk)
        drains = 0
        while (await ledger.counts()).sent < 4:
            try:
                await courier.drain()
            except LedgerError:
                filler.unlink(missing_ok=True)
            drains += 1
            assert drains < 20
    assert channel.got == sorted(set(channel.got))
    assert len(channel.got) == 4


async def test_a_full_disk_gives_no_backup_and_leaves_nothing_behind(disk: Path) -> None:
    path = disk / "ledger.sqlite"
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update(*(big(f"b{n}") for n in range(30))))
        filler = fill(disk)
        before = names(disk)
        with pytest.raises(LedgerError, match=f"{FULL}|disk has room"):
            copy_checked(path, disk / "copy.sqlite")
        assert names(disk) == before
        filler.unlink()
        await ledger.commit(update(report("after", axis=3)))
    assert contents(path)["articles"] == 31


async def test_a_start_on_a_full_disk_says_so(disk: Path) -> None:
    path = disk / "ledger.sqlite"
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update(report("a")))
    filler = fill(disk)
    with pytest.raises(LedgerError, match=FULL):
        await Ledger.open(path, StillClock())
    filler.unlink()
    async with await Ledger.open(path, StillClock()) as ledger:
        assert (await ledger.counts()).articles == 1


def test_a_read_only_disk_is_named_at_the_start(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = disk / "ledger.sqlite"

    async def commit() -> None:
        async with await Ledger.open(path, StillClock()) as ledger:
            await ledger.commit(update(report("a")))

    asyncio.run(commit())
    before = path.read_bytes()
    remount(disk, "ro")
    with pytest.raises(LedgerError, match=r"ledger\.sqlite: .* disk is not read-only"):
        asyncio.run(commit())
    with pytest.raises(ConfigError, match="data folder cannot be used"), sole_writer(path):
        pass
    # A backup of it to another disk is still to be had.
    monkeypatch.setenv("CLAIMWIRE_DATA_DIR", str(disk))
    target = disk.parent / "copy.sqlite"
    assert claimwire("backup", str(target))[0] == 0
    remount(disk, "rw")
    assert path.read_bytes() == before
    assert contents(target)["articles"] == 1


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True)
