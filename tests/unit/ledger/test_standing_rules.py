from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.records import Evidence, Ruling
from bot.ledger.standings.rule import HALF_LIVES, Assessment, standing, weight
from bot.ledger.standings.words import reasons
from bot.model import DeskAction, Kind, Stance, Standing, Strength, Voice

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOR, AGAINST, ASIDE = Stance.SUPPORTS, Stance.CONTRADICTS, Stance.UPDATE
CONFIRM, WRONG, OTHER = DeskAction.CONFIRM, DeskAction.WRONG_STANCE, DeskAction.NOT_THIS_CLAIM


def evidence(
    story: int,
    stance: Stance = FOR,
    strength: Strength | None = Strength.STRONG,
    *,
    by: str = "event",
    voice: Voice = Voice.INDEPENDENT,
    verdict: int | None = None,
    hours: int = 0,
    **more,
) -> Evidence:
    at = NOON + timedelta(hours=hours)
    number = story if verdict is None else verdict
    more.setdefault("indicator", f"indicator {story}")
    return Evidence(number, story, stance, strength, by, voice, at, **more)


def stand(
    held: list[Evidence],
    kind: Kind = Kind.ASSESSMENT,
    *,
    days: float = 0,
    before: Standing = Standing.QUIET,
) -> Assessment:
    return standing(held, kind, NOON + timedelta(days=days), before)


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
    assert stand(held).standing is expected


# --- what a verdict weighs -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "doubtful",
    [
        evidence(1, by="kremlin"),
        evidence(1, voice=Voice.STATE),
        evidence(1, voice=Voice.PARTY),
        evidence(1, by="analyst"),
        evidence(1, by="opinion"),
        evidence(1, by="official"),
        evidence(1, tier=3),
        evidence(1, tier=4),
        *(evidence(1, modality=how) for how in ("decided", "announced", "denied", "asked")),
    ],
)
def test_what_is_not_an_event_in_a_good_outlet_counts_less(doubtful: Evidence):
    assert 0 < weight(doubtful) < weight(evidence(1))


@pytest.mark.parametrize("tier", [1, 2])
def test_an_event_in_an_outlet_that_is_vetted_counts_in_full(tier: int) -> None:
    assert weight(evidence(1, tier=tier)) == 1.0


def test_an_outlet_of_a_tier_that_is_not_known_counts_as_the_last() -> None:
    assert weight(evidence(1, tier=9)) == weight(evidence(1, tier=4)) < weight(evidence(1, tier=3))


def test_doubts_overlap_so_only_the_gravest_counts():
    both = evidence(1, by="kremlin", voice=Voice.PARTY, tier=4, modality="announced")
    assert weight(both) == weight(evidence(1, by="kremlin"))


def test_one_statement_of_a_party_does_not_move_a_claim_and_two_do():
    said = [evidence(1, by="kremlin"), evidence(2, by="kremlin")]
    assert stand(said[:1]).standing is Standing.QUIET
    assert stand(said).standing is Standing.SUPPORTED


@pytest.mark.parametrize(
    ("origins", "expected"), [(1, 1.0), (2, 1.25), (3, 1.333), (4, 1.375), (100, 1.495)]
)
def test_each_further_origin_adds_less(origins: int, expected: float):
    assert stand([evidence(1, origins=origins)]).supporting_weight == expected


# --- what a story counts -------------------------------------------------------------------------


def test_a_story_counts_once_by_its_heaviest_verdict():
    outlets = [evidence(1, strength=Strength.WEAK, verdict=n, outlet=f"{n}") for n in range(10)]
    assert stand(outlets).standing is Standing.QUIET
    assert stand([*outlets, evidence(1, verdict=11)]).supporting_weight == 1.0


