"""What a person does with a prediction: a row of its log, and the news of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.alerts.prediction_news import resolution_news
from bot.ledger.outbox import notice_rows, routing
from bot.ledger.predictions import prediction_rows, premise_rows
from bot.ledger.records import AlertPolicy
from bot.model import Actor, Claim, Essay
from bot.predictions import (
    RECORDED,
    Act,
    PredictionRules,
    Resolution,
    Result,
    is_quiet,
    resolution,
    result,
)

_TOLD = RECORDED - {Result.QUIET, Result.REMINDING}


@dataclass(frozen=True, slots=True)
class Step:
    """What a person wants. ``seen``: as in bot.predictions.result."""

    act: Act
    note: str = ""
    seen: int = 0


def take(
    db: Database,
    essay: Essay,
    claim: Claim,
    step: Step,
    actor: Actor,
    rules: PredictionRules,
    policy: AlertPolicy,
    now: datetime,
) -> tuple[Result, Resolution | None]:
    """Records the step if it may be taken, and tells the channels that follow the claim.

    Returns what became of it, and the resolution that it was about: after an undo the one that was
    taken back, else the one that is now held, if any.
    """
    log = prediction_rows.log_of(db, essay.id, claim.id)
    held = resolution(log)
    what = result(
        held,
        step.act,
        f"{actor.platform}:{actor.user_id}",
        seen=step.seen,
        quiet=is_quiet(log, claim.horizon),
        second_editor=rules.second_editor,
    )
    if what not in RECORDED:
        return what, held
    agreed = what is Result.AGREED
    row_id = prediction_rows.add(
        db,
        essay.id,
        claim,
        Act.AGREE if agreed else step.act,
        actor,
        now,
        note=step.note,
        proposed=what is Result.PROPOSED,
        of=held.id if held and (agreed or what is Result.UNDONE) else None,
    )
    if what is not Result.UNDONE:
        held = resolution(prediction_rows.log_of(db, essay.id, claim.id))
    if what in _TOLD and held is not None:
        notice = resolution_news(claim, what, held, row_id, actor.name, now)
        channels = notice_rows.hearers(db, routing.routes(db, policy), essay.id, claim, now)
        notice_rows.tell(db, essay.id, notice, channels, now)
        premise_rows.look(db, essay, policy, now)
    return what, held
