"""An essay and its claims as JSON and back: what the ledger keeps of every revision.

Unknown fields are ignored and missing ones take their defaults, so that rows of other versions can
be read.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from bot.model import Claim, Essay, Indicator, Kind, Party, Stance, Strength


def to_json(essay: Essay) -> str:
    """The essay as one line of JSON; equal essays give equal texts."""
    return json.dumps(
        asdict(essay), default=date.isoformat, ensure_ascii=False, separators=(",", ":")
    )


def from_json(text: str) -> Essay:
    """The essay of that text. Raises ValueError or KeyError if it is none."""
    body = json.loads(text)
    return Essay(
        id=body["id"],
        title=body["title"],
        author=body["author"],
        date=date.fromisoformat(body["date"]),
        source=body["source"],
        topics=tuple(body["topics"]),
        parties=tuple(
            Party(each["id"], each["name"], tuple(each["terms"])) for each in body["parties"]
        ),
        claims=tuple(claim_of(each) for each in body["claims"]),
        draft=body.get("draft", False),
    )


def claim_of(body: dict[str, Any]) -> Claim:
    """The claim of its fields, as ``dataclasses.asdict`` and JSON leave them."""
    horizon = body.get("horizon")
    return Claim(
        id=body["id"],
        slug=body["slug"],
        kind=Kind(body["kind"]),
        paragraphs=tuple(body["paragraphs"]),
        statement=body["statement"],
        topics=tuple(body.get("topics", ())),
        supported_by=tuple(_indicator(each) for each in body.get("supported_by", ())),
        contradicted_by=tuple(_indicator(each) for each in body.get("contradicted_by", ())),
        depends_on=tuple(body.get("depends_on", ())),
        horizon=None if horizon is None else date.fromisoformat(horizon),
        resolution=body.get("resolution", ""),
        probability=body.get("probability"),
    )


def _indicator(body: dict[str, Any]) -> Indicator:
    return Indicator(body["text"], Stance(body["side"]), Strength(body["strength"]))
