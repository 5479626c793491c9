"""Quiet hours follow the wall clock of their zone, whatever a change of time does to it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.subscriptions import QuietHours, Subscription, from_json, to_json, zones

MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from(sorted(zones()))
# On a change of time as often as not.
MOMENTS = st.one_of(
    st.integers(1_577_836_800, 1_893_456_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
    st.builds(
        lambda day, hours: day + timedelta(hours=hours),
        st.sampled_from(
            [
                datetime(2026, 3, 29, tzinfo=UTC),
                datetime(2026, 10, 25, tzinfo=UTC),
                datetime(2026, 3, 8, tzinfo=UTC),
                datetime(2026, 11, 1, tzinfo=UTC),
            ]
        ),
        st.floats(-12, 36),
    ),
)


@settings(max_examples=300)
@given(MINUTES, MINUTES, ZONES, MOMENTS)
def test_the_release_is_the_first_moment_that_is_not_quiet(start, end, zone, at):
    quiet = QuietHours(start, end, zone)
    released = quiet.released(at)
    assert released >= at
    assert released - at <= timedelta(hours=27)
    assert not quiet.quiet_at(released)
    if released > at:
        assert quiet.quiet_at(at)
        assert quiet.quiet_at(released - timedelta(microseconds=1))


@given(MINUTES, ZONES, MOMENTS)
def test_equal_ends_mean_none(edge, zone, at):
    assert not QuietHours(edge, edge, zone).quiet_at(at)


@pytest.mark.parametrize("zone", sorted(zones()))
def test_every_zone_holds_the_night_and_frees_the_day(zone: str) -> None:
    quiet = QuietHours(time(22), time(7), zone)
    for month in (1, 7):
        midnight = datetime(2026, month, 15, tzinfo=ZoneInfo(zone))
        assert quiet.quiet_at(midnight)
        assert quiet.released(midnight).astimezone(ZoneInfo(zone)).time() == time(7)
        assert not quiet.quiet_at(midnight + timedelta(hours=12))


def test_an_end_in_the_hour_that_is_skipped_frees_at_the_change() -> None:
    """In Kyiv the clock goes from 03:00 to 04:00 on 29 March 2026, at 01:00 UTC."""
    quiet = QuietHours(time(22), time(3, 30), "Europe/Kyiv")
    assert quiet.released(datetime(2026, 3, 29, tzinfo=UTC)) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "Europe"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        QuietHours(time(22), time(7), zone)


@given(MINUTES, MINUTES, ZONES)
def test_a_subscription_survives_the_ledger(start, end, zone):
    held = Subscription(claims=frozenset({"C1"}), quiet=QuietHours(start, end, zone))
    assert from_json(to_json(held)) == held
