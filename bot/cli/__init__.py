"""The `claimwire` command: one module per group of subcommands."""

from __future__ import annotations

import logging
import os
import sys

import typer

from bot import __version__
from bot.cli import (
    asking,
    claims,
    essay,
    evaluating,
    export,
    feeds,
    judging,
    keeping,
    ledger,
    probing,
    reviewing,
    running,
    shadow,
    tuning,
    working,
)
from bot.cli.common import complain
from bot.errors import ClaimwireError
from bot.log import logger

app = typer.Typer(
    name="claimwire",
    help="Holds the news against the claims of one essay, and says what bears on which, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    running,
    probing,
    working,
    judging,
    evaluating,
    tuning,
    ledger,
    reviewing,
    keeping,
    asking,
    claims,
    export,
    shadow,
):
    module.register(app)
app.add_typer(feeds.app, name="feeds")
app.add_typer(essay.app, name="essay")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"claimwire {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and leave."
    ),
) -> None:
    pass


def main() -> None:
    """Runs the command. Exit codes: 0 done, 1 it failed, 2 config or usage is wrong, 130 ^C."""
    try:
        app()
    except ClaimwireError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) left: not an error, but Python would complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception:
        if not logging.getLogger().handlers:  # no config was read, so there are no secrets yet
            raise
        # Not left to Python, which would print what the log strikes out.
        logger("cli").exception("a fault in claimwire; please report it")
        sys.exit(1)
