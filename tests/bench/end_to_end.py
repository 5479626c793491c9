"""How fast the whole line is, and how soon a channel hears of what a feed brings.

    python tests/bench/end_to_end.py [--papers 40] [--minutes 4] [--stream ENTRIES.jsonl.gz]

- Throughput: feeds on loopback through the real fetcher, parser, judge and ledger (on disk), as
  polls of the bot do it. Entries/s from the first request to the last commit, for general
  newspapers (one entry in ten on the subject), for the bundled chronicle (all on it), and for the
  entries of a stored stream, if one is given. Beside each in the same run: the judge alone on the
  same entries.
- Delay: `claimwire run` as a process of its own, 60 feeds of a minute's interval, a webhook's
  receiver. Each feed changes at a time of its own. Two delays, from outside: from the answer that
  held the new entry to the post that names it; and the same from the moment at which the poll was
  due, or the feed changed if that was later: all that comes on top of the poll interval.

The feeds' server is a process of its own. Linux: 64 loopback addresses stand for hosts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from aiohttp import web

from bot.clock import SystemClock
from bot.demo import chronicle
from bot.essay.loader import bundled
from bot.judge.embedded import EmbeddedJudge
from bot.judges import load_embedded
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.log import Level, LogFormat, setup
from bot.model import Article, Outlet
from bot.pipeline import JudgeThread, Pipeline, as_article
from feeds.fetch import Fetcher, Limits
from feeds.opml import FeedSource
from feeds.parse import parse
from tests.app.bot_process import bot_process
from tests.bench._machine import load_note, quantile
from tests.bench._stream import Item, bundled_items, rss, stored_items
from tests.bench.cold_pass import ENTRIES, feed
from tests.fakes.feed_server import FeedServer, Page
from tests.fakes.webhook_server import WebhookServer

HOSTS = 60
INTERVAL_S = 60.0
STREAM_ENTRIES = 2000
PATIENCE_S = 300.0


# --- throughput ----------------------------------------------------------------------------------


def streamed(path: str) -> list[bytes]:
    """The first entries of a stored stream, as feeds."""
    items = stored_items(Path(path))[:STREAM_ENTRIES]
    return [rss(items[start : start + ENTRIES]) for start in range(0, len(items), ENTRIES)]


async def serve(bodies: Sequence[bytes]) -> None:
    """Serves them until standard input ends; prints the port first."""
    async with FeedServer(HOSTS) as server:
        server.pages = {f"/{number}": Page(body) for number, body in enumerate(bodies)}
        print(server.port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


def material(kind: str, papers: int) -> list[bytes]:
    if kind == "newspapers":
        return [feed(number) for number in range(papers)]
    return [one.body for one in chronicle()] if kind == "chronicle" else streamed(kind)


def found(bodies: Sequence[bytes]) -> list[Article]:
    now = datetime.now(UTC)
    feeds = [
        parse(body, content_type="", feed_url=f"{number}", outlet=Outlet("o"), now=now)
        for number, body in enumerate(bodies)
    ]
    return [as_article(entry, now) for one in feeds for entry in one.entries]


async def line(judge: EmbeddedJudge, port: int, count: int, folder: Path) -> int:
    """Polls all feeds as the bot does; how many entries came into the ledger."""
    clock, thread = SystemClock(), JudgeThread(judge)
    async with (
        await Ledger.open(folder / "ledger.sqlite", clock) as ledger,
        Fetcher(clock, Limits(allow_private=True)) as fetcher,
    ):
        policy = AlertPolicy(("desk",))
        pipeline = Pipeline(
            fetcher=fetcher, judge=thread, ledger=ledger, clock=clock, policy=policy
        )
        sources = [
            FeedSource(f"http://127.0.0.{1 + number % HOSTS}:{port}/{number}", Outlet(f"P{number}"))
            for number in range(count)
        ]
        polls = (pipeline.poll(source, back_fill=True) for source in sources)
        outcomes = await asyncio.gather(*polls)
        await pipeline.flush()
    thread.close()
    wrong = [outcome.error for outcome in outcomes if outcome.error]
    if wrong:
        raise SystemExit(f"not all came: {wrong[0]}")
    return sum(outcome.new for outcome in outcomes)


def throughput(judge: EmbeddedJudge, kind: str, papers: int) -> str:
    bodies = material(kind, papers)
    articles = found(bodies)
    judge.judge(articles[:ENTRIES])  # warm
    judge_s = timed(lambda: judge.judge(articles))
    command = [sys.executable, __file__, "--serve", kind, "--papers", str(papers)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        assert server.stdout is not None
        port, entries = int(server.stdout.readline()), 0

        def work() -> None:
            nonlocal entries
            entries = asyncio.run(line(judge, port, len(bodies), Path(folder)))

        wall_s, cpu_s = timed(work)
        server.communicate("")
    return (
        f"{Path(kind).name.split('.')[0]}: {entries} entries of {len(bodies)} feeds,"
        f" {entries / wall_s:.0f} entries/s, {1000 * cpu_s / entries:.1f} processor seconds for"
        f" 1,000; in processor seconds {cpu_s / judge_s[1]:.2f} x the judge alone,"
        f" in wall seconds {wall_s / judge_s[0]:.2f} x"
    )


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


# --- delay ---------------------------------------------------------------------------------------


def tellable(judge: EmbeddedJudge) -> list[Item]:
    """The chronicle's entries that bear on a claim."""
    items = bundled_items()
    judged = judge.judge(found([rss(items)]))
    return [item for item, judgement in zip(items, judged, strict=True) if judgement.verdicts]


