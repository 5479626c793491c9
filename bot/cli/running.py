"""`claimwire run`, `demo` and `doctor`."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import ConfigOption, JsonOption, configured, print_json, stdout
from bot.config import settings_help


def register(app: typer.Typer) -> None:
    """Adds the subcommands."""
    app.command()(run)
    app.command()(demo)
    app.command()(doctor)


def _list_settings(wanted: bool) -> None:
    if wanted:
        typer.echo(settings_help(), nl=False)
        raise typer.Exit


def run(
    config: ConfigOption = None,
    settings: Annotated[  # noqa: ARG001 - its callback does the work
        bool,
        typer.Option(
            "--settings",
            callback=_list_settings,
            is_eager=True,
            help="List every setting with its default and variable, and leave.",
        ),
    ] = False,
) -> None:
    """Run the bot until SIGTERM or ctrl-C; what it holds is finished first."""
    from bot import app

    asyncio.run(app.run(configured(config, quiet=False)))


def demo(
    data_dir: Annotated[
        Path, typer.Option(help="Where the demo keeps its ledger; a second run finds it there.")
    ] = Path("data/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with an empty ledger.")] = False,
) -> None:
    """Show the main job on the bundled chronicle: no account, no network, no set-up."""
    from bot.demo import run_demo

    asyncio.run(run_demo(data_dir, fresh=fresh, console=stdout()))


def doctor(
    config: ConfigOption = None,
    online: Annotated[bool, typer.Option(help="Also ask every feed, Slack and Discord.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check config, essay, feeds, model, ledger, channels, hubs and workers.

    Exit code 1 if any is wrong, 2 if it is the config.
    """
    from bot.doctor import examine, show

    checks = asyncio.run(examine(config, online=online))
    if as_json:
        print_json([dataclasses.asdict(check) for check in checks])
    else:
        show(checks, stdout())
    wrong = [check.name for check in checks if not check.ok]
    if wrong:
        raise typer.Exit(2 if "config" in wrong else 1)
