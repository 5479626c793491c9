"""Each rule of the handbook: what it holds back, and what it lets pass."""

import pytest

from bot.judge.attribution import ANALYST, EVENT, OPINION, Attribution, Modality
from bot.judge.rules import RULES, WORDS_SURE, ruled
from bot.model import Finding, Indicator, Party, Sentence, Stance

PARTIES = (Party("north", "Northland", ("Norden",)),)
DEED = Attribution(EVENT, Modality.HAPPENED)
SIGNED = "Northland signs a treaty with Southland."
SAID = "Northland says that it wants no peace."


def told(
    text: str = "x",
    attribution: Attribution = DEED,
    *,
    stance: Stance = Stance.CONTRADICTS,
    indicator: str = SIGNED,
) -> tuple[Stance, str]:
    met = Indicator(indicator, stance) if indicator else None
    return ruled(
        Finding("C1", stance, 0.99, Sentence(text, 0, len(text)), met), attribution, PARTIES
    )


def assert_held_back_by(name: str, outcome: tuple[Stance, str]) -> None:
    assert outcome[0] is Stance.UPDATE
    assert outcome[1].startswith(f"rule '{name}': ")


WORDS = {
    "question": Attribution(EVENT, Modality.ASKED),
    "opinion": Attribution(OPINION, Modality.STATED),
    "condition": Attribution("north", Modality.OFFERED_IF),
    "demand": Attribution("north", Modality.DEMANDED),
    "prediction": Attribution("north", Modality.PREDICTED),
    "own words": Attribution("north", Modality.STATED),
    "analysis": Attribution(ANALYST, Modality.STATED),
}
TEXTS = {
    "retold": "Ten years on, the treaty that ended the canal war",
    "partial truce": "Both sides agree to a three-day truce",
    "not ruled out": "Norden does not rule out a treaty",
}


@pytest.mark.parametrize("name", WORDS)
def test_words_of_this_kind_contradict_nothing(name: str) -> None:
    assert_held_back_by(name, told(attribution=WORDS[name]))


@pytest.mark.parametrize("name", TEXTS)
def test_a_report_of_this_kind_contradicts_nothing(name: str) -> None:
    assert_held_back_by(name, told(TEXTS[name]))


def test_every_rule_is_among_these() -> None:
    assert {rule.name for rule in RULES} == WORDS.keys() | TEXTS.keys() | {"treaty", "put off"}


@pytest.mark.parametrize(
    "text",
    [
        "Norden puts negotiations with Southland on hold",
        "Norden suspends the harbour talks",
        "Second round postponed until spring, mediators say",
        "Summit of the two queens called off",
        "Talks in the mountain resort are on pause, Norden says",
    ],
)
def test_talks_that_are_put_off_contradict_nothing(text: str) -> None:
    assert_held_back_by("put off", told(text, indicator="Norden meets Southland on a fixed date."))
    for other in ("Norden cancels a meeting.", "Norden blocks the harbour."):
        assert told(text, indicator=other)[0] is Stance.CONTRADICTS


@pytest.mark.parametrize(
    "text",
    [
        "Norden holds talks with Southland",
        "Talks will not be postponed, Norden says",
        "Norden suspends its raids while talks go on",
        "Norden resumes talks",
    ],
)
def test_talks_that_are_held_are_not_put_off(text: str) -> None:
    assert told(text, indicator="Norden meets Southland.")[0] is Stance.CONTRADICTS


@pytest.mark.parametrize(
    "text",
    [
        "Norden withdraws from the treaty on the two straits",
        "Norden pulls out of its mining pact with Westland",
        "Norden's withdrawal from the old canal convention takes effect",
    ],
)
def test_who_leaves_a_treaty_withdraws_no_troops(text: str) -> None:
    assert_held_back_by("treaty", told(text, indicator="Norden withdraws its troops."))
    assert told(text, indicator="Norden gives up a treaty.")[0] is Stance.CONTRADICTS


@pytest.mark.parametrize(
    "text",
    [
        "Norden withdraws its brigades from the valley under the Harbour treaty",
        "Norden withdraws from the valley, as the treaty says",
        "Norden leaves the island by agreement",
        "Norden withdraws from the valley in line with the agreement",
        "Norden pulls out of three villages before the treaty is signed",
    ],
)
def test_who_leaves_land_by_a_treaty_leaves_it(text: str) -> None:
    assert told(text, indicator="Norden withdraws its troops.")[0] is Stance.CONTRADICTS


