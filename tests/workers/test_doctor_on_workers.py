"""`claimwire doctor` says whether the workers of the config are there, over a real Redis."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import doctor
from bot.config import load_config
from bot.essay.loader import bundled
from bot.judges import mark_of
from tests.app.bot_process import free_port
from tests.workers.making import RedisServer, WordJudge, needs_redis, worker_thread

pytestmark = needs_redis


async def look(folder: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> doctor.Check:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CLAIMWIRE_WORKERS_REDIS_URL", url)
    (check,) = [one for one in await doctor.examine(None, online=False) if one.name == "workers"]
    return check


async def test_a_redis_that_is_away_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    check = await look(tmp_path, monkeypatch, f"redis://127.0.0.1:{port}/0")
    assert not check.ok
    assert f"Redis at 127.0.0.1:{port}" in check.message
    assert "redis_url" in check.message


async def test_a_worker_with_the_same_judge_is_missed_until_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = RedisServer().start()
    try:
        alone = await look(tmp_path, monkeypatch, server.url)
        config = load_config(None, {"CLAIMWIRE_WORKERS_REDIS_URL": server.url})
        with worker_thread(server, WordJudge(), mark_of(config, bundled())):
            served = await look(tmp_path, monkeypatch, server.url)
    finally:
        server.kill()
    assert not alone.ok
    assert "no worker is there" in alone.message
    assert "claimwire worker" in alone.message
    assert served.ok
