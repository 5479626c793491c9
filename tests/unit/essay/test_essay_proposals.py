"""Which sentences are proposed as claims, and as which kind."""

from __future__ import annotations

import pytest
from essay_making import PORT

from bot.essay.proposals import propose
from bot.essay.prose import Paragraph, read_prose
from bot.model import Kind


def kinds(text: str) -> list[Kind]:
    return [one.kind for one in propose([Paragraph(0, text)], 10)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The treaty will not survive the next dry summer in Telvar.", Kind.PREDICTION),
        ("If Orsk closes the dam, the valley below it could lose a harvest.", Kind.PREDICTION),
        ("The governor of Orsk wants the dam more than he wants peace.", Kind.ASSESSMENT),
        ("The silence of Telvar shows that its government is afraid of its farmers.",
         Kind.ASSESSMENT),
        ("Orsk keeps opening the gates at night, and each time Telvar protests.", Kind.PATTERN),
        ("On 4 May 2025 Orsk and Telvar signed a treaty on the river.", Kind.FACT),
    ],
)  # fmt: skip
def test_a_plain_claim_is_proposed_with_its_kind(text: str, kind: Kind) -> None:
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "Will the treaty survive the next dry summer?",
        '"We will never sign a treaty with people who steal water," he said.',
        "I will argue that the treaty is dead in three steps.",
        "A long road to the river.",
        "Rain.",
    ],
)
def test_questions_quotations_plans_and_fragments_are_no_claims(text: str) -> None:
    assert kinds(text) == []


def test_what_is_quoted_as_a_block_is_left_out() -> None:
    text = "The treaty will not survive the next dry summer in Telvar."
    assert propose([Paragraph(0, text, quoted=True)], 10) == []


def test_a_claim_told_twice_is_proposed_once_with_both_places() -> None:
    once = "The treaty between Orsk and Telvar will not survive a dry summer."
    again = "In the end, the treaty of Orsk and Telvar will not survive any dry summer."
    (one,) = propose([Paragraph(0, once), Paragraph(1, again)], 10)
    assert one.paragraphs == (0, 1)


def test_two_clauses_with_a_verb_each_are_two_proposals() -> None:
    text = "Orsk wants the dam to fill before the autumn, while Telvar will never accept a dry bed."
    assert kinds(text) == [Kind.ASSESSMENT, Kind.PREDICTION]


def test_the_best_are_kept_in_the_order_of_the_essay() -> None:
    found = propose(read_prose(PORT).paragraphs, 4)
    assert len(found) == 4
    assert [one.place for one in found] == sorted(one.place for one in found)
    assert any("will leave Varnholm" in one.statement for one in found)


def test_a_conclusion_is_marked_as_following() -> None:
    found = {one.statement: one for one in propose(read_prose(PORT).paragraphs, 30)}
    assert found["The strike will last beyond the end of the summer of 2026."].follows


def test_a_paragraph_of_many_sentences_is_read_to_its_end() -> None:
    filler = "Nothing happened here at all today. " * 70
    found = propose([Paragraph(0, filler + "The treaty of Orsk will not survive the summer.")], 5)
    assert any(one.kind is Kind.PREDICTION for one in found)
