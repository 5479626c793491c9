"""Stories that are merged and split, and the alerts that follow them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_making import CLAIM, ESSAY, NOON, StillClock, meaning, report, update

from bot.commands.desk import Desk
from bot.commands.people import Right, Roles
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Actor, DeskAction, Stance, Standing

EDITOR = Actor("slack", "U1", "Ada", channel_id="C1")
HOUR = timedelta(hours=1)


async def posted(ledger: Ledger) -> list:
    """Takes what is due as the channels would; returns the alerts as they were posted."""
    due = await ledger.due_deliveries(NOON + 9 * HOUR, 99)
    for each in due:
        await ledger.mark_sent(each.id, f"post {each.alert.id}", NOON)
    return [each.alert for each in due]


async def two_stories(ledger: Ledger, **second) -> None:
    """Stories 1 and 2 with an alert each on one claim, both posted."""
    await ledger.commit(update(report("a"), report("b", axis=4, **second)))
    assert [alert.story_id for alert in await posted(ledger)] == [1, 2]


async def test_two_stories_that_are_one_are_told_by_the_alert_that_stays(ledger: Ledger):
    await two_stories(ledger)
    moved = await ledger.merge_stories(1, 2, EDITOR)
    assert (moved.problem, moved.source, moved.target) == ("", 2, 1)
    kept, struck = sorted(await posted(ledger), key=lambda alert: alert.id)
    assert [each.outlet.name for each in kept.carriers] == ["Outlet a", "Outlet b"]
    assert "merged with alert 1" in struck.withdrawn
    assert "Also in Outlet b." in kept.changed


async def test_the_evidence_of_merged_stories_counts_once(ledger: Ledger):
    await two_stories(ledger)
    (before, *_) = await ledger.standings(ESSAY)
    await ledger.merge_stories(1, 2, EDITOR)
    (after, *_) = await ledger.standings(ESSAY)
    assert (before.supporting, after.supporting) == (2, 1)
    held = [item for item in await ledger.evidence(CLAIM) if item.current]
    assert {item.story_id for item in held} == {1}
    # The verdict on story 2 is still there, replaced by its copy on story 1.
    assert len(await ledger.evidence(CLAIM)) == 3


async def test_an_alert_goes_with_its_evidence_where_the_other_story_has_none(ledger: Ledger):
    await ledger.commit(update(report("a"), report("b", axis=4, claim="C02")))
    await posted(ledger)
    await ledger.merge_stories(1, 2, EDITOR)
    (revised,) = await posted(ledger)
    assert (revised.id, revised.claim.id, revised.story_id) == (2, "C02", 1)
    assert revised.withdrawn == ""


async def test_a_merge_is_taken_back_and_both_are_told_again(ledger: Ledger):
    await two_stories(ledger)
    moved = await ledger.merge_stories(1, 2, EDITOR)
    await posted(ledger)
    undone = await ledger.undo_move(moved.move_id, EDITOR)
    assert undone.problem == ""
    first, second = sorted(await posted(ledger), key=lambda alert: alert.id)
    assert [each.outlet.name for each in first.carriers] == ["Outlet a"]
    assert (second.withdrawn, second.story_id) == ("", 2)
    assert "Reported again." in second.changed
    assert (await ledger.standings(ESSAY))[0].supporting == 2
    assert (await ledger.undo_move(moved.move_id, EDITOR)).problem != ""


async def test_a_split_makes_an_alert_of_its_own(ledger: Ledger):
    await ledger.commit(update(report("a"), report("b", at=NOON + HOUR)))
    await posted(ledger)
    (one,) = await ledger.alerts()
    story = await ledger.story(one.story_id)
    moved = await ledger.split_story(one.story_id, [story.reports[1].article_id], EDITOR)
    assert moved.problem == ""
    old, new = sorted(await posted(ledger), key=lambda alert: alert.id)
    assert [each.outlet.name for each in old.carriers] == ["Outlet a"]
    assert [each.outlet.name for each in new.carriers] == ["Outlet b"]
    assert new.story_id == moved.target != old.story_id
    assert "event of its own" in new.changed[0]
    assert (await ledger.standings(ESSAY))[0].supporting == 2


async def test_what_an_alert_quotes_is_in_its_story_after_a_split(ledger: Ledger):
    first, judgement = report("a", Stance.SUPPORTS, confidence=0.7)
    await ledger.commit(update((first, judgement)))
    await ledger.commit(update(report("b", Stance.CONTRADICTS, confidence=0.9)))
    (alert,) = await ledger.alerts()
    assert alert.stance is Stance.CONTRADICTS
    story = await ledger.story(alert.story_id)
    (contrary,) = [one for one in story.reports if one.article.entry.outlet.name == "Outlet b"]
    await ledger.split_story(alert.story_id, [contrary.article_id], EDITOR)
    new, old = await ledger.alerts()
    assert {each.outlet.name for each in new.carriers} == {"Outlet b"}
    assert {each.outlet.name for each in old.carriers} == {"Outlet a"}


async def test_what_an_editor_took_apart_is_not_merged_by_the_rule(ledger: Ledger):
    await ledger.commit(update(report("a"), report("b", at=NOON + HOUR)))
    (alert,) = await ledger.alerts()
    story = await ledger.story(alert.story_id)
    await ledger.split_story(alert.story_id, [story.reports[1].article_id], EDITOR)
    await ledger.commit(update(report("c", at=NOON + 2 * HOUR)))
    assert len(await ledger.alerts()) == 2


def between(name: str, **how):
    """A report as like the one axis as the next, so that it shows two stories to be one."""
    article, judgement = report(name, **how)
    return article, replace(judgement, embedding=meaning(0, 0.5**0.5))


@pytest.mark.parametrize("together", [False, True])
async def test_a_report_that_joins_two_stories_merges_them(ledger: Ledger, together: bool):
    parts = report("a"), report("b", axis=1), between("c", at=NOON + HOUR)
    if together:
        await ledger.commit(update(*parts))
    else:
        await ledger.commit(update(*parts[:2]))
        assert len(await posted(ledger)) == 2
        await ledger.commit(update(parts[2]))
    alerts = [alert for alert in await ledger.alerts() if not alert.withdrawn]
    assert [len(alert.carriers) for alert in alerts] == [3]
    assert len((await ledger.story(1)).reports) == 3
    (move,) = (await ledger.story(1)).moves
    assert (move.kind, move.source, move.target, move.by) == ("merge", 2, 1, "claimwire")
    if not together:
        kept, struck = sorted(await posted(ledger), key=lambda alert: alert.id)
        assert (kept.withdrawn, "merged with alert 1" in struck.withdrawn) == ("", True)


async def test_a_merge_by_the_rule_that_an_editor_took_back_is_not_made_again(ledger: Ledger):
    await ledger.commit(update(report("a"), report("b", axis=1), between("c", at=NOON + HOUR)))
    (move,) = (await ledger.story(1)).moves
    await ledger.undo_move(move.id, EDITOR)
    await ledger.commit(update(between("d", at=NOON + 2 * HOUR)))
    assert len((await ledger.story(2)).reports) in (1, 2)
    assert len((await ledger.story(2)).moves) == 2


@pytest.mark.parametrize("numbers", [(1, 1), (1, 9), (9, 1), (9, 8)])
async def test_stories_that_are_not_there_are_not_merged(ledger: Ledger, numbers):
    await ledger.commit(update(report("a")))
    assert (await ledger.merge_stories(*numbers, EDITOR)).problem != ""


async def test_a_story_is_not_split_into_itself_or_by_reports_of_another(ledger: Ledger):
    await two_stories(ledger)
    for reports in ([1], [2], [1, 2], [99], []):
        assert (await ledger.split_story(1, reports, EDITOR)).problem != ""


async def test_every_move_says_who_moved_what_and_why(ledger: Ledger):
    await two_stories(ledger)
    moved = await ledger.merge_stories(1, 2, EDITOR)
    await ledger.undo_move(moved.move_id, EDITOR)
    merge, undo = (await ledger.story(2)).moves
    assert (merge.kind, merge.source, merge.target, merge.by) == ("merge", 2, 1, "Ada")
    assert (merge.undone, undo.kind, undo.undone) == (True, "undo", False)
    assert merge.article_ids == undo.article_ids == (2,)
    assert "Ada" in merge.why


async def test_decisions_are_kept_by_a_merge_and_hold_when_it_is_taken_back(ledger: Ledger):
    await two_stories(ledger)
    await ledger.decide(1, 1, DeskAction.CONFIRM, EDITOR)
    await ledger.decide(2, 1, DeskAction.CONFIRM, EDITOR)
    moved = await ledger.merge_stories(1, 2, EDITOR)
    struck, kept = await ledger.alerts()
    assert (kept.decision is not None, struck.withdrawn != "") == (True, True)
    await ledger.undo_move(moved.move_id, EDITOR)
    assert all(one.decision and not one.withdrawn for one in await ledger.alerts())


async def test_an_edit_of_a_moved_report_stays_where_it_was_put(ledger: Ledger):
    await two_stories(ledger)
    await ledger.merge_stories(1, 2, EDITOR)
    await ledger.commit(update(report("b", axis=4, text="What b says in other words.")))
    found = await ledger.story(1)
    assert len(found.reports) == 3
    held = [item for item in await ledger.evidence(CLAIM) if item.current]
    assert {item.story_id for item in held} == {1}


async def test_a_standing_that_falls_by_a_merge_says_why(ledger: Ledger):
    await ledger.commit(
        update(report("a", asserted_by="opinion"), report("b", axis=4, asserted_by="opinion"))
    )
    before = (await ledger.standings(ESSAY))[0].standing
    await ledger.merge_stories(1, 2, EDITOR)
    after = (await ledger.standings(ESSAY))[0]
    if after.standing is not before:
        assert "Ada" in (await ledger.standing_history(ESSAY.id, CLAIM))[-1].cause
    assert after.standing in (before, Standing.QUIET)


async def test_the_chain_holds_after_moves(ledger: Ledger):
    await two_stories(ledger)
    moved = await ledger.merge_stories(1, 2, EDITOR)
    await ledger.undo_move(moved.move_id, EDITOR)
    assert (await ledger.verify()).fault == ""


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=4), st.integers(0, 3))
async def test_a_merge_that_is_taken_back_leaves_everything_as_it_was(axes, seed):
    async with await Ledger.open(None, StillClock()) as ledger:
        for n, axis in enumerate(axes):
            await ledger.commit(update(report(f"r{n}", axis=2 * axis)))

        async def account():
            held = [item for item in await ledger.evidence(CLAIM, 99) if item.current]
            alerts = [
                (one.id, one.story_id, one.stance, {c.outlet.name for c in one.carriers})
                for one in await ledger.alerts()
                if not one.withdrawn
            ]
            return {(i.article_id, i.story_id) for i in held}, alerts

        before = await account()
        stories = sorted({item.story_id for item in await ledger.evidence(CLAIM, 99)})
        if len(stories) > 1:
            keep, other = stories[0], stories[1 + seed % (len(stories) - 1)]
            moved = await ledger.merge_stories(keep, other, EDITOR)
            assert not moved.problem
            assert other not in {story for _, story in (await account())[0]}
            await ledger.undo_move(moved.move_id, EDITOR)
        assert await account() == before


# --- edits ---------------------------------------------------------------------------------------


def told(number: int, title: str = "Strike on the port kills {} people in the night"):
    return report("a", title=title.format(number), text="")


async def test_a_substantive_edit_is_told_in_place_with_what_changed(ledger: Ledger):
    await ledger.commit(update(told(14)))
    await posted(ledger)
    await ledger.commit(update(told(31)))
    (edited,) = await posted(ledger)
    assert (edited.id, edited.revision, edited.turned) == (1, 2, False)
    assert "It says 31 now, where it said 14." in edited.changed[0]


@pytest.mark.parametrize(
    "title",
    [
        "STRIKE on the port kills 14 people, in the night!",
        "Strike on the port kills 14 people in the night - updated 11:20",
        "Strike on the port kills 14 people in the night, 3 March 2026",
        "Strike on the port kills 14 people in the last night",
    ],
)
async def test_a_trivial_edit_is_never_told(ledger: Ledger, title: str):
    await ledger.commit(update(told(14)))
    await posted(ledger)
    await ledger.commit(update(told(14, title)))
    assert await posted(ledger) == []


async def test_an_entry_that_flaps_is_told_of_no_more(ledger: Ledger):
    """Each wording is read once; and a page that runs on is left alone after a few edits."""
    await ledger.commit(update(told(14)))
    await posted(ledger)
    heard = []
    for number in (31, 14, 31, 14, 45, 46, 47, 48):
        await ledger.commit(update(told(number)))
        heard += [alert.revision for alert in await posted(ledger)]
    assert len(heard) == 3


# --- in chat -------------------------------------------------------------------------------------


async def test_an_editor_merges_looks_and_takes_back_in_chat(ledger: Ledger):
    await two_stories(ledger)
    roles = Roles((), {Right.CONFIRM: ("slack:U1",)})
    desk = Desk(ESSAY, ledger, StillClock(), roles, AlertPolicy(), None)
    reader = Actor("slack", "U2", "Bo", channel_id="C1")
    assert "may not" in (await desk.ask_text("merge 1 2", reader)).title
    done = await desk.ask_text("merge 1 2", EDITOR)
    assert done.title == "Recorded"
    shown = await desk.ask_text(done.buttons[1].token, reader)
    assert [row.text[:2] for row in shown.blocks[1].rows] == ["1:", "2:"]
    undone = await desk.ask_text(done.buttons[0].token, EDITOR)
    assert undone.title == "Recorded"
    assert "did not work" in (await desk.ask_text("split 1 2", EDITOR)).title
    assert "did not work" in (await desk.ask_text("split 1", EDITOR)).title
