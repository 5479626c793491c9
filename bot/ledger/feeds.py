"""The rows of the feeds: caching headers and how the fetches went."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.records import FeedState, FeedUpdate

NOT_MODIFIED = 304
ERROR_CHARS = 500  # a server's error may be a whole page


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


def record_failure(db: Database, feed_url: str, at: datetime, error: str) -> None:
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


def state(db: Database, feed_url: str) -> FeedState | None:
    row = sql.row(db, "SELECT * FROM feeds WHERE url = ?", [feed_url])
    return None if row is None else state_of(row)


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
    )
