"""Removes old reports that bore on nothing, in small steps, and gives their room back.

Evidence is never removed: a report of which any revision ever had a verdict stays with all its
revisions, and so does one that another table refers to. What is removed leaves a digest of its key
and content in `seen`, so that a feed which still lists it does not bring it back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.ledger import sql

STEP_ROWS = 200  # looked at in one transaction, which takes some hundredths of a second
STEP_PAGES = 1_000  # given back in one transaction
KEY_BYTES = 16
CONTENT_BYTES = 8  # told apart only from other revisions of the same report
# Free pages up to this share of the file stay in it for the reports of tomorrow.
RESERVE = 0.05
_AMONG = "IN (SELECT value FROM json_each(?))"
_INCREMENTAL = 2  # https://www.sqlite.org/pragma.html#pragma_auto_vacuum


@dataclass(frozen=True, slots=True)
class Place:
    """How far a removal has come through the reports, which it reads by the time of their fetch."""

    fetched_at: str = ""
    article_id: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did. ``reached`` None: there is nothing more to look at."""

    removed: int
    reached: Place | None


def was_removed(db: Database, key: str, content_hash: str | None = None) -> bool:
    """Whether a report of that key (and content) was in the ledger and is not any more."""
    query = "SELECT 1 FROM seen WHERE key = ?1 AND (?2 IS NULL OR content = ?2)"
    content = None if content_hash is None else _digest(content_hash, CONTENT_BYTES)
    return db.execute(query, [_digest(key, KEY_BYTES), content]).fetchone() is not None


def remove_step(db: Database, before: datetime, after: Place) -> Step:
    """Looks at the next reports that were fetched before then; removes those that may go."""
    found = sql.rows(
        db,
        "SELECT id, key, content_hash, fetched_at FROM articles"
        " WHERE fetched_at < ?1 AND fetched_at >= ?2 AND (fetched_at, id) > (?2, ?3)"
        " ORDER BY fetched_at, id LIMIT ?4",
        [sql.to_text(before), after.fetched_at, after.article_id, STEP_ROWS],
    )
    kept = _kept(db, [row["id"] for row in found])
    going = [row for row in found if row["id"] not in kept]
    _remove(db, going)
    reached = Place(found[-1]["fetched_at"], found[-1]["id"]) if len(found) == STEP_ROWS else None
    return Step(len(going), reached)


def removable(db: Database, before: datetime) -> int:
    """How many reports would be removed."""
    found = db.execute("SELECT id FROM articles WHERE fetched_at < ?", [sql.to_text(before)])
    ids = [number for (number,) in found]
    return len(set(ids) - _kept(db, ids))


def give_back_step(db: Database) -> bool:
    """Cuts free pages off the file. False: there is nothing more to give back.

    Must run outside a transaction. A ledger from before this was kept in mind is written anew
    once, which takes as much room again for a moment.
    """
    pages, free = sql.number(db, "PRAGMA page_count"), sql.number(db, "PRAGMA freelist_count")
    surplus = free - int(pages * RESERVE)
    if surplus <= 0:
        return False
    if sql.number(db, "PRAGMA auto_vacuum") != _INCREMENTAL:
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("VACUUM")
        return False
    # Each of its steps frees one page, and sqlite3's execute() makes one step.
    db.executescript(f"PRAGMA incremental_vacuum({min(surplus, STEP_PAGES)})")
    return surplus > STEP_PAGES and sql.number(db, "PRAGMA freelist_count") < free


def _remove(db: Database, going: Sequence[sql.Row]) -> None:
    for row in going:
        digests = _digest(row["key"], KEY_BYTES), _digest(row["content_hash"], CONTENT_BYTES)
        db.execute("INSERT OR IGNORE INTO seen (key, content) VALUES (?, ?)", digests)
    ids = json.dumps([row["id"] for row in going])
    db.execute(f"DELETE FROM findings WHERE article_id {_AMONG}", [ids])  # noqa: S608
    db.execute(f"DELETE FROM articles WHERE id {_AMONG}", [ids])  # noqa: S608


def _kept(db: Database, article_ids: Sequence[int]) -> set[int]:
    """Those of the reports that bear on a claim, or that something else refers to; and the last of
    all, so that no number of a report is ever given to another.
    """
    bears = (
        "SELECT a.id FROM articles a JOIN articles same ON same.key = a.key"
        " JOIN verdicts v ON v.article_id = same.id WHERE a.id"
    )
    referring = [
        f'SELECT "{column}" FROM "{table}" WHERE "{column}"'  # noqa: S608  (own names only)
        for table, column in _references(db, "articles")
        if table != "findings"
    ]
    discussing = [
        f'SELECT f.article_id FROM findings f JOIN "{table}" r ON r."{column}" = f.id'  # noqa: S608
        " WHERE f.article_id"
        for table, column in _references(db, "findings")
    ]
    ids = json.dumps(list(article_ids))
    kept = {sql.number(db, "SELECT max(id) FROM articles")}
    for query in (bears, *referring, *discussing):
        kept |= {number for (number,) in db.execute(f"{query} {_AMONG}", [ids])}
    return kept


def _references(db: Database, table: str) -> list[tuple[str, str]]:
    """The tables that refer to this one, by which column: also those that are added later."""
    query = (
        'SELECT s.name, f."from" FROM sqlite_schema s, pragma_foreign_key_list(s.name) f'
        " WHERE s.type = 'table' AND f.\"table\" = ?"
    )
    return [(row[0], row[1]) for row in db.execute(query, [table])]


def _digest(text: str, size: int) -> bytes:
    return hashlib.blake2b(str(sql.storable(text)).encode(), digest_size=size).digest()
