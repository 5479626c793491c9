"""The rows of the standings: drawn up from the evidence, dated, with their reasons.

A standing is one as of a time, which is kept for each claim and never runs backwards: of what moved
it last (a report, a decision) or of the last ``reassess``. As of that time the rule gives what is
stored.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.outbox import notice_rows, routing
from bot.ledger.records import (
    AlertPolicy,
    ClaimAccount,
    Evidence,
    Ruling,
    StandingChange,
)
from bot.ledger.standings.notice import standing_notice
from bot.ledger.standings.rule import Assessment, standing
from bot.ledger.standings.words import reasons
from bot.ledger.stories.origins import Source, count_origins
from bot.model import (
    Claim,
    DeskAction,
    Essay,
    Kind,
    NoticeRow,
    Stance,
    Standing,
    Strength,
    Voice,
)

# So that a report on a claim of ten thousand costs no more than one on a claim of hundreds.
STORIES_WEIGHED = 300
BY_AGE = "No report moved it: older evidence counts less."


@dataclass(frozen=True, slots=True)
class Drawn:
    """A claim's standing as it was just drawn up. ``change`` None: it stands where it stood."""

    previous: Standing
    standing: Standing
    change: StandingChange | None


def draw_up(
    db: Database,
    essay_id: str,
    claim_id: str,
    kind: Kind,
    *,
    at: datetime,
    recorded_at: datetime,
    cause: str,
) -> Drawn:
    """Draws up one claim as of ``at``, or of the time that it was drawn up for before, if later."""
    as_of = max(at, _as_of(db, essay_id, claim_id) or at)
    previous = last_standing(db, essay_id, claim_id)
    found = standing(evidence(db, essay_id, claim_id), kind, as_of, previous)
    sql.change(
        db,
        "INSERT INTO assessed VALUES (?, ?, ?)"
        " ON CONFLICT (essay_id, claim_id) DO UPDATE SET as_of = excluded.as_of",
        [essay_id, claim_id, sql.to_text(as_of)],
    )
    if found.standing is previous:
        return Drawn(previous, previous, None)
    change = StandingChange(claim_id, previous, found.standing, as_of, reasons(found), cause)
    return Drawn(previous, found.standing, _added(db, essay_id, change, found, recorded_at))


def reassess(
    db: Database, essay: Essay, as_of: datetime, policy: AlertPolicy, now: datetime
) -> tuple[StandingChange, ...]:
    """Draws up every claim as of that time, tells what changed by age, and returns it."""
    changes = []
    for claim in essay.claims:
        drawn = draw_up(db, essay.id, claim.id, claim.kind, at=as_of, recorded_at=now, cause=BY_AGE)
        if drawn.change is not None:
            changes.append(drawn.change)
            tell(db, essay.id, claim, drawn.change, (), policy, now)
    return tuple(changes)


def tell(
    db: Database,
    essay_id: str,
    claim: Claim,
    change: StandingChange,
    moved_by: Iterable[NoticeRow],
    policy: AlertPolicy,
    now: datetime,
) -> None:
    """Queues the news that the claim stands elsewhere, if the policy wants it told by itself."""
    if policy.standing_changes:
        channels = notice_rows.hearers(db, routing.routes(db, policy), essay_id, claim, now)
        notice = standing_notice(claim, change, tuple(moved_by))
        notice_rows.tell(db, essay_id, notice, channels, now)


def _added(
    db: Database,
    essay_id: str,
    change: StandingChange,
    found: Assessment,
    recorded_at: datetime,
) -> StandingChange:
    """The change with the id of its new row."""
    account = {
        "supporting": found.supporting,
        "contradicting": found.contradicting,
        "supporting_weight": found.supporting_weight,
        "contradicting_weight": found.contradicting_weight,
        "reasons": change.reasons,
        "cause": change.cause,
    }
    row = {
        "essay_id": essay_id,
        "claim_id": change.claim_id,
        "standing": change.standing,
        "previous": change.previous,
        "at": sql.to_text(change.at),
        "recorded_at": sql.to_text(recorded_at),
        "reasons": json.dumps(account, ensure_ascii=False),
    }
    return replace(change, id=sql.insert(db, "standings", row))


# --- what is there -------------------------------------------------------------------------------


def evidence(db: Database, essay_id: str, claim_id: str) -> list[Evidence]:
    """The verdicts that hold, of the STORIES_WEIGHED stories that a claim was last touched by."""
    rulings = _rulings(db, essay_id, claim_id)
    # Plain tuples: a claim may have thousands, and is drawn up at every report on it.
    cursor = db.execute(
        """
        SELECT v.id, v.story_id, v.stance, v.indicator, v.indicator_strength, v.asserted_by,
            v.modality, a.voice, a.tier, a.outlet, a.at
        FROM current_verdicts v JOIN articles a ON a.id = v.article_id
        WHERE v.claim_id = ?1 AND v.essay_id = ?2 AND v.story_id IN (
            SELECT story_id FROM verdicts WHERE claim_id = ?1 AND essay_id = ?2
            GROUP BY story_id ORDER BY max(id) DESC LIMIT ?3)
        """,
        [claim_id, essay_id, STORIES_WEIGHED],
    )
    found = list(cursor)
    origins = _origins(db, essay_id, claim_id, [(row[1], row[9]) for row in found])
    return [
        Evidence(
            verdict_id=number,
            story_id=story_id,
            stance=_STANCES[stance],
            strength=_STRENGTHS[strength],
            asserted_by=asserted_by,
            voice=_VOICES[voice],
            at=sql.to_time(at),
            indicator=indicator or "",
            outlet=outlet,
            tier=tier,
            modality=modality,
            origins=origins.get(story_id, 1),
            ruling=rulings.get(story_id),
        )
        for (
            number, story_id, stance, indicator, strength, asserted_by,
            modality, voice, tier, outlet, at,
        ) in found
    ]  # fmt: skip


