"""What people decide, over a real ledger: decisions, subscriptions, mutes, quiet hours."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from ledger_making import CLAIM, ESSAY, NOON, StillClock, entry, report, update
from test_ledger_delivery import Channel, courier, failing

from bot.alerts.subscriptions import Cadence, DigestTime, QuietHours, Subscription
from bot.errors import DeliveryError
from bot.ledger.desk.desk_rows import Outcome
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Actor, DeskAction, Notice, Stance

ADA = Actor("slack", "U1", "Ada", channel_id="C1")
HERE = ADA.channel


class Platform(Channel):
    """One connection that serves many channels."""

    def connect(self, desk: object) -> None: ...

    def told(self, channel: str = HERE) -> list[tuple[int, int]]:
        return [(d.alert.id, d.alert.revision) for d in self.taken if d.channel == channel]


@pytest.fixture
def slack() -> Platform:
    return Platform("slack")


async def posted(ledger: Ledger, clock: StillClock, slack: Platform, *more: str) -> None:
    """One alert, posted in Ada's channel and in those."""
    await ledger.commit(update(report("a"), channels=(HERE, *more)))
    await courier(ledger, clock, slack).drain()


# --- decisions -----------------------------------------------------------------------------------


async def test_a_decision_shows_in_every_channel_that_has_the_post(ledger, clock, slack):
    await posted(ledger, clock, slack, "slack:C2")
    assert await ledger.decide(1, 1, DeskAction.CONFIRM, ADA) is Outcome.RECORDED
    await courier(ledger, clock, slack).drain()
    assert slack.told() == slack.told("slack:C2") == [(1, 1), (1, 2)]
    last = slack.taken[-1].alert
    assert (last.decision.action, last.decision.by, last.decision.at) == (
        DeskAction.CONFIRM,
        "Ada",
        NOON,
    )
    assert last.changed == ("Ada confirmed it.",)
    assert not last.turned


async def test_undo_is_a_row_too_and_clears_the_post(ledger, clock, slack):
    await posted(ledger, clock, slack)
    await ledger.decide(1, 1, DeskAction.WRONG_STANCE, ADA)
    assert await ledger.undo(1, ADA) is Outcome.RECORDED
    assert await ledger.undo(1, ADA) is Outcome.ALREADY
    assert (await ledger.alert(1)).decision is None
    log = await ledger.desk_log(1)
    assert [(each.undone, each.undoes) for each in log] == [(True, False), (False, True)]
    assert await ledger.decide(1, 1, DeskAction.WRONG_STANCE, ADA) is Outcome.RECORDED
    assert await ledger.undo(1, ADA) is Outcome.RECORDED


async def test_the_same_decision_twice_is_recorded_once(ledger, clock, slack):
    await posted(ledger, clock, slack)
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    assert await ledger.decide(1, 1, DeskAction.CONFIRM, ADA) is Outcome.ALREADY
    assert len(await ledger.desk_log(1)) == 1


async def test_a_button_on_a_post_that_has_turned_decides_nothing(ledger, clock, slack):
    await posted(ledger, clock, slack)
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    await ledger.commit(update(report("b", Stance.CONTRADICTS), channels=(HERE,), at=NOON))
    alert = await ledger.alert(1)
    assert (alert.stance, alert.decision) == (Stance.CONTRADICTS, None)
    assert await ledger.decide(1, 1, DeskAction.WRONG_STANCE, ADA) is Outcome.STALE
    assert await ledger.decide(9, 1, DeskAction.CONFIRM, ADA) is Outcome.UNKNOWN


async def test_a_decision_before_the_post_is_in_the_first_post(ledger, clock, slack):
    await ledger.commit(update(report("a"), channels=(HERE,)))
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    await courier(ledger, clock, slack).drain()
    assert slack.told() == [(1, 2)]


