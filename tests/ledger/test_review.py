"""The review queue over a real ledger: what waits, what a decision does, and how it is undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_making import ESSAY, NOON, StillClock, report, update
from review_making import undirected, unsure
from test_ledger_delivery import courier
from test_ledger_desk import ADA, HERE, Platform

from bot.commands.reviewing import Reviewer
from bot.judge.verdict import Probabilities, Thresholds, stance_of
from bot.ledger.desk.desk_rows import Outcome
from bot.ledger.intake.articles import LEFT_OPEN
from bot.ledger.records import AlertPolicy, Doubt, ReviewAction
from bot.ledger.store import Ledger
from bot.model import DeskAction, Essay, Stance, Standing

BEN = replace(ADA, user_id="U2", name="Ben")
POLICY = AlertPolicy((HERE,))


@pytest.fixture
def slack() -> Platform:
    return Platform("slack")


@pytest.fixture
def reviewer(ledger: Ledger, clock: StillClock) -> Reviewer:
    return reviewer_of(ledger, clock)


def reviewer_of(ledger: Ledger, clock: StillClock, essay: Essay = ESSAY) -> Reviewer:
    return Reviewer(essay, ledger, clock, POLICY)


async def commit(ledger: Ledger, *articles, **how):
    return await ledger.commit(update(*articles, channels=(HERE,), **how))


async def standing(ledger: Ledger) -> Standing:
    return (await ledger.standings(ESSAY))[0].standing


# --- what waits ----------------------------------------------------------------------------------


async def test_what_the_judge_is_unsure_of_waits_and_nobody_is_told(ledger, reviewer):
    result = await commit(ledger, unsure("a"))
    assert result.alerts == ()
    (item,) = await reviewer.queue()
    assert (item.finding.claim_id, item.doubt, item.article.entry.key, item.reports) == (
        "C01",
        Doubt.UNSURE,
        "https://a.example/story",
        1,
    )
    assert item.finding.review
    assert (await reviewer.queue("C02"), await reviewer.queue("C01")) == ((), (item,))


async def test_an_event_waits_once_by_its_newest_report(ledger, reviewer):
    later = NOON + timedelta(hours=2)
    await commit(ledger, unsure("a", title="Shells fall on the bridge at dawn"))
    again = unsure("b", title="Shells fall on the bridge at dawn", at=later)
    await commit(ledger, again, unsure("c", axis=4, at=NOON - timedelta(days=1)))
    newest, other = await reviewer.queue()
    assert (newest.article.entry.guid, newest.reports) == ("guid-b", 2)
    assert other.article.entry.guid == "guid-c"


async def test_what_its_story_tells_already_does_not_wait(ledger, reviewer):
    title = "Shells fall on the bridge at dawn"
    await commit(ledger, report("a", title=title))
    await commit(ledger, unsure("b", title=title), unsure("c", title=title, claim="C02"))
    assert [item.finding.claim_id for item in await reviewer.queue()] == ["C02"]


async def test_a_report_waits_no_longer_than_that(ledger, reviewer, clock):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    clock.at += timedelta(days=14, seconds=1)
    assert await reviewer.queue() == ()
    assert await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA) is Outcome.STALE


async def test_a_report_that_was_changed_waits_as_it_is_now_or_not_at_all(ledger, reviewer):
    await commit(ledger, unsure("a"), unsure("b", axis=3))
    (old, _b) = await reviewer.queue()
    await commit(ledger, unsure("a", text="Other words.", probability=0.5))
    await commit(ledger, report("b", None, text="No word of it.", axis=3))
    (item,) = await reviewer.queue()
    assert (item.article.entry.summary, item.finding.probability) == ("Other words.", 0.5)
    for gone in (old.id, _b.id):
        if gone != item.id:
            assert await reviewer.decide(gone, ReviewAction.SUPPORTS, ADA) is Outcome.STALE


async def test_a_claim_that_the_author_struck_does_not_wait(ledger, clock, reviewer):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    without = reviewer_of(ledger, clock, replace(ESSAY, claims=ESSAY.claims[1:]))
    assert await without.queue() == ()
    assert await without.decide(item.id, ReviewAction.SUPPORTS, ADA) is Outcome.STALE
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    assert await without.undo(item.id, ADA) is Outcome.STALE


def test_the_mark_of_an_open_direction_is_what_the_judge_writes() -> None:
    thresholds = Thresholds(0.1, 0.2, 0.5, 0.7, 0.7, 0.1)
    for p, other, leaning in (
        (Probabilities(0.1, 0.1, 0.5, 0.3), None, 0.0),
        (Probabilities(0.1, 0.0, 0.9, 0.0), Stance.CONTRADICTS, 0.0),
        (Probabilities(0.1, 0.0, 0.9, 0.0), None, 0.0),
    ):
        assert stance_of(p, thresholds, other, leaning)[1].startswith(LEFT_OPEN)


# --- a word on it --------------------------------------------------------------------------------


async def test_a_confirmed_report_is_evidence_and_told_once_with_who_confirmed_it(
    ledger, clock, slack, reviewer
):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    assert await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA) is Outcome.RECORDED
    await courier(ledger, clock, slack).drain()
    (post,) = slack.taken
    assert (post.alert.stance, post.alert.sentence) == (Stance.SUPPORTS, "Report")
    assert (post.alert.decision.action, post.alert.decision.by) == (DeskAction.CONFIRM, "Ada")
    (evidence,) = await ledger.evidence("C01")
    assert (evidence.by, evidence.current, evidence.story_id) == ("Ada", True, item.story_id)
    assert await standing(ledger) is Standing.SUPPORTED
    assert await reviewer.queue() == ()
    # Another outlet on the same event is one more carrier, and no second alert.
    await commit(ledger, report("b"))
    await courier(ledger, clock, slack).drain()
    assert {each.alert.id for each in slack.taken} == {post.alert.id}


async def test_the_editor_may_say_the_opposite_of_the_judge(ledger, reviewer):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.CONTRADICTS, ADA)
    (alert,) = await ledger.alerts()
    # The judge's indicator spoke for the other side.
    assert (alert.stance, alert.indicator) == (Stance.CONTRADICTS, "")


@pytest.mark.parametrize("action", [ReviewAction.NOT_THIS_CLAIM, ReviewAction.SKIP])
async def test_what_bears_on_nothing_tells_nobody_and_waits_no_more(ledger, reviewer, action):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    assert await reviewer.decide(item.id, action, ADA) is Outcome.RECORDED
    assert (await reviewer.queue(), await ledger.alerts(), await ledger.evidence("C01")) == (
        (),
        (),
        (),
    )
    assert await reviewer.undo(item.id, ADA) is Outcome.RECORDED
    assert await reviewer.queue() == (item,)


async def test_two_editors_on_one_item_decide_once(ledger, reviewer):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    assert await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA) is Outcome.RECORDED
    for action in (ReviewAction.SUPPORTS, ReviewAction.NOT_THIS_CLAIM):
        assert await reviewer.decide(item.id, action, BEN) is Outcome.ALREADY
    assert len(await ledger.evidence("C01")) == 1
    assert await reviewer.decide(99, ReviewAction.SUPPORTS, BEN) is Outcome.UNKNOWN
    assert await reviewer.undo(99, BEN) is Outcome.UNKNOWN


async def test_undo_strikes_the_post_and_the_report_waits_again(ledger, clock, slack, reviewer):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    await courier(ledger, clock, slack).drain()
    assert await reviewer.undo(item.id, BEN) is Outcome.RECORDED
    assert await reviewer.undo(item.id, BEN) is Outcome.ALREADY
    await courier(ledger, clock, slack).drain()
    struck = slack.taken[-1].alert
    assert struck.withdrawn == "Ben took back that it bears on this claim"
    assert struck.decision is None
    assert await standing(ledger) is Standing.QUIET
    assert await reviewer.queue() == (item,)
    assert await reviewer.decide(item.id, ReviewAction.CONTRADICTS, BEN) is Outcome.RECORDED
    await courier(ledger, clock, slack).drain()
    assert (slack.taken[-1].alert.stance, slack.taken[-1].alert.withdrawn) == (
        Stance.CONTRADICTS,
        "",
    )
    assert (await ledger.verify()).fault == ""


async def test_undo_before_the_post_posts_nothing(ledger, clock, slack, reviewer):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    await reviewer.undo(item.id, ADA)
    await courier(ledger, clock, slack).drain()
    assert slack.taken == []


async def test_an_edit_that_leaves_the_judge_in_doubt_leaves_the_editors_word(ledger, reviewer):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    await commit(ledger, unsure("a", text="A comma more."))
    assert await standing(ledger) is Standing.SUPPORTED
    assert await reviewer.queue() == ()
    await commit(ledger, report("a", None, text="Nothing of it.", outlet="Outlet a"))
    assert await standing(ledger) is Standing.QUIET
    # What an edit took back is not taken back again.
    assert await reviewer.undo(item.id, ADA) is Outcome.RECORDED


async def test_an_edit_that_makes_the_judge_sure_takes_its_place(ledger, reviewer):
    await commit(ledger, unsure("a"))
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    await commit(ledger, report("a", Stance.CONTRADICTS, text="Quite other.", outlet="Outlet a"))
    held = [each for each in await ledger.evidence("C01") if each.current]
    assert [(each.by, each.verdict.stance) for each in held] == [("", Stance.CONTRADICTS)]


# --- an open direction ---------------------------------------------------------------------------


async def test_an_editor_gives_an_alert_its_direction_and_takes_it_back(
    ledger, clock, slack, reviewer
):
    await commit(ledger, undirected("a"))
    await courier(ledger, clock, slack).drain()
    (item,) = await reviewer.queue()
    assert item.doubt is Doubt.UNDIRECTED
    assert await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA) is Outcome.RECORDED
    await courier(ledger, clock, slack).drain()
    alert = slack.taken[-1].alert
    assert (alert.id, alert.stance, alert.decision.by) == (1, Stance.SUPPORTS, "Ada")
    assert "It has a direction now: it supports the claim." in alert.changed
    assert await standing(ledger) is Standing.SUPPORTED
    assert await reviewer.queue() == ()
    assert await reviewer.undo(item.id, ADA) is Outcome.RECORDED
    await courier(ledger, clock, slack).drain()
    alert = slack.taken[-1].alert
    assert (alert.stance, alert.decision, alert.withdrawn) == (Stance.UPDATE, None, "")
    assert "Its direction is open again." in alert.changed
    assert await standing(ledger) is Standing.QUIET
    assert await reviewer.queue() == (item,)
    assert (await ledger.verify()).fault == ""


async def test_the_direction_that_others_report_too_outlives_the_undo(ledger, reviewer):
    await commit(ledger, undirected("a"))
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    await commit(ledger, report("b"))
    await reviewer.undo(item.id, ADA)
    (alert,) = await ledger.alerts()
    assert (alert.stance, alert.decision) == (Stance.SUPPORTS, None)


@pytest.mark.parametrize(
    ("action", "decided"),
    [
        (ReviewAction.UPDATE, DeskAction.CONFIRM),
        (ReviewAction.NOT_THIS_CLAIM, DeskAction.NOT_THIS_CLAIM),
    ],
)
async def test_other_words_on_an_open_direction_are_decisions_on_the_alert(
    ledger, reviewer, action, decided
):
    await commit(ledger, undirected("a"))
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, action, ADA)
    assert (await ledger.alert(1)).decision.action is decided
    assert await reviewer.queue() == ()
    assert await ledger.review_behind(1) == item.id
    await reviewer.undo(item.id, ADA)
    assert (await ledger.alert(1)).decision is None
    assert await reviewer.queue() == (item,)


async def test_an_alert_that_was_confirmed_without_direction_does_not_wait(ledger, reviewer):
    await commit(ledger, undirected("a"))
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    assert await reviewer.queue() == ()
    await ledger.undo(1, ADA)
    assert len(await reviewer.queue()) == 1


async def test_a_direction_that_another_outlet_gave_is_not_asked_for(ledger, reviewer):
    await commit(ledger, undirected("a"), report("b"))
    assert await reviewer.queue() == ()


# --- what is learned from it ---------------------------------------------------------------------


async def test_precision_counts_the_judges_own_alerts(ledger, reviewer):
    await commit(
        ledger,
        *(report(f"r{number}", axis=2 * number, title=f"Event {number} is so now")
          for number in range(3)),
        unsure("u", claim="C02", title="Something else is said in the town"),
    )  # fmt: skip
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    await ledger.decide(2, 1, DeskAction.CONFIRM, ADA)
    await ledger.decide(2, 1, DeskAction.NOT_THIS_CLAIM, BEN)
    await ledger.decide(3, 1, DeskAction.WRONG_STANCE, ADA)
    await ledger.undo(3, ADA)
    (item,) = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    assert await ledger.rulings(ESSAY.id) == (
        ("C01", DeskAction.CONFIRM),
        ("C01", DeskAction.NOT_THIS_CLAIM),
    )


async def test_decisions_are_labels_of_the_reports_that_they_speak_of(ledger, reviewer):
    await commit(ledger, report("a"), report("b"), report("c", Stance.CONTRADICTS, axis=4))
    await commit(ledger, unsure("u", claim="C02", axis=2), undirected("d", claim="C03", axis=6))
    await ledger.decide(1, (await ledger.alert(1)).revision, DeskAction.CONFIRM, ADA)
    await ledger.decide(2, 1, DeskAction.WRONG_STANCE, ADA)
    for item in await reviewer.queue():
        direction = item.doubt is Doubt.UNDIRECTED
        action = ReviewAction.CONTRADICTS if direction else ReviewAction.NOT_THIS_CLAIM
        await reviewer.decide(item.id, action, ADA)
    found = {
        (one.article.entry.guid, one.claim_id): (one.bears, one.stance)
        for one in await ledger.labels(ESSAY.id)
    }
    assert found == {
        ("guid-a", "C01"): (True, Stance.SUPPORTS),
        ("guid-b", "C01"): (True, Stance.SUPPORTS),
        ("guid-c", "C01"): (True, None),
        ("guid-u", "C02"): (False, None),
        ("guid-d", "C03"): (True, Stance.CONTRADICTS),
    }
    before = len(found)
    await ledger.undo(1, ADA)
    assert len(await ledger.labels(ESSAY.id)) == before - 2


# --- stories that are merged ---------------------------------------------------------------------


async def merge(ledger: Ledger, keep: int, other: int) -> None:
    moved = await ledger.merge_stories(keep, other, ADA, POLICY)
    assert not moved.problem


async def test_stories_that_are_merged_wait_as_one(ledger, reviewer):
    await commit(ledger, unsure("a"), unsure("b", axis=4))
    one, other = await reviewer.queue()
    await merge(ledger, one.story_id, other.story_id)
    (item,) = await reviewer.queue()
    assert item.reports == 2
    await reviewer.decide(item.id, ReviewAction.SKIP, ADA)
    assert await reviewer.queue() == ()


async def test_an_editors_word_moves_with_its_story_and_can_be_taken_back(ledger, reviewer):
    await commit(ledger, unsure("a"), unsure("b", axis=4))
    item, other = await reviewer.queue()
    await reviewer.decide(item.id, ReviewAction.SUPPORTS, ADA)
    await merge(ledger, other.story_id, item.story_id)
    assert await reviewer.queue() == ()
    (held,) = [each for each in await ledger.evidence("C01") if each.current]
    assert (held.by, held.story_id) == ("Ada", other.story_id)
    assert await ledger.rulings(ESSAY.id) == ()
    assert [one.article.entry.guid for one in await ledger.labels(ESSAY.id)] == [
        item.article.entry.guid
    ]
    assert await reviewer.undo(item.id, ADA) is Outcome.RECORDED
    assert not [each for each in await ledger.evidence("C01") if each.current]
    assert await standing(ledger) is Standing.QUIET
    assert (await reviewer.queue())[0].reports == 2


async def test_a_decision_speaks_of_the_story_as_it_is(ledger, reviewer):
    title = "Event {} is so as of now"
    await commit(
        ledger, *(report(n, axis=2 * i, title=title.format(n)) for i, n in enumerate("ab"))
    )
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    first, second = [(await ledger.alert(number)).story_id for number in (1, 2)]
    await merge(ledger, first, second)
    assert {one.article.entry.guid for one in await ledger.labels(ESSAY.id)} == {"guid-a", "guid-b"}