def _origins(
    db: Database, essay_id: str, claim_id: str, held: Iterable[tuple[int, str]]
) -> dict[int, int]:
    """How many origins each story has that several outlets carry. ``held``: (story, outlet)."""
    outlets: defaultdict[int, set[str]] = defaultdict(set)
    for story_id, outlet in held:
        outlets[story_id].add(outlet)
    several = [story_id for story_id, names in outlets.items() if len(names) > 1]
    sources: defaultdict[int, list[Source]] = defaultdict(list)
    for story_id, outlet, title, summary in db.execute(
        """
        SELECT v.story_id, a.outlet, a.title, a.summary
        FROM current_verdicts v JOIN articles a ON a.id = v.article_id
        WHERE v.claim_id = ? AND v.essay_id = ? AND v.story_id IN (SELECT value FROM json_each(?))
        ORDER BY a.at, a.id
        """,
        [claim_id, essay_id, json.dumps(several)],
    ):
        sources[story_id].append(Source(outlet, f"{title}\n{summary}"))
    return {story_id: _counted(tuple(reports)) for story_id, reports in sources.items()}


# A claim is drawn up at every report on it, and most of its stories are as they were.
@lru_cache(maxsize=4096)
def _counted(reports: tuple[Source, ...]) -> int:
    return count_origins(reports)


_STANCES = {stance.value: stance for stance in Stance}
_VOICES = {voice.value: voice for voice in Voice}
_STRENGTHS: dict[str | None, Strength | None] = {
    None: None,
    **{strength.value: strength for strength in Strength},
}


def _rulings(db: Database, essay_id: str, claim_id: str) -> Mapping[int, Ruling]:
    """What the desk decided on the claim's alerts and they still show, by story."""
    found = sql.rows(
        db,
        """
        SELECT a.story_id, json_extract(r.body, '$.decision.action') AS action,
            json_extract(r.body, '$.stance') AS stance
        FROM alerts a
        JOIN alert_revisions r ON r.alert_id = a.id AND r.revision = a.revision
        WHERE a.claim_id = ? AND a.essay_id = ? AND a.id IN (SELECT alert_id FROM decisions)
        """,
        [claim_id, essay_id],
    )
    return {
        row["story_id"]: Ruling(DeskAction(row["action"]), Stance(row["stance"]))
        for row in found
        if row["action"]
    }


def last_standing(db: Database, essay_id: str, claim_id: str) -> Standing:
    """Where the claim stands."""
    last = _last_row(db, essay_id, claim_id)
    return Standing.QUIET if last is None else Standing(last["standing"])


def _last_row(db: Database, essay_id: str, claim_id: str) -> sql.Row | None:
    return sql.row(
        db,
        "SELECT * FROM standings WHERE claim_id = ? AND essay_id = ? ORDER BY id DESC LIMIT 1",
        [claim_id, essay_id],
    )


def _as_of(db: Database, essay_id: str, claim_id: str) -> datetime | None:
    row = sql.row(
        db,
        "SELECT as_of FROM assessed WHERE essay_id = ? AND claim_id = ?",
        [essay_id, claim_id],
    )
    return None if row is None else sql.to_time(row["as_of"])


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
    return tuple(map(_change, found))


def _change(row: sql.Row) -> StandingChange:
    account = json.loads(row["reasons"])
    return StandingChange(
        claim_id=row["claim_id"],
        previous=Standing(row["previous"]),
        standing=Standing(row["standing"]),
        at=sql.to_time(row["at"]),
        reasons=tuple(account["reasons"]),
        cause=account.get("cause", ""),
        id=row["id"],
    )


def accounts(db: Database, essay: Essay) -> tuple[ClaimAccount, ...]:
    """Where every claim of the essay stands, in its order."""
    return tuple(_account(db, essay.id, claim) for claim in essay.claims)


def _account(db: Database, essay_id: str, claim: Claim) -> ClaimAccount:
    held = evidence(db, essay_id, claim.id)
    last = _last_row(db, essay_id, claim.id)
    stored = Standing.QUIET if last is None else Standing(last["standing"])
    newest = max((item.at for item in held), default=None)
    as_of = _as_of(db, essay_id, claim.id) or newest
    found = standing(held, claim.kind, as_of, stored) if as_of is not None else None
    return ClaimAccount(
        claim=claim,
        standing=stored,
        since=sql.to_time(last["at"]) if last else None,
        supporting=found.supporting if found else 0,
        contradicting=found.contradicting if found else 0,
        supporting_weight=found.supporting_weight if found else 0.0,
        contradicting_weight=found.contradicting_weight if found else 0.0,
        reasons=reasons(found) if held and found else (),
        last_evidence_at=newest,
        cause=_change(last).cause if last else "",
    )
