"""A program that commits updates one after another until it is killed; says which are through."""

from __future__ import annotations

import asyncio
import sys

from bot.ledger.store import Ledger
from tests.ledger.ledger_making import StillClock, report, update

REPORTS = 4


async def main(path: str, start: int) -> None:
    ledger = await Ledger.open(path, StillClock())
    number = start
    while True:
        feed = f"https://feed-{number}.example/rss"
        reports = [
            report(f"u{number}r{i}", feed=feed, axis=number + i, text="text " * 200)
            for i in range(REPORTS)
        ]
        await ledger.commit(update(*reports, feed=feed, channels=("desk", "wire")))
        print(number, flush=True)
        number += 1


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
