"""`claimwire doctor`: finds and explains the common mistakes before the bot meets them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from adapters import discord
from adapters.discord.invite import invite_link
from bot.clock import SystemClock
from bot.config import Config, WebSubSettings, load_config
from bot.config.platforms import SWITCHES
from bot.errors import ClaimwireError, ConfigError
from bot.essay.loader import warnings as essay_warnings
from bot.judges import load_judge, mark_of, workers_queue
from bot.ledger.store import Ledger
from bot.model import Article, Entry, Outlet
from bot.parts import (
    fetch_limits,
    listen_place,
    load_essay,
    load_feeds,
    make_adapters,
    public_base,
    require_confirmed,
)
from feeds.check import Outcome
from feeds.check import check as check_feeds
from feeds.fetch import Fetcher
from feeds.websub import PATH


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``message`` says what was found and, if it is wrong, how to mend it."""

    name: str
    ok: bool
    message: str


async def examine(path: Path | None, *, online: bool) -> list[Check]:
    """All checks in the order of a start; without a config nothing else can be checked."""
    try:
        config = load_config(path)
    except ClaimwireError as error:
        return [Check("config", ok=False, message=str(error))]
    where = str(config.source) if config.source else "no file; every setting has its default"
    checks = [Check("config", ok=True, message=where)]
    parts: list[tuple[str, Callable[[Config], Awaitable[str]]]] = [
        ("essay", _essay),
        ("feeds", _feeds),
        ("model", _model),
        ("ledger", _ledger),
        ("channels", _channels),
    ]
    if discord.TOKEN in config.platforms:
        parts.append(("discord", _discord))
    if config.workers.redis_url:
        parts.append(("workers", _workers))
    if config.websub != WebSubSettings():
        parts.append(("websub", _websub))
    if online:
        if SWITCHES["slack"] in config.platforms:
            parts.append(("slack online", _slack_online))
        if discord.TOKEN in config.platforms:
            parts.append(("discord online", _discord_online))
        parts.append(("feeds online", _online))
    for name, part in parts:
        try:
            checks.append(Check(name, ok=True, message=await part(config)))
        except ClaimwireError as error:
            checks.append(Check(name, ok=False, message=str(error)))
    return checks


async def _essay(config: Config) -> str:
    essay = load_essay(config)
    require_confirmed(essay)
    weak = len(essay_warnings(essay))
    return f"{essay.title}: {len(essay.claims)} claims, {weak} warnings"


async def _feeds(config: Config) -> str:
    sources = load_feeds(config)
    if not sources:
        raise ClaimwireError("the list is empty. `claimwire feeds add URL` adds one.")
    return f"{len(sources)} feeds from {config.opml_in_use() or 'the bundled list'}"


async def _model(config: Config) -> str:
    judge = await asyncio.to_thread(load_judge, config, load_essay(config))
    now = datetime.now(UTC)
    entry = Entry(
        "doctor", "", "", "", "", "Russia rejects a ceasefire in Ukraine", "", now, None, Outlet("")
    )
    judgement = (await asyncio.to_thread(judge.judge, [Article(entry, now, now)]))[0]
    return f"loaded, and judges: {len(judgement.findings)} findings on a test sentence"


async def _ledger(config: Config) -> str:
    path = config.ledger_path
    if not path.exists():
        home = next(folder for folder in path.absolute().parents if folder.exists())
        if not os.access(home, os.W_OK):
            raise ClaimwireError(
                f"{path}: cannot be made, since {home} may not be written. Set claimwire.data_dir."
            )
        return f"{path} does not exist yet; the first `claimwire run` makes it"
    ledger = await Ledger.open(path, SystemClock())
    try:
        counts = await ledger.counts()
    finally:
        await ledger.close()
    if counts.failed:
        raise ClaimwireError(
            f"{path}: {counts.failed} deliveries were given up. The log of `claimwire run` says"
            " why; mend the channel, and what comes later is delivered."
        )
    if counts.feeds and counts.feeds_failing == counts.feeds:
        raise ClaimwireError(
            f"{path}: all {counts.feeds} feeds failed when last tried. Is there a network?"
            " `claimwire feeds check` says what each answered."
        )
    return (
        f"{path}: {counts.articles} reports, {counts.verdicts} verdicts, {counts.pending} alerts"
        f" waiting, {counts.feeds_failing} of {counts.feeds} feeds failing"
    )


async def _channels(config: Config) -> str:
    adapters = make_adapters(config, SystemClock(), None)
    kinds = [f"{channel.name} ({channel.adapter})" for channel in config.channels]
    # A platform whose token is set may be used by subscriptions alone.
    named = {channel.name for channel in config.channels}
    named |= {channel.adapter for channel in config.channels}
    kinds += [adapter.name for adapter in adapters if adapter.name not in named]
    return f"{len(kinds)}: {', '.join(kinds)}"


async def _websub(config: Config) -> str:
    base, (host, port) = public_base(config), listen_place(config)
    if not base:
        return "no public_url is set: all feeds are polled"
    return f"hubs call {base}{PATH}…, which the proxy must hand on to {host} port {port}"


async def _discord(config: Config) -> str:
    return f"invite the bot by {invite_link(config.platforms[discord.TOKEN])}"


async def _workers(config: Config) -> str:
    missing = await asyncio.to_thread(_missing_workers, config)
    if missing:
        raise ConfigError(
            f"{missing}. Until that changes the bot judges everything itself. Start Redis and"
            " `claimwire worker`, or leave workers.redis_url empty."
        )
    return "Redis answers, and a worker with this judge is there"


def _missing_workers(config: Config) -> str:
    from bot.workers.engine import EngineAwayError
    from bot.workers.queue_judge import absence

    mark = mark_of(config, load_essay(config))
    with closing(workers_queue(config)) as engine:
        try:
            return absence(engine, mark)
        except EngineAwayError as error:
            return str(error)


async def _slack_online(config: Config) -> str:
    from adapters.slack.checking import check_slack

    return await check_slack(config.platforms, _channels_of(config, "slack"))


async def _discord_online(config: Config) -> str:
    from adapters.discord.checking import check_discord

    return await check_discord(config.platforms, _channels_of(config, discord.NAME))


def _channels_of(config: Config, adapter: str) -> list[str]:
    # One without a channel is told by the check of the channels.
    found = (one.settings.get("channel") for one in config.channels if one.adapter == adapter)
    return [str(channel) for channel in found if channel]


async def _online(config: Config) -> str:
    async with Fetcher(SystemClock(), fetch_limits(config)) as fetcher:
        reports = await check_feeds(load_feeds(config), fetcher, SystemClock().now())
    failing = [f"{r.outlet.name}: {r.outcome}" for r in reports if r.outcome is not Outcome.OK]
    if failing:
        raise ClaimwireError(
            f"{len(failing)} of {len(reports)} fail ({'; '.join(failing)})."
            " `claimwire feeds check` says more."
        )
    return f"all {len(reports)} answer with a feed"


def show(checks: Sequence[Check], console: Console) -> None:
    """A line per check; what is wrong stands out by word and colour."""
    for check in checks:
        word, style = ("ok   ", "green") if check.ok else ("WRONG", "bold red")
        line = Text(f"{word} ", style).append(f"{check.name}: ", "bold").append(check.message)
        console.print(line, soft_wrap=True)  # a link that is broken in two cannot be opened
