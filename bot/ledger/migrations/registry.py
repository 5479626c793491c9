"""The list of migrations, and what several of them need."""

from __future__ import annotations

from sqlite_utils import Migrations

migrations = Migrations("claimwire")


def append_only(table: str) -> tuple[str, ...]:
    """The triggers that let nobody change or delete a row of the table.

    Its rows are then linked by themselves (bot.ledger.chain). A migration that adds rows to it
    calls ``chain.link_all`` at its end.
    """
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: add a row that names the old one'); "
        "END"
        for verb in ("UPDATE", "DELETE")
    )
