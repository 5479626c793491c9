"""The index of an essay's claims: what it hands out is what looking at every claim would give."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.judge.claim_index import CANDIDATES, ClaimIndex
from bot.judge.stance_model import StanceModel, Vectors
from bot.model import Claim, Essay, Indicator, Kind, Stance

WIDTH = 24
MANY = 2 * CANDIDATES


@dataclass
class SmallModel:
    """Stands for the stance model: a text's vector comes of its words, the head is a small one."""

    settings: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(max_claim_tokens=48, candidate=0.04)
    )
    encoded: list[str] = field(default_factory=list)

    def encode(self, texts: Sequence[str], *, max_tokens: int) -> Vectors:
        self.encoded += texts
        rows = [np.mean([_word(word) for word in text.split()], axis=0) for text in texts]
        vectors = np.array(rows, np.float32).reshape(-1, WIDTH)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def match(self, entries: Vectors, claims: Vectors) -> Vectors:
        near = (entries * np.linspace(0.2, 1.8, WIDTH, dtype=np.float32)) @ claims.T
        apart = np.abs(entries[:, np.newaxis] - claims).sum(-1)
        logits = np.stack([apart, 3 * near, 9 * near, 9 * near * near], -1)
        exponent = np.exp(logits - logits.max(-1, keepdims=True))
        return np.asarray(exponent / exponent.sum(-1, keepdims=True), np.float32)


def _word(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=WIDTH)


def claim(
    number: int, statement: str, supports: Sequence[str], contradicts: Sequence[str]
) -> Claim:
    return Claim(
        f"C{number}", f"c{number}", Kind.ASSESSMENT, (0,), statement,
        supported_by=tuple(Indicator(text, Stance.SUPPORTS) for text in supports),
        contradicted_by=tuple(Indicator(text, Stance.CONTRADICTS) for text in contradicts),
    )  # fmt: skip


def essay(claims: Sequence[Claim]) -> Essay:
    return Essay("e", "E", "A", date(2025, 1, 1), "", (), (), tuple(claims))


def index(claims: Sequence[Claim], model: SmallModel | None = None) -> ClaimIndex:
    return ClaimIndex(essay(claims), cast("StanceModel", model or SmallModel()))


def encoded(*texts: str) -> Vectors:
    return SmallModel().encode(texts, max_tokens=48)


MATTERS = "truce prisoners border grain gas dam port bridge court vote".split()
VERBS = "accepts rejects delays denies signs breaks sells buys".split()
PLACES = "north south east west coast delta ridge valley plain isle".split()


def many(count: int, *, indicators: bool = True) -> list[Claim]:
    texts = [f"{p} {v} {m}" for m in MATTERS for v in VERBS for p in PLACES][:count]
    assert len(texts) == count
    side = (lambda t, word: [f"{t} {word}"]) if indicators else (lambda _t, _word: [])
    return [claim(n, t, side(t, "today"), side(t, "never")) for n, t in enumerate(texts)]


ENTRIES = encoded("north accepts truce today", "court of the delta denies vote", "rain in the west")

