"""When a feed is asked next, and at which address: its own rhythm, its server's wishes. Pure.

A feed is asked about twice as often as it brings something new, every 5 minutes to once a day, and
ever more seldom while it is silent. A feed that fails is asked after pauses that double; none is
given up. A move for good is believed once it was seen for a day; a feed that is gone (410) twice
is retired, which means: asked once a week, in case it comes back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from statistics import median

from bot.model import FeedCourse

LEAST_WAIT_S = 5 * 60.0
MOST_WAIT_S = 24 * 60 * 60.0

PUBLISHED_KEPT = 20
PUBLISHED_NEEDED = 4  # with fewer the rhythm is not known
BATCH_S = 5 * 60.0  # entries that come closer together are one event
ASKS_PER_GAP = 2
SILENCE_SHARE = 16  # after a silence of 16 hours it is asked once an hour

# max-age, Expires, <ttl> and sy:updatePeriod speak of caches, and most are some system's default
# ("hourly"): they hold back a lively feed, but not for longer than this.
MOST_HINT_S = 30 * 60.0

FIRST_PAUSE_S = 15 * 60.0
LONGEST_PAUSE_S = 24 * 60 * 60.0
PAUSE_SPREAD = 0.25  # so much longer at random, so that feeds of one host do not come back as one

MOVE_TIMES = 3
MOVE_AGE = timedelta(days=1)
MOVED_FAILURES = 3  # after so many failures at its new address a feed is asked at its old one

STATUS_GONE = 410
GONE_TIMES = 2
GONE_PAUSE_S = 60 * 60.0
RETIRED_WAIT_S = 7 * 24 * 60 * 60.0

FAILING_TOLD = timedelta(days=3)

# How often at most a feed is asked whose hub brings its news: what a hub drops in silence is late
# by so much once, since the hub is then no longer relied on.
PUSHED_WAIT_S = 60 * 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What the admin wants of a feed. ``usual_s``: the wait while its rhythm is not known.

    ``fixed``: that wait always. ``jitter_s``: each wait is longer or shorter by up to this.
    ``least_s``: no rhythm of the feed's makes a wait shorter.
    """

    usual_s: float
    fixed: bool = False
    jitter_s: float = 0.0
    least_s: float = LEAST_WAIT_S


@dataclass(frozen=True, slots=True)
class Answer:
    """What a fetch that went well said. ``fresh_s``: how long its headers call it fresh.

    ``published``: the times of the entries that were new. ``ttl_s`` None: it brought no feed (304).
    ``since``: when it was fetched before; None: never.
    """

    published: Sequence[datetime] = ()
    moved_to: str | None = None
    fresh_s: float | None = None
    ttl_s: float | None = None
    retry_after_s: float | None = None
    since: datetime | None = None


def after_answer(
    before: FeedCourse, answer: Answer, now: datetime, pace: Pace, spread: float
) -> FeedCourse:
    """The course after a fetch that went well. ``spread``: a random number in 0..1."""
    published = _times(before.published, answer, now)
    ttl_s = before.ttl_s if answer.ttl_s is None else answer.ttl_s
    wait_s, least_s, most_s = rhythm_s(published, now, pace), 0.0, math.inf
    if not pace.fixed:
        hint_s = max(answer.fresh_s or 0.0, ttl_s)
        least_s, most_s = max(min(hint_s, MOST_HINT_S), LEAST_WAIT_S), MOST_WAIT_S
        wait_s = max(wait_s, least_s)
    # Counted from when it was due, so that a feed of every ten minutes is asked 144 times a day.
    late_s = (now - before.due_at).total_seconds() if before.due_at else 0.0
    start = before.due_at if before.due_at and 0 < late_s < wait_s / 2 else now
    jittered_s = wait_s + (2 * spread - 1) * min(pace.jitter_s, wait_s / 4)
    wait_s = (start - now).total_seconds() + jittered_s
    asked_s = min(answer.retry_after_s or 0.0, LONGEST_PAUSE_S)
    wait_s = min(max(wait_s, least_s, asked_s), most_s)
    return replace(
        _moved(before, answer.moved_to, now),
        due_at=now + timedelta(seconds=wait_s),
        published=published,
        ttl_s=ttl_s,
        failing_since=None,
        gone_times=0,
        retired_at=None,
    )


def after_push(before: FeedCourse, entries: int, now: datetime) -> FeedCourse:
    """The course after a hub brought so many new entries: when the feed is asked stays as it is."""
    answer = Answer(published=[now] * entries, since=now)
    return replace(before, published=_times(before.published, answer, now))


def after_failure(
    before: FeedCourse,
    failures: int,
    now: datetime,
    pace: Pace,
    spread: float,
    *,
    status: int | None = None,
    retry_after_s: float | None = None,
) -> FeedCourse:
    """The course after so many failures in a row, this one included (so at least 1).

    ``status``: of the server's answer, None if it gave none. ``retry_after_s``: its wish.
    """
    gone_times = before.gone_times + 1 if status == STATUS_GONE else 0
    gone = gone_times >= GONE_TIMES
    course = replace(
        before,
        failing_since=before.failing_since or now,
        gone_times=gone_times,
        # Once retired it stays so until it answers, whatever its failures are.
        retired_at=before.retired_at or (now if gone else None),
        address="" if failures >= MOVED_FAILURES else before.address,
    )
    if course.retired_at:
        wait_s = RETIRED_WAIT_S
    else:
        usual_s = rhythm_s(before.published, now, pace)
        wait_s = max(usual_s, pause_s(failures, retry_after_s))
        wait_s = max(wait_s, GONE_PAUSE_S) if gone_times else wait_s
    wait_s *= 1 + PAUSE_SPREAD * spread
    if not course.retired_at:
        wait_s = min(wait_s, LONGEST_PAUSE_S)
    return replace(course, due_at=now + timedelta(seconds=wait_s))


