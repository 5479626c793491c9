from __future__ import annotations

import subprocess
import sys

import pytest

PURE = [
    "bot.ledger.stories.changes",
    "bot.ledger.records",
    "bot.ledger.standings.rule",
    "bot.ledger.stories.rule",
    "bot.alerts.backoff",
    "bot.alerts.body",
    "bot.alerts.rules",
]


@pytest.mark.parametrize("module", PURE)
def test_the_rules_need_no_database_network_or_event_loop(module: str):
    script = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not {"sqlite3", "sqlite_utils", "asyncio", "aiohttp"} & set(done.stdout.split())
