"""A head: how it is mixed, kept, and refused."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from head_making import ENCODER, ESSAY, WIDTH, claim, head, probabilities, reworded, units
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.essay.loader import bundled
from bot.judge import arrays
from bot.judge.essay_head import (
    EssayHead,
    Taught,
    find_head,
    head_path,
    load_head,
    save_head,
    shipped_head,
)


def load(path: Path, essay: Any = ESSAY, encoder: str = ENCODER, width: int = WIDTH) -> EssayHead:
    return load_head(path, essay, encoder=encoder, width=width)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    save_head(head(), tmp_path / "head.npz")
    return tmp_path / "head.npz"


@settings(max_examples=30)
@given(share=st.floats(0, 1), seed=st.integers(0, 99), count=st.integers(0, 5))
def test_a_mix_is_a_probability_for_every_stance(share: float, seed: int, count: int) -> None:
    general = probabilities(seed, count)
    mixed = head(seed, share).mix(general, units(seed, count))
    assert mixed.shape == general.shape
    assert mixed.dtype == np.float32
    assert np.allclose(mixed.sum(-1), 1, atol=1e-5)
    assert (mixed >= 0).all()


def test_the_share_leads_from_the_general_judge_to_the_head() -> None:
    general, vectors = probabilities(1, 4), units(1, 4)
    assert np.allclose(head(share=0.0).mix(general, vectors), general, atol=1e-5)
    alone = head().probabilities(vectors)
    assert np.allclose(head(share=1.0).mix(general, vectors), alone, atol=1e-5)


def test_a_claim_that_the_head_does_not_know_is_left_to_the_general_judge() -> None:
    general, vectors = probabilities(2, 4), units(2, 4)
    partial = replace(head(), known=np.array([True, False, True]))
    mixed = partial.mix(general, vectors)
    assert np.array_equal(mixed[:, 1], general[:, 1])
    assert not np.allclose(mixed[:, 0], general[:, 0])


@settings(max_examples=30)
@given(
    share=st.floats(0, 1),
    seed=st.integers(0, 999),
    taught=st.builds(Taught, *(st.integers(0, 10**9) for _ in range(4))),
)
def test_what_is_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory, share: float, seed: int, taught: Taught
) -> None:
    path = tmp_path_factory.getbasetemp() / "round" / "trip.npz"
    before = replace(head(seed, share), taught=taught)
    save_head(before, path)
    after = load(path)
    assert (after.encoder, after.share, after.taught) == (ENCODER, share, taught)
    assert (after.claim_ids, after.wording) == (before.claim_ids, before.wording)
    assert np.array_equal(after.weights, before.weights)
    assert np.array_equal(after.bias, before.bias)
    assert after.known.all()
    assert list(path.parent.iterdir()) == [path]


def test_a_reworded_claim_loses_its_own_row_only(kept: Path) -> None:
    assert load(kept, reworded("B")).known.tolist() == [True, False, True]


def test_a_new_claim_has_no_row_and_a_removed_one_is_forgotten(kept: Path) -> None:
    essay = replace(ESSAY, claims=(claim("D"), *ESSAY.claims[1:]))
    loaded = load(kept, essay)
    assert loaded.claim_ids == ("D", "B", "C")
    assert loaded.known.tolist() == [False, True, True]
    assert np.array_equal(loaded.weights[1], head().weights[1])


def test_unknown_rows_are_not_written(tmp_path: Path) -> None:
    partial = replace(head(), known=np.array([False, True, True]))
    save_head(partial, tmp_path / "head.npz")
    assert load(tmp_path / "head.npz").known.tolist() == [False, True, True]


def test_white_space_is_no_other_wording(kept: Path) -> None:
    spaced = tuple(replace(c, statement=c.statement.replace(" ", "\n  ")) for c in ESSAY.claims)
    assert load(kept, replace(ESSAY, claims=spaced)).known.all()


def test_a_head_for_another_model_is_refused(kept: Path) -> None:
    with pytest.raises(ConfigError, match=r"made-up-encoder.*claimwire tune"):
        load(kept, encoder="another")
    with pytest.raises(ConfigError, match="claimwire tune"):
        load(kept, width=WIDTH + 1)


def test_a_head_for_another_essay_is_refused(kept: Path) -> None:
    with pytest.raises(ConfigError, match="none of the claims"):
        load(kept, replace(ESSAY, claims=(claim("X"), claim("Y"))))


def about(**changed: Any) -> dict[str, Any]:
    whole = {
        "format_version": 1, "encoder": ENCODER, "claims": ["A"], "wording": ["w"], "share": 0.5,
        "taught": {"entries": 1, "labels": 1, "indicators": 1, "background": 1},
    }  # fmt: skip
    return {**whole, **changed}


GOOD = {"weights": np.zeros((1, WIDTH, 4), np.float32), "bias": np.zeros((1, 4), np.float32)}


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {**GOOD},
        {**GOOD, "about": np.array("not json")},
        {**GOOD, "about": np.array("[]")},
        {**GOOD, "about": np.array(json.dumps(about(format_version=2)))},
        {**GOOD, "about": np.array(json.dumps(about(share=1.5)))},
        {**GOOD, "about": np.array(json.dumps(about(share="much")))},
        {**GOOD, "about": np.array(json.dumps(about(share=float("nan"))))},
        {**GOOD, "about": np.array(json.dumps(about(claims=["A", "B"])))},
        {**GOOD, "about": np.array(json.dumps(about(claims=[["A"]])))},
        {**GOOD, "about": np.array(json.dumps(about(taught={})))},
        {**GOOD, "about": np.array({"run": "me"}, dtype=object)},
        {**GOOD, "about": np.array(json.dumps(about())), "bias": np.zeros((1, 3), np.float32)},
        {**GOOD, "about": np.array(json.dumps(about())), "weights": np.zeros((1, 4), np.float32)},
        {**GOOD, "about": np.array(json.dumps(about())), "bias": np.zeros((1, 4))},
        {**GOOD, "about": np.array(json.dumps(about())), "bias": GOOD["bias"] + np.nan},
        {**GOOD, "about": np.array(json.dumps(about())), "bias": GOOD["bias"] + np.inf},
    ],
)
def test_a_file_that_is_no_head_is_one_clear_mistake(
    tmp_path: Path, arrays: dict[str, Any]
) -> None:
    np.savez(tmp_path / "head.npz", **arrays)
    with pytest.raises(ConfigError, match=r"head\.npz: .*claimwire tune"):
        load(tmp_path / "head.npz")


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", b"[]" * 99])
def test_a_file_of_another_kind_is_one_clear_mistake(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "head.npz").write_bytes(content)
    with pytest.raises(ConfigError):
        load(tmp_path / "head.npz")


@settings(max_examples=30)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    save_head(head(), path)
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with suppress(ConfigError):
        loaded = load(path)
        assert np.array_equal(loaded.weights, head().weights)
        assert np.array_equal(loaded.bias, head().bias)


def test_a_file_that_would_unpack_to_too_much_is_refused_unread(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrays, "MAX_BYTES", 500)
    with pytest.raises(ConfigError, match="unpacks to more than 500 bytes"):
        load(kept)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="--output"):
        save_head(head(), tmp_path / "file" / "head.npz")


def test_a_failed_write_leaves_the_old_head(kept: Path) -> None:
    (kept.parent / "taken").mkdir()
    with pytest.raises(ConfigError):
        save_head(head(9), kept.parent / "taken")
    assert np.array_equal(load(kept).weights, head().weights)
    assert {p.name for p in kept.parent.iterdir()} == {"head.npz", "taken"}


def test_the_desks_own_head_is_found_where_tune_writes_it(tmp_path: Path) -> None:
    assert find_head(ESSAY, encoder=ENCODER, width=WIDTH, data_dir=tmp_path) is None
    save_head(head(), head_path(tmp_path, ESSAY))
    found = find_head(ESSAY, encoder=ENCODER, width=WIDTH, data_dir=tmp_path)
    assert found is not None
    with pytest.raises(ConfigError):
        find_head(ESSAY, encoder="another", width=WIDTH, data_dir=tmp_path)


def test_a_shipped_head_for_another_model_is_passed_over() -> None:
    assert shipped_head(bundled(), encoder="another", width=WIDTH) is None
