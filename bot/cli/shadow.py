"""`claimwire shadow`: what another claims file or threshold would have alerted."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.text import stance_word
from bot.board import STANCE_STYLES, clean, progress_bar
from bot.cli.common import (
    ConfigOption,
    JsonOption,
    configured,
    essay_of,
    print_json,
    stderr,
    stdout,
)
from bot.cli.ledger import existing_ledger
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import InputError
from bot.model import Alert, Article, Essay

if TYPE_CHECKING:
    from bot.export.records import AlertRecord
    from bot.ledger.records import AlertPolicy
    from bot.shadow import Shadow


def register(app: typer.Typer) -> None:
    """Adds the subcommand."""
    app.command("shadow")(shadow_run)


def shadow_run(
    claims: Annotated[
        Path | None,
        typer.Argument(metavar="[CLAIMS.toml]", help="The essay to try; else the config's."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Over the articles of that many days.")] = 30,
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="A judge.alert_threshold to try; else the config's."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a changed essay or threshold would have alerted, beside what was."""
    loaded = configured(config)
    essay = essay_of(loaded, claims)
    if threshold is not None:
        judge = dataclasses.replace(loaded.judge, alert_threshold=threshold)
        loaded = dataclasses.replace(loaded, judge=judge)
    found = asyncio.run(_shadow(loaded, essay, days))
    print_json(found.as_dict()) if as_json else show(found, stdout())


async def _shadow(config: Config, essay: Essay, days: int) -> Shadow:
    from bot.judges import load_judge
    from bot.pipeline import JudgeThread
    from bot.shadow import shadow

    articles, before, policy = await stored(config, essay, days)
    with progress_bar(stderr()) as bar:
        task = bar.add_task("judging", total=len(articles))
        judge = JudgeThread(await asyncio.to_thread(load_judge, config, essay))
        try:
            return await shadow(
                articles,
                before,
                judge=judge,
                policy=policy,
                progress=lambda done: bar.advance(task, done),
            )
        finally:
            judge.close()


async def stored(
    config: Config, essay: Essay, days: int
) -> tuple[tuple[Article, ...], tuple[AlertRecord, ...], AlertPolicy]:
    """What the ledger holds: read from a copy, so that the ledger itself stays untouched."""
    from bot.ledger.file.backup import copy_checked
    from bot.ledger.store import Ledger
    from bot.parts import alert_policy

    path, clock = existing_ledger(config), SystemClock()
    async with AsyncExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="claimwire-shadow-"))
        copy = Path(scratch) / "ledger.sqlite"
        await asyncio.to_thread(copy_checked, path, copy)
        ledger = await stack.enter_async_context(await Ledger.open(copy, clock))
        articles = await ledger.articles_since(clock.now() - timedelta(days=days))
        if not articles:
            raise InputError(
                f"{path}: no article of the last {days} days. Give more --days, or let the bot run."
            )
        _snapshot, before = await ledger.alert_records(essay.id)
        return articles, before, await ledger.widest_policy(alert_policy(config, []))


def show(found: Shadow, console: Console) -> None:
    """Every alert that differs, then the counts by claim and in all."""
    comparison = found.comparison
    table = Table("Claim", "new", "gone", "turned", box=box.SIMPLE_HEAD)
    for claim_id in comparison.claim_ids:
        one = comparison.of_claim(claim_id)
        counts = (len(one.new), len(one.gone), len(one.turned))
        table.add_row(Text(clean(claim_id), "bold"), *(str(count or "") for count in counts))
        for alert in one.new:
            console.print(_line("+", "green", alert), soft_wrap=True)
        for alert in one.gone:
            console.print(_line("-", "red", alert), soft_wrap=True)
        for before, after in one.turned:
            line = _line("~", "magenta", after)
            line.append(f"  (was {stance_word(before.stance)})", style="dim")
            console.print(line, soft_wrap=True)
    if comparison.claim_ids:
        console.print(table)
    console.print(found.summary(), soft_wrap=True)


def _line(mark: str, style: str, alert: Alert) -> Text:
    line = Text(f"{mark} ", style=f"bold {style}")
    line.append(f"{alert.at:%Y-%m-%d} ", style="dim")
    line.append(f"{clean(alert.claim.id)} ", style="bold")
    line.append(stance_word(alert.stance), style=STANCE_STYLES[alert.stance])
    line.append(f" {alert.confidence:.0%} {clean(alert.sentence)}")
    if alert.carriers:
        line.append(f"  [{clean(alert.carriers[0].outlet.name)}]", style="dim")
    return line
