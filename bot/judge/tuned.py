"""The alert threshold that the desk's decisions set for an essay: a small file beside its head."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import ConfigError
from bot.judge.essay_head import head_path
from bot.model import Essay

FORMAT_VERSION = 1
_MAX_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Tuned:
    """``alert_threshold`` (0..1) takes the place of the model's own, for the model of that name
    (``encoder``) with that head (``head_mark``); ``decisions``: how many it rests on."""

    alert_threshold: float
    encoder: str
    head: str
    decisions: int


def head_mark(path: Path) -> str:
    """Tells a head's file from any other; "" where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.exists() else ""


def tuned_path(data_dir: Path, essay: Essay) -> Path:
    """Where the threshold of an essay is kept."""
    return head_path(data_dir, essay).with_suffix(".json")


def tuned_threshold(data_dir: Path, essay: Essay, encoder: str) -> float | None:
    """The threshold to judge with; None: the model's own, also where the head or the model was
    changed since. Raises ConfigError for a file that holds none."""
    path = tuned_path(data_dir, essay)
    if not path.exists():
        return None
    try:
        found = _checked(json.loads(path.read_bytes()[:_MAX_BYTES]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path}: holds no threshold that this claimwire can use: {error}."
            " Run `claimwire tune` again, or remove the file."
        ) from error
    right = found.encoder == encoder and found.head == head_mark(head_path(data_dir, essay))
    return found.alert_threshold if right else None


def save_tuned(tuned: Tuned, path: Path) -> None:
    """Writes the file, whole or not at all. Raises ConfigError."""
    text = json.dumps(
        {
            "format_version": FORMAT_VERSION,
            "alert_threshold": tuned.alert_threshold,
            "encoder": tuned.encoder,
            "head": tuned.head,
            "decisions": tuned.decisions,
        }
    )
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(exist_ok=True)
        try:
            unfinished.write_text(f"{text}\n", encoding="utf-8")
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(
            f"{path}: the threshold cannot be written: {reason}. Set judge.alert_threshold to"
            f" {tuned.alert_threshold} in the config instead."
        ) from error


def _checked(body: Any) -> Tuned:
    if body["format_version"] != FORMAT_VERSION:
        raise ValueError("its format version cannot be right")
    threshold, decisions = float(body["alert_threshold"]), int(body["decisions"])
    tuned = Tuned(threshold, str(body["encoder"]), str(body["head"]), decisions)
    if not 0 <= tuned.alert_threshold <= 1:
        raise ValueError("its threshold is not between 0 and 1")
    return tuned
