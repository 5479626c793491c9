"""Does one thing over and over until it is killed: upgrade, backup or remove.

Before each round it prints which one it is at, and after it how many seconds it took.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path

from bot.ledger.file.backup import copy_checked
from bot.ledger.store import Ledger
from tests.ledger.ledger_making import NOON, StillClock


def fresh_copy(template: Path, folder: Path, number: int) -> Path:
    """Whole from the moment on that it has its name."""
    shutil.copy(template, folder / "copying")
    return (folder / "copying").replace(folder / f"{number}.sqlite")


async def upgrade(template: Path, folder: Path, number: int) -> None:
    """Opens one copy of an old ledger after the other."""
    path = fresh_copy(template, folder, number)
    await (await Ledger.open(path, StillClock())).close()


async def backup(ledger: Path, folder: Path, number: int) -> None:
    copy_checked(ledger, folder / f"{number}.sqlite")


async def remove(template: Path, folder: Path, number: int) -> None:
    """Removes the idle reports of one copy of a ledger after the other."""
    path = fresh_copy(template, folder, number)
    async with await Ledger.open(path, StillClock()) as ledger:
        await ledger.remove_idle(NOON - timedelta(days=30))


async def main(what: str, source: str, folder: str) -> None:
    work, number = {"upgrade": upgrade, "backup": backup, "remove": remove}[what], 0
    while True:
        print(number, flush=True)
        began = time.monotonic()
        await work(Path(source), Path(folder), number)
        print(time.monotonic() - began, flush=True)
        number += 1


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
