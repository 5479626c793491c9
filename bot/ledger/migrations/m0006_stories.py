"""What a story is joined by, and how articles were moved from story to story."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import append_only, migrations

_STORIES = (
    # float32, little-endian; empty where it was not kept yet
    "ALTER TABLE story_articles ADD COLUMN embedding BLOB NOT NULL DEFAULT x''",
    "ALTER TABLE story_articles ADD COLUMN why TEXT NOT NULL DEFAULT ''",
    """
    UPDATE story_articles SET embedding = (SELECT s.embedding FROM stories s WHERE s.id = story_id)
    WHERE joined_by = 'first'
    """,
    """
    CREATE TABLE story_moves (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,         -- merge, split, undo
        from_story INTEGER NOT NULL REFERENCES stories (id),
        to_story INTEGER NOT NULL REFERENCES stories (id),
        articles TEXT NOT NULL,     -- JSON: the ids of the articles that were moved
        why TEXT NOT NULL,
        undoes INTEGER UNIQUE REFERENCES story_moves (id),
        platform TEXT NOT NULL,     -- '' for what the rule did by itself
        user_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        recorded_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX story_moves_from ON story_moves (from_story)",
    "CREATE INDEX story_moves_to ON story_moves (to_story)",
)


@migrations()
def m0006_stories(db: Database) -> None:
    """What a story is joined by, and how articles were moved from story to story."""
    for statement in (*_STORIES, *append_only("story_moves")):
        db.execute(statement)
