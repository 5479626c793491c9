"""What people ask of the ledger as a whole: evidence, counts, and the state of its file."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.alerts import notice_body
from bot.alerts.body import from_json
from bot.ledger import sql
from bot.ledger.intake import feeds, websub_rows
from bot.ledger.intake.articles import evidence_items
from bot.ledger.outbox import outbox_rows
from bot.ledger.records import Changes, Counts, EvidenceItem, Housekeeping, Pulse, Works
from bot.ledger.standings.standing_rows import history
from bot.model import Alert, DeliveryState, Notice, NoticeKind, Stance

FAILING_SHOWN = 20


def evidence_on(
    db: Database,
    claim_id: str,
    limit: int,
    essay_id: str | None,
    stance: Stance | None,
    since: datetime | None,
) -> tuple[EvidenceItem, ...]:
    """The verdicts on a claim, newest report first, replaced and withdrawn ones too."""
    asked = {
        "v.claim_id = ?": claim_id,
        "v.essay_id = ?": essay_id,
        "v.stance = ?": stance,
        "a.at >= ?": sql.to_text_or_none(since),
    }
    where = " AND ".join(part for part, value in asked.items() if value is not None)
    parameters = [value for value in asked.values() if value is not None]
    return evidence_items(db, where, parameters, order="a.at DESC, v.id DESC", limit=limit)


def alerts(db: Database, limit: int) -> tuple[Alert, ...]:
    """The last alerts that were made, newest first, each at its last revision."""
    found = sql.rows(
        db,
        "SELECT r.body FROM alerts a JOIN alert_revisions r"
        " ON r.alert_id = a.id AND r.revision = a.revision ORDER BY a.id DESC LIMIT ?",
        [limit],
    )
    return tuple(from_json(row["body"]) for row in found)


def search(
    db: Database, words: Sequence[str], essay_id: str, limit: int
) -> tuple[EvidenceItem, ...]:
    """The verdicts that hold and whose report or sentence has all the words, newest first."""
    where, parameters = ["v.essay_id = ?"], [essay_id]
    for word in words:
        where.append("instr(lower(a.title || ' ' || a.summary || ' ' || v.sentence), ?) > 0")
        parameters.append(word.lower())
    where.append("v.id IN (SELECT id FROM current_verdicts)")
    order = "a.at DESC, v.id DESC"
    return evidence_items(db, " AND ".join(where), parameters, order=order, limit=limit)


def changes(db: Database, essay_id: str, since: datetime, limit: int) -> Changes:
    """What changed since then: contradictions first, withdrawn alerts last."""
    after = sql.to_text(since)
    found = sql.rows(
        db,
        """
        SELECT last.body FROM alerts a
        JOIN alert_revisions last ON last.alert_id = a.id AND last.revision = a.revision
        WHERE a.essay_id = ? AND a.id IN (
            SELECT alert_id FROM alert_revisions WHERE made_at >= ? AND step <> 'desk')
        ORDER BY json_extract(last.body, '$.withdrawn') <> '',
            CASE json_extract(last.body, '$.stance')
                WHEN 'contradicts' THEN 0 WHEN 'supports' THEN 1 ELSE 2 END,
            json_extract(last.body, '$.at') DESC, a.id DESC
        """,
        [essay_id, after],
    )
    return Changes(
        standings=history(db, essay_id, since=since),
        alerts=tuple(from_json(row["body"]) for row in found[:limit]),
        more=max(0, len(found) - limit),
        notices=_notices(db, essay_id, after),
    )


def _notices(db: Database, essay_id: str, after: str) -> tuple[Notice, ...]:
    """What was told of predictions and premises."""
    kinds = (NoticeKind.REMINDER, NoticeKind.RESOLUTION, NoticeKind.PREMISE)
    found = sql.rows(
        db,
        "SELECT body FROM notices WHERE essay_id = ? AND made_at >= ? AND kind IN (?, ?, ?)"
        " ORDER BY id",
        [essay_id, after, *kinds],
    )
    return tuple(notice_body.from_json(row["body"]) for row in found)


def works(db: Database, now: datetime, feeds_in_use: Collection[str] | None = None) -> Works:
    """How the machinery runs. ``feeds_in_use``: the addresses that count; None: all."""
    times = sql.rows(
        db,
        "SELECT (SELECT max(attempted_at) FROM feeds) AS polled, (SELECT max(settled_at)"
        " FROM outbox WHERE state = 'sent') AS delivered",
    )[0]
    failing = sql.rows(
        db,
        """
        SELECT * FROM feeds
        WHERE failures > 0 AND (?1 IS NULL OR url IN (SELECT value FROM json_each(?1)))
        ORDER BY failures DESC, url LIMIT ?2
        """,
        [_json(feeds_in_use), FAILING_SHOWN],
    )
    return Works(
        feeds=_feeds(db, feeds_in_use)[0],
        failing=tuple(feeds.state_of(row) for row in failing),
        last_poll=sql.to_time_or_none(times["polled"]),
        last_delivery=sql.to_time_or_none(times["delivered"]),
        queues=outbox_rows.queues(db, now),
        refusing=outbox_rows.refusing(db, now),
    )


def counts(db: Database) -> Counts:
    """How much there is of everything."""
    states = {
        row["state"]: row["n"]
        for row in sql.rows(db, "SELECT state, count(*) AS n FROM outbox GROUP BY state")
    }
    stopped = sql.rows(
        db,
        "SELECT stopped_stage AS stage, count(*) AS n FROM articles"
        " WHERE stopped_stage IS NOT NULL GROUP BY stopped_stage ORDER BY n DESC, stage",
    )
    return Counts(
        feeds=sql.number(db, "SELECT count(*) FROM feeds"),
        feeds_failing=sql.number(db, "SELECT count(*) FROM feeds WHERE failures > 0"),
        articles=sql.number(db, "SELECT count(*) FROM articles"),
        findings=sql.number(db, "SELECT count(*) FROM findings"),
        verdicts=sql.number(db, "SELECT count(*) FROM verdicts"),
        stories=sql.number(db, "SELECT count(*) FROM stories"),
        alerts=sql.number(db, "SELECT count(*) FROM alerts"),
        pending=states.get(DeliveryState.PENDING, 0),
        sent=states.get(DeliveryState.SENT, 0),
        failed=states.get(DeliveryState.FAILED, 0),
        superseded=states.get(DeliveryState.SUPERSEDED, 0),
        stopped=tuple((row["stage"], row["n"]) for row in stopped),
    )


def pulse(db: Database, now: datetime, feeds_in_use: Collection[str] | None = None) -> Pulse:
    """Writes a line, so that a full or read-only disk shows, and reads what is cheap to read."""
    sql.change(
        db,
        "INSERT INTO meta VALUES ('pulse', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
        [sql.to_text(now)],
    )
    count, failing = _feeds(db, feeds_in_use)
    pushed = websub_rows.active(db, now)
    return Pulse(count, failing, outbox_rows.queues(db, now), pushed)


def _feeds(db: Database, in_use: Collection[str] | None) -> tuple[int, int]:
    """How many of the feeds in use were ever tried, and failed when last tried."""
    found = sql.rows(
        db,
        "SELECT count(*) AS tried, count(*) FILTER (WHERE failures > 0) AS failing FROM feeds"
        " WHERE ?1 IS NULL OR url IN (SELECT value FROM json_each(?1))",
        [_json(in_use)],
    )[0]
    return found["tried"], found["failing"]


def _json(urls: Collection[str] | None) -> str | None:
    return None if urls is None else json.dumps(list(urls))


def tidy(db: Database) -> Housekeeping:
    """Moves the write-ahead log into the file and refreshes the planner's figures.

    Must run outside a transaction. A log that another program reads stays for the next time.
    """
    db.execute("PRAGMA optimize")  # first, since it writes
    # https://www.sqlite.org/pragma.html#pragma_wal_checkpoint: busy, frames in the log, moved.
    _busy, logged, moved = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return Housekeeping(
        page_size=sql.number(db, "PRAGMA page_size"),
        pages=sql.number(db, "PRAGMA page_count"),
        free_pages=sql.number(db, "PRAGMA freelist_count"),
        wal_pages=max(0, logged - moved),
    )
