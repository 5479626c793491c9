"""An alert as JSON and back: what the ledger keeps of every revision.

The body holds the claim in its words of then, so that a later edit of the essay changes no alert.
Unknown fields are ignored and missing ones take their defaults, so that rows of other versions
can be read.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from bot.essay.stored import claim_of
from bot.model import (
    Alert,
    Carrier,
    Decision,
    DeskAction,
    Outlet,
    Stance,
    Standing,
    Voice,
)


def to_json(alert: Alert) -> str:
    """The alert as one line of JSON; dates in ISO 8601."""
    return json.dumps(asdict(alert), default=_plain, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Alert:
    """The alert of that body. Raises ValueError or KeyError if it is none."""
    body = json.loads(text)
    side = body.get("indicator_side")
    return Alert(
        id=body["id"],
        revision=body["revision"],
        essay_title=body["essay_title"],
        claim=claim_of(body["claim"]),
        stance=Stance(body["stance"]),
        confidence=body["confidence"],
        sentence=body["sentence"],
        indicator=body["indicator"],
        indicator_side=None if side is None else Stance(side),
        asserted_by=body["asserted_by"],
        at=datetime.fromisoformat(body["at"]),
        story_id=body["story_id"],
        carriers=tuple(_carrier(each) for each in body["carriers"]),
        standing=Standing(body["standing"]),
        previous_standing=Standing(body["previous_standing"]),
        turned=body.get("turned", False),
        withdrawn=body.get("withdrawn", ""),
        changed=tuple(body.get("changed", ())),
        decision=_decision(body.get("decision")),
        modality=body.get("modality", ""),
        origins=body.get("origins", 0),
    )


def _plain(value: object) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    raise TypeError(f"an alert holds no {type(value).__name__}")


def _decision(body: dict[str, Any] | None) -> Decision | None:
    if body is None:
        return None
    at = datetime.fromisoformat(body["at"])
    return Decision(DeskAction(body["action"]), body["by"], at)


def _carrier(body: dict[str, Any]) -> Carrier:
    outlet = body["outlet"]
    return Carrier(
        outlet=Outlet(outlet["name"], outlet["tier"], Voice(outlet["voice"])),
        url=body["url"],
        title=body["title"],
        at=datetime.fromisoformat(body["at"]),
    )
