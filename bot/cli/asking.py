"""`claimwire ask`: a chat command by hand, as anybody without rights would ask it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import ConfigOption, configured, essay_of, stdout
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import InputError
from bot.model import Actor

if TYPE_CHECKING:
    from bot.commands.answers import Answer

ASKER = Actor("terminal", "you", "you", channel_id="here")


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("ask")(ask)


def ask(
    command: Annotated[str, typer.Argument(help='As in chat: "list contradicted", "help".')],
    config: ConfigOption = None,
    picture: Annotated[Path | None, typer.Option(help="Where to write a picture.")] = None,
) -> None:
    """Ask what people ask in chat; look-ups only."""
    answer = asyncio.run(_answer(configured(config), command))
    from adapters.terminal import answer_lines

    stdout().print(answer_lines(answer))
    if answer.picture is not None and picture is not None:
        try:
            picture.write_bytes(answer.picture.png)
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(
                f"{picture}: cannot be written: {reason}. Name another --picture."
            ) from error


async def _answer(config: Config, command: str) -> Answer:
    from bot.commands.checking import Checker
    from bot.commands.desk import Desk
    from bot.commands.people import Roles
    from bot.judges import load_judge
    from bot.ledger.store import Ledger
    from bot.parts import alert_policy, fetch_limits, prediction_rules
    from bot.pipeline import JudgeThread
    from feeds.fetch import Fetcher

    if not config.ledger_path.exists():
        raise InputError(
            f"{config.ledger_path}: there is no ledger yet. `claimwire run` makes one."
        )
    clock, essay, checker = SystemClock(), essay_of(config, None), None
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(await Ledger.open(config.ledger_path, clock))
        if command.split()[:1] == ["check"]:
            judge = JudgeThread(await asyncio.to_thread(load_judge, config, essay))
            stack.callback(judge.close)
            fetcher = await stack.enter_async_context(Fetcher(clock, fetch_limits(config)))
            checker = Checker(fetcher, judge, clock)
        policy = alert_policy(config, [])
        rules = prediction_rules(config)
        days = config.review.keep_days
        desk = Desk(essay, ledger, clock, Roles(), policy, checker, rules, days)
        return await desk.ask_text(command, ASKER)
