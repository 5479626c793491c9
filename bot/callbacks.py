"""The door that hubs knock at: a listener of its own, behind the admin's TLS reverse proxy.

It answers at the addresses that hubs were given (`/websub/` and what nobody can guess) and says 404
to all else. A request is bounded in size and time, and so are connections in number and life.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from bot.errors import ConfigError, LedgerError
from bot.log import logger
from bot.pushing import Received
from feeds.websub import PATH

MAX_CONNECTIONS = 32
BODY_TIMEOUT_S = 20.0
CONNECTION_S = 30.0  # the life of a connection, whatever it does: longer than any request
STOP_WITHIN_S = 0.5
AGAIN_S = 600  # after which a hub may come again that brought too much
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_STATUS = {
    Received.KEPT: HTTPStatus.OK,
    Received.UNDER_WAY: HTTPStatus.ACCEPTED,
    # As the Recommendation lets us (7.1.2): who guesses at signatures learns nothing.
    Received.IGNORED: HTTPStatus.OK,
    Received.GONE: HTTPStatus.GONE,
    Received.TOO_MUCH: HTTPStatus.TOO_MANY_REQUESTS,
    Received.FAILED: HTTPStatus.SERVICE_UNAVAILABLE,
}

_log = logger("callbacks")


class Called(Protocol):
    """Who is called (bot.pushing.Pushing)."""

    def knows(self, token: str) -> bool: ...

    async def confirm(self, token: str, query: Mapping[str, str]) -> str | None: ...

    async def receive(
        self, token: str, body: bytes, signature: str, content_type: str
    ) -> Received: ...

    def refuse(self, token: str, reason: str) -> None: ...


@asynccontextmanager
async def listening(host: str, port: int, called: Called, max_bytes: int) -> AsyncIterator[str]:
    """Listens until the block ends; gives the address, `host:port`. Port 0: any free one.

    ``max_bytes``: the largest push. Raises ConfigError where it cannot listen there.
    """
    loop, door = asyncio.get_running_loop(), _Door(called, max_bytes)
    pages = web.Application()
    pages.router.add_route("*", PATH + "{token}", door.answer)
    # A body is read as it comes, so that no bomb unfolds before its signature is checked.
    runner = web.AppRunner(
        pages, access_log=None, auto_decompress=False, shutdown_timeout=STOP_WITHIN_S
    )
    await runner.setup()

    def connected() -> asyncio.Protocol:
        server = runner.server
        if server is None or len(server.connections) >= MAX_CONNECTIONS:
            return _Refusing()
        handler = server()
        loop.call_later(CONNECTION_S, handler.force_close)
        return handler

    try:
        try:
            listener = await loop.create_server(connected, host, port)
        except (OSError, ValueError) as error:  # no free address, or none at all
            why = getattr(error, "strerror", "") or error
            raise ConfigError(
                f"cannot listen on {host}:{port} ({why}) -> free it, or set"
                " websub.listen to another address, and the proxy with it"
            ) from error
        try:
            yield "{}:{}".format(*listener.sockets[0].getsockname()[:2])
        finally:
            listener.close()
    finally:
        await runner.cleanup()


class _Refusing(asyncio.Protocol):
    """Hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class _Door:
    def __init__(self, called: Called, max_bytes: int) -> None:
        self._called = called
        self._max_bytes = max_bytes

    async def answer(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        response = _said(HTTPStatus.NOT_FOUND)
        if self._called.knows(token):
            try:
                if request.method == "GET":
                    response = await self._confirm(request, token)
                elif request.method == "POST":
                    response = await self._receive(request, token)
            except LedgerError as error:
                _log.warning("hub not answered", error=str(error))
                response = _said(HTTPStatus.SERVICE_UNAVAILABLE)
        response.force_close()
        return response

    async def _confirm(self, request: web.Request, token: str) -> web.Response:
        text = await self._called.confirm(token, request.query)
        return _said(HTTPStatus.NOT_FOUND) if text is None else _said(HTTPStatus.OK, text)

    async def _receive(self, request: web.Request, token: str) -> web.Response:
        if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            self._called.refuse(token, "compressed")
            return _said(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await self._body(request)
        except TimeoutError:
            self._called.refuse(token, f"not whole within {BODY_TIMEOUT_S:g} s")
            return _said(HTTPStatus.REQUEST_TIMEOUT)
        except ConnectionError:
            self._called.refuse(token, "cut off")
            return _said(HTTPStatus.BAD_REQUEST)
        if body is None:
            self._called.refuse(token, f"over {self._max_bytes:,} bytes ([feeds] max_bytes)")
            return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        received = await self._called.receive(
            token,
            body,
            request.headers.get("X-Hub-Signature", ""),
            request.headers.get("Content-Type", ""),
        )
        response = _said(_STATUS[received])
        if received is Received.TOO_MUCH:
            response.headers["Retry-After"] = str(AGAIN_S)
        return response

    async def _body(self, request: web.Request) -> bytes | None:
        """The body; None where it is too large, which may be said before it is read."""
        if (request.content_length or 0) > self._max_bytes:
            return None
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > self._max_bytes:
                return None
        return bytes(body)


def _said(status: HTTPStatus, text: str = "") -> web.Response:
    return web.Response(status=status, text=text, headers=_HEADERS)
