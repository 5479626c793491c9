from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.records import Evidence
from bot.ledger.standing import standing, weight
from bot.model import Stance, Standing, Strength, Voice

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOR, AGAINST, ASIDE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.UPDATE


def evidence(
    story: int,
    stance: Stance = FOR,
    strength: Strength | None = Strength.STRONG,
    *,
    by: str = "event",
    voice: Voice = Voice.INDEPENDENT,
    verdict: int | None = None,
    hours: int = 0,
) -> Evidence:
    at = NOON + timedelta(hours=hours)
    number = story if verdict is None else verdict
    return Evidence(number, story, stance, strength, by, voice, at, "an indicator")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], Standing.QUIET),
        ([evidence(1, strength=Strength.WEAK)], Standing.QUIET),
        ([evidence(1, strength=None)], Standing.QUIET),
        ([evidence(1, strength=Strength.MODERATE)], Standing.SUPPORTED),
        ([evidence(1, AGAINST)], Standing.CONTRADICTED),
        ([evidence(1), evidence(2, AGAINST)], Standing.CONTESTED),
        ([evidence(1), evidence(2, AGAINST, Strength.WEAK)], Standing.SUPPORTED),
        ([*map(evidence, range(9)), evidence(9, AGAINST)], Standing.SUPPORTED),
        ([evidence(1, ASIDE), evidence(2, ASIDE)], Standing.QUIET),
    ],
)
def test_the_standing_follows_the_weights(held: list[Evidence], expected: Standing):
    assert standing(held).standing is expected


def test_a_story_counts_once_by_its_heaviest_verdict():
    outlets = [evidence(1, strength=Strength.WEAK, verdict=n) for n in range(10)]
    assert standing(outlets).standing is Standing.QUIET
    assert standing([*outlets, evidence(1, verdict=11)]).supporting_weight == 1.0


def test_of_equal_verdicts_of_a_story_the_latest_counts():
    turned = [evidence(1, verdict=1), evidence(1, AGAINST, verdict=2, hours=1)]
    assert standing(turned).standing is Standing.CONTRADICTED


@pytest.mark.parametrize(
    "own",
    [
        evidence(1, by="kremlin"),
        evidence(1, voice=Voice.STATE),
        evidence(1, voice=Voice.PARTY),
        evidence(1, by="analyst"),
        evidence(1, by="opinion"),
        evidence(1, by="official"),
    ],
)
def test_a_partys_or_states_own_word_counts_less_than_an_event(own: Evidence):
    assert weight(own) < weight(evidence(1))


def test_one_statement_of_a_party_does_not_move_a_claim_and_two_do():
    said = [evidence(1, by="kremlin"), evidence(2, by="kremlin")]
    assert standing(said[:1]).standing is Standing.QUIET
    assert standing(said).standing is Standing.SUPPORTED


def test_the_reasons_name_the_heaviest_stories_first():
    told = standing([evidence(1, strength=Strength.WEAK), evidence(2, AGAINST)]).told()
    assert told[0] == "1 story for it (weight 0.30), 1 story against it (weight 1.00)"
    assert told[1].startswith("story 2 contradicts it: an indicator [reported as an event; 1.00]")


HELD = st.lists(
    st.builds(
        evidence,
        story=st.integers(1, 5),
        stance=st.sampled_from(Stance),
        strength=st.none() | st.sampled_from(Strength),
        by=st.sampled_from(["event", "official", "kremlin", "analyst", "opinion"]),
        voice=st.sampled_from(Voice),
        verdict=st.integers(1, 10**6),
        hours=st.integers(0, 100),
    ),
    max_size=12,
    unique_by=lambda item: item.verdict_id,
)


@given(HELD, st.randoms())
def test_the_order_of_the_evidence_makes_no_difference(held, rng):
    mixed = rng.sample(held, len(held))
    assert standing(mixed) == standing(held)


@given(HELD)
def test_updates_never_move_a_standing(held):
    directed = [item for item in held if item.stance is not ASIDE]
    assert standing(held) == standing(directed)


@given(HELD)
def test_turning_every_verdict_round_turns_the_standing_round(held):
    swap = {FOR: AGAINST, AGAINST: FOR, ASIDE: ASIDE}
    turned = [
        Evidence(i.verdict_id, i.story_id, swap[i.stance], i.strength, i.asserted_by, i.voice, i.at)
        for i in held
    ]
    before, after = standing(held), standing(turned)
    assert (before.supporting_weight, before.contradicting_weight) == (
        after.contradicting_weight,
        after.supporting_weight,
    )
    mirror = {
        Standing.SUPPORTED: Standing.CONTRADICTED,
        Standing.CONTRADICTED: Standing.SUPPORTED,
    }
    assert after.standing is mirror.get(before.standing, before.standing)
