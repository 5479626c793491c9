"""The rows of what waits for an editor, and of what editors decide on it. Each is a new row.

Two kinds of findings wait: those of which the judge was too unsure to tell anybody (Doubt.UNSURE),
and those that were told with their direction left open (Doubt.UNDIRECTED). What an editor says is
evidence: a verdict that goes the way of all verdicts, and a decision on its alert.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.alerts.rules import Step
from bot.ledger import sql
from bot.ledger.alerts import alert_rows
from bot.ledger.commit import ByHand, commit_by_hand
from bot.ledger.desk import desk_rows
from bot.ledger.desk.desk_rows import Outcome
from bot.ledger.intake.articles import article_of, evidence_items, finding_of
from bot.ledger.outbox import outbox_rows, routing
from bot.ledger.records import (
    AlertPolicy,
    Doubt,
    EvidenceItem,
    FeedUpdate,
    ReviewAction,
    ReviewItem,
)
from bot.ledger.standings import standing_rows
from bot.model import Actor, DeskAction, Essay, Stance, Verdict

QUEUE_MAX = 200  # what is older than so many waits in vain
_READ_MAX = 5_000  # findings

# On the alerts of what was told without a direction these settle the matter.
_SETTLING = (DeskAction.CONFIRM, DeskAction.NOT_THIS_CLAIM)
_WAITING = f"""
    SELECT a.*, f.*, f.id AS finding_id, s.story_id
    FROM findings f JOIN articles a ON a.id = f.article_id
    JOIN story_articles s ON s.article_id = a.id
    WHERE f.review <> '' AND a.essay_id = ?1 AND a.at >= ?2
        AND (?3 IS NULL OR f.claim_id = ?3) AND (?4 IS NULL OR f.id = ?4)
        AND NOT EXISTS (SELECT 1 FROM articles later WHERE later.key = a.key
            AND later.feed_url = a.feed_url AND later.revision > a.revision)
        AND NOT EXISTS (SELECT 1 FROM current_verdicts v WHERE v.claim_id = f.claim_id
            AND v.essay_id = a.essay_id AND v.story_id = s.story_id
            AND (f.review = '{Doubt.UNSURE}' OR v.stance <> '{Stance.UPDATE}'))
        AND (f.review = '{Doubt.UNSURE}' OR EXISTS (SELECT 1 FROM current_verdicts v
            WHERE v.article_id = f.article_id AND v.claim_id = f.claim_id))
        AND NOT EXISTS (SELECT 1 FROM current_reviews r JOIN findings g ON g.id = r.finding_id
            JOIN story_articles t ON t.article_id = g.article_id
            JOIN articles h ON h.id = g.article_id
            WHERE g.claim_id = f.claim_id AND t.story_id = s.story_id
            AND h.essay_id = a.essay_id)
        AND NOT EXISTS (SELECT 1 FROM alerts l JOIN alert_revisions n
            ON n.alert_id = l.id AND n.revision = l.revision
            WHERE l.claim_id = f.claim_id AND l.essay_id = a.essay_id AND l.story_id = s.story_id
            AND json_extract(n.body, '$.decision.action') IN {tuple(map(str, _SETTLING))})
    ORDER BY a.at DESC, f.id DESC LIMIT {_READ_MAX}
"""  # noqa: S608  (own words only)


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Who decides when, on what: ``since`` is the time before which reports wait no longer."""

    essay: Essay
    since: datetime
    policy: AlertPolicy
    actor: Actor
    now: datetime


def queue(
    db: Database,
    essay: Essay,
    since: datetime,
    claim_id: str | None = None,
    finding_id: int | None = None,
) -> tuple[ReviewItem, ...]:
    """What waits, newest report first: at most QUEUE_MAX, one for a (claim, story)."""
    claims = {claim.id for claim in essay.claims}
    items: dict[tuple[str, int], ReviewItem] = {}
    for row in sql.rows(db, _WAITING, [essay.id, sql.to_text(since), claim_id, finding_id]):
        key = (row["claim_id"], row["story_id"])
        if key in items:
            items[key] = replace(items[key], reports=items[key].reports + 1)
        elif row["claim_id"] in claims and len(items) < QUEUE_MAX:
            items[key] = _item(row)
    return tuple(items.values())


