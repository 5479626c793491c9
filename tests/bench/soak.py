"""A stream of news at many times its speed through the real bot, in bad weather: is all there?

    python tests/bench/soak.py [ENTRIES.jsonl.gz --begin 2025-05-20 --speed 200] [--minutes 10]

`claimwire run` as a process of its own polls a feed for each outlet on loopback, once a minute, and
posts to a webhook's receiver and to Slack (the strict fakes of tests/fakes). Entries come into the
feeds at the times of the stream, so many times faster; without a stream the bundled chronicle, as
fast as it fits. Meanwhile the bot is killed with SIGKILL and started again, feeds answer 429, 503
or break off, and both platforms have outages: 429, 503, connections cut before and after they did
what was asked. In the second half nothing is killed, and memory is watched.

Beside it the same entries are judged and committed in quiet. Prints one line of JSON:
    entries_lost, verdicts_lost: streamed, or given by the quiet run, and not in the ledger
    verdicts_added, entries_twice: the other way round
    alerts_lost: that channels should have got (all of them), counted for each
    posts_twice: the same alert posted again, or the same reply or notice
    memory: resident MB in the last life after a minute of warm-up and at the end, with the growth
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.clock import SystemClock
from bot.essay.loader import bundled
from bot.judges import load_embedded
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Outlet
from bot.pipeline import as_article
from feeds.parse import parse
from tests.app.bot_process import BotProcess, bot_process
from tests.bench._chaos import OUTLETS_MAX, Hook, Newsstand, Trouble, slack_in
from tests.bench._machine import load_note, resident_mb
from tests.bench._stream import Item, bundled_items, rss, stored_items
from tests.fakes.slack_server import EVENTS, SlackServer
from tests.fakes.webhook_server import WebhookServer

KILLS_UNTIL = 0.5  # of the time
KILL_EVERY_S = 45.0
FIRST_KILL_S = 15.0  # the model must be loaded, or a kill proves nothing
WARM_UP_S = 60.0
SAMPLE_S = 2.0
PATIENCE_S = 1800.0

Evidence = set[tuple[str, str, str]]  # link, claim, stance


# --- the run -------------------------------------------------------------------------------------


def _alive(bot: BotProcess) -> None:
    if bot.process.returncode is not None:
        raise SystemExit(f"the bot ended by itself:\n{''.join(bot.lines[-20:])}")


class Bot:
    """The bot through its lives. ``memory``: seconds since the start of a life, resident MB."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.kills = 0
        self.memory: list[tuple[float, float]] = []
        self._folder, self._environment = folder, environment

    async def live(self, rng: random.Random, kills_end: float, end: asyncio.Event) -> None:
        """Is killed and started again until ``kills_end``; then lives until ``end``."""
        while (left_s := kills_end - time.monotonic()) > FIRST_KILL_S:
            async with bot_process(self._folder, **self._environment) as bot:
                life_s = FIRST_KILL_S + rng.expovariate(1 / (KILL_EVERY_S - FIRST_KILL_S))
                await asyncio.sleep(min(life_s, left_s))
                _alive(bot)
            self.kills += 1
        async with bot_process(self._folder, **self._environment) as bot:
            watch = asyncio.create_task(self._watch(bot))
            await end.wait()
            watch.cancel()
            await bot.stop()

    async def _watch(self, bot: BotProcess) -> None:
        born = time.monotonic()
        while True:
            await asyncio.sleep(SAMPLE_S)
            _alive(bot)
            self.memory.append((time.monotonic() - born, resident_mb(bot.process.pid)))

    def growth(self) -> dict[str, float]:
        """Resident MB, medians of half a minute."""
        lived_s = self.memory[-1][0]
        if lived_s < 2 * WARM_UP_S:
            return {}
        warm = median(mb for at, mb in self.memory if WARM_UP_S <= at < WARM_UP_S + 30)
        last = median(mb for at, mb in self.memory if at >= lived_s - 30)
        return {
            "after_warm_up_mb": round(warm),
            "at_the_end_mb": round(last),
            "growth_percent": round(100 * (last / warm - 1), 1),
            "over_s": round(lived_s - WARM_UP_S),
        }


