"""A cold pass over 1,000 feeds of 25 entries and an unchanged one (304), as ratios in one run.

    python tests/bench/cold_pass.py [--reader PYTHON] [--feeds 1000] [--judge]

Fetch, parse and commit into the ledger, the judge answering at once; with --judge also with the
bundled judge. Beside it: lemon24/reader updating the same feeds from the same loopback server, run
by PYTHON (an environment with `pip install reader`; left out where it has none), and the bare sum
of feedparser.parse on the same bytes. Server and clients are processes of their own; 64 loopback
addresses stand for hosts. Prints wall and processor seconds of the clients, each the best of some
rounds: the others were disturbed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

HOSTS = 64
ENTRIES = 25
ON_TOPIC = 0.1  # of all entries, so much as a general newspaper has in such times
_WORDS = (
    "council harbour ferry budget school winter market farmers railway museum river weather film"
    " mayor hospital strike election bridge football energy harvest tourism library court police"
).split()
_SUBJECTS = ("Ukraine and Russia discuss a ceasefire", "Kyiv answers the ceasefire proposal")
_MODES = ("wall_s", "cpu_s")


def feed(number: int) -> bytes:
    """One RSS feed; the same for the same number."""
    rng = random.Random(number)
    items = []
    for item in range(ENTRIES):
        about = rng.choice(_SUBJECTS) if rng.random() < ON_TOPIC else "The council meets"
        title = f"{about} on the {' and the '.join(rng.sample(_WORDS, 3))} {number}-{item}"
        text = " ".join(
            f"The {' of the '.join(rng.sample(_WORDS, 4))} was the matter of the day."
            for _ in "123"
        )
        items.append(
            f"<item><title>{title}</title><link>https://e{number}.example/{item}</link>"
            f"<guid isPermaLink='false'>{number}-{item}</guid>"
            f"<description>&lt;p&gt;{text}&lt;/p&gt;</description>"
            f"<pubDate>Sat, 01 Aug 2026 {item % 24:02}:00:00 GMT</pubDate></item>"
        )
    head = f"<title>Paper {number}</title><link>https://e{number}.example/</link>"
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{''.join(items)}</channel></rss>"
    ).encode()


# --- the server, in a process of its own ---------------------------------------------------------


async def serve(count: int) -> None:
    """Answers /N with feed N and its ETag, until standard input ends; prints the port first."""
    from aiohttp import web

    bodies = [feed(number) for number in range(count)]

    async def answer(request: web.BaseRequest) -> web.Response:
        headers = {"ETag": '"1"', "Content-Type": "application/rss+xml"}
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304, headers=headers)
        return web.Response(body=bodies[int(request.path[1:])], headers=headers)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    first = web.TCPSite(runner, "127.0.0.1", 0)
    await first.start()
    port = runner.addresses[0][1]
    for host in range(2, HOSTS + 1):
        await web.TCPSite(runner, f"127.0.0.{host}", port).start()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


def urls(port: int, count: int) -> list[str]:
    return [f"http://127.0.0.{1 + number % HOSTS}:{port}/{number}" for number in range(count)]


# --- the clients ---------------------------------------------------------------------------------


async def spent(work: Callable[[], Awaitable[object]]) -> dict[str, float]:
    """Wall and processor seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}


