"""The pages over real HTTP, and `claimwire probe`'s question to them."""

import asyncio
import json
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from bot.errors import ConfigError, LedgerError
from bot.operations.health import Health
from bot.operations.metrics import Metrics
from bot.operations.probe import ask
from bot.operations.server import LAG_EVERY_S, serving, watch_loop
from tests.fakes.clock import HandClock

HOST = "127.0.0.1"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def fine() -> str:
    return "fine"


async def broken() -> str:
    raise LedgerError("the disk is full\nreally -> free some space")


async def healthy() -> Health:
    health = Health(HandClock(NOW))
    health.watch("ledger", fine)
    await health.probe()
    return health


async def got(address: str, path: str) -> tuple[int, str, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{address}{path}") as answer,
    ):
        return answer.status, answer.headers["Content-Type"], await answer.text()


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


async def test_alive_is_answered_whatever_the_parts_say() -> None:
    async with serving(HOST, 0, Health(HandClock(NOW)), Metrics()) as address:
        status, _, text = await got(address, "/healthz")
    assert (status, text) == (200, "alive\n")


async def test_ready_names_every_part() -> None:
    health = await healthy()
    async with serving(HOST, 0, health, Metrics()) as address:
        status, kind, text = await got(address, "/readyz")
    assert status == 200
    assert kind.startswith("application/json")
    body = json.loads(text)
    assert body["ready"] is True
    assert {"name": "ledger", "ready": True, "message": "fine"} in body["parts"]


async def test_not_ready_is_a_503_with_the_reason() -> None:
    health = Health(HandClock(NOW))
    health.watch("ledger", broken)
    await health.probe()
    async with serving(HOST, 0, health, Metrics()) as address:
        status, _, text = await got(address, "/readyz")
    assert status == 503
    assert "the disk is full" in text


async def test_the_figures_come_as_prometheus_reads_them() -> None:
    async with serving(HOST, 0, await healthy(), Metrics()) as address:
        status, kind, text = await got(address, "/metrics")
    assert status == 200
    assert kind.startswith("text/plain; version=0.0.4")
    assert "claimwire_ready 1.0" in text


async def test_nothing_else_is_served_and_nothing_can_be_written() -> None:
    async with serving(HOST, 0, await healthy(), Metrics()) as address:
        assert (await got(address, "/"))[0] == 404
        assert (await got(address, "/../pyproject.toml"))[0] == 404
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"http://{address}/healthz", data=b"x") as answer,
        ):
            assert answer.status == 405


async def test_a_port_that_is_taken_says_how_to_mend_it() -> None:
    async with serving(HOST, 0, Health(HandClock(NOW)), Metrics()) as address:
        with pytest.raises(ConfigError, match=r"operations\.port"):
            async with serving(HOST, port_of(address), Health(HandClock(NOW)), Metrics()):
                pass


async def test_the_port_is_free_again_after_the_end() -> None:
    async with serving(HOST, 0, Health(HandClock(NOW)), Metrics()) as address:
        pass
    async with serving(HOST, port_of(address), Health(HandClock(NOW)), Metrics()) as again:
        assert again == address


async def test_a_client_that_stays_connected_does_not_hold_up_the_end() -> None:
    async with serving(HOST, 0, Health(HandClock(NOW)), Metrics()) as address:
        _, writer = await asyncio.open_connection(HOST, port_of(address))
        writer.write(b"GET /healthz HTTP/1.1\r\nHost:")
        await writer.drain()
    writer.close()


async def test_a_loop_that_is_held_up_shows_as_lag() -> None:
    told = asyncio.Queue[float]()
    watch = asyncio.create_task(watch_loop(told.put_nowait))
    loop = asyncio.get_running_loop()
    await asyncio.sleep(0)
    end = loop.time() + LAG_EVERY_S + 0.2
    while loop.time() < end:  # work that never lets go of the loop
        pass
    async with asyncio.timeout(20):
        assert await told.get() >= 0.1
    watch.cancel()


# --- claimwire probe -----------------------------------------------------------------------------


async def test_the_probe_of_a_ready_bot_says_so() -> None:
    async with serving(HOST, 0, await healthy(), Metrics()) as address:
        assert await asyncio.to_thread(ask, HOST, port_of(address)) == (True, "ready")


async def test_the_probe_of_one_that_is_not_names_the_part() -> None:
    health = Health(HandClock(NOW))
    health.watch("ledger", broken)
    await health.probe()
    async with serving(HOST, 0, health, Metrics()) as address:
        ready, line = await asyncio.to_thread(ask, HOST, port_of(address))
    assert not ready
    assert line.startswith("not ready: ledger: the disk is full")


async def test_the_probe_reaches_a_server_that_listens_everywhere() -> None:
    async with serving("0.0.0.0", 0, await healthy(), Metrics()) as address:
        assert (await asyncio.to_thread(ask, "0.0.0.0", port_of(address)))[0]


async def test_the_probe_of_nothing_asks_whether_the_bot_runs() -> None:
    async with serving(HOST, 0, Health(HandClock(NOW)), Metrics()) as address:
        pass
    ready, line = ask(HOST, port_of(address))
    assert not ready
    assert "is the bot running?" in line


def test_the_probe_of_a_bot_without_pages_says_why() -> None:
    ready, line = ask(HOST, 0)
    assert not ready
    assert "operations.port" in line


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"ready": true}', b'{"parts": [3]}', b""])
async def test_another_program_on_the_port_is_not_taken_for_a_ready_bot(body: bytes) -> None:
    async def answer(_request: web.BaseRequest) -> web.Response:
        return web.Response(body=body)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    try:
        ready, line = await asyncio.to_thread(ask, HOST, runner.addresses[0][1])
    finally:
        await runner.cleanup()
    assert not ready
    assert "another program" in line
