"""The tables, as numbered migrations, a file each. One that was released is never edited: add one.

Times are TEXT in ISO 8601, UTC, microseconds, so that they sort as they follow one another.
Findings, verdicts, standings, alert revisions and all that the desk decides are append-only, which
triggers enforce. Migrations are applied in the order in which they are imported here.
"""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations import (  # noqa: F401  (in the order of their numbers)
    m0001_first,
    m0002_desk,
    m0003_modality,
    m0004_notices,
    m0005_feeds,
    m0006_stories,
    m0007_chain,
    m0008_seen,
    m0009_predictions,
    m0010_assessed,
    m0011_review,
    m0012_websub,
)
from bot.ledger.migrations.registry import migrations

__all__ = ["APPLICATION_ID", "migrations", "unknown_migrations"]

# Marks the file as ours (https://www.sqlite.org/fileformat.html#application_id): "Clmw".
APPLICATION_ID = 0x436C6D77


def unknown_migrations(db: Database) -> list[str]:
    """The migrations that were applied to this database and that this version does not know."""
    # The registry has no public list of its names; on an empty database all of them are pending.
    empty = Database(memory=True, execute_plugins=False)
    try:
        known = {migration.name for migration in migrations.pending(empty)}
    finally:
        empty.close()
    return [applied.name for applied in migrations.applied(db) if applied.name not in known]
