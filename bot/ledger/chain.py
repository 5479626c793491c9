"""The hash chain: a later change, removal or insertion of what was recorded shows.

Every row of an append-only table but `findings` is linked in the transaction that writes it. A
link's hash is SHA-256 over the canonical JSON of [hash of the link before, table, key, row]; before
the first link stands the ledger's own random id. An article is linked with the first verdict on it.

What the chain cannot show by itself: that its end was cut off, or that all of it was computed anew.
For that, note its head now and then in another place (every export carries it), and verify against
that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from bot.ledger import sql

# Findings on reports that bear on nothing are removed after a while (bot.ledger.intake.retention).
_NOT_LINKED = ("chain", "findings")
# Of a table that is not append-only, what must stay as it was.
_ARTICLES = "articles"
_ARTICLE_COLUMNS = (
    *("id", "key", "revision", "content_hash", "feed_url", "guid", "url", "title", "summary"),
    *("published", "updated", "outlet", "tier", "voice", "at", "fetched_at"),
)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How long the chain is, and the hash of its last link: in hex, "" where there is no link."""

    links: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a check. ``fault``: the first thing that is wrong, for people; "" if nothing.

    ``noted_at``: the place of the noted head in the chain; None where none was given or found.
    """

    head: ChainHead
    fault: str = ""
    noted_at: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns of a table a link is made over. A column that is added later is not in it."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


# By table: the number of its shape of today, and the shape.
Known = dict[str, tuple[int, Shape]]


class Chain:
    """Links what one connection writes: made when it is opened, extended before each commit.

    Another program's rows are not noted, so they are never linked, and ``verify`` finds them.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: Known = {}
        db.execute("CREATE TEMP TABLE unlinked (table_name TEXT NOT NULL, row_key TEXT NOT NULL)")
        for table in linked_tables(db):
            _note_inserts(db, table)

    def extend(self) -> None:
        """Links what was written since the last call; to be called within the transaction."""
        noted = self._db.execute(
            "SELECT table_name, row_key FROM unlinked ORDER BY rowid"
        ).fetchall()
        if noted:
            _link(self._db, noted, self._known)
            self._db.execute("DELETE FROM unlinked")


def linked_tables(db: Database) -> tuple[str, ...]:
    """The tables whose rows are linked: those that migrations.registry.append_only guards."""
    found = db.execute(
        "SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'"
        " AND name = tbl_name || '_no_update' ORDER BY tbl_name"
    )
    return tuple(name for (name,) in found if name not in _NOT_LINKED)


def link_all(db: Database) -> None:
    """Links every row that has no link yet: for migrations, which run before a Chain is there."""
    known: Known = {}
    _link(db, [(_ARTICLES, key) for key in _unlinked_articles(db)], known)
    for table in linked_tables(db):
        _link(db, [(table, key) for key in _unlinked(db, table)], known)


def head(db: Database) -> ChainHead:
    """The end of the chain."""
    last = sql.row(db, "SELECT seq, hash FROM chain ORDER BY seq DESC LIMIT 1")
    return ChainHead(0, "") if last is None else ChainHead(last["seq"], last["hash"])


def digest(previous: str, table: str, key: str, row: Mapping[str, Any]) -> str:
    """The hash of a link, in hex.

    Canonical JSON: the row's names sorted, no white space, UTF-8 without escapes beyond JSON's own,
    floats by their shortest form, bytes as {"hex": ...}.
    """
    text = json.dumps(
        [previous, table, key, row],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=lambda value: {"hex": bytes(value).hex()},
    )
    return hashlib.sha256(text.encode()).hexdigest()


def verify(db: Database, noted: str = "") -> Verification:
    """Computes the whole chain again. ``noted``: the hash of a head that was noted earlier."""
    noted = noted.strip().lower()
    end, shapes = head(db), _shapes(db)
    usable = {number: shape for number, shape in shapes.items() if _is_there(db, shape)}
    previous, noted_at = _genesis(db), None
    links = db.execute("SELECT seq, shape, row_key, hash FROM chain ORDER BY seq")
    for expected, (seq, number, key, stored) in enumerate(links, start=1):
        if seq != expected:
            return Verification(end, f"link {expected} of the chain was removed")
        fault = _fault(db, usable.get(number), key, previous, stored)
        if fault:
            return Verification(end, f"{fault} (link {seq} of the chain)")
        if stored == noted:
            noted_at = seq
        previous = stored
    for table in sorted({*linked_tables(db), *(each.table for each in usable.values())}):
        if table != _ARTICLES and (strange := _unlinked(db, table)):
            fault = f"{table} {strange[0]}: was inserted by another program; no link names it"
            return Verification(end, fault)
    fault = ""
    if noted and noted_at is None:
        fault = "the noted head is not in the chain: its end was cut off, or it was written anew"
    return Verification(end, fault, noted_at)


# --- links ---------------------------------------------------------------------------------------


