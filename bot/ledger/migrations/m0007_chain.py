"""The hash chain over the append-only tables, and the essays that the ledger was run with."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.chain import link_all
from bot.ledger.migrations.registry import append_only, migrations

_TABLES = (
    """
    CREATE TABLE chain_shapes (     -- which columns of a table a link is made over
        id INTEGER PRIMARY KEY,
        table_name TEXT NOT NULL,
        key_columns TEXT NOT NULL,  -- JSON: its primary key
        columns TEXT NOT NULL       -- JSON
    ) STRICT
    """,
    """
    CREATE TABLE chain (            -- bot.ledger.chain
        seq INTEGER PRIMARY KEY,    -- 1, 2, 3 without a gap
        shape INTEGER NOT NULL REFERENCES chain_shapes (id),
        row_key TEXT NOT NULL,      -- JSON: the row's primary key
        hash TEXT NOT NULL          -- SHA-256 in hex
    ) STRICT
    """,
    """
    CREATE TABLE essay_revisions (  -- the last row of an essay is the one in use
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        essay_id TEXT NOT NULL,
        hash TEXT NOT NULL,         -- SHA-256 of the body, in hex
        body TEXT NOT NULL,         -- JSON: bot.essay.stored
        loaded_at TEXT NOT NULL     -- when it was first loaded, or came back
    ) STRICT
    """,
    "CREATE INDEX essay_revisions_essay ON essay_revisions (essay_id)",
)


@migrations()
def m0007_chain(db: Database) -> None:
    """Links what is there; a row that is added later is linked as it is written."""
    for statement in (*_TABLES, *append_only("chain"), *append_only("essay_revisions")):
        db.execute(statement)
    link_all(db)
