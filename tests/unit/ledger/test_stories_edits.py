from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.stories.edits import difference

TOLD = "Strike on the port kills 14 people, officials say"


@pytest.mark.parametrize(
    "edited",
    [
        TOLD,
        "Strike on the port kills 14 people; officials say",
        "STRIKE ON THE PORT KILLS 14 PEOPLE, OFFICIALS SAY!",
        f"{TOLD} - updated 14:05",
        f"{TOLD} (Updated 3 March 2026)",
        f"{TOLD}, 12 minutes ago",
        "Strike on the port kills 14 people in the night, officials say",
    ],
)
def test_a_trivial_edit_says_nothing_new(edited: str):
    assert difference(TOLD, edited) == ""


@pytest.mark.parametrize(
    ("dated", "later"),
    [
        ("War: what happened on day 1,101", "War: what happened on day 1,102"),
        ("Figures as of 2026-03-01", "Figures as of 2026-03-02"),
        ("Live, March 1", "Live, March 2nd, 2026"),
        ("At 9.30 am envoys met", "At 11:45 envoys met"),
    ],
)
def test_a_bumped_date_is_no_number(dated: str, later: str):
    assert difference(dated, later) == ""


def test_another_number_is_told_with_the_one_before():
    assert difference(TOLD, TOLD.replace("14", "1,150")) == ("It says 1150 now, where it said 14.")
    # A number that comes with a new clause takes none back.
    assert difference(TOLD, f"{TOLD}, and 3 ships burn") == ""


def test_a_turned_headline_is_told():
    assert "denies" in difference("Minister agrees to talks", "Minister denies talks")
    assert "no longer" in difference("The truce did not hold", "The truce did hold")


def test_a_rewritten_headline_is_told_in_its_words():
    assert "City mourns its dead" in difference("Envoys leave Geneva", "City mourns its dead")


def test_a_correction_is_told_as_one():
    assert difference(TOLD, f"Correction: {TOLD}") == "It is marked as corrected."


@given(st.text(max_size=80))
def test_nothing_differs_from_itself(text: str):
    assert difference(text, text) == ""
    assert difference(text, f"  {text} ") == ""
