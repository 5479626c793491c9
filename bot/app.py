"""The composition root: the only module that knows every room. Starts, runs and stops the bot."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

from rich.console import Console

from adapters.base import ADAPTERS, build, kind_of
from adapters.kind import HttpLimits, Surroundings
from bot import __version__
from bot.alerts.outbox import Courier
from bot.clock import SystemClock
from bot.commands.checking import Checker
from bot.commands.desk import Desk
from bot.commands.people import Right, Roles
from bot.config import Config
from bot.config.platforms import SWITCHES
from bot.errors import ClaimwireError, ConfigError, DeliveryError
from bot.essay.loader import bundled, load
from bot.judges import load_judge
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.lock import sole_writer
from bot.log import logger
from bot.model import Essay, channel_address
from bot.pipeline import JudgeThread, Pipeline
from bot.ports import ChatAdapter, Clock, InteractiveAdapter
from bot.schedule import Schedule
from feeds import opml
from feeds.fetch import Fetcher, Limits
from feeds.opml import FeedSource

# After a signal: this long for polls under way, then this long for what the outbox still holds.
POLL_PATIENCE_S = 5.0
DELIVERY_PATIENCE_S = 3.0

_log = logger("app")


def load_essay(config: Config) -> Essay:
    """The essay that the config names, or the bundled one. Raises EssayError."""
    return load(config.claimwire.essay) if config.claimwire.essay else bundled()


def require_confirmed(essay: Essay) -> None:
    """Raises ConfigError for a draft: nobody's readers are told by claims that no editor read."""
    if essay.draft:
        raise ConfigError(
            f"{essay.id}: the essay is a draft. Make its claims and indicators yours, run"
            " `claimwire claims check`, and remove the line draft = true. `claimwire judge` and"
            " `claimwire replay` take a draft as it is."
        )


def load_feeds(config: Config) -> tuple[FeedSource, ...]:
    """The feeds that the config names, or the bundled list. Raises ConfigError."""
    path = config.opml_in_use()
    return opml.read(path) if path else opml.bundled()


def fetch_limits(config: Config) -> Limits:
    """The limits of the [feeds] section."""
    contact = f" (+{config.feeds.contact})" if config.feeds.contact else ""
    return Limits(
        timeout_s=config.feeds.timeout_s,
        max_bytes=config.feeds.max_bytes,
        max_redirects=config.feeds.max_redirects,
        allow_private=config.feeds.allow_private,
        user_agent=f"claimwire/{__version__}{contact}",
    )


def make_adapters(config: Config, clock: Clock, console: Console | None) -> list[ChatAdapter]:
    """One adapter per channel, one per platform for all of its channels; not started.

    A platform is there if a channel names it or its token is set. Raises one ConfigError for all
    that is wrong.
    """
    adapters: list[ChatAdapter] = []
    mistakes = []
    http = HttpLimits(user_agent=f"claimwire/{__version__}")
    surroundings = Surroundings(
        clock=clock,
        http=http,
        console=console,
        variables=config.platforms,
        holders=tuple(sorted(roles_of(config).everyone_named())),
    )
    platforms = {name for name, token in SWITCHES.items() if token in config.platforms}
    for channel in config.channels:
        try:
            kind = kind_of(channel.adapter, channel.name)
            if kind.platform:
                kind.check(channel.name, channel.settings)
                platforms.add(kind.name)
            else:
                adapters.append(build(kind.name, channel.name, channel.settings, surroundings))
        except ConfigError as error:
            mistakes.append(str(error))
    for name in sorted(platforms & ADAPTERS.keys()):
        try:
            adapters.append(ADAPTERS[name].make(name, {}, surroundings))
        except ConfigError as error:
            mistakes.append(str(error))
    names = [adapter.name for adapter in adapters]
    mistakes += [
        f'channel "{name}" has the name of a platform -> rename it'
        for name in sorted(platforms)
        if names.count(name) > 1
    ]
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return adapters


def alert_policy(config: Config, channels: Sequence[ChatAdapter]) -> AlertPolicy:
    """Which verdicts go to which channels, by their addresses."""
    addresses = [
        channel_address(one.adapter, one.settings["channel"])
        for one in config.channels
        if one.adapter in ADAPTERS and ADAPTERS[one.adapter].platform
    ]
    own = [one.name for one in channels if not isinstance(one, InteractiveAdapter)]
    return AlertPolicy(
        channels=(*own, *dict.fromkeys(addresses)),
        stances=frozenset(config.alerts.stances),
        min_confidence=config.alerts.min_confidence,
    )


def roles_of(config: Config) -> Roles:
    """Who may do what, by [roles]."""
    held = {right: getattr(config.roles, right.value) for right in Right}
    return Roles(config.roles.editors, held)


