"""A changed essay is told when the bot starts, once."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from bot.app import tell_essay_changes
from bot.clock import SystemClock
from bot.essay.loader import bundled
from bot.ledger.store import Ledger

FIRST = bundled()
REWORDED = replace(FIRST.claims[9], statement="Delay is not the strategy.")
SECOND = replace(FIRST, claims=(*FIRST.claims[:9], REWORDED, *FIRST.claims[10:]))


async def test_what_changed_since_the_last_start_is_logged_once(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    async with await Ledger.open(None, SystemClock()) as ledger:
        for essay in (FIRST, FIRST):
            await tell_essay_changes(ledger, essay)
        assert caplog.records == []
        for essay in (SECOND, SECOND):
            await tell_essay_changes(ledger, essay)
    (line,) = caplog.records
    assert line.getMessage() == "essay changed"
    assert "1 claim changed (C10)" in str(line.__dict__)
