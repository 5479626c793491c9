"""feeds.course: a feed's own rhythm, its server's wishes, moves and ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import FeedCourse
from feeds.course import (
    GONE_TIMES,
    LEAST_WAIT_S,
    LONGEST_PAUSE_S,
    MOST_HINT_S,
    MOST_WAIT_S,
    MOVED_FAILURES,
    PUBLISHED_KEPT,
    Answer,
    Pace,
    after_answer,
    after_failure,
    news,
    pause_s,
    resumed,
    rhythm_s,
)

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
PACE = Pace(15 * 60.0)
FIXED = Pace(600.0, fixed=True)
URL = "https://e.example/rss"
TIMES = st.integers(0, 31 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))


def minutes_ago(*minutes: float) -> tuple[datetime, ...]:
    return tuple(NOW - timedelta(minutes=m) for m in sorted(minutes, reverse=True))


def wait_s(course: FeedCourse, since: datetime = NOW) -> float:
    assert course.due_at is not None
    return (course.due_at - since).total_seconds()


@pytest.mark.parametrize(
    ("published", "minutes"),
    [
        ((), 15),  # nothing known
        (minutes_ago(0, 40), 15),  # too little known
        (minutes_ago(0, 40, 80, 120), 20),  # twice as often as it publishes
        (minutes_ago(0, 6, 12, 18), 5),  # never more often than this
        (minutes_ago(0, 1440 * 7, 1440 * 14, 1440 * 21), 1440),  # nor more seldom
        (minutes_ago(960, 1000, 1040, 1080), 60),  # sixteen hours of silence
    ],
)
def test_a_feed_is_asked_in_its_own_rhythm(published: tuple[datetime, ...], minutes: float) -> None:
    assert rhythm_s(published, NOW, PACE) == minutes * 60


def test_entries_of_one_batch_are_one_event() -> None:
    batch = [NOW - timedelta(seconds=s) for s in range(60)]
    course = after_answer(FeedCourse(), Answer(published=batch), NOW, PACE, 0.5)
    assert len(course.published) == 1
    assert wait_s(course) == 15 * 60


@given(st.lists(TIMES, max_size=60), st.lists(TIMES, max_size=60))
def test_what_is_remembered_is_sorted_bounded_and_never_in_the_future(
    first: list[datetime], second: list[datetime]
) -> None:
    then = NOW - timedelta(days=10)
    course = after_answer(FeedCourse(), Answer(published=first), then, PACE, 0.5)
    course = after_answer(course, Answer(published=second), NOW, PACE, 0.5)
    assert list(course.published) == sorted(course.published)
    assert len(course.published) <= PUBLISHED_KEPT
    assert all(at <= NOW for at in course.published)


@given(
    published=st.lists(TIMES, max_size=30),
    fresh_s=st.none() | st.floats(0, 1e7),
    ttl_s=st.none() | st.floats(0, 1e7),
    retry_after_s=st.none() | st.floats(0, 1e7),
    spread=st.floats(0, 1),
)
def test_an_adaptive_wait_is_never_too_short_nor_too_long(
    published: list[datetime],
    fresh_s: float | None,
    ttl_s: float | None,
    retry_after_s: float | None,
    spread: float,
) -> None:
    answer = Answer(published, None, fresh_s, ttl_s, retry_after_s)
    pace = Pace(900.0, jitter_s=60.0)
    waited_s = wait_s(after_answer(FeedCourse(), answer, NOW, pace, spread))
    assert LEAST_WAIT_S <= waited_s <= MOST_WAIT_S
    assert waited_s >= min(retry_after_s or 0, LONGEST_PAUSE_S) - 1e-3


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Answer(fresh_s=1200.0), 1200.0),
        (Answer(ttl_s=1500.0), 1500.0),
        (Answer(fresh_s=60.0), 900.0),
        (Answer(fresh_s=86_400.0), MOST_HINT_S),
        (Answer(ttl_s=86_400.0), MOST_HINT_S),
        (Answer(retry_after_s=7200.0), 7200.0),
    ],
)
def test_a_server_can_hold_back_polls_but_not_for_ever(answer: Answer, seconds: float) -> None:
    assert wait_s(after_answer(FeedCourse(), answer, NOW, PACE, 0.5)) == seconds


def test_neither_a_late_poll_nor_chance_brings_the_next_one_too_early() -> None:
    lively = FeedCourse(
        due_at=NOW - timedelta(seconds=149), published=minutes_ago(*range(0, 60, 6))
    )
    pace = Pace(900.0, jitter_s=60.0)
    assert wait_s(after_answer(lively, Answer(), NOW, pace, 0.0)) == LEAST_WAIT_S
    overdue = FeedCourse(due_at=NOW - timedelta(seconds=890), published=lively.published)
    held = after_answer(overdue, Answer(fresh_s=3600.0), NOW, pace, 0.0)
    assert wait_s(held) == MOST_HINT_S


def test_news_that_is_dated_before_the_last_fetch_counts_from_when_it_was_seen() -> None:
    midnight, before = NOW - timedelta(hours=12), NOW - timedelta(hours=1)
    seen = after_answer(FeedCourse(), Answer([midnight], since=before), NOW, PACE, 0.5)
    assert seen.published == (NOW,)
    first = after_answer(FeedCourse(), Answer([midnight]), NOW, PACE, 0.5)
    assert first.published == (midnight,)
    later = NOW - timedelta(minutes=9)
    usual = after_answer(FeedCourse(), Answer([later], since=before), NOW, PACE, 0.5)
    assert usual.published == (later,)


def test_a_feed_dated_by_the_day_is_asked_as_often_as_it_brings_news() -> None:
    midnight = NOW.replace(hour=0)
    archive = [midnight - timedelta(days=days) for days in range(10)]
    course, now, since = after_answer(FeedCourse(), Answer(archive), NOW, PACE, 0.5), NOW, NOW
    assert wait_s(course) < 3600
    while now < NOW + timedelta(days=1):
        assert course.due_at is not None
        since, now = now, course.due_at
        news_of_today = Answer([now.replace(hour=0, minute=0, second=0)], since=since)
        course = after_answer(course, news_of_today, now, PACE, 0.5)
    assert wait_s(course, now) < 3600


def test_what_a_feed_says_of_its_ttl_holds_through_answers_without_a_feed() -> None:
    course = after_answer(FeedCourse(), Answer(ttl_s=1500.0), NOW, PACE, 0.5)
    assert wait_s(after_answer(course, Answer(), NOW, PACE, 0.5)) == 1500
    assert wait_s(after_answer(course, Answer(ttl_s=0.0), NOW, PACE, 0.5)) == 900


def test_a_fixed_pace_is_kept_whatever_the_feed_says() -> None:
    answer = Answer(minutes_ago(1, 500, 1000, 1500), fresh_s=9999.0, ttl_s=9999.0)
    assert wait_s(after_answer(FeedCourse(), answer, NOW, FIXED, 0.5)) == 600


def test_a_late_poll_does_not_shift_those_that_follow() -> None:
    """144 polls a day at ten minutes, however long each of them takes."""
    course, now = FeedCourse(due_at=NOW), NOW
    for _ in range(144):
        now = course.due_at + timedelta(seconds=20)  # type: ignore[operator]
        course = after_answer(course, Answer(), now, FIXED, 0.5)
    assert course.due_at == NOW + timedelta(days=1)


def test_after_a_long_pause_the_next_poll_counts_from_now() -> None:
    course = after_answer(FeedCourse(due_at=NOW - timedelta(hours=9)), Answer(), NOW, FIXED, 0.5)
    assert wait_s(course) == 600


@given(failures=st.integers(0, 10_000), wish=st.none() | st.floats(0, 1e9))
def test_a_pause_grows_with_failures_and_never_passes_a_day(
    failures: int, wish: float | None
) -> None:
    pause = pause_s(failures, wish)
    assert 0 <= pause <= LONGEST_PAUSE_S
    assert pause <= pause_s(failures + 1, wish)
    assert pause >= min(wish or 0, LONGEST_PAUSE_S)


@given(failures=st.integers(1, 100), spread=st.floats(0, 1), wish=st.floats(0, 1e6))
def test_a_failing_feed_is_asked_again_within_a_day(
    failures: int, spread: float, wish: float
) -> None:
    course = after_failure(FeedCourse(), failures, NOW, PACE, spread, retry_after_s=wish)
    assert min(wish, LONGEST_PAUSE_S) - 1e-3 <= wait_s(course) <= LONGEST_PAUSE_S


def test_feeds_that_fail_for_long_do_not_come_back_as_one() -> None:
    early, late = (after_failure(FeedCourse(), 99, NOW, PACE, spread) for spread in (0.0, 1.0))
    assert wait_s(late) - wait_s(early) > 3600


def test_the_first_failure_may_pass_and_is_asked_again_as_usual() -> None:
    assert wait_s(after_failure(FeedCourse(), 1, NOW, PACE, 0.0)) == 15 * 60


# --- moves ---------------------------------------------------------------------------------------


def moved(times: int, *, hours: float) -> FeedCourse:
    course = FeedCourse()
    for number in range(times):
        at = NOW + timedelta(hours=hours * number)
        course = after_answer(course, Answer(moved_to="https://new.example/"), at, PACE, 0.5)
    return course


def test_a_move_is_believed_when_it_was_seen_for_a_day() -> None:
    assert moved(2, hours=24).address == ""
    assert moved(20, hours=1).address == ""
    assert moved(25, hours=1).address == "https://new.example/"


def test_a_move_that_is_taken_back_is_forgotten() -> None:
    course = after_answer(moved(2, hours=30), Answer(), NOW, PACE, 0.5)
    assert (course.moved_to, course.moved_times, course.address) == ("", 0, "")
    other = after_answer(
        moved(2, hours=30), Answer(moved_to="https://other.example/"), NOW, PACE, 0.5
    )
    assert (other.moved_to, other.moved_times) == ("https://other.example/", 1)


def test_a_feed_that_fails_at_its_new_address_is_asked_at_its_old_one() -> None:
    course = moved(3, hours=24)
    for failures in range(1, MOVED_FAILURES + 1):
        assert course.address
        course = after_failure(course, failures, NOW, PACE, 0.5, status=404)
    assert course.address == ""


# --- ends ----------------------------------------------------------------------------------------


def gone(times: int) -> FeedCourse:
    course = FeedCourse()
    for failures in range(1, times + 1):
        course = after_failure(course, failures, NOW, PACE, 0.0, status=410)
    return course


def test_a_feed_that_is_gone_twice_is_retired_to_once_a_week() -> None:
    assert gone(1).retired_at is None
    assert wait_s(gone(1)) == 3600
    assert gone(GONE_TIMES).retired_at == NOW
    assert wait_s(gone(GONE_TIMES)) == 7 * 86_400


def test_a_retired_feed_stays_so_until_it_answers() -> None:
    course = after_failure(gone(GONE_TIMES), 3, NOW + timedelta(days=7), PACE, 0.0, status=503)
    assert course.retired_at == NOW
    back = after_answer(course, Answer(), NOW + timedelta(days=14), PACE, 0.5)
    assert (back.retired_at, back.gone_times, back.failing_since) == (None, 0, None)


def test_another_failure_between_two_gones_is_no_retirement() -> None:
    course = after_failure(gone(1), 2, NOW, PACE, 0.0, status=503)
    assert after_failure(course, 3, NOW, PACE, 0.0, status=410).retired_at is None


def test_an_admin_hears_of_moves_ends_and_long_failures_under_keys_of_their_own() -> None:
    (end,) = news(URL, gone(1), gone(2), NOW)
    assert "gone for good" in end.lines[0]
    assert not news(URL, gone(2), after_failure(gone(2), 3, NOW, PACE, 0.0, status=410), NOW)
    (move,) = news(URL, FeedCourse(), FeedCourse(address="https://new.example/"), NOW)
    assert "https://new.example/" in move.lines[0]
    failing = after_failure(FeedCourse(), 1, NOW, PACE, 0.0)
    assert not news(URL, failing, failing, NOW + timedelta(days=2))
    first = news(URL, failing, failing, NOW + timedelta(days=3))
    later = news(URL, failing, failing, NOW + timedelta(days=5))
    assert [one.key for one in first] == [one.key for one in later]
    assert len({end.key, move.key, first[0].key}) == 3


# --- restarts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_in_s", "failing", "pace", "expected_s"),
    [
        (500.0, False, PACE, 500.0),
        (-500.0, False, PACE, -500.0),
        (1e9, True, PACE, 1.25 * MOST_WAIT_S),  # the clock was wrong
        (86_000.0, False, FIXED, 750.0),  # the admin wants it every ten minutes now
        (86_000.0, True, FIXED, 86_000.0),
    ],
)
def test_a_feed_is_due_after_a_restart_as_before_it(
    due_in_s: float, failing: bool, pace: Pace, expected_s: float
) -> None:
    course = FeedCourse(due_at=NOW + timedelta(seconds=due_in_s))
    due = resumed(course, failing=failing, now=NOW, pace=pace)
    assert (due - NOW).total_seconds() == expected_s
    assert resumed(FeedCourse(), failing=False, now=NOW, pace=pace) == NOW
