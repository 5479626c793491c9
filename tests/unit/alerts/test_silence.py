"""What has fallen silent, and how often that is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.alerts.silence import quiet_feeds, silent_claims
from bot.ledger.records import ClaimAccount, FeedState
from bot.model import Claim, FeedCourse, Kind, Standing

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
LONG_AGO = NOW - timedelta(days=400)
CLAIM = Claim("C07", "a-claim", Kind.ASSESSMENT, (1,), "It is so.")


def account(last: datetime | None, claim: Claim = CLAIM) -> ClaimAccount:
    return ClaimAccount(claim, Standing.QUIET, None, 0, 0, 0.0, 0.0, (), last)


def feed(*days_ago: float, failures: int = 0) -> FeedState:
    times = tuple(NOW - timedelta(days=days) for days in days_ago)
    course = FeedCourse(published=times)
    return FeedState("https://a.example/", "", "", 200, NOW, NOW, failures, "", course)


def test_a_claim_is_silent_after_its_patience_and_not_before() -> None:
    at = NOW - MONTH
    assert silent_claims([account(at + timedelta(minutes=1))], LONG_AGO, NOW, MONTH) == []
    (found,) = silent_claims([account(at)], LONG_AGO, NOW, MONTH)
    assert found.told == "C07 a-claim: nothing since 01 Mar 2026"


def test_a_new_bot_is_given_as_long_whatever_the_dates_of_old_news() -> None:
    assert silent_claims([account(None), account(LONG_AGO)], NOW, NOW, MONTH) == []


def test_the_key_stays_while_the_silence_lasts_even_when_old_reports_are_removed() -> None:
    keys = {
        silent_claims([account(last)], started, NOW, MONTH)[0].key
        for last in (None,)
        for started in (LONG_AGO, LONG_AGO + timedelta(days=3))
    }
    assert len(keys) == 1
    heard = silent_claims([account(LONG_AGO)], LONG_AGO, NOW, MONTH)[0].key
    assert heard not in keys


@pytest.mark.parametrize(("days", "words"), [(0, 2), (7, 2), (8, 1), (-1, 1)])
def test_a_prediction_near_its_date_has_a_word_of_its_own(days: int, words: int) -> None:
    horizon = date(2026, 3, 31) + timedelta(days=days)
    claim = replace(CLAIM, kind=Kind.PREDICTION, horizon=horizon)
    assert len(silent_claims([account(None, claim)], LONG_AGO, NOW, MONTH)) == words


def test_a_feed_is_quiet_against_its_own_rhythm() -> None:
    hourly = [20 + hour / 24 for hour in range(12, 0, -1)]
    weekly = [20 + 7 * week for week in range(12, 0, -1)]
    assert [one.key[:10] for one in quiet_feeds({"a": feed(*hourly)}, NOW)] == ["quiet feed"]
    assert quiet_feeds({"a": feed(*weekly)}, NOW) == []


def test_a_feed_that_fails_or_has_hardly_begun_is_not_called_quiet() -> None:
    hourly = [20 + hour / 24 for hour in range(12, 0, -1)]
    assert quiet_feeds({"a": feed(*hourly, failures=1)}, NOW) == []
    assert quiet_feeds({"a": feed(40, 39.9, 39.8)}, NOW) == []