def decide(
    db: Database, finding_id: int, action: ReviewAction, verdict: Verdict | None, by: Reviewing
) -> Outcome:
    """Records what an editor says of a finding that waits.

    ``verdict``: what it comes to where it bears on the claim (an action with a stance), else None.
    """
    found = queue(db, by.essay, by.since, finding_id=finding_id)
    if not found:
        return _gone(db, finding_id)
    item, verdict_id, decision_id = found[0], None, None
    told = item.doubt is Doubt.UNDIRECTED
    if told and action is ReviewAction.UPDATE:
        decision_id = _decided(db, item, DeskAction.CONFIRM, Stance.UPDATE, by)
    elif told and action is ReviewAction.NOT_THIS_CLAIM:
        decision_id = _decided(db, item, DeskAction.NOT_THIS_CLAIM, Stance.UPDATE, by)
    elif verdict is not None:
        said = f"says that it {_SAYS[verdict.stance]} (report {item.article_id})"
        verdict_id = _said(
            db, item, verdict, _held_verdict(db, item.article_id, item.finding.claim_id), said, by
        )
        decision_id = _decided(db, item, DeskAction.CONFIRM, verdict.stance, by)
    _add(db, finding_id, action, by, verdict_id=verdict_id, decision_id=decision_id)
    return Outcome.RECORDED


def undo(db: Database, finding_id: int, by: Reviewing) -> Outcome:
    """Takes back what was decided on a finding, with the evidence and the decision that it made."""
    held = sql.row(
        db,
        "SELECT r.*, f.claim_id FROM current_reviews r JOIN findings f ON f.id = r.finding_id"
        " WHERE r.finding_id = ?",
        [finding_id],
    )
    if held is None:
        return Outcome.ALREADY if _rows(db, finding_id) else Outcome.UNKNOWN
    if all(claim.id != held["claim_id"] for claim in by.essay.claims):
        return Outcome.STALE
    alert_id = _alert_decided(db, held["decision_id"])
    if alert_id is not None:
        desk_rows.undo(db, alert_id, by.actor, by.now, by.policy)
    if held["verdict_id"] is not None:
        _take_back(db, held["verdict_id"], by)
    _add(db, finding_id, held["action"], by, undoes=held["id"])
    return Outcome.RECORDED


def behind(db: Database, alert_id: int) -> int | None:
    """The finding on which the decision that an alert shows was made; None: on the alert itself."""
    row = sql.row(
        db,
        "SELECT finding_id FROM current_reviews WHERE decision_id ="
        " (SELECT max(id) FROM decisions WHERE alert_id = ?)",
        [alert_id],
    )
    return None if row is None else int(row["finding_id"])


_SAYS = {
    Stance.SUPPORTS: "supports the claim",
    Stance.CONTRADICTS: "contradicts the claim",
    Stance.UPDATE: "bears on the claim without a direction",
}


def _item(row: sql.Row) -> ReviewItem:
    return ReviewItem(
        id=row["finding_id"],
        finding=finding_of(row),
        doubt=Doubt(row["review"]),
        article=article_of(row),
        article_id=row["article_id"],
        story_id=row["story_id"],
    )


def _gone(db: Database, finding_id: int) -> Outcome:
    """Why a finding does not wait."""
    query = "SELECT 1 FROM current_reviews WHERE finding_id = ?"
    if sql.row(db, query, [finding_id]):
        return Outcome.ALREADY
    query = "SELECT 1 FROM findings WHERE id = ? AND review <> ''"
    return Outcome.STALE if sql.row(db, query, [finding_id]) else Outcome.UNKNOWN


def _rows(db: Database, finding_id: int) -> int:
    return sql.number(db, "SELECT count(*) FROM reviews WHERE finding_id = ?", [finding_id])


# --- evidence ------------------------------------------------------------------------------------


def _held_verdict(db: Database, article_id: int, claim_id: str) -> EvidenceItem | None:
    """The verdict on a report and a claim that holds."""
    where = "v.article_id = ? AND v.claim_id = ? AND v.id IN (SELECT id FROM current_verdicts)"
    found = evidence_items(db, where, [article_id, claim_id], order="v.id")
    return found[0] if found else None