def _link(db: Database, noted: Iterable[Sequence[str]], known: Known) -> None:
    """Adds a link for each (table, key), in order."""
    last = head(db)
    previous, seq = last.hash or _genesis(db), last.links
    # A shape that is added here may be rolled back, so only what was found is known later.
    held = dict(known)
    for table, key in noted:
        if table not in held:
            shape = _shape_today(db, table)
            number = _number(db, shape)
            if number is not None:
                known[table] = number, shape
            held[table] = number or _add_shape(db, shape), shape
        number, shape = held[table]
        row = _row(db, shape, key)
        if row is None:
            raise RuntimeError(f"{table} {key}: was added and is not there")
        seq, previous = seq + 1, digest(previous, table, key, row)
        db.execute(
            "INSERT INTO chain (seq, shape, row_key, hash) VALUES (?, ?, ?, ?)",
            [seq, number, key, previous],
        )


def _fault(db: Database, shape: Shape | None, key: str, previous: str, stored: str) -> str:
    """What is wrong with a link, "" for nothing."""
    if shape is None:
        return f"the table or the columns that the link of row {key} was made over are gone"
    row = _row(db, shape, key)
    if row is None:
        return f"{shape.table} {key}: the row was removed"
    if digest(previous, shape.table, key, row) != stored:
        return f"{shape.table} {key}: the row, or its link, was changed"
    return ""


def _genesis(db: Database) -> str:
    found = sql.row(db, "SELECT value FROM meta WHERE key = 'ledger_id'")
    return "" if found is None else str(found["value"])


# --- rows ----------------------------------------------------------------------------------------
# A row's key is the JSON list of its primary key: [17], or [3,2] for alert 3, revision 2.


def _note_inserts(db: Database, table: str) -> None:
    """A trigger of this connection alone: no other program's rows are noted."""
    article = (
        "INSERT INTO unlinked SELECT 'articles', json_array(new.article_id) WHERE NOT EXISTS"
        " (SELECT 1 FROM verdicts WHERE article_id = new.article_id AND id <> new.id);"
    )
    key = ", ".join(f'new."{column}"' for column in _key_columns(db, table))
    db.execute(
        f"CREATE TEMP TRIGGER note_{table} AFTER INSERT ON main.{table} BEGIN"  # noqa: S608
        f" {article if table == 'verdicts' else ''}"
        f" INSERT INTO unlinked VALUES ('{table}', json_array({key})); END"
    )


def _unlinked(db: Database, table: str) -> list[str]:
    """The keys of the rows of a table that no link names, in the order in which they were added."""
    key = ", ".join(f'"{column}"' for column in _key_columns(db, table))
    found = db.execute(
        f"SELECT json_array({key}) AS row_key FROM {table} WHERE row_key NOT IN (SELECT c.row_key"  # noqa: S608
        " FROM chain c JOIN chain_shapes s ON s.id = c.shape WHERE s.table_name = ?)"
        " ORDER BY rowid",
        [table],
    )
    return [row_key for (row_key,) in found]


def _unlinked_articles(db: Database) -> list[str]:
    """The same for the articles on which there are verdicts."""
    found = db.execute(
        "SELECT DISTINCT article_id, json_array(article_id) AS row_key FROM verdicts"
        " WHERE row_key NOT IN (SELECT c.row_key FROM chain c JOIN chain_shapes s"
        " ON s.id = c.shape WHERE s.table_name = 'articles') ORDER BY article_id"
    )
    return [row_key for _article_id, row_key in found]


def _row(db: Database, shape: Shape, key: str) -> dict[str, Any] | None:
    columns = ", ".join(f'"{column}"' for column in shape.columns)
    where = " AND ".join(f'"{column}" = ?' for column in shape.key)
    try:
        values = json.loads(key)
    except ValueError:
        return None
    if not isinstance(values, list) or len(values) != len(shape.key):
        return None
    found = db.execute(
        f'SELECT {columns} FROM "{shape.table}" WHERE {where}',  # noqa: S608
        values,
    ).fetchone()
    return None if found is None else dict(zip(shape.columns, found, strict=True))


# --- shapes --------------------------------------------------------------------------------------


def _shape_today(db: Database, table: str) -> Shape:
    columns = _ARTICLE_COLUMNS if table == _ARTICLES else _columns(db, table)
    return Shape(table, _key_columns(db, table), columns)


def _number(db: Database, shape: Shape) -> int | None:
    """The number of the shape, if a link was made over it before."""
    return next((number for number, one in _shapes(db).items() if one == shape), None)


def _add_shape(db: Database, shape: Shape) -> int:
    row = {
        "table_name": shape.table,
        "key_columns": json.dumps(shape.key),
        "columns": json.dumps(shape.columns),
    }
    return sql.insert(db, "chain_shapes", row)


def _shapes(db: Database) -> dict[int, Shape]:
    return {
        row["id"]: Shape(
            row["table_name"],
            tuple(json.loads(row["key_columns"])),
            tuple(json.loads(row["columns"])),
        )
        for row in sql.rows(db, "SELECT * FROM chain_shapes")
    }


def _is_there(db: Database, shape: Shape) -> bool:
    """Whether the table still has the columns: a name that it does not have is not to be used."""
    return {*shape.key, *shape.columns} <= set(_columns(db, shape.table))


def _columns(db: Database, table: str) -> tuple[str, ...]:
    return tuple(name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", [table]))


def _key_columns(db: Database, table: str) -> tuple[str, ...]:
    found = db.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", [table])
    return tuple(name for (name,) in found)
