"""An older ledger is copied, then brought up to date; an upgrade that fails changes nothing."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import LedgerError
from bot.ledger.file.backup import check, restore
from bot.ledger.file.database import open_database
from bot.ledger.migrations import migrations
from tests.ledger.ledger_making import NOON
from tests.reliability.making import OLD, contents, mounted, names, old_ledger

COPY = f"ledger-{OLD}-2026-03-01.sqlite"
ROOM_BYTES = 600_000  # for the ledger, and not for a copy of it too


def test_the_ledger_of_before_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    old_ledger(path)
    before = contents(path)
    db = open_database(path, NOON)
    assert not migrations.pending(db)
    db.close()
    assert names(tmp_path) == [COPY, "ledger.sqlite"]
    assert contents(tmp_path / COPY) == {**before, "meta": before["meta"] + 1}
    assert check(tmp_path / COPY).schema == OLD


def test_a_ledger_that_is_up_to_date_is_not_copied(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    for day in range(2):
        open_database(path, NOON + timedelta(days=day)).close()
    assert names(tmp_path) == ["ledger.sqlite"]


def test_what_was_upgraded_can_go_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    old_ledger(path)
    before = contents(path)
    open_database(path, NOON).close()
    restore(tmp_path / COPY, path, NOON)
    assert contents(path) == {**before, "meta": before["meta"] + 1}


def test_an_upgrade_that_fails_half_way_leaves_the_ledger_as_it_was(tmp_path: Path) -> None:
    """The last change of the tables cannot be made here, after those before it were."""
    path = tmp_path / "ledger.sqlite"
    old_ledger(path)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE seen (mine TEXT)")
    connection.close()
    before = contents(path)
    for _start in range(3):  # as a bot that is restarted over and over
        with pytest.raises(LedgerError, match=r"cannot be brought up to date .*seen.* as it was"):
            open_database(path, NOON)
    assert contents(path) == before
    assert names(tmp_path) == ["ledger.sqlite"]


def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=1m", "tmpfs") as folder:
        path = folder / "ledger.sqlite"
        old_ledger(path, articles=800)
        assert path.stat().st_size > ROOM_BYTES
        before = contents(path)
        with pytest.raises(LedgerError, match=r"disk is full.* -> free some space"):
            open_database(path, NOON)
        assert contents(path) == before
        assert names(folder) == ["ledger.sqlite"]
