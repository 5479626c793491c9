"""The webhook's wire format, as docs/webhook.md documents it: payload, signature, waiting times.

Pure. A field may be added to the payload within a schema version; none is renamed, retyped or
dropped without a new one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from adapters.clean import clean, web_link
from adapters.text import (
    CHANGES_MAX,
    ID_MAX,
    INDICATOR_MAX,
    LINK_MAX,
    NAME_MAX,
    SENTENCE_MAX,
    STATEMENT_MAX,
    TITLE_MAX,
    decision,
    one_line,
    outlet_names,
)
from bot.model import Alert, Carrier, Claim, Delivery, Notice, NoticeDelivery, NoticeRow

SCHEMA_VERSION = 1
SIGNATURE_HEADER = "X-Claimwire-Signature"
KEY_HEADER = "Idempotency-Key"
EVENT_HEADER = "X-Claimwire-Event"

# Carriers that are sent in full; `outlet_count` counts all.
CARRIERS_MAX = 20
PARAGRAPHS_MAX = 50
# Of a notice: lines and sections, and rows in a section.
LINES_MAX = 8
ROWS_MAX = 30
# No body is longer, whatever the feeds held: 20 carriers with the longest links and names.
BODY_BYTES_MAX = 256 * 1024
RECEIPT_MAX = 200
# A server that asks for more is asked again after a day.
RETRY_AFTER_MAX_S = 24 * 3600.0

# What an HTTP header can carry (RFC 9110, field-value), without spaces.
_HEADER_SAFE = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(delivery: Delivery | NoticeDelivery) -> str:
    """The delivery's key as a header value; a digest of it where it could not be one."""
    key = delivery.idempotency_key
    if _HEADER_SAFE.fullmatch(key):
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def event(delivery: Delivery | NoticeDelivery) -> str:
    """What happened, from this channel's view."""
    if isinstance(delivery, NoticeDelivery):
        return f"notice.{delivery.notice.kind}"
    if not delivery.receipt:
        return "alert.created"
    return "alert.turned" if delivery.alert.turned else "alert.updated"


def body(delivery: Delivery | NoticeDelivery) -> bytes:
    """The request's body: UTF-8 JSON, the same bytes at every retry of a delivery."""
    text = json.dumps(payload(delivery), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode()


def payload(delivery: Delivery | NoticeDelivery) -> dict[str, Any]:
    """The body as values. Texts are plain, cleaned and bounded; they are not escaped."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "event": event(delivery),
        "idempotency_key": idempotency_key(delivery),
        "channel": clean(delivery.channel, NAME_MAX),
    }
    if isinstance(delivery, NoticeDelivery):
        notice = _notice(delivery.notice)
        return {**head, "text": notice["title"], "notice": notice}
    return {
        **head,
        "receipt": clean(delivery.receipt, RECEIPT_MAX),
        "text": one_line(delivery.alert),
        "alert": _alert(delivery.alert),
    }


def sign(secret: str, at_unix: int, content: bytes) -> str:
    """The value of the signature header: `t=<unix>,v1=<hex>`, HMAC-SHA256 over `t.body`."""
    signed = str(at_unix).encode() + b"." + content
    return f"t={at_unix},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """A Retry-After header (RFC 9110, 10.2.3: seconds or an HTTP date) in seconds from ``now``.

    None where there is none or it is neither; between 0 and RETRY_AFTER_MAX_S.
    """
    if value is None:
        return None
    seconds = _seconds(value.strip(), now)
    if seconds is None or math.isnan(seconds):
        return None
    return min(RETRY_AFTER_MAX_S, max(0.0, seconds))


def answer(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer, {} if it is no such thing."""
    try:
        value = json.loads(content)
    # RecursionError: an answer of 64 KB of opening brackets.
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def receipt(given: dict[str, Any]) -> str:
    """The receiver's id of the alert from its answer, "" if it gave none that can be kept."""
    value = given.get("id")
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    if isinstance(value, int):
        # Longer numbers are no ids, and Python refuses to print the longest.
        return str(value) if abs(value) < 10**RECEIPT_MAX else ""
    return value if clean(value, RECEIPT_MAX) == value else ""


def _seconds(value: str, now: datetime) -> float | None:
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?", value, re.ASCII):
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    # RFC 5322's "-0000" parses as naive; it means UTC.
    return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()


def _alert(alert: Alert) -> dict[str, Any]:
    indicator = None
    if alert.indicator:
        side = alert.indicator_side
        indicator = {
            "text": clean(alert.indicator, INDICATOR_MAX),
            "side": side.value if side else None,
        }
    return {
        "id": alert.id,
        "revision": alert.revision,
        "story_id": alert.story_id,
        "essay": clean(alert.essay_title, TITLE_MAX),
        "claim": _claim(alert.claim),
        "stance": alert.stance.value,
        "turned": alert.turned,
        "confidence": _probability(alert.confidence),
        "sentence": clean(alert.sentence, SENTENCE_MAX),
        "indicator": indicator,
        "asserted_by": clean(alert.asserted_by, NAME_MAX),
        "at": _time(alert.at),
        "standing": alert.standing.value,
        "previous_standing": alert.previous_standing.value,
        "outlet_count": len(outlet_names(alert.carriers)),
        "origin_count": alert.independent_origins,
        "withdrawn": clean(alert.withdrawn, INDICATOR_MAX),
        "decision": decision(alert),
        "changed": [clean(one, INDICATOR_MAX) for one in alert.changed[:CHANGES_MAX]],
        "carriers": [_carrier(carrier) for carrier in alert.carriers[:CARRIERS_MAX]],
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind.value,
        "key": clean(notice.key, TITLE_MAX),
        "title": clean(notice.title, TITLE_MAX),
        "at": _time(notice.at),
        "claim_id": clean(notice.claim_id, ID_MAX),
        "lines": [clean(line, SENTENCE_MAX) for line in notice.lines[:LINES_MAX]],
        "sections": [
            {
                "heading": clean(section.heading, TITLE_MAX),
                "rows": [_notice_row(row) for row in section.rows[:ROWS_MAX]],
            }
            for section in notice.sections[:LINES_MAX]
        ],
    }


def _notice_row(row: NoticeRow) -> dict[str, Any]:
    return {
        "text": clean(row.text, TITLE_MAX),
        "detail": clean(row.detail, TITLE_MAX),
        "claim_id": clean(row.claim_id, ID_MAX),
        "standing": row.standing.value if row.standing else None,
        "stance": row.stance.value if row.stance else None,
        "link": web_link(row.link, LINK_MAX),
    }


def _probability(value: float) -> float | None:
    """JSON has no NaN and no infinity."""
    return None if math.isnan(value) else round(min(1.0, max(0.0, value)), 4)


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "id": clean(claim.id, ID_MAX),
        "slug": clean(claim.slug, NAME_MAX),
        "kind": claim.kind.value,
        "paragraphs": list(claim.paragraphs[:PARAGRAPHS_MAX]),
        "statement": clean(claim.statement, STATEMENT_MAX),
        "horizon": claim.horizon.isoformat() if claim.horizon else None,
    }


def _carrier(carrier: Carrier) -> dict[str, Any]:
    return {
        "outlet": clean(carrier.outlet.name, NAME_MAX),
        "tier": carrier.outlet.tier,
        "voice": carrier.outlet.voice.value,
        "url": web_link(carrier.url, LINK_MAX),
        "title": clean(carrier.title, TITLE_MAX),
        "at": _time(carrier.at),
    }


def _time(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