def resumed(course: FeedCourse, *, failing: bool, now: datetime, pace: Pace) -> datetime:
    """When a feed is due after a restart: as it was, but never later than a course can say.

    The clock may have been wrong when it was drawn up, and the admin may want another pace now.
    """
    wait_s = RETIRED_WAIT_S if course.retired_at else MOST_WAIT_S
    if pace.fixed and not failing:
        wait_s = pace.usual_s
    latest = now + timedelta(seconds=wait_s * (1 + PAUSE_SPREAD))
    return min(course.due_at or now, latest)


def rhythm_s(published: Sequence[datetime], now: datetime, pace: Pace) -> float:
    """How long to wait by a feed's own rhythm, in seconds, ``pace.least_s``..MOST_WAIT_S.

    ``published``: when it brought something new, oldest first. A fixed pace has no rhythm.
    """
    if pace.fixed:
        return pace.usual_s
    wait_s = pace.usual_s
    if len(published) >= PUBLISHED_NEEDED:
        pairs = pairwise(published)
        wait_s = median((b - a).total_seconds() for a, b in pairs) / ASKS_PER_GAP
    silence_s = (now - published[-1]).total_seconds() if published else 0.0
    return min(max(wait_s, silence_s / SILENCE_SHARE, pace.least_s), MOST_WAIT_S)


def pause_s(failures: int, retry_after_s: float | None) -> float:
    """How long a feed is left alone after that many failures in a row, in seconds.

    None at the first: it may pass. ``retry_after_s`` is the server's own wish, if it gave one.
    """
    grown = FIRST_PAUSE_S * 2.0 ** min(failures - 2, 10) if failures > 1 else 0.0
    # Room for the spread, without which feeds that fail together would go on together.
    grown = min(grown, LONGEST_PAUSE_S / (1 + PAUSE_SPREAD))
    return min(max(grown, retry_after_s or 0.0), LONGEST_PAUSE_S)


@dataclass(frozen=True, slots=True)
class News:
    """What an admin must hear of a feed, once by its ``key``."""

    key: str
    title: str
    lines: tuple[str, ...]


def news(url: str, before: FeedCourse, after: FeedCourse, now: datetime) -> list[News]:
    """What the step from one course to the next says of the feed listed at ``url``."""
    found = []
    if after.retired_at and after.retired_at != before.retired_at:
        lines = (
            f"{url} answered twice that it is gone for good (HTTP 410).",
            "It is asked once a week from now on. Take it off your list, or mend its address.",
        )
        found.append(News(f"feed retired {url} {after.retired_at:%F}", "A feed is gone", lines))
    elif after.failing_since and not after.retired_at and now - after.failing_since >= FAILING_TOLD:
        lines = (
            f"{url} has failed since {after.failing_since:%F}.",
            "`claimwire feeds check` says why. It is asked again, at least once a day.",
        )
        key = f"feed failing {url} {after.failing_since:%F}"
        found.append(News(key, f"A feed has failed for {FAILING_TOLD.days} days", lines))
    if after.address and after.address != before.address:
        lines = (
            f"{url} has moved for good to {after.address}, where it is asked from now on.",
            "Change its address in your list when you can.",
        )
        found.append(News(f"feed moved {url} {after.address}", "A feed has moved", lines))
    return found


def _times(known: Sequence[datetime], answer: Answer, now: datetime) -> tuple[datetime, ...]:
    """The last times at which a feed brought something, those of one batch as one."""
    if not answer.published:
        return tuple(known)
    kept: list[datetime] = []
    new = sorted(_came(at, answer.since, now) for at in answer.published)
    if answer.since is None and len({at.time() for at in new}) == 1:
        new = new[-1:]  # dated by the day alone: of the rhythm they say nothing
    for at in sorted([*known, *new]):
        if not kept or (at - kept[-1]).total_seconds() >= BATCH_S:
            kept.append(at)
    return tuple(kept[-PUBLISHED_KEPT:])


def _came(at: datetime, since: datetime | None, now: datetime) -> datetime:
    """When an entry came that is dated ``at`` and was not there at the fetch before.

    Some feeds date by the day alone, or list late: it came after that fetch, whatever it says.
    """
    if since and (at <= since or at.time() == time.min):
        return now
    return min(at, now)


def _moved(before: FeedCourse, moved_to: str | None, now: datetime) -> FeedCourse:
    """With the move that was seen, or the new address once it was seen for long enough."""
    if not moved_to and not before.moved_to:
        return before
    if not moved_to:
        return replace(before, moved_to="", moved_times=0, moved_since=None)
    if moved_to != before.moved_to or before.moved_since is None:
        return replace(before, moved_to=moved_to, moved_times=1, moved_since=now)
    times = before.moved_times + 1
    if times >= MOVE_TIMES and now - before.moved_since >= MOVE_AGE:
        return replace(before, address=moved_to, moved_to="", moved_times=0, moved_since=None)
    return replace(before, moved_times=times)
