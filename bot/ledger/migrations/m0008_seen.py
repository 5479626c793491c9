"""What was read and removed again is remembered, and evidence cannot be removed."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import migrations

# Digests (bot.ledger.retention): a tenth of what the addresses themselves would take.
_SEEN = """
    CREATE TABLE seen (
        key BLOB NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (key, content)
    ) STRICT, WITHOUT ROWID
"""
# A report bears on a claim if any of its revisions ever had a verdict.
_TRIGGERS = (
    "DROP TRIGGER findings_no_delete",
    """
    CREATE TRIGGER findings_no_delete BEFORE DELETE ON findings
    WHEN EXISTS (SELECT 1 FROM articles one JOIN articles same ON same.key = one.key
        JOIN verdicts v ON v.article_id = same.id WHERE one.id = OLD.article_id)
    BEGIN SELECT RAISE(ABORT, 'append-only: what bears on a claim is kept'); END
    """,
    """
    CREATE TRIGGER articles_no_delete BEFORE DELETE ON articles
    WHEN EXISTS (SELECT 1 FROM articles same JOIN verdicts v ON v.article_id = same.id
        WHERE same.key = OLD.key)
    BEGIN SELECT RAISE(ABORT, 'append-only: what bears on a claim is kept'); END
    """,
    """
    CREATE TRIGGER seen_is_kept BEFORE DELETE ON seen
    BEGIN SELECT RAISE(ABORT, 'append-only: what was seen is kept'); END
    """,
)


@migrations()
def m0008_seen(db: Database) -> None:
    """Reports that bore on nothing may be removed; that they were seen is kept."""
    for statement in (_SEEN, *_TRIGGERS):
        db.execute(statement)
    db.execute("CREATE INDEX articles_fetched ON articles (fetched_at)")
