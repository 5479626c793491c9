"""Bytes that were overwritten: in the log, in a file in use, and what a person then does.

A damaged file at the start: tests/ledger/test_ledger_open.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import LedgerError
from bot.ledger.file.backup import copy_checked, restore
from bot.ledger.file.database import open_database
from bot.ledger.store import Ledger
from tests.ledger.committing_forever import REPORTS
from tests.ledger.ledger_making import ESSAY, NOON, StillClock, report, update
from tests.reliability.making import contents, damage, killed_at_commits

COMMITS = 8


@pytest.mark.parametrize("where", [0.0, 0.3, 0.7], ids=["header", "middle", "late"])
def test_a_damaged_log_gives_the_commits_before_the_damage_whole(
    tmp_path: Path, where: float
) -> None:
    """SQLite cannot tell it from a log that broke off; what it gives is never half a commit."""
    path = tmp_path / "ledger.sqlite"
    open_database(path, NOON).close()
    with killed_at_commits(path, COMMITS):
        pass
    log = Path(f"{path}-wal")
    content = bytearray(log.read_bytes())
    start = int(len(content) * where)
    content[start : start + 64] = b"\xa5" * 64
    log.write_bytes(content)
    Path(f"{path}-shm").unlink(missing_ok=True)
    found = contents(path)
    assert found["feeds"] < COMMITS
    assert found["articles"] == REPORTS * found["feeds"]
    assert found["outbox"] == 2 * found["alert_revisions"]
    open_database(path, NOON).close()


async def test_damage_under_a_running_bot_is_named_with_its_remedy(tmp_path: Path) -> None:
    """As soon as it is met; a backup that was made before goes in its place."""
    path, copy = tmp_path / "ledger.sqlite", tmp_path / "copy.sqlite"
    async with await Ledger.open(path, StillClock()) as ledger:
        many = (report(f"r{n}", axis=n, text="word " * 4000) for n in range(150))  # beyond memory
        await ledger.commit(update(*many))
        await ledger.housekeeping()
        copy_checked(path, copy)
        damage(path, spare=3)
        with pytest.raises(LedgerError, match=r"ledger is damaged.* -> `claimwire restore`"):
            await ledger.search(["word"], ESSAY.id, 150)
        with pytest.raises(LedgerError, match="damaged"):
            await ledger.commit(update(*(report(f"new{n}", axis=n) for n in range(150))))
    restore(copy, path, NOON)
    async with await Ledger.open(path, StillClock()) as ledger:
        assert (await ledger.counts()).articles == 150
