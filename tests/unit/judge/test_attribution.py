"""Who asserts a sentence, and in which mode."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.judge.attribution import (
    MENTION_ROW,
    MODALITIES,
    ROLES,
    WEIGHTS,
    WIDTH,
    Attributor,
    Modality,
)
from bot.model import Party

PARTIES = (
    Party("russia", "Russia", ("Kremlin", "Putin", "Moscow", "Lavrov", "Peskov", "Russian")),
    Party("ukraine", "Ukraine", ("Kyiv", "Zelensky", "Ukrainian")),
    Party("us", "United States", ("Trump", "Washington", "US", "White House", "Rubio")),
)


@pytest.mark.parametrize(
    ("sentence", "asserted_by", "modality"),
    [
        ("Russia wants peace, says Putin", "russia", Modality.STATED),
        ("Putin says Russia wants peace", "russia", Modality.STATED),
        ("No date for a summit — Kremlin", "russia", Modality.STATED),
        ("Zelensky: we are ready for a truce", "ukraine", Modality.STATED),
        ("Talks made headway, according to the White House", "us", Modality.STATED),
        ("“We need more time,” Kremlin spokesman Peskov told reporters", "russia", Modality.STATED),
        ("Kremlin denies that a summit was agreed", "russia", Modality.DENIED),
        ("Trump urges Putin to accept a ceasefire", "us", Modality.DEMANDED),
        (
            "Putin says he would accept a truce if Kyiv stops mobilising",
            "russia",
            Modality.OFFERED_IF,
        ),
        ("Russian missiles strike an apartment block in Ternopil", "event", Modality.HAPPENED),
        ("Missiles hit a power plant near Odesa overnight", "event", Modality.HAPPENED),
        ("Putin and Trump to meet in Budapest next week", "event", Modality.ANNOUNCED),
        ("Peace deal is likely within weeks, says Rubio", "us", Modality.PREDICTED),
        ("Analysts say Putin is playing for time", "analyst", Modality.STATED),
        ("Former NATO commander says Kyiv cannot hold", "analyst", Modality.STATED),
        ("Opinion: Putin is not to be trusted", "opinion", Modality.STATED),
        ("Finnish president says talks are stuck", "official", Modality.STATED),
    ],
)
def test_headlines_are_attributed(sentence: str, asserted_by: str, modality: Modality) -> None:
    found = Attributor(PARTIES).attribute(sentence)
    assert found.asserted_by == asserted_by
    if asserted_by != "opinion":
        assert found.modality is modality


NORTH_AND_SOUTH = (
    Party("north", "Northland", ("Northern", "Norden", "Premier Aldo")),
    Party("south", "Southland", ("Southern", "Sudon", "Queen Vera")),
)


@pytest.mark.parametrize(
    ("sentence", "asserted_by"),
    [
        ("Northland rejects the border plan, Premier Aldo says", "north"),
        ("Queen Vera warns Norden over the canal", "south"),
        ("Canal tolls will not rise, according to Sudon", "south"),
        ("Premier Aldo: we shall not sell the port", "north"),
        ("Flood destroys Southern harbour town", "event"),
        ("Analysts say Norden will lose the canal", "analyst"),
    ],
)
def test_the_learned_part_knows_no_party_by_name(sentence: str, asserted_by: str) -> None:
    """Parties of an essay that nobody has trained on are told apart by where they stand."""
    assert Attributor(NORTH_AND_SOUTH).attribute(sentence).asserted_by == asserted_by


NAMES = st.sampled_from(("Russia", "Norden", "Ruritania", "Zembla"))


@given(NAMES, NAMES)
def test_renaming_the_parties_renames_the_speaker_and_nothing_else(one: str, other: str) -> None:
    assume(one[-2:] != other[-2:] and one != other)

    def told(first: str, second: str) -> tuple[str, Modality]:
        parties = (Party("1", first, ()), Party("2", second, ()))
        found = Attributor(parties).attribute(f"{first} says that {second} broke the truce")
        return found.asserted_by, found.modality

    assert told(one, other) == told(other, one) == ("1", Modality.STATED)


def test_a_question_is_a_question_whatever_its_words_are() -> None:
    attributor = Attributor(PARTIES)
    for text in (
        "Could Russia sign a deal?",
        "“Kremlin killed the truce?”",
        "Why did Kyiv say no?",
    ):
        assert attributor.attribute(text).modality is Modality.ASKED


@given(st.text(max_size=700))
def test_any_text_has_one_attribution_and_always_the_same(text: str) -> None:
    attributor = Attributor(PARTIES)
    found = attributor.attribute(text)
    assert found == Attributor(PARTIES).attribute(text)
    assert found.asserted_by in {*ROLES, *(p.id for p in PARTIES)}
    assert 0.0 < found.sure <= 1.0


def test_a_party_that_the_sentence_does_not_name_asserts_nothing() -> None:
    found = Attributor(PARTIES).attribute("The minister says that talks go on")
    assert found.asserted_by not in {p.id for p in PARTIES}


def test_the_weights_are_small_and_hold_no_objects() -> None:
    assert WEIGHTS.stat().st_size < 1_000_000
    with np.load(WEIGHTS, allow_pickle=False) as file:
        assert file["roles"].shape == (MENTION_ROW + 1, WIDTH)
        assert file["modalities"].shape == (len(MODALITIES), WIDTH)


def test_without_parties_a_statement_is_an_officials_or_an_event() -> None:
    found = Attributor(()).attribute("The minister says that talks go on")
    assert found.asserted_by == "official"


def test_a_hostile_sentence_does_not_hang() -> None:
    """The patterns are bounded: no catastrophic backtracking."""
    attributor = Attributor(PARTIES)
    for text in ("a " * 50_000, "says " * 20_000, ", " * 50_000, "“" * 50_000, "would " * 20_000):
        assert attributor.attribute(text)