class Newsroom(FeedServer):
    """Feeds that change, each at its own time; keeps what was served and when."""

    def __init__(self, entries: Sequence[Item]) -> None:
        super().__init__(HOSTS)
        self._entries = entries
        self.items: dict[str, list[Item]] = {}
        self.polled: dict[str, float] = {}  # when it last was
        self.changed: dict[str, float] = {}  # link -> when it stood in the feed
        self.served: dict[str, float] = {}  # link -> when it was answered first
        self.due: dict[str, float] = {}  # link -> when that poll was due, or it changed if later

    def open(self) -> list[str]:
        """Makes the feeds; their addresses."""
        now = datetime.now(UTC)
        for number in range(HOSTS):
            path = f"/{number}"
            self.items[path] = [
                Item("", "The council meets", "", f"https://e{number}.example/", now)
            ]
            self.pages[path] = Page(rss(self.items[path]))
        return [self.url(f"/{number}", f"127.0.0.{1 + number}") for number in range(HOSTS)]

    def change(self, path: str, number: int) -> None:
        """A new entry, at the top."""
        entry = self._entries[number % len(self._entries)]
        link = f"https://e{path[1:]}.example/{number}"
        item = replace(entry, link=link, at=datetime.now(UTC))
        self.items[path].insert(0, item)
        self.pages[path] = Page(rss(self.items[path]))
        self.changed[link] = time.monotonic()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        now, path = time.monotonic(), request.path
        due = self.polled.get(path, now) + INTERVAL_S
        for link in (item.link for item in self.items[path]):
            if link in self.changed and link not in self.served:
                self.served[link] = now
                self.due[link] = max(due, self.changed[link])
        self.polled[path] = now
        return await super()._answer(request)


class Receiver(WebhookServer):
    """Keeps when it first read of each link."""

    def __init__(self) -> None:
        super().__init__(lambda: datetime.now(UTC))
        self.read: dict[str, float] = {}

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        now = time.monotonic()
        payload = json.loads(await request.read())
        for carrier in payload.get("alert", {}).get("carriers", ()):
            self.read.setdefault(carrier["url"], now)
        return await super()._hook(request)


async def delay(judge: EmbeddedJudge, minutes: float) -> str:
    entries, rng = tellable(judge), random.Random(1)
    async with Newsroom(entries) as newsroom, Receiver() as receiver:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            outlines = "".join(
                f"<outline type='rss' text='Paper {number}' xmlUrl='{url}'/>"
                for number, url in enumerate(newsroom.open())
            )
            (folder / "feeds.opml").write_text(
                f"<opml version='2.0'><body>{outlines}</body></opml>"
            )
            (folder / "claimwire.toml").write_text(
                '[feeds]\nopml = "feeds.opml"\nallow_private = true\ninterval_min = 1\n'
                "adaptive = false\njitter_s = 0\n"
                f'[channels.desk]\nadapter = "webhook"\nurl = "{receiver.url}"\n'
            )
            async with bot_process(folder) as bot:
                async with asyncio.timeout(PATIENCE_S):
                    while len(newsroom.polled) < HOSTS:  # noqa: ASYNC110 - the bot is elsewhere
                        await asyncio.sleep(0.5)
                await change_for(newsroom, minutes, len(entries), rng)
                async with asyncio.timeout(PATIENCE_S):
                    while newsroom.served.keys() < newsroom.changed.keys():  # noqa: ASYNC110
                        await asyncio.sleep(0.5)
                await bot.stop()
            lost = await untold(folder, newsroom, receiver)
    served, read, due = newsroom.served, receiver.read, newsroom.due
    own = [read[link] - served[link] for link in served if link in read]
    whole = [read[link] - due[link] for link in served if link in read]
    told = ", ".join(
        f"{what} p50 {quantile(values, 0.5):.2f} s, p99 {quantile(values, 0.99):.2f} s,"
        f" most {max(values):.2f} s"
        for what, values in (("from the answer to the post", own), ("beyond the interval", whole))
    )
    return f"delay: {len(own)} of {len(served)} entries were posted, {lost} missing: {told}"


async def change_for(newsroom: Newsroom, minutes: float, wanted: int, rng: random.Random) -> None:
    """One feed after the other changes, at random times, each about once an interval."""
    numbers = rng.sample(range(wanted), wanted)
    end, done = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < end:
        await asyncio.sleep(rng.uniform(0, 2 * INTERVAL_S / HOSTS))
        newsroom.change(f"/{done % HOSTS}", numbers[done % wanted] + wanted * (done // wanted))
        done += 1


async def untold(folder: Path, newsroom: Newsroom, receiver: Receiver) -> int:
    """How many entries the ledger tells of in an alert, and the receiver never read of."""
    async with await Ledger.open(folder / "data" / "ledger.sqlite", SystemClock()) as ledger:
        missing = 0
        for link in newsroom.changed.keys() - receiver.read.keys():
            trace = await ledger.trace(link)
            carried = (
                carrier.url
                for revision in (trace.revisions if trace else ())
                for alert in revision.alerts
                for carrier in alert.carriers
            )
            missing += link in carried
    return missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--papers", type=int, default=40)
    parser.add_argument("--minutes", type=float, default=4, help="of the delay; 0 leaves it out")
    parser.add_argument("--stream")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(material(args.serve, args.papers)))
        return
    setup(Level.ERROR, LogFormat.LOGFMT)
    judge = load_embedded(bundled())
    print(load_note(), flush=True)
    for kind in ("newspapers", "chronicle", *([args.stream] if args.stream else [])):
        print(throughput(judge, kind, args.papers), flush=True)
    if args.minutes:
        print(asyncio.run(delay(judge, args.minutes)))
    print(load_note())


if __name__ == "__main__":
    main()
