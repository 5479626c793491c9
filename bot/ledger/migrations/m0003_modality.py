"""How far the sentence of a verdict is a fact."""

from __future__ import annotations

from sqlite_utils import Database

from bot.ledger.migrations.registry import migrations


@migrations()
def m0003_modality(db: Database) -> None:
    """How far the sentence of a verdict is a fact; "" for those recorded before it was kept."""
    db.execute("ALTER TABLE verdicts ADD COLUMN modality TEXT NOT NULL DEFAULT ''")
