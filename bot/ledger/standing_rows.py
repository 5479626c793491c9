"""The rows of the standings: drawn up from the evidence, dated, with their reasons."""

from __future__ import annotations

import json
from datetime import datetime

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.alert_rows import Standings
from bot.ledger.records import ClaimAccount, Evidence, FeedUpdate, StandingChange
from bot.ledger.standing import Assessment, standing
from bot.model import Claim, Essay, Stance, Standing, Strength, Voice


def record_standings(
    db: Database, update: FeedUpdate, touched: dict[str, datetime]
) -> tuple[Standings, tuple[StandingChange, ...]]:
    """Draws up the claims that an update touched (claim id -> its newest report).

    Returns each one's standing before and after, and those that moved.
    """
    standings: Standings = {}
    moved = []
    for claim_id, at in touched.items():
        previous = last_standing(db, update.essay.id, claim_id)
        found = standing(evidence(db, update.essay.id, claim_id))
        standings[claim_id] = (previous, found.standing)
        if found.standing is not previous:
            change = StandingChange(claim_id, previous, found.standing, at, found.told())
            _add_standing(db, update, change, found)
            moved.append(change)
    return standings, tuple(moved)


def _add_standing(
    db: Database, update: FeedUpdate, change: StandingChange, found: Assessment
) -> None:
    account = {
        "supporting": found.supporting,
        "contradicting": found.contradicting,
        "supporting_weight": found.supporting_weight,
        "contradicting_weight": found.contradicting_weight,
        "reasons": change.reasons,
    }
    sql.insert(
        db,
        "standings",
        {
            "essay_id": update.essay.id,
            "claim_id": change.claim_id,
            "standing": change.standing,
            "previous": change.previous,
            "at": sql.to_text(change.at),
            "recorded_at": sql.to_text(update.fetched_at),
            "reasons": json.dumps(account, ensure_ascii=False),
        },
    )


def evidence(db: Database, essay_id: str, claim_id: str) -> list[Evidence]:
    """The verdicts on a claim that hold."""
    found = sql.rows(
        db,
        """
        SELECT v.id, v.story_id, v.stance, v.indicator, v.indicator_strength, v.asserted_by,
            a.voice, a.at
        FROM current_verdicts v JOIN articles a ON a.id = v.article_id
        WHERE v.claim_id = ? AND v.essay_id = ?
        """,
        [claim_id, essay_id],
    )
    return [
        Evidence(
            verdict_id=row["id"],
            story_id=row["story_id"],
            stance=Stance(row["stance"]),
            strength=Strength(row["indicator_strength"]) if row["indicator_strength"] else None,
            asserted_by=row["asserted_by"],
            voice=Voice(row["voice"]),
            at=sql.to_time(row["at"]),
            indicator=row["indicator"] or "",
        )
        for row in found
    ]


def last_standing(db: Database, essay_id: str, claim_id: str) -> Standing:
    row = sql.row(
        db,
        "SELECT standing FROM standings WHERE claim_id = ? AND essay_id = ?"
        " ORDER BY id DESC LIMIT 1",
        [claim_id, essay_id],
    )
    return Standing.QUIET if row is None else Standing(row["standing"])


def history(
    db: Database, essay_id: str, *, claim_id: str | None = None, since: datetime | None = None
) -> tuple[StandingChange, ...]:
    """The changes of standing, oldest first: of one claim or all, recorded from then on or ever."""
    found = sql.rows(
        db,
        "SELECT * FROM standings WHERE essay_id = ?1 AND (?2 IS NULL OR claim_id = ?2)"
        " AND (?3 IS NULL OR recorded_at >= ?3) ORDER BY id",
        [essay_id, claim_id, sql.to_text_or_none(since)],
    )
    return tuple(
        StandingChange(
            claim_id=row["claim_id"],
            previous=Standing(row["previous"]),
            standing=Standing(row["standing"]),
            at=sql.to_time(row["at"]),
            reasons=tuple(json.loads(row["reasons"])["reasons"]),
        )
        for row in found
    )


def accounts(db: Database, essay: Essay) -> tuple[ClaimAccount, ...]:
    """Where every claim of the essay stands, in its order."""
    return tuple(_account(db, essay.id, claim) for claim in essay.claims)


def _account(db: Database, essay_id: str, claim: Claim) -> ClaimAccount:
    held = evidence(db, essay_id, claim.id)
    found = standing(held)
    last = sql.row(
        db,
        "SELECT * FROM standings WHERE claim_id = ? AND essay_id = ? ORDER BY id DESC LIMIT 1",
        [claim.id, essay_id],
    )
    return ClaimAccount(
        claim=claim,
        standing=Standing(last["standing"]) if last else Standing.QUIET,
        since=sql.to_time(last["at"]) if last else None,
        supporting=found.supporting,
        contradicting=found.contradicting,
        supporting_weight=found.supporting_weight,
        contradicting_weight=found.contradicting_weight,
        reasons=found.told() if held else (),
        last_evidence_at=max((item.at for item in held), default=None),
    )
