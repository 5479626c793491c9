"""The rows of alerts: what the rule decides becomes a revision, and rows in the outbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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


def hold_back(
    db: Database, essay_id: str, withdrawn: Collection[tuple[str, int]], now: datetime
) -> None:
    """What still waits to be told of these (claim, story), if no evidence of them is left."""
    for claim_id, story_id in sorted(withdrawn):
        if _evidence(db, essay_id, claim_id, story_id):
            continue
        alert = _existing(db, essay_id, claim_id, story_id)
        if alert is not None:
            outbox_rows.supersede(db, alert.id, now)


def last_revision(db: Database, alert_id: int) -> Alert:
    """The alert as its last revision has it."""
    found = sql.rows(
        db,
        "SELECT body FROM alert_revisions WHERE alert_id = ? ORDER BY revision DESC LIMIT 1",
        [alert_id],
    )
    return body.from_json(found[0]["body"])


def _last_told(db: Database, alert_id: int) -> Alert | None:
    """The alert as a channel was last given it; None: nobody was told."""
    found = sql.row(
        db,
        "SELECT body FROM alert_revisions WHERE alert_id = ? AND revision = ?",
        [alert_id, outbox_rows.last_queued(db, alert_id)],
    )
    return None if found is None else body.from_json(found["body"])


def _next_revision(
    db: Database,
    update: FeedUpdate,
    group: Sequence[Recorded],
    standings: tuple[Standing, Standing],
) -> tuple[Alert | None, Step]:
    """The alert as the verdicts on one story make it; None if they change nothing."""
    claim, story_id = group[0].claim, group[0].story_id
    existing = _existing(db, update.essay.id, claim.id, story_id)
    last_told = None if existing is None else _last_told(db, existing.id)
    older = _evidence(db, update.essay.id, claim.id, story_id) - {one.verdict_id for one in group}
    withdrawn = not older and not any(each.edited for each in group)
    told = None if existing is None else _told(existing, reached=last_told is not None)
    step, lead = _steps(update, told, group, quotes=not withdrawn)
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
        turned = last_told is not None and opposite(last_told.stance, alert.stance)
        if not update.silent and outbox_rows.unsent_turn(db, existing.id, update.policy.channels):
            turned = True  # a channel has not had it yet
        alert = replace(alert, turned=turned)
        sql.change(db, "UPDATE alerts SET revision = ? WHERE id = ?", [alert.revision, existing.id])
    if alert.turned:
        return alert, Step.TURN
    # A turn against what nobody was told of is the first direction that readers see.
    return alert, Step.DIRECTION if step is Step.TURN else step


def _told(existing: Alert, *, reached: bool) -> Told:
    outlets = frozenset(carrier.outlet.name for carrier in existing.carriers)
    return Told(existing.stance, outlets, told=reached)


def _steps(
    update: FeedUpdate, told: Told | None, group: Sequence[Recorded], *, quotes: bool
) -> tuple[Step, Recorded | None]:
    """The first step that the verdicts call for, and the one that the alert now quotes, if new.

    ``quotes``: the alert quotes what still holds; otherwise the first that calls for a step leads.
    """
    first, lead = Step.NOTHING, None
    for each in group:
        step = decide(update.policy, told, each.bearing, silent=update.silent)
        if step is Step.NOTHING:
            continue
        if first in (Step.NOTHING, Step.CARRY):
            first = step
        if step.leads or told is None or not quotes:
            lead, stance, quotes = each, each.verdict.stance, True
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
        return replace(existing, revision=revision, carriers=carriers, standing=standings[1])
    alert = _led_by(lead, update, standings, carriers)
    return replace(alert, id=existing.id, revision=revision)


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


def _evidence(db: Database, essay_id: str, claim_id: str, story_id: int) -> set[int]:
    """The ids of the verdicts that hold."""
    found = sql.rows(
        db,
        "SELECT id FROM current_verdicts WHERE claim_id = ? AND essay_id = ? AND story_id = ?",
        [claim_id, essay_id, story_id],
    )
    return {row["id"] for row in found}


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
