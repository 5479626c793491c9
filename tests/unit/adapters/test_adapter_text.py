"""An alert in words."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.text import (
    SENTENCE_MAX,
    Card,
    asserted,
    card,
    confidence,
    one_line,
    outlets,
    stance_mark,
    stance_word,
    time_utc,
)
from bot.judge.attribution_rules import Modality
from bot.model import Kind, Outlet, Stance, Standing, Voice
from tests.contract.samples import ALERT, CLAIM, GROWN, TURNED, carrier


def test_a_card_says_all_that_an_alert_must() -> None:
    shown = card(ALERT)
    assert shown == Card(
        mark="▲",
        stance="SUPPORTS",
        claim_id="C10",
        slug="delay-is-the-strategy",
        statement=CLAIM.statement,
        place="Putin's True Intentions, ¶ 0, 4 (assessment)",
        sentence=ALERT.sentence,
        reason="A leaders' meeting is put off or called off.",
        side="counts for the claim",
        asserted="reported as having happened",
        confidence="fairly sure, 87 %",
        outlets="Example Wire",
        at="21 Oct 2025, 14:30 UTC",
        standing="quiet → supported",
        turned="",
        link="https://example-wire.example/2025/10/21/summit-shelved",
    )
    assert shown.head == "▲ SUPPORTS C10"


def test_the_stances_differ_in_shape_and_word() -> None:
    assert len({stance_mark(stance) for stance in Stance}) == len(Stance)
    assert len({stance_word(stance) for stance in Stance}) == len(Stance)


def test_a_prediction_says_when_it_is_due() -> None:
    claim = replace(CLAIM, kind=Kind.PREDICTION, horizon=date(2026, 12, 31), paragraphs=())
    place = card(replace(ALERT, claim=claim)).place
    assert place == "Putin's True Intentions (prediction, due 31 Dec 2026)"


@pytest.mark.parametrize(
    ("stance", "side", "words"),
    [
        (Stance.SUPPORTS, Stance.SUPPORTS, "counts for the claim"),
        (Stance.CONTRADICTS, Stance.CONTRADICTS, "counts against the claim"),
        (
            Stance.CONTRADICTS,
            Stance.SUPPORTS,
            "would count for the claim; the report says the opposite",
        ),
        (
            Stance.UPDATE,
            Stance.CONTRADICTS,
            "would count against the claim; the report gives no direction yet",
        ),
        (Stance.UPDATE, None, ""),
    ],
)
def test_the_reason_says_what_it_counts_for(
    stance: Stance, side: Stance | None, words: str
) -> None:
    assert card(replace(ALERT, stance=stance, indicator_side=side)).side == words


def test_an_alert_without_an_indicator_says_so() -> None:
    shown = card(replace(ALERT, indicator="", indicator_side=None))
    assert "no indicator" in shown.reason
    assert shown.side == ""


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("event", "reported as having happened"),
        ("official", "stated by officials"),
        ("analyst", "an analyst's reading"),
        ("opinion", "an opinion piece"),
        ("russia", "stated by Russia"),
        ("us", "stated by the United States"),
        ("EU", "stated by the European Union"),
        ("new_zealand", "stated by New Zealand"),
        ("", "not said by whom"),
    ],
)
def test_who_asserts_it_is_said_in_words(by: str, words: str) -> None:
    assert asserted(by) == words


@pytest.mark.parametrize(
    ("by", "modality", "words"),
    [
        ("event", "happened", "reported as having happened"),
        ("event", "announced", "reported; announced, still to come"),
        ("event", "stated", "reported"),
        ("russia", "stated", "stated by Russia"),
        ("russia", "offered_if", "stated by Russia; an offer with a condition"),
        ("official", "of_a_later_version", "stated by officials; of a later version"),
    ],
)
def test_how_far_it_is_a_fact_is_said_in_words(by: str, modality: str, words: str) -> None:
    assert asserted(by, modality) == words


def test_every_modality_of_the_judge_has_words() -> None:
    for one in Modality:
        raw = one.value.replace("_", " ")
        assert asserted("official", one.value) != f"stated by officials; {raw}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.9, "very sure, 90 %"),
        (1.0, "very sure, 99 %"),
        (0.75, "fairly sure, 75 %"),
        (0.5, "leaning this way, 50 %"),
        (0.2, "a guess, 20 %"),
        (0.0, "a guess, 1 %"),
        (math.inf, "very sure, 99 %"),
        (-3.0, "a guess, 1 %"),
        (math.nan, "confidence unknown"),
    ],
)
def test_confidence_is_said_in_words_and_per_cent(value: float, words: str) -> None:
    assert confidence(value) == words


def test_outlets_are_counted_once_each_and_the_first_are_named() -> None:
    many = [carrier(name) for name in ("A", "B", "a", "C", "D", "E", "b")]
    assert outlets(many) == "5 outlets: A, B, C +2"
    assert outlets(many, 5) == "5 outlets: A, B, C, D, E"
    assert outlets(many[:1]) == "A"
    assert outlets(()) == "no outlet named"


def test_an_outlet_that_is_not_independent_is_marked() -> None:
    assert outlets([carrier("Nine", voice=Voice.STATE)]) == "Nine (state media)"
    assert outlets([carrier("Ten", voice=Voice.PARTY)]) == "Ten (a party's own)"


def test_the_link_is_the_first_that_may_be_shown() -> None:
    bad = replace(ALERT.carriers[0], url="javascript:x")
    shown = card(replace(ALERT, carriers=(bad, carrier("Harbour Post"))))
    assert shown.link.startswith("https://harbour-post.example/")
    assert card(replace(ALERT, carriers=())).link == ""


def test_times_are_in_utc_and_english() -> None:
    kyiv = timezone(timedelta(hours=3))
    assert time_utc(datetime(2025, 3, 19, 1, 5, tzinfo=kyiv)) == "18 Mar 2025, 22:05 UTC"
    assert time_utc(datetime(2026, 12, 1, tzinfo=UTC)) == "1 Dec 2026, 00:00 UTC"


def test_the_standing_is_told_only_when_it_changed() -> None:
    assert card(GROWN).standing == ""
    conflict = replace(ALERT, standing=Standing.CONFLICT, previous_standing=Standing.SUPPORTED)
    assert card(conflict).standing == "supported → sources conflict"


def test_a_turned_story_names_what_was_told_before() -> None:
    assert card(TURNED).turned.endswith("it was told here as SUPPORTS")
    assert card(replace(TURNED, turned=False)).turned == ""


def test_what_the_channel_was_told_outweighs_the_flag() -> None:
    assert card(TURNED, earlier=Stance.CONTRADICTS).turned == ""
    skipped = replace(TURNED, turned=False)
    assert "SUPPORTS" in card(skipped, earlier=Stance.SUPPORTS).turned


def test_one_line_holds_stance_claim_sentence_and_outlets() -> None:
    line = one_line(TURNED)
    assert line.startswith("▼ CONTRADICTS C10 (turned): The two presidents met")
    assert "3 outlets" in line


@given(st.text(max_size=60).map(lambda text: text * 20), st.floats(), st.sampled_from(Stance))
def test_every_piece_is_bounded_and_visible_whatever_the_text(
    text: str, sure: float, stance: Stance
) -> None:
    alert = replace(
        ALERT,
        essay_title=text,
        claim=replace(CLAIM, id=text, slug=text, statement=text, paragraphs=tuple(range(50))),
        stance=stance,
        confidence=sure,
        sentence=text,
        indicator=text,
        asserted_by=text,
        carriers=tuple(
            replace(one, outlet=Outlet(text + one.outlet.name), url=text) for one in GROWN.carriers
        ),
    )
    shown = card(alert)
    for piece in (getattr(shown, field.name) for field in fields(Card)):
        assert len(piece) <= SENTENCE_MAX
        assert not {unicodedata.category(char) for char in piece} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown.reason
    assert shown.outlets
