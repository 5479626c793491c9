"""What a commit records, and what it does not record twice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_making import (
    CLAIM,
    ESSAY,
    FEED,
    NOON,
    QUIET_NIGHT,
    article,
    entry,
    judged,
    meaning,
    report,
    update,
)

from bot.errors import LedgerError
from bot.ledger.store import Ledger
from bot.model import ChangeKind, DeliveryState, Stance, Standing, Voice

DAY = timedelta(days=1)


async def kinds(ledger: Ledger, *updates) -> list[list[ChangeKind]]:
    done = [await ledger.commit(each) for each in updates]
    return [[change.kind for change in result.changes] for result in done]


async def test_an_update_is_recorded_whole(ledger: Ledger):
    result = await ledger.commit(update(report("a")))
    assert result.new_articles == 1
    assert [change.kind for change in result.changes] == [ChangeKind.NEW]
    assert [change.standing for change in result.standings] == [Standing.SUPPORTED]
    assert len(result.alerts) == 1
    state = (await ledger.feed_states()).get(FEED)
    assert state is not None
    assert (state.etag, state.status, state.fetched_before) == ('"v1"', 200, True)
    counts = await ledger.counts()
    assert (counts.articles, counts.findings, counts.verdicts, counts.pending) == (1, 1, 1, 1)


async def test_the_same_update_twice_adds_nothing(ledger: Ledger):
    once = update(report("a"), report("b", None), report("c", claim="C02", axis=3))
    await ledger.commit(once)
    before = await ledger.counts()
    again = await ledger.commit(once)
    assert (again.new_articles, again.changes, again.alerts) == (0, (), ())
    assert await ledger.counts() == before


async def test_further_outlets_of_a_story_revise_its_alert_in_place(ledger: Ledger):
    first = await ledger.commit(update(report("a")))
    second = await ledger.commit(update(report("b")))
    assert [change.kind for change in second.changes] == [ChangeKind.REPEATED]
    assert first.alerts == second.alerts
    (alert,) = await ledger.alerts()
    assert alert.revision == 2
    assert not alert.turned
    assert [carrier.outlet.name for carrier in alert.carriers] == ["Outlet a", "Outlet b"]
    assert alert.previous_standing is Standing.QUIET


async def test_the_same_outlet_again_tells_nobody(ledger: Ledger):
    await ledger.commit(update(report("a", outlet="Wire")))
    result = await ledger.commit(update(report("b", outlet="Wire")))
    assert ([change.kind for change in result.changes], result.alerts) == (
        [ChangeKind.REPEATED],
        (),
    )


async def test_a_trivial_edit_tells_nobody_and_names_the_verdict_that_it_replaces(
    ledger: Ledger,
):
    first = await ledger.commit(update(report("a", text="A strike, again.")))
    edited = await ledger.commit(update(report("a", text="A strike again.")))
    assert edited.alerts == ()
    assert edited.changes[0].replaces == first.changes[0].verdict_id
    new, old = await ledger.evidence(CLAIM)
    assert (new.current, old.current) == (True, False)


async def test_an_alert_still_quotes_an_edited_report_that_another_outlet_joins(ledger: Ledger):
    await ledger.commit(update(report("a", text="A strike, again.")))
    await ledger.commit(update(report("a", text="A strike again."), report("b", confidence=0.8)))
    (alert,) = await ledger.alerts()
    assert (alert.revision, alert.confidence, len(alert.carriers)) == (2, 0.9, 2)


async def test_a_report_without_direction_does_not_show_what_moved_the_claim_beside_it(
    ledger: Ledger,
) -> None:
    beside = report("b", Stance.UPDATE, text="Talks are set for May.", axis=3)
    await ledger.commit(update(report("a"), beside))
    moves = {
        alert.stance: (alert.previous_standing, alert.standing) for alert in await ledger.alerts()
    }
    assert moves == {
        Stance.SUPPORTS: (Standing.QUIET, Standing.SUPPORTED),
        Stance.UPDATE: (Standing.SUPPORTED, Standing.SUPPORTED),
    }


async def test_an_edit_that_flaps_back_is_not_read_again(ledger: Ledger):
    one, two = entry("a", "One wording."), entry("a", "Another wording.")
    await ledger.commit(update((article(one), judged())))
    await ledger.commit(update((article(two), judged())))
    assert await ledger.unseen([one, two]) == []


async def test_a_corrected_report_turns_its_alert(ledger: Ledger):
    await ledger.commit(update(report("a", text="It was hit.")))
    turned = await ledger.commit(
        update(report("a", Stance.CONTRADICTS, text="It was not hit.", indicator=QUIET_NIGHT))
    )
    assert [change.kind for change in turned.changes] == [ChangeKind.REVERSED]
    (alert,) = await ledger.alerts()
    assert (alert.revision, alert.turned, alert.stance) == (2, True, Stance.CONTRADICTS)
    assert (alert.previous_standing, alert.standing) == (
        Standing.SUPPORTED,
        Standing.CONTRADICTED,
    )
    assert alert.indicator == QUIET_NIGHT.text


async def test_one_contrary_outlet_turns_one_but_not_two(ledger: Ledger):
    one = update(report("a"))
    other = update(report("b", Stance.CONTRADICTS))
    third, fourth = update(report("c", Stance.CONTRADICTS)), update(report("d"))
    assert await kinds(ledger, one, other, third, fourth) == [
        [ChangeKind.NEW],
        [ChangeKind.REVERSED],
        [ChangeKind.REPEATED],
        [ChangeKind.REVERSED],  # two against two: the latest
    ]


async def test_an_edit_without_the_evidence_withdraws_it(ledger: Ledger):
    await ledger.commit(update(report("a", text="It was hit.")))
    result = await ledger.commit(update(report("a", None, text="An earlier text was wrong.")))
    assert [change.kind for change in result.changes] == [ChangeKind.WITHDRAWN]
    assert [change.standing for change in result.standings] == [Standing.QUIET]
    assert result.alerts == ()


async def test_another_feed_of_the_outlet_withdraws_nothing(ledger: Ledger):
    await ledger.commit(update(report("a", text="It was hit, says a long summary.")))
    short = report("a", None, text="A short summary.", feed="https://north.example/top")
    result = await ledger.commit(update(short, feed="https://north.example/top"))
    assert (result.new_articles, result.changes) == (1, ())


async def test_a_withdrawal_outlives_the_claim(ledger: Ledger):
    await ledger.commit(update(report("a", text="It was hit.")))
    shorter = replace(ESSAY, claims=ESSAY.claims[1:])
    later = replace(update(report("a", None, text="Corrected.")), essay=shorter)
    result = await ledger.commit(later)
    assert [change.kind for change in result.changes] == [ChangeKind.WITHDRAWN]


async def test_a_silent_update_records_everything_and_tells_nobody(ledger: Ledger):
    result = await ledger.commit(update(report("a"), silent=True))
    assert (result.new_articles, len(result.changes)) == (1, 1)
    assert await ledger.due_deliveries(NOON, 10) == []
    counts = await ledger.counts()
    assert (counts.pending, counts.verdicts) == (0, 1)


async def test_a_new_report_of_a_story_recorded_in_silence_is_told(ledger: Ledger):
    await ledger.commit(update(report("a"), silent=True))
    await ledger.commit(update(report("b")))
    (delivery,) = await ledger.due_deliveries(NOON, 10)
    assert (delivery.receipt, len(delivery.alert.carriers)) == ("", 2)


async def test_what_the_policy_does_not_admit_is_recorded_only(ledger: Ledger):
    weak = update(report("a", confidence=0.4), min_confidence=0.5)
    directions = frozenset({Stance.SUPPORTS, Stance.CONTRADICTS})
    aside = update(report("b", Stance.UPDATE, axis=4), stances=directions)
    for each in (weak, aside):
        result = await ledger.commit(each)
        assert (len(result.changes), result.alerts) == (1, ())


async def test_an_update_moves_no_standing(ledger: Ledger):
    result = await ledger.commit(update(report("a", Stance.UPDATE)))
    assert result.standings == ()
    account = (await ledger.standings(ESSAY))[0]
    assert (account.standing, account.since) == (Standing.QUIET, None)


async def test_standings_are_dated_with_their_reasons(ledger: Ledger):
    await ledger.commit(update(report("a")))
    await ledger.commit(
        update(report("b", Stance.CONTRADICTS, axis=4, at=NOON + DAY, indicator=QUIET_NIGHT))
    )
    account = (await ledger.standings(ESSAY))[0]
    assert (account.standing, account.since) == (Standing.CONTESTED, NOON + DAY)
    assert (account.supporting, account.contradicting) == (1, 1)
    assert any(QUIET_NIGHT.text in reason for reason in account.reasons)
    assert len(await ledger.standings(ESSAY)) == len(ESSAY.claims)


async def test_articles_of_one_event_share_a_story_and_others_do_not(ledger: Ledger):
    near, far = report("b", axis=0), report("c", axis=4)
    late = report("d", axis=0, at=NOON + 5 * DAY)
    first = await ledger.commit(update(report("a")))
    others = await ledger.commit(update(near, far, late))
    stories = [change.story_id for change in (*first.changes, *others.changes)]
    assert stories == [1, 1, 2, 3]


async def test_an_article_without_verdicts_gets_no_story(ledger: Ledger):
    await ledger.commit(update(report("a", None)))
    assert (await ledger.counts()).stories == 0


async def test_the_wording_of_the_claim_is_kept_as_it_was(ledger: Ledger):
    await ledger.commit(update(report("a")))
    reworded = replace(
        ESSAY, claims=(replace(ESSAY.claims[0], statement="Reworded."), *ESSAY.claims[1:])
    )
    await ledger.commit(replace(update(report("b", axis=4)), essay=reworded))
    assert {item.claim_statement for item in await ledger.evidence(CLAIM)} == {
        ESSAY.claims[0].statement,
        "Reworded.",
    }
    newest, oldest = await ledger.alerts()
    assert (newest.claim.statement, oldest.claim) == ("Reworded.", ESSAY.claims[0])


async def test_a_judgement_keeps_its_most_confident_verdict_on_a_claim(ledger: Ledger):
    both = judged(confidence=0.6).verdicts + judged(Stance.CONTRADICTS, confidence=0.8).verdicts
    result = await ledger.commit(update((article(entry("a")), replace(judged(), verdicts=both))))
    assert [change.stance for change in result.changes] == [Stance.CONTRADICTS]


async def test_a_verdict_on_an_unknown_claim_writes_nothing(ledger: Ledger):
    with pytest.raises(LedgerError, match="C99"):
        await ledger.commit(update(report("a"), report("b", claim="C99", axis=4)))
    assert (await ledger.counts()).articles == 0
    assert (await ledger.feed_states()).get(FEED) is None


@pytest.mark.parametrize("text", ["lone \ud800 surrogate", "nul \x00 byte", "'; DROP TABLE feeds"])
async def test_hostile_text_is_stored_and_recognised(ledger: Ledger, text: str):
    hostile = entry("a", text, title=f"{text} in a headline of four")
    assert await ledger.unseen([hostile]) == [hostile]
    await ledger.commit(update((article(hostile), judged())))
    assert await ledger.unseen([hostile]) == []
    assert len(await ledger.due_deliveries(NOON, 10)) == 1


@pytest.mark.parametrize("year", [1, 9999])
async def test_dates_at_the_ends_of_the_calendar_are_stored(ledger: Ledger, year: int):
    at = NOON.replace(year=year, month=1 if year == 1 else 12, day=1 if year == 1 else 31)
    assert (await ledger.commit(update(report("a", at=at)))).new_articles == 1


async def test_unseen_drops_what_is_stored_and_what_comes_twice(ledger: Ledger):
    one, two = entry("a"), entry("b")
    await ledger.commit(update((article(one), judged(None))))
    assert await ledger.unseen([one, two, two]) == [two]


async def test_evidence_is_append_only(ledger: Ledger):
    await ledger.commit(update(report("a")))
    for table in ("findings", "verdicts", "standings", "alert_revisions"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid"):
            with pytest.raises(LedgerError, match="append-only"):
                await ledger._owner.write(lambda db, sql=statement: db.execute(sql))


async def test_a_failed_fetch_is_counted_and_keeps_the_headers(ledger: Ledger):
    await ledger.record_failure("https://dead.example/rss", NOON, "connection refused")
    dead = (await ledger.feed_states()).get("https://dead.example/rss")
    assert dead is not None
    assert not dead.fetched_before
    await ledger.commit(update())
    await ledger.record_failure(FEED, NOON + DAY, "timed out")
    await ledger.record_failure(FEED, NOON + 2 * DAY, "timed out")
    state = (await ledger.feed_states()).get(FEED)
    assert state is not None
    assert (state.failures, state.last_error, state.etag) == (2, "timed out", '"v1"')
    assert (state.succeeded_at, state.attempted_at) == (NOON, NOON + 2 * DAY)


async def test_a_304_without_headers_keeps_those_known(ledger: Ledger):
    await ledger.commit(update())
    await ledger.commit(replace(update(), status=304, etag="", last_modified=""))
    state = (await ledger.feed_states()).get(FEED)
    assert state is not None
    assert (state.etag, state.status) == ('"v1"', 304)


async def test_a_trace_tells_all_of_an_article(ledger: Ledger):
    await ledger.commit(update(report("a", text="First.")))
    await ledger.commit(update(report("a", text="Second.")))
    made = entry("a")
    for wanted in (made.url, made.key, made.guid, "1"):
        trace = await ledger.trace(wanted)
        assert trace is not None
        assert [step.revision for step in trace.revisions] == [1, 2]
    first, second = trace.revisions
    assert first.story is not None
    assert second.story is not None
    assert (first.story.joined_by, second.story.joined_by) == ("first", "revision")
    assert (first.findings, first.verdicts[0].verdict) == (
        judged().findings,
        judged().verdicts[0],
    )
    assert first.article.entry.outlet.voice is Voice.INDEPENDENT
    assert [delivery.state for delivery in first.deliveries] == [DeliveryState.PENDING]
    assert [alert.revision for alert in first.alerts] == [1]


async def test_a_trace_tells_where_an_article_stopped(ledger: Ledger):
    await ledger.commit(update(report("a", None)))
    trace = await ledger.trace(entry("a").url)
    assert trace is not None
    (only,) = trace.revisions
    assert only.stopped is not None
    assert (only.stopped.stage, only.findings[0].note, only.story) == (
        "verdict",
        "below the threshold",
        None,
    )


@pytest.mark.parametrize("wanted", ["", "nothing", "9" * 40, "-1", "٣"])
async def test_a_trace_of_what_is_not_there_is_none(ledger: Ledger, wanted: str):
    assert await ledger.trace(wanted) is None


async def test_embeddings_of_another_model_are_not_compared(ledger: Ledger):
    await ledger.commit(update(report("a")))
    longer = replace(judged(), embedding=(*meaning(0), 0.0))
    result = await ledger.commit(update((article(entry("b")), longer)))
    assert result.changes[0].story_id == 2


async def test_housekeeping_empties_the_log(tmp_path, clock):
    path = tmp_path / "ledger.sqlite"
    async with await Ledger.open(path, clock) as ledger:
        await ledger.commit(update(report("a")))
        tidy = await ledger.housekeeping()
        assert (tidy.wal_pages, tidy.pages > 10) == (0, True)
        assert (tmp_path / "ledger.sqlite-wal").stat().st_size == 0


async def test_the_file_is_set_up_to_survive_a_power_cut(tmp_path, clock):
    path = tmp_path / "ledger.sqlite"
    async with await Ledger.open(path, clock) as ledger:

        def pragma(name: str):
            return lambda db: db.execute(f"PRAGMA {name}").fetchone()[0]

        full = 2
        assert await ledger._owner.plain(pragma("synchronous")) == full
        assert await ledger._owner.plain(pragma("journal_mode")) == "wal"
        assert await ledger._owner.plain(pragma("foreign_keys")) == 1
    with sqlite3.connect(path) as connection:
        strict = connection.execute(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict"
            " AND name NOT LIKE 'sqlite%' AND name <> '_sqlite_migrations'"
        ).fetchall()
    connection.close()
    assert strict == []


async def test_a_verdict_taken_back_within_its_own_update_tells_nobody(ledger: Ledger):
    """A feed may list an article twice, the later text without the evidence."""
    result = await ledger.commit(
        update(report("a", text="It was hit."), report("a", None, text="It was not hit after all."))
    )
    assert result.alerts == ()
    assert await ledger.alerts() == ()


async def test_an_alert_quotes_the_last_text_that_its_update_brought(ledger: Ledger):
    """Both texts of an article in one update: nobody was told of the first, so this is no edit."""
    result = await ledger.commit(
        update(
            report("a", text="It was hit."),
            report("a", text="It was hit twice.", confidence=0.8),
        )
    )
    assert len(result.alerts) == 1
    (alert,) = await ledger.alerts()
    assert (alert.revision, alert.confidence) == (1, 0.8)
    assert len(alert.carriers) == 1
