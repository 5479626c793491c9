"""What the subcommands share: options, consoles, output for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from bot.config import Config, load_config
from bot.essay.loader import load
from bot.log import Level, setup
from bot.model import Essay

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Config file; ./claimwire.toml where it is there."),
]
EssayOption = Annotated[
    Path | None, typer.Option("--essay", help="Another essay than the config names.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def stdout() -> Console:
    """Where results go. Made at each use, so that it is the standard output of that moment."""
    return Console(highlight=False, soft_wrap=False)


def stderr() -> Console:
    """Where progress and complaints go."""
    return Console(stderr=True, highlight=False)


def complain(message: str) -> None:
    """One message to a person, on standard error; nothing in it is taken for markup."""
    stderr().print(Text("claimwire: ", style="bold red") + Text(message), soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def configured(path: Path | None, *, quiet: bool = True) -> Config:
    """The config, with logging set up. Raises ConfigError.

    ``quiet``: only warnings and errors are logged, for a command whose output is its answer.
    """
    config = load_config(path)
    level = config.log.level
    if quiet and level is Level.INFO:
        level = Level.WARNING
    setup(level, config.log.format, secrets=config.secrets)
    return config


def essay_of(config: Config, path: Path | None) -> Essay:
    """The essay named on the command line, else the config's. Raises EssayError."""
    from bot.parts import load_essay

    return load(path) if path else load_essay(config)