async def claimwire(port: int, count: int, *, judged: bool) -> dict[str, object]:
    """Both passes by our pipeline into a ledger on disk."""
    from bot.clock import SystemClock
    from bot.essay.loader import bundled
    from bot.judges import load_embedded
    from bot.ledger.records import AlertPolicy
    from bot.ledger.store import Ledger
    from bot.log import Level, LogFormat, setup
    from bot.model import Article, Judgement, Outlet, Stop
    from bot.pipeline import JudgeThread, Pipeline, PollOutcome
    from feeds.fetch import Fetcher, Limits
    from feeds.opml import FeedSource

    class AtOnce:
        essay = bundled()

        def judge(self, articles: Sequence[Article]) -> list[Judgement]:
            return [Judgement(stopped=Stop("bench", "not judged"))] * len(articles)

    setup(Level.ERROR, LogFormat.LOGFMT)
    clock, thread = SystemClock(), JudgeThread(load_embedded(bundled()) if judged else AtOnce())
    sources = [FeedSource(url, Outlet(f"Paper {n}")) for n, url in enumerate(urls(port, count))]
    with tempfile.TemporaryDirectory() as folder:
        async with (
            await Ledger.open(Path(folder) / "ledger.sqlite", clock) as ledger,
            Fetcher(clock, Limits(allow_private=True)) as fetcher,
        ):
            pipeline = Pipeline(
                fetcher=fetcher, judge=thread, ledger=ledger, clock=clock, policy=AlertPolicy()
            )

            async def once() -> None:
                outcomes.extend(await asyncio.gather(*map(pipeline.poll, sources)))
                await pipeline.flush()

            outcomes: list[PollOutcome] = []
            cold = await spent(once)
            if sum(outcome.new for outcome in outcomes) != count * ENTRIES:
                raise SystemExit(f"not all came: {next(filter(None, (o.error for o in outcomes)))}")
            outcomes.clear()
            unchanged = await spent(once)
            if not all(outcome.not_modified for outcome in outcomes):
                raise SystemExit("a feed changed")
    thread.close()
    return {"cold": cold, "unchanged": unchanged}


async def lemon24(port: int, count: int, workers: int) -> dict[str, object]:
    """Both passes by reader into a database on disk."""
    try:
        from reader import make_reader
    except ImportError as error:
        raise SystemExit(f"reader is left out: {error}") from error

    with tempfile.TemporaryDirectory() as folder:
        reader = make_reader(str(Path(folder) / "reader.sqlite"))
        for url in urls(port, count):
            reader.add_feed(url)

        async def once() -> None:
            reader.update_feeds(workers=workers, scheduled=False)

        cold = await spent(once)
        if reader.get_entry_counts().total != count * ENTRIES:
            raise SystemExit("reader: not all came")
        unchanged = await spent(once)
        reader.close()
    return {"cold": cold, "unchanged": unchanged}


async def feedparser_alone(count: int) -> dict[str, object]:
    import feedparser

    bodies = [feed(number) for number in range(count)]

    async def once() -> None:
        for body in bodies:
            feedparser.parse(body)

    return {"cold": await spent(once)}


async def client(name: str, port: int, count: int) -> dict[str, object]:
    match name.partition(":")[::2]:
        case "claimwire", judge:
            return await claimwire(port, count, judged=bool(judge))
        case "reader", workers:
            return await lemon24(port, count, int(workers))
        case _:
            return await feedparser_alone(count)


# --- the whole -----------------------------------------------------------------------------------


def measured(python: str, name: str, port: int, count: int) -> dict[str, dict[str, float]] | None:
    command = [python, __file__, "--client", name, "--port", str(port), "--feeds", str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def best(one: dict[str, dict[str, float]], other: dict[str, dict[str, float]]) -> dict[str, Any]:
    return {
        what: {mode: min(one[what][mode], other[what][mode]) for mode in _MODES} for what in one
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reader", default=sys.executable)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--client", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.client == "server":
        asyncio.run(serve(args.feeds))
    elif args.client:
        print(json.dumps(asyncio.run(client(args.client, args.port, args.feeds))))
    else:
        compare(args)


def compare(args: argparse.Namespace) -> None:
    limit = min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    command = [sys.executable, __file__, "--client", "server", "--feeds", str(args.feeds)]
    names = ["feedparser", "claimwire", *(["claimwire:judged"] if args.judge else [])]
    names += ["reader:1", "reader:8"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        results: dict[str, dict[str, dict[str, float]]] = {}
        for name in names * args.rounds:
            python = args.reader if name.startswith("reader") else sys.executable
            if figures := measured(python, name, port, args.feeds):
                results[name] = best(results.get(name, figures), figures)
        server.communicate("")
    load = os.getloadavg()[0]
    print(f"{args.feeds} feeds of {ENTRIES} entries; load average of the machine {load:.1f}")
    ours = results["claimwire"]
    for name, figures in results.items():
        for what, seconds in figures.items():
            ratios = ", ".join(
                f"{seconds[mode]:7.2f} {mode} ({seconds[mode] / ours[what][mode]:.2f} x ours)"
                for mode in _MODES
            )
            print(f"{name:18} {what:10} {ratios}")


if __name__ == "__main__":
    main()
