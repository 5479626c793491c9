"""Standings over a real ledger: what moves them, how they are dated, who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_making import ESSAY, NOON, StillClock, report, update

from bot.alerts.subscriptions import Cadence, Subscription
from bot.ledger.records import AlertPolicy, ClaimAccount
from bot.ledger.store import Ledger
from bot.model import Actor, DeskAction, Notice, NoticeDelivery, NoticeKind, Stance, Standing

ADA = Actor("slack", "U1", "Ada", channel_id="C1")
TOLD = AlertPolicy(("desk",), standing_changes=True)
FOR, AGAINST = Stance.SUPPORTS, Stance.CONTRADICTS


async def commit(ledger: Ledger, *reports, **how) -> None:
    policy = how.pop("policy", TOLD)
    await ledger.commit(replace(update(*reports, **how), policy=policy))


async def account(ledger: Ledger) -> ClaimAccount:
    return (await ledger.standings(ESSAY))[0]


async def notices(ledger: Ledger, clock: StillClock, channel: str = "desk") -> list[Notice]:
    due = await ledger.due_deliveries(clock.now(), 100, channel)
    return [one.notice for one in due if isinstance(one, NoticeDelivery)]


# --- what moves it -------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [DeskAction.WRONG_STANCE, DeskAction.NOT_THIS_CLAIM])
async def test_a_decision_moves_the_standing_and_undo_restores_it(ledger, action):
    await commit(ledger, report("a"))
    assert (await account(ledger)).standing is Standing.SUPPORTED
    await ledger.decide(1, 1, action, ADA)
    assert (await account(ledger)).standing is Standing.QUIET
    await ledger.undo(1, ADA)
    assert (await account(ledger)).standing is Standing.SUPPORTED
    causes = [turn.cause for turn in await ledger.standing_history("pause", "C01")]
    assert causes[0] == "Moved by a new report in Outlet a."
    assert causes[1].startswith("The desk: Ada ")
    assert causes[2].startswith("The desk: Ada took back that Ada ")


async def test_a_confirmed_word_of_a_party_counts_in_full(ledger):
    await commit(ledger, report("a", asserted_by="kremlin"))
    assert (await account(ledger)).standing is Standing.QUIET
    await ledger.decide(1, 1, DeskAction.CONFIRM, ADA)
    found = await account(ledger)
    assert (found.standing, found.supporting_weight) == (Standing.SUPPORTED, 1.0)


async def test_a_story_of_several_origins_weighs_more_and_wire_copy_does_not(ledger):
    copy = "The ministry of the interior said on Sunday that the power station had been hit again"
    own = (
        "Smoke stood over the eastern blocks of the plant when our correspondent came to the gate",
        "Two turbines are out of service, an engineer told us, and repairs will take until April",
        "Residents of four villages were without heating for a second night, their mayor wrote",
    )
    for claim, texts in {"C02": (copy,) * 3, "C03": own}.items():
        for text, outlet in zip(
            texts, ("Harbour Post", "City Gazette", "Wirral Echo"), strict=True
        ):
            name = f"{claim}{outlet[0]}".lower()
            title = f"{claim} and the power station on Sunday"
            await commit(ledger, report(name, claim=claim, text=text, title=title, outlet=outlet))
    accounts = {one.claim.id: one for one in await ledger.standings(ESSAY)}
    assert accounts["C02"].supporting == accounts["C03"].supporting == 1
    assert accounts["C02"].supporting_weight == 1.0
    assert accounts["C03"].supporting_weight == pytest.approx(4 / 3, abs=0.01)


async def test_a_decision_falls_when_the_story_turns(ledger):
    await commit(ledger, report("a"))
    await ledger.decide(1, 1, DeskAction.NOT_THIS_CLAIM, ADA)
    await commit(ledger, report("b", AGAINST, outlet="Outlet a"))
    assert (await ledger.alert(1)).decision is None
    found = await account(ledger)
    assert (found.standing, found.contradicting) == (Standing.CONTRADICTED, 1)


async def test_a_claim_fades_with_age_and_says_so(ledger, clock):
    await commit(ledger, report("a"))
    assert await ledger.reassess(ESSAY, NOON + timedelta(days=119), TOLD) == ()
    (change,) = await ledger.reassess(ESSAY, NOON + timedelta(days=121), TOLD)
    assert (change.previous, change.standing) == (Standing.SUPPORTED, Standing.QUIET)
    assert change.cause == "No report moved it: older evidence counts less."
    assert change.at == NOON + timedelta(days=121)
    assert [one.title for one in await notices(ledger, clock)][-1] == (
        "C01 is now quiet (was supported)"
    )


async def test_a_late_report_does_not_turn_the_clock_back(ledger):
    await commit(ledger, report("a"))
    await ledger.reassess(ESSAY, NOON + timedelta(days=60), TOLD)
    await commit(ledger, report("old", axis=4, at=NOON - timedelta(days=30)))
    found = await account(ledger)
    assert found.supporting_weight == pytest.approx(0.5 + 0.5**1.5, abs=0.001)


# --- who is told ---------------------------------------------------------------------------------


async def test_a_change_is_told_once_with_what_moved_it(ledger, clock):
    await commit(ledger, report("a"))
    await commit(ledger, report("a"))
    (told,) = await notices(ledger, clock)
    assert told.kind is NoticeKind.STANDING
    assert told.title == "C01 is now supported (was quiet)"
    assert told.lines[:3] == (
        "Claim 1: the pause does not hold.",
        "Moved by a new report in Outlet a.",
        "1 story for it (weight 1.00), 0 stories against it (weight 0.00)",
    )
    (row,) = told.sections[0].rows
    assert (row.text, row.detail, row.link) == (
        "Report",
        "supports it; Outlet a, 2026-03-01",
        "https://a.example/story?ref=feed",
    )


async def test_sources_that_conflict_are_told_as_such(ledger, clock):
    await commit(ledger, report("a"), report("b", AGAINST))
    (told,) = await notices(ledger, clock)
    assert told.title == "C01: sources now conflict (was quiet)"


async def test_the_alert_comes_before_the_news_of_the_standing(ledger, clock):
    await commit(ledger, report("a"))
    due = await ledger.due_deliveries(clock.now(), 100)
    assert [isinstance(one, NoticeDelivery) for one in due] == [False, True]


@pytest.mark.parametrize(
    "how", [{"silent": True}, {"policy": AlertPolicy(("desk",), standing_changes=False)}]
)
async def test_nobody_is_told_in_silence_or_where_it_is_switched_off(ledger, clock, how):
    await commit(ledger, report("a"), **how)
    assert (await account(ledger)).standing is Standing.SUPPORTED
    assert await notices(ledger, clock) == []


async def test_only_channels_that_follow_the_claim_at_once_are_told(ledger, clock):
    for channel, wanted in (
        ("C1", Subscription()),
        ("C2", Subscription(claims=frozenset({"C02"}))),
        ("C3", Subscription(cadence=Cadence.DAILY)),
        ("C4", Subscription()),
    ):
        await ledger.subscribe(wanted, replace(ADA, channel_id=channel))
    await ledger.mute("pause", "C01", NOON + timedelta(days=1), replace(ADA, channel_id="C4"))
    await commit(ledger, report("a"), policy=replace(TOLD, channels=()))
    told = [len(await notices(ledger, clock, f"slack:C{n}")) for n in (1, 2, 3, 4)]
    assert told == [1, 0, 0, 0]


async def test_a_decision_that_moves_a_standing_is_told(ledger, clock):
    await commit(ledger, report("a"))
    await ledger.decide(1, 1, DeskAction.WRONG_STANCE, ADA, TOLD)
    told = (await notices(ledger, clock))[-1]
    assert told.title == "C01 is now quiet (was supported)"
    assert told.lines[1] == "The desk: Ada called the stance wrong (alert 1)."
    assert told.sections[0].rows[0].link == "https://a.example/story?ref=feed"
