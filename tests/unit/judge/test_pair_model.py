"""Pair models as people have them: read right, the same at every call, or refused with a reason."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto

from bot.errors import ConfigError
from bot.judge.pair_model import PairModel
from tests.fakes.pair_models import NLI, name_labels, quantised_model, reading_model

WORDS = "russia signs rejects a truce kyiv in talks end peace war , ."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return quantised_model(tmp_path_factory.mktemp("quantised"), WORDS)


@pytest.fixture(scope="module")
def quantised(folder: Path) -> PairModel:
    return PairModel(folder)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> PairModel:
    return PairModel(reading_model(tmp_path_factory.mktemp("reading"), WORDS))


def refused(folder: Path) -> str:
    """What is said of a folder that is not taken; it is named, and so is the way to mend it."""
    with pytest.raises(ConfigError) as caught:
        PairModel(folder)
    assert str(folder) in str(caught.value)
    assert "docs/judges.md" in str(caught.value)
    return str(caught.value)


def test_premise_and_hypothesis_are_told_apart(reading: PairModel) -> None:
    answers = reading.nli(
        [
            ("Russia signs a truce in Kyiv.", "Russia signs a truce"),
            ("Russia signs a truce", "Russia signs a truce in Kyiv"),
            ("Russia not signs a truce", "Russia signs a truce"),
        ]
    )
    assert answers.shape == (3, 3)
    assert answers.argmax(-1).tolist() == [0, 1, 2]
    assert np.allclose(answers.sum(-1), 1)


def test_logits_stand_in_the_order_of_the_labels(reading: PairModel) -> None:
    pairs = [("russia signs", "russia signs"), ("war", "peace")]
    assert reading.labels == NLI
    logits = reading.logits(pairs)
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    assert np.allclose(reading.nli(pairs), shares[:, [1, 2, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        (("none", "update", "supports", "contradicts"), ([2], [0, 1], [3])),
        (("SUPPORTS", "REFUTES", "NONE"), ([0], [2], [1])),
        (("entail", "not entailment"), ([0], [1], [])),
        (("not-entailment", "Entailment"), ([1], [0], [])),
    ],
)
def test_labels_of_one_meaning_are_added_up(
    tmp_path: Path, labels: tuple[str, ...], columns: tuple[list[int], ...]
) -> None:
    model = PairModel(quantised_model(tmp_path, WORDS, labels=labels))
    pairs = [("russia signs a truce", "peace"), ("war", "")]
    logits = model.logits(pairs)
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    expected = np.stack([shares[:, list(own)].sum(-1) for own in columns], -1)
    assert np.allclose(model.nli(pairs), expected, atol=1e-6)
    assert model.labels == tuple(label.lower() for label in labels)


texts = st.lists(st.sampled_from(WORDS.split()), max_size=30).map(" ".join) | st.text(max_size=40)


@settings(max_examples=60)
@given(pairs=st.lists(st.tuples(texts, texts), max_size=8), seed=st.randoms(use_true_random=False))
def test_a_pair_gives_the_same_numbers_in_any_company(
    quantised: PairModel, pairs: list[tuple[str, str]], seed: random.Random
) -> None:
    """To the last bit, though the graph scales by the whole batch."""
    logits = quantised.logits(pairs)
    assert logits.shape == (len(pairs), 3)
    order = seed.sample(range(len(pairs)), len(pairs))
    assert np.array_equal(quantised.logits([pairs[row] for row in order]), logits[order])
    for row, pair in enumerate(pairs):
        assert np.array_equal(quantised.logits([pair])[0], logits[row])


def test_only_the_text_is_cut(reading: PairModel) -> None:
    """A claim at the far end of a long pair is still read to its end."""
    long = "russia signs a truce " + "war " * 500
    assert reading.nli([(long, "russia signs a truce")]).argmax() == 0
    assert reading.nli([(long, "russia signs a truce in kyiv")]).argmax() == 1
    assert reading.nli([("war " * 500 + "russia signs", "russia signs")]).argmax() == 1


@pytest.mark.parametrize(
    "pair",
    [
        ("", ""),
        ("war", ""),
        ("", "war"),
        ("\0", "\0war\0"),
        ("\ud800 war", "war \udfff"),
        ("war " * 100_000, "peace " * 100_000),
        ("", "peace " * 90),
        ("war", "peace " * 109),
        ("war " * 90, "peace " * 94),
        ("x" * 100_000, "y"),
        (" \t\n" * 1000, "\N{ZERO WIDTH JOINER}"),
    ],
    ids=lambda pair: f"{len(pair[0])}-{len(pair[1])}",
)
def test_no_text_is_too_odd(reading: PairModel, pair: tuple[str, str]) -> None:
    answers = reading.nli([pair])
    assert answers.shape == (1, 3)
    assert np.isclose(answers.sum(), 1)


def test_no_pairs_give_no_rows(quantised: PairModel) -> None:
    assert quantised.logits([]).shape == (0, 3)
    assert quantised.nli([]).shape == (0, 3)


@pytest.mark.parametrize(
    "inputs",
    [("input_ids",), ("input_ids", "attention_mask"), ("input_ids", "token_type_ids")],
)
def test_a_graph_gets_just_the_inputs_that_it_declares(
    tmp_path: Path, quantised: PairModel, inputs: tuple[str, ...]
) -> None:
    pairs = [("russia signs", "peace"), ("war", "talks end .")]
    fewer = PairModel(quantised_model(tmp_path, WORDS, inputs=inputs))
    assert np.array_equal(fewer.logits(pairs), quantised.logits(pairs))


def test_narrow_integers_and_another_name_of_the_output_are_taken(
    tmp_path: Path, quantised: PairModel
) -> None:
    other = quantised_model(tmp_path, WORDS, output="scores", integers=TensorProto.INT32)
    pairs = [("russia signs", "peace")]
    assert np.array_equal(PairModel(other).logits(pairs), quantised.logits(pairs))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.onnx"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (quantised_model(tmp_path, WORDS) / name).unlink()
    assert f"there is no {name}" in refused(tmp_path)


def test_no_folder_at_all(tmp_path: Path) -> None:
    assert "no config.json and no tokenizer.json and no model.onnx" in refused(tmp_path / "gone")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b"{"),
        ("config.json", b"[]"),
        ("config.json", b"\xff\xfe"),
        ("tokenizer.json", b"[]"),
        ("model.onnx", b"not a graph"),
        ("model.onnx", b""),
    ],
)
def test_a_broken_file_is_one_clear_mistake(tmp_path: Path, name: str, content: bytes) -> None:
    (quantised_model(tmp_path, WORDS) / name).write_bytes(content)
    refused(tmp_path)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (None, 'no "id2label"'),
        ({}, 'no "id2label"'),
        ({"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}, "'label_0', which does not say"),
        ({"0": "neutral", "1": "contradiction", "2": "none"}, "means entailment"),
        ({"0": "entailment", "2": "neutral", "3": "contradiction"}, 'not "0", "1"'),
        ({"0": "entailment", "1": "neutral", "x": "contradiction"}, 'not "0", "1"'),
        ({"0": "entailment", "1": 7, "2": "neutral"}, "'7'"),
        ({"0": "entailment", "1": "neutral"}, "the shape must be (1, 2)"),
    ],
)
def test_labels_that_do_not_fit_are_refused(
    tmp_path: Path, names: dict[str, object] | None, reason: str
) -> None:
    name_labels(quantised_model(tmp_path, WORDS), names)
    assert reason in refused(tmp_path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda d: quantised_model(d, WORDS, inputs=("pixels",)), "takes pixels; it must"),
        (
            lambda d: quantised_model(d, WORDS, inputs=("input_ids", "position_ids")),
            "it must take input_ids",
        ),
    ],
)
def test_a_graph_with_other_inputs_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    assert reason in refused(make(tmp_path))
