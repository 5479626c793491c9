from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from ledger_making import StillClock

from bot.ledger.store import Ledger


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def ledger(clock: StillClock) -> AsyncIterator[Ledger]:
    async with await Ledger.open(None, clock) as opened:
        yield opened
