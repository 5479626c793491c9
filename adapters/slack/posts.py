"""An alert as a post, and as the reply below it when its story grows or turns: pure.

    🟧 ▼ CONTRADICTS C17 · no-deal-is-coming
    - what the essay holds, and where
    + what the report says, as a quote with its outlet
    the indicator, who asserts it, outlets, time, confidence, what changed, the desk's decision
    [Confirm] [Wrong stance] [Not this claim] [Why] [Mute claim 24 h]

The stance is told by word and shape; the square in orange, blue or white is for a glance, and these
three are told apart by the colour-blind too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.clean import clean
from adapters.slack import kit
from adapters.slack.kit import Json
from adapters.slack.tokens import button_row
from adapters.text import Card, card, link, outlet_names
from bot.commands.alerts import alert_buttons
from bot.model import Alert, Carrier, Delivery, Stance

EVENT_TYPE = "claimwire_alert"
SQUARES = {Stance.CONTRADICTS: "🟧", Stance.SUPPORTS: "🟦", Stance.UPDATE: "⬜"}
REPLY_LINKS_MAX = 5
REPLY_URL_MAX = 500  # a longer one is left out: five of them in one block would be too much
TITLE_MAX = 200
OUTLETS_KEPT = 50  # so that a receipt has at most 255 characters
_MARK = 4  # hexadecimal digits of an outlet
_LINE_MAX = 700
_RECEIPT = re.compile(r"(\d{1,20}\.\d{1,10})(?:/((?:[0-9a-f]{4}){1,50}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Message:
    """What chat.postMessage and chat.update are given. ``text`` is for notifications."""

    text: str
    blocks: tuple[Json, ...]
    metadata: Json

    def body(self) -> Json:
        """Its arguments. Nothing in it is parsed, linked or unfurled."""
        return {
            "text": self.text,
            "blocks": list(self.blocks),
            "metadata": self.metadata,
            "parse": "none",
        }


def alert_message(delivery: Delivery) -> Message:
    """The post of an alert, as of that revision."""
    alert = delivery.alert
    shown = card(alert)
    blocks = [
        kit.header(head(alert, shown)),
        kit.rich(*_claim(shown), *_report(shown)),
        kit.rich(kit.section(_details(shown))),
        *button_row(alert_buttons(alert)),
    ]
    note = "Withdrawn: " if shown.withdrawn else ""
    text = f"{note}{shown.head}: {shown.sentence}"
    return Message(kit.escaped(text), tuple(blocks), metadata(delivery, part="post"))


def head(alert: Alert, shown: Card) -> str:
    """Stance and claim. A withdrawn one has lost its colour, for it counts no longer."""
    if shown.withdrawn:
        return f"⬛ WITHDRAWN: {shown.head} · {shown.slug}"
    return f"{SQUARES[alert.stance]} {shown.head} · {shown.slug}"


def reply_message(delivery: Delivery, new: Sequence[Carrier]) -> Message:
    """What is new, for the post's thread: further outlets, or that the story has turned."""
    alert = delivery.alert
    shown = card(alert)
    changed = " ".join(shown.changed) or shown.turned or "The story grows."
    parts = [kit.words(f"{shown.head} ", bold=True)] if alert.turned else []
    parts.append(kit.words(kit.cut(changed, _LINE_MAX)))
    if alert.turned:
        parts.append(kit.words(f"\n{shown.sentence}", italic=True))
    for carrier in new[:REPLY_LINKS_MAX]:
        parts += [kit.words("\n"), _carried(carrier)]
    blocks = (kit.rich(kit.section(parts)),)
    text = kit.escaped(f"{shown.head}: {changed}")
    return Message(text, blocks, metadata(delivery, part="reply"))


@dataclass(frozen=True, slots=True)
class Receipt:
    """Which post an alert is, and which outlets it told of; at most 255 characters as text.

    `1761063000.000100/0f3a91bc`: Slack's id of the message, then four digits for each outlet.
    """

    ts: str
    outlets: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.ts}/{''.join(self.outlets)}" if self.outlets else self.ts

    def new(self, alert: Alert) -> list[Carrier]:
        """The carriers that the post did not tell of; none where that is not known."""
        if not self.outlets or len(self.outlets) >= OUTLETS_KEPT:
            return []
        return [one for one in alert.carriers if _outlet_mark(one) not in self.outlets]


def receipt_of(ts: str, alert: Alert) -> Receipt:
    """The receipt of a post that tells of all the alert's outlets."""
    marks = dict.fromkeys(_outlet_mark(one) for one in alert.carriers)
    return Receipt(ts, tuple(marks)[:OUTLETS_KEPT])


def read_receipt(text: str) -> Receipt | None:
    """The receipt that a text is, None if it is none of ours."""
    found = _RECEIPT.fullmatch(text)
    if found is None:
        return None
    marks = found[2] or ""
    return Receipt(found[1], tuple(marks[at : at + _MARK] for at in range(0, len(marks), _MARK)))


def metadata(delivery: Delivery, part: str) -> Json:
    """By which a post is found again when it is not sure that it arrived."""
    return {
        "event_type": EVENT_TYPE,
        "event_payload": {
            "key": delivery.idempotency_key,
            "alert": alert_mark(delivery.alert),
            "part": part,
        },
    }


def alert_mark(alert: Alert) -> str:
    """The same for all revisions of an alert, and another for an alert of another ledger."""
    told = f"{alert.essay_title}\n{alert.claim.id}\n{alert.id}\n{alert.story_id}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:24]


def _claim(shown: Card) -> tuple[Json, ...]:
    return (
        kit.section(
            (
                kit.words("− ", bold=True),
                kit.words(shown.statement),
                kit.words(f"  {shown.place}", italic=True),
            )
        ),
    )


def _report(shown: Card) -> tuple[Json, ...]:
    gone = bool(shown.withdrawn)
    return (
        kit.section((kit.words("+ ", bold=True), kit.words("The report says:"))),
        kit.quote(
            (
                kit.words(shown.sentence, strike=gone),
                kit.words("  "),
                kit.link("Read it" if shown.link else "", shown.link),
            )
        ),
    )


def _details(shown: Card) -> list[Json]:
    reason = f"{shown.reason} ({shown.side})" if shown.side else shown.reason
    lines = (
        ("Withdrawn", shown.withdrawn),
        ("Turned", "" if shown.changed else shown.turned),
        # A withdrawal says it all.
        ("New", "" if shown.withdrawn else " ".join(shown.changed)),
        ("Desk", shown.decision),
        ("Indicator", reason),
        ("Asserted", shown.asserted),
        ("Outlets", shown.outlets),
        ("Time", shown.at),
        ("Confidence", shown.confidence),
        ("Standing", shown.standing),
    )
    parts: list[Json] = []
    for name, value in lines:
        if value:
            begin = "\n" if parts else ""
            text = kit.cut(value, _LINE_MAX)
            parts += [kit.words(f"{begin}{name}: ", bold=True), kit.words(text)]
    return parts


def _carried(carrier: Carrier) -> Json:
    name, title = outlet_names((carrier,))[0], clean(carrier.title, TITLE_MAX)
    url = link((carrier,))
    return kit.link(f"{name}: {title}" if title else name, url if len(url) <= REPLY_URL_MAX else "")


def _outlet_mark(carrier: Carrier) -> str:
    name = carrier.outlet.name.encode("utf-8", "replace")
    return hashlib.sha256(name).hexdigest()[:_MARK]
