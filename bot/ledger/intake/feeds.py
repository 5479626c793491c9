"""The rows of the feeds: caching headers, how the fetches went, how they are polled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.records import FeedState, FeedUpdate
from bot.model import FeedCourse

NOT_MODIFIED = 304
ERROR_CHARS = 500  # a server's error may be a whole page


def record(db: Database, update: FeedUpdate) -> None:
    """The feed was read: how it answered, or, where a hub pushed it, only its course."""
    if not update.pushed:
        record_success(db, update)
    elif update.course:
        _keep_course(db, update.feed_url, update.course)


def record_success(db: Database, update: FeedUpdate) -> None:
    """The fetch went well. A 304 need not repeat the headers (RFC 9110, 15.4.5): kept then."""
    keep = update.status == NOT_MODIFIED
    sql.change(
        db,
        """
        INSERT INTO feeds (url, etag, last_modified, status, attempted_at, succeeded_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?5)
        ON CONFLICT (url) DO UPDATE SET
            etag = CASE WHEN ?6 AND ?2 = '' THEN etag ELSE ?2 END,
            last_modified = CASE WHEN ?6 AND ?3 = '' THEN last_modified ELSE ?3 END,
            status = ?4, attempted_at = ?5, succeeded_at = ?5, failures = 0, last_error = ''
        """,
        [
            update.feed_url,
            update.etag,
            update.last_modified,
            update.status,
            sql.to_text(update.fetched_at),
            keep,
        ],
    )
    if update.course:
        _keep_course(db, update.feed_url, update.course)


def record_unchanged(db: Database, updates: Sequence[FeedUpdate]) -> None:
    """Fetches that brought nothing new."""
    for update in updates:
        record_success(db, update)


def record_failure(
    db: Database, feed_url: str, at: datetime, error: str, course: FeedCourse | None = None
) -> None:
    """The fetch failed: one more in a row. The caching headers stay."""
    sql.change(
        db,
        """
        INSERT INTO feeds (url, attempted_at, failures, last_error) VALUES (?1, ?2, 1, ?3)
        ON CONFLICT (url) DO UPDATE SET
            attempted_at = ?2, failures = failures + 1, last_error = ?3
        """,
        [feed_url, sql.to_text(at), error[:ERROR_CHARS]],
    )
    if course:
        _keep_course(db, feed_url, course)


def states(db: Database) -> dict[str, FeedState]:
    """Every feed that was ever tried, by its address as listed."""
    return {row["url"]: state_of(row) for row in sql.rows(db, "SELECT * FROM feeds")}


def state_of(row: sql.Row) -> FeedState:
    """The state in a row of ``feeds``."""
    return FeedState(
        url=row["url"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        status=row["status"],
        attempted_at=sql.to_time(row["attempted_at"]),
        succeeded_at=sql.to_time_or_none(row["succeeded_at"]),
        failures=row["failures"],
        last_error=row["last_error"],
        course=FeedCourse(
            due_at=sql.to_time_or_none(row["due_at"]),
            published=tuple(datetime.fromtimestamp(s, UTC) for s in json.loads(row["published"])),
            ttl_s=row["ttl_s"],
            address=row["address"],
            moved_to=row["moved_to"],
            moved_times=row["moved_times"],
            moved_since=sql.to_time_or_none(row["moved_since"]),
            failing_since=sql.to_time_or_none(row["failing_since"]),
            gone_times=row["gone_times"],
            retired_at=sql.to_time_or_none(row["retired_at"]),
        ),
    )


def _keep_course(db: Database, feed_url: str, course: FeedCourse) -> None:
    sql.change(
        db,
        """
        UPDATE feeds SET due_at = ?, published = ?, ttl_s = ?, address = ?, moved_to = ?,
            moved_times = ?, moved_since = ?, failing_since = ?, gone_times = ?, retired_at = ?
        WHERE url = ?
        """,
        [
            sql.to_text_or_none(course.due_at),
            json.dumps([int(at.timestamp()) for at in course.published]),
            course.ttl_s,
            course.address,
            course.moved_to,
            course.moved_times,
            sql.to_text_or_none(course.moved_since),
            sql.to_text_or_none(course.failing_since),
            course.gone_times,
            sql.to_text_or_none(course.retired_at),
            feed_url,
        ],
    )
