"""What one essay has learned: a softmax per claim over the frozen encoder's embeddings.

The general judge knows any essay a little; the head knows this one. Their probabilities are
pooled, each to the power of its weight: p ~ general^(1 - share) * own^share. The share was chosen
on entries that were held out (bot/judge/learning.py).

A head is one .npz file without pickled objects: ``about`` (a text, JSON), ``weights`` and ``bias``.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import ConfigError
from bot.judge.arrays import read_arrays
from bot.judge.regression import STANCES, Floats, log_softmax, logits
from bot.model import Essay

FORMAT_VERSION = 1
SHIPPED = Path(__file__).parent / "weights" / "heads"
_LEAST = np.float32(1e-6)
_TOO_LARGE = 1e4  # no fitted number comes near it


@dataclass(frozen=True, slots=True)
class Taught:
    """What a head was fitted from. ``labels``: pairs of an entry and a claim on which it bears."""

    entries: int = 0
    labels: int = 0
    indicators: int = 0
    background: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class EssayHead:
    """One row per claim of the essay, in its order.

    ``weights`` (claims, width, 4) and ``bias`` (claims, 4) float32; ``known`` (claims,): a claim
    that the head was not fitted for is left to the general judge. ``wording`` is a claim's
    statement as a hash, ``encoder`` the name of the model whose embeddings it reads, ``share``
    (0..1) its weight against the general judge.
    """

    encoder: str
    claim_ids: tuple[str, ...]
    wording: tuple[str, ...]
    weights: Floats
    bias: Floats
    known: NDArray[np.bool_]
    share: float
    taught: Taught

    def probabilities(self, vectors: Floats) -> Floats:
        """What the head alone says of unit vectors (n, width): (n, claims, 4)."""
        return np.asarray(np.exp(log_softmax(logits(vectors, self.weights, self.bias))), np.float32)

    def mix(self, general: Floats, vectors: Floats) -> Floats:
        """The general judge's probabilities (n, claims, 4) of unit vectors (n, width), with the
        head's say in them."""
        own = log_softmax(logits(vectors, self.weights, self.bias))
        return np.where(self.known[:, np.newaxis], pool(general, own, self.share), general)

    def only(self, known: Sequence[bool]) -> EssayHead:
        """The head with the claims of which that is true, and no others."""
        keep = [row for row, stays in enumerate(known) if stays]
        return EssayHead(
            self.encoder,
            tuple(self.claim_ids[row] for row in keep),
            tuple(self.wording[row] for row in keep),
            self.weights[keep],
            self.bias[keep],
            self.known[keep],
            self.share,
            self.taught,
        )


def pool(general: Floats, own: Floats, share: float) -> Floats:
    """Probabilities and log probabilities, (..., 4) each, pooled with ``share`` for the latter."""
    weight = np.float32(share)
    both = (1 - weight) * np.log(np.maximum(general, _LEAST)) + weight * own
    return np.asarray(np.exp(log_softmax(both)), np.float32)


def wording_of(statement: str) -> str:
    """A claim's statement as a hash; white space does not count."""
    return hashlib.sha256(" ".join(statement.split()).encode()).hexdigest()[:16]


def head_path(data_dir: Path, essay: Essay) -> Path:
    """Where the head of an essay is kept."""
    return data_dir / "heads" / f"{essay.id}.npz"


def find_head(essay: Essay, *, encoder: str, width: int, data_dir: Path | None) -> EssayHead | None:
    """The head to judge with: the desk's own in ``data_dir``, else the shipped one, else None.

    A shipped head that does not fit (another model, another wording) is passed over; the desk's
    own that does not fit raises ConfigError.
    """
    own = head_path(data_dir, essay) if data_dir else None
    if own and own.exists():
        return load_head(own, essay, encoder=encoder, width=width)
    return shipped_head(essay, encoder=encoder, width=width)


def shipped_head(essay: Essay, *, encoder: str, width: int) -> EssayHead | None:
    """The head that came with claimwire for this essay and model, or None."""
    path = SHIPPED / f"{essay.id}.npz"
    try:
        return load_head(path, essay, encoder=encoder, width=width) if path.exists() else None
    except ConfigError:
        return None