@pytest.mark.parametrize("table", ["decisions", "subscriptions", "mutes"])
async def test_what_was_decided_cannot_be_changed(tmp_path: Path, table: str) -> None:
    path = tmp_path / "ledger.sqlite"
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.commit(update(report("a"), channels=(HERE,)))
        await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
        await ledger.subscribe(Subscription(), ADA)
        await ledger.mute("pause", "C01", NOON + timedelta(days=1), ADA)
    with sqlite3.connect(path) as db:
        for verb in (f"DELETE FROM {table}", f"UPDATE {table} SET user_name = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(verb)
    db.close()


# --- withdrawn -----------------------------------------------------------------------------------


async def test_a_withdrawn_report_strikes_its_posts_with_the_reason(ledger, clock, slack):
    await posted(ledger, clock, slack)
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    edit = report("a", None, text="A correction.", outlet="Outlet a")
    result = await ledger.commit(update(edit, channels=(HERE,)))
    assert result.alerts == (1,)
    await courier(ledger, clock, slack).drain()
    struck = slack.taken[-1].alert
    assert struck.withdrawn.startswith("Outlet a changed its report")
    assert struck.changed[0] == f"Withdrawn: {struck.withdrawn}."
    assert struck.decision is None
    assert struck.standing.value == "quiet"
    assert await ledger.decide(1, 1, DeskAction.CONFIRM, ADA) is Outcome.STALE


async def test_a_withdrawal_reaches_channels_that_left_or_muted_the_claim(ledger, clock, slack):
    await posted(ledger, clock, slack)
    await ledger.mute("pause", "C01", NOON + timedelta(days=1), ADA)
    await ledger.subscribe(None, ADA)
    await ledger.commit(update(report("a", None, text="No.", outlet="Outlet a"), channels=(HERE,)))
    await courier(ledger, clock, slack).drain()
    assert slack.told() == [(1, 1), (1, 2)]


async def test_evidence_that_comes_back_is_told_again(ledger, clock, slack):
    await posted(ledger, clock, slack)
    for text in ("No.", "Yes after all."):
        stance = None if text == "No." else Stance.SUPPORTS
        edit = report("a", stance, text=text, outlet="Outlet a")
        await ledger.commit(update(edit, channels=(HERE,)))
        await courier(ledger, clock, slack).drain()
    assert [d.alert.withdrawn == "" for d in slack.taken] == [True, False, True]
    assert slack.taken[-1].alert.changed[0] == "Reported again."


# --- subscriptions -------------------------------------------------------------------------------


async def test_a_subscription_overrides_what_the_config_says(ledger, clock, slack):
    await ledger.subscribe(Subscription(stances=frozenset({Stance.CONTRADICTS})), ADA)
    await ledger.commit(update(report("a"), channels=(HERE, "slack:C2")))
    against = report("b", Stance.CONTRADICTS, axis=4)
    await ledger.commit(
        update(against, channels=(HERE, "slack:C2"), stances=frozenset({Stance.SUPPORTS}))
    )
    await courier(ledger, clock, slack).drain()
    assert slack.told() == [(2, 1)]
    assert slack.told("slack:C2") == [(1, 1)]


async def test_a_channel_that_the_config_does_not_name_registers_itself(ledger, clock, slack):
    await ledger.subscribe(Subscription(claims=frozenset({"C02"}), min_confidence=0.5), ADA)
    for number, claim in enumerate(("C01", "C02")):
        await ledger.commit(update(report(claim, claim=claim, axis=2 * number), channels=()))
    await courier(ledger, clock, slack).drain()
    assert slack.told() == [(2, 1)]
    await ledger.subscribe(None, ADA)
    await ledger.commit(update(report("x", claim="C02", axis=5), channels=()))
    assert (await courier(ledger, clock, slack).drain()).sent == 0


async def test_a_post_is_edited_though_the_subscription_would_not_admit_it_now(
    ledger, clock, slack
):
    await ledger.subscribe(Subscription(stances=frozenset({Stance.SUPPORTS})), ADA)
    await posted(ledger, clock, slack)
    await ledger.commit(update(report("b", Stance.CONTRADICTS), channels=(HERE,)))
    await courier(ledger, clock, slack).drain()
    assert slack.told() == [(1, 1), (1, 2)]
    assert slack.taken[-1].alert.turned


async def test_what_has_turned_before_it_was_posted_is_not_posted_where_unwanted(
    ledger, clock, slack
):
    await ledger.subscribe(Subscription(stances=frozenset({Stance.SUPPORTS})), ADA)
    await ledger.commit(update(report("a"), channels=(HERE,)))
    await ledger.commit(update(report("b", Stance.CONTRADICTS), channels=(HERE,)))
    await courier(ledger, clock, slack).drain()
    assert slack.told() == []


async def test_a_digest_channel_gets_no_alert_by_itself(ledger, clock, slack):
    await ledger.subscribe(Subscription(cadence=Cadence.DAILY), ADA)
    await ledger.commit(update(report("a"), channels=(HERE,)))
    assert (await courier(ledger, clock, slack).drain()).sent == 0
    assert (await ledger.changes("pause", NOON - timedelta(days=1), 9)).alerts[0].id == 1


async def test_nothing_has_turned_in_a_channel_that_hears_of_it_first(ledger, clock, slack):
    await posted(ledger, clock, slack)
    late = Actor("slack", "U1", "Ada", channel_id="C9")
    await ledger.subscribe(Subscription(), late)
    await ledger.commit(update(report("b", Stance.CONTRADICTS), channels=(HERE,)))
    await courier(ledger, clock, slack).drain()
    turned = {d.channel: d.alert.turned for d in slack.taken if d.alert.revision == 2}
    assert turned == {HERE: True, late.channel: False}


# --- mutes and quiet hours -----------------------------------------------------------------------


async def test_a_muted_claim_is_not_told_later_but_goes_on_with_its_story(ledger, clock, slack):
    await ledger.mute("pause", "C01", NOON + timedelta(hours=24), ADA)
    for name, axis in (("a", 0), ("b", 4)):
        await ledger.commit(update(report(name, axis=axis), channels=(HERE, "slack:C2")))
    await courier(ledger, clock, slack).drain()
    assert (slack.told(), len(slack.told("slack:C2"))) == ([], 2)
    clock.at += timedelta(hours=25)
    assert (await courier(ledger, clock, slack).drain()).sent == 0
    assert await ledger.mutes("pause", HERE) == ()
    await ledger.commit(update(report("a2", axis=0), channels=(HERE,), at=clock.at))
    await courier(ledger, clock, slack).drain()
    assert slack.told() == [(1, 2)]


async def test_a_mute_drops_what_waits_and_unmute_ends_it(ledger, clock, slack):
    await ledger.commit(update(report("a"), channels=(HERE,)))
    await ledger.mute("pause", "C01", NOON + timedelta(hours=1), ADA)
    assert (await courier(ledger, clock, slack).drain()).sent == 0
    (held,) = await ledger.mutes("pause", HERE)
    assert (held.claim_id, held.by) == ("C01", "Ada")
    await ledger.mute("pause", "C01", None, ADA)
    await ledger.commit(update(report("b", axis=4), channels=(HERE,)))
    await courier(ledger, clock, slack).drain()
    assert slack.told() == [(2, 1)]


async def test_quiet_hours_hold_delivery_in_order_and_lose_nothing(ledger, clock, slack):
    quiet = QuietHours(time(11), time(15), "UTC")
    await ledger.subscribe(Subscription(quiet=quiet), ADA)
    await posted(ledger, clock, slack, "slack:C2")
    await ledger.commit(update(report("b", axis=4), channels=(HERE,)))
    await ledger.commit(update(report("a2", axis=0), channels=(HERE,)))
    assert (slack.told(), slack.told("slack:C2")) == ([], [(1, 1)])
    (queue,) = [q for q in await ledger.queues() if q.channel == HERE]
    assert (queue.pending, queue.next_due) == (2, NOON + timedelta(hours=3))
    result = await courier(ledger, clock, slack).drain_until_empty(timeout_s=4 * 3600)
    assert result.waiting == 0
    assert slack.told() == [(2, 1), (1, 2)]
    assert clock.at >= NOON + timedelta(hours=3)


# --- the platform's connection -------------------------------------------------------------------


async def test_one_connection_is_started_once_for_all_its_channels(ledger, clock, slack):
    channels = tuple(f"slack:C{number}" for number in range(5))
    await ledger.commit(update(report("a"), channels=(*channels, "discord:1")))
    result = await courier(ledger, clock, slack, unstarted={"slack"}).drain()
    assert (result.sent, slack.starts) == (5, 1)
    assert {d.channel for d in slack.taken} == set(channels)


async def test_a_channel_of_a_platform_does_not_go_to_a_plain_adapter(ledger, clock):
    await ledger.commit(update(report("a"), channels=("slack:C1", "slack")))
    plain = Channel("slack")
    await courier(ledger, clock, plain).drain()
    assert [d.channel for d in plain.taken] == ["slack"]


async def test_the_first_post_says_how_it_stands_to_the_last_alert(ledger, clock, slack):
    await posted(ledger, clock, slack)
    await ledger.commit(update(report("b", Stance.CONTRADICTS, axis=4), channels=(HERE,)))
    await courier(ledger, clock, slack).drain()
    assert [d.alert.changed for d in slack.taken] == [
        (),
        ("The last alert on this claim, of 2026-03-01, supported it.",),
    ]
    assert (await ledger.trace(entry("a").url)) is not None


async def test_a_channel_that_was_gone_is_tried_again_once_somebody_subscribes_it(ledger, clock):
    for name, axis in (("a", 0), ("b", 2)):
        await ledger.commit(update(report(name, axis=axis), channels=(HERE,)))
    gone = DeliveryError("no such channel", try_again=False, channel_gone=True)
    carrier = courier(ledger, clock, Platform("slack", failing(gone)))
    assert (await carrier.drain()).failed == 1
    clock.at += timedelta(minutes=1)
    assert (await carrier.drain()).sent == 0
    await ledger.subscribe(Subscription(), ADA)
    assert (await carrier.drain()).sent == 1


# --- digests -------------------------------------------------------------------------------------


DAILY = Subscription(cadence=Cadence.DAILY, digest_time=DigestTime(time(8), "Europe/Kyiv"))


def notices(slack: Platform) -> list[Notice]:
    return [delivery.notice for delivery in slack.posted]


async def test_a_digest_lists_what_came_since_the_last_one_contradictions_first(
    ledger, clock, slack
):
    await ledger.subscribe(DAILY, ADA)
    await ledger.commit(update(report("a", axis=0), report("b", Stance.CONTRADICTS, axis=2)))
    await courier(ledger, clock, slack).drain()
    assert slack.taken == []  # nothing by itself
    clock.at += timedelta(days=1)
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 1
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 0
    await courier(ledger, clock, slack).drain()
    (told,) = notices(slack)
    assert told.title == "Daily digest: 2 stories, 1 against a claim"
    headings = [section.heading for section in told.sections]
    assert headings.index("Contradictions") < headings.index("Support")
    assert any(line.startswith("Quiet, ") for line in told.lines)


async def test_a_story_on_two_claims_is_one_line(ledger, clock, slack):
    await ledger.subscribe(DAILY, ADA)
    article, first = report("a")
    second = replace(first.verdicts[0], claim_id="C02", confidence=0.8)
    await ledger.commit(update((article, replace(first, verdicts=(*first.verdicts, second)))))
    clock.at += timedelta(days=1)
    await ledger.queue_digests(ESSAY, AlertPolicy())
    await courier(ledger, clock, slack).drain()
    rows = [section.rows for section in notices(slack)[0].sections if section.heading == "Support"]
    assert [len(one) for one in rows] == [1]
    assert "also C" in rows[0][0].detail


async def test_days_without_the_bot_are_one_digest_and_a_quiet_day_says_so(ledger, clock, slack):
    await ledger.subscribe(DAILY, ADA)
    await ledger.commit(update(report("a")))
    clock.at += timedelta(days=4)
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 1
    clock.at += timedelta(days=1)
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 1
    await courier(ledger, clock, slack).drain()
    assert [one.title for one in notices(slack)] == [
        "Daily digest: 1 story",
        "Daily digest: nothing new",
    ]


async def test_an_hour_that_brought_nothing_is_not_told(ledger, clock, slack):
    await ledger.subscribe(replace(DAILY, cadence=Cadence.HOURLY), ADA)
    clock.at += timedelta(hours=3)
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 0
    await ledger.commit(update(report("a"), at=clock.at))
    clock.at += timedelta(hours=1)
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 1


async def test_what_comes_after_an_empty_hour_waits_for_the_next_one(ledger, clock, slack):
    await ledger.subscribe(replace(DAILY, cadence=Cadence.HOURLY), ADA)
    clock.at += timedelta(hours=1)
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 0
    clock.at += timedelta(minutes=7)
    await ledger.commit(update(report("a", at=clock.at), at=clock.at))
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 0
    clock.at += timedelta(minutes=53)
    assert await ledger.queue_digests(ESSAY, AlertPolicy()) == 1


async def test_the_backlog_of_a_new_feed_is_no_news(ledger, clock, slack):
    await ledger.subscribe(DAILY, ADA)
    old = NOON - timedelta(days=300)
    await ledger.commit(update(report("a", at=old), silent=True))
    clock.at += timedelta(days=1)
    await ledger.queue_digests(ESSAY, AlertPolicy())
    await courier(ledger, clock, slack).drain()
    assert notices(slack)[0].title == "Daily digest: nothing new"
    assert not notices(slack)[0].sections


async def test_a_digest_waits_for_the_end_of_quiet_hours_and_is_not_lost(ledger, clock, slack):
    quiet = QuietHours(time(0), time(23), "UTC")
    await ledger.subscribe(replace(DAILY, quiet=quiet), ADA)
    await ledger.commit(update(report("a")))
    clock.at += timedelta(days=1)
    await ledger.queue_digests(ESSAY, AlertPolicy())
    await courier(ledger, clock, slack).drain()
    assert slack.posted == []
    clock.at = clock.at.replace(hour=23, minute=30)
    await courier(ledger, clock, slack).drain()
    assert len(slack.posted) == 1


async def test_a_muted_claim_is_not_in_the_digest(ledger, clock, slack):
    await ledger.subscribe(DAILY, ADA)
    await ledger.mute(ESSAY.id, CLAIM, NOON + timedelta(days=9), ADA)
    await ledger.commit(update(report("a")))
    clock.at += timedelta(days=1)
    await ledger.queue_digests(ESSAY, AlertPolicy())
    await courier(ledger, clock, slack).drain()
    assert notices(slack)[0].title == "Daily digest: nothing new"


async def test_a_channel_that_goes_over_to_digests_is_not_told_of_what_it_was_told(
    ledger, clock, slack
):
    await ledger.subscribe(Subscription(), ADA)
    await posted(ledger, clock, slack)
    clock.at += timedelta(hours=1)
    await ledger.subscribe(DAILY, ADA)
    clock.at += timedelta(days=1)
    await ledger.queue_digests(ESSAY, AlertPolicy())
    await courier(ledger, clock, slack).drain()
    assert notices(slack)[0].title == "Daily digest: nothing new"


# --- silence -------------------------------------------------------------------------------------


async def test_what_falls_silent_is_told_once_and_again_after_it_was_heard(ledger, clock, slack):
    month = timedelta(days=30)
    await ledger.commit(update(report("a"), channels=()))
    clock.at += month
    told = await ledger.tell_silence(ESSAY, [HERE], month)
    assert len(told) == len(ESSAY.claims)
    clock.at += timedelta(hours=1)
    assert await ledger.tell_silence(ESSAY, [HERE], month) == ()
    await ledger.commit(update(report("b", at=clock.at, axis=3), channels=(), at=clock.at))
    clock.at += month
    (again,) = await ledger.tell_silence(ESSAY, [HERE], month)
    assert again.startswith(CLAIM)
    await courier(ledger, clock, slack).drain()
    assert [one.title for one in notices(slack)] == ["Silent for longer than usual"] * 2
    assert len(notices(slack)[0].lines) == 5


async def test_an_empty_ledger_is_not_silent(ledger):
    assert await ledger.tell_silence(ESSAY, [HERE], timedelta(days=30)) == ()
