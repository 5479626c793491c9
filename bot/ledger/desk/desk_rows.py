"""The rows of what people decide: on alerts, on what a channel receives. Each is a new row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from bot.alerts.changes import decided
from bot.alerts.rules import Step
from bot.alerts.subscriptions import Subscription, to_json
from bot.ledger import sql
from bot.ledger.alerts import alert_rows
from bot.ledger.outbox import outbox_rows, routing
from bot.ledger.records import AlertPolicy, DeskEntry
from bot.ledger.standings import standing_rows
from bot.model import Actor, Alert, Decision, DeskAction, NoticeRow

NOBODY = AlertPolicy()


class Outcome(StrEnum):
    """What became of a decision."""

    RECORDED = "recorded"
    ALREADY = "already"  # it holds already, or there is nothing to undo
    STALE = "stale"  # the alert says something else than what the person saw
    UNKNOWN = "unknown"  # there is no such alert


def decide(
    db: Database,
    alert_id: int,
    seen: int,
    action: DeskAction,
    actor: Actor,
    now: datetime,
    policy: AlertPolicy = NOBODY,
) -> Outcome:
    """Records what the person who saw revision ``seen`` says of the alert.

    It replaces an earlier decision. Every channel that has the alert gets a revision that shows it.
    The claim's standing is drawn up anew; ``policy`` says who hears of it if it changed.
    """
    shown = alert_rows.revision(db, alert_id, seen)
    if shown is None:
        return Outcome.UNKNOWN
    alert = alert_rows.last_revision(db, alert_id)
    if alert.stance is not shown.stance or alert.withdrawn:
        return Outcome.STALE
    if alert.decision is not None and alert.decision.action is action:
        return Outcome.ALREADY
    _add(db, alert_id, seen, action, None, actor, now)
    _show(db, alert, Decision(action, actor.name, now), now)
    _draw_up(db, alert, f"{actor.name} {decided(action)}", now, policy)
    return Outcome.RECORDED


def undo(
    db: Database, alert_id: int, actor: Actor, now: datetime, policy: AlertPolicy = NOBODY
) -> Outcome:
    """Takes back the decision that the alert shows; no earlier one comes back.

    The claim's standing is drawn up anew; ``policy`` says who hears of it if it changed.
    """
    shown = sql.row(
        db,
        "SELECT d.* FROM decisions d WHERE d.alert_id = ? AND d.undoes IS NULL"
        " ORDER BY d.id DESC LIMIT 1",
        [alert_id],
    )
    if shown is None:
        return Outcome.UNKNOWN
    alert = alert_rows.last_revision(db, alert_id)
    if alert.decision is None:
        return Outcome.ALREADY
    _add(db, alert_id, alert.revision, shown["action"], shown["id"], actor, now)
    _show(db, alert, None, now)
    undone = decided(DeskAction(shown["action"]))
    _draw_up(db, alert, f"{actor.name} took back that {shown['user_name']} {undone}", now, policy)
    return Outcome.RECORDED


def decisions(db: Database, alert_id: int) -> tuple[DeskEntry, ...]:
    """The desk's log on an alert, oldest first."""
    found = sql.rows(
        db,
        "SELECT d.*, EXISTS (SELECT 1 FROM decisions later WHERE later.undoes = d.id) AS undone"
        " FROM decisions d WHERE d.alert_id = ? ORDER BY d.id",
        [alert_id],
    )
    return tuple(
        DeskEntry(
            Decision(DeskAction(row["action"]), row["user_name"], sql.to_time(row["recorded_at"])),
            undone=bool(row["undone"]),
            undoes=row["undoes"] is not None,
        )
        for row in found
    )


def subscribe(db: Database, wanted: Subscription | None, actor: Actor, now: datetime) -> None:
    """From now on the actor's channel receives that; None: nothing new any more."""
    row = {"channel": actor.channel, "body": None if wanted is None else to_json(wanted)}
    sql.insert(db, "subscriptions", {**row, **who(actor, now)})
    if wanted is None:
        outbox_rows.drop_unposted(db, actor.channel, None, now)


def mute(
    db: Database,
    essay_id: str,
    claim_id: str,
    until: datetime | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Mutes the claim in the actor's channel until then; None: no longer.

    What waits there of the claim and was not posted yet is not posted any more.
    """
    row = {
        "channel": actor.channel,
        "essay_id": essay_id,
        "claim_id": claim_id,
        "until": sql.to_text_or_none(until),
    }
    sql.insert(db, "mutes", {**row, **who(actor, now)})
    if until is not None:
        outbox_rows.drop_unposted(db, actor.channel, (essay_id, claim_id), now)


def _add(
    db: Database,
    alert_id: int,
    seen: int,
    action: str,
    undoes: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    row = {"alert_id": alert_id, "revision": seen, "action": action, "undoes": undoes}
    sql.insert(db, "decisions", {**row, "channel": actor.channel, **who(actor, now)})


def _show(db: Database, alert: Alert, decision: Decision | None, now: datetime) -> None:
    """A revision with that decision, for every channel that has the alert or waits for it."""
    shown = replace(alert, revision=alert.revision + 1, decision=decision)
    channels = routing.posted_in(db, alert.id) | outbox_rows.waiting_channels(db, alert.id)
    alert_rows.add_revision(
        db, shown, Step.DESK, now, sorted(channels), outbox_rows.Queueing(now, now)
    )


def _draw_up(db: Database, alert: Alert, what: str, now: datetime, policy: AlertPolicy) -> None:
    """Draws up the claim's standing after a decision, and tells it if it changed."""
    essay_id = alert_rows.essay_of(db, alert.id)
    claim, cause = alert.claim, f"The desk: {what} (alert {alert.id})."
    drawn = standing_rows.draw_up(
        db, essay_id, claim.id, claim.kind, at=now, recorded_at=now, cause=cause
    )
    if drawn.change is not None:
        first = alert.carriers[0] if alert.carriers else None
        outlet = f"{first.outlet.name}, " if first else ""
        report = NoticeRow(
            alert.sentence,
            f"{alert.stance.value} it; {outlet}{alert.at:%Y-%m-%d}",
            claim.id,
            stance=alert.stance,
            link=first.url if first else "",
        )
        standing_rows.tell(db, essay_id, claim, drawn.change, (report,), policy, now)


def who(actor: Actor, now: datetime) -> dict[str, str]:
    """The columns that say who decided, and when."""
    return {
        "platform": actor.platform,
        "user_id": actor.user_id,
        "user_name": actor.name,
        "recorded_at": sql.to_text(now),
    }
