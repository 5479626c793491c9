from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.stories.stems import BANDS
from bot.ledger.stories.words import RARE, STEM_CHARS, stem_of, words_of


@pytest.mark.parametrize(
    ("words", "stem"),
    [
        ("strike strikes", "strik"),
        ("Zelensky Zelenskyy ZELENSKIY", "zelensk"),
        ("city cities", "city"),
        ("wounded wounding wounds", "wound"),
        ("pass", "pass"),
    ],
)
def test_forms_of_a_word_have_one_stem(words: str, stem: str):
    assert {stem_of(word) for word in words.split()} == {stem}


def test_words_for_one_thing_are_one_word():
    assert words_of("Truce talks").weights == words_of("A ceasefire summit").weights


def test_a_rare_word_weighs_more_than_a_common_one():
    weights = words_of("Russia and Ukraine meet in Quillota").weights
    assert weights["quillot"] == RARE > weights["ukrain"]
    assert max(BANDS) < RARE


def test_a_headline_in_capitals_makes_no_names_of_plain_words():
    assert words_of("Russian Drones Strike Odesa Port").names == {"russia", "odesa"}


def test_numbers_are_kept_apart_from_words():
    found = words_of("Day 1,101: 14 dead, 3 hurt, 2.5 million without power")
    assert found.numbers == {"1101", "14", "2.5"}
    assert not any(stem[0].isdigit() for stem in found.weights)


@given(st.text())
def test_any_text_has_words_within_their_bounds(text: str):
    found = words_of(text)
    assert found.names <= found.weights.keys()
    assert all(0 < len(stem) <= STEM_CHARS and w <= RARE for stem, w in found.weights.items())
    assert found.total == pytest.approx(sum(found.weights.values()))