words = st.lists(st.sampled_from(MATTERS + VERBS), min_size=1, max_size=3).map(" ".join)
some_claims = st.lists(
    st.tuples(words, st.lists(words, max_size=3), st.lists(words, max_size=3)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(some_claims)
def test_a_small_essay_is_matched_whole(
    drawn: list[tuple[str, list[str], list[str]]],
) -> None:
    """Every claim gets the model's own probabilities and, where it has indicators on both sides,
    the difference of the nearest cosines; claims of one wording get the same."""
    scores, leaning = index([claim(n, *parts) for n, parts in enumerate(drawn)]).match(ENTRIES)
    statements = encoded(*(statement for statement, _s, _c in drawn))
    assert np.allclose(scores, SmallModel().match(ENTRIES, statements), atol=1e-6)
    for row, (_statement, supports, contradicts) in enumerate(drawn):
        if supports and contradicts:
            near = (ENTRIES @ encoded(*side).T for side in (supports, contradicts))
            expected = np.subtract(*(cosines.max(1) for cosines in near))
            assert np.allclose(leaning[:, row], expected, atol=1e-6)
        else:
            assert np.isnan(leaning[:, row]).all()


@settings(max_examples=60)
@given(some_claims, st.sampled_from(list(Stance)))
def test_the_nearest_indicator_is_of_the_stances_side(
    drawn: list[tuple[str, list[str], list[str]]], stance: Stance
) -> None:
    claims = [claim(n, *parts) for n, parts in enumerate(drawn)]
    made = index(claims)
    for row, own in enumerate(claims):
        found = made.nearest(row, ENTRIES[0], stance)
        allowed = [i for i in own.indicators if stance in (Stance.UPDATE, i.side)]
        if not allowed:
            assert found is None
            continue
        assert found in allowed
        cosines = encoded(*(i.text for i in allowed)) @ ENTRIES[0]
        assert cosines[allowed.index(found)] == pytest.approx(cosines.max(), abs=1e-6)


def test_cosines_are_told_per_claim_and_minus_one_without_indicators() -> None:
    made = index([claim(0, "truce", [], []), claim(1, "vote", ["court vote"], ["no vote"])])
    (statement, nothing), (_other, near) = made.cosines(ENTRIES[1])
    assert statement == pytest.approx(float(encoded("truce")[0] @ ENTRIES[1]), abs=1e-6)
    assert nothing == -1.0
    expected = max(float(v @ ENTRIES[1]) for v in encoded("court vote", "no vote"))
    assert near == pytest.approx(expected, abs=1e-6)


def test_chosen_claims_are_matched_as_among_all() -> None:
    made = index(many(40))
    whole, rows = made.match(ENTRIES), [7, 3, 31]
    for part, all_of_it in zip(made.match(ENTRIES, rows), whole, strict=True):
        assert np.allclose(part, all_of_it[:, rows], atol=1e-6)
    assert made.match(ENTRIES, [])[0].shape == (3, 0, 4)


def test_a_text_is_encoded_once_however_often_it_stands_in_the_essay() -> None:
    model = SmallModel()
    claims = [claim(n, f"truce {n % 3}", ["signs truce"], ["breaks truce"]) for n in range(MANY)]
    scores, leaning = index(claims, model).match(ENTRIES)
    assert len(model.encoded) == 5
    # Three statements are few, so nothing was left out.
    assert np.array_equal(scores[:, :3], scores[:, 3:6])
    assert not np.isnan(leaning).any()


def test_of_a_large_essay_only_candidates_are_matched_and_they_are_the_right_ones() -> None:
    """What it hands out for a candidate is what matching every claim gives, all else bears on
    nothing, and of what an entry most bears on nearly all is among the candidates."""
    made = index(many(MANY))
    scores, leaning = made.match(ENTRIES)
    every = SmallModel().match(ENTRIES, encoded(*(c.statement for c in many(MANY))))
    judged = scores[..., 0] < 1
    assert (judged.sum(1) == CANDIDATES).all()
    assert np.allclose(scores[judged], every[judged], atol=1e-6)
    best = np.argsort(every[..., 0], axis=1)[:, :40]
    assert np.take_along_axis(judged, best, 1).mean() >= 0.97
    some = made.match(ENTRIES, [0, 1])[1]
    told = ~np.isnan(leaning)
    assert (told == (1 - scores[..., 0] >= 0.04)).all()
    assert np.allclose(leaning[:, :2][told[:, :2]], some[told[:, :2]], atol=1e-6)


def test_a_large_essay_without_indicators_has_candidates_too() -> None:
    scores, leaning = index(many(MANY, indicators=False)).match(ENTRIES)
    assert ((scores[..., 0] < 1).sum(1) == CANDIDATES).all()
    assert np.isnan(leaning).all()
    assert scores[0, 0, 0] < 0.5  # "north accepts truce", as the first entry says


def test_an_entry_is_matched_alone_as_among_others() -> None:
    made = index(many(MANY))
    scores, _leaning = made.match(ENTRIES)
    for row in range(len(ENTRIES)):
        alone = made.match(ENTRIES[row : row + 1])[0]
        assert np.allclose(alone[0], scores[row], atol=1e-6)
    assert made.match(ENTRIES[:0])[0].shape == (0, MANY, 4)
