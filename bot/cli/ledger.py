"""`claimwire ledger` and `claimwire why`: what the ledger holds."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from bot.board import claim_account, standings_table, trace_view
from bot.cli.common import ConfigOption, EssayOption, JsonOption, configured, essay_of, stdout
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import InputError
from bot.ledger.records import Trace
from bot.ledger.store import Ledger
from feeds.text import canonical_url

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Adds the subcommands."""
    app.command()(why)
    app.command("ledger")(show_ledger)


def why(
    article: Annotated[str, typer.Argument(help="The report's address, or its id in the ledger.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show all that happened to one report: why it alerted, or where it stopped."""

    key = canonical_url(article) or article

    async def find(ledger: Ledger) -> tuple[Trace | None, bool]:
        found = await ledger.trace(article) or await ledger.trace(key)
        return found, found is None and await ledger.was_removed(key)

    trace, removed = ask_ledger(configured(config), find)
    if removed:
        raise InputError(
            f"{article}: was read, bore on no claim, and was removed for its age"
            " (ledger.keep_days); `claimwire ask 'check TEXT'` judges any text."
        )
    if trace is None:
        raise InputError(
            f"{article}: not in the ledger. It was never in a feed that was polled, or has another"
            " address there; `claimwire ask 'check TEXT'` judges any text."
        )
    _dump(trace) if as_json else stdout().print(trace_view(trace))


def show_ledger(
    claim: Annotated[str | None, typer.Argument(help="A claim's id or slug.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most reports to show.")] = 30,
    config: ConfigOption = None,
    essay: EssayOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show where every claim stands, or one claim with its evidence."""
    loaded = configured(config)
    text = essay_of(loaded, essay)
    if claim is None:
        accounts = ask_ledger(loaded, lambda ledger: ledger.standings(text))
        _dump(accounts) if as_json else stdout().print(standings_table(accounts))
        return
    try:
        wanted = text.claim(claim)
    except KeyError:
        raise InputError(f"{claim}: no such claim. `claimwire claims` lists them.") from None

    async def account(ledger: Ledger) -> Any:
        accounts = await ledger.standings(text)
        found = next(a for a in accounts if a.claim.id == wanted.id)
        return found, await ledger.evidence(wanted.id, limit, text.id)

    found, evidence = ask_ledger(loaded, account)
    if as_json:
        _dump({"account": found, "evidence": evidence})
    else:
        stdout().print(claim_account(found, evidence))


def ask_ledger(config: Config, question: Callable[[Ledger], Awaitable[T]]) -> T:
    """The answer of the ledger that the config names. Raises InputError where there is none."""
    path = existing_ledger(config)

    async def answer() -> T:
        ledger = await Ledger.open(path, SystemClock())
        try:
            return await question(ledger)
        finally:
            await ledger.close()

    return asyncio.run(answer())


def existing_ledger(config: Config) -> Path:
    """The ledger that the config names. Raises InputError where there is none."""
    path = config.ledger_path
    if not path.exists():
        raise InputError(
            f"{path}: there is no ledger yet. `claimwire run` makes one; set claimwire.data_dir, or"
            " CLAIMWIRE_DATA_DIR, if yours lies elsewhere."
        )
    return path


def _dump(value: Any) -> None:
    def plain(item: Any) -> Any:
        if dataclasses.is_dataclass(item) and not isinstance(item, type):
            return {f.name: getattr(item, f.name) for f in dataclasses.fields(item)}
        if isinstance(item, datetime | date):
            return item.isoformat()
        raise TypeError(f"{type(item).__name__} has no JSON form")

    typer.echo(json.dumps(value, default=plain, ensure_ascii=False))