def test_an_outlet_that_turned_counts_as_it_says_now():
    turned = [evidence(1, verdict=1), evidence(1, AGAINST, Strength.MODERATE, verdict=2, hours=1)]
    found = stand(turned)
    assert (found.standing, found.contradicting_weight) == (Standing.CONTRADICTED, 0.6)


def test_one_outlet_against_many_does_not_split_a_story():
    many = [evidence(1, verdict=n, outlet=f"{n}") for n in range(3)]
    found = stand([*many, evidence(1, AGAINST, verdict=9, outlet="9")])
    assert (found.standing, found.disputed) == (Standing.SUPPORTED, 0)


def test_a_story_that_outlets_of_weight_tell_both_ways_is_a_conflict_of_sources():
    told = [evidence(1, verdict=1, outlet="A"), evidence(1, AGAINST, verdict=2, outlet="B")]
    found = stand(told)
    assert (found.standing, found.disputed) == (Standing.CONFLICT, 1)
    light = [told[0], replace(told[1], strength=Strength.WEAK)]
    assert stand(light).disputed == 0


@pytest.mark.parametrize(("two", "one"), [("happened", "decided"), ("decided", "happened")])
def test_one_outlet_of_three_splits_a_story(two: str, one: str) -> None:
    told = [evidence(1, verdict=n, outlet=f"{n}", modality=two) for n in (1, 2)]
    found = stand([*told, evidence(1, AGAINST, verdict=3, outlet="3", modality=one)])
    assert (found.standing, found.disputed) == (Standing.CONFLICT, 1)


def test_sources_conflict_only_if_most_of_the_lighter_side_is_disputed() -> None:
    told = [
        evidence(1, verdict=1, outlet="A", origins=4),  # disputed, and heavier than half of either
        evidence(1, AGAINST, verdict=2, outlet="B"),
    ]
    beside = [evidence(3), evidence(4, AGAINST)]
    found = stand([*told, *beside])
    assert found.contradicting_weight == 2.0  # the lighter side, and just half of it is disputed
    assert found.standing is Standing.CONTESTED
    assert stand([*told, evidence(3)]).standing is Standing.CONFLICT


def test_opposite_reports_of_one_indicator_within_two_days_are_a_conflict_of_sources():
    first = evidence(1, indicator="x", outlet="The Wire")
    second = evidence(2, AGAINST, indicator="x", outlet="The Post", hours=47)
    assert stand([first, second]).standing is Standing.CONFLICT
    for apart in (
        replace(second, at=NOON + timedelta(hours=49)),
        replace(second, outlet="The Wire"),
        replace(second, indicator="y"),
    ):
        assert stand([first, apart]).standing is Standing.CONTESTED


def test_only_what_weighs_and_names_its_indicator_makes_a_conflict_of_sources() -> None:
    first = evidence(1, indicator="x", outlet="A")
    second = evidence(2, AGAINST, indicator="x", outlet="B")
    assert stand([first, second]).disputed == 2
    for held in (
        [replace(first, indicator=""), replace(second, indicator="")],
        [first, replace(second, strength=Strength.WEAK)],
        [first, replace(second, ruling=Ruling(CONFIRM, AGAINST))],
    ):
        assert stand(held).disputed == 0


def test_a_dispute_beside_plenty_of_evidence_is_no_conflict():
    disputed = [evidence(1, verdict=1, outlet="A"), evidence(1, AGAINST, verdict=2, outlet="B")]
    assert stand([*disputed, *map(evidence, range(3, 9))]).standing is Standing.SUPPORTED
    against = [evidence(n, AGAINST) for n in (20, 21)]
    assert stand([*disputed, *map(evidence, range(3, 9)), *against]).standing is Standing.CONTESTED


# --- the desk ------------------------------------------------------------------------------------


def test_what_the_desk_confirmed_counts_in_full_and_undisputed():
    said = evidence(1, by="kremlin", outlet="A", ruling=Ruling(CONFIRM, FOR))
    other = evidence(1, AGAINST, verdict=0, outlet="B", ruling=said.ruling)
    found = stand([said, other])
    assert (found.standing, found.supporting_weight) == (Standing.SUPPORTED, 1.0)
    assert "confirmed by the desk" in reasons(found)[1]