@pytest.mark.parametrize("name", WORDS.keys() | TEXTS.keys())
def test_some_rules_hold_back_support_too(name: str) -> None:
    """A demand is what "holds to its demands" looks like; a question supports nothing either."""
    outcome = told(TEXTS.get(name, "x"), WORDS.get(name, DEED), stance=Stance.SUPPORTS)
    if name in ("question", "opinion", "retold", "not ruled out"):
        assert_held_back_by(name, outcome)
    else:
        assert outcome == (Stance.SUPPORTS, "")


@pytest.mark.parametrize("name", WORDS.keys() | TEXTS.keys())
def test_an_update_stays_one_without_a_note(name: str) -> None:
    outcome = told(TEXTS.get(name, "x"), WORDS.get(name, DEED), stance=Stance.UPDATE)
    assert outcome == (Stance.UPDATE, "")


@pytest.mark.parametrize("name", ["own words", "opinion", "analysis"])
def test_words_meet_an_indicator_about_words(name: str) -> None:
    assert told(attribution=WORDS[name], indicator=SAID) == (Stance.CONTRADICTS, "")


def test_a_denial_by_a_party_contradicts_nothing() -> None:
    assert_held_back_by("own words", told(attribution=Attribution("north", Modality.DENIED)))


def test_without_an_indicator_words_are_only_words() -> None:
    assert_held_back_by("own words", told(attribution=WORDS["own words"], indicator=""))


def test_the_note_names_the_party() -> None:
    assert "Northland" in told(attribution=WORDS["own words"])[1]


def test_only_a_party_is_named() -> None:
    stated = Attribution("official", Modality.ASKED)
    assert told(attribution=stated)[1] == "rule 'question': a question reports nothing"


def test_what_is_surely_words_is_taken_for_them() -> None:
    sure = Attribution("NORTH".lower(), Modality.STATED, sure=WORDS_SURE)
    assert_held_back_by("own words", told(attribution=sure))


def test_what_may_be_a_deed_is_not_taken_for_words() -> None:
    unsure = Attribution("north", Modality.STATED, sure=WORDS_SURE - 0.01)
    assert told(attribution=unsure) == (Stance.CONTRADICTS, "")


@pytest.mark.parametrize(
    "attribution",
    [
        DEED,
        Attribution("north", Modality.DECIDED),
        Attribution("north", Modality.ANNOUNCED),
        Attribution("official", Modality.STATED),
        Attribution(ANALYST, Modality.HAPPENED),
    ],
)
def test_deeds_and_findings_count(attribution: Attribution) -> None:
    assert told(attribution=attribution) == (Stance.CONTRADICTS, "")


@pytest.mark.parametrize(
    "text",
    [
        "Norden declares an Easter ceasefire",
        "Both sides agree to a 72-hour halt of fire",
        "Truce for two days takes effect",
        "Norden and Sudon agree to a maritime truce",
        "A brief pause in the shelling",
    ],
)
def test_a_truce_of_days_or_of_one_kind_is_no_ceasefire(text: str) -> None:
    assert_held_back_by("partial truce", told(text))


@pytest.mark.parametrize(
    "text",
    [
        "Norden agrees to an unconditional ceasefire",
        "Both sides sign 30-day ceasefire on land and at sea",
        "Full ceasefire takes effect along the border",
        "Two days after the call, Norden accepts a ceasefire",
        "Norden signs the ceasefire within 48 hours",
        "Energy truce expires and a general ceasefire follows",
        "Norden prolongs its Easter truce without an end",
    ],
)
def test_a_full_ceasefire_is_one(text: str) -> None:
    assert told(text) == (Stance.CONTRADICTS, "")


def test_an_indicator_about_short_truces_is_met_by_one() -> None:
    outcome = told("Norden keeps the Easter truce", indicator="Northland keeps to a truce.")
    assert outcome == (Stance.CONTRADICTS, "")


@pytest.mark.parametrize(
    "text", ["Prices rose after two years", "The mine closed a year ago the day it flooded"]
)
def test_a_number_of_years_does_not_make_an_old_event(text: str) -> None:
    assert told(text)[0] is Stance.CONTRADICTS
