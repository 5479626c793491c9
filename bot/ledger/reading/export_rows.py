"""What an export reads: verdicts, alerts and claims with all that belongs to them."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime

from sqlite_utils import Database

from bot.alerts.body import from_json
from bot.export.records import AlertRecord, EvidenceRecord, ReviewRecord, Snapshot
from bot.ledger import chain, sql
from bot.ledger.intake.articles import evidence_items
from bot.ledger.standings.standing_rows import accounts
from bot.model import Decision, DeskAction, Essay, Standing


def snapshot(db: Database, now: datetime) -> Snapshot:
    """Which ledger this is, and the end of its chain."""
    ledger = sql.rows(db, "SELECT value FROM meta WHERE key = 'ledger_id'")[0]
    end = chain.head(db)
    return Snapshot(ledger["value"], now, end.links, end.hash)


def evidence(
    db: Database, essay_id: str, claim_id: str | None, since: datetime | None
) -> tuple[EvidenceRecord, ...]:
    """The verdicts, replaced and withdrawn ones too, in the order in which they were recorded."""
    told: dict[tuple[int, str], list[tuple[int, Decision | None]]] = defaultdict(list)
    for row in sql.rows(
        db,
        "SELECT a.id, a.story_id, a.claim_id, json_extract(r.body, '$.decision') AS decision"
        " FROM alerts a JOIN alert_revisions r ON r.alert_id = a.id AND r.revision = a.revision"
        " WHERE a.essay_id = ? ORDER BY a.id",
        [essay_id],
    ):
        told[row["story_id"], row["claim_id"]].append((row["id"], _decision(row["decision"])))
    records = []
    for item in evidence_items(
        db,
        "v.essay_id = ? AND (? IS NULL OR v.claim_id = ?) AND (? IS NULL OR a.at >= ?)",
        [essay_id, claim_id, claim_id, *[sql.to_text_or_none(since)] * 2],
        order="v.id",
    ):
        alerts = told[item.story_id, item.verdict.claim_id]
        decision = alerts[-1][1] if alerts else None
        records.append(EvidenceRecord(item, tuple(number for number, _ in alerts), decision))
    return tuple(records)


def alerts(
    db: Database, essay_id: str, claim_id: str | None, since: datetime | None
) -> tuple[AlertRecord, ...]:
    """The alerts of which a revision was made since then, in the order in which they were made."""
    keys: dict[int, set[str]] = defaultdict(set)
    for row in sql.rows(
        db,
        "SELECT DISTINCT al.id, ar.key FROM alerts al JOIN verdicts v ON v.story_id = al.story_id"
        " AND v.claim_id = al.claim_id AND v.essay_id = al.essay_id"
        " JOIN articles ar ON ar.id = v.article_id WHERE al.essay_id = ?",
        [essay_id],
    ):
        keys[row["id"]].add(row["key"])
    found = sql.rows(
        db,
        """
        SELECT a.id, a.created_at, r.body, r.made_at FROM alerts a
        JOIN alert_revisions r ON r.alert_id = a.id AND r.revision = a.revision
        WHERE a.essay_id = ?1 AND (?2 IS NULL OR a.claim_id = ?2)
            AND (?3 IS NULL OR r.made_at >= ?3) ORDER BY a.id
        """,
        [essay_id, claim_id, sql.to_text_or_none(since)],
    )
    return tuple(
        AlertRecord(
            from_json(row["body"]),
            sql.to_time(row["created_at"]),
            sql.to_time(row["made_at"]),
            frozenset(keys[row["id"]]),
        )
        for row in found
    )


def reviews(
    db: Database, essay: Essay, claim_id: str | None, since: datetime | None
) -> tuple[ReviewRecord, ...]:
    """The claims that are not quiet and whose standing moved since then, in the essay's order."""
    moved = {
        row["claim_id"]: (sql.to_time(row["first"]), sql.to_time(row["last"]))
        for row in sql.rows(
            db,
            "SELECT claim_id, min(recorded_at) AS first, max(recorded_at) AS last FROM standings"
            " WHERE essay_id = ? GROUP BY claim_id",
            [essay.id],
        )
    }
    records = []
    for account in accounts(db, essay):
        number = account.claim.id
        if account.standing is Standing.QUIET or (claim_id is not None and number != claim_id):
            continue
        first, last = moved[number]
        if since is None or last >= since:
            items = evidence_items(
                db,
                "v.essay_id = ? AND v.claim_id = ? AND v.id IN (SELECT id FROM current_verdicts)",
                [essay.id, number],
                order="a.at DESC, v.id DESC",
            )
            records.append(ReviewRecord(account, first, last, items))
    return tuple(records)


def _decision(text: str | None) -> Decision | None:
    if text is None:
        return None
    body = json.loads(text)
    return Decision(DeskAction(body["action"]), body["by"], datetime.fromisoformat(body["at"]))
