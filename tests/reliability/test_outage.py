"""A chat platform that is down for ten hours: afterwards everything arrives, in order, once."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest

from bot.alerts.outbox import Courier
from bot.ledger.store import Ledger
from bot.ports import ChatAdapter
from tests.contract.harnesses import HARNESSES, DiscordHarness, SlackHarness, WebhookHarness
from tests.fakes import discord_parts, slack_server, webhook_server
from tests.ledger.ledger_making import StillClock, report, update

OUTAGE = timedelta(hours=10)
STEP = timedelta(minutes=5)
ALERT_EVERY = 15  # steps
PLANNED = 20  # answers ahead
Remote = WebhookHarness | SlackHarness | DiscordHarness


@asynccontextmanager
async def started(adapter: ChatAdapter) -> AsyncIterator[ChatAdapter]:
    await adapter.start()
    try:
        yield adapter
    finally:
        await adapter.stop()


def down(harness: Remote) -> None:
    """Whatever is asked next is answered 503."""
    while len(harness.server.plan) < PLANNED:
        if isinstance(harness, WebhookHarness):
            harness.server.plan.append(webhook_server.Reply(503))
        elif isinstance(harness, SlackHarness):
            harness.server.plan.append(slack_server.Reply(503))
        else:
            harness.server.plan.append(discord_parts.Reply(503))


@pytest.mark.parametrize("platform", ["webhook", "slack", "discord"])
async def test_after_ten_hours_everything_arrives_in_order_and_once(platform: str) -> None:
    """With reports that come in meanwhile, and a story that grows: its last state arrives."""
    make: Callable[[], AbstractAsyncContextManager[Remote]] = HARNESSES[platform]
    clock, wanted = StillClock(), []
    async with (
        make() as harness,
        started(harness.adapter) as adapter,
        await Ledger.open(None, clock) as ledger,
    ):
        channel = harness.channel
        courier = Courier(ledger, [adapter], clock, random.Random(1))
        ends, step = clock.at + OUTAGE, 0
        while clock.at < ends:
            if step % ALERT_EVERY == 0:
                name = f"h{step:03}"
                wanted.append(name)
                new = report(name, at=clock.at, axis=step // ALERT_EVERY)
                await ledger.commit(update(new, channels=(channel,)))
            if step == ALERT_EVERY // 2:
                again = report("again", at=clock.at, axis=0)  # another outlet, the first story
                await ledger.commit(update(again, channels=(channel,)))
            down(harness)
            await courier.drain()
            clock.at, step = clock.at + STEP, step + 1
        assert harness.shown() == []
        before = await ledger.counts()
        assert (before.sent, before.failed, before.pending) == (0, 0, len(wanted))
        harness.server.plan.clear()
        while (await ledger.counts()).pending:
            clock.at += STEP
            await courier.drain()
            assert clock.at < ends + timedelta(hours=1)
        told = harness.shown()
        posts = harness.posts()
    # A post that is tried again on Discord is edited once: an earlier try may have arrived.
    order = [re.findall(r"//(h\d+)\.example/story", text)[0] for text in told]
    assert list(dict.fromkeys(order)) == wanted
    assert posts == len(wanted)
    assert "Outlet again" in told[0]
