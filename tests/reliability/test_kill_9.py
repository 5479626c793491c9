"""What a kill -9 leaves behind, in the middle of an upgrade, a backup or a removal.

A kill amid commits: tests/ledger/test_ledger_crash.py.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.ledger.file.backup import check
from bot.ledger.file.database import open_database
from bot.ledger.store import Ledger
from tests.ledger.ledger_making import NOON, StillClock
from tests.reliability.making import OLD, contents, killed_at_work, old_ledger

ARTICLES = 1500
KILLS = 2


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("old") / "ledger.sqlite"
    old_ledger(path, ARTICLES)
    return path


def rounds(folder: Path) -> list[Path]:
    """The files of all rounds, the one in which it was killed among them."""
    return [path for path in folder.glob("*.sqlite") if path.stem.isdigit()]


def copies_before(folder: Path) -> list[Path]:
    """The copies that were made before the upgrades."""
    return list(folder.glob(f"*-{OLD}-*.sqlite"))


async def test_an_upgrade_that_is_killed_leaves_the_old_ledger_or_the_new_one(
    template: Path, tmp_path: Path
) -> None:
    rng, old = random.Random(3), contents(template)
    for _kill in range(KILLS):
        killed_at_work(rng, "upgrade", template, tmp_path)
        for path in rounds(tmp_path):
            found = contents(path)
            assert found == old or "seen" in found
            async with await Ledger.open(path, StillClock()) as ledger:  # and it goes on
                counts = await ledger.counts()
            assert (counts.articles, counts.verdicts) == (ARTICLES, 1)
        for copy in copies_before(tmp_path):
            assert check(copy).rows["articles"] == ARTICLES


def test_a_backup_that_is_killed_is_whole_or_not_there(template: Path, tmp_path: Path) -> None:
    rng = random.Random(5)
    for _kill in range(KILLS):
        killed_at_work(rng, "backup", template, tmp_path)
        for path in rounds(tmp_path):
            assert check(path).rows["articles"] == ARTICLES
    assert contents(template)["articles"] == ARTICLES


def test_a_removal_that_is_killed_remembers_all_that_it_removed(
    template: Path, tmp_path: Path
) -> None:
    upgraded = tmp_path / "upgraded.sqlite"
    upgraded.write_bytes(template.read_bytes())
    open_database(upgraded, NOON).close()
    rng = random.Random(7)
    for _kill in range(KILLS):
        killed_at_work(rng, "remove", upgraded, tmp_path)
        for path in rounds(tmp_path):
            found = contents(path)
            assert found["articles"] + found["seen"] == ARTICLES
            assert found["findings"] == found["articles"]
            assert found["verdicts"] == 1
