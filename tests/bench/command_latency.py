"""How long people wait for an answer while a replay takes both cores.

    python tests/bench/command_latency.py [--seconds 60] [--every-ms 150] [--entries FILE]
        [--ledger FILE] [--idle]

One process as in `claimwire run`: the bundled judge in its thread and the ledger in its own, on a
file; Slack (Socket Mode) and Discord on the loopback fakes, through the real client libraries.
Entries are judged and committed without a pause, feed update by feed update, while on both
platforms somebody sends `/claim list`, `show` or `evidence` every so often. Times count from the
moment at which a command was to be sent, so that a loop that stalls is not let off.

Prints one line of JSON for each platform: milliseconds to the acknowledgement and to the answer.
The aim, at the 99th percentile: 250 ms and 1,000 ms. --ledger: begins with a copy of that one.
--idle: without the replay.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from adapters.base import ADAPTERS
from adapters.kind import Surroundings
from bot.clock import SystemClock
from bot.commands.desk import Desk
from bot.commands.people import Roles
from bot.essay.loader import bundled
from bot.judges import load_embedded
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Article
from bot.pipeline import JUDGE_BATCH, JudgeThread
from bot.ports import InteractiveAdapter
from tests.bench.judge_entries import articles
from tests.fakes.discord_server import DiscordServer
from tests.fakes.slack_server import SlackServer

ASKED = (("list", ""), ("show", "C07"), ("evidence", "C07"))
WARM_UP_S = 5.0


@dataclass
class Times:
    """Of one platform, in seconds."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)


async def ask_slack(server: SlackServer, name: str, claim: str, due: float) -> tuple[float, float]:
    asked = await server.command(f"{name} {claim}".strip())
    await server.answered(asked)
    assert asked.acked_at is not None
    return asked.acked_at - due, time.monotonic() - due


async def ask_discord(
    server: DiscordServer, name: str, claim: str, due: float
) -> tuple[float, float]:
    talk = await server.command(name, {"claim": claim} if claim else {})
    await server.answered(talk)
    return talk.asked_at + talk.ack_s - due, time.monotonic() - due


async def people(ask: object, times: Times, args: argparse.Namespace) -> None:
    """Somebody asks every so often, whether or not the last answer has come."""
    began = time.monotonic()
    talks: list[asyncio.Task[tuple[float, float]]] = []
    for number in range(int(args.seconds * 1000 / args.every_ms)):
        due = began + number * args.every_ms / 1000
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        talks.append(asyncio.create_task(ask(*ASKED[number % len(ASKED)], due)))
    for ack, answer in await asyncio.gather(*talks):
        times.acks.append(ack)
        times.answers.append(answer)


def updates(found: Sequence[Article], essay: object) -> Iterator[list[Article]]:
    """Batches without end; the second time round each article is a new one."""
    for lap in itertools.count():
        for start in range(0, len(found), JUDGE_BATCH):
            yield [of_lap(one, lap) for one in found[start : start + JUDGE_BATCH]]


def of_lap(article: Article, lap: int) -> Article:
    entry = replace(
        article.entry,
        key=f"{article.entry.key}#{lap}",
        content_hash=f"{article.entry.content_hash}{lap}",
    )
    return replace(article, entry=entry)


async def replay(
    judge: JudgeThread, ledger: Ledger, found: Sequence[Article], done: list[int]
) -> None:
    for batch in updates(found, judge.essay):
        judgements = await judge.judge(batch)
        update = FeedUpdate(
            essay=judge.essay,
            feed_url="https://bench.example/rss",
            fetched_at=batch[-1].at,
            articles=tuple(zip(batch, judgements, strict=True)),
            policy=AlertPolicy(("desk",)),
        )
        await ledger.commit(update)
        done.append(len(batch))


@asynccontextmanager
async def connected(desk: Desk) -> AsyncIterator[tuple[SlackServer, DiscordServer]]:
    """Both platforms, with the adapters that serve the desk there."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackServer())
        discord = await stack.enter_async_context(DiscordServer())
        for name, server in (("slack", slack), ("discord", discord)):
            around = Surroundings(SystemClock(), variables=server.variables)
            adapter = ADAPTERS[name].make(name, {}, around)
            assert isinstance(adapter, InteractiveAdapter)
            adapter.connect(desk)
            await adapter.start()
            stack.push_async_callback(adapter.stop)
        yield slack, discord


async def measure(args: argparse.Namespace) -> list[dict[str, object]]:
    essay, clock = bundled(), SystemClock()
    found = sorted(articles(essay, args.entries, args.count), key=lambda one: one.at)
    judge = JudgeThread(load_embedded(essay))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.sqlite"
        if args.ledger:
            shutil.copy(args.ledger, file)
        async with await Ledger.open(file, clock) as ledger:
            desk = Desk(essay, ledger, clock, Roles(()), AlertPolicy(("desk",)), None)
            async with connected(desk) as (slack, discord):
                done: list[int] = []
                load = (
                    None if args.idle else asyncio.create_task(replay(judge, ledger, found, done))
                )
                await asyncio.sleep(0 if args.idle else WARM_UP_S)
                of_slack, of_discord = Times(), Times()
                wall, cpu, before = time.monotonic(), time.process_time(), sum(done)
                await asyncio.gather(
                    people(lambda *asked: ask_slack(slack, *asked), of_slack, args),
                    people(lambda *asked: ask_discord(discord, *asked), of_discord, args),
                )
                wall, cpu = time.monotonic() - wall, time.process_time() - cpu
                figures = {
                    "entries_per_s": round((sum(done) - before) / wall, 1),
                    "cores": round(cpu / wall, 2),
                }
                if load is not None:
                    load.cancel()
                    with suppress(asyncio.CancelledError):
                        await load
    judge.close()
    return [
        {
            "platform": name,
            "asked": len(times.acks),
            **told(times),
            **figures,
            "faults": server.faults[:3],
        }
        for name, times, server in (("slack", of_slack, slack), ("discord", of_discord, discord))
    ]


def told(times: Times) -> dict[str, list[int]]:
    """Milliseconds: the 50th and 99th percentile and the most."""
    return {
        f"{name}_ms_p50_p99_max": [
            round(float(one) * 1000) for one in np.percentile(values, (50, 99, 100))
        ]
        for name, values in (("ack", times.acks), ("answer", times.answers))
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--every-ms", type=float, default=150.0)
    parser.add_argument("--entries", type=Path)
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--count", type=int, default=3000, help="entries in a lap")
    parser.add_argument("--idle", action="store_true")
    logging.disable(logging.CRITICAL)
    for line in asyncio.run(measure(parser.parse_args())):
        print(json.dumps(line))


if __name__ == "__main__":
    main()
