"""The rows of alerts: what the rule decides becomes a revision, and rows in the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.alerts import body
from bot.alerts.changes import since_last
from bot.alerts.rules import Bearing, Step, Told, decide
from bot.ledger import sql
from bot.ledger.alerts import retelling
from bot.ledger.alerts.retelling import Coverage
from bot.ledger.outbox import outbox_rows, routing
from bot.ledger.records import EvidenceItem, FeedUpdate
from bot.ledger.stories.changes import opposite
from bot.model import Alert, Article, Claim, Stance, Standing, Verdict

Standings = dict[str, tuple[Standing, Standing]]  # claim id -> before and after the update


@dataclass(frozen=True, slots=True)
class Recorded:
    """A verdict as it was just recorded, with what its story now says of the claim.

    ``edited``: an earlier revision of the article had a verdict on the claim; ``replaced`` is the
    sentence of that one, and ``says_else`` whether the edit says something else.
    """

    claim: Claim
    story_id: int
    verdict_id: int
    verdict: Verdict
    article: Article
    story_stance: Stance
    edited: bool
    replaced: str = ""
    says_else: bool = False

    @property
    def bearing(self) -> Bearing:
        return Bearing(
            stance=self.verdict.stance,
            confidence=self.verdict.confidence,
            story_stance=self.story_stance,
            outlet=self.article.entry.outlet.name,
            edited=self.edited,
            says_else=self.says_else,
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
    served = routing.routes(db, update.policy)
    # An alert is worth making if any channel may want it; each channel is asked for itself later.
    update = replace(update, policy=routing.widest_policy(served, update.policy))
    groups: dict[tuple[str, int], list[Recorded]] = {}
    for each in recorded:
        groups.setdefault((each.claim.id, each.story_id), []).append(each)
    made = []
    for group in groups.values():
        alert, step = _next_revision(db, update, group, standings[group[0].claim.id])
        if alert is not None:
            channels = routing.receivers(db, served, update.essay.id, alert, now)
            if not update.silent:
                # Who waits for what it said before, and does not want what it says now, gets none.
                # A post stays with its channel, and so does the correction that waits there.
                waiting = outbox_rows.waiting_channels(db, alert.id)
                for channel in waiting.difference(channels, routing.posted_in(db, alert.id)):
                    outbox_rows.supersede(db, alert.id, now, channel)
            add_revision(
                db, alert, step, update.fetched_at, () if update.silent else channels, queueing
            )
            made.append(alert.id)
    return tuple(made)


def withdraw(
    db: Database,
    update: FeedUpdate,
    withdrawn: Mapping[tuple[str, int], str],
    standings: Standings,
    now: datetime,
) -> tuple[int, ...]:
    """Takes back the alerts on these (claim, story) of which no evidence is left.

    ``withdrawn`` holds the reasons. What waits is not sent; channels that have a post get a
    revision that says why, in silent updates too: it is a correction. Where evidence is left, the
    alert says what that says. Returns the ids of the alerts of which a channel was told.
    """
    queueing = outbox_rows.Queueing(now, min(now, update.fetched_at))
    revised = []
    for (claim_id, story_id), reason in sorted(withdrawn.items()):
        alert = alert_of(db, update.essay.id, claim_id, story_id)
        if alert is None or alert.withdrawn:
            continue
        left = retelling.held(db, update.essay.id, claim_id, story_id)
        standing = standings[claim_id][1]
        if left:
            corrected = _corrected(db, update, replace(alert, standing=standing), left)
            if corrected is None or replace(corrected, turned=alert.turned) == alert:
                continue
            step, channels = Step.CARRY, _concerned(db, update, corrected, now)
        else:
            corrected = replace(
                alert, withdrawn=reason, standing=standing, turned=False, decision=None
            )
            step, channels = Step.WITHDRAW, routing.posted_in(db, alert.id)
        for channel in outbox_rows.waiting_channels(db, alert.id).difference(channels):
            outbox_rows.supersede(db, alert.id, now, channel)
        corrected = replace(corrected, revision=alert.revision + 1)
        add_revision(db, corrected, step, update.fetched_at, sorted(channels), queueing)
        if channels:
            revised.append(alert.id)
    return tuple(revised)


def _corrected(
    db: Database, update: FeedUpdate, alert: Alert, left: Sequence[EvidenceItem]
) -> Alert | None:
    """The alert by the evidence that is left; None where all of it is news of this very update.

    Of that ``tell`` says what it is to readers.
    """
    new = {(article.entry.key, article.entry.content_hash) for article, _ in update.articles}
    older = [
        item
        for item in left
        if item.recorded_at != update.fetched_at
        or (item.article.entry.key, item.article.entry.content_hash) not in new
    ]
    return retelling.retold(db, update.essay.id, alert, alert.story_id, older) if older else None


def _concerned(db: Database, update: FeedUpdate, alert: Alert, now: datetime) -> set[str]:
    """The channels that have a post of the alert, and those that wait for it and still want it."""
    served = routing.routes(db, update.policy)
    wanting = routing.receivers(db, served, update.essay.id, alert, now)
    waiting = outbox_rows.waiting_channels(db, alert.id)
    return routing.posted_in(db, alert.id) | waiting.intersection(wanting)


def revision(db: Database, alert_id: int, number: int) -> Alert | None:
    """That revision of the alert, if there is one."""
    row = sql.row(
        db,
        "SELECT body FROM alert_revisions WHERE alert_id = ? AND revision = ?",
        [alert_id, number],
    )
    return None if row is None else body.from_json(row["body"])


def known(db: Database, alert_id: int) -> Alert | None:
    """The alert at its last revision, if there is one of that id."""
    row = sql.row(db, "SELECT revision FROM alerts WHERE id = ?", [alert_id])
    return None if row is None else revision(db, alert_id, row["revision"])


def essay_of(db: Database, alert_id: int) -> str:
    """The id of the essay whose claim the alert is on."""
    return str(sql.rows(db, "SELECT essay_id FROM alerts WHERE id = ?", [alert_id])[0]["essay_id"])


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
    return revision(db, alert_id, outbox_rows.last_queued(db, alert_id))


def _next_revision(
    db: Database,
    update: FeedUpdate,
    group: Sequence[Recorded],
    standings: tuple[Standing, Standing],
) -> tuple[Alert | None, Step]:
    """The alert as the verdicts on one story make it; None if they change nothing."""
    claim, story_id = group[0].claim, group[0].story_id
    existing = alert_of(db, update.essay.id, claim.id, story_id)
    last_told = None if existing is None else _last_told(db, existing.id)
    older = evidence_of(db, update.essay.id, claim.id, story_id) - {one.verdict_id for one in group}
    withdrawn = not older and not any(each.edited for each in group)
    told = None
    if existing is not None and not existing.withdrawn:
        told = _told(existing, reached=last_told is not None)
    quoted = None if withdrawn else (existing.sentence if existing else "")
    step, lead = _steps(update, told, group, quoted)
    if step is Step.NOTHING:
        if not withdrawn or told is None or existing is None:
            return None, step
        # Nothing that it told is left: what there is now takes its place, wanted or not.
        step, lead = Step.EDIT, max(group, key=lambda each: each.verdict.confidence)
    carried = retelling.coverage(db, update.essay.id, claim.id, story_id)
    if existing is None:
        if all(each.verdict.stance is Stance.UPDATE for each in group):
            standings = (standings[1], standings[1])  # what moved the claim came beside it
        draft = replace(
            _led_by(lead or group[0], update, standings, carried),
            changed=since_last(_last_on(db, update.essay.id, claim.id)),
        )
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
        alert = _revised(update, existing, lead, standings, carried)
        turned = last_told is not None and opposite(last_told.stance, alert.stance)
        alert = replace(alert, turned=turned)
    if alert.turned:
        return alert, Step.TURN
    # A turn against what nobody was told of is the first direction that readers see.
    return alert, Step.DIRECTION if step is Step.TURN else step


def _told(existing: Alert, *, reached: bool) -> Told:
    outlets = frozenset(carrier.outlet.name for carrier in existing.carriers)
    return Told(existing.stance, outlets, told=reached)


def _steps(
    update: FeedUpdate, told: Told | None, group: Sequence[Recorded], quoted: str | None
) -> tuple[Step, Recorded | None]:
    """The first step that the verdicts call for, and the one that the alert now quotes, if new.

    ``quoted``: what the alert quotes; None if that holds no more: then the first that calls for a
    step leads. An edit leads if it replaces what is quoted, or changes the stance.
    """
    first, lead = Step.NOTHING, None
    for each in group:
        step = decide(update.policy, told, each.bearing, silent=update.silent)
        if step is Step.NOTHING:
            continue
        if first in (Step.NOTHING, Step.CARRY):
            first = step
        quotes_it = (
            step is Step.EDIT
            and told is not None
            and (each.replaced == quoted or each.verdict.stance is not told.stance)
        )
        if step.leads or quotes_it or told is None or quoted is None:
            lead, stance, quoted = each, each.verdict.stance, each.verdict.sentence.text
        else:
            stance = told.stance
        outlets = told.outlets if told else frozenset()
        told = Told(stance, outlets | {each.bearing.outlet}, told=True)
    return first, lead


def _led_by(
    lead: Recorded,
    update: FeedUpdate,
    standings: tuple[Standing, Standing],
    carried: Coverage,
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
        modality=verdict.modality,
        at=lead.article.at,
        story_id=lead.story_id,
        carriers=carried.carriers,
        origins=carried.origins,
        standing=now,
        previous_standing=previous,
    )


def _revised(
    update: FeedUpdate,
    existing: Alert,
    lead: Recorded | None,
    standings: tuple[Standing, Standing],
    carried: Coverage,
) -> Alert:
    """The next revision."""
    revision = existing.revision + 1
    if lead is None:
        # What the alert as a whole did to the claim stays the difference that readers see.
        return replace(
            existing,
            revision=revision,
            carriers=carried.carriers,
            origins=carried.origins,
            standing=standings[1],
        )
    alert = _led_by(lead, update, standings, carried)
    # What the desk said of one direction says nothing of the other.
    decision = existing.decision if alert.stance is existing.stance else None
    return replace(
        alert, id=existing.id, revision=revision, changed=existing.changed, decision=decision
    )


def add_revision(
    db: Database,
    alert: Alert,
    step: Step,
    made_at: datetime,
    channels: Iterable[str],
    queueing: outbox_rows.Queueing,
) -> None:
    """Adds the revision and a row in the outbox for each of the channels."""
    sql.change(db, "UPDATE alerts SET revision = ? WHERE id = ?", [alert.revision, alert.id])
    sql.insert(
        db,
        "alert_revisions",
        {
            "alert_id": alert.id,
            "revision": alert.revision,
            "step": step,
            "body": body.to_json(alert),
            "made_at": sql.to_text(made_at),
        },
    )
    for channel in channels:
        outbox_rows.queue(db, channel, alert.id, alert.revision, queueing)


def _last_on(db: Database, essay_id: str, claim_id: str) -> Alert | None:
    """The alert on the claim that was made last."""
    row = sql.row(
        db,
        "SELECT id FROM alerts WHERE claim_id = ? AND essay_id = ? ORDER BY id DESC LIMIT 1",
        [claim_id, essay_id],
    )
    return None if row is None else last_revision(db, row["id"])


def alert_of(db: Database, essay_id: str, claim_id: str, story_id: int) -> Alert | None:
    """The alert on that claim and story at its last revision, if there is one."""
    row = sql.row(
        db,
        "SELECT id FROM alerts WHERE story_id = ? AND claim_id = ? AND essay_id = ?",
        [story_id, claim_id, essay_id],
    )
    return None if row is None else last_revision(db, row["id"])


def evidence_of(db: Database, essay_id: str, claim_id: str, story_id: int) -> set[int]:
    """The ids of the verdicts that hold."""
    found = sql.rows(
        db,
        "SELECT id FROM current_verdicts WHERE claim_id = ? AND essay_id = ? AND story_id = ?",
        [claim_id, essay_id, story_id],
    )
    return {row["id"] for row in found}