def _said(
    db: Database,
    item: ReviewItem,
    verdict: Verdict,
    replaces: EvidenceItem | None,
    cause: str,
    by: Reviewing,
) -> int:
    """Adds an editor's verdict; returns its id."""
    cause = f"The desk: {by.actor.name} {cause}."
    said = ByHand(
        item.article, item.article_id, item.story_id, verdict, replaces, by.actor.name, cause
    )
    return commit_by_hand(db, _update(by), said, by.now).changes[0].verdict_id


def _take_back(db: Database, verdict_id: int, by: Reviewing) -> None:
    """Takes an editor's verdict back, if no edit of the report has done so since."""
    made = evidence_items(db, "v.id = ?", [verdict_id], order="v.id")[0]
    # It was recorded anew where its story was merged or split.
    held = _held_verdict(db, made.article_id, made.verdict.claim_id)
    if held is None or not held.by:
        return
    before = None
    if made.replaces is not None:
        before = evidence_items(db, "v.id = ?", [made.replaces], order="v.id")[0].verdict
    name = by.actor.name
    cause = f"The desk: {name} took back what {held.by} said (report {held.article_id})."
    said = ByHand(
        held.article, held.article_id, held.story_id, before, held, name, cause, restored=True
    )
    commit_by_hand(db, _update(by), said, by.now)
    if before is not None:
        _open_again(db, held, by)


def _update(by: Reviewing) -> FeedUpdate:
    return FeedUpdate(by.essay, "", by.now, policy=by.policy)


# --- alerts --------------------------------------------------------------------------------------


def _decided(
    db: Database, item: ReviewItem, action: DeskAction, stance: Stance, by: Reviewing
) -> int | None:
    """Decides on the alert, if there is one that says so; returns the decision's id."""
    alert = alert_rows.alert_of(db, by.essay.id, item.finding.claim_id, item.story_id)
    if alert is None or alert.stance is not stance:
        return None
    outcome = desk_rows.decide(db, alert.id, alert.revision, action, by.actor, by.now, by.policy)
    return _last_decision(db, alert.id) if outcome is Outcome.RECORDED else None


def _last_decision(db: Database, alert_id: int) -> int:
    return sql.number(db, "SELECT max(id) FROM decisions WHERE alert_id = ?", [alert_id])


def _alert_decided(db: Database, decision_id: int | None) -> int | None:
    """The alert that still shows that decision."""
    row = sql.row(db, "SELECT alert_id FROM decisions WHERE id = ?", [decision_id])
    if row is None or _last_decision(db, row["alert_id"]) != decision_id:
        return None
    return int(row["alert_id"])


def _open_again(db: Database, held: EvidenceItem, by: Reviewing) -> None:
    """Takes the direction off the alert, unless other evidence of the story has it too."""
    claim_id, essay_id = held.verdict.claim_id, by.essay.id
    alert = alert_rows.alert_of(db, essay_id, claim_id, held.story_id)
    directed = sql.number(
        db,
        "SELECT count(*) FROM current_verdicts WHERE claim_id = ? AND essay_id = ?"
        " AND story_id = ? AND stance = ?",
        [claim_id, essay_id, held.story_id, held.verdict.stance],
    )
    if alert is None or alert.stance is not held.verdict.stance or directed:
        return
    row = sql.row(
        db,
        "SELECT max(revision) AS last FROM alert_revisions"
        " WHERE alert_id = ? AND json_extract(body, '$.stance') = ?",
        [alert.id, Stance.UPDATE],
    )
    before = alert_rows.revision(db, alert.id, row["last"]) if row and row["last"] else None
    if before is None:
        return
    opened = replace(
        before,
        revision=alert.revision + 1,
        carriers=alert.carriers,
        standing=standing_rows.last_standing(db, essay_id, claim_id),
        decision=None,
    )
    channels = routing.posted_in(db, alert.id) | outbox_rows.waiting_channels(db, alert.id)
    queueing = outbox_rows.Queueing(by.now, by.now)
    alert_rows.add_revision(db, opened, Step.DESK, by.now, sorted(channels), queueing)


def _add(
    db: Database,
    finding_id: int,
    action: str,
    by: Reviewing,
    *,
    verdict_id: int | None = None,
    decision_id: int | None = None,
    undoes: int | None = None,
) -> None:
    what = {"finding_id": finding_id, "action": action, "undoes": undoes}
    made = {"verdict_id": verdict_id, "decision_id": decision_id, "channel": by.actor.channel}
    sql.insert(db, "reviews", {**what, **made, **desk_rows.who(by.actor, by.now)})