async def soak(
    news: list[tuple[float, Item]], stock: list[Item], minutes: float, seed: int
) -> dict[str, object]:
    """``news``: what comes how many seconds after the first round of polls."""
    rng = random.Random(seed)
    troubles = {name: Trouble(rng) for name in ("webhook", "slack")}
    outlets = sorted({item.outlet for _at, item in news})
    with tempfile.TemporaryDirectory() as name:
        folder, end = Path(name), asyncio.Event()
        async with (
            Newsstand(rng) as stand,
            Hook(troubles["webhook"]) as hook,
            slack_in(troubles["slack"]) as slack,
        ):
            (folder / "feeds.opml").write_text(stand.open(outlets, stock), encoding="utf-8")
            (folder / "claimwire.toml").write_text(
                '[feeds]\nopml = "feeds.opml"\nallow_private = true\ninterval_min = 1\n'
                "adaptive = false\njitter_s = 10\n"
                f'[channels.desk]\nadapter = "webhook"\nurl = "{hook.url}"\n'
                f'[channels.events]\nadapter = "slack"\nchannel = "{EVENTS}"\n'
            )
            environment = slack.variables
            async with bot_process(folder, **environment) as bot:
                while stand.stale:  # noqa: ASYNC110 - the bot is elsewhere
                    await asyncio.sleep(1)
                await asyncio.sleep(FIRST_KILL_S)  # what was read is judged and committed
                await bot.stop()
            began = time.monotonic()
            body = Bot(folder, environment)
            weather = [asyncio.create_task(one.outages_for_ever()) for one in troubles.values()]
            for one in (stand, *troubles.values()):
                one.stormy = True
            kills_end = began + KILLS_UNTIL * 60 * minutes
            life = asyncio.create_task(body.live(rng, kills_end, end))
            published = await publish(stand, news, began)
            await asyncio.sleep(max(0.0, began + 60 * minutes - time.monotonic()))
            for one in (stand, *troubles.values()):
                one.stormy = False
            for task in weather:
                task.cancel()
            await settled(stand, folder)
            end.set()
            await life
            took_s = time.monotonic() - began
        quiet, quiet_alerts = await in_quiet(published)
        return {
            "minutes": round(took_s / 60, 1),
            "feeds": len(outlets),
            "entries": len(published),
            "quiet_verdicts": len(quiet),
            "quiet_alerts": quiet_alerts,
            "kills": body.kills,
            "feeds_troubled": stand.troubles,
            **{
                f"{one}_troubled": {"outages": t.outages, **t.troubles}
                for one, t in troubles.items()
            },
            **account(folder, {item.link for item in published}, quiet, hook, slack),
            "memory": body.growth(),
        }


async def publish(stand: Newsstand, news: list[tuple[float, Item]], began: float) -> list[Item]:
    """Puts each entry into its feed at its time, dated with it."""
    published = []
    for at, item in news:
        await asyncio.sleep(max(0.0, began + at - time.monotonic()))
        now = replace(item, at=datetime.now(UTC).replace(microsecond=0))
        stand.publish(now)
        published.append(now)
    return published


def ledger_of(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder}/data/ledger.sqlite?mode=ro", uri=True)


async def settled(stand: Newsstand, folder: Path) -> None:
    """Returns when every feed was read since it last changed, and the outbox is empty."""
    async with asyncio.timeout(PATIENCE_S):
        quiet = 0
        while quiet < 3:  # what was read must be judged and committed first
            await asyncio.sleep(10)
            with closing(ledger_of(folder)) as db:
                (waiting,) = db.execute(
                    "SELECT count(*) FROM outbox WHERE state = 'pending'"
                ).fetchone()
            quiet = 0 if stand.stale or waiting else quiet + 1


# --- the account ---------------------------------------------------------------------------------


async def in_quiet(published: Sequence[Item]) -> tuple[Evidence, int]:
    """What the same entries come to without any trouble: the evidence, and how many alerts."""
    judge, evidence, alerts = load_embedded(bundled()), Evidence(), set[int]()
    async with await Ledger.open(None, SystemClock()) as ledger:
        for item in published:
            parsed = parse(
                rss([item]), content_type="", feed_url=item.outlet, outlet=Outlet(item.outlet),
                now=item.at + timedelta(minutes=1),
            )  # fmt: skip
            articles = [as_article(entry, item.at) for entry in parsed.entries]
            judged = tuple(zip(articles, judge.judge(articles), strict=True))
            evidence |= {
                (article.entry.url, verdict.claim_id, verdict.stance.value)
                for article, judgement in judged
                for verdict in judgement.verdicts
            }
            update = FeedUpdate(
                judge.essay, item.outlet, item.at, articles=judged, policy=AlertPolicy(("desk",))
            )
            alerts |= set((await ledger.commit(update)).alerts)
    return evidence, len(alerts)


