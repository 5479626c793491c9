"""Loads a pair model: a graph that reads a text and a claim together and says how they relate.

Any NLI model exported to ONNX in the usual layout will do. Its directory holds
    config.json     id2label: {"0": "contradiction", "1": "entailment", "2": "neutral"}, or others
    tokenizer.json  the tokenizer, in the format of the tokenizers library
    model.onnx      any of input_ids, attention_mask, token_type_ids (pairs, tokens), int64 or
                    int32 -> logits (pairs, labels)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from bot.errors import ConfigError
from bot.judge.session import open_session

BUNDLED = Path(__file__).parent / "weights" / "cross"
ENTAILMENT, NEUTRAL, CONTRADICTION = range(3)  # the columns of PairModel.nli
MAX_CHARS = 20_000  # of a text or claim; far more than any window of tokens holds
# What a text keeps beside a claim that nearly fills the window; past that the claim is cut too.
MIN_TEXT_TOKENS = 16

_FILES = ("config.json", "tokenizer.json", "model.onnx")
_FOLDED = {
    "entailment": ENTAILMENT,
    "entail": ENTAILMENT,
    "supports": ENTAILMENT,
    "contradiction": CONTRADICTION,
    "contradict": CONTRADICTION,
    "contradicts": CONTRADICTION,
    "refutes": CONTRADICTION,
    "neutral": NEUTRAL,
    "none": NEUTRAL,
    "update": NEUTRAL,
    "not_entailment": NEUTRAL,
}
# What the encoding calls each input that a graph may ask for.
_FIELDS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
_WIDTHS: dict[str, type[np.signedinteger]] = {
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
}
_PROBE = ("A probe.", "A claim.")

Pairs = Sequence[tuple[str, str]]
Rows = NDArray[np.float32]


class PairModel:
    """Reads pairs of a text and a claim; a pair gives the same numbers whatever else is in the
    call. Not thread-safe: one thread at a time."""

    def __init__(self, directory: Path, *, threads: int = 2, max_tokens: int = 112) -> None:
        """``threads``: pairs read at once. ``max_tokens``: of a pair, its special tokens included.

        Raises ConfigError where a file is missing, no such file, or of labels unknown here.
        """
        try:
            _check_files(directory)
            self.labels = _labels(directory / "config.json")
            self._fold = _folding(self.labels)
            self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
            self._tokenizer.no_padding()  # many files say to pad to a fixed length
            # One pair a run, and one thread a run: dynamic quantisation scales by the whole batch,
            # so that even among pairs of one length a pair's numbers would depend on the others
            # (logits by 0.1). A batch of equal lengths would save a fifth of the time.
            self._session = open_session(directory / "model.onnx", threads=1)
            self._inputs = _inputs(self._session.get_inputs())
            self._output = _output([one.name for one in self._session.get_outputs()])
            self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pairs")
            self._max_tokens = max_tokens
            _check_shape(self._run(self._encoded([_PROBE])[0]).shape, len(self.labels))
        except Exception as error:  # each library has errors of its own for a bad file
            raise ConfigError(
                f"{directory}: the pair model cannot be loaded: {error}. Name a folder with"
                " config.json, tokenizer.json and model.onnx of an NLI model; docs/judges.md says"
                " what they must hold."
            ) from error

    def logits(self, pairs: Pairs) -> Rows:
        """Shape (pairs, labels). The text comes first, the claim second; only the text is cut,
        unless the claim alone fills the window."""
        result = np.empty((len(pairs), len(self.labels)), np.float32)
        for row, logits in enumerate(self._pool.map(self._run, self._encoded(pairs))):
            result[row] = logits[0]
        return result

    def probabilities(self, pairs: Pairs) -> Rows:
        """Shape (pairs, labels), rows sum to 1."""
        logits = self.logits(pairs)
        exponent = np.exp(logits - logits.max(-1, keepdims=True))
        return np.asarray(exponent / exponent.sum(-1, keepdims=True), np.float32)

    def nli(self, pairs: Pairs) -> Rows:
        """Probabilities of entailment, neutral, contradiction: shape (pairs, 3), rows sum to 1.

        A label counts for what its name means; several of one meaning are added up.
        """
        return np.asarray(self.probabilities(pairs) @ self._fold, np.float32)

    def _encoded(self, pairs: Pairs) -> list[Encoding]:
        tidy = [(_tidy(text), _tidy(claim)) for text, claim in pairs]
        result: list[Encoding | None] = [None] * len(tidy)
        long = self._too_long({claim for _text, claim in tidy})
        for strategy, held in (("only_first", False), ("longest_first", True)):
            rows = [row for row, (_text, claim) in enumerate(tidy) if (claim in long) is held]
            self._tokenizer.enable_truncation(self._max_tokens, strategy=strategy)
            encodings = self._tokenizer.encode_batch([tidy[row] for row in rows])
            for row, encoding in zip(rows, encodings, strict=True):
                result[row] = encoding
        return [encoding for encoding in result if encoding is not None]

    def _too_long(self, claims: set[str]) -> set[str]:
        self._tokenizer.no_truncation()
        room = self._max_tokens - self._tokenizer.num_special_tokens_to_add(is_pair=True)
        listed = list(claims)
        encodings = self._tokenizer.encode_batch(listed, add_special_tokens=False)
        return {
            claim
            for claim, encoding in zip(listed, encodings, strict=True)
            if len(encoding.ids) > room - MIN_TEXT_TOKENS
        }

    def _run(self, encoding: Encoding) -> Rows:
        feed = {
            name: np.array([getattr(encoding, _FIELDS[name])], width)
            for name, width in self._inputs.items()
        }
        return np.asarray(self._session.run([self._output], feed)[0], np.float32)


def _check_files(directory: Path) -> None:
    missing = [name for name in _FILES if not (directory / name).is_file()]
    if missing:
        raise ConfigError(f"there is no {' and no '.join(missing)}")


def _check_shape(shape: tuple[int, ...], labels: int) -> None:
    if shape != (1, labels):
        raise ConfigError(
            f"model.onnx gives numbers of shape {shape} for one pair, and config.json names"
            f" {labels} labels; the shape must be {(1, labels)}"
        )


def _tidy(text: str) -> str:
    """The text in a length to be read, without halves of characters, which have no tokens."""
    return text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")


def _labels(config: Path) -> tuple[str, ...]:
    """The labels by number, in lower case."""
    raw = json.loads(config.read_text(encoding="utf-8"))
    named = raw.get("id2label") if isinstance(raw, dict) else None
    if not isinstance(named, dict) or not named:
        raise ConfigError('config.json has no "id2label" that names the labels')
    if set(named) != {str(number) for number in range(len(named))}:
        raise ConfigError('the keys of "id2label" in config.json are not "0", "1" and so on')
    return tuple(str(named[str(number)]).strip().lower() for number in range(len(named)))


def _folding(labels: tuple[str, ...]) -> Rows:
    """What takes probabilities by label to columns by meaning: shape (labels, 3)."""
    result = np.zeros((len(labels), 3), np.float32)
    for row, label in enumerate(labels):
        column = _FOLDED.get(label.replace("-", "_").replace(" ", "_"))
        if column is None:
            raise ConfigError(
                f"config.json names a label {label[:40]!r}, which does not say what it means; write"
                f' the true names into "id2label", each one of {", ".join(_FOLDED)}'
            )
        result[row, column] = 1
    if not result[:, ENTAILMENT].any():
        raise ConfigError("no label in config.json means entailment: this is no NLI model")
    return result


def _inputs(declared: Sequence[object]) -> dict[str, type[np.signedinteger]]:
    """The inputs that the graph declares, each with the integers that it takes."""
    found: dict[str, str] = {getattr(one, "name", ""): getattr(one, "type", "") for one in declared}
    unknown = sorted(set(found) - set(_FIELDS))
    if unknown or "input_ids" not in found:
        raise ConfigError(
            f"model.onnx takes {', '.join(found) or 'no input'}; it must take input_ids, and beside"
            " it may take attention_mask and token_type_ids"
        )
    wrong = [f"{name} as {kind}" for name, kind in found.items() if kind not in _WIDTHS]
    if wrong:
        raise ConfigError(f"model.onnx takes {', '.join(wrong)}; it must be int64 or int32")
    return {name: _WIDTHS[kind] for name, kind in found.items()}


def _output(names: Sequence[str]) -> str:
    return "logits" if "logits" in names else names[0]
