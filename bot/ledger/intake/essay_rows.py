"""The rows of the essays that the ledger was run with: a row whenever another one is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.essay.stored import from_json, to_json
from bot.ledger import sql
from bot.model import Essay


@dataclass(frozen=True, slots=True)
class EssayRevision:
    """An essay as it was loaded from then on."""

    essay: Essay
    loaded_at: datetime


def revisions(db: Database, essay_id: str) -> Iterator[EssayRevision]:
    """The essay of that id as it was used, the last revision first."""
    query = "SELECT body, loaded_at FROM essay_revisions WHERE essay_id = ? ORDER BY id DESC"
    for row in sql.rows(db, query, [essay_id]):
        yield EssayRevision(from_json(row["body"]), sql.to_time(row["loaded_at"]))


def last_other(db: Database, essay: Essay) -> EssayRevision | None:
    """The last revision of the essay that says something else; None: there is none."""
    return next((each for each in revisions(db, essay.id) if each.essay != essay), None)


def remember(db: Database, essay: Essay, now: datetime) -> EssayRevision | None:
    """Keeps the essay if it is not the one that was loaded last, and then returns that one."""
    before = next(revisions(db, essay.id), None)
    if before is not None and before.essay == essay:
        return None
    body = to_json(essay)
    sql.insert(
        db,
        "essay_revisions",
        {
            "essay_id": essay.id,
            "hash": hashlib.sha256(body.encode()).hexdigest(),
            "body": body,
            "loaded_at": sql.to_text(now),
        },
    )
    return before
