"""`claimwire probe`: asks the running bot whether it is ready."""

from __future__ import annotations

import typer

from bot.cli.common import ConfigOption
from bot.operations.probe import probe as ask_the_bot


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command()(probe)


def probe(config: ConfigOption = None) -> None:
    """Ask the bot that runs here whether it is ready; prints one line.

    Exit code 0 if it is, 1 if not.
    """
    ready, line = ask_the_bot(config)
    typer.echo(line)
    raise typer.Exit(0 if ready else 1)
