"""What changed in an essay: everything, once, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.essay.difference import Difference, differences, summary
from bot.essay.loader import bundled
from bot.essay.stored import from_json, to_json
from bot.model import Claim, Essay, Indicator, Kind, Party, Stance, Strength

HIT = Indicator("A depot is hit", Stance.SUPPORTS, Strength.STRONG)
CALM = Indicator("A week is calm", Stance.CONTRADICTS)
CLAIM = Claim("C01", "one", Kind.FACT, (1,), "It burns.", ("fire",), (HIT,), (CALM,))
OTHER = Claim("C02", "two", Kind.ASSESSMENT, (2,), "It is cold.")
ESSAY = Essay(
    "e", "Fire", "A. Writer", date(2026, 1, 1), "", ("fire",), (Party("a", "A", ("Alpha",)),),
    (CLAIM, OTHER),
)  # fmt: skip


def with_claim(**changes) -> Essay:
    return replace(ESSAY, claims=(replace(CLAIM, **changes), OTHER))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (replace(ESSAY, title="Ice"), Difference("", "title", "Fire", "Ice")),
        (replace(ESSAY, draft=True), Difference("", "draft", "no", "yes")),
        (replace(ESSAY, topics=()), Difference("", "topics", "fire", "")),
        (replace(ESSAY, parties=()), Difference("", "party", "a, A: Alpha", "")),
        (replace(ESSAY, claims=(CLAIM,)), Difference("C02", "claim", "It is cold.", "")),
        (
            replace(ESSAY, claims=(*ESSAY.claims, replace(OTHER, id="C03"))),
            Difference("C03", "claim", "", "It is cold."),
        ),
        (
            with_claim(statement="It smokes."),
            Difference("C01", "statement", "It burns.", "It smokes."),
        ),
        (with_claim(kind=Kind.PATTERN), Difference("C01", "kind", "fact", "pattern")),
        (with_claim(horizon=date(2027, 1, 1)), Difference("C01", "horizon", "", "2027-01-01")),
        (with_claim(paragraphs=(1, 4)), Difference("C01", "paragraphs", "", "4")),
        (with_claim(depends_on=("C02",)), Difference("C01", "depends_on", "", "C02")),
        (
            with_claim(supported_by=()),
            Difference("C01", "supported_by", "A depot is hit (strong)", ""),
        ),
        (
            with_claim(contradicted_by=(replace(CALM, strength=Strength.WEAK),)),
            Difference(
                "C01", "contradicted_by", "A week is calm (moderate)", "A week is calm (weak)"
            ),
        ),
    ],
)
def test_one_change_is_one_difference(after: Essay, expected: Difference):
    assert differences(ESSAY, after) == (expected,)
    back = differences(after, ESSAY)
    assert back == (replace(expected, before=expected.after, after=expected.before),)


def test_order_means_nothing():
    two = replace(CLAIM, supported_by=(HIT, replace(HIT, text="Another depot is hit")))
    before = replace(ESSAY, claims=(two, OTHER), topics=("a", "b"))
    turned = replace(two, supported_by=two.supported_by[::-1])
    after = replace(ESSAY, claims=(OTHER, turned), topics=("b", "a"))
    assert differences(before, after) == ()
    assert summary(()) == "nothing changed"


def test_the_summary_names_the_claims():
    third = replace(OTHER, id="C03")
    after = replace(ESSAY, title="Ice", claims=(replace(CLAIM, statement="Ash.", topics=()), third))
    assert summary(differences(ESSAY, after)) == (
        "1 claim changed (C01), 1 claim added (C03), 1 claim removed (C02), title"
    )


TEXT = st.text(max_size=8)
INDICATORS = st.lists(
    st.builds(Indicator, TEXT, st.just(Stance.SUPPORTS), st.sampled_from(Strength)),
    max_size=3,
    unique_by=lambda each: each.text,
).map(tuple)
CLAIMS = st.builds(
    Claim,
    id=st.sampled_from(["C01", "C02", "C03"]),
    slug=TEXT,
    kind=st.sampled_from(Kind),
    paragraphs=st.lists(st.integers(0, 9), max_size=2, unique=True).map(sorted).map(tuple),
    statement=st.text(min_size=1, max_size=8),
    topics=st.lists(TEXT, max_size=2, unique=True).map(sorted).map(tuple),
    supported_by=INDICATORS,
    horizon=st.none() | st.dates(),
    probability=st.none() | st.floats(0, 1),
)
ESSAYS = st.lists(CLAIMS, max_size=3, unique_by=lambda each: each.id).map(
    lambda claims: replace(ESSAY, claims=tuple(claims))
)


def in_order(essay: Essay) -> Essay:
    claims = (
        replace(each, supported_by=tuple(sorted(each.supported_by, key=lambda one: one.text)))
        for each in essay.claims
    )
    return replace(essay, claims=tuple(sorted(claims, key=lambda each: each.id)))


@given(ESSAYS, ESSAYS)
def test_there_is_no_difference_if_and_only_if_both_say_the_same(one: Essay, other: Essay):
    assert (differences(one, other) == ()) == (in_order(one) == in_order(other))
    assert differences(one, one) == ()


@given(ESSAYS)
def test_an_essay_is_kept_whole(essay: Essay):
    assert from_json(to_json(essay)) == essay


def test_the_bundled_essay_is_kept_whole():
    assert from_json(to_json(bundled())) == bundled()