@pytest.mark.parametrize("action", [WRONG, OTHER])
def test_what_the_desk_called_wrong_does_not_count(action: DeskAction):
    ruled = [evidence(1, ruling=Ruling(action, FOR)), evidence(2, AGAINST)]
    found = stand(ruled)
    assert (found.standing, found.supporting) == (Standing.CONTRADICTED, 0)


def test_a_wrong_stance_leaves_what_other_outlets_say():
    ruling = Ruling(WRONG, FOR)
    told = [
        evidence(1, verdict=2, outlet="A", ruling=ruling),
        evidence(1, AGAINST, verdict=1, outlet="B", ruling=ruling),
    ]
    assert stand(told).standing is Standing.CONTRADICTED
    other = Ruling(OTHER, FOR)
    assert stand([replace(each, ruling=other) for each in told]).standing is Standing.QUIET
    said = [told[0], replace(told[1], asserted_by="kremlin")]
    assert stand(said).contradicting_weight == 0.4  # called wrong is not the other side confirmed


@pytest.mark.parametrize("action", DeskAction)
def test_a_decision_on_what_the_story_no_longer_says_is_of_the_past(action: DeskAction):
    turned = evidence(1, AGAINST, by="official", ruling=Ruling(action, FOR))
    assert stand([turned]).contradicting_weight == 0.7


# --- age -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", HALF_LIVES)
def test_evidence_counts_half_after_its_half_life(kind: Kind):
    assert stand([evidence(1)], kind, days=HALF_LIVES[kind].days).supporting_weight == 0.5


def test_half_lives_are_those_of_the_page_on_standings() -> None:
    days = {kind: half.days for kind, half in HALF_LIVES.items()}
    assert days == {Kind.PREDICTION: 60, Kind.ASSESSMENT: 120, Kind.PATTERN: 365}


def test_what_has_happened_stays_happened():
    found = stand([evidence(1)], Kind.FACT, days=3650)
    assert (found.standing, found.supporting_weight) == (Standing.SUPPORTED, 1.0)


def test_a_claim_that_is_held_fades_later_than_it_was_reached():
    half = HALF_LIVES[Kind.PREDICTION].days
    assert stand([evidence(1)], Kind.PREDICTION, days=1.5 * half).standing is Standing.QUIET
    for days, expected in ((1.5 * half, Standing.SUPPORTED), (2.1 * half, Standing.QUIET)):
        found = stand([evidence(1)], Kind.PREDICTION, days=days, before=Standing.SUPPORTED)
        assert found.standing is expected


def test_a_contested_claim_stays_so_until_one_side_clearly_prevails():
    held = [evidence(n) for n in range(4)] + [evidence(9, AGAINST)]
    assert stand(held).standing is Standing.SUPPORTED
    assert stand(held, before=Standing.CONTESTED).standing is Standing.CONTESTED
    more = [*held, evidence(5), evidence(6)]
    assert stand(more, before=Standing.CONTESTED).standing is Standing.SUPPORTED


# --- facts ---------------------------------------------------------------------------------------


def test_a_fact_is_corrected_by_a_strong_event_and_by_nothing_less():
    lesser = [evidence(n, AGAINST, Strength.MODERATE) for n in range(3)]
    assert stand(lesser, Kind.FACT).standing is Standing.CONTESTED
    found = stand([evidence(1, AGAINST)], Kind.FACT)
    assert found.standing.word(Kind.FACT) == "corrected"
    assert stand([evidence(1)], Kind.FACT).standing.word(Kind.FACT) == "stands"
    just = evidence(1, AGAINST, modality="decided")
    assert (weight(just), stand([just], Kind.FACT).standing) == (0.8, Standing.CONTRADICTED)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.FACT])
