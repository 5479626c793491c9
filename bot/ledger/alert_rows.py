"""The rows of alerts: what the rule decides becomes a revision, and rows in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.alerts import body
from bot.alerts.rules import Bearing, Step, Told, decide
from bot.ledger import outbox_rows, sql
from bot.ledger.articles import outlet_of
from bot.ledger.changes import opposite
from bot.ledger.records import FeedUpdate
from bot.model import Alert, Article, Carrier, Claim, Stance, Standing, Verdict

Standings = dict[str, tuple[Standing, Standing]]  # claim id -> before and after the update


@dataclass(frozen=True, slots=True)
class Recorded:
    """A verdict as it was just recorded, with what its story now says of the claim."""

    claim: Claim
    story_id: int
    verdict_id: int
    verdict: Verdict
    article: Article
    story_stance: Stance
    edited: bool

    @property
    def bearing(self) -> Bearing:
        return Bearing(
            stance=self.verdict.stance,
            confidence=self.verdict.confidence,
            story_stance=self.story_stance,
            outlet=self.article.entry.outlet.name,
            edited=self.edited,
        )


def tell(
    db: Database,
    update: FeedUpdate,
    recorded: Sequence[Recorded],
    standings: Standings,
    now: datetime,
) -> tuple[int, ...]:
    """Makes and revises the alerts that the verdicts call for; returns their ids."""
    queueing = outbox_rows.Queueing(now, min(now, update.fetched_at))
    groups: dict[tuple[str, int], list[Recorded]] = {}
    for each in recorded:
        groups.setdefault((each.claim.id, each.story_id), []).append(each)
    made = []
    for group in groups.values():
        alert, step = _next_revision(db, update, group, standings[group[0].claim.id])
        if alert is not None:
            _add_revision(db, update, alert, step, queueing)
            made.append(alert.id)
    return tuple(made)


def last_revision(db: Database, alert_id: int) -> Alert:
    """The alert as its last revision has it."""
    found = sql.rows(
        db,
        "SELECT body FROM alert_revisions WHERE alert_id = ? ORDER BY revision DESC LIMIT 1",
        [alert_id],
    )
    return body.from_json(found[0]["body"])


def _next_revision(
    db: Database,
    update: FeedUpdate,
    group: Sequence[Recorded],
    standings: tuple[Standing, Standing],
) -> tuple[Alert | None, Step]:
    """The alert as the verdicts on one story make it; None if they change nothing."""
    claim, story_id = group[0].claim, group[0].story_id
    existing = _existing(db, update.essay.id, claim.id, story_id)
    step, lead = _steps(db, update, existing, group)
    if step is Step.NOTHING:
        return None, step
    carriers = _carriers(db, update.essay.id, claim.id, story_id)
    if existing is None:
        draft = _led_by(lead or group[0], update, standings, carriers)
        alert_id = sql.insert(
            db,
            "alerts",
            {
                "essay_id": update.essay.id,
                "claim_id": claim.id,
                "story_id": story_id,
                "revision": 1,
                "created_at": sql.to_text(update.fetched_at),
            },
        )
        alert = replace(draft, id=alert_id)
    else:
        alert = _revised(update, existing, lead, standings, carriers)
        if not update.silent and outbox_rows.unsent_turn(db, existing.id, update.policy.channels):
            alert = replace(alert, turned=True)  # a channel has not had it yet
        sql.change(db, "UPDATE alerts SET revision = ? WHERE id = ?", [alert.revision, existing.id])
    return alert, Step.TURN if alert.turned else step


def _steps(
    db: Database, update: FeedUpdate, existing: Alert | None, group: Sequence[Recorded]
) -> tuple[Step, Recorded | None]:
    """The first step that the verdicts call for, and the one that the alert now quotes, if new."""
    told = None
    if existing is not None:
        outlets = frozenset(carrier.outlet.name for carrier in existing.carriers)
        told = Told(existing.stance, outlets, outbox_rows.was_queued(db, existing.id))
    first, lead = Step.NOTHING, None
    for each in group:
        step = decide(update.policy, told, each.bearing, silent=update.silent)
        if step is Step.NOTHING:
            continue
        if first in (Step.NOTHING, Step.CARRY):
            first = step
        if step.leads or told is None:
            lead, stance = each, each.verdict.stance
        else:
            stance = told.stance
        outlets = told.outlets if told else frozenset()
        told = Told(stance, outlets | {each.bearing.outlet}, told=True)
    return first, lead


def _led_by(
    lead: Recorded,
    update: FeedUpdate,
    standings: tuple[Standing, Standing],
    carriers: tuple[Carrier, ...],
) -> Alert:
    verdict = lead.verdict
    previous, now = standings
    return Alert(
        id=0,
        revision=1,
        essay_title=update.essay.title,
        claim=lead.claim,
        stance=verdict.stance,
        confidence=verdict.confidence,
        sentence=verdict.sentence.text,
        indicator=verdict.indicator.text if verdict.indicator else "",
        indicator_side=verdict.indicator.side if verdict.indicator else None,
        asserted_by=verdict.asserted_by,
        at=lead.article.at,
        story_id=lead.story_id,
        carriers=carriers,
        standing=now,
        previous_standing=previous,
    )


def _revised(
    update: FeedUpdate,
    existing: Alert,
    lead: Recorded | None,
    standings: tuple[Standing, Standing],
    carriers: tuple[Carrier, ...],
) -> Alert:
    """The next revision."""
    revision = existing.revision + 1
    if lead is None:
        # What the alert as a whole did to the claim stays the difference that readers see.
        return replace(
            existing, revision=revision, carriers=carriers, standing=standings[1], turned=False
        )
    alert = _led_by(lead, update, standings, carriers)
    turned = opposite(existing.stance, alert.stance)
    return replace(alert, id=existing.id, revision=revision, turned=turned)


def _add_revision(
    db: Database,
    update: FeedUpdate,
    alert: Alert,
    step: Step,
    queueing: outbox_rows.Queueing,
) -> None:
    sql.insert(
        db,
        "alert_revisions",
        {
            "alert_id": alert.id,
            "revision": alert.revision,
            "step": step,
            "body": body.to_json(alert),
            "made_at": sql.to_text(update.fetched_at),
        },
    )
    if not update.silent:
        for channel in dict.fromkeys(update.policy.channels):
            outbox_rows.queue(db, channel, alert.id, alert.revision, queueing)


def _existing(db: Database, essay_id: str, claim_id: str, story_id: int) -> Alert | None:
    row = sql.row(
        db,
        "SELECT id FROM alerts WHERE story_id = ? AND claim_id = ? AND essay_id = ?",
        [story_id, claim_id, essay_id],
    )
    return None if row is None else last_revision(db, row["id"])


def _carriers(db: Database, essay_id: str, claim_id: str, story_id: int) -> tuple[Carrier, ...]:
    """Every outlet that carries the story, by its first report of it, in the order of time."""
    found = sql.rows(
        db,
        "SELECT a.* FROM current_verdicts v JOIN articles a ON a.id = v.article_id"
        " WHERE v.claim_id = ? AND v.essay_id = ? AND v.story_id = ? ORDER BY a.at, a.id",
        [claim_id, essay_id, story_id],
    )
    carriers: dict[str, Carrier] = {}
    for row in found:
        carrier = Carrier(outlet_of(row), row["url"], row["title"], sql.to_time(row["at"]))
        carriers.setdefault(row["outlet"], carrier)
    return tuple(carriers.values())
