"""Alerts, answers and views within Slack's documented limits, whatever the text."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.clean import clean
from adapters.slack import forms, kit, tokens
from adapters.slack.answers import answer_blocks, answer_text
from adapters.slack.posts import (
    EVENT_TYPE,
    alert_message,
    read_receipt,
    receipt_of,
    reply_message,
)
from bot.alerts.subscriptions import Cadence, Subscription
from bot.commands.answers import (
    Answer,
    Button,
    Choice,
    Field,
    Fields,
    Page,
    Paragraph,
    Picture,
    Quote,
    Row,
    Rows,
    Tone,
)
from bot.commands.requests import Subscribe
from bot.model import Decision, DeskAction, Kind, Outlet, Stance
from tests.contract.samples import ALERT, CLAIM, GROWN, NOW, TURNED, carrier, delivery
from tests.fakes.slack_limits import check_blocks, check_metadata, check_text, check_view, strings
from tests.hostile import SAMPLES, TEXTS


def shown(blocks: list[kit.Json] | tuple[kit.Json, ...]) -> str:
    return " ".join(strings(list(blocks)))


@settings(max_examples=30, deadline=None)
@given(text=TEXTS, other=TEXTS)
@example(SAMPLES["long without a space"], SAMPLES["emoji"])
def test_no_text_makes_an_alert_that_slack_refuses(text: str, other: str) -> None:
    carriers = tuple(
        replace(one, outlet=Outlet(other + str(n)), title=text, url=f"https://x.example/{text}")
        for n, one in enumerate(GROWN.carriers)
    )
    alert = replace(
        TURNED,
        essay_title=text,
        claim=replace(CLAIM, id=text, slug=other, statement=text),
        sentence=other,
        indicator=text,
        asserted_by=other,
        modality=text,
        carriers=carriers,
        withdrawn=other,
        changed=(text,) * 9,
        decision=Decision(DeskAction.CONFIRM, text, NOW),
    )
    for message in (
        alert_message(delivery(alert)),
        alert_message(delivery(replace(alert, withdrawn="", decision=None))),
        reply_message(delivery(alert), carriers),
    ):
        check_text(message.text)
        check_blocks(list(message.blocks))
        check_metadata(message.metadata)


@settings(max_examples=20, deadline=None)
@given(text=TEXTS, other=TEXTS, tone=st.sampled_from(Tone))
@example(SAMPLES["long without a space"], SAMPLES["emoji"], Tone.REFUSED)
def test_no_text_makes_an_answer_that_slack_refuses(text: str, other: str, tone: Tone) -> None:
    answer = Answer(
        text,
        (
            Paragraph(other),
            Paragraph(text, faint=True),
            Quote(text, other, "https://x.example/" + other),
            Fields((Field(text, other),) * 12),
            Rows((Row(text, other, text, stance=Stance.UPDATE, link="https://x.example"),) * 9),
            Rows((), other),
        ),
        tone,
        picture=Picture(b"png", text, other),
        buttons=tuple(Button(text, f"show {n}") for n in range(5)),
        page=Page(2, 3, "list page=1", "list page=3"),
        people=("U1", text),
    )
    check_text(answer_text(answer))
    check_blocks(answer_blocks(answer, f"check {text}", "F1"))
    check_view(forms.answer_view(answer))
    check_view(forms.home_view((answer,) * 3, "now"))
    choices = tuple(Choice(f"C{n}", text) for n in range(3) if clean(text, 100))
    held = Subscription(claims=frozenset({"C1"}))
    check_view(forms.subscription_view(held, choices, forms.private_words("C1", "http://x")))


def test_an_alert_reads_like_a_diff_with_stance_and_claim_first() -> None:
    blocks = alert_message(delivery(GROWN)).blocks
    assert blocks[0]["text"]["text"] == "🟦 ▲ SUPPORTS C10 · delay-is-the-strategy"
    told = shown(blocks)
    assert told.index("− ") < told.index("Putin draws the talks out") < told.index("¶ 0, 4")
    assert told.index("+ ") < told.index("The Budapest meeting")
    for part in ("A leaders' meeting is put off", "reported as having happened", "3 outlets",
                 "21 Oct 2025, 14:30 UTC", "87 %"):  # fmt: skip
        assert part in told
    labels = [one["text"]["text"] for one in blocks[-1]["elements"]]
    assert labels == ["Confirm", "Wrong stance", "Not this claim", "Why", "Mute claim 24 h"]


def test_stances_differ_in_word_shape_and_square() -> None:
    heads = {
        alert_message(delivery(replace(ALERT, stance=stance))).blocks[0]["text"]["text"]
        for stance in Stance
    }
    assert {tuple(head.split()[:3]) for head in heads} == {
        ("🟧", "▼", "CONTRADICTS"),
        ("🟦", "▲", "SUPPORTS"),
        ("⬜", "◆", "UPDATE"),
    }


def test_a_withdrawn_alert_is_struck_through_with_its_reason() -> None:
    message = alert_message(delivery(replace(ALERT, withdrawn="the report was corrected")))
    parts = [p for e in message.blocks[1]["elements"] for p in e["elements"]]
    struck = [part["text"] for part in parts if part.get("style", {}).get("strike")]
    assert any("Budapest meeting" in text for text in struck)
    assert "Withdrawn:  the report was corrected" in shown(message.blocks)
    assert "WITHDRAWN" in message.blocks[0]["text"]["text"]
    assert [one["text"]["text"] for one in message.blocks[-1]["elements"]] == ["Why"]


def test_a_decision_is_shown_and_can_be_undone() -> None:
    decided = replace(ALERT, decision=Decision(DeskAction.CONFIRM, "Ada", NOW))
    blocks = alert_message(delivery(decided)).blocks
    assert "Desk:  confirmed by Ada" in shown(blocks)
    assert "Undo" in [one["text"]["text"] for one in blocks[-1]["elements"]]


def test_a_receipt_tells_which_outlets_are_new() -> None:
    receipt = read_receipt(str(receipt_of("1761063000.000100", ALERT)))
    assert receipt is not None
    assert [one.outlet.name for one in receipt.new(GROWN)] == ["Harbour Post", "Agency Nine"]
    assert read_receipt("1700000000.12345") is not None
    assert read_receipt("memory-41") is None


def test_a_receipt_fits_its_255_characters_with_any_number_of_outlets() -> None:
    many = replace(ALERT, carriers=tuple(carrier(f"Outlet {n}") for n in range(300)))
    text = str(receipt_of("1761063000.000100", many))
    assert len(text) <= 255
    assert read_receipt(text) is not None


def test_people_in_a_refusal_are_shown_by_name() -> None:
    answer = Answer(
        "You may not decide", (Paragraph("U123, S456 may."),), Tone.REFUSED, people=("U123", "S456")
    )
    parts = answer_blocks(answer)[1]["elements"][0]["elements"]
    assert {"type": "user", "user_id": "U123"} in parts
    assert {"type": "usergroup", "usergroup_id": "S456"} in parts


def test_a_long_question_can_be_answered_but_not_shared() -> None:
    answer = Answer("Verdicts")
    labels = shown(answer_blocks(answer, "check " + "x" * 4000))
    assert "Share" not in labels
    assert "Share in channel" in shown(answer_blocks(answer, "check x"))


def test_the_form_comes_back_as_it_was_filled() -> None:
    held = Subscription(
        claims=frozenset({"C10"}),
        kinds=frozenset({Kind.PREDICTION}),
        stances=frozenset({Stance.CONTRADICTS}),
        min_confidence=0.8,
        cadence=Cadence.DAILY,
    )
    view = forms.subscription_view(held, (Choice("C10", "C10 x"),), "")
    values = {}
    for block in view["blocks"]:
        element = block["element"]
        values[block["block_id"]] = {
            element["action_id"]: {
                "value": element.get("initial_value"),
                "selected_options": element.get("initial_options", []),
                "selected_option": element.get("initial_option"),
            }
        }
    wanted, wrong = forms.submitted(values)
    assert wrong == {}
    assert wanted is not None
    assert (wanted.claims, wanted.kinds, wanted.stances) == (("C10",), held.kinds, held.stances)
    assert (wanted.min_confidence, wanted.cadence) == (0.8, Cadence.DAILY)
    assert isinstance(wanted, Subscribe)


def test_hours_that_cannot_be_are_told_beside_their_field() -> None:
    wanted, wrong = forms.submitted({"quiet": {"x": {"value": "late"}}})
    assert wanted is None
    assert "22:00-07:00" in wrong["quiet"]


@pytest.mark.parametrize("text", ["<!channel>", "*bold*", "_it_", "`code`", "a & b", "~x~"])
def test_nothing_in_a_notification_is_markup(text: str) -> None:
    assert not set("<>*_~`") & set(kit.escaped(text))


def test_the_manifest_names_what_the_code_uses() -> None:
    path = Path(kit.__file__).with_name("manifest.json")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    features, events = manifest["features"], manifest["settings"]["event_subscriptions"]
    assert features["slash_commands"][0]["command"] == tokens.COMMAND
    assert features["shortcuts"][0]["callback_id"] == tokens.CHECK_MESSAGE
    assert events["metadata_subscriptions"][0]["event_type"] == EVENT_TYPE
    assert manifest["settings"]["socket_mode_enabled"]
