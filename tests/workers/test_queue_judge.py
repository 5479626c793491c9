"""The bot asks workers over a real Redis; whatever befalls them, every article is judged once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest

from bot.errors import ClaimwireError, ConfigError
from bot.ledger.store import Ledger
from bot.model import Article, Judgement
from bot.pipeline import JudgeThread
from bot.workers.engine import Engine
from bot.workers.messages import request
from bot.workers.queue_judge import MESSAGE_ARTICLES, QueueJudge
from bot.workers.serving import serve
from tests.ledger.ledger_making import StillClock, update
from tests.workers.making import (
    MARK,
    PATIENCE_S,
    RedisServer,
    WordJudge,
    WorkerProcess,
    articles,
    needs_redis,
    worker_thread,
)

pytestmark = needs_redis


@pytest.fixture
def server() -> Iterator[RedisServer]:
    one = RedisServer().start()
    yield one
    one.kill()


@pytest.fixture(autouse=True)
def _all_that_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "claimwire.workers")


@pytest.fixture
def here() -> WordJudge:
    return WordJudge()


@pytest.fixture
def bot(server: RedisServer, here: WordJudge) -> Iterator[QueueJudge]:
    with closing(Engine(server.url)) as engine:
        yield QueueJudge(here, engine, MARK, timeout_s=PATIENCE_S)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = (one for one in caplog.records if one.name == "claimwire.workers")
    return [str(one.claimwire_values.get("reason", one.getMessage())) for one in records]  # type: ignore[attr-defined]


def test_workers_judge_as_the_judge_here_would(
    server: RedisServer, bot: QueueJudge, here: WordJudge
) -> None:
    there, asked = WordJudge(), articles(3 * MESSAGE_ARTICLES + 1)
    with worker_thread(server, there):
        found = bot.judge(asked)
    assert found == WordJudge().judge(asked)
    assert (here.judged, there.judged) == (0, len(asked))


def test_without_a_worker_the_bot_judges_and_says_so_once(
    bot: QueueJudge, here: WordJudge, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        assert bot.judge(articles(5)) == WordJudge().judge(articles(5))
    assert here.judged == 15
    assert warnings(caplog) == ["no worker is there"]


def test_a_worker_of_another_judge_is_not_asked_but_named(
    server: RedisServer, bot: QueueJudge, here: WordJudge, caplog: pytest.LogCaptureFixture
) -> None:
    there = WordJudge()
    with worker_thread(server, there, replace(MARK, judge="words:2")):
        bot.judge(articles(2))
    assert (here.judged, there.judged) == (2, 0)
    (told,) = warnings(caplog)
    assert "judge words:1 against words:2" in told


def test_a_fault_in_a_worker_is_told_and_its_batch_judged_here(
    server: RedisServer, bot: QueueJudge, here: WordJudge, caplog: pytest.LogCaptureFixture
) -> None:
    there = WordJudge()
    there.fault = ZeroDivisionError()
    with worker_thread(server, there):
        bot.judge(articles(2))
        there.fault = None
        bot.judge(articles(3))
    assert (here.judged, there.judged) == (2, 3)
    told = warnings(caplog)
    assert "ZeroDivisionError" in told[0]
    assert told[1:] == ["workers judge again"]


async def test_the_batch_of_a_killed_worker_is_judged_by_another_and_kept_once(
    server: RedisServer, bot: QueueJudge, here: WordJudge
) -> None:
    holding, asked = WorkerProcess(server, hold=True), articles(2 * MESSAGE_ARTICLES)
    thread = JudgeThread(bot)
    try:
        await asyncio.to_thread(holding.wait_for, "ready")
        judging = asyncio.create_task(thread.judge(asked))
        await asyncio.to_thread(holding.wait_for, "took")
        holding.kill()
        there = WordJudge()
        with worker_thread(server, there):
            judgements = await judging
    finally:
        holding.kill()
        thread.close()
    assert (here.judged, there.judged) == (0, len(asked))
    pairs = list(zip(asked, judgements, strict=True))
    async with await Ledger.open(None, StillClock()) as ledger:
        await ledger.commit(update(*pairs))
        once = await ledger.counts()
        await ledger.commit(update(*pairs))  # as if the queue had brought them again
        assert await ledger.counts() == once
    assert (once.articles, once.verdicts) == (len(asked), len(asked) // 4)


def test_where_the_last_worker_is_killed_the_bot_judges_itself(
    server: RedisServer, bot: QueueJudge, here: WordJudge
) -> None:
    holding = WorkerProcess(server, hold=True)
    try:
        holding.wait_for("ready")
        judged: list[Judgement] = []
        asking = threading.Thread(target=lambda: judged.extend(bot.judge(articles(4))))
        asking.start()
        holding.wait_for("took")
    finally:
        holding.kill()
    server.forget(f"claimwire:here:{MARK.digest}")
    asking.join(PATIENCE_S)
    assert judged == WordJudge().judge(articles(4))
    assert here.judged == 4


def test_redis_may_die_and_come_back(
    server: RedisServer, bot: QueueJudge, here: WordJudge, caplog: pytest.LogCaptureFixture
) -> None:
    there = WordJudge()
    with worker_thread(server, there):
        bot.judge(articles(4))
        server.kill()
        bot.judge(articles(4))
        assert (here.judged, there.judged) == (4, 4)
        server.start()
        with closing(Engine(server.url)) as engine:
            waited = threading.Event()
            while not engine.anyone(MARK):
                waited.wait(0.05)
        bot.judge(articles(4))
    assert (here.judged, there.judged) == (4, 8)
    told = warnings(caplog)
    assert "Connection refused" in told[0]
    assert told[1:] == ["workers judge again"]


def test_waiting_ends_when_the_bot_stops(server: RedisServer, bot: QueueJudge) -> None:
    holding = WorkerProcess(server, hold=True)
    ended: list[ClaimwireError] = []

    def ask() -> None:
        with pytest.raises(ClaimwireError) as raised:
            bot.judge(articles(4))
        ended.append(raised.value)

    try:
        holding.wait_for("ready")
        asking = threading.Thread(target=ask)
        asking.start()
        holding.wait_for("took")
        bot.close()
        asking.join(PATIENCE_S)
    finally:
        holding.kill()
    assert "stopping" in str(ended[0])


def test_an_answer_is_given_once(server: RedisServer) -> None:
    with closing(Engine(server.url)) as engine, worker_thread(server, WordJudge()):
        message = engine.send(MARK, request(MARK, articles(1)))
        assert engine.answer(message) is not None
        assert engine.answer(message) is None


def test_a_worker_needs_redis_at_its_start() -> None:
    gone = RedisServer()
    with (
        closing(Engine(gone.url)) as engine,
        pytest.raises(ConfigError, match="redis_url") as raised,
    ):
        serve(engine, WordJudge(), MARK, threading.Event())
    assert str(gone.port) in str(raised.value)


class Meeting(WordJudge):
    """Judges only when two calls are there at the same time."""

    at_once = 2

    def __init__(self) -> None:
        super().__init__()
        self._both = threading.Barrier(2, timeout=PATIENCE_S)

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        self._both.wait()
        return super().judge(articles)

    def close(self) -> None:
        """Nothing waits."""


async def test_batches_for_workers_are_in_flight_side_by_side() -> None:
    thread, asked = JudgeThread(Meeting()), articles(128)
    assert await thread.judge(asked) == WordJudge().judge(asked)
    thread.close()
