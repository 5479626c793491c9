"""A real Redis on loopback, worker processes, and a judge that needs no model."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

import pytest
import redis

from bot.model import Article, Essay, Finding, Judgement, Sentence, Stance, Stop, Verdict
from bot.workers.engine import Engine
from bot.workers.messages import JudgeMark, essay_mark
from bot.workers.serving import serve
from tests.app.bot_process import free_port
from tests.ledger.ledger_making import ESSAY, article, entry, meaning

HEARTBEAT_TIMEOUT_S = 1.5
PATIENCE_S = 30.0
ROOT = Path(__file__).parents[2]
MARK = JudgeMark("0", "words:1", essay_mark(ESSAY))
TITLES = ("The pause holds", "A station is hit", "Talks go on", "Rain in the south")

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="no redis-server on PATH"
)


def articles(count: int, first: int = 0) -> list[Article]:
    return [
        article(entry(f"r{number}", title=f"{TITLES[number % len(TITLES)]}, report {number}"))
        for number in range(first, first + count)
    ]


class WordJudge:
    """A "hit" supports C01, everything else bears on nothing. ``judged``: how many it has seen."""

    def __init__(self, essay: Essay = ESSAY) -> None:
        self.essay = essay
        self.judged = 0
        self.fault: Exception | None = None

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        if self.fault:
            raise self.fault
        self.judged += len(articles)
        return [self._one(article.entry.title) for article in articles]

    def _one(self, title: str) -> Judgement:
        if "hit" not in title:
            return Judgement(stopped=Stop("match", "nothing"), embedding=meaning(2))
        sentence = Sentence(title, 0, len(title))
        indicator = ESSAY.claims[0].supported_by[0]
        return Judgement(
            (Verdict("C01", Stance.SUPPORTS, 0.9, sentence, indicator, "event", "happened"),),
            (Finding("C01", Stance.SUPPORTS, 0.9, sentence, indicator),),
            None,
            meaning(0),
        )


class RedisServer:
    """`redis-server` in a process of its own, keeping nothing on disk."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self._process = subprocess.Popen(
            [*f"redis-server --port {self.port} --bind 127.0.0.1 --save".split(), ""],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        for line in self._process.stdout:
            if b"Ready to accept connections" in line:
                return self
        raise AssertionError("redis-server did not start")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout
            self._process.stdout.close()
        self._process = None

    def forget(self, key: str) -> None:
        """Removes a key, as its end of life would."""
        with redis.Redis.from_url(self.url) as client:
            client.delete(key)


@contextmanager
def worker_thread(
    server: RedisServer, judge: WordJudge, mark: JudgeMark = MARK
) -> Iterator[threading.Event]:
    """A worker in this process; one at a time."""
    engine, stop = Engine(server.url, heartbeat_timeout_s=HEARTBEAT_TIMEOUT_S), threading.Event()
    thread = threading.Thread(target=serve, args=(engine, judge, mark, stop))
    thread.start()
    with closing(Engine(server.url)) as asking:
        waited = threading.Event()
        while not asking.anyone(mark) and thread.is_alive():
            waited.wait(0.01)
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE_S)


class WorkerProcess:
    """A worker that can be killed; it prints "ready", and "took" at every batch.

    ``hold``: it never answers.
    """

    def __init__(self, server: RedisServer, *, hold: bool = False) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.workers.word_worker", server.url, str(int(hold))],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def wait_for(self, word: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.strip() == word:
                return
        raise AssertionError(f"the worker ended before it said {word}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()
