"""What people ask of the ledger as a whole: evidence, counts, and the state of its file."""

from __future__ import annotations

from sqlite_utils import Database

from bot.alerts.body import from_json
from bot.ledger import sql
from bot.ledger.articles import evidence_items
from bot.ledger.records import Counts, EvidenceItem, Housekeeping
from bot.model import Alert, DeliveryState


def evidence_on(
    db: Database, claim_id: str, limit: int, essay_id: str | None
) -> tuple[EvidenceItem, ...]:
    """The verdicts on a claim, newest report first, replaced and withdrawn ones too."""
    where, parameters = "v.claim_id = ?", [claim_id]
    if essay_id is not None:
        where, parameters = f"{where} AND v.essay_id = ?", [claim_id, essay_id]
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
