"""`review` and `precision` as people meet them, over a real ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_making import ESSAY, NOON, StillClock, report, update
from review_making import undirected, unsure
from test_desk_commands import ADA, READER, desk_of, told

from bot.commands import requests as ask
from bot.commands.answers import BUTTONS_MAX, Rows, Style, Tone
from bot.commands.desk import Desk
from bot.ledger.store import Ledger
from bot.model import DeskAction


@pytest.fixture
def desk(ledger: Ledger, clock: StillClock) -> Desk:
    return desk_of(ledger, clock)


async def test_an_item_is_shown_with_all_that_an_editor_needs(desk, ledger):
    await ledger.commit(update(unsure("a"), unsure("b", axis=4, claim="C02")))
    shown = await desk.ask_text("review c01", READER)
    words = told(shown)
    assert all(
        each in words
        for each in (
            "C01: not sure enough to be told; is it right?",
            "Claim 1: the pause does not hold.",
            "Report",
            "Outlet a, 1 Mar 2026",
            "How sure: supports at 40%",
            "Why it was not told: bears on it at 40%, below the 60% that alerts",
        )
    ), words
    assert shown.blocks[1].link == "https://a.example/story?ref=feed"
    assert [(one.label, one.token, one.style) for one in shown.buttons] == [
        ("Confirm supports", "decide-review supports 1", Style.MAIN),
        ("Confirm contradicts", "decide-review contradicts 1", Style.PLAIN),
        ("Confirm update", "decide-review update 1", Style.PLAIN),
        ("Not this claim", "decide-review not_this_claim 1", Style.PLAIN),
        ("Skip", "decide-review skip 1", Style.PLAIN),
    ]
    assert len(shown.buttons) <= BUTTONS_MAX


async def test_a_page_shows_one_item_and_names_those_that_follow(desk, ledger):
    for number in range(9):
        at = NOON - timedelta(days=number)
        made = unsure(f"e{number}", axis=number, at=at, title=f"Event {number} is so as told")
        await ledger.commit(update(made))
    first = await desk.ask_text("review", READER)
    assert isinstance(first.blocks[-1], Rows)
    assert (first.page.of, len(first.blocks[-1].rows)) == (9, 7)
    second = await desk.ask_text(first.page.next, READER)
    assert second.page.number == 2
    assert second.buttons[0].token != first.buttons[0].token
    last = await desk.ask_text("review page=99", READER)
    assert (last.page.number, isinstance(last.blocks[-1], Rows)) == (9, False)


async def test_where_the_direction_is_open_no_answer_is_suggested(desk, ledger):
    await ledger.commit(update(undirected("a")))
    shown = await desk.ask_text("review", READER)
    assert "told without a direction; which is it?" in shown.title
    assert "Why it has no direction: direction left open" in told(shown)
    assert {one.style for one in shown.buttons} == {Style.PLAIN}


async def test_nothing_waits(desk):
    assert (await desk.ask_text("review", READER)).title == "Nothing waits for an editor's look"
    assert "on C02" in (await desk.ask_text("review C02", READER)).title
    assert (await desk.ask_text("review C99", READER)).tone is Tone.ERROR


async def test_everyone_may_look_and_only_editors_decide(desk, ledger):
    await ledger.commit(update(unsure("a")))
    shown = await desk.ask_text("review", READER)
    for token in (*(one.token for one in shown.buttons), "undo-review 1"):
        assert (await desk.ask_text(token, READER)).tone is Tone.REFUSED
    assert await ledger.alerts() == ()


async def test_an_editor_decides_goes_on_and_takes_it_back(desk, ledger):
    await ledger.commit(update(unsure("a"), unsure("b", axis=4, claim="C02")))
    shown = await desk.ask_text("review", READER)
    done = await desk.ask_text(shown.buttons[0].token, ADA)
    undo, following = done.buttons
    assert (done.tone, undo.label, following.label) == (Tone.DONE, "Undo", "Next (1 wait)")
    assert (await desk.ask_text(following.token, ADA)).title != shown.title
    again = await desk.ask_text(shown.buttons[1].token, ADA)
    assert (again.tone, "already" in told(again)) == (Tone.ERROR, True)
    assert "taken back" in told(await desk.ask_text(undo.token, ADA))
    assert (await desk.ask_text(undo.token, ADA)).tone is Tone.ERROR
    assert (await desk.ask_text("review", READER)).title == shown.title


async def test_undo_under_the_alert_takes_the_whole_word_back(desk, ledger):
    await ledger.commit(update(unsure("a")))
    await desk.ask_text((await desk.ask_text("review", ADA)).buttons[0].token, ADA)
    why = await desk.ask(ask.WhyAlert(1), ADA)
    assert why.buttons[0].label == "Undo"
    assert (await desk.ask_text(why.buttons[0].token, ADA)).tone is Tone.DONE
    assert not [each for each in await ledger.evidence("C01") if each.current]
    assert (await desk.ask_text("review", READER)).title.startswith("C01")


async def test_the_home_page_tells_how_many_wait(desk, ledger):
    before = [answer.title for answer in await desk.home(READER)]
    await ledger.commit(update(unsure("a"), unsure("b", axis=4, claim="C02")))
    answers = await desk.home(READER)
    assert [one.title for one in answers if one.title not in before] == [
        "2 reports wait for an editor's look"
    ]
    waiting = answers[-2]
    assert (len(waiting.blocks[0].rows), waiting.buttons[0].token) == (2, "review")


async def test_precision_is_published_with_its_sample_size(desk, ledger):
    assert "nothing decided yet" in told(await desk.ask_text("precision", READER))
    for number in range(12):
        at = NOON - timedelta(days=12 * number)
        made = report(f"r{number}", axis=number, at=at, title=f"Event {number} is so as told")
        await ledger.commit(update(made))
    for alert in await ledger.alerts():
        action = DeskAction.NOT_THIS_CLAIM if alert.id == 1 else DeskAction.CONFIRM
        await ledger.decide(alert.id, alert.revision, action, replace(ADA, name="Eve"))
    shown = told(await desk.ask_text("precision", READER))
    assert "92% of 12 confirmed (95 % interval 65% to 99%)" in shown
    assert "0 wrong stance, 1 not this claim" in shown
    assert f"Claims without a decision: {len(ESSAY.claims) - 1}." in shown
    shown = told(await desk.ask(ask.ShowClaim("C01"), READER))
    assert "Alerts that were right: 92% of 12" in shown
    assert "Alerts that were right" not in told(await desk.ask(ask.ShowClaim("C02"), READER))
