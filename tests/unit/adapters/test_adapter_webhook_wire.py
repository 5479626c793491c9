"""The webhook's wire format."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import webhook_wire as wire
from bot.model import Outlet
from tests.contract.samples import ALERT, CLAIM, GROWN, NOW, TURNED, carrier, delivery
from tests.fakes.webhook_server import payload_faults


@pytest.mark.parametrize(
    ("alert", "receipt", "event"),
    [
        (ALERT, "", "alert.created"),
        (GROWN, "hook-41", "alert.updated"),
        (TURNED, "hook-41", "alert.turned"),
        (TURNED, "", "alert.created"),
    ],
)
def test_the_event_is_seen_from_the_channel(alert, receipt: str, event: str) -> None:
    assert wire.event(delivery(alert, receipt)) == event


def test_the_body_keeps_to_the_schema() -> None:
    for one in (delivery(), delivery(GROWN, "hook-41"), delivery(TURNED, "hook-41")):
        assert payload_faults(wire.body(one)) == []
    bare = replace(ALERT, indicator="", indicator_side=None, carriers=(), confidence=math.nan)
    assert payload_faults(wire.body(delivery(bare))) == []


def test_the_body_is_the_same_at_every_retry() -> None:
    first = delivery()
    assert wire.body(first) == wire.body(replace(first, attempts=7))


@given(st.text(), st.floats(), st.text())
def test_any_text_gives_a_valid_body(text: str, sure: float, receipt: str) -> None:
    alert = replace(
        ALERT,
        essay_title=text,
        confidence=sure,
        sentence=text,
        indicator=text,
        asserted_by=text,
        claim=replace(CLAIM, id=text, slug=text, statement=text),
    )
    faults = payload_faults(wire.body(delivery(alert, receipt, idempotency_key=text)))
    # A receipt of invisible characters cannot come from us: wire.receipt refuses it.
    assert [fault for fault in faults if "empty receipt" not in fault] == []


def test_the_longest_body_is_under_the_documented_limit() -> None:
    wide = "\U0001f600" * 3000  # four bytes each in UTF-8
    address = "https://x.example/" + "\U00020000" * 1982
    carriers = tuple(
        replace(carrier(wide), outlet=Outlet(f"{n}{wide}"), url=address, title=wide)
        for n in range(100)
    )
    claim = replace(CLAIM, statement=wide, slug=wide, paragraphs=tuple(range(10_000)))
    alert = replace(ALERT, sentence=wide, indicator=wide, claim=claim, carriers=carriers)
    body = wire.body(delivery(alert, wide))
    assert len(body) <= wire.BODY_BYTES_MAX
    sent = json.loads(body)["alert"]
    assert len(sent["carriers"]) == wire.CARRIERS_MAX
    assert sent["outlet_count"] == 100


def test_a_key_that_no_header_can_hold_becomes_a_digest() -> None:
    assert wire.idempotency_key(delivery(idempotency_key="desk-41-1")) == "desk-41-1"
    for key in ("a b", "a\r\nX-Evil: 1", "ü", "", "x" * 256, "\ud83d"):
        safe = wire.idempotency_key(delivery(idempotency_key=key))
        assert len(safe) == 64
        assert safe == wire.idempotency_key(delivery(idempotency_key=key))


def test_the_signature_covers_time_and_body() -> None:
    header = wire.sign("a secret", 1_700_000_000, b'{"a":1}')
    right = hmac.new(b"a secret", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()
    assert header == f"t=1700000000,v1={right}"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("999999999", wire.RETRY_AFTER_MAX_S),
        ("Tue, 21 Oct 2025 16:31:30 GMT", 90.0),
        ("Tuesday, 21-Oct-25 16:31:30 GMT", 90.0),
        ("Tue, 21 Oct 2025 16:31:30 -0000", 90.0),
        ("Tue, 21 Oct 2025 18:31:30 +0200", 90.0),
        ("Tue, 21 Oct 2025 10:00:00 GMT", 0.0),
        ("Tue, 21 Oct 9999 10:00:00 GMT", wire.RETRY_AFTER_MAX_S),
        ("-5", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
        ("1" * 10_000, None),
        ("Tue, 99 Oct 2025 16:31:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert wire.retry_after_s(value, NOW) == seconds


@given(st.text())
def test_no_retry_after_can_break_it(value: str) -> None:
    result = wire.retry_after_s(value, NOW)
    assert result is None or 0 <= result <= wire.RETRY_AFTER_MAX_S


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2999, 1, 1)))  # noqa: DTZ001
def test_every_http_date_is_understood(at: datetime) -> None:
    at = at.replace(tzinfo=UTC, microsecond=0)
    expected = min(max((at - NOW) / timedelta(seconds=1), 0), wire.RETRY_AFTER_MAX_S)
    day = f"{at.strftime('%a, %d %b')} {at.year:04} {at:%H:%M:%S} GMT"
    assert wire.retry_after_s(day, NOW) == expected


@pytest.mark.parametrize(
    ("content", "receipt"),
    [
        (b'{"id": "abc"}', "abc"),
        (b'{"id": 12}', "12"),
        (b'{"id": true}', ""),
        (b'{"id": null}', ""),
        (b'{"id": ["a"]}', ""),
        (b'{"id": ""}', ""),
        (b'{"id": 1.5}', ""),
        (b'{"id": "a\\nb"}', ""),
        (b'{"id": "a\\u0000"}', ""),
        (b'{"id": "\\ud83d"}', ""),
        (b'{"id": "' + b"x" * 201 + b'"}', ""),
        (b'{"id": 1' + b"0" * 4000 + b"}", ""),
        (b'{"id": 1' + b"0" * 5000 + b"}", ""),
        (b"[1]", ""),
        (b'"id"', ""),
        (b"ok", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
        (b"[" * 60_000, ""),
    ],
)
def test_only_a_usable_id_becomes_a_receipt(content: bytes, receipt: str) -> None:
    assert wire.receipt(wire.answer(content)) == receipt
