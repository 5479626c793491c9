"""Terms are found as whole words, in any case, plural or possessive."""

import pytest

from bot.judge.terms import term_pattern


@pytest.mark.parametrize(
    "text", ["in KYIV today", "Kyiv’s offer", "Russians say", "the White  House"]
)
def test_a_term_is_found(text: str) -> None:
    assert term_pattern(["Kyiv", "Russian", "White House"]).search(text)


@pytest.mark.parametrize("text", ["Kyivan Rus", "prussian blue", "white houses", "", "usher"])
def test_part_of_another_word_is_not(text: str) -> None:
    assert not term_pattern(["Kyiv", "Russian", "US"]).search(text)


def test_no_terms_find_nothing_and_signs_are_taken_literally() -> None:
    assert not term_pattern([]).search("anything")
    assert not term_pattern([" "]).search(" ")
    assert term_pattern(["U.S."]).search("the U.S. envoy")
    assert not term_pattern(["U.S."]).search("the UPSP envoy")


def test_an_abbreviation_is_taken_as_written() -> None:
    assert term_pattern(["US"]).search("the US envoy")
    assert not term_pattern(["US"]).search("they told us so")
