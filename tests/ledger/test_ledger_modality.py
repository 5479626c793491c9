"""How far a sentence is a fact is kept with its verdict, and told with its alert."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ledger_making import StillClock, report, update
from sqlite_utils import Database

from bot.ledger.migrations import migrations
from bot.ledger.store import Ledger
from bot.model import Article, Judgement


def demanded(name: str) -> tuple[Article, Judgement]:
    article, judgement = report(name, asserted_by="russia")
    (verdict,) = judgement.verdicts
    return article, replace(judgement, verdicts=(replace(verdict, modality="demanded"),))


async def test_the_modality_of_a_verdict_is_kept_and_told(ledger: Ledger) -> None:
    article, judgement = demanded("a")
    await ledger.commit(update((article, judgement)))
    trace = await ledger.trace(article.entry.key)
    assert trace is not None
    (revision,) = trace.revisions
    assert [item.verdict.modality for item in revision.verdicts] == ["demanded"]
    assert [alert.modality for alert in revision.alerts] == ["demanded"]


async def test_a_ledger_from_before_says_that_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    article, judgement = report("a")
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update((article, judgement)))
    _take_back_the_migration(path)
    async with await Ledger.open(path, StillClock()) as ledger:
        trace = await ledger.trace(article.entry.key)
    assert trace is not None
    assert [item.verdict.modality for item in trace.revisions[0].verdicts] == [""]


def _take_back_the_migration(path: Path) -> None:
    db = Database(path)
    db.execute("ALTER TABLE verdicts DROP COLUMN modality")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0003_modality'")
    db.conn.commit()
    assert [m.name for m in migrations.pending(db)] == ["m0003_modality"]
    db.close()
