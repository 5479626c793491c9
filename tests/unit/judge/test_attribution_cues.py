"""What the learned part of attribution sees of a sentence."""

from hypothesis import given
from hypothesis import strategies as st

from bot.judge.attribution_cues import cues
from bot.judge.attribution_rules import Attribution, Modality
from bot.judge.terms import term_pattern

PARTIES = (
    ("north", term_pattern(("Norden", "Premier Aldo"))),
    ("south", term_pattern(("Sudon", "Southern"))),
)


def test_no_partys_name_is_among_the_cues() -> None:
    seen = cues("Norden says that Sudon and Premier Aldo met", PARTIES, None)
    of_all = {*seen.sentence, *(c for of in seen.parties.values() for c in of)}
    assert not [c for c in of_all if any(n in c.lower() for n in ("norden", "sudon", "aldo"))]


def test_the_speaker_is_told_from_the_one_spoken_of() -> None:
    seen = cues("Norden says that Sudon lies", PARTIES, None)
    assert "speaker of says" in seen.parties["north"]
    assert not any(cue.startswith("speaker") for cue in seen.parties["south"])


def test_a_speaker_behind_the_verb_is_found() -> None:
    seen = cues("The canal is closed, says Sudon", PARTIES, None)
    assert "inverted of says" in seen.parties["south"]


def test_a_title_belongs_to_the_name() -> None:
    seen = cues("Southern foreign minister Ada Brook said that it rained", PARTIES, None)
    assert "speaker of said" in seen.parties["south"]


def test_a_speaker_who_is_no_party_is_seen_as_such() -> None:
    seen = cues("Ada Brook says that it rained", PARTIES, None)
    assert "speaker unknown says" in seen.sentence
    assert seen.parties == {}


def test_a_name_before_a_colon_or_behind_a_dash_needs_no_verb() -> None:
    assert "colon" in cues("Norden: no sale", PARTIES, None).parties["north"]
    assert "dash" in cues("No sale — Sudon", PARTIES, None).parties["south"]
    assert "dash unknown" in cues("No sale — harbour master", PARTIES, None).sentence


def test_what_the_rules_say_is_a_cue_like_any_other() -> None:
    ruled = Attribution("north", Modality.DENIED)
    seen = cues("Norden denies it", PARTIES, ruled)
    assert "rule denied" in seen.parties["north"]
    assert "rule party denied" in seen.sentence
    assert not [c for c in cues("Norden denies it", PARTIES, None).sentence if "rule" in c]


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert cues(text, PARTIES, None).sentence
