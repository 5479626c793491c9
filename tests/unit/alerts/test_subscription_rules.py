"""What a subscription lets through, and how the ledger keeps one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from bot.alerts.subscriptions import (
    Cadence,
    DigestTime,
    QuietHours,
    Subscription,
    from_json,
    to_json,
    widest,
)
from bot.model import Alert, Claim, Kind, Stance, Standing

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
CLAIM = Claim("C01", "c", Kind.FACT, (1,), "It rains.")
ALERT = Alert(
    id=1,
    revision=1,
    essay_title="e",
    claim=CLAIM,
    stance=Stance.SUPPORTS,
    confidence=0.8,
    sentence="It rains in the harbour.",
    indicator="",
    indicator_side=None,
    asserted_by="event",
    at=NOON,
    story_id=1,
    carriers=(),
    standing=Standing.QUIET,
    previous_standing=Standing.QUIET,
)


@pytest.mark.parametrize(
    ("subscription", "admitted"),
    [
        (Subscription(), True),
        (Subscription(claims=frozenset({"C01", "C02"})), True),
        (Subscription(claims=frozenset({"C02"})), False),
        (Subscription(kinds=frozenset({Kind.FACT})), True),
        (Subscription(kinds=frozenset({Kind.PREDICTION})), False),
        (Subscription(claims=frozenset({"C01"}), kinds=frozenset({Kind.PREDICTION})), False),
        (Subscription(stances=frozenset({Stance.SUPPORTS})), True),
        (Subscription(stances=frozenset({Stance.CONTRADICTS})), False),
        (Subscription(min_confidence=0.8), True),
        (Subscription(min_confidence=0.81), False),
    ],
)
def test_an_alert_passes_every_filter_or_none(subscription: Subscription, admitted: bool) -> None:
    assert subscription.admits(ALERT) is admitted


def test_without_quiet_hours_everything_goes_at_once() -> None:
    assert Subscription().released(NOON) == NOON


def test_in_quiet_hours_it_waits_for_their_end() -> None:
    night = Subscription(quiet=QuietHours(time(11), time(13, 30)))
    assert night.released(NOON) == NOON.replace(hour=13, minute=30)


def test_the_widest_of_several_admits_what_any_of_them_does() -> None:
    strict = Subscription(stances=frozenset({Stance.CONTRADICTS}), min_confidence=0.9)
    loose = Subscription(stances=frozenset({Stance.UPDATE}), min_confidence=0.2)
    assert widest([strict, loose]) == (frozenset({Stance.CONTRADICTS, Stance.UPDATE}), 0.2)
    assert widest([]) == (frozenset(), 0.0)


def test_it_is_kept_as_it_was() -> None:
    one = Subscription(
        frozenset({"C02", "C01"}), frozenset({Kind.FACT}), frozenset({Stance.UPDATE}), 0.5,
        Cadence.WEEKLY, QuietHours(time(22), time(6, 5), "Europe/Kyiv"),
        DigestTime(time(7, 15), "Europe/Kyiv"),
    )  # fmt: skip
    assert from_json(to_json(one)) == one
    assert from_json(to_json(replace(one, quiet=None))) == replace(one, quiet=None)


def test_a_row_of_the_first_version_is_a_daily_digest() -> None:
    text = to_json(Subscription(cadence=Cadence.DAILY)).replace('"daily"', '"digest"')
    assert from_json(text).cadence is Cadence.DAILY


def test_a_time_is_written_as_people_write_it() -> None:
    assert str(DigestTime(time(7, 5), "Europe/Kyiv")) == "07:05 Europe/Kyiv"
    assert str(QuietHours(time(22), time(6, 5))) == "22:00-06:05 UTC"
