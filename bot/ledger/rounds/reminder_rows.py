"""The reminders of predictions: which are due, and what they are made from."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.alerts.reminders import Side, last_step, reminder, reminder_key
from bot.ledger.intake.articles import evidence_items
from bot.ledger.outbox import notice_rows, routing
from bot.ledger.predictions import prediction_rows, premise_rows
from bot.ledger.records import AlertPolicy
from bot.ledger.standings import standing_rows
from bot.ledger.standings.rule import Counted, standing
from bot.model import Claim, Essay, Notice, Stance
from bot.predictions import Prediction, PredictionRules, State


def queue_due(
    db: Database, essay: Essay, rules: PredictionRules, policy: AlertPolicy, now: datetime
) -> int:
    """Queues the reminders that are due, each once; returns how many.

    After a time without the bot only the last step of a prediction is told.
    """
    served = routing.routes(db, policy)
    made = 0
    for held in prediction_rows.predictions(db, essay, rules, now):
        claim = held.claim
        if held.state is State.RESOLVED or held.quiet or claim.horizon is None:
            continue
        step = last_step(claim.horizon, now, rules.remind_at)
        if step is None or notice_rows.is_told(db, essay.id, reminder_key(claim, step)):
            continue
        channels = notice_rows.hearers(db, served, essay.id, claim, now)
        notice = _notice(db, essay, held, reminder_key(claim, step), now)
        made += notice_rows.tell(db, essay.id, notice, channels, now)
    return made


def _notice(db: Database, essay: Essay, held: Prediction, key: str, now: datetime) -> Notice:
    shaken = premise_rows.shaken_claims(db, essay).get(held.claim.id, ())
    return reminder(key, held, _sides(db, essay.id, held.claim, now), shaken, now)


def _sides(db: Database, essay_id: str, claim: Claim, now: datetime) -> tuple[Side, Side]:
    """The evidence for and against, as it weighs now."""
    held = standing_rows.last_standing(db, essay_id, claim.id)
    found = standing(standing_rows.evidence(db, essay_id, claim.id), claim.kind, now, held)
    numbers = [each.evidence.verdict_id for each in found.leading]
    marks = ", ".join("?" * len(numbers))
    items = {
        item.verdict_id: item
        for item in evidence_items(db, f"v.id IN ({marks})", numbers, order="v.id")
    }

    def side(stance: Stance, stories: int, weight: float) -> Side:
        heaviest: list[Counted] = [each for each in found.leading if each.evidence.stance is stance]
        return Side(
            stance,
            stories,
            weight,
            tuple((items[each.evidence.verdict_id], each.weight) for each in heaviest),
        )

    return (
        side(Stance.SUPPORTS, found.supporting, found.supporting_weight),
        side(Stance.CONTRADICTS, found.contradicting, found.contradicting_weight),
    )
