"""The log of the predictions, and how they stand by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.standings import standing_rows
from bot.model import Actor, Claim, Essay, Kind
from bot.predictions import (
    Act,
    Ending,
    LogRow,
    Prediction,
    PredictionRules,
    Resolution,
    Wording,
    dropped_claim,
    is_quiet,
    resolution,
)


def add(
    db: Database,
    essay_id: str,
    claim: Claim,
    act: Act,
    actor: Actor,
    now: datetime,
    *,
    note: str = "",
    proposed: bool = False,
    of: int | None = None,
) -> int:
    """Adds a row to a prediction's log; returns its id."""
    row = {
        "essay_id": essay_id,
        "claim_id": claim.id,
        "act": act,
        "proposed": int(proposed),
        "of_row": of,
        "note": note,
        "statement": claim.statement,
        "rule": claim.resolution,
        "horizon": claim.horizon.isoformat() if claim.horizon else None,
        "probability": claim.probability,
        "channel": actor.channel,
        "platform": actor.platform,
        "user_id": actor.user_id,
        "user_name": actor.name,
        "recorded_at": sql.to_text(now),
    }
    return sql.insert(db, "prediction_log", row)


def log_of(db: Database, essay_id: str, claim_id: str) -> tuple[LogRow, ...]:
    """A prediction's log, oldest first."""
    found = sql.rows(
        db,
        "SELECT * FROM prediction_log WHERE essay_id = ? AND claim_id = ? ORDER BY id",
        [essay_id, claim_id],
    )
    return tuple(map(_row, found))


def resolutions(db: Database, essay_id: str) -> dict[str, Resolution]:
    """What holds or is proposed, by claim; also of claims that the essay has no longer."""
    found = sql.rows(
        db, "SELECT DISTINCT claim_id FROM prediction_log WHERE essay_id = ?", [essay_id]
    )
    held = {row["claim_id"]: resolution(log_of(db, essay_id, row["claim_id"])) for row in found}
    return {claim_id: one for claim_id, one in held.items() if one is not None}


def endings(db: Database, essay_id: str) -> dict[str, Ending]:
    """How the predictions ended whose resolution holds."""
    return {key: one.ending for key, one in resolutions(db, essay_id).items() if one.holds}


def predictions(
    db: Database, essay: Essay, rules: PredictionRules, now: datetime
) -> tuple[Prediction, ...]:
    """Every prediction of the essay, then those that were resolved and dropped from it since."""
    held, today = resolutions(db, essay.id), rules.today(now)
    own = [claim for claim in essay.claims if claim.kind is Kind.PREDICTION]
    known = {claim.id for claim in own}
    dropped = [
        dropped_claim(claim_id, one.wording)
        for claim_id, one in held.items()
        if claim_id not in known and one.holds
    ]
    return tuple(
        _prediction(db, essay.id, claim, held, today, dropped=claim.id not in known)
        for claim in (*own, *dropped)
    )


def _prediction(
    db: Database,
    essay_id: str,
    claim: Claim,
    held: Mapping[str, Resolution],
    today: date,
    *,
    dropped: bool,
) -> Prediction:
    return Prediction(
        claim,
        standing_rows.last_standing(db, essay_id, claim.id),
        (claim.horizon - today).days if claim.horizon else None,
        held.get(claim.id),
        is_quiet(log_of(db, essay_id, claim.id), claim.horizon),
        dropped,
    )


def _row(row: sql.Row) -> LogRow:
    return LogRow(
        id=row["id"],
        act=Act(row["act"]),
        proposed=bool(row["proposed"]),
        of=row["of_row"],
        who=f"{row['platform']}:{row['user_id']}",
        by=row["user_name"],
        at=sql.to_time(row["recorded_at"]),
        note=row["note"],
        wording=Wording(
            row["statement"],
            row["rule"],
            date.fromisoformat(row["horizon"]) if row["horizon"] else None,
            row["probability"],
        ),
    )
