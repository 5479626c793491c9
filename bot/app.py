"""The composition root: the only module that knows every room. Starts, runs and stops the bot."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from bot.alerts.operators import Operators
from bot.alerts.outbox import Courier
from bot.callbacks import listening
from bot.clock import SystemClock
from bot.commands.checking import Checker
from bot.commands.desk import Desk
from bot.config import Config
from bot.errors import ConfigError, DeliveryError
from bot.essay.difference import differences, summary
from bot.hubbook import HubBook
from bot.judges import load_shared_judge
from bot.ledger.store import Ledger
from bot.lock import sole_writer
from bot.log import logger
from bot.model import Essay
from bot.operations.health import PROBE_INTERVAL_S, Health
from bot.operations.metrics import Metrics
from bot.operations.probes import Probes
from bot.operations.server import serving
from bot.parts import (
    alert_policy,
    fetch_limits,
    listen_place,
    load_essay,
    load_feeds,
    make_adapters,
    ops_channel,
    page_limits,
    poll_rules,
    prediction_rules,
    public_base,
    require_confirmed,
    roles_of,
)
from bot.pipeline import JudgeThread, Pipeline
from bot.polling import LATE_POLL, RECORD_INTERVAL_S, TICK_S, Poller
from bot.ports import ChatAdapter, Clock, InteractiveAdapter
from bot.pushing import TICK_S as HUBS_TICK_S
from bot.pushing import Pushing
from bot.reloading import reloading_feeds, take_feeds
from bot.rounds import ROUNDS, Rounds
from bot.schedule import Schedule
from bot.stopping import stop_on_signals
from feeds.fetch import Fetcher
from feeds.fulltext import FullText
from feeds.manners import Manners

# After a signal: this long for polls under way, then this long for what the outbox still holds,
# then this long for the adapters.
POLL_PATIENCE_S = 4.0
DELIVERY_PATIENCE_S = 2.0
ADAPTER_PATIENCE_S = 2.0
# The names of what is scheduled, and of polls that end late.
JOBS = ("poll", LATE_POLL, "records", "deliver", "hubs", *ROUNDS, "probe")

_log = logger("app")


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
    stop_on_signals(stop)
    clock = SystemClock()
    essay, sources, rules = load_essay(config), load_feeds(config), prediction_rules(config)
    require_confirmed(essay)
    base, door = public_base(config), listen_place(config)
    adapters, operators_at = make_adapters(config, clock, None), ops_channel(config)
    metrics = Metrics([adapter.name for adapter in adapters], JOBS)
    async with AsyncExitStack() as stack:
        health = Health(clock)
        await _open_pages(config, health, metrics, stack)
        judge = JudgeThread(await asyncio.to_thread(load_shared_judge, config, essay), metrics)
        stack.callback(judge.close)
        stack.enter_context(sole_writer(config.ledger_path))
        ledger = await Ledger.open(config.ledger_path, clock)
        stack.push_async_callback(ledger.close)
        await tell_essay_changes(ledger, essay)
        fetcher = await stack.enter_async_context(Fetcher(clock, fetch_limits(config)))
        pages = await stack.enter_async_context(Fetcher(clock, page_limits(config)))
        manners = Manners()
        policy = alert_policy(config, adapters)
        operators = Operators(ledger, essay.id, operators_at, clock)
        checker = Checker(fetcher, judge, clock)
        desk = Desk(
            essay, ledger, clock, roles_of(config), policy, checker, rules, config.review.keep_days
        )
        for adapter in adapters:
            if isinstance(adapter, InteractiveAdapter):
                adapter.connect(desk)
        stack.push_async_callback(_stop_adapters, adapters)
        unstarted = await start_adapters(adapters)
        rng = random.Random()  # noqa: S311 - it spreads retries and hides nothing
        courier = Courier(
            ledger,
            adapters,
            clock,
            rng,
            unstarted=unstarted,
            operators=operators,
            observer=metrics,
        )
        told = await stack.enter_async_context(_delivering(courier))
        hubs = await HubBook.load(ledger, clock)
        pipeline = Pipeline(
            fetcher=fetcher,
            judge=judge,
            ledger=ledger,
            clock=clock,
            policy=policy,
            rules=poll_rules(config),
            manners=manners,
            full_text=FullText(pages, clock, manners),
            operators=operators,
            observer=metrics,
            told=told,
            delivered=hubs.delivers,
        )
        pushing = Pushing(hubs, pipeline, fetcher, manners, clock, base, observer=metrics)
        poller = Poller(
            pushing.poll,
            clock,
            poll_rules(config),
            grace_s=config.schedule.misfire_grace_s,
            observer=metrics,
        )
        await take_feeds(sources, poller, pushing, ledger)
        stack.enter_context(reloading_feeds(config, poller, pushing, ledger))
        await _open_door(pushing, door, config.feeds.max_bytes, stack)
        Probes(ledger, courier, metrics, clock).watch(
            health, f"{config.judge.kind}; {len(essay.claims)} claims", adapters
        )
        schedule = _schedule(config, clock, poller, pushing, pipeline, courier, metrics)
        Rounds(
            ledger,
            essay,
            policy,
            clock,
            operators,
            config.ledger.keep_days,
            config.alerts.silent_days,
            config.schedule.housekeeping_interval_min * 60,
            rules,
        ).put_on(schedule)
        health.watch("polls", poller.probe)
        schedule.every("probe", health.probe, interval_s=PROBE_INTERVAL_S, may_overrun=True)
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
        await _finish(poller, pushing, schedule, pipeline, courier)
    _log.info("stopped")


async def _finish(
    poller: Poller, pushing: Pushing, schedule: Schedule, pipeline: Pipeline, courier: Courier
) -> None:
    """What is under way is finished, as far as the patience goes."""
    # Polls, pushes and other jobs end side by side, within one patience.
    await asyncio.gather(
        poller.stop(patience_s=POLL_PATIENCE_S),
        pushing.stop(patience_s=POLL_PATIENCE_S),
        schedule.stop(patience_s=POLL_PATIENCE_S),
    )
    await pipeline.flush()
    try:
        await asyncio.wait_for(courier.drain(), DELIVERY_PATIENCE_S)
    except TimeoutError:
        _log.warning("stopped with alerts in the outbox; they are sent at the next start")


def _schedule(
    config: Config,
    clock: Clock,
    poller: Poller,
    pushing: Pushing,
    pipeline: Pipeline,
    courier: Courier,
    metrics: Metrics,
) -> Schedule:
    grace_s = config.schedule.misfire_grace_s
    schedule = Schedule(clock, misfire_grace_s=grace_s, observer=metrics)
    schedule.every("poll", poller.tick, interval_s=TICK_S)
    schedule.every("hubs", pushing.tick, interval_s=HUBS_TICK_S, may_overrun=True)
    interval_s = RECORD_INTERVAL_S
    schedule.every("records", pipeline.flush, interval_s=interval_s, may_overrun=True)
    interval_s = config.alerts.delivery_interval_s
    # A slow channel makes a drain overrun its interval: that is no poll that was missed.
    schedule.every("deliver", courier.drain, interval_s=interval_s, may_overrun=True)
    return schedule


@asynccontextmanager
async def _delivering(courier: Courier) -> AsyncIterator[Callable[[], None]]:
    """Gives what to call when something was queued: it goes out at once, not at the next look."""
    queued = asyncio.Event()

    async def deliver() -> None:
        while True:
            await queued.wait()
            queued.clear()
            try:
                await courier.drain()
            except Exception as error:  # noqa: BLE001 - the next look into the outbox tries again
                _log.error("outbox not drained", error=repr(error))

    task = asyncio.create_task(deliver())
    try:
        yield queued.set
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def tell_essay_changes(ledger: Ledger, essay: Essay) -> None:
    """Keeps the essay, and logs what changed since it was last loaded."""
    before = await ledger.remember_essay(essay)
    if before is not None:
        _log.info(
            "essay changed",
            essay=essay.id,
            since=f"{before.loaded_at:%Y-%m-%d}",
            changes=summary(differences(before.essay, essay)),
            note="`claimwire claims diff` shows them; old verdicts keep the wording of then",
        )


async def _open_pages(
    config: Config, health: Health, metrics: Metrics, stack: AsyncExitStack
) -> None:
    """Opens /healthz, /readyz and /metrics until the stack ends, unless the port is 0."""
    host, port = config.operations.host, config.operations.port
    if not port:
        return
    try:
        address = await stack.enter_async_context(serving(host, port, health, metrics))
    except ConfigError as error:
        # The news goes on without them; whoever asks them meets no answer, and so an alarm.
        _log.error("operations pages not served", error=str(error))
    else:
        _log.info("operations pages", address=f"http://{address}")


async def _open_door(
    pushing: Pushing, place: tuple[str, int], max_bytes: int, stack: AsyncExitStack
) -> None:
    """Opens the door for hubs until the stack ends, where any may call."""
    if not pushing.has_work:
        return
    try:
        address = await stack.enter_async_context(listening(*place, pushing, max_bytes))
    except ConfigError as error:
        if pushing.subscribes:
            raise  # hubs would bring news, and secrets, to whoever listens there
        # What an earlier run subscribed to ends with its leases.
        _log.error("no door for hubs", error=str(error))
    else:
        _log.info("door for hubs", address=f"http://{address}")


async def _stop_adapters(adapters: Sequence[ChatAdapter]) -> None:
    """Side by side; one that takes too long is left behind."""
    try:
        async with asyncio.timeout(ADAPTER_PATIENCE_S):
            stopping = (adapter.stop() for adapter in adapters)
            ends = await asyncio.gather(*stopping, return_exceptions=True)
    except TimeoutError:
        _log.warning("channels not closed in order")
        return
    for adapter, end in zip(adapters, ends, strict=True):
        if isinstance(end, Exception):
            _log.error("channel not closed in order", channel=adapter.name, error=repr(end))
