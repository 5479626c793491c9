"""The essay that comes with claimwire."""

from __future__ import annotations

import re

import pytest

from bot.essay import loader
from bot.essay.review import warnings
from bot.model import Kind

ESSAY = loader.bundled()

# Ids and slugs are fixed for good: stored evidence refers to them.
SLUGS = [
    "call-yields-energy-pause-only",
    "mutual-strike-accusations",
    "mocked-not-negotiated",
    "putin-lukewarm-on-ceasefire",
    "maximal-conditions",
    "putin-shows-he-sets-the-pace",
    "conditions-aim-at-influence",
    "call-was-about-us-russia-ties",
    "us-wavers-on-sanctions",
    "delay-is-the-strategy",
    "concessions-risk-larger-crisis",
    "no-quick-end",
    "us-misreads-putin",
    "rapport-buys-no-goodwill",
    "europe-needs-us",
    "kyiv-accepts-30-day-ceasefire",
    "russia-will-not-make-peace",
    "zelensky-offers-to-step-down",
    "no-pledge-against-new-invasion",
    "battlefield-gains-as-leverage",
    "no-substantive-concessions",
    "talks-restore-standing",
    "regime-stability-first",
    "western-concessions-embolden",
    "no-peace-while-misread",
    "vigilance-decides",
    "ukrainians-suffer-most",
]
KINDS = "fpfapaaaparraaafafparaaarrp"


def test_it_holds_the_27_claims_under_their_fixed_names() -> None:
    assert [claim.id for claim in ESSAY.claims] == [f"C{n:02}" for n in range(1, 28)]
    assert [claim.slug for claim in ESSAY.claims] == SLUGS
    letters = {Kind.FACT: "f", Kind.PATTERN: "p", Kind.ASSESSMENT: "a", Kind.PREDICTION: "r"}
    assert [letters[claim.kind] for claim in ESSAY.claims] == list(KINDS)


def test_it_has_no_weak_point() -> None:
    assert warnings(ESSAY) == []


def test_no_indicator_stands_in_two_claims() -> None:
    texts = [indicator.text for claim in ESSAY.claims for indicator in claim.indicators]
    assert len(texts) == len(set(texts))


def test_every_indicator_names_an_actor_or_place_of_this_war() -> None:
    own = {*ESSAY.topics, *(term for party in ESSAY.parties for term in party.terms)}
    own |= {"Johnson", "Congress", "United Nations", "UN", "West"}
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, own))})(?:s|'s|s')?\b")
    vague = [i.text for c in ESSAY.claims for i in c.indicators if not named.search(i.text)]
    assert vague == []


def test_the_parties_are_those_that_labels_and_verdicts_name() -> None:
    assert [party.id for party in ESSAY.parties] == ["russia", "ukraine", "us", "europe"]


@pytest.mark.parametrize("word", ["Ukraine", "Kyiv", "Zelenskyy", "Kremlin", "Putin", "Donbas"])
def test_its_topics_hold_the_names_that_reports_use(word: str) -> None:
    assert word in ESSAY.topics


def test_a_claim_is_found_by_id_and_slug_in_any_case() -> None:
    assert ESSAY.claim("c10") is ESSAY.claim("DELAY-is-the-strategy")
