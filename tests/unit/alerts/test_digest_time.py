"""When a digest is due, on the wall clocks of the world."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscriptions import Cadence, DigestTime, zones


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cadence", "zone", "now", "due"),
    [
        (Cadence.HOURLY, "UTC", "2026-03-01T09:59", "2026-03-01T09:00"),
        (Cadence.DAILY, "UTC", "2026-03-01T08:00", "2026-03-01T08:00"),
        (Cadence.DAILY, "UTC", "2026-03-01T07:59", "2026-02-28T08:00"),
        (Cadence.DAILY, "Europe/Kyiv", "2026-07-01T05:00", "2026-07-01T05:00"),
        (Cadence.DAILY, "America/New_York", "2026-01-15T12:59", "2026-01-14T13:00"),
        (Cadence.WEEKLY, "UTC", "2026-03-01T12:00", "2026-02-23T08:00"),  # a Sunday
        (Cadence.WEEKLY, "UTC", "2026-03-02T08:00", "2026-03-02T08:00"),  # a Monday
    ],
)
def test_a_digest_is_due_on_the_zones_wall_clock(
    cadence: Cadence, zone: str, now: str, due: str
) -> None:
    assert DigestTime(time(8), zone).last_due(cadence, at(now)) == at(due)


def test_alerts_at_once_need_no_digest() -> None:
    assert DigestTime().last_due(Cadence.REALTIME, at("2026-03-01T12:00")) is None


def test_a_time_that_the_clock_jumps_over_is_due_as_long_after_the_jump() -> None:
    # Kyiv goes from 03:00 to 04:00 on 29 March 2026, at 01:00 UTC.
    skipped = DigestTime(time(3, 30), "Europe/Kyiv")
    assert skipped.last_due(Cadence.DAILY, at("2026-03-29T12:00")) == at("2026-03-29T01:30")


def test_a_time_that_comes_twice_is_due_once() -> None:
    # Kyiv goes back from 04:00 to 03:00 on 25 October 2026, at 01:00 UTC.
    twice = DigestTime(time(3, 30), "Europe/Kyiv")
    dues = {
        twice.last_due(Cadence.DAILY, at("2026-10-25T00:31") + timedelta(minutes=step))
        for step in range(120)
    }
    assert dues == {at("2026-10-25T00:30")}


@pytest.mark.parametrize("wrong", [("Mars/Base", time(8)), ("UTC", time(8, 0, 1))])
def test_what_no_clock_shows_is_refused(wrong: tuple[str, time]) -> None:
    with pytest.raises(ValueError, match="write"):
        DigestTime(wrong[1], wrong[0])


@given(
    zone=st.sampled_from(sorted(zones())),
    minute=st.integers(0, 24 * 60 - 1),
    minutes=st.integers(0, 19_000_000),  # of some 36 years
    cadence=st.sampled_from([Cadence.HOURLY, Cadence.DAILY, Cadence.WEEKLY]),
)
def test_the_last_one_lies_within_its_span_and_is_the_last_until_the_next(
    zone: str, minute: int, minutes: int, cadence: Cadence
) -> None:
    now = at("2000-01-01T00:00") + timedelta(minutes=minutes)
    when = DigestTime(time(minute // 60, minute % 60), zone)
    due = when.last_due(cadence, now)
    assert due is not None
    assert due <= now
    # A day of a zone that changed its side of the date line may be two days long.
    spans = {Cadence.HOURLY: 1, Cadence.DAILY: 50, Cadence.WEEKLY: 8 * 24 + 2}
    assert now - due <= timedelta(hours=spans[cadence])
    assert when.last_due(cadence, due) == due
