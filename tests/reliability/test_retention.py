"""Old reports that bore on nothing go; evidence stays; and nothing comes back or alerts again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import LedgerError
from bot.ledger.chain import verify
from bot.ledger.file.database import open_database
from bot.ledger.intake.retention import STEP_ROWS
from bot.ledger.store import Ledger
from tests.ledger.ledger_making import NOON, StillClock, entry, report, update
from tests.reliability.making import claimwire

LONG_AGO = datetime(2025, 3, 1, tzinfo=UTC)
LATER = NOON + timedelta(days=40)
BEFORE = LATER - timedelta(days=30)


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    """With reports that bore on something and others that did not."""
    async with await Ledger.open(None, StillClock()) as opened:
        await opened.commit(update(report("bears"), report("idle", None), report("dull", None)))
        await opened.commit(update(report("fresh", None, at=LATER)))
        yield opened


async def test_idle_reports_go_and_evidence_stays(ledger: Ledger) -> None:
    before = await ledger.counts()
    assert await ledger.idle(BEFORE) == 2
    assert await ledger.remove_idle(BEFORE) == 2
    after = await ledger.counts()
    assert after.articles == before.articles - 2
    assert after.findings == before.findings - 2
    assert (after.verdicts, after.alerts, after.stories) == (1, 1, 1)
    trace = await ledger.trace("https://bears.example/story")
    assert trace is not None
    assert trace.revisions[0].findings
    assert await ledger.trace("https://idle.example/story") is None
    assert await ledger.was_removed("https://idle.example/story")
    assert not await ledger.was_removed("https://bears.example/story")
    assert not (await ledger._owner.read(verify)).fault


async def test_what_was_removed_is_not_read_again(ledger: Ledger) -> None:
    """A feed that still lists it changes nothing, even if it would be judged otherwise today."""
    await ledger.remove_idle(BEFORE)
    assert await ledger.unseen([entry("idle", outlet="Outlet idle")]) == []
    result = await ledger.commit(update(report("idle"), report("dull")))
    assert (result.new_articles, result.alerts) == (0, ())


async def test_an_edit_of_what_was_removed_is_read(ledger: Ledger) -> None:
    await ledger.remove_idle(BEFORE)
    result = await ledger.commit(update(report("idle", text="Now it says something else.")))
    assert (result.new_articles, len(result.alerts)) == (1, 1)


async def test_every_revision_of_a_report_that_ever_bore_stays(ledger: Ledger) -> None:
    await ledger.commit(update(report("bears", None, text="Edited, it bears on nothing.")))
    assert await ledger.remove_idle(BEFORE) == 2
    trace = await ledger.trace("https://bears.example/story")
    assert trace is not None
    assert len(trace.revisions) == 2


async def test_what_another_table_refers_to_stays(ledger: Ledger) -> None:
    """Also a table that is added some day: it need not be known here."""

    def note(db: Database) -> None:
        db.execute(
            "CREATE TABLE looks (finding INTEGER REFERENCES findings (id), report INTEGER"
            " REFERENCES articles (id))"
        )
        db.execute(
            "INSERT INTO looks SELECT f.id, NULL FROM findings f JOIN articles a"
            " ON a.id = f.article_id WHERE a.key LIKE '%idle%'"
        )
        db.execute("INSERT INTO looks SELECT NULL, id FROM articles WHERE key LIKE '%dull%'")

    await ledger._owner.write(note)
    assert await ledger.remove_idle(BEFORE) == 0


async def test_numbers_are_never_given_out_again(ledger: Ledger) -> None:
    """So the last report stays, however old it is."""
    assert await ledger.remove_idle(LATER + timedelta(days=1)) == 2
    assert (await ledger.counts()).articles == 2


async def test_more_than_a_step_is_removed_step_by_step() -> None:
    async with await Ledger.open(None, StillClock()) as ledger:
        many = (report(f"r{n}", None if n % 3 else "supports") for n in range(2 * STEP_ROWS + 9))
        await ledger.commit(update(*many))
        evidence = (await ledger.counts()).verdicts
        await ledger.commit(update(report("last", None, at=LATER)))
        removed = await ledger.remove_idle(BEFORE)
        assert (await ledger.counts()).articles == evidence + 1
        assert removed == 2 * STEP_ROWS + 9 - evidence


def test_the_commands_say_what_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIMWIRE_DATA_DIR", str(tmp_path))

    async def commit() -> None:
        async with await Ledger.open(tmp_path / "ledger.sqlite", StillClock(LONG_AGO)) as ledger:
            reports = (report("bears", at=LONG_AGO), report("idle", None, at=LONG_AGO))
            await ledger.commit(update(*reports, report("last", None, at=LONG_AGO), at=LONG_AGO))

    asyncio.run(commit())
    assert "1 report older" in claimwire("prune", "--keep-days", "30", "--dry-run")[1]
    assert claimwire("prune")[0] == 2  # nobody said how much is to be kept
    code, said = claimwire("prune", "--keep-days", "30")
    assert code == 0
    assert "1 report older than 30 days that bore on nothing removed" in said
    code, said = claimwire("why", "https://idle.example/story")
    assert code == 1
    assert "was removed for its age" in said
    assert claimwire("why", "https://bears.example/story")[0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM findings WHERE article_id IN (SELECT article_id FROM verdicts)",
        "DELETE FROM articles WHERE id IN (SELECT article_id FROM verdicts)",
        "DELETE FROM verdicts",
        "DELETE FROM standings",
        "DELETE FROM alert_revisions",
        "DELETE FROM seen",
        "UPDATE findings SET note = ''",
    ],
)
async def test_the_database_itself_refuses_to_lose_evidence(ledger: Ledger, statement: str) -> None:
    await ledger.remove_idle(BEFORE)
    with pytest.raises(LedgerError, match="append-only"):
        await ledger._owner.write(lambda db: db.execute(statement))


async def test_the_file_gives_its_room_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(
            update(*(report(f"r{n}", None, text="text " * 400) for n in range(900)))
        )
        await ledger.commit(update(report("last", None, at=LATER)))
        full = await ledger.housekeeping()
        await ledger.remove_idle(BEFORE)
        left = await ledger.housekeeping()
    assert left.pages < full.pages / 5
    assert path.stat().st_size == left.pages * left.page_size


async def test_a_ledger_from_before_gives_its_room_back_too(tmp_path: Path) -> None:
    """It was not made for it, so it is written anew, once."""
    path = tmp_path / "ledger.sqlite"
    db = open_database(path, NOON)
    db.execute("PRAGMA journal_mode = DELETE").fetchone()
    db.execute("PRAGMA auto_vacuum = NONE")
    db.execute("VACUUM")
    assert db.execute("PRAGMA auto_vacuum").fetchone() == (0,)
    db.close()
    await test_the_file_gives_its_room_back(tmp_path)
    db = open_database(path, NOON)
    assert db.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    db.close()
