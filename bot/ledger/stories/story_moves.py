"""The rows of what moves articles between stories: two that turn out to be one, one that was two.

Nothing is lost: every move is a row that says what went where, by whom and why, and an undo is a
row too. The verdicts of an article that moves are recorded anew, each naming the one it replaces.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.intake import articles
from bot.ledger.records import EvidenceItem, Moved, StoryMove, StoryRecord, StoryReport
from bot.ledger.stories import story_rows
from bot.model import Actor, ChangeKind

# Who moved what the rule moved by itself.
BY_RULE = Actor("", "", "claimwire")


class MoveKind(StrEnum):
    """What a row of story_moves is."""

    MERGE = "merge"
    SPLIT = "split"
    UNDO = "undo"


def merge(db: Database, keep: int, other: int, why: str, actor: Actor, now: datetime) -> Moved:
    """Moves all articles of the other story into the kept one."""
    moving = _articles_of(db, other)
    if keep == other or not moving or not _articles_of(db, keep):
        return Moved("There are no two stories of these numbers that have reports.")
    return _move(db, moving, (other, keep), MoveKind.MERGE, why, actor, now)


def split(
    db: Database, story_id: int, article_ids: Sequence[int], actor: Actor, now: datetime
) -> Moved:
    """Moves these articles, with all their revisions, into a new story."""
    held = _articles_of(db, story_id)
    moving = [one for one in _all_revisions(db, article_ids) if one in held]
    if not moving or not set(article_ids) <= set(held):
        return Moved(f"Story {story_id} does not have all of these reports.")
    if len(moving) == len(held):
        return Moved(f"Story {story_id} has no other reports, so there is nothing to split.")
    first = sql.rows(
        db,
        "SELECT a.title, a.at, j.embedding FROM articles a"
        " JOIN story_articles j ON j.article_id = a.id"
        " WHERE a.id IN (SELECT value FROM json_each(?)) ORDER BY a.at, a.id LIMIT 1",
        [json.dumps(moving)],
    )[0]
    target = story_rows.add_story(db, first["title"], sql.to_time(first["at"]), first["embedding"])
    why = f"{actor.name} told its reports apart"
    return _move(db, moving, (story_id, target), MoveKind.SPLIT, why, actor, now)


def undo(db: Database, move_id: int, actor: Actor, now: datetime) -> Moved:
    """Moves what a move moved back to where it was."""
    row = sql.row(db, "SELECT * FROM story_moves WHERE id = ?", [move_id])
    undone = sql.row(db, "SELECT 1 AS x FROM story_moves WHERE undoes = ?", [move_id])
    if row is None or undone is not None:
        return Moved("There is no such move of reports, or it was taken back already.")
    held = _articles_of(db, row["to_story"])
    moving = [one for one in _all_revisions(db, json.loads(row["articles"])) if one in held]
    if not moving:
        return Moved("Its reports have been moved on since.")
    stories = row["to_story"], row["from_story"]
    why = f"{actor.name} took back the {row['kind']}"
    return _move(db, moving, stories, MoveKind.UNDO, why, actor, now, undoes=move_id)


def record(db: Database, story_id: int) -> StoryRecord | None:
    """The story with its reports, and what was moved into and out of it; None: there is none."""
    row = sql.row(db, "SELECT * FROM stories WHERE id = ?", [story_id])
    if row is None:
        return None
    reports = sql.rows(
        db,
        "SELECT a.*, j.joined_by, j.why FROM story_articles j"
        " JOIN articles a ON a.id = j.article_id WHERE j.story_id = ? ORDER BY a.at, a.id",
        [story_id],
    )
    moves = sql.rows(
        db,
        "SELECT m.*, EXISTS (SELECT 1 FROM story_moves u WHERE u.undoes = m.id) AS undone"
        " FROM story_moves m WHERE from_story = ?1 OR to_story = ?1 ORDER BY id",
        [story_id],
    )
    return StoryRecord(
        id=story_id,
        title=row["title"],
        first_at=sql.to_time(row["first_at"]),
        last_at=sql.to_time(row["last_at"]),
        reports=tuple(
            StoryReport(each["id"], articles.article_of(each), each["joined_by"], each["why"])
            for each in reports
        ),
        moves=tuple(
            StoryMove(
                id=each["id"],
                kind=each["kind"],
                source=each["from_story"],
                target=each["to_story"],
                article_ids=tuple(json.loads(each["articles"])),
                why=each["why"],
                by=each["user_name"],
                at=sql.to_time(each["recorded_at"]),
                undone=bool(each["undone"]),
            )
            for each in moves
        ),
    )


def _move(
    db: Database,
    moving: Sequence[int],
    stories: tuple[int, int],
    kind: MoveKind,
    why: str,
    actor: Actor,
    now: datetime,
    *,
    undoes: int | None = None,
) -> Moved:
    source, target = stories
    moved = Moved(source=source, target=target)
    for item in _evidence_on(db, moving):
        claim = item.essay_id, item.verdict.claim_id
        moved.touched.add(claim)
        moved.verdicts[item.verdict_id] = articles.add_verdict(
            db,
            essay_id=item.essay_id,
            claim_statement=item.claim_statement,
            article_id=item.article_id,
            story_id=target,
            verdict=item.verdict,
            kind=ChangeKind.REPEATED if _has_evidence(db, target, *claim) else ChangeKind.NEW,
            replaces=item.verdict_id,
            recorded_at=now,
            editor=item.by,
        )
    sql.change(
        db,
        "UPDATE story_articles SET story_id = ?"
        " WHERE article_id IN (SELECT value FROM json_each(?))",
        [target, json.dumps(list(moving))],
    )
    for story_id in stories:
        _draw_times(db, story_id)
    move_id = sql.insert(
        db,
        "story_moves",
        {
            "kind": kind,
            "from_story": source,
            "to_story": target,
            "articles": json.dumps(sorted(moving)),
            "why": why,
            "undoes": undoes,
            "platform": actor.platform,
            "user_id": actor.user_id,
            "user_name": actor.name,
            "recorded_at": sql.to_text(now),
        },
    )
    return replace(moved, move_id=move_id)


def _evidence_on(db: Database, moving: Sequence[int]) -> list[EvidenceItem]:
    """The verdicts on these articles that hold, oldest first."""
    where = "v.article_id IN (SELECT value FROM json_each(?))"
    found = articles.evidence_items(db, where, [json.dumps(list(moving))], order="v.id")
    return [item for item in found if item.current]


def _has_evidence(db: Database, story_id: int, essay_id: str, claim_id: str) -> bool:
    found = db.execute(
        "SELECT 1 FROM current_verdicts WHERE claim_id = ? AND essay_id = ? AND story_id = ?",
        [claim_id, essay_id, story_id],
    ).fetchone()
    return found is not None


def _draw_times(db: Database, story_id: int) -> None:
    found = sql.row(
        db,
        "SELECT min(a.at) AS first, max(a.at) AS last FROM story_articles j"
        " JOIN articles a ON a.id = j.article_id WHERE j.story_id = ?",
        [story_id],
    )
    if found is not None and found["first"] is not None:
        story_rows.set_times(db, story_id, sql.to_time(found["first"]), sql.to_time(found["last"]))


def _articles_of(db: Database, story_id: int) -> list[int]:
    found = sql.rows(
        db,
        "SELECT article_id FROM story_articles WHERE story_id = ? ORDER BY article_id",
        [story_id],
    )
    return [row["article_id"] for row in found]


def _all_revisions(db: Database, article_ids: Iterable[int]) -> list[int]:
    """The articles with all their revisions, since an edit stays in the story of its article."""
    found = sql.rows(
        db,
        "SELECT id FROM articles WHERE key IN (SELECT key FROM articles"
        " WHERE id IN (SELECT value FROM json_each(?))) ORDER BY id",
        [json.dumps(list(article_ids))],
    )
    return [row["id"] for row in found]