def account(
    folder: Path, links: set[str], quiet: Evidence, hook: WebhookServer, slack: SlackServer
) -> dict[str, object]:
    """What the ledger and the platforms hold, against what they should."""
    with closing(ledger_of(folder)) as db:
        articles = Counter(url for (url,) in db.execute("SELECT url FROM articles"))
        rows = db.execute(
            "SELECT a.url, v.claim_id, v.stance, al.id FROM current_verdicts v"
            " JOIN articles a ON a.id = v.article_id LEFT JOIN alerts al"
            " ON al.story_id = v.story_id AND al.claim_id = v.claim_id"
        ).fetchall()
        sent = db.execute(
            "SELECT channel, alert_id, max(revision), idempotency_key FROM outbox"
            " WHERE state = 'sent' AND alert_id IS NOT NULL GROUP BY channel, alert_id"
        ).fetchall()
        states = Counter(state for (state,) in db.execute("SELECT state FROM outbox"))
    evidence = [(url, claim, stance) for url, claim, stance, _alert in rows if url in links]
    wanted = {alert for url, _claim, _stance, alert in rows if url in links}
    last = defaultdict[str, dict[int, str]](dict)
    for channel, alert, _revision, key in sent:
        last[channel][alert] = key
    shown = [message for message in slack.channels[EVENTS].messages if "metadata" in message]
    marks = [message["metadata"]["event_payload"] for message in shown]
    arrived = {
        "desk": set(hook.taken),
        f"slack:{EVENTS}": {mark["key"] for mark in marks},
    }
    lost = {
        channel: sum(last[channel].get(alert) not in keys for alert in wanted)
        for channel, keys in arrived.items()
    }
    told = Counter(
        (seen.payload["alert"]["id"], seen.payload["alert"]["revision"])
        if "alert" in seen.payload
        else seen.payload["notice"]["key"]
        for seen in hook.taken.values()
    )
    posts = Counter(
        (mark["part"], mark["alert"] if mark["part"] == "post" else mark["key"]) for mark in marks
    )
    requests = Counter(seen.headers["Idempotency-Key"] for seen in hook.seen)
    return {
        "entries_lost": len(links - articles.keys()),
        "entries_twice": sum(articles[link] > 1 for link in links),
        "verdicts_lost": len(quiet - set(evidence)),
        "verdicts_added": len(evidence) - len(quiet & set(evidence)),
        "alerts": len(wanted),
        "alerts_lost": lost,
        "posts_twice": {
            "desk": told.total() - len(told),
            f"slack:{EVENTS}": posts.total() - len(posts),
        },
        "requests_with_a_repeated_key": requests.total() - len(requests),
        "outbox": states,
        "faults": [*hook.faults, *slack.faults][:3],
    }


def timed(
    items: list[Item], begin: datetime, speed: float, minutes: float
) -> list[tuple[float, Item]]:
    """The items of the time from ``begin`` on, by the seconds after which they come."""
    offsets = (((item.at - begin).total_seconds() / speed, item) for item in items)
    return [(at, item) for at, item in offsets if 0 <= at < 60 * minutes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("entries", nargs="?", type=Path)
    parser.add_argument("--begin", type=datetime.fromisoformat, help="the day; else the first")
    parser.add_argument("--speed", type=float, default=200.0)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    items = stored_items(args.entries) if args.entries else bundled_items()
    begin = args.begin.replace(tzinfo=UTC) if args.begin else items[0].at
    whole_s = (items[-1].at - begin).total_seconds()
    # The end is left to what must still be polled and sent.
    publishing = 0.95 * args.minutes
    speed = args.speed if args.entries else whole_s / (60 * publishing) * 1.001
    news = timed(items, begin, speed, publishing)
    kept = {name for name, _ in Counter(one.outlet for _, one in news).most_common(OUTLETS_MAX)}
    news = [(at, one) for at, one in news if one.outlet in kept]
    stock = [one for one in items if one.at < begin and one.outlet in kept]
    print(load_note(), flush=True)
    found = asyncio.run(soak(news, stock, args.minutes, args.seed))
    print(json.dumps({"speed": round(speed), **found}), load_note(), sep="\n")


if __name__ == "__main__":
    main()
