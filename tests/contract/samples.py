"""Alerts and deliveries for tests of adapters: an invented report about a real event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import (
    Alert,
    Carrier,
    Claim,
    Delivery,
    Indicator,
    Kind,
    Notice,
    NoticeDelivery,
    NoticeKind,
    NoticeRow,
    NoticeSection,
    Outlet,
    Stance,
    Standing,
    Strength,
    Voice,
)

NOW = datetime(2025, 10, 21, 16, 30, tzinfo=UTC)

CLAIM = Claim(
    id="C10",
    slug="delay-is-the-strategy",
    kind=Kind.ASSESSMENT,
    paragraphs=(0, 4),
    statement="Putin draws the talks out on purpose, because delay strengthens his position "
    "and his hold on their pace.",
    supported_by=(
        Indicator("A leaders' meeting is put off or called off.", Stance.SUPPORTS, Strength.STRONG),
    ),
)


def carrier(name: str, minutes: int = 0, voice: Voice = Voice.INDEPENDENT) -> Carrier:
    """One outlet that carried the story that many minutes after the first."""
    host = name.lower().replace(" ", "-")
    return Carrier(
        outlet=Outlet(name, tier=1, voice=voice),
        url=f"https://{host}.example/2025/10/21/summit-shelved",
        title="Budapest meeting of the two presidents is off for now",
        at=NOW - timedelta(hours=2) + timedelta(minutes=minutes),
    )


ALERT = Alert(
    id=41,
    revision=1,
    essay_title="Putin's True Intentions",
    claim=CLAIM,
    stance=Stance.SUPPORTS,
    confidence=0.874,
    sentence="The Budapest meeting of the two presidents has been shelved after Moscow would not "
    "drop its terms, a White House official said on Tuesday.",
    indicator="A leaders' meeting is put off or called off.",
    indicator_side=Stance.SUPPORTS,
    asserted_by="event",
    at=NOW - timedelta(hours=2),
    story_id=17,
    carriers=(carrier("Example Wire"),),
    standing=Standing.SUPPORTED,
    previous_standing=Standing.QUIET,
)

GROWN = replace(
    ALERT,
    revision=2,
    carriers=(
        *ALERT.carriers,
        carrier("Harbour Post", 40),
        carrier("Agency Nine", 55, Voice.STATE),
    ),
    previous_standing=Standing.SUPPORTED,
)

TURNED = replace(
    GROWN,
    revision=3,
    stance=Stance.CONTRADICTS,
    confidence=0.79,
    sentence="The two presidents met in Budapest after all and set a date for a truce.",
    indicator="A meeting is held on the date that was first proposed.",
    indicator_side=Stance.CONTRADICTS,
    standing=Standing.CONTESTED,
    turned=True,
)


def delivery(
    alert: Alert = ALERT, receipt: str = "", channel: str = "desk", **changes: Any
) -> Delivery:
    """A first attempt at one revision of an alert."""
    made = Delivery(
        id=alert.id * 100 + alert.revision,
        channel=channel,
        alert=alert,
        attempts=0,
        idempotency_key=f"{channel}-{alert.id}-{alert.revision}",
        receipt=receipt,
    )
    return replace(made, **changes)


NOTICE = Notice(
    kind=NoticeKind.STANDING,
    key="standing C10 2026-03-01",
    title="C10 is now contested",
    at=NOW - timedelta(hours=1),
    claim_id="C10",
    lines=("It was supported before.",),
    sections=(
        NoticeSection("What moved it", (NoticeRow("Minister <b>resigns</b> @everyone", "1.00"),)),
    ),
)


def notice_delivery(channel: str = "desk", notice: Notice = NOTICE) -> NoticeDelivery:
    """A first attempt at a notice."""
    return NoticeDelivery(7, channel, notice, 0, f"{channel}-notice-7")
