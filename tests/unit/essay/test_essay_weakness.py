"""Weak indicators: by rule, and by measure on embeddings made by hand."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest

from bot.essay.nearness import MAX_PAIRS, MIN_REPORTS, met_by_everything, too_near
from bot.essay.weakness import Placed, placed, weaknesses
from bot.model import Claim, Essay, Indicator, Kind, Stance

NAMED = re.compile("Orsk")


def weak(text: str) -> list[str]:
    return [what for what, _how in weaknesses(text, NAMED)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Does Orsk close the dam?", "is a question"),
        ("Orsk closes the dam " + "and opens it " * 8, "words"),
        ("A new dam near Orsk.", "has no verb"),
        ("A government closes a dam.", "names nobody"),
        ("Orsk wants to fill the lake.", "thinks or wants"),
        ("Orsk is unwilling to talk.", "thinks or wants"),
        ("Orsk closes the gates because it fears a drought.", "thinks or wants"),
        ("Orsk may close the dam.", "possible or to come"),
        ("Orsk will close the dam.", "possible or to come"),
        ("The silence of Orsk shows that it has no plan.", "leaves the judgement"),
        ("Orsk seems afraid.", "leaves the judgement"),
        ("Orsk closes the dam and/or stops the mill.", "two events"),
        ("Orsk closes the dam and the mill is sold.", "two events"),
        ("REWRITE: what would be reported?", "not written yet"),
    ],
)
def test_a_weak_indicator_is_warned_of(text: str, told: str) -> None:
    assert any(told in what for what in weak(text)), weak(text)


@pytest.mark.parametrize(
    "text",
    [
        "Orsk closes the dam.",
        "Orsk says that it will close the dam.",
        "Minutes of the council of Orsk show that the dam was never tested.",
        "Orsk rejects or puts off a treaty.",
        "Orsk and Telvar sign a treaty on the river.",
        "The mayor of Orsk refuses to promise that he will not close the dam.",
        "Engineers of Orsk halt the turbines and leave.",
        "Orsk withdraws a nominee for want of votes.",
    ],
)
def test_a_sound_indicator_is_not(text: str) -> None:
    assert weak(text) == []


# --- by measure ----------------------------------------------------------------------------------


def claim(claim_id: str, *, supports: list[str], contradicts: list[str]) -> Claim:
    return Claim(
        claim_id,
        claim_id.lower() + "-slug",
        Kind.PATTERN,
        (0,),
        "S.",
        supported_by=tuple(Indicator(text, Stance.SUPPORTS) for text in supports),
        contradicted_by=tuple(Indicator(text, Stance.CONTRADICTS) for text in contradicts),
    )


def essay(*claims: Claim) -> list[Placed]:
    return placed(Essay("e", "T", "A", date(2026, 1, 1), "", ("Orsk",), (), claims))


def rows(*angles: float) -> np.ndarray:
    """Unit vectors in the plane at these angles, in radians."""
    return np.array([(np.cos(a), np.sin(a)) for a in angles], np.float32)


def test_pairs_across_sides_are_told_worst_first_with_both_texts() -> None:
    indicators = essay(claim("C1", supports=["one", "two"], contradicts=["three", "four"]))
    worst, other = too_near(indicators, rows(0.0, 1.0, -0.5, 1.2))
    assert '"two" is very near (cosine 0.98) to "four", on the other side' in worst.message
    assert '"one" is very near (cosine 0.88) to "three"' in other.message


def test_a_pair_of_one_side_does_no_harm() -> None:
    indicators = essay(claim("C1", supports=["one", "two"], contradicts=["three"]))
    assert too_near(indicators, rows(0.0, 0.0, 1.5)) == []


def test_between_claims_only_the_same_event_in_other_words_is_told() -> None:
    indicators = essay(
        claim("C1", supports=["one"], contradicts=[]), claim("C2", supports=["two"], contradicts=[])
    )
    assert too_near(indicators, rows(0.0, 0.6)) == []
    assert "claim C2" in too_near(indicators, rows(0.0, 0.1))[0].message


def test_no_more_pairs_are_told_than_anyone_reads() -> None:
    indicators = essay(*(claim(f"C{n}", supports=[f"i{n}"], contradicts=[]) for n in range(20)))
    assert len(too_near(indicators, rows(*[0.0] * 20))) == MAX_PAIRS


def test_an_indicator_nearest_to_most_reports_is_met_by_everything() -> None:
    texts = [f"i{n}" for n in range(60)]
    indicators = essay(claim("C1", supports=texts, contradicts=[]))
    vectors = np.eye(60, dtype=np.float32)
    reports = vectors[[0] * 30 + list(range(1, 51))]
    (problem,) = met_by_everything(indicators, vectors, reports, "a sample")
    assert '"i0"' in problem.message
    assert "38% of 80 reports" in problem.message


def test_with_few_indicators_a_large_share_is_no_sign() -> None:
    indicators = essay(claim("C1", supports=["one", "two"], contradicts=["three"]))
    vectors = np.eye(3, dtype=np.float32)
    assert met_by_everything(indicators, vectors, vectors[[0] * 90 + [1, 2]], "a sample") == []


def test_a_small_sample_says_nothing() -> None:
    indicators = essay(claim("C1", supports=[f"i{n}" for n in range(60)], contradicts=[]))
    vectors = np.eye(60, dtype=np.float32)
    assert (
        met_by_everything(indicators, vectors, vectors[[0] * (MIN_REPORTS - 1)], "a sample") == []
    )
