"""A web server on loopback that serves feeds as well as badly as one likes.

    async with FeedServer() as server:
        server.pages["/rss"] = Page(body=b"<rss/>", etag='"1"')
        ... server.url("/rss") ...

Every request is kept in ``server.requests``. Pages that never end are held by events, not by time.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import brotli
from aiohttp import web

_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: brotli.compress(body, quality=5),
}


def compressed(body: bytes, encoding: str) -> bytes:
    """``body`` in gzip, deflate or br."""
    return _COMPRESS[encoding](body)


@dataclass
class Page:
    """What one path answers. With ``etag`` or ``last_modified`` it answers 304 where it should.

    ``encoding``: gzip, deflate or br; ``body`` is compressed unless ``raw`` is set. ``chunks``: a
    body that is sent piece by piece instead. ``reset``: the connection is cut after the body.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/rss+xml"
    etag: str = ""
    last_modified: str = ""
    encoding: str = ""
    raw: bool = False
    chunks: Callable[[], AsyncIterator[bytes]] | None = None
    reset: bool = False


class FeedServer:
    """``pages`` by path may change at any time; other paths are 404.

    It answers on 127.0.0.1 and so many loopback addresses in all (on Linux; elsewhere only the
    first is up).
    """

    def __init__(self, hosts: int = 1) -> None:
        self._hosts = hosts
        self.pages: dict[str, Page] = {}
        self.requests: list[web.BaseRequest] = []
        self.arrived = asyncio.Event()
        self.bytes_sent = 0
        self._released = asyncio.Event()
        self._runner: web.ServerRunner | None = None
        self.port = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._answer), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        for host in range(2, self._hosts + 1):
            await web.TCPSite(self._runner, f"127.0.0.{host}", self.port).start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._released.set()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- bodies that misbehave -------------------------------------------------------------------

    async def stalled(self, start: bytes = b"<rss>") -> AsyncIterator[bytes]:
        """A slow loris: a beginning, and nothing more until the server closes."""
        yield start
        await self._released.wait()

    async def endless(self, piece: bytes = b" " * 65536) -> AsyncIterator[bytes]:
        """The same piece for ever, as fast as it is read."""
        while True:
            yield piece

    async def endless_nothing(self) -> AsyncIterator[bytes]:
        """A gzip stream that goes on for ever and holds not one byte (empty stored blocks)."""
        yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
        while True:
            yield b"\x00\x00\x00\xff\xff" * 10_000

    # --- answers ---------------------------------------------------------------------------------

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests.append(request)
        self.arrived.set()
        page = self.pages.get(request.path_qs) or self.pages.get(request.path)
        if page is None:
            return web.Response(status=404, text="there is nothing here")
        headers = dict(page.headers)
        if page.etag:
            headers["ETag"] = page.etag
        if page.last_modified:
            headers["Last-Modified"] = page.last_modified
        if _unmodified(request, page):
            return web.Response(status=304, headers=headers)
        if page.content_type:
            headers["Content-Type"] = page.content_type
        if page.encoding:
            headers["Content-Encoding"] = page.encoding
        return await self._send(request, page, headers)

    async def _send(
        self, request: web.BaseRequest, page: Page, headers: dict[str, str]
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=page.status, headers=headers)
        response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            async for piece in (page.chunks or (lambda: _once(page)))():
                await response.write(piece)
                self.bytes_sent += len(piece)
            if page.reset and request.transport is not None:
                request.transport.close()
            else:
                await response.write_eof()
        except ConnectionError:  # the client has had enough
            pass
        return response


async def _once(page: Page) -> AsyncIterator[bytes]:
    encoded = page.encoding and not page.raw
    body = compressed(page.body, page.encoding) if encoded else page.body
    if body:
        yield body


def _unmodified(request: web.BaseRequest, page: Page) -> bool:
    """RFC 9110, 13.2.2: If-None-Match goes before If-Modified-Since."""
    asked = request.headers.get("If-None-Match")
    if asked is not None:
        return bool(page.etag) and page.etag in (tag.strip() for tag in asked.split(","))
    since = request.headers.get("If-Modified-Since")
    return since is not None and since == page.last_modified