async def start_adapters(adapters: Sequence[ChatAdapter]) -> frozenset[str]:
    """Starts them; returns the names of those that could not be reached yet.

    The courier starts these later, and their alerts wait in the outbox. The same goes for one whose
    settings are wrong (a bad token), unless no other works: then ConfigError is raised.
    """
    unstarted, wrong = set(), []
    for adapter in adapters:
        try:
            await adapter.start()
        except DeliveryError as error:
            _log.warning("channel not reachable yet", channel=adapter.name, error=str(error))
            unstarted.add(adapter.name)
        except ConfigError as error:
            _log.error("channel not started", channel=adapter.name, error=str(error))
            unstarted.add(adapter.name)
            wrong.append(str(error))
    if wrong and len(wrong) == len(adapters):
        raise ConfigError("\n".join(wrong))
    return frozenset(unstarted)


async def run(config: Config, *, stop: asyncio.Event | None = None) -> None:
    """Runs the bot until SIGTERM, SIGINT or ``stop``; what is under way is finished first.

    Raises ClaimwireError where something is wrong at the start.
    """
    stop = stop or asyncio.Event()
    _stop_on_signals(stop)
    clock = SystemClock()
    essay, sources = load_essay(config), load_feeds(config)
    require_confirmed(essay)
    adapters = make_adapters(config, clock, None)
    async with AsyncExitStack() as stack:
        judge = JudgeThread(await asyncio.to_thread(load_judge, config, essay))
        stack.callback(judge.close)
        stack.enter_context(sole_writer(config.ledger_path))
        ledger = await Ledger.open(config.ledger_path, clock)
        stack.push_async_callback(ledger.close)
        fetcher = await stack.enter_async_context(Fetcher(clock, fetch_limits(config)))
        policy = alert_policy(config, adapters)
        checker = Checker(fetcher, judge, clock)
        desk = Desk(essay, ledger, clock, roles_of(config), policy, checker)
        for adapter in adapters:
            if isinstance(adapter, InteractiveAdapter):
                adapter.connect(desk)
            stack.push_async_callback(adapter.stop)
        unstarted = await start_adapters(adapters)
        pipeline = Pipeline(
            fetcher=fetcher,
            judge=judge,
            ledger=ledger,
            clock=clock,
            policy=policy,
            concurrency=config.feeds.concurrency,
        )
        rng = random.Random()  # noqa: S311 - it spreads retries and hides nothing
        courier = Courier(ledger, adapters, clock, rng, unstarted=unstarted)
        schedule = _schedule(config, clock, sources, pipeline, courier, ledger)
        if not sources:
            _log.warning("no feeds", remedy="`claimwire feeds add URL` adds one")
        schedule.start()
        _log.info(
            "running",
            essay=essay.id,
            claims=len(essay.claims),
            feeds=len(sources),
            channels=",".join(adapter.name for adapter in adapters),
            note="the first fetch of a feed is recorded in silence; what comes after it may alert",
        )
        await stop.wait()
        _log.info("stopping")
        await schedule.stop(patience_s=POLL_PATIENCE_S)
        try:
            await asyncio.wait_for(courier.drain(), DELIVERY_PATIENCE_S)
        except TimeoutError:
            _log.warning("stopped with alerts in the outbox; they are sent at the next start")
    _log.info("stopped")


def _schedule(
    config: Config,
    clock: Clock,
    sources: Sequence[FeedSource],
    pipeline: Pipeline,
    courier: Courier,
    ledger: Ledger,
) -> Schedule:
    schedule = Schedule(clock, misfire_grace_s=config.schedule.misfire_grace_s)
    for number, source in enumerate(sources):
        interval_min = source.interval_min or config.feeds.interval_min
        schedule.every(
            f"poll {source.url}",
            partial(pipeline.poll, source),
            interval_s=interval_min * 60,
            jitter_s=config.feeds.jitter_s,
            # The first round is spread out: two feeds a second, and all within one interval.
            first_in_s=min(number / 2, interval_min * 60),
        )
    interval_s = config.alerts.delivery_interval_s
    # A slow channel makes a drain overrun its interval: that is no poll that was missed.
    schedule.every("deliver", courier.drain, interval_s=interval_s, may_overrun=True)

    async def keep_house() -> None:
        try:
            await ledger.housekeeping()
        except ClaimwireError as error:
            _log.error("housekeeping failed", error=str(error))

    interval_s = config.schedule.housekeeping_interval_min * 60
    schedule.every("housekeeping", keep_house, interval_s=interval_s, first_in_s=interval_s)
    return schedule


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
