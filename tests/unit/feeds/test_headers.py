"""feeds.headers: validators and waits, from servers that may say anything."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.headers import MAX_WAIT_S, Caching, fresh_s, retry_after_s, validators

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("9999999999", MAX_WAIT_S),
        ("Sat, 01 Aug 2026 12:05:00 GMT", 300.0),
        ("Sat, 01 Aug 2026 14:05:00 +0200", 300.0),
        ("Sat, 01 Aug 2026 11:00:00 GMT", 0.0),
        ("Sat, 01 Aug 2199 11:00:00 GMT", MAX_WAIT_S),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after_s({"Retry-After": value}, NOW) == seconds


@given(st.text())
def test_any_retry_after_is_a_wait_within_bounds_or_none(value: str) -> None:
    wait_s = retry_after_s({"Retry-After": value}, NOW)
    assert wait_s is None or 0 <= wait_s <= MAX_WAIT_S


DATE = "Sat, 01 Aug 2026 12:00:00 GMT"
LATER = "Sat, 01 Aug 2026 12:15:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Cache-Control": "max-age=300"}, 300.0),
        ({"Cache-Control": "public, Max-Age=60"}, 60.0),
        ({"Cache-Control": "max-age=300", "Age": "100"}, 200.0),
        ({"Cache-Control": "max-age=300", "Age": "900"}, 0.0),
        ({"Cache-Control": "max-age=300, no-cache"}, None),
        ({"Cache-Control": "s-maxage=9"}, None),
        ({"Cache-Control": "max-age=60", "Expires": LATER, "Date": DATE}, 60.0),
        ({"Expires": LATER, "Date": DATE}, 900.0),
        ({"Expires": DATE, "Date": LATER}, 0.0),
        ({"Expires": "0", "Date": DATE}, None),
        ({"Expires": LATER}, None),
        ({}, None),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], seconds: float | None) -> None:
    assert fresh_s(headers) == seconds


@given(st.fixed_dictionaries({"Cache-Control": st.text(), "Age": st.text(), "Expires": st.text()}))
def test_any_headers_make_a_freshness_within_bounds_or_none(headers: dict[str, str]) -> None:
    fresh = fresh_s({**headers, "Date": DATE})
    assert fresh is None or 0 <= fresh <= MAX_WAIT_S


@pytest.mark.parametrize("etag", ['"a\r\nX: y"', '"ä"', '"' + "x" * 600 + '"', ""])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(etag: str) -> None:
    assert validators({"ETag": etag}) == Caching()
    assert Caching(etag=etag).conditions == {}