def save_head(head: EssayHead, path: Path) -> None:
    """Writes the head's known claims, whole or not at all. Raises ConfigError."""
    kept = head.only(head.known.tolist())
    about = {
        "format_version": FORMAT_VERSION,
        "encoder": kept.encoder,
        "claims": kept.claim_ids,
        "wording": kept.wording,
        "share": kept.share,
        "taught": {name: getattr(kept.taught, name) for name in Taught.__slots__},
    }
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, about=np.array(json.dumps(about)), weights=kept.weights, bias=kept.bias
    )
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(exist_ok=True)
        try:
            unfinished.write_bytes(buffer.getvalue())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(
            f"{path}: the head cannot be written: {reason}. Choose another place with --output."
        ) from error


def load_head(path: Path, essay: Essay, *, encoder: str, width: int) -> EssayHead:
    """A head from its file, with a row for every claim of the essay.

    A claim that is new, or whose statement has changed, is not ``known``. Raises ConfigError for
    a file that is no head, or was fitted for another model or for none of the essay's claims.
    """
    kept = _read(path)
    if kept.encoder != encoder or kept.weights.shape[1] != width:
        raise ConfigError(
            f"{path}: was fitted for the model {kept.encoder!r}, and {encoder!r} judges."
            " Run `claimwire tune` again, or remove the file."
        )
    rows = {pair: row for row, pair in enumerate(zip(kept.claim_ids, kept.wording, strict=True))}
    wanted = tuple((claim.id, wording_of(claim.statement)) for claim in essay.claims)
    if not any(pair in rows for pair in wanted):
        raise ConfigError(
            f"{path}: was fitted for none of the claims of {essay.id} as they are worded now."
            " Run `claimwire tune` again, or remove the file."
        )
    weights = np.zeros((len(wanted), width, STANCES), np.float32)
    bias = np.zeros((len(wanted), STANCES), np.float32)
    for place, pair in enumerate(wanted):
        if pair in rows:
            weights[place], bias[place] = kept.weights[rows[pair]], kept.bias[rows[pair]]
    return EssayHead(
        encoder,
        tuple(claim_id for claim_id, _wording in wanted),
        tuple(wording for _claim_id, wording in wanted),
        weights,
        bias,
        np.array([pair in rows for pair in wanted]),
        kept.share,
        kept.taught,
    )


def _read(path: Path) -> EssayHead:
    try:
        file = read_arrays(path)
        return _checked(json.loads(str(file["about"])), file["weights"], file["bias"])
    except Exception as error:  # zipfile, numpy and json have errors of their own for a bad file
        raise ConfigError(
            f"{path}: is no head that this claimwire can use: {error}."
            " Run `claimwire tune` again, or remove the file."
        ) from error


def _checked(about: Any, weights: Floats, bias: Floats) -> EssayHead:
    _require(about["format_version"] == FORMAT_VERSION, "its format version")
    claims, wording, share = about["claims"], about["wording"], about["share"]
    _require(all(isinstance(one, str) for one in (about["encoder"], *claims, *wording)), "its text")
    _require(len(claims) == len(wording) == len(weights) == len(bias), "its number of claims")
    _require(weights.ndim == 3 and weights.shape[2] == STANCES, "the shape of its weights")  # noqa: PLR2004
    _require(bias.shape == (len(weights), STANCES), "the shape of its bias")
    for numbers in (weights, bias):
        _require(numbers.dtype == np.float32, "the type of its numbers")
        _require(bool((np.abs(numbers) < _TOO_LARGE).all()), "the size of its numbers")
    _require(isinstance(share, int | float) and 0 <= share <= 1, "its share")
    taught = Taught(**{name: int(about["taught"][name]) for name in Taught.__slots__})
    known = np.ones(len(weights), bool)
    return EssayHead(
        about["encoder"], tuple(claims), tuple(wording), weights, bias, known, float(share), taught
    )


def _require(right: bool, what: str) -> None:
    if not right:
        raise ValueError(f"{what} cannot be right")
