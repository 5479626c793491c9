"""A storm: 1,000 alerts, each for five channels, while the platform does all that it can do wrong.

    python tests/bench/storm.py [slack|discord|both] [--alerts 1000] [--limits] [--calm]

The real client libraries, adapter, courier and ledger against the loopback fakes, which answer
every tenth call with 429, break off every fiftieth after it was carried out, and cut the event
connection ten times. Prints one line of JSON for each platform: what arrived, what is missing,
twice or out of order (all to be 0), and posts per second and channel.

With --limits the fakes also keep the platform's own limits, in real time: one post a second for
each Slack channel, five in five seconds for each Discord channel. Then `share_of_limit` says how
much of that is used; 1,000 alerts take some twenty minutes, so take fewer. --calm: no bad weather.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import re
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from adapters.base import ADAPTERS
from adapters.kind import Surroundings
from adapters.slack.adapter import SlackAdapter
from adapters.slack.hearing import Patience
from adapters.slack.settings import read_settings
from bot.alerts.outbox import Courier
from bot.clock import SystemClock
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Judgement
from bot.ports import ChatAdapter
from tests.fakes import discord_parts, slack_server
from tests.fakes.discord_server import DiscordServer
from tests.fakes.slack_server import SlackServer
from tests.ledger.ledger_making import ESSAY, judged, report

CHANNELS = 5
CUTS = 10
PATIENCE_S = 3600.0
SLACK_POSTS_PER_S = 1.0
DISCORD_BUCKET_S = 5.0  # of five messages
# Of a 429 without --limits; Slack tells whole seconds.
SLACK_PAUSE_S, DISCORD_PAUSE_S = 1.0, 0.3


class Weather:
    """What every tenth call and every fiftieth is answered with."""

    def __init__(self, *, calm: bool, slow: object, lost: object) -> None:
        self.calls = 0
        self._calm = calm
        self._slow, self._lost = slow, lost

    def next(self) -> object | None:
        self.calls += 1
        if self._calm:
            return None
        if self.calls % 50 == 0:
            return self._lost
        return self._slow if self.calls % 10 == 0 else None


class SlackStorm:
    """Slack in bad weather. ``arrived``: channel and alert of each post, as they came."""

    name = "slack"
    limit_per_s = SLACK_POSTS_PER_S

    def __init__(self, *, limits: bool, calm: bool) -> None:
        self.limits = limits
        self.cuts = 0 if calm else CUTS
        self.server = SlackServer()
        self.channels = [f"C0STORM{number}" for number in range(CHANNELS)]
        self.server.channels = {one: slack_server.Channel(one) for one in self.channels}
        self.server.post_every_s = 1.0 if limits else 0.0
        self.weather = Weather(
            calm=calm,
            slow=slack_server.Reply(429, retry_after_s=SLACK_PAUSE_S),
            lost=slack_server.Reply(done_first=True, cut=True),
        )

    def adapter(self) -> ChatAdapter:
        # Without limits there is nothing to keep pace with.
        patience = Patience() if self.limits else Patience(post_every_s=0)
        return SlackAdapter(read_settings(self.server.variables), SystemClock(), patience=patience)

    def begin(self) -> None:
        def weather(method: str) -> slack_server.Reply | None:
            return self.weather.next() if method.startswith(("chat.", "conversations.")) else None

        self.server.weather = weather

    async def cut(self) -> None:
        await self.server.until(self.server.hearing)
        await self.server.drop()

    def taken(self) -> int:
        return sum(len(channel.messages) for channel in self.server.channels.values())

    def arrived(self) -> list[tuple[str, int]]:
        return [
            (channel.id, alert_of(message["blocks"]))
            for channel in self.server.channels.values()
            for message in channel.messages
        ]

    def refused(self) -> int:
        return self.server.refused_by_limit


class DiscordStorm:
    """The same for Discord."""

    name = "discord"
    limit_per_s = 5 / DISCORD_BUCKET_S

    def __init__(self, *, limits: bool, calm: bool) -> None:
        self.limits = limits
        self.cuts = 0 if calm else CUTS
        self.server = DiscordServer()
        self.channels = [f"13000000000000000{number:02}" for number in range(CHANNELS)]
        self.server.channels = set(self.channels)
        self.server.bucket_of_s = DISCORD_BUCKET_S if limits else 0.0
        self.weather = Weather(
            calm=calm,
            slow=discord_parts.Reply(429, retry_after=DISCORD_PAUSE_S),
            lost=discord_parts.Reply(0, taken=True),
        )

    def adapter(self) -> ChatAdapter:
        around = Surroundings(SystemClock(), variables=self.server.variables)
        return ADAPTERS[self.name].make(self.name, {}, around)

    def begin(self) -> None:
        self.server.weather = lambda: self.weather.next() or discord_parts.Reply()

    async def cut(self) -> None:
        self.server.gateway.cut()

    def taken(self) -> int:
        return len(self.server.posts)

    def arrived(self) -> list[tuple[str, int]]:
        posts = self.server.posts.values()
        return [(post.channel, alert_of(post.bodies[0]["components"])) for post in posts]

    def refused(self) -> int:
        return self.server.refused_by_bucket


Storm = SlackStorm | DiscordStorm


def alert_of(parts: object) -> int:
    """Which alert a post is, by its Why button."""
    found = re.search(r"why-alert (\d+)", json.dumps(parts))
    assert found, parts
    return int(found[1])


async def fill(ledger: Ledger, channels: list[str], alerts: int) -> None:
    """One report for each five alerts: one for each claim, each report an event of its own."""
    count = -(-alerts // len(ESSAY.claims))
    verdicts = [judged(claim=claim.id).verdicts[0] for claim in ESSAY.claims]
    articles = []
    for number in range(count):
        meaning = tuple(float(number == axis) for axis in range(count))
        told = tuple(verdicts[: alerts - number * len(verdicts)])
        articles.append((report(f"storm{number}")[0], Judgement(told, embedding=meaning)))
    update = FeedUpdate(
        essay=ESSAY,
        feed_url="https://storm.example/rss",
        fetched_at=datetime.now(UTC),
        articles=tuple(articles),
        policy=AlertPolicy(tuple(channels)),
    )
    assert len((await ledger.commit(update)).alerts) == alerts


async def cut_in_between(storm: Storm, posts: int) -> None:
    """Cuts the event connection, evenly spread over the posts."""
    for number in range(storm.cuts):
        while storm.taken() < posts * (number + 1) // (storm.cuts + 1):  # noqa: ASYNC110 - two servers
            await asyncio.sleep(0.05)
        await storm.cut()


async def measure(storm: Storm, alerts: int) -> dict[str, object]:
    posts = alerts * CHANNELS
    with tempfile.TemporaryDirectory() as folder:
        async with storm.server, await Ledger.open(f"{folder}/l.sqlite", SystemClock()) as ledger:
            adapter = storm.adapter()
            await fill(ledger, [f"{storm.name}:{one}" for one in storm.channels], alerts)
            await adapter.start()
            storm.begin()
            courier = Courier(ledger, [adapter], SystemClock(), random.Random(1))
            cutting = asyncio.create_task(cut_in_between(storm, posts))
            began = time.monotonic()
            result = await courier.drain_until_empty(PATIENCE_S)
            seconds = time.monotonic() - began
            await cutting
            await adapter.stop()
            failed = (await ledger.counts()).failed
    arrived = storm.arrived()
    by_channel = {one: [alert for c, alert in arrived if c == one] for one in storm.channels}
    rate = alerts / seconds
    return {
        "platform": storm.name,
        "alerts": alerts,
        "channels": CHANNELS,
        "calls": storm.weather.calls,
        "put_off": result.retried,
        "refused_by_limit": storm.refused(),
        "cuts": storm.cuts,
        "arrived": len(set(arrived)),
        "missing": posts - len(set(arrived)),
        "twice": len(arrived) - len(set(arrived)),
        "out_of_order": sum(told != sorted(told) for told in by_channel.values()),
        "failed_or_waiting": failed + result.waiting,
        "faults": storm.server.faults[:3],
        "seconds": round(seconds, 1),
        "posts_per_s_and_channel": round(rate, 2),
        **({"share_of_limit": round(rate / storm.limit_per_s, 2)} if storm.limits else {}),
    }


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("platform", nargs="?", choices=("slack", "discord", "both"), default="both")
    parser.add_argument("--alerts", type=int, default=1000)
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--calm", action="store_true")
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    for storm in (SlackStorm, DiscordStorm):
        if args.platform in (storm.name, "both"):
            made = storm(limits=args.limits, calm=args.calm)
            print(json.dumps(await measure(made, args.alerts)), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
