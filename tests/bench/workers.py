"""Judgement workers and the one writer, measured over a real replay, as ratios in one run.

    python tests/bench/workers.py [--entries FILE.jsonl.gz] [--count 1500] [--rounds 3]

Needs redis-server on PATH and the extra `workers`. Redis, the workers (one thread each) and the bot
share this machine, so that wall time says what a second process gains here; the processor seconds
of bot and workers, which the load of the machine changes little, say what leaves the bot's machine.

- entries/s with no worker, one and two, in alternating rounds;
- the writer alone: the same replay with the judgements known beforehand;
- one of two workers killed (-9) in the middle, then Redis killed and started again: what the ledger
  holds afterwards, against the ledger of the undisturbed replay.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from adapters.memory import MemoryAdapter
from bot.alerts.outbox import Courier
from bot.clock import SystemClock
from bot.config import Config
from bot.demo import chronicle
from bot.entries import read_file
from bot.essay.loader import bundled
from bot.judges import load_embedded, mark_of
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Article, Essay, Judgement, Outlet
from bot.pipeline import JUDGE_BATCH, JudgeThread
from bot.ports import Judge
from bot.replay import ReplayClock, dated, replay
from bot.workers.engine import Engine
from bot.workers.messages import identity
from bot.workers.queue_judge import QueueJudge
from feeds.parse import parse
from tests.workers.making import RedisServer

NOW = datetime(2026, 9, 1, tzinfo=UTC)
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """What one replay took, in seconds of the clock and of processors."""

    wall_s: float
    bot_s: float
    workers_s: float
    commits: int


class Known:
    """A judge that was asked before."""

    def __init__(self, essay: Essay, judgements: dict[tuple[str, str], Judgement]) -> None:
        self.essay = essay
        self._judgements = judgements

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        return [self._judgements[identity(article)] for article in articles]


def material(file: Path | None, count: int) -> list[Article]:
    if file:
        entries = [item.entry for item in read_file(str(file), NOW)]
    else:
        entries = [
            entry
            for document in chronicle()
            for entry in parse(
                document.body,
                content_type=document.content_type,
                feed_url=f"https://e.example/{document.name}",
                outlet=Outlet(document.name),
                now=NOW,
            ).entries
        ]
    return dated(entries[:count], NOW)


async def run(
    articles: Sequence[Article],
    judge: Judge,
    path: Path,
    workers: Sequence[subprocess.Popen[str]] = (),
    at: Callable[[int], None] = lambda _done: None,
) -> Run:
    """One replay into a new ledger; ``at`` hears how many entries were done."""
    clock, recorder, thread = (
        ReplayClock(articles[0].at),
        MemoryAdapter("bench"),
        JudgeThread(judge),
    )
    done = commits = 0

    def progress(entries: int) -> None:
        nonlocal done, commits
        done, commits = done + entries, commits + 1
        at(done)

    async with await Ledger.open(path, clock) as ledger:
        await recorder.start()
        courier = Courier(ledger, [recorder], SystemClock(), random.Random(0))
        wall, own = time.perf_counter(), time.process_time()
        others = [processor_s(one) for one in workers]
        await replay(
            articles,
            judge=thread,
            ledger=ledger,
            courier=courier,
            policy=AlertPolicy(channels=("bench",)),
            clock=clock,
            recorder=recorder,
            progress=progress,
        )
        wall, own = time.perf_counter() - wall, time.process_time() - own
        theirs = sum(map(processor_s, workers)) - sum(others)
    # Not thread.close(): the same judge is asked again.
    return Run(wall, own, theirs, commits)


def processor_s(process: subprocess.Popen[str]) -> float:
    """Seconds of processor time so far; 0 for one that has ended."""
    try:
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except OSError:
        return 0.0
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / _TICKS_PER_S


@contextmanager
def worker(server: RedisServer):
    variables = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "CLAIMWIRE_CONFIG": os.devnull,
        "CLAIMWIRE_WORKERS_REDIS_URL": server.url,
        "CLAIMWIRE_JUDGE_THREADS": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "worker"],
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    for line in process.stderr:
        if "worker ready" in line:
            break
    else:
        raise SystemExit("the worker did not start")
    process.stderr.close()  # its log goes nowhere from here on
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def evidence(path: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """All articles and all verdicts of a ledger, in order, without their numbers and stories."""
    with sqlite3.connect(path) as db:
        articles = db.execute("SELECT key, content_hash FROM articles ORDER BY 1, 2").fetchall()
        verdicts = db.execute(
            "SELECT key, content_hash, claim_id, stance, kind FROM verdicts"
            " JOIN articles ON articles.id = article_id ORDER BY 1, 2, 3, 4, 5"
        ).fetchall()
    return articles, verdicts


def compared(name: str, path: Path, whole: Path) -> str:
    articles, verdicts = evidence(path)
    expected_articles, expected_verdicts = evidence(whole)
    return (
        f"{name}: {len(articles)} articles, {len(set(articles))} of them different, "
        f"{len(verdicts)} verdicts; as undisturbed: "
        f"articles {articles == expected_articles}, verdicts {verdicts == expected_verdicts}"
    )


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def told(name: str, runs: Sequence[Run], count: int) -> None:
    wall = statistics.median(one.wall_s for one in runs)
    bot = statistics.median(one.bot_s for one in runs)
    workers = statistics.median(one.workers_s for one in runs)
    print(
        f"{name:10} {count / wall:6.1f} entries/s; processor ms an entry: "
        f"bot {1000 * bot / count:.2f}, workers {1000 * workers / count:.2f}",
        flush=True,
    )


class Bench:
    """One Redis, one judge here, and the entries of all replays."""

    def __init__(self, articles: list[Article], folder: Path) -> None:
        self.articles = articles
        self.server = RedisServer().start()
        self.here = load_embedded(bundled(), threads=1)
        self.engine = Engine(self.server.url)
        mark = mark_of(Config(), bundled())
        self.queue = QueueJudge(self.here, self.engine, mark, timeout_s=30)
        self.whole = folder / "whole.sqlite"
        self._paths = (folder / f"{number}.sqlite" for number in itertools.count())

    def path(self) -> Path:
        return next(self._paths)

    def close(self) -> None:
        self.engine.close()
        self.server.kill()

    def known(self) -> Known:
        judged = self.here.judge(self.articles)
        gate = sum(one.stopped is not None and not one.embedding for one in judged)
        print(f"{len(judged)} entries, {gate} stopped before they were encoded; {load()}")
        return Known(bundled(), dict(zip(map(identity, self.articles), judged, strict=True)))

    async def speeds(self, rounds: int) -> None:
        known = self.known()
        runs: dict[str, list[Run]] = {
            name: [] for name in ("no worker", "writer", "1 worker", "2 workers")
        }
        for number in range(rounds):
            first = self.path() if number else self.whole
            runs["no worker"].append(await run(self.articles, self.here, first))
            runs["writer"].append(await run(self.articles, known, self.path()))
            with worker(self.server) as one:
                runs["1 worker"].append(await run(self.articles, self.queue, self.path(), [one]))
                with worker(self.server) as two:
                    both = await run(self.articles, self.queue, self.path(), [one, two])
                    runs["2 workers"].append(both)
            print(f"  round {number + 1}: {load()}", flush=True)
        for name, found in runs.items():
            told(name, found, len(self.articles))
        for name in ("1 worker", "2 workers"):
            ratios = [
                alone.wall_s / one.wall_s
                for alone, one in zip(runs["no worker"], runs[name], strict=True)
            ]
            span = f"rounds {min(ratios):.2f} to {max(ratios):.2f}"
            print(f"  {name} to none: {statistics.median(ratios):.2f} ({span})")
        commits = statistics.median(one.commits / one.wall_s for one in runs["writer"])
        print(f"  the writer alone: {commits:.1f} transactions/s of {JUDGE_BATCH} entries")

    async def troubles(self) -> None:
        third = len(self.articles) // 3
        with worker(self.server) as one, worker(self.server) as two:
            killed = self.path()
            await run(
                self.articles,
                self.queue,
                killed,
                at=lambda done: one.kill() if done > third else None,
            )
            print(compared("worker killed", killed, self.whole), flush=True)

            def redis_away(done: int) -> None:
                if third < done <= third + JUDGE_BATCH:
                    self.server.kill()
                elif 2 * third < done <= 2 * third + JUDGE_BATCH:
                    self.server.start()

            gone, before = self.path(), processor_s(two)
            await run(self.articles, self.queue, gone, at=redis_away)
            print(compared("Redis killed", gone, self.whole))
            print(f"  the worker left took {processor_s(two) - before:.1f} s of processor time")


async def measure(options: argparse.Namespace, folder: Path) -> None:
    bench = Bench(material(options.entries, options.count), folder)
    try:
        await bench.speeds(options.rounds)
        await bench.troubles()
    finally:
        bench.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--entries", type=Path)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(options, Path(folder)))


if __name__ == "__main__":
    main()
