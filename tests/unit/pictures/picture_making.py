"""Values to draw, and what is in a PNG; the wording is our own."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.model import Kind, Stance, Standing
from bot.pictures.board import Board, Row, Weighed
from bot.pictures.stories import Mark
from bot.pictures.timeline import Timeline, Turn

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
WEIGHTS = (1.0, 0.6, 0.3, 0.12)


def marks(count: int, *, days: float = 360, label: str = "Envoys leave early") -> tuple[Mark, ...]:
    chance = random.Random(count)
    made = []
    for _ in range(count):
        stance = chance.choice(list(Stance))
        weight = 0.0 if stance is Stance.UPDATE else chance.choice(WEIGHTS)
        made.append(Mark(NOON - timedelta(days=chance.random() * days), stance, weight, label))
    return tuple(sorted(made, key=lambda mark: mark.at))


def timeline(count: int = 3, **changed: Any) -> Timeline:
    drawn = marks(count)
    standings = list(Standing)
    turns = tuple(Turn(mark.at, standings[n % len(standings)]) for n, mark in enumerate(drawn[::9]))
    values: dict[str, Any] = {
        "claim_id": "C01",
        "statement": "The pause does not hold.",
        "marks": drawn,
        "turns": turns,
        "until": NOON,
    }
    return Timeline(**{**values, **changed})


def row(number: int = 1, standing: Standing = Standing.QUIET, **changed: Any) -> Row:
    stories = tuple(Weighed(mark.at, mark.stance, mark.weight) for mark in marks(number % 7))
    values = {
        "claim_id": f"C{number:02}",
        "statement": "The pause does not hold.",
        "kind": Kind.PATTERN,
        "standing": standing,
        "stories": stories,
    }
    return Row(**{**values, **changed})


def board(*rows: Row, place: str = "") -> Board:
    return Board("A pause that is none", rows, NOON, place)


def colours(png: bytes) -> tuple[tuple[int, int], set[tuple[int, int, int]]]:
    """The size of a picture and the colours in it."""
    image = pytest.importorskip("PIL.Image")
    with image.open(io.BytesIO(png)) as opened:
        whole = opened.convert("RGB")
    found = whole.getcolors(maxcolors=1_000)
    assert found is not None
    return whole.size, {colour for _, colour in found}


def rgb(colour: str) -> tuple[int, int, int]:
    """`#0072B2` as numbers."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
