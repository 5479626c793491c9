"""Who asserts a sentence, and in which mode."""

import pytest

from bot.judge.attribution import Attributor, Modality
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
        ("Could Russia sign a deal?", "event", Modality.ASKED),
        (
            "Putin says he would accept a truce if Kyiv stops mobilising",
            "russia",
            Modality.OFFERED_IF,
        ),
        ("Russian missiles strike an apartment block in Ternopil", "event", Modality.HAPPENED),
        ("Missiles hit a power plant near Odesa overnight", "event", Modality.HAPPENED),
        ("Delegations sign a prisoner exchange in Istanbul", "event", Modality.DECIDED),
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


def test_without_parties_a_statement_is_an_officials_or_an_event() -> None:
    found = Attributor(()).attribute("The minister says that talks go on")
    assert found.asserted_by == "official"


def test_a_hostile_sentence_does_not_hang() -> None:
    """The patterns are bounded: no catastrophic backtracking."""
    attributor = Attributor(PARTIES)
    for text in ("a " * 50_000, "says " * 20_000, ", " * 50_000, "“" * 50_000, "would " * 20_000):
        assert attributor.attribute(text)
