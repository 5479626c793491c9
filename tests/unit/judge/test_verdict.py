"""From probabilities to a stance, and from a finding to a verdict or to silence."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judge.attribution import Attribution, Modality
from bot.judge.verdict import Probabilities, Thresholds, decide, judgement_of, stance_of
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


def test_what_bears_is_all_but_none() -> None:
    assert Probabilities(0.25, 0.5, 0.15, 0.1).bears == 0.75


@pytest.mark.parametrize(
    ("p", "stance"),
    [
        (Probabilities(0.0, 0.1, 0.8, 0.1), Stance.SUPPORTS),
        (Probabilities(0.0, 0.1, 0.1, 0.8), Stance.CONTRADICTS),
        (Probabilities(0.0, 0.5, 0.5, 0.0), Stance.SUPPORTS),
        (Probabilities(0.0, 0.0, 0.5, 0.5), Stance.SUPPORTS),
    ],
)
def test_who_just_reaches_a_threshold_has_reached_it(p: Probabilities, stance: Stance) -> None:
    low = replace(T, supports=min(0.8, p.supports), contradicts=0.8)
    assert stance_of(p, low) == (stance, "")


@pytest.mark.parametrize(
    ("side", "leaning", "open_"),
    [
        (Stance.SUPPORTS, 0.1, False),
        (Stance.SUPPORTS, 0.0999, True),
        (Stance.SUPPORTS, -0.1, True),
        (Stance.CONTRADICTS, -0.1, False),
        (Stance.CONTRADICTS, -0.0999, True),
        (Stance.CONTRADICTS, 0.1, True),
        (Stance.CONTRADICTS, math.nan, False),  # the claim has indicators of one side only
    ],
)
def test_a_direction_that_no_indicator_speaks_plainly_for_stays_open(
    side: Stance, leaning: float, open_: bool
) -> None:
    p = Probabilities(0.05, 0.0, 0.05, 0.9)
    if side is Stance.SUPPORTS:
        p = replace(p, supports=0.9, contradicts=0.05)
    stance, note = stance_of(p, replace(T, lean=0.1), None, leaning)
    assert stance is (Stance.UPDATE if open_ else side)
    assert (f"plainly for {side.value}" in note) is open_


def test_unless_a_model_asks_for_more_any_leaning_to_the_side_will_do() -> None:
    p = Probabilities(0.05, 0.0, 0.9, 0.05)
    assert stance_of(p, T, None, 0.001)[0] is Stance.SUPPORTS
    assert stance_of(p, T, None, -0.001)[0] is Stance.UPDATE


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
    assert ("worth an editor's look" in noted.note) == noted.review


@pytest.mark.parametrize(
    ("probability", "review", "told"),
    [(0.4999, False, False), (0.5, True, False), (0.7, False, True)],
)
def test_a_finding_on_a_threshold_is_above_it(probability: float, review: bool, told: bool) -> None:
    noted, verdict = decide(finding(Stance.UPDATE, probability), EVENT, PARTIES, T)
    assert (noted.review, verdict is not None) == (review, told)


def test_notes_of_several_steps_are_joined() -> None:
    before = replace(finding(Stance.UPDATE, 0.3), note="direction left open")
    noted, _verdict = decide(before, EVENT, PARTIES, T)
    assert noted.note == "direction left open; bears on it at 30%, below the 70% that alerts"


def test_a_judgement_tells_the_surest_first() -> None:
    found = [
        replace(finding(Stance.UPDATE, probability), claim_id=claim)
        for claim, probability in (("C01", 0.3), ("C02", 0.8), ("C03", 0.9), ("C04", 0.6))
    ]
    judgement = judgement_of([decide(one, EVENT, PARTIES, T) for one in found], (1.0,))
    assert [one.claim_id for one in judgement.findings] == ["C03", "C02", "C04", "C01"]
    assert [one.claim_id for one in judgement.verdicts] == ["C03", "C02"]
    assert (judgement.stopped, judgement.embedding) == (None, (1.0,))


def test_a_judgement_without_a_verdict_says_how_the_surest_finding_fell() -> None:
    found = [
        replace(finding(Stance.SUPPORTS, probability), claim_id=claim)
        for claim, probability in (("C01", 0.3), ("C02", 0.6))
    ]
    stopped = judgement_of([decide(one, EVENT, PARTIES, T) for one in found], ()).stopped
    assert stopped is not None
    assert stopped.stage == "verdict"
    assert stopped.reason.startswith("C02 supports: bears on it at 60%")


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
    assert T.with_alert(0.9) == Thresholds(0.2, 0.5, 0.9, 0.8, 0.8)
    assert T.with_alert(0.0).bears == 0.0
