"""No answer passes its limits, whatever the feeds and people put into it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.alerts import alert_buttons, latest, why_alert
from bot.commands.answers import (
    BLOCKS_MAX,
    BUTTONS_MAX,
    LINK_MAX,
    ROW_MAX,
    ROWS_MAX,
    TITLE_MAX,
    TOKEN_MAX,
    TOTAL_MAX,
    Answer,
    Button,
    Field,
    Fields,
    Page,
    Paragraph,
    Quote,
    Row,
    Rows,
    length,
)
from bot.ledger.records import DeskEntry
from bot.model import Decision, DeskAction
from tests.contract.samples import ALERT
from tests.hostile import TEXTS

ROWS = st.builds(Row, TEXTS, TEXTS, TEXTS, link=TEXTS)
BLOCKS = st.one_of(
    st.builds(Paragraph, TEXTS),
    st.builds(Quote, TEXTS, TEXTS, TEXTS),
    st.lists(st.builds(Field, TEXTS, TEXTS), max_size=30).map(lambda f: Fields(tuple(f))),
    st.builds(Rows, st.lists(ROWS, max_size=30).map(tuple), TEXTS),
)


def check(answer: Answer) -> None:
    assert len(answer.title) <= TITLE_MAX
    assert len(answer.blocks) <= BLOCKS_MAX
    assert len(answer.buttons) <= BUTTONS_MAX
    assert len(answer.title) + sum(map(length, answer.blocks)) <= TOTAL_MAX
    for block in answer.blocks:
        rows = block.rows if isinstance(block, Rows) else ()
        assert len(rows) <= ROWS_MAX
        for row in rows:
            assert len(row.text) <= ROW_MAX
            assert len(row.link) <= LINK_MAX
            assert row.text.isprintable()
            assert row.link == "" or row.link.startswith("http")


@settings(max_examples=150)
@given(TEXTS, st.lists(BLOCKS, max_size=20))
def test_an_answer_is_bounded_by_construction(title, blocks):
    check(Answer(title, tuple(blocks)))


@settings(max_examples=60)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(DeskAction))
def test_answers_about_a_hostile_alert_are_bounded_and_tell_something(one, two, three, action):
    decision = Decision(action, three, datetime(2026, 3, 1, tzinfo=UTC))
    alert = replace(
        ALERT,
        sentence=one,
        indicator=two,
        decision=decision,
        withdrawn=three,
        claim=replace(ALERT.claim, id=two[:60] or "C", statement=one),
    )
    for answer in (
        why_alert(alert, [DeskEntry(decision, undone=True, undoes=False)] * 9),
        latest([alert] * ROWS_MAX, Page(1, 1)),
    ):
        check(answer)
        assert answer.blocks
    for shown in (alert, replace(alert, withdrawn=""), replace(alert, withdrawn="", decision=None)):
        for button in alert_buttons(shown):
            assert len(button.token) <= TOKEN_MAX


def test_a_post_offers_undo_only_where_something_was_decided() -> None:
    labels = [button.label for button in alert_buttons(ALERT)]
    assert labels == ["Confirm", "Wrong stance", "Not this claim", "Why", "Mute claim 24 h"]
    decided = replace(ALERT, decision=Decision(DeskAction.CONFIRM, "Ada", ALERT.at))
    assert [button.label for button in alert_buttons(decided)] == [
        "Undo",
        "Why",
        "Mute claim 24 h",
    ]
    assert [b.label for b in alert_buttons(replace(ALERT, withdrawn="gone"))] == ["Why"]


def test_a_token_that_no_platform_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="101"):
        Button("x", "y" * (TOKEN_MAX + 1))
