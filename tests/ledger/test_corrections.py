"""Posts follow what they rest on: reports taken back, stories moved, channels that were told late.

The wording is our own.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from ledger_making import (
    CLAIM,
    ESSAY,
    NOON,
    QUIET_NIGHT,
    StillClock,
    meaning,
    report,
    update,
)
from review_making import unsure

from bot.alerts.subscriptions import Cadence, Subscription
from bot.commands.reviewing import Reviewer
from bot.ledger.records import AlertPolicy, ReviewAction
from bot.ledger.store import Ledger
from bot.model import Actor, Alert, DeskAction, Stance

EDITOR = Actor("slack", "U1", "Ada", channel_id="C1")
READERS = Actor("slack", "U2", "Bo", channel_id="C9")
HOUR = timedelta(hours=1)
LATER = NOON + 900 * HOUR
TITLE = "The port is dark after a strike in the night"


async def posted(ledger: Ledger) -> list[Alert]:
    """Takes what is due as the channels would; returns the alerts as they were posted."""
    due = await ledger.due_deliveries(LATER, 99)
    for each in due:
        await ledger.mark_sent(each.id, f"post {each.alert.id}", NOON)
    return [each.alert for each in due]


def saying(words: str, name: str, stance: Stance = Stance.SUPPORTS, **how):
    """A report of one event, whose sentence that bears on the claim has these words."""
    article, judgement = report(name, stance, title=TITLE, **how)
    (verdict,) = judgement.verdicts
    verdict = replace(verdict, sentence=replace(verdict.sentence, text=words))
    return article, replace(judgement, verdicts=(verdict,))


def taken_back(name: str, *, at: datetime = NOON, **how):
    """The edit of a report that no longer bears on the claim."""
    return report(name, None, text="Nothing of the kind was seen.", at=at, **how)


def outlets(alert: Alert) -> list[str]:
    return [each.outlet.name for each in alert.carriers]


# --- evidence that is taken back -----------------------------------------------------------------


@pytest.mark.parametrize("silent", [False, True])
async def test_a_post_quotes_and_names_only_what_still_holds(ledger: Ledger, silent: bool):
    contrary = saying("It was calm.", "a", Stance.CONTRADICTS, indicator=QUIET_NIGHT)
    await ledger.commit(update(contrary))
    await ledger.commit(update(saying("Talks went on.", "b", Stance.UPDATE)))
    assert len(await posted(ledger)) == 1
    gone = taken_back("a", title=TITLE)
    result = await ledger.commit(update(gone, at=NOON + HOUR, silent=silent))
    (alert,) = await posted(ledger)
    assert (alert.sentence, alert.stance, outlets(alert)) == (
        "Talks went on.",
        Stance.UPDATE,
        ["Outlet b"],
    )
    assert (alert.withdrawn, result.alerts) == ("", (1,))


async def test_what_a_post_quotes_stays_where_another_report_is_taken_back(ledger: Ledger):
    await ledger.commit(update(saying("The port was hit.", "a")))
    await ledger.commit(update(saying("Cranes burn.", "b")))
    await posted(ledger)
    await ledger.commit(update(taken_back("b", title=TITLE), at=NOON + HOUR))
    (alert,) = await posted(ledger)
    assert (alert.sentence, outlets(alert)) == ("The port was hit.", ["Outlet a"])


async def test_a_decision_does_not_outlive_the_stance_it_was_on(ledger: Ledger):
    await ledger.commit(update(saying("The port was hit.", "a")))
    await ledger.commit(update(saying("Talks went on.", "b", Stance.UPDATE)))
    await ledger.decide(1, 1, DeskAction.CONFIRM, EDITOR)
    await ledger.commit(update(taken_back("a", title=TITLE), at=NOON + HOUR))
    (alert,) = await ledger.alerts()
    assert (alert.stance, alert.decision) == (Stance.UPDATE, None)


@pytest.mark.parametrize("at", [NOON, NOON + HOUR])
async def test_a_contrary_report_in_place_of_the_one_taken_back_is_a_turn(ledger, at):
    await ledger.commit(update(saying("The port was hit.", "a")))
    await posted(ledger)
    contrary = saying("It was calm.", "b", Stance.CONTRADICTS, indicator=QUIET_NIGHT)
    await ledger.commit(update(contrary, taken_back("a", title=TITLE), at=at))
    (alert,) = await posted(ledger)
    assert (alert.sentence, outlets(alert)) == ("It was calm.", ["Outlet b"])
    assert (alert.stance, alert.turned) == (Stance.CONTRADICTS, True)


async def test_what_takes_the_place_of_a_quote_is_told_even_if_nobody_wants_it(ledger: Ledger):
    wanted = {"stances": (Stance.SUPPORTS,)}
    await ledger.commit(update(saying("The port was hit.", "a"), **wanted))
    await posted(ledger)
    other = saying("Talks went on.", "b", Stance.UPDATE)
    await ledger.commit(update(other, taken_back("a", title=TITLE), at=NOON + HOUR, **wanted))
    (alert,) = await posted(ledger)
    assert (alert.sentence, alert.stance) == ("Talks went on.", Stance.UPDATE)


async def test_a_verdict_of_the_desk_taken_back_after_a_merge_leaves_the_post(ledger: Ledger):
    policy = AlertPolicy(("desk",))
    reviewer = Reviewer(ESSAY, ledger, StillClock(), policy)
    await ledger.commit(update(report("b", axis=4), unsure("a")))
    (waiting,) = await reviewer.queue()
    await reviewer.decide(waiting.id, ReviewAction.SUPPORTS, EDITOR)
    await posted(ledger)
    await ledger.merge_stories(waiting.story_id, 3 - waiting.story_id, EDITOR, policy)
    await posted(ledger)
    await reviewer.undo(waiting.id, EDITOR)
    (alert,) = await posted(ledger)
    assert (outlets(alert), alert.confidence) == (["Outlet b"], 0.9)


async def test_an_alert_that_nobody_was_told_of_is_withdrawn_too(ledger: Ledger):
    await ledger.commit(update(report("a"), channels=()))
    result = await ledger.commit(update(taken_back("a"), channels=(), at=NOON + HOUR))
    (alert,) = await ledger.alerts()
    assert "no longer bears" in alert.withdrawn
    assert (result.alerts, await posted(ledger)) == ((), [])


# --- what is on its way --------------------------------------------------------------------------


async def test_a_post_on_its_way_while_its_evidence_goes_is_struck_after(ledger: Ledger):
    await ledger.commit(update(report("a")))
    (due,) = await ledger.due_deliveries(NOON, 9)
    await ledger.commit(update(taken_back("a"), at=NOON + HOUR))
    assert await ledger.due_deliveries(LATER, 9) == []
    await ledger.mark_sent(due.id, "post 1", NOON + HOUR)
    (struck,) = await posted(ledger)
    assert "no longer bears" in struck.withdrawn
    await ledger.mark_sent(due.id, "post 1", NOON + HOUR)
    assert await posted(ledger) == []


async def test_a_post_on_its_way_gets_one_correction(ledger: Ledger):
    await ledger.commit(update(report("a")))
    (due,) = await ledger.due_deliveries(NOON, 9)
    await ledger.decide(1, 1, DeskAction.CONFIRM, EDITOR)
    await ledger.mark_sent(due.id, "post 1", NOON)
    assert [alert.revision for alert in await posted(ledger)] == [2]


async def test_a_post_on_its_way_as_its_channel_is_muted_is_corrected_later(ledger: Ledger):
    await ledger.subscribe(Subscription(), READERS)
    await ledger.commit(update(report("a"), channels=()))
    (due,) = await ledger.due_deliveries(NOON, 9)
    await ledger.decide(1, 1, DeskAction.CONFIRM, EDITOR)
    await ledger.mute(ESSAY.id, CLAIM, LATER + HOUR, READERS)
    await ledger.mark_sent(due.id, "post 1", NOON)
    # Its row for the last revision was dropped by the mute, and waits again.
    assert [alert.revision for alert in await posted(ledger)] == [2]


async def test_a_correction_that_waits_in_a_muted_channel_is_not_thrown_away(ledger: Ledger):
    await ledger.subscribe(Subscription(), READERS)
    await ledger.commit(update(report("a"), channels=()))
    await posted(ledger)
    await ledger.decide(1, 1, DeskAction.CONFIRM, EDITOR)
    await ledger.mute(ESSAY.id, CLAIM, LATER, READERS)
    await ledger.commit(update(report("b", at=NOON + HOUR), channels=(), at=NOON + HOUR))
    (alert,) = await posted(ledger)
    assert alert.decision is not None


# --- moves ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", ["mute", "unsubscribe", "digest"])
async def test_a_split_posts_nothing_new_where_nobody_wants_it(ledger: Ledger, told: str):
    await ledger.subscribe(Subscription(), READERS)
    await ledger.commit(update(report("a"), report("b"), channels=()))
    await posted(ledger)
    if told == "mute":
        await ledger.mute(ESSAY.id, CLAIM, LATER, READERS)
    elif told == "unsubscribe":
        await ledger.subscribe(None, READERS)
    else:
        await ledger.subscribe(Subscription(cadence=Cadence.DAILY), READERS)
    await ledger.split_story(1, [2], EDITOR)
    assert [alert.id for alert in await posted(ledger)] == [1]


@pytest.mark.parametrize(("keep", "other"), [(1, 2), (2, 1)])
async def test_what_the_desk_ruled_out_stays_out_after_a_merge_is_undone(ledger, keep, other):
    await ledger.commit(update(report("a"), report("b", axis=4)))
    await ledger.decide(2, 1, DeskAction.NOT_THIS_CLAIM, EDITOR)
    (before, *_) = await ledger.standings(ESSAY)
    moved = await ledger.merge_stories(keep, other, EDITOR)
    await ledger.undo_move(moved.move_id, EDITOR)
    (after, *_) = await ledger.standings(ESSAY)
    assert (before.supporting, after.supporting) == (1, 1)
    assert {one.id: one.decision is not None for one in await ledger.alerts()} == {
        1: False,
        2: True,
    }


# --- what the rule merges ------------------------------------------------------------------------


def between(name: str, **how):
    """A report as like the one axis as the next, so that it shows two stories to be one."""
    article, judgement = report(name, **how)
    return article, replace(judgement, embedding=meaning(0, 0.5**0.5))


@pytest.mark.parametrize("ruled", [(1,), (2,), (1, 2)])
async def test_the_rule_merges_no_story_that_the_desk_ruled_on_with_one_it_did_not(ledger, ruled):
    await ledger.commit(update(report("a"), report("b", axis=1)))
    for alert_id in ruled:
        await ledger.decide(alert_id, 1, DeskAction.NOT_THIS_CLAIM, EDITOR)
    await ledger.commit(update(between("c", at=NOON + HOUR)))
    moves = (await ledger.story(1)).moves
    assert [move.kind for move in moves] == (["merge"] if len(ruled) == 2 else [])


async def test_an_editors_word_follows_reports_into_the_story_that_has_them(ledger: Ledger):
    """Stories 1 and 2 were taken apart; then the reports of 2 came to be those of 3."""
    await ledger.commit(update(report("a"), report("b", axis=1), report("c", axis=4)))
    moved = await ledger.merge_stories(1, 2, EDITOR)
    await ledger.undo_move(moved.move_id, EDITOR)
    await ledger.merge_stories(3, 2, EDITOR)
    await ledger.split_story(3, [3], EDITOR)
    await ledger.commit(update(between("d", at=NOON + HOUR)))
    reports = [len((await ledger.story(number)).reports) for number in (1, 2, 3, 4)]
    assert reports in ([2, 0, 1, 1], [1, 0, 2, 1])


def around(name: str, cosine: float, third: int):
    """A report as like ``middle`` as that, and far from those of the other thirds of a circle."""
    article, judgement = report(name)
    angle, rest = math.tau * third / 3, math.sqrt(1 - cosine**2)
    meant = (cosine, rest * math.cos(angle), rest * math.sin(angle), *[0.0] * 5)
    return article, replace(judgement, embedding=meant)


async def test_a_story_that_is_kept_apart_is_left_out_and_the_others_are_merged(ledger: Ledger):
    """A report joins story 2 and shows that it is 1 and 3 as well; 1 and 2 were taken apart."""
    await ledger.commit(update(around("a", 0.75, 0), around("b", 0.8, 1), around("c", 0.75, 2)))
    moved = await ledger.merge_stories(1, 2, EDITOR)
    await ledger.undo_move(moved.move_id, EDITOR)
    await ledger.commit(update(report("middle", at=NOON + HOUR)))
    reports = [len((await ledger.story(number)).reports) for number in (1, 2, 3)]
    assert reports == [1, 3, 0]
