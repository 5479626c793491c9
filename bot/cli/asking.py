"""`claimwire ask`: a chat command by hand, as anybody without rights would ask it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot.cli.common import ConfigOption, configured, essay_of, stdout
from bot.clock import SystemClock
from bot.commands.answers import Answer, Block, Fields, Paragraph, Quote, Row
from bot.config import Config
from bot.errors import InputError
from bot.model import Actor

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
    stdout().print(_shown(answer))
    if answer.picture is not None and picture is not None:
        try:
            picture.write_bytes(answer.picture.png)
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(
                f"{picture}: cannot be written: {reason}. Name another --picture."
            ) from error


async def _answer(config: Config, command: str) -> Answer:
    from bot.app import alert_policy, fetch_limits
    from bot.commands.checking import Checker
    from bot.commands.desk import Desk
    from bot.commands.people import Roles
    from bot.judges import load_judge
    from bot.ledger.store import Ledger
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
        return await Desk(essay, ledger, clock, Roles(), policy, checker).ask_text(command, ASKER)


def _shown(answer: Answer) -> Group:
    parts: list[Text | Table] = [Text(answer.title, style="bold")]
    for block in answer.blocks:
        parts += _block(block)
    if answer.picture:
        parts.append(Text(f"[{answer.picture.name}]", style="dim"))
    if answer.page and answer.page.of > 1:
        after = f"; {answer.page.next}" if answer.page.next else ""
        parts.append(Text(f"page {answer.page.number} of {answer.page.of}{after}", style="dim"))
    if answer.buttons:
        parts.append(Text("  ".join(f"[{one.label}] {one.token}" for one in answer.buttons)))
    return Group(*parts)


def _block(block: Block) -> list[Text | Table]:
    if isinstance(block, Paragraph):
        return [Text(block.text, style="dim" if block.faint else "")]
    if isinstance(block, Quote):
        return [Text(f"“{block.text}” {block.by} {block.link}")]
    if isinstance(block, Fields):
        return [Text(f"  {one.name}: {one.value}") for one in block.fields]
    heading = [Text(block.heading, style="bold")] if block.heading else []
    return [*heading, *map(_row, block.rows)]


def _row(row: Row) -> Text:
    mark = row.standing or row.stance
    told = " ".join(part for part in (row.claim_id, mark.value if mark else "") if part)
    return Text("  ").append(told, "bold").append(f" {row.text}").append(f"  {row.detail}", "dim")
