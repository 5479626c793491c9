"""The pictures of docs/commands.md, from the ledger of `claimwire demo`.

`python -m tests.contract.ledger_pictures data/demo` writes docs/timeline.png and docs/board.png
anew, as they would be drawn on the day after the chronicle ends.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.desk import Desk
from bot.commands.people import Roles
from bot.essay.loader import bundled
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Actor
from tests.fakes.clock import HandClock

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = {"timeline.png": "timeline C12", "board.png": "board"}
READER = Actor("terminal", "you", "you", channel_id="here")


async def write(data_dir: Path) -> None:
    clock = HandClock(datetime(2026, 8, 25, 12, tzinfo=UTC))
    async with await Ledger.open(data_dir / "ledger.sqlite", clock) as ledger:
        desk = Desk(bundled(), ledger, clock, Roles(), AlertPolicy(), None)
        for name, line in PICTURES.items():
            answer = await desk.ask_text(line, READER)
            assert answer.picture is not None, answer
            (DOCS / name).write_bytes(answer.picture.png)


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
