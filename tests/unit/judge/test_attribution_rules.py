"""What the patterns alone say: the part of attribution that can be read."""

import pytest

from bot.judge.attribution_rules import (
    ANALYST,
    EVENT,
    OFFICIAL,
    OPINION,
    Modality,
    is_opinion,
    is_question,
    rule_attribution,
)
from bot.judge.terms import term_pattern

PARTIES = (
    ("russia", term_pattern(("Russia", "Kremlin", "Moscow"))),
    ("ukraine", term_pattern(("Ukraine", "Kyiv"))),
)


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Moscow says that Kyiv is late", "russia"),
        ("Kyiv is late, says Moscow", "russia"),
        ("Kyiv is late, Moscow said on Friday", "russia"),
        ("Kyiv is late — Kremlin", "russia"),
        ("Kremlin: Kyiv is late", "russia"),
        ("Kyiv is late, according to the Kremlin", "russia"),
        ("Kyiv aide tells Moscow to wait", "ukraine"),
        ("The mayor said that the lights were out", OFFICIAL),
        ("Historians say that it was ever so", ANALYST),
        ("Opinion: a bad bargain", OPINION),
        ("Bridge falls into the river", EVENT),
    ],
)
def test_a_pattern_names_the_speaker(sentence: str, speaker: str) -> None:
    assert rule_attribution(sentence, PARTIES).asserted_by == speaker


@pytest.mark.parametrize(
    ("sentence", "modality"),
    [
        ("Will Kyiv wait?", Modality.ASKED),
        ("Moscow would stop if Kyiv paid", Modality.OFFERED_IF),
        ("Moscow denies the report", Modality.DENIED),
        ("Kyiv must go, Moscow says", Modality.DEMANDED),
        ("Moscow is likely to wait", Modality.PREDICTED),
        ("Parliament approves the budget", Modality.DECIDED),
        ("Moscow says that it waits", Modality.STATED),
        ("Bridge falls into the river", Modality.HAPPENED),
    ],
)
def test_a_pattern_names_the_mode(sentence: str, modality: Modality) -> None:
    assert rule_attribution(sentence, PARTIES).modality is modality


def test_marks_of_questions_and_opinions() -> None:
    assert is_question("Is it over?”")
    assert not is_question("It is over? No.")
    assert is_opinion("The long winter | Opinion")
    assert not is_opinion("Opinions differ on the winter")
