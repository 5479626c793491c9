"""5,000 feeds every ten minutes: a simulated day by the dispatcher, and real time over loopback.

    python tests/bench/poll_day.py [--feeds 5000] [--hours 24] [--real-s 60]

Part one, simulated: the real Poller, Pipeline and Ledger (in memory) with a fetcher that answers
304 without a network, and a clock that goes a second a look. Counts the polls of every feed.

Part two, real: the same with the real Fetcher against a loopback server in a process of its own and
the real clock, each feed every ten minutes, so 8 polls a second over 64 hosts; the event loop's lag
is measured all the while, and before it that of an idle loop, which is the machine's own. Memory is
this process's resident set.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.clock import SystemClock
from bot.essay.loader import bundled
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.log import Level, LogFormat, setup
from bot.model import Article, Judgement, Outlet, Stop
from bot.pipeline import JudgeThread, Pipeline
from bot.polling import RECORD_INTERVAL_S, TICK_S, Poller, PollRules
from bot.ports import Clock
from feeds.fetch import Caching, Fetched, Fetcher, Limits
from feeds.opml import FeedSource
from tests.bench.cold_pass import urls
from tests.fakes.clock import HandClock

EVERY_MIN = 10
LAG_STEP_S = 0.01
IDLE_S = 20
RULES = PollRules(interval_min=EVERY_MIN, adaptive=False, jitter_s=0, concurrency=8)


class AtOnce:
    """A judge that stops everything."""

    essay = bundled()

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        return [Judgement(stopped=Stop("bench", "not judged"))] * len(articles)


class Unmodified(Fetcher):
    """Answers 304 for every feed and counts."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.polls: Counter[str] = Counter()

    async def fetch(
        self, url: str, caching: Caching | None = None, *, within_site: bool = False
    ) -> Fetched:
        self.polls[url] += 1
        return Fetched(url, url, 304, None, "", caching or Caching())


class Counting(Fetcher):
    """The real fetcher, that counts too."""

    polls: Counter[str]

    async def fetch(
        self, url: str, caching: Caching | None = None, *, within_site: bool = False
    ) -> Fetched:
        self.polls[url] += 1
        return await super().fetch(url, caching)


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def simulated(count: int, hours: int) -> None:
    clock, judge = HandClock(datetime(2026, 8, 1, tzinfo=UTC)), JudgeThread(AtOnce())
    fetcher = Unmodified(clock)
    sources = [FeedSource(f"https://e{n}.example/rss", Outlet("o")) for n in range(count)]
    began, memory = time.perf_counter(), dict[int, float]()
    async with await Ledger.open(None, clock) as ledger:
        pipeline = Pipeline(
            fetcher=fetcher, judge=judge, ledger=ledger, clock=clock, policy=AlertPolicy(),
            rules=RULES,
        )  # fmt: skip
        poller = Poller(pipeline.poll, clock, RULES, grace_s=60)
        poller.take(sources, {})
        for second in range(hours * 3600):
            clock.at += timedelta(seconds=TICK_S)
            await poller.tick()
            await poller.settle()
            if second % RECORD_INTERVAL_S == 0:
                await pipeline.flush()
            if second % 3600 == 3599:
                memory[second // 3600 + 1] = resident_mb()
    judge.close()
    wanted = hours * 60 // EVERY_MIN
    per_feed = Counter(fetcher.polls.values())
    missed = sum((wanted - polls) * feeds for polls, feeds in per_feed.items() if polls < wanted)
    first = memory[min(2, hours)]
    print(
        f"simulated: {count} feeds, {hours} h: {fetcher.polls.total()} polls, {wanted} wanted of"
        f" each, missed {missed}, late {poller.late}; resident {first:.1f} MB after"
        f" {min(2, hours)} h, {memory[hours]:.1f} MB at the end"
        f" ({100 * (memory[hours] / first - 1):+.1f} %); {time.perf_counter() - began:.0f} s"
    )


async def lag(lags: list[float]) -> None:
    """Measures how late the loop wakes a sleeper, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        wanted = loop.time() + LAG_STEP_S
        await asyncio.sleep(LAG_STEP_S)
        lags.append(loop.time() - wanted)


def told(lags: list[float]) -> str:
    lags.sort()
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    return ", ".join(
        f"{name} {1000 * lags[int(len(lags) * share)]:.1f} ms" for name, share in shares.items()
    )


async def real(port: int, count: int, seconds: float) -> None:
    clock, judge = SystemClock(), JudgeThread(AtOnce())
    sources = [FeedSource(url, Outlet("o")) for url in urls(port, count)]
    lags: list[float] = []
    idle: list[float] = []
    with suppress(TimeoutError):
        await asyncio.wait_for(lag(idle), IDLE_S)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            await Ledger.open(Path(folder) / "ledger.sqlite", clock) as ledger,
            Counting(clock, Limits(allow_private=True)) as fetcher,
        ):
            fetcher.polls = Counter()
            pipeline = Pipeline(
                fetcher=fetcher, judge=judge, ledger=ledger, clock=clock, policy=AlertPolicy(),
                rules=RULES,
            )  # fmt: skip
            poller = Poller(pipeline.poll, clock, RULES, grace_s=60)
            poller.take(sources, {})
            watch = asyncio.create_task(lag(lags))
            until = asyncio.get_running_loop().time() + seconds
            while asyncio.get_running_loop().time() < until:
                await poller.tick()
                await pipeline.flush()
                await asyncio.sleep(TICK_S)
            watch.cancel()
            waiting = poller.under_way
            await poller.stop(patience_s=30)
    judge.close()
    print(
        f"real: {fetcher.polls.total()} polls of whole feeds over loopback in {seconds:.0f} s"
        f" (the first round of {count}, {waiting} waiting at the end), late {poller.late};"
        f" event-loop lag {told(lags)}; of an idle loop {told(idle)};"
        f" resident {resident_mb():.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--feeds", type=int, default=5000)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--real-s", type=float, default=60)
    args = parser.parse_args()
    setup(Level.ERROR, LogFormat.LOGFMT)
    script = str(Path(__file__).with_name("cold_pass.py"))
    command = [sys.executable, script, "--client", "server", "--feeds", str(args.feeds)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        if args.real_s:
            asyncio.run(real(port, args.feeds, args.real_s))
        server.communicate("")
    asyncio.run(simulated(args.feeds, args.hours))


if __name__ == "__main__":
    main()
