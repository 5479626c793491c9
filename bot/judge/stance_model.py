"""Loads the stance model: an ONNX encoder, its tokenizer and the matching head.

A model directory holds
    judge.json      format version, token limits, temperature, fusion, thresholds
    encoder.onnx    input_ids, attention_mask (batch, tokens) int64 -> embedding (batch, width)
    tokenizer.json  the tokenizer, in the format of the tokenizers library
    head.npz        hidden_weight (hidden, 4*width), hidden_bias, output_weight (4, hidden),
                    output_bias; float32, no pickled objects
    cross/          the cross-encoder (bot.judge.pair_model)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from bot.errors import ConfigError
from bot.judge.arrays import read_arrays
from bot.judge.fusion import Fusion
from bot.judge.session import open_session
from bot.judge.verdict import Thresholds

FORMAT_VERSION = 2
BUNDLED = Path(__file__).parent / "weights"
_GELU_CUBIC = 0.044715
_MATCH_ROWS = 16  # entries matched at once: enough to feed the processor, little enough to cache

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What judge.json says.

    candidate: the matcher's probability from which the cross-encoder reads too. taught, untaught:
    how both readers are joined for an essay with and without a head of its own.
    """

    name: str
    max_entry_tokens: int
    max_claim_tokens: int
    temperature: float
    candidate: float
    taught: Fusion
    untaught: Fusion
    thresholds: Thresholds


class StanceModel:
    """Encodes texts and matches them against claims. Not thread-safe: one thread at a time."""

    def __init__(self, directory: Path, *, threads: int = 2) -> None:
        """Raises ConfigError where the directory is incomplete or of another format."""
        try:
            self.settings = _settings(directory / "judge.json")
            self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
            self._session = open_session(directory / "encoder.onnx", threads=threads)
            head = read_arrays(directory / "head.npz")
            self._head = {name: array.astype(np.float32) for name, array in head.items()}
        except ConfigError:
            raise
        except Exception as error:  # each library has errors of its own for a bad file
            raise ConfigError(
                f"{directory}: the stance model cannot be loaded: {error}. Set judge.model_dir to a"
                " folder with judge.json, encoder.onnx, tokenizer.json and head.npz, or leave it"
                " empty for the bundled model."
            ) from error

    def encode(self, texts: Sequence[str], *, max_tokens: int) -> Vectors:
        """Unit vectors, shape (texts, width). Texts are cut at ``max_tokens`` word pieces.

        One text at a time: dynamic quantisation scales activations by the largest of a whole
        batch, padding included, so in a batch a text's vector would depend on its neighbours. On
        two cores nothing is lost by it, since nothing is padded.
        """
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.no_padding()
        result = np.empty((len(texts), self.width), np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(list(texts))):
            ids = np.array([encoding.ids], np.int64)
            feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            result[row] = self._session.run(None, feed)[0][0]
        return result

    @property
    def width(self) -> int:
        """Length of an embedding."""
        return int(self._head["hidden_weight"].shape[1]) // 4

    def match(self, entries: Vectors, claims: Vectors) -> Vectors:
        """Probabilities of none, update, supports, contradicts: shape (entries, claims, 4).

        The head is an MLP over [u, v, u*v, |u-v|]. Its first layer is linear, so the parts of u
        and of v alone are computed once per entry and once per claim.
        """
        width, scale = self.width, np.float32(np.sqrt(self.width))
        weight = self._head["hidden_weight"].T
        u, v = entries * scale, claims * scale
        from_u = u @ weight[:width]
        from_v = v @ weight[width : 2 * width] + self._head["hidden_bias"]
        result = np.empty((len(u), len(v), 4), np.float32)
        for start in range(0, len(u), _MATCH_ROWS):
            rows = slice(start, start + _MATCH_ROWS)
            left = u[rows, np.newaxis]
            pair = (left * v).reshape(-1, width) @ weight[2 * width : 3 * width]
            pair += np.abs(left - v).reshape(-1, width) @ weight[3 * width :]
            pair = pair.reshape(-1, len(v), from_v.shape[1])
            pair += from_u[rows, np.newaxis]
            pair += from_v
            # As one matrix: numpy multiplies a stack with a narrow one many times slower.
            hidden = _gelu(pair).reshape(-1, from_v.shape[1])
            logits = hidden @ self._head["output_weight"].T + self._head["output_bias"]
            result[rows] = logits.reshape(-1, len(v), 4)
        return _softmax(result / np.float32(self.settings.temperature))


def _gelu(x: Vectors) -> Vectors:
    # Not x**3, which numpy takes for a general power: twenty times the cost of all else here.
    inner = x * x
    inner *= np.float32(_GELU_CUBIC)
    inner += 1
    inner *= x
    inner *= np.float32(np.sqrt(2 / np.pi))
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= np.float32(0.5)
    return inner


def _softmax(logits: Vectors) -> Vectors:
    exponent = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(exponent / exponent.sum(-1, keepdims=True), np.float32)


def _fusion(raw: dict[str, list[float]]) -> Fusion:
    intercept, matched, read = (float(x) for x in raw["bears"])
    of_matched, of_read, leaning, supports, contradicts = (float(x) for x in raw["direction"])
    return Fusion((intercept, matched, read), (of_matched, of_read, leaning, supports, contradicts))


def _settings(path: Path) -> ModelSettings:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if raw["format_version"] != FORMAT_VERSION:
        raise ConfigError(
            f"{path}: format version {raw['format_version']}, this claimwire reads"
            f" {FORMAT_VERSION}. Use the model that came with this version."
        )
    return ModelSettings(
        name=raw["name"],
        max_entry_tokens=int(raw["max_entry_tokens"]),
        max_claim_tokens=int(raw["max_claim_tokens"]),
        temperature=float(raw["temperature"]),
        candidate=float(raw["candidate"]),
        taught=_fusion(raw["fusion"]["taught"]),
        untaught=_fusion(raw["fusion"]["untaught"]),
        thresholds=Thresholds(**raw["thresholds"]),
    )
