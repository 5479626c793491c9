"""Three pages over HTTP for those who watch the bot: /healthz, /readyz, /metrics.

Only reads, and holds no secret; it listens on loopback unless the admin says otherwise.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from http import HTTPStatus

from aiohttp import web

from bot.errors import ConfigError
from bot.operations.health import Health
from bot.operations.metrics import CONTENT_TYPE, Metrics

LAG_EVERY_S = 0.5
STOP_WITHIN_S = 0.5
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@asynccontextmanager
async def serving(host: str, port: int, health: Health, metrics: Metrics) -> AsyncIterator[str]:
    """Serves until the block ends; gives the address, `host:port`. Port 0: any free one.

    Raises ConfigError where it cannot listen there.
    """
    runner = web.AppRunner(_pages(health, metrics), access_log=None, shutdown_timeout=STOP_WITHIN_S)
    await runner.setup()
    watch = asyncio.create_task(watch_loop(metrics.lagged))
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}:{port} ({error.strerror or error}) -> free it, set"
                " operations.port to another port, or to 0 for none"
            ) from error
        yield "{}:{}".format(*runner.addresses[0][:2])
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        await runner.cleanup()


async def watch_loop(tell: Callable[[float], None]) -> None:
    """Tells, for ever, how many seconds late the event loop wakes who sleeps."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_EVERY_S
        await asyncio.sleep(LAG_EVERY_S)
        tell(max(0.0, loop.time() - due))


def _pages(health: Health, metrics: Metrics) -> web.Application:
    async def healthz(_request: web.Request) -> web.Response:
        # That it is answered is the proof: the event loop runs.
        return web.Response(text="alive\n", headers=_HEADERS)

    async def readyz(_request: web.Request) -> web.Response:
        readiness = health.readiness()
        body = {"ready": readiness.ready, "parts": [asdict(part) for part in readiness.parts]}
        status = HTTPStatus.OK if readiness.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return web.json_response(
            body, status=status, headers=_HEADERS, dumps=lambda value: json.dumps(value) + "\n"
        )

    async def figures(_request: web.Request) -> web.Response:
        page = metrics.page(health.readiness())
        return web.Response(body=page, headers={**_HEADERS, "Content-Type": CONTENT_TYPE})

    pages = web.Application()
    pages.router.add_get("/healthz", healthz)
    pages.router.add_get("/readyz", readyz)
    pages.router.add_get("/metrics", figures)
    return pages
