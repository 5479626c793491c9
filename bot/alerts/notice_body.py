"""A notice as JSON and back: what the ledger keeps of it.

Unknown fields are ignored and missing ones take their defaults, so that rows of other versions
can be read.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.model import Notice, NoticeKind, NoticeRow, NoticeSection, Stance, Standing


def to_json(notice: Notice) -> str:
    """The notice as one line of JSON; times in ISO 8601."""
    body = {**asdict(notice), "at": notice.at.isoformat()}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Notice:
    """The notice of that body. Raises ValueError or KeyError if it is none."""
    body = json.loads(text)
    return Notice(
        kind=NoticeKind(body["kind"]),
        key=body["key"],
        title=body["title"],
        at=datetime.fromisoformat(body["at"]),
        claim_id=body.get("claim_id", ""),
        lines=tuple(body.get("lines", ())),
        sections=tuple(
            NoticeSection(each["heading"], tuple(map(_row, each["rows"])))
            for each in body.get("sections", ())
        ),
        about=body.get("about", 0),
    )


def _row(body: dict[str, Any]) -> NoticeRow:
    standing, stance = body.get("standing"), body.get("stance")
    return NoticeRow(
        text=body["text"],
        detail=body.get("detail", ""),
        claim_id=body.get("claim_id", ""),
        standing=None if standing is None else Standing(standing),
        stance=None if stance is None else Stance(stance),
        link=body.get("link", ""),
    )
