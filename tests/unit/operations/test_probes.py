"""The probes of the parts, on a real ledger and on adapters that talk to the real protocol."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.memory import MemoryAdapter
from bot.alerts.outbox import Courier
from bot.errors import ConfigError, DeliveryError
from bot.essay.loader import bundled
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Article, Entry, Judgement, Outlet, Sentence, Stance, Verdict
from bot.operations.health import OVERDUE, Health
from bot.operations.metrics import Metrics
from bot.operations.probes import Probes
from bot.ports import Probed
from tests.contract.samples import ALERT, delivery
from tests.fakes.clock import HandClock
from tests.fakes.slack_server import DESK, Reply, SlackServer
from tests.unit.adapters.discord_making import SayingDesk, running
from tests.unit.adapters.slack.conftest import adapter_for

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE_S = 20.0


class LateAdapter(MemoryAdapter):
    """Cannot be started until ``start_error`` is None."""

    start_error: Exception | None = None
    starts = 0

    async def start(self) -> None:
        self.starts += 1
        if self.start_error is not None:
            raise self.start_error
        await super().start()


class Bot:
    """A ledger, a courier with one adapter that could not be reached yet, and the probes."""

    def __init__(self, ledger: Ledger, clock: HandClock) -> None:
        self.clock, self.ledger = clock, ledger
        self.adapter = LateAdapter("desk")
        self.courier = Courier(ledger, [self.adapter], clock, random.Random(3), unstarted={"desk"})
        self.metrics = Metrics()
        self.probes = Probes(ledger, self.courier, self.metrics, clock)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    clock = HandClock(NOW)
    async with await Ledger.open(tmp_path / "l.sqlite", clock, busy_timeout_s=0.05) as ledger:
        yield Bot(ledger, clock)


async def test_a_feed_that_left_the_list_is_counted_no_more(bot: Bot) -> None:
    for url in ("https://kept.example/", "https://gone.example/"):
        await bot.ledger.record_failure(url, NOW, "HTTP 404")
    assert "2 of 2 feeds failing" in await bot.probes.ledger()
    bot.ledger.use_feeds(["https://kept.example/", "https://new.example/"])
    assert "1 of 1 feeds failing" in await bot.probes.ledger()
    works = await bot.ledger.works()
    assert (works.feeds, [state.url for state in works.failing]) == (1, ["https://kept.example/"])


async def alert(bot: Bot) -> None:
    """Commits a report with an alert for the channel."""
    title = "Kremlin rejects the plan"
    entry = Entry("k", "h", "f", "", "https://e.example/1", title, "", NOW, None, Outlet("Wire"))
    verdict = Verdict("C10", Stance.SUPPORTS, 0.9, Sentence(title, 0, len(title)), None, "event")
    pair = (Article(entry, NOW, NOW), Judgement((verdict,)))
    update = FeedUpdate(bundled(), "f", NOW, articles=(pair,), policy=AlertPolicy(("desk",)))
    await bot.ledger.commit(update)


async def test_the_ledger_is_proved_by_a_write_and_gives_its_figures(bot: Bot) -> None:
    await bot.ledger.record_failure("https://e.example/rss", NOW, "404")
    assert await bot.probes.ledger() == "written and read; 1 of 1 feeds failing"
    page = bot.metrics.page(Health(bot.clock).readiness()).decode()
    assert "claimwire_feeds_failing 1.0" in page


async def test_a_ledger_that_another_program_has_locked_is_not_ready(
    bot: Bot, tmp_path: Path
) -> None:
    health = Health(bot.clock)
    health.watch("ledger", bot.probes.ledger)
    with closing(sqlite3.connect(tmp_path / "l.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        await health.probe()
        assert "locked" in health.readiness().summary
        other.rollback()
    await health.probe()
    assert health.readiness().ready


async def test_an_adapter_that_was_not_reachable_at_the_start_is_started_without_an_alert(
    bot: Bot,
) -> None:
    """People can ask it things before anything is posted there."""
    bot.adapter.start_error = DeliveryError("no network", try_again=True)
    with pytest.raises(DeliveryError, match="no network"):
        await bot.probes.channel(bot.adapter)
    bot.adapter.start_error = None
    assert await bot.probes.channel(bot.adapter) == "started"
    await bot.probes.channel(bot.adapter)
    assert bot.adapter.starts == 2


async def test_an_adapter_whose_settings_are_wrong_is_tried_once(bot: Bot) -> None:
    bot.adapter.start_error = ConfigError("the token is not valid")
    for _ in range(2):
        with pytest.raises(ConfigError):
            await bot.probes.channel(bot.adapter)
    assert bot.adapter.starts == 1


async def test_a_channel_whose_alerts_wait_after_failures_is_not_ready(bot: Bot) -> None:
    bot.adapter.refuse_with = DeliveryError("answered 503", try_again=True)
    await alert(bot)
    await bot.courier.drain()
    assert await bot.probes.channel(bot.adapter) == "started"
    bot.clock.at += OVERDUE + timedelta(seconds=1)
    with pytest.raises(DeliveryError, match="answered 503"):
        await bot.probes.channel(bot.adapter)
    bot.adapter.refuse_with = None
    await bot.courier.drain(bot.clock.at + timedelta(days=1))
    assert await bot.probes.channel(bot.adapter) == "started"


async def test_deliveries_are_counted_by_how_they_end(bot: Bot) -> None:
    courier = Courier(bot.ledger, [bot.adapter], bot.clock, random.Random(3), observer=bot.metrics)
    await bot.adapter.start()
    await alert(bot)
    bot.adapter.refuse_with = DeliveryError("answered 503", try_again=True)
    await courier.drain()
    bot.adapter.refuse_with = None
    await courier.drain(bot.clock.at + timedelta(days=1))
    page = bot.metrics.page(Health(bot.clock).readiness()).decode()
    assert 'claimwire_deliveries_total{outcome="put_off",platform="desk"} 1.0' in page
    assert 'claimwire_deliveries_total{outcome="sent",platform="desk"} 1.0' in page
    assert 'claimwire_send_seconds_count{platform="desk"} 2.0' in page


# --- platforms -----------------------------------------------------------------------------------


def connections_asked(server: SlackServer) -> int:
    return [call.method for call in server.calls].count("apps.connections.open")


async def test_slack_is_proved_by_asking_it_and_by_hearing_it() -> None:
    async with SlackServer() as server:
        slack = adapter_for(server)
        assert isinstance(slack, Probed)
        with pytest.raises(DeliveryError, match="not started"):
            await slack.probe()
        await slack.start()
        await slack.probe()
        assert [call.method for call in server.calls].count("auth.test") == 2
        server.plan.append(Reply(503, method="auth.test"))
        with pytest.raises(DeliveryError):
            await slack.probe()
        await slack.stop()


async def test_a_token_that_slack_revoked_is_told_by_the_probe() -> None:
    async with SlackServer() as server:
        slack = adapter_for(server)
        await slack.start()
        server.plan.append(Reply(error="token_revoked", method="auth.test"))
        with pytest.raises(ConfigError, match="was revoked"):
            await slack.probe()
        await slack.stop()


async def test_a_deaf_slack_connection_that_cannot_be_replaced_is_not_ready() -> None:
    async with SlackServer() as server:
        slack = adapter_for(server, echo_s=0.05, again_s=0.05)
        await slack.start()
        await slack.send(delivery(channel=f"slack:{DESK}"))
        await server.until(lambda: server.asked and server.asked[-1].acks)
        server.deafen()
        server.plan += [Reply(503, method="apps.connections.open")] * 1000
        await slack.send(delivery(replace(ALERT, id=7), channel=f"slack:{DESK}"))
        await server.until(lambda: connections_asked(server) > 1)
        with pytest.raises(DeliveryError, match="do not reach us"):
            await slack.probe()
        server.plan.clear()
        await slack.stop()


async def test_discord_is_proved_by_its_open_gateway() -> None:
    async with running(SayingDesk()) as (server, adapter):
        assert isinstance(adapter, Probed)
        await adapter.probe()
        server.gateway.token = "another"
        await server.gateway.reconnect()
        await server.gateway.until("refused")
        assert adapter._gateway is not None
        await asyncio.wait({adapter._gateway})
        with pytest.raises(DeliveryError, match="DISCORD_TOKEN"):
            await adapter.probe()


async def test_a_gateway_that_was_resumed_is_ready_again() -> None:
    async with running(SayingDesk()) as (server, adapter):
        server.gateway.cut()
        await server.gateway.until("resumed")
        await adapter.probe()
        await adapter.stop()
        with pytest.raises(DeliveryError, match="not started"):
            await adapter.probe()
