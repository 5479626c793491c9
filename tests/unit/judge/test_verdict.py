"""From probabilities to a stance, and from a finding to a verdict or to silence."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judge.attribution import Attribution, Modality
from bot.judge.verdict import Probabilities, Thresholds, decide, stance_of
from bot.model import Finding, Party, Sentence, Stance

T = Thresholds(finding=0.2, bears=0.7, supports=0.8, contradicts=0.85, lean=0.1)
PARTIES = (Party("russia", "Russia", ("Kremlin",)),)
EVENT = Attribution("event", Modality.HAPPENED)


def finding(stance: Stance, probability: float, text: str = "x") -> Finding:
    return Finding("C10", stance, probability, Sentence(text, 0, len(text)), None)


@pytest.mark.parametrize(
    ("p", "stance"),
    [
        (Probabilities(0.1, 0.05, 0.8, 0.05), Stance.SUPPORTS),
        (Probabilities(0.1, 0.05, 0.05, 0.8), Stance.CONTRADICTS),
        (Probabilities(0.1, 0.8, 0.05, 0.05), Stance.UPDATE),
        (Probabilities(0.1, 0.05, 0.45, 0.4), Stance.UPDATE),
    ],
)
def test_a_stance_needs_most_of_what_bears(p: Probabilities, stance: Stance) -> None:
    assert stance_of(p, T)[0] is stance


@pytest.mark.parametrize(
    ("leaning", "stance"),
    [
        (-0.2, Stance.CONTRADICTS),
        (-0.05, Stance.UPDATE),
        (0.2, Stance.UPDATE),
        (math.nan, Stance.CONTRADICTS),
    ],
)
def test_a_direction_that_no_indicator_speaks_for_stays_open(
    leaning: float, stance: Stance
) -> None:
    found, note = stance_of(Probabilities(0.05, 0.0, 0.05, 0.9), T, leaning)
    assert found is stance
    assert bool(note) is (stance is Stance.UPDATE)


def test_a_direction_left_open_says_so() -> None:
    assert "direction left open" in stance_of(Probabilities(0.1, 0.0, 0.5, 0.4), T)[1]


@given(st.lists(st.floats(0.001, 1), min_size=4, max_size=4))
def test_a_direction_is_never_taken_against_the_larger_side(raw: list[float]) -> None:
    total = sum(raw)
    p = Probabilities(*(x / total for x in raw))
    stance, _note = stance_of(p, T)
    if stance is Stance.SUPPORTS:
        assert p.supports >= p.contradicts
    if stance is Stance.CONTRADICTS:
        assert p.contradicts >= p.supports


@given(st.floats(0, 1), st.sampled_from(Stance))
def test_below_its_threshold_nobody_is_told_and_the_trace_says_why(
    probability: float, stance: Stance
) -> None:
    noted, verdict = decide(finding(stance, probability), EVENT, PARTIES, T)
    assert (verdict is not None) == (probability >= T.bears)
    assert (verdict is None) == ("below" in noted.note)


@pytest.mark.parametrize(
    "modality", [Modality.STATED, Modality.DENIED, Modality.DEMANDED, Modality.OFFERED_IF]
)
def test_a_partys_own_words_contradict_nothing(modality: Modality) -> None:
    noted, verdict = decide(
        finding(Stance.CONTRADICTS, 0.99), Attribution("russia", modality), PARTIES, T
    )
    assert verdict is not None
    assert verdict.stance is Stance.UPDATE
    assert "Russia" in noted.note


@pytest.mark.parametrize("modality", [Modality.DEMANDED, Modality.PREDICTED, Modality.ASKED])
def test_what_has_not_happened_contradicts_nothing(modality: Modality) -> None:
    _noted, verdict = decide(
        finding(Stance.CONTRADICTS, 0.99), Attribution("event", modality), PARTIES, T
    )
    assert verdict is not None
    assert verdict.stance is Stance.UPDATE


def test_what_a_party_does_counts() -> None:
    _noted, verdict = decide(
        finding(Stance.CONTRADICTS, 0.99), Attribution("russia", Modality.DECIDED), PARTIES, T
    )
    assert verdict is not None
    assert verdict.stance is Stance.CONTRADICTS


def test_an_admins_threshold_takes_the_models_place() -> None:
    assert T.with_alert(None) is T
    assert T.with_alert(0.1) == Thresholds(0.1, 0.1, 0.8, 0.85, 0.1)


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Russia and Ukraine confirm three-day truce", Stance.UPDATE),
        ("Putin declares an Easter ceasefire", Stance.UPDATE),
        ("Both sides agree to a 72-hour halt of strikes", Stance.UPDATE),
        ("Truce for two days takes effect", Stance.UPDATE),
        ("Moscow and Kyiv agree to a maritime truce", Stance.UPDATE),
        ("Russia agrees to an unconditional ceasefire", Stance.CONTRADICTS),
        ("Moscow and Kyiv sign 30-day ceasefire on land, sea and air", Stance.CONTRADICTS),
        ("Full ceasefire takes effect along the front", Stance.CONTRADICTS),
    ],
)
def test_a_truce_of_days_or_of_one_kind_is_no_ceasefire(text: str, stance: Stance) -> None:
    noted, verdict = decide(finding(Stance.CONTRADICTS, 0.99, text), EVENT, PARTIES, T)
    assert verdict is not None
    assert verdict.stance is stance
    assert bool(noted.note) is (stance is Stance.UPDATE)
