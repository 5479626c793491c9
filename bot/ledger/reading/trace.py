"""Why was there an alert for this article, or none? All that the ledger holds of one article."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.alerts.alert_rows import last_revision
from bot.ledger.intake.articles import article_of, evidence_items, findings_of
from bot.ledger.records import ArticleTrace, DeliveryTrace, Trace
from bot.ledger.stories.story_rows import story_link
from bot.model import Alert, DeliveryState, Stop

_MAX_ID_DIGITS = 18  # what surely fits SQLite's 64-bit integers


def trace(db: Database, wanted: str) -> Trace | None:
    """The article of that key, URL, feed id or number in the ledger; None if there is none.

    Where an id occurs in several feeds, the article that was stored last.
    """
    key = _key(db, wanted.strip())
    if key is None:
        return None
    found = sql.rows(db, "SELECT * FROM articles WHERE key = ? ORDER BY revision", [key])
    return Trace(key, tuple(_revision(db, row) for row in found))


def _key(db: Database, wanted: str) -> str | None:
    for column in ("key", "url", "guid"):
        query = f"SELECT key FROM articles WHERE {column} = ? ORDER BY id DESC LIMIT 1"  # noqa: S608
        if wanted and (row := sql.row(db, query, [wanted])):
            return str(row["key"])
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= _MAX_ID_DIGITS:
        row = sql.row(db, "SELECT key FROM articles WHERE id = ?", [int(wanted)])
        return None if row is None else str(row["key"])
    return None


def _revision(db: Database, row: sql.Row) -> ArticleTrace:
    article_id = row["id"]
    verdicts = evidence_items(db, "v.article_id = ?", [article_id], order="v.id")
    alerts = _alerts(db, article_id)
    stage = row["stopped_stage"]
    return ArticleTrace(
        article_id=article_id,
        revision=row["revision"],
        article=article_of(row),
        stopped=None if stage is None else Stop(stage, row["stopped_reason"]),
        findings=findings_of(db, article_id),
        verdicts=verdicts,
        story=story_link(db, article_id),
        alerts=alerts,
        deliveries=_deliveries(db, [alert.id for alert in alerts]),
    )


def _alerts(db: Database, article_id: int) -> tuple[Alert, ...]:
    found = sql.rows(
        db,
        "SELECT DISTINCT alerts.id FROM verdicts v JOIN alerts ON alerts.story_id = v.story_id"
        " AND alerts.claim_id = v.claim_id AND alerts.essay_id = v.essay_id"
        " WHERE v.article_id = ? ORDER BY alerts.id",
        [article_id],
    )
    return tuple(last_revision(db, row["id"]) for row in found)


def _deliveries(db: Database, alert_ids: Sequence[int]) -> tuple[DeliveryTrace, ...]:
    found = [
        row
        for alert_id in alert_ids
        for row in sql.rows(db, "SELECT * FROM outbox WHERE alert_id = ? ORDER BY id", [alert_id])
    ]
    return tuple(
        DeliveryTrace(
            id=row["id"],
            channel=row["channel"],
            alert_id=row["alert_id"],
            revision=row["revision"],
            state=DeliveryState(row["state"]),
            attempts=row["attempts"],
            due_at=sql.to_time(row["due_at"]),
            receipt=row["receipt"],
            error=row["error"],
        )
        for row in found
    )
