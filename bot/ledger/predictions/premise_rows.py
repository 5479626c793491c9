"""Which premises have fallen: kept, so that each fall is told once, and what rests on them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.alerts.prediction_news import premise_news, why_fallen
from bot.ledger import sql
from bot.ledger.outbox import notice_rows, routing
from bot.ledger.predictions import prediction_rows
from bot.ledger.records import AlertPolicy
from bot.ledger.standings import standing_rows
from bot.model import Claim, Essay, Notice
from bot.predictions import Ending
from bot.premises import fallen, shaken


def shaken_claims(db: Database, essay: Essay) -> dict[str, tuple[str, ...]]:
    """For each claim that is shaken, its fallen premises."""
    endings = prediction_rows.endings(db, essay.id)
    return shaken(essay, _down(db, essay, endings), endings)


def look(
    db: Database,
    essay: Essay,
    policy: AlertPolicy,
    now: datetime,
    *,
    silent_on: Collection[str] = (),
) -> int:
    """Records what fell and what stands again since the last look; tells falls, if the policy wants
    changes of standing told. Returns how many were told.

    ``silent_on``: claims of which what is recorded now is of the past, so that nobody is told.
    """
    endings = prediction_rows.endings(db, essay.id)
    down, known = _down(db, essay, endings), _known(db, essay.id)
    for claim_id in known - down:
        sql.change(
            db, "DELETE FROM fallen WHERE essay_id = ? AND claim_id = ?", [essay.id, claim_id]
        )
    told = 0
    for claim in essay.claims:
        if claim.id in down - known:
            row = {"essay_id": essay.id, "claim_id": claim.id, "since": sql.to_text(now)}
            sql.insert(db, "fallen", row)
            if policy.standing_changes and claim.id not in silent_on:
                told += _tell(db, essay, claim, endings, policy, now)
    return told


def _down(db: Database, essay: Essay, endings: dict[str, Ending]) -> frozenset[str]:
    stand = {one.id: standing_rows.last_standing(db, essay.id, one.id) for one in essay.claims}
    return fallen(stand, endings) & stand.keys()


def _known(db: Database, essay_id: str) -> frozenset[str]:
    found = sql.rows(db, "SELECT claim_id FROM fallen WHERE essay_id = ?", [essay_id])
    return frozenset(row["claim_id"] for row in found)


def _tell(
    db: Database,
    essay: Essay,
    claim: Claim,
    endings: dict[str, Ending],
    policy: AlertPolicy,
    now: datetime,
) -> bool:
    """Tells the channels that follow anything that rests on the claim."""
    resting = shaken(essay, {claim.id}, endings)
    dependants = [one for one in essay.claims if one.id in resting]
    if not dependants:
        return False
    word = standing_rows.last_standing(db, essay.id, claim.id).word(claim.kind)
    key = f"premise {claim.id} {sql.to_text(now)}"
    why = why_fallen(claim, word, endings)
    notice = premise_news(key, claim, why, dependants, now)
    return _queue(db, essay.id, notice, dependants, policy, now)


def _queue(
    db: Database,
    essay_id: str,
    notice: Notice,
    concerned: list[Claim],
    policy: AlertPolicy,
    now: datetime,
) -> bool:
    served = routing.routes(db, policy)
    channels = {
        channel: None
        for claim in concerned
        for channel in notice_rows.hearers(db, served, essay_id, claim, now)
    }
    return notice_rows.tell(db, essay_id, notice, channels, now)
