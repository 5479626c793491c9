"""Puts alerts and standings right after articles were moved from one story to another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.alerts.rules import Step
from bot.ledger import sql
from bot.ledger.alerts import alert_rows, retelling
from bot.ledger.intake import essay_rows
from bot.ledger.outbox import outbox_rows, routing
from bot.ledger.records import AlertPolicy, Moved
from bot.ledger.standings import standing_rows
from bot.model import Alert, Claim, Kind

ONE_STORY = "Two stories turned out to be one."


def follow(db: Database, moved: Moved) -> None:
    """An alert whose story was emptied goes with its evidence, unless its new story has one."""
    for essay_id, claim_id in moved.touched:
        told = alert_rows.alert_of(db, essay_id, claim_id, moved.source)
        if (
            told is not None
            and not alert_rows.evidence_of(db, essay_id, claim_id, moved.source)
            and alert_rows.alert_of(db, essay_id, claim_id, moved.target) is None
        ):
            sql.change(db, "UPDATE alerts SET story_id = ? WHERE id = ?", [moved.target, told.id])


def settle(
    db: Database, moved: Moved, now: datetime, policy: AlertPolicy | None = None
) -> tuple[int, ...]:
    """Revises, strikes or makes the alerts of both stories; returns the ids of those told.

    The standings must be drawn up before. A struck alert names the one that stays.
    ``policy``: what channels want that are not subscribed.
    """
    policy = policy or AlertPolicy()
    told: list[int | None] = []
    for essay_id, claim_id in sorted(moved.touched):
        at_source = alert_rows.alert_of(db, essay_id, claim_id, moved.source)
        at_target = alert_rows.alert_of(db, essay_id, claim_id, moved.target)
        if at_target is not None:
            told.append(_retell(db, essay_id, at_target, moved.target, now))
        if at_source is None:
            continue
        if alert_rows.evidence_of(db, essay_id, claim_id, moved.source):
            told.append(_retell(db, essay_id, at_source, moved.source, now))
            if at_target is None and not at_source.withdrawn:
                told.append(_found(db, essay_id, at_source, moved.target, policy, now))
        elif at_target is not None:
            reason = f"merged with alert {at_target.id}, which tells of the same event"
            told.append(_strike(db, at_source, reason, now))
    return tuple(each for each in told if each is not None)


def by_hand(db: Database, moved: Moved, policy: AlertPolicy, now: datetime) -> None:
    """All that follows from a move that an editor made; ``policy``: who hears of standings."""
    if moved.problem:
        return
    follow(db, moved)
    why = sql.rows(db, "SELECT why FROM story_moves WHERE id = ?", [moved.move_id])[0]["why"]
    for essay_id, claim_id in sorted(moved.touched):
        claim = _claim(db, essay_id, claim_id)
        drawn = standing_rows.draw_up(
            db, essay_id, claim_id, claim.kind if claim else Kind.ASSESSMENT,
            at=now, recorded_at=now, cause=f"The desk: {why} (story {moved.target}).",
        )  # fmt: skip
        if claim is not None and drawn.change is not None:
            standing_rows.tell(db, essay_id, claim, drawn.change, (), policy, now)
    settle(db, moved, now, policy)


def _retell(db: Database, essay_id: str, alert: Alert, story_id: int, now: datetime) -> int | None:
    """The alert as its story has it now; None where that is what was told."""
    held = retelling.held(db, essay_id, alert.claim.id, story_id)
    if not held:
        return None
    now_told = retelling.retold(
        db,
        essay_id,
        replace(
            alert,
            withdrawn="",
            standing=standing_rows.last_standing(db, essay_id, alert.claim.id),
        ),
        story_id,
        held,
    )
    if alert.withdrawn:
        now_told = retelling.quoting(now_told, held)
    now_told = replace(now_told, turned=alert.turned)
    if now_told == alert:
        return None
    channels = routing.posted_in(db, alert.id) | outbox_rows.waiting_channels(db, alert.id)
    now_told = replace(now_told, revision=alert.revision + 1, turned=False)
    alert_rows.add_revision(
        db, now_told, Step.CARRY, now, sorted(channels), outbox_rows.Queueing(now, now)
    )
    return alert.id


def _found(
    db: Database,
    essay_id: str,
    like: Alert,
    story_id: int,
    policy: AlertPolicy,
    now: datetime,
) -> int | None:
    """An alert of its own for a story that was part of another's.

    It is told where that one was, in the channels that want it.
    """
    held = retelling.held(db, essay_id, like.claim.id, story_id)
    if not held:
        return None
    carried = retelling.coverage(db, essay_id, like.claim.id, story_id)
    row = {
        "essay_id": essay_id,
        "claim_id": like.claim.id,
        "story_id": story_id,
        "revision": 1,
        "created_at": sql.to_text(now),
    }
    alert = replace(
        retelling.quoting(like, held),
        id=sql.insert(db, "alerts", row),
        revision=1,
        story_id=story_id,
        carriers=carried.carriers,
        origins=carried.origins,
        turned=False,
        decision=None,
        changed=(f"It was part of alert {like.id}, and is told as an event of its own now.",),
    )
    told = routing.posted_in(db, like.id) | outbox_rows.waiting_channels(db, like.id)
    # What has the one alert is served, unless it was unsubscribed since.
    served = routing.routes(db, replace(policy, channels=tuple(sorted(told))))
    wanting = routing.receivers(db, served, essay_id, alert, now)
    alert_rows.add_revision(
        db,
        alert,
        Step.CREATE,
        now,
        sorted(told.intersection(wanting)),
        outbox_rows.Queueing(now, now),
    )
    return alert.id


def _strike(db: Database, alert: Alert, reason: str, now: datetime) -> int | None:
    """Takes the alert back where it was posted; what waits is not sent."""
    outbox_rows.supersede(db, alert.id, now)
    posted = routing.posted_in(db, alert.id)
    if alert.withdrawn:
        return None
    # The desk's decision stays with it, so that it holds again if the merge is taken back.
    struck = replace(alert, revision=alert.revision + 1, withdrawn=reason, turned=False)
    queueing = outbox_rows.Queueing(now, now)
    alert_rows.add_revision(db, struck, Step.WITHDRAW, now, sorted(posted), queueing)
    return alert.id


def _claim(db: Database, essay_id: str, claim_id: str) -> Claim | None:
    """The claim as it is in use; None: the author has struck it, or no essay was kept."""
    in_use = next(essay_rows.revisions(db, essay_id), None)
    claims = in_use.essay.claims if in_use else ()
    return next((claim for claim in claims if claim.id == claim_id), None)
