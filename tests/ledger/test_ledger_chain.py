"""The hash chain: whatever is changed afterwards shows, and what is written as usual does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_making import CLAIM, ESSAY, NOON, StillClock, entry, report, update
from sqlite_utils import Database

from bot.alerts.subscriptions import Subscription
from bot.errors import LedgerError
from bot.ledger import chain
from bot.ledger.chain import Verification
from bot.ledger.file.database import open_database
from bot.ledger.migrations import migrations
from bot.ledger.store import Ledger
from bot.model import Actor, DeskAction, Stance

EDITOR = Actor("slack", "U1", "Ada", channel_id="C1")
CHAINED = {
    "alert_revisions", "articles", "decisions", "essay_revisions", "mutes", "standings",
    "subscriptions", "verdicts",
}  # fmt: skip


async def fill(ledger: Ledger) -> None:
    """At least one row in every table that is linked today."""
    await ledger.remember_essay(ESSAY)
    await ledger.commit(update(report("a"), report("b", axis=3, claim="C02"), report("c", None)))
    turned = report("a", Stance.CONTRADICTS, text="It says the opposite now.")
    await ledger.commit(update(turned, at=NOON + timedelta(hours=1)))
    await ledger.decide(1, 1, DeskAction.CONFIRM, EDITOR)
    await ledger.decide(2, 1, DeskAction.CONFIRM, EDITOR)
    await ledger.undo(2, EDITOR)
    await ledger.subscribe(Subscription(), EDITOR)
    await ledger.mute(ESSAY.id, CLAIM, NOON + timedelta(days=1), EDITOR)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    made = tmp_path / "ledger.sqlite"
    async with await Ledger.open(made, StillClock()) as ledger:
        await fill(ledger)
    return made


async def verified(path: Path, head: str = "") -> Verification:
    async with await Ledger.open(path, StillClock()) as ledger:
        return await ledger.verify(head)


def tamper(path: Path, *statements: str) -> None:
    """As somebody with write access to the file and no respect for its triggers."""
    with closing(sqlite3.connect(path)) as db, db:
        kept = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _sql in kept:
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert db.execute(statement).rowcount != 0
        for _name, sql in kept:
            db.execute(sql)


async def test_all_that_is_written_is_linked_and_verifies(path: Path):
    found = await verified(path)
    assert found.fault == ""
    with closing(sqlite3.connect(path)) as db:
        linked = dict(
            db.execute(
                "SELECT table_name, count(*) FROM chain JOIN chain_shapes s ON s.id = shape"
                " GROUP BY table_name"
            )
        )
        assert set(linked) >= CHAINED
        assert "findings" not in linked
        for table in CHAINED - {"articles"}:
            assert linked[table] == db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        on = db.execute("SELECT count(DISTINCT article_id) FROM verdicts").fetchone()[0]
        assert linked["articles"] == on
        assert found.head.links == sum(linked.values())


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE verdicts SET stance = 'contradicts' WHERE id = 1", "verdicts [1]"),
        ("UPDATE verdicts SET confidence = confidence + 1e-9 WHERE id = 2", "verdicts [2]"),
        (
            "UPDATE verdicts SET claim_statement = claim_id || ' ' WHERE id = 1",
            "verdicts [1]",
        ),
        ("UPDATE articles SET title = 'Another title' WHERE id = 1", "articles [1]"),
        ("UPDATE articles SET url = '' WHERE id = 1", "articles [1]"),
        ("UPDATE standings SET recorded_at = '2020-01-01' WHERE id = 1", "standings [1]"),
        ("UPDATE alert_revisions SET step = 'carry' WHERE alert_id = 2", "alert_revisions [2,1]"),
        ("UPDATE decisions SET user_name = 'Bob' WHERE id = 1", "decisions [1]"),
        ("UPDATE essay_revisions SET body = '{}'", "essay_revisions [1]"),
        ("UPDATE mutes SET until = NULL WHERE id = 1", "mutes [1]"),
        ("DELETE FROM decisions WHERE id = 2", "decisions [2]"),
        ("DELETE FROM chain WHERE seq = 3", "link 3"),
        ("UPDATE chain SET row_key = 'x' WHERE seq = 1", "link 1"),
        ("UPDATE chain SET hash = hash || '0' WHERE seq = 4", "link 4"),
        ("UPDATE chain_shapes SET columns = '[\"no_such\"]' WHERE id = 1", "columns"),
    ],
)
async def test_the_first_row_that_was_changed_or_removed_is_named(
    path: Path, statement: str, named: str
):
    tamper(path, statement)
    assert named in (await verified(path)).fault


async def test_a_row_that_another_program_inserted_is_named(path: Path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "INSERT INTO mutes (channel, essay_id, claim_id, platform, user_id, user_name,"
            " recorded_at) VALUES ('x', 'x', 'x', 'x', 'x', 'x', 'x')"
        )
    async with await Ledger.open(path, StillClock()) as ledger:
        # What the bot writes after it does not take it into the chain.
        await ledger.mute(ESSAY.id, CLAIM, None, EDITOR)
        assert "mutes [2]: was inserted" in (await ledger.verify()).fault


async def test_a_noted_head_shows_that_the_end_was_cut_off(path: Path):
    head = (await verified(path)).head
    tamper(
        path,
        "DELETE FROM chain WHERE shape = (SELECT id FROM chain_shapes WHERE table_name = 'mutes')",
        "DELETE FROM mutes",
    )
    assert (await verified(path)).fault == ""
    assert "noted head is not in the chain" in (await verified(path, head.hash)).fault


async def test_a_head_noted_earlier_is_found_after_more_was_written(path: Path):
    head = (await verified(path)).head
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update(report("later", axis=5)))
    found = await verified(path, f" {head.hash.upper()}\n")
    assert (found.fault, found.noted_at) == ("", head.links)
    assert found.head.links > head.links


async def test_what_was_rolled_back_is_in_no_link(path: Path):
    unknown = report("bad", claim="C99", axis=5)
    async with await Ledger.open(path, StillClock()) as ledger:
        before = (await ledger.verify()).head
        with pytest.raises(LedgerError):
            await ledger.commit(update(report("good", axis=4), unknown))
        assert (await ledger.verify()).head == before
        await ledger.commit(update(report("good", axis=4)))
        assert (await ledger.verify()).fault == ""


async def test_two_programs_write_one_chain(path: Path):
    async with (
        await Ledger.open(path, StillClock()) as one,
        await Ledger.open(path, StillClock()) as two,
    ):
        await one.commit(update(report("one", axis=4)))
        await two.mute(ESSAY.id, CLAIM, None, EDITOR)
        await one.commit(update(report("two", axis=5)))
        assert (await two.verify()).fault == ""


async def test_the_chains_of_two_ledgers_differ(tmp_path: Path, path: Path):
    other = tmp_path / "other.sqlite"
    async with await Ledger.open(other, StillClock()) as ledger:
        await fill(ledger)
    assert (await verified(other)).head.links == (await verified(path)).head.links
    assert (await verified(other)).head.hash != (await verified(path)).head.hash


async def test_a_column_that_a_later_version_adds_breaks_no_link(path: Path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE mutes ADD COLUMN reason TEXT NOT NULL DEFAULT ''")
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.mute(ESSAY.id, CLAIM, None, EDITOR)
    assert (await verified(path)).fault == ""
    tamper(path, "UPDATE mutes SET reason = 'x' WHERE id = 2")
    assert "mutes [2]" in (await verified(path)).fault


async def test_a_ledger_from_before_the_chain_is_linked_when_it_is_opened(path: Path):
    """A ledger as it was without this migration: its tables and its mark are taken away."""
    with closing(sqlite3.connect(path)) as db, db:
        for table in ("chain", "chain_shapes", "essay_revisions"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0007_chain'")
    found = await verified(path)
    assert found.fault == ""
    with closing(sqlite3.connect(path)) as db:
        verdicts = db.execute("SELECT count(*) FROM verdicts").fetchone()[0]
    assert found.head.links > verdicts
    tamper(path, "UPDATE verdicts SET stance = 'update' WHERE id = 1")
    assert "verdicts [1]" in (await verified(path)).fault


async def test_a_vacuum_changes_nothing(path: Path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM")
    assert (await verified(path)).fault == ""


def test_a_migration_that_adds_rows_can_link_them():
    with closing(open_database(None, NOON).conn) as connection:
        db = Database(connection, execute_plugins=False)
        assert not migrations.pending(db)
        db.execute(
            "INSERT INTO mutes (channel, essay_id, claim_id, platform, user_id, user_name,"
            " recorded_at) VALUES ('x', 'x', 'x', 'x', 'x', 'x', 'x')"
        )
        assert "mutes [1]" in chain.verify(db).fault
        chain.link_all(db)
        assert chain.verify(db) == Verification(chain.head(db))


@settings(max_examples=50)
@given(st.data())
def test_a_hash_depends_on_every_value(data):
    scalar = st.none() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    row = data.draw(st.dictionaries(st.text(), scalar, min_size=1))
    name = data.draw(st.sampled_from(sorted(row)))
    other = {**row, name: data.draw(scalar)}
    same = repr(other[name]) == repr(row[name])
    assert (chain.digest("p", "t", "k", row) == chain.digest("p", "t", "k", other)) == same


async def test_essays_are_kept_as_they_were_used_and_old_verdicts_keep_their_wording():
    reworded = replace(ESSAY.claims[0], statement="The pause holds after all.")
    second = replace(ESSAY, claims=(reworded, *ESSAY.claims[1:]))
    clock = StillClock()
    async with await Ledger.open(None, clock) as ledger:
        assert await ledger.remember_essay(ESSAY) is None
        assert await ledger.last_other_essay(ESSAY) is None
        await ledger.commit(update(report("a")))
        clock.at += timedelta(days=1)
        assert await ledger.remember_essay(ESSAY) is None  # the same again
        changed = await ledger.remember_essay(second)
        assert changed is not None
        assert (changed.essay, changed.loaded_at) == (ESSAY, NOON)
        other = await ledger.last_other_essay(second)
        assert other is not None
        assert other.essay == ESSAY
        (held,) = await ledger.evidence(CLAIM)
        assert held.claim_statement == ESSAY.claims[0].statement
        back = await ledger.remember_essay(ESSAY)
        assert back is not None
        assert back.essay == second
        assert (await ledger.verify()).fault == ""


async def test_articles_since_then_come_in_the_order_of_time_with_every_revision():
    async with await Ledger.open(None, StillClock()) as ledger:
        late, early = NOON, NOON - timedelta(hours=5)
        await ledger.commit(update(report("b", None, at=late), report("a", None, at=early)))
        await ledger.commit(update(report("a", None, at=early, text="Edited.")))
        found = await ledger.articles_since(early)
        assert [one.entry.key for one in found] == [entry("a").key] * 2 + [entry("b").key]
        assert [one.entry.key for one in await ledger.articles_since(late)] == [entry("b").key]
