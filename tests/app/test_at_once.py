"""What a poll brings goes out at once, whenever the outbox is looked into next."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from adapters.memory import MemoryAdapter
from bot.alerts.outbox import Courier
from bot.app import _delivering
from bot.clock import SystemClock
from bot.errors import LedgerError
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Delivery, Outlet
from bot.pipeline import JudgeThread, Pipeline
from feeds.fetch import Fetcher, Limits
from feeds.opml import FeedSource
from tests.app.test_pipeline import WordJudge, rss
from tests.fakes.feed_server import FeedServer, Page

PATIENCE_S = 30.0


class Desk(MemoryAdapter):
    """``arrived`` is set at every post."""

    def __init__(self) -> None:
        super().__init__("desk")
        self.arrived = asyncio.Event()

    async def send(self, delivery: Delivery) -> str:
        receipt = await super().send(delivery)
        self.arrived.set()
        return receipt


class Flaky(Courier):
    """Its first drain fails."""

    drains = 0

    async def drain(self, now=None):  # type: ignore[no-untyped-def]
        self.drains += 1
        if self.drains == 1:
            raise LedgerError("the disk is full")
        return await super().drain(now)


async def test_an_alert_is_sent_without_a_look_into_the_outbox() -> None:
    """Nothing here looks into it by the clock."""
    clock, desk, thread = SystemClock(), Desk(), JudgeThread(WordJudge())
    async with (
        FeedServer() as server,
        await Ledger.open(None, clock) as ledger,
        Fetcher(clock, Limits(allow_private=True)) as fetcher,
        _delivering(Courier(ledger, [desk], clock, random.Random(1))) as told,
    ):
        await desk.start()
        source = FeedSource(server.url("/rss"), Outlet("Example Wire"))
        pipeline = Pipeline(
            fetcher=fetcher, judge=thread, ledger=ledger, clock=clock,
            policy=AlertPolicy(("desk",)), told=told,
        )  # fmt: skip
        for number, title in enumerate(("first", "second"), start=1):
            server.pages["/rss"] = Page(rss(f"Kremlin rejects the {title} proposal"))
            desk.arrived.clear()
            await pipeline.poll(source, back_fill=True)
            async with asyncio.timeout(PATIENCE_S):
                await desk.arrived.wait()
            assert len(desk.deliveries) == number
    thread.close()


async def test_a_drain_that_fails_does_not_end_it(tmp_path: Path) -> None:
    clock, desk = SystemClock(), Desk()
    async with await Ledger.open(tmp_path / "ledger.sqlite", clock) as ledger:
        courier = Flaky(ledger, [desk], clock, random.Random(1))
        async with _delivering(courier) as told:
            for drains in (1, 2):
                told()
                async with asyncio.timeout(PATIENCE_S):
                    while courier.drains < drains:  # noqa: ASYNC110 - it has no event of its own
                        await asyncio.sleep(0)


async def test_a_poll_that_brings_nothing_tells_nobody() -> None:
    clock, thread = SystemClock(), JudgeThread(WordJudge())
    calls: list[int] = []
    async with (
        FeedServer() as server,
        await Ledger.open(None, clock) as ledger,
        Fetcher(clock, Limits(allow_private=True)) as fetcher,
    ):
        pipeline = Pipeline(
            fetcher=fetcher, judge=thread, ledger=ledger, clock=clock,
            policy=AlertPolicy(("desk",)), told=lambda: calls.append(1),
        )  # fmt: skip
        source = FeedSource(server.url("/rss"), Outlet("Example Wire"))
        server.pages["/rss"] = Page(rss("Kyiv waits"), etag='"1"')
        await pipeline.poll(source, back_fill=True)
        await pipeline.poll(source)  # 304
        assert not calls
    thread.close()