def test_what_is_no_fact_is_contradicted_by_lesser_events_too(kind: Kind) -> None:
    lesser = [evidence(n, AGAINST, Strength.MODERATE) for n in range(3)]
    assert stand(lesser, kind).standing is Standing.CONTRADICTED


# --- words ---------------------------------------------------------------------------------------


def test_the_reasons_name_the_heaviest_stories_first():
    told = reasons(stand([evidence(1, strength=Strength.WEAK), evidence(2, AGAINST)], days=3))
    assert told[0] == "1 story for it (weight 0.29), 1 story against it (weight 0.98)"
    many = stand([*map(evidence, range(9)), *(evidence(n, AGAINST) for n in range(20, 29))])
    assert (len(many.heaviest), len(many.leading)) == (6, 6)
    assert told[1] == (
        "against it, weight 0.98: indicator 2 (reported as an event, 3 days old; story 2)"
    )


# --- properties ----------------------------------------------------------------------------------


def _one_ruling_a_story(items: list[Evidence]) -> list[Evidence]:
    rulings = {item.story_id: item.ruling for item in items}
    return [replace(item, ruling=rulings[item.story_id]) for item in items]


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
        outlet=st.sampled_from("ABC"),
        tier=st.integers(1, 4),
        indicator=st.sampled_from("xy"),
        origins=st.integers(1, 5),
        ruling=st.none() | st.builds(Ruling, st.sampled_from(DeskAction), st.sampled_from(Stance)),
    ),
    max_size=12,
    unique_by=lambda item: item.verdict_id,
).map(_one_ruling_a_story)
KINDS, STANDINGS, DAYS = st.sampled_from(Kind), st.sampled_from(Standing), st.integers(0, 400)


@given(HELD, KINDS, STANDINGS, DAYS, st.randoms())
def test_the_order_of_the_evidence_makes_no_difference(held, kind, before, days, rng):
    mixed = rng.sample(held, len(held))
    assert stand(mixed, kind, days=days, before=before) == stand(
        held, kind, days=days, before=before
    )


@given(HELD, KINDS, STANDINGS, DAYS)
def test_what_was_found_is_found_again_from_there(held, kind, before, days):
    """The rule asks where the claim stood; what it says must be where it then stays."""
    first = stand(held, kind, days=days, before=before)
    assert stand(held, kind, days=days, before=first.standing) == first


@given(HELD, KINDS, DAYS)
def test_updates_never_move_a_standing(held, kind, days):
    directed = [item for item in held if item.stance is not ASIDE]
    assert stand(held, kind, days=days) == stand(directed, kind, days=days)


@given(HELD, STANDINGS, DAYS)
def test_turning_every_verdict_round_turns_the_standing_round(held, before, days):
    swap = {FOR: AGAINST, AGAINST: FOR, ASIDE: ASIDE}
    mirror = {
        Standing.SUPPORTED: Standing.CONTRADICTED,
        Standing.CONTRADICTED: Standing.SUPPORTED,
    }
    turned = [
        replace(
            item,
            stance=swap[item.stance],
            ruling=item.ruling and Ruling(item.ruling.action, swap[item.ruling.on]),
        )
        for item in held
    ]
    one = stand(held, days=days, before=before)
    other = stand(turned, days=days, before=mirror.get(before, before))
    assert (one.supporting_weight, one.contradicting_weight, one.disputed) == (
        other.contradicting_weight,
        other.supporting_weight,
        other.disputed,
    )
    assert other.standing is mirror.get(one.standing, one.standing)


@given(HELD, KINDS, DAYS)
def test_nothing_gains_weight_with_age(held, kind, days):
    young, old = stand(held, kind, days=days), stand(held, kind, days=days + 30)
    assert old.supporting_weight <= young.supporting_weight
    assert old.contradicting_weight <= young.contradicting_weight
