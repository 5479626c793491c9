"""From probabilities to a stance, and from a finding to a verdict or to silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judge.attribution import Attribution, Modality
from bot.judge.verdict import Probabilities, Thresholds, decide, stance_of
from bot.model import Finding, Party, Sentence, Stance

T = Thresholds(finding=0.2, review=0.5, bears=0.7, supports=0.8, contradicts=0.8)
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
def test_a_stance_needs_to_be_probable_by_itself(p: Probabilities, stance: Stance) -> None:
    assert stance_of(p, T)[0] is stance


@pytest.mark.parametrize(
    ("other", "stance"),
    [
        (Stance.CONTRADICTS, Stance.CONTRADICTS),
        (Stance.SUPPORTS, Stance.UPDATE),
        (None, Stance.CONTRADICTS),
    ],
)
def test_a_direction_that_two_readers_differ_on_stays_open(
    other: Stance | None, stance: Stance
) -> None:
    found, note = stance_of(Probabilities(0.05, 0.0, 0.05, 0.9), T, other)
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
    assert noted.review == (T.review <= probability < T.bears)


def test_a_rule_that_changes_the_stance_is_named_in_the_trace() -> None:
    stated = Attribution("russia", Modality.STATED)
    noted, verdict = decide(finding(Stance.CONTRADICTS, 0.99), stated, PARTIES, T)
    assert verdict is not None
    assert verdict.stance is noted.stance is Stance.UPDATE
    assert "rule 'own words'" in noted.note
    assert "Russia" in noted.note


def test_a_verdict_says_who_asserts_it_and_how_far_it_is_a_fact() -> None:
    demanded = Attribution("russia", Modality.DEMANDED)
    _noted, verdict = decide(finding(Stance.SUPPORTS, 0.99), demanded, PARTIES, T)
    assert verdict is not None
    assert (verdict.asserted_by, verdict.modality) == ("russia", "demanded")


def test_what_a_party_does_counts() -> None:
    _noted, verdict = decide(
        finding(Stance.CONTRADICTS, 0.99), Attribution("russia", Modality.DECIDED), PARTIES, T
    )
    assert verdict is not None
    assert verdict.stance is Stance.CONTRADICTS


def test_an_admins_threshold_takes_the_models_place() -> None:
    assert T.with_alert(None) is T
    assert T.with_alert(0.1) == Thresholds(0.1, 0.1, 0.1, 0.8, 0.8)
