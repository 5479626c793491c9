"""Small pair models that are real: an ONNX graph, a WordPiece tokenizer and a config.json.

``reading_model`` reads words: a hypothesis follows from a premise that has all its words, and is
contradicted where only one of the two says "not". ``quantised_model`` means nothing; its weights
are int8 and its activations are scaled by the whole batch, as dynamic quantisation does it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
NLI = ("contradiction", "entailment", "neutral")
OPSET, IR_VERSION = 17, 8
WIDTH = 16


def reading_model(folder: Path, words: str) -> Path:
    """A model that knows these words, with labels as NLI models mostly have them."""
    vocabulary = _vocabulary([*words.lower().split(), "not"])
    size = len(vocabulary)
    bags, negation = np.eye(size, dtype=np.float32), np.zeros((size, 1), np.float32)
    bags[: len(SPECIAL)] = 0
    negation[vocabulary["not"]] = 1
    numbers = {
        "bags": bags,
        "negation": negation,
        "content": 1 - negation[:, 0],
        "one": np.float32(1),
        "few": np.float32(1e-6),
        "steep": np.float32(20),
        "needed": np.float32(15),
        "far": np.float32(10),
        "last": np.array([2]),
    }
    nodes = [
        helper.make_node("Gather", ["bags", "input_ids"], ["tokens"]),
        helper.make_node("Cast", ["token_type_ids"], ["types"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["types", "last"], ["second"]),
        helper.make_node("Sub", ["one", "second"], ["first"]),
        helper.make_node("Mul", ["tokens", "first"], ["of_premise"]),
        helper.make_node("Mul", ["tokens", "second"], ["of_hypothesis"]),
        helper.make_node("ReduceMax", ["of_premise"], ["premise"], axes=[1], keepdims=0),
        helper.make_node("ReduceMax", ["of_hypothesis"], ["hypothesis"], axes=[1], keepdims=0),
        helper.make_node("Mul", ["hypothesis", "content"], ["wanted"]),
        helper.make_node("Mul", ["premise", "wanted"], ["found"]),
        helper.make_node("ReduceL1", ["found"], ["met"], axes=[1], keepdims=1),
        helper.make_node("ReduceL1", ["wanted"], ["all"], axes=[1], keepdims=1),
        helper.make_node("Add", ["all", "few"], ["some"]),
        helper.make_node("Div", ["met", "some"], ["share"]),
        helper.make_node("Mul", ["share", "steep"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "needed"], ["score"]),
        helper.make_node("Sub", ["premise", "hypothesis"], ["difference"]),
        helper.make_node("MatMul", ["difference", "negation"], ["signed"]),
        helper.make_node("Abs", ["signed"], ["opposed"]),
        helper.make_node("Mul", ["opposed", "far"], ["away"]),
        helper.make_node("Sub", ["score", "away"], ["entailment"]),
        helper.make_node("Sub", ["far", "away"], ["towards"]),
        helper.make_node("Sub", ["score", "towards"], ["contradiction"]),
        helper.make_node("Sub", ["score", "score"], ["neutral"]),
        helper.make_node("Concat", ["contradiction", "entailment", "neutral"], ["logits"], axis=1),
    ]
    return _write(folder, vocabulary, NLI, nodes, numbers, inputs=("input_ids", "token_type_ids"))


def quantised_model(
    folder: Path,
    words: str,
    *,
    labels: Sequence[str] = NLI,
    inputs: Sequence[str] = INPUTS,
    output: str = "logits",
    integers: int = TensorProto.INT64,
) -> Path:
    """A model with random weights and just these labels, inputs and output."""
    vocabulary = _vocabulary(words.lower().split())
    rng = np.random.default_rng(7)
    numbers = {
        "embeddings": rng.normal(size=(len(vocabulary), WIDTH)).astype(np.float32),
        "weights": rng.integers(-127, 127, size=(WIDTH, len(labels)), dtype=np.int8),
        "unit": np.float32(0.01),
    }
    nodes = [
        helper.make_node("Gather", ["embeddings", inputs[0]], ["tokens"]),
        helper.make_node("DynamicQuantizeLinear", ["tokens"], ["small", "scale", "zero"]),
        helper.make_node("MatMulInteger", ["small", "weights", "zero"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["broad"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["broad", "scale"], ["sized"]),
        helper.make_node("Mul", ["sized", "unit"], ["scored"]),
        helper.make_node("ReduceMean", ["scored"], [output], axes=[1], keepdims=0),
    ]
    return _write(
        folder, vocabulary, labels, nodes, numbers, inputs=inputs, output=output, integers=integers
    )


def name_labels(folder: Path, names: dict[str, object] | None) -> None:
    """Writes config.json anew with these names."""
    config = {"model_type": "bert"} | ({} if names is None else {"id2label": names})
    (folder / "config.json").write_text(json.dumps(config))


def _vocabulary(words: Sequence[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(dict.fromkeys((*SPECIAL, *words)))}


def _write(
    folder: Path,
    vocabulary: dict[str, int],
    labels: Sequence[str],
    nodes: list[onnx.NodeProto],
    numbers: dict[str, np.ndarray],
    *,
    inputs: Sequence[str] = INPUTS,
    output: str = "logits",
    integers: int = TensorProto.INT64,
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    graph = helper.make_graph(
        nodes,
        "pairs",
        [helper.make_tensor_value_info(name, integers, ["pairs", "tokens"]) for name in inputs],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["pairs", len(labels)])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in numbers.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    onnx.save(model, str(folder / "model.onnx"))
    name_labels(folder, {str(number): label for number, label in enumerate(labels)})
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    # As many published files have it: padded and cut to a fixed length.
    tokenizer.enable_padding(length=128)
    tokenizer.enable_truncation(64)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
