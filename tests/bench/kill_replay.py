"""Kill -9 at random moments of a replay that delivers, then let it finish: is every alert there?

    python tests/bench/kill_replay.py ENTRIES.jsonl[.gz] [--kills 20] [--limit 3000] [--seed 1]

A webhook server in this process counts what arrives; it drops nothing and remembers every
Idempotency-Key. Prints one line of JSON: alerts in the ledger, alerts that arrived, lost, requests
that repeated a key (a duplicate that a receiver can drop) and posts repeated under a new key.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.clock import SystemClock
from bot.ledger.store import Ledger
from tests.fakes.webhook_server import WebhookServer

FIRST_KILL_S = 3.0  # the model must be loaded, or a kill proves nothing


async def replay(folder: Path, kill_after_s: float | None) -> int | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "replay", "in.jsonl", "--ledger", "ledger.sqlite",
        "--deliver", "--json", cwd=folder, stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return await asyncio.wait_for(process.wait(), kill_after_s)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None


async def measure(args: argparse.Namespace) -> dict[str, object]:
    rng = random.Random(args.seed)
    opener = gzip.open if args.entries.endswith(".gz") else open
    with opener(args.entries, "rt", encoding="utf-8") as lines:
        wanted = [line for line in lines if '"topic": "on"' in line or not args.on_topic]
    kills = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.jsonl").write_text("".join(wanted[: args.limit]), encoding="utf-8")
        async with WebhookServer(lambda: datetime.now(UTC)) as hook:
            (folder / "claimwire.toml").write_text(
                f'[channels.desk]\nadapter = "webhook"\nurl = "{hook.url}"\n'
            )
            while kills < args.kills:
                code = await replay(folder, FIRST_KILL_S + rng.random() * args.span)
                kills += code is None
                if code is not None:
                    break
            if await replay(folder, None) != 0:
                raise SystemExit("the last replay failed")
            async with await Ledger.open(folder / "ledger.sqlite", SystemClock()) as ledger:
                counts = await ledger.counts()
            keys = Counter(seen.headers["Idempotency-Key"] for seen in hook.seen)
            posts = Counter(
                (seen.payload["alert"]["id"], seen.payload["alert"]["revision"])
                for seen in hook.taken.values()
            )
            arrived = {alert for alert, _revision in posts}
    return {
        "entries": counts.articles,
        "kills": kills,
        "alerts_in_ledger": counts.alerts,
        "alerts_arrived": len(arrived),
        "lost": counts.alerts - len(arrived),
        "pending": counts.pending,
        "requests": keys.total(),
        "requests_with_a_repeated_key": keys.total() - len(keys),
        "posts_repeated_under_a_new_key": posts.total() - len(posts),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("entries")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--limit", type=int, default=3000)
    parser.add_argument("--span", type=float, default=2.0, help="seconds over which kills fall")
    parser.add_argument("--on-topic", action="store_true", help='only lines with "topic": "on"')
    parser.add_argument("--seed", type=int, default=1)
    print(json.dumps(asyncio.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
