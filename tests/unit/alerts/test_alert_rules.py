from __future__ import annotations

import pytest

from bot.alerts.rules import Bearing, Step, Told, decide
from bot.ledger.records import AlertPolicy
from bot.model import Stance

FOR, AGAINST, ASIDE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.UPDATE
POLICY = AlertPolicy(("desk",), stances=frozenset({FOR, AGAINST}), min_confidence=0.5)
ALL = AlertPolicy(channels=("desk",))


def told(stance: Stance = FOR, *outlets: str, told: bool = True) -> Told:
    return Told(stance, frozenset(outlets or {"a"}), told)


def bearing(
    stance: Stance = FOR,
    outlet: str = "b",
    *,
    confidence: float = 0.9,
    story: Stance | None = None,
    edited: bool = False,
) -> Bearing:
    return Bearing(stance, confidence, story or stance, outlet, edited)


@pytest.mark.parametrize(
    ("alert", "verdict", "step"),
    [
        (None, bearing(), Step.CREATE),
        (told(), bearing(), Step.CARRY),
        (told(), bearing(outlet="a"), Step.NOTHING),
        (told(), bearing(outlet="a", edited=True), Step.NOTHING),
        (told(), bearing(AGAINST), Step.TURN),
        (told(), bearing(AGAINST, outlet="a", edited=True), Step.TURN),
        (told(AGAINST), bearing(), Step.TURN),
        (told(), bearing(AGAINST, story=FOR), Step.CARRY),  # most outlets still say the first
        (None, bearing(confidence=0.49), Step.NOTHING),
        (told(), bearing(confidence=0.49), Step.NOTHING),
        (None, bearing(ASIDE), Step.NOTHING),
        (told(told=False), bearing(outlet="a"), Step.CARRY),
        (told(told=False), bearing(outlet="a", edited=True), Step.NOTHING),
    ],
)
def test_what_a_verdict_does_to_an_alert(alert: Told | None, verdict: Bearing, step: Step):
    assert decide(POLICY, alert, verdict, silent=False) is step


def test_an_update_that_gains_a_direction_is_told_by_the_new_report():
    assert decide(ALL, told(ASIDE), bearing(FOR), silent=False) is Step.DIRECTION
    assert decide(ALL, told(FOR), bearing(ASIDE), silent=False) is Step.CARRY


def test_what_stays_silent_is_not_revised_for_its_first_telling():
    again = bearing(outlet="a")
    assert decide(POLICY, told(told=False), again, silent=True) is Step.NOTHING
    assert decide(AlertPolicy(), told(told=False), again, silent=False) is Step.NOTHING


def test_every_stance_is_told_unless_the_policy_says_otherwise():
    assert AlertPolicy().stances == frozenset(Stance)
