"""A draft from an essay's text: it loads, says that it is one, and suggests only what it can."""

from __future__ import annotations

from datetime import date

import pytest
from essay_making import PORT
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.essay import loader
from bot.essay.draft import PLACEHOLDERS, make_draft
from bot.essay.draft_toml import draft_toml
from bot.essay.prose import read_prose
from bot.essay.review import warnings
from bot.essay.rewriting import suggestions
from bot.model import Essay, Kind

TODAY = date(2026, 5, 1)


def drafted(text: str, limit: int = 30) -> Essay:
    draft = make_draft(read_prose(text), name="essay", today=TODAY, limit=limit)
    return loader.loads(draft_toml(draft, "essay.md"), "draft.toml")


def test_a_draft_loads_and_says_that_it_is_one() -> None:
    essay = drafted(PORT)
    assert essay.draft
    assert (essay.title, essay.date) == ("The Strike That Nobody Will Win", date(2026, 3, 2))
    assert "Harbour Company" in essay.topics
    assert [party.name for party in essay.parties] == ["Harbour Company", "Ministry"]
    assert {claim.kind for claim in essay.claims} == set(Kind)


def test_a_prediction_has_the_horizon_that_its_sentence_names() -> None:
    essay = drafted(PORT)
    claim = next(c for c in essay.claims if c.statement.startswith("The strike will last"))
    assert claim.horizon == date(2026, 8, 31)
    assert claim.depends_on
    assert claim.resolution.startswith("REWRITE")


def test_a_prediction_without_a_day_ends_with_the_year_after_the_essay() -> None:
    essay = drafted(PORT)
    claim = next(c for c in essay.claims if "will leave Varnholm" in c.statement)
    assert claim.horizon == date(2027, 12, 31)


def test_a_horizon_that_lies_behind_the_essay_is_not_taken() -> None:
    essay = drafted("The dam of Orsk will break before the end of June 2020, I expect.")
    assert essay.claims[0].horizon == date(2027, 12, 31)


def test_what_the_text_does_not_tell_is_filled_and_noted() -> None:
    prose = read_prose("The dam of Orsk will break next year.")
    text = draft_toml(make_draft(prose, name="dam", today=TODAY), "dam.txt")
    assert "# author: not in the text" in text
    essay = loader.loads(text, "draft.toml")
    assert (essay.title, essay.date) == ("dam", TODAY)


def test_every_indicator_that_is_not_written_yet_is_warned_of() -> None:
    essay = drafted(PORT)
    empty = sum(i.text in PLACEHOLDERS for c in essay.claims for i in c.indicators)
    told = [p for p in warnings(essay) if "is not written yet" in p.message]
    assert len(told) == empty > 0


def test_the_limit_is_kept() -> None:
    assert len(drafted(PORT, limit=3).claims) == 3


@pytest.mark.parametrize("text", ["", " \n\n", "# Only a heading", "¿Qué pasa? Nada.", "???"])
def test_a_text_without_claims_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(InputError, match=r"no prose|no claim was found"):
        make_draft(read_prose(text), name="x", today=TODAY)


@pytest.mark.parametrize(
    ("statement", "so", "not_so"),
    [
        ("Orsk will close the dam.", "Orsk closes the dam.", "Orsk does not close the dam."),
        ("The farmers will not pay.", None, None),
        ("The farmers will not leave Telvar.", "The farmers do not leave Telvar.",
         "The farmers leave Telvar."),
        ("Next year Orsk is going to be rich.", None, None),
        ("Telvar keeps the treaty, although it hurts.", "Telvar keeps the treaty.",
         "Telvar does not keep the treaty."),
        ("This will end in Orsk.", None, None),
        ("Orsk wants the river.", None, None),
        ("Nobody in Orsk will pay a tax.", None, None),
    ],
)  # fmt: skip
def test_a_statement_is_turned_into_what_could_be_reported(
    statement: str, so: str | None, not_so: str | None
) -> None:
    """None where the sentence has no such verb: no suggestion is better than a wrong one."""
    found = suggestions(statement, Kind.PREDICTION)
    if so is None:
        assert found is None or all(one.endswith(".") for one in found)
    else:
        assert found == (so, not_so)


def test_a_fact_is_borne_out_or_corrected() -> None:
    so, not_so = suggestions("Orsk signed the treaty in May.", Kind.FACT) or ("", "")
    assert so.endswith("confirms that Orsk signed the treaty in May.")
    assert not_so.endswith("shows that Orsk did not sign the treaty in May.")


WORDS = st.sampled_from(
    'Orsk Telvar will not the dam wants to because "quoted" it signed keeps in 2027 May, and\n\n >'
    " # never — river’s \\ ' ; : If while but shows that - * [x](y) \x7f \u2028 \u202e é 水".split(
        " "
    )
)


@given(st.text() | st.lists(WORDS, min_size=1, max_size=60).map(lambda ws: f"{' '.join(ws)}."))
def test_any_text_gives_a_draft_that_loads_or_a_reason(text: str) -> None:
    prose = read_prose(text)
    try:
        draft = make_draft(prose, name=text[:50], today=TODAY)
    except InputError:
        return
    essay = loader.loads(draft_toml(draft, text[:50]), "draft.toml")
    assert len(essay.claims) == len(draft.claims)
