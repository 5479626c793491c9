"""The gateway of the fake Discord: sessions over a WebSocket, compressed if asked for."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

from aiohttp import WSMsgType, web

GUILDS = 1
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
WAIT_MAX_S = 10
_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = (
    0, 1, 2, 6, 7, 9, 10, 11,
)  # fmt: skip


class Gateway:
    """One session at a time. What is dispatched while nobody listens comes with the resume."""

    def __init__(self, token: str, ready: dict[str, Any], guild: dict[str, Any]) -> None:
        self.token = token
        self.heartbeat_ms = 40_000
        self.deaf = False  # takes everything and says nothing
        self.close_next_with = 0  # the next IDENTIFY is answered with this code
        self.connections = self.identified = self.resumed = self.refused = self.beats = 0
        self.faults: list[str] = []
        self.intents = 0
        self._ready = ready
        self._guild = guild
        self._session = ""
        self._sent: list[dict[str, Any]] = []
        self._socket: web.WebSocketResponse | None = None
        self._compress: Any = None
        self._changed = asyncio.Condition()

    async def until(self, told: str, count: int = 1) -> None:
        """Returns once the counter ``told`` has reached ``count``."""
        async with asyncio.timeout(WAIT_MAX_S), self._changed:
            await self._changed.wait_for(lambda: getattr(self, told) >= count)

    async def dispatch(self, event: str, data: dict[str, Any]) -> None:
        """An event of the session."""
        packet = {"op": _DISPATCH, "t": event, "s": len(self._sent) + 1, "d": data}
        self._sent.append(packet)
        await self._send(packet)

    async def reconnect(self) -> None:
        """Asks to come back with a RESUME."""
        await self._send({"op": _RECONNECT, "d": None})

    async def invalidate(self) -> None:
        """Ends the session: a RESUME will not do."""
        self._session = ""
        await self._send({"op": _INVALID, "d": False})

    def cut(self) -> None:
        """The network breaks; nobody says goodbye."""
        socket, self._socket = self._socket, None
        if socket is not None and socket._req is not None and socket._req.transport is not None:
            socket._req.transport.abort()

    async def close(self) -> None:
        if self._socket is not None and not self._socket.closed:
            await self._socket.close()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            self.faults.append(f"gateway asked for {dict(request.query)}")
        zipped = request.query.get("compress") == "zlib-stream"
        self._compress = zlib.compressobj() if zipped else None
        self._socket = socket
        await self._count("connections")
        await self._send({"op": _HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._take(socket, json.loads(message.data))
        return socket

    async def _take(self, socket: web.WebSocketResponse, packet: dict[str, Any]) -> None:
        data = packet.get("d")
        match packet["op"]:
            case 1:
                await self._count("beats")
                await self._send({"op": _ACK, "d": None})
            case 2:
                await self._identify(socket, data)
            case 6:
                await self._resume(socket, data)
            case other:
                self.faults.append(f"op {other}")

    async def _identify(self, socket: web.WebSocketResponse, data: Any) -> None:
        self.intents = data["intents"]
        refusal = self.close_next_with
        if data["token"] != self.token:
            refusal = 4004
        if self.intents & PRIVILEGED:
            refusal = 4014
        if refusal:
            self.close_next_with = 0
            await socket.close(code=refusal)
            await self._count("refused")
            return
        self._session = f"session{self.identified}"
        self._sent = []
        ready = {**self._ready, "session_id": self._session}
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", self._guild)
        await self._count("identified")

    async def _resume(self, socket: web.WebSocketResponse, data: Any) -> None:
        if data["token"] != self.token:
            await socket.close(code=4004)
            await self._count("refused")
        elif data["session_id"] != self._session:
            await self.invalidate()
        else:
            for packet in self._sent[data["seq"] :]:
                await self._send(packet)
            await self.dispatch("RESUMED", {"_trace": []})
            await self._count("resumed")

    async def _send(self, packet: dict[str, Any]) -> None:
        socket = self._socket
        if socket is None or socket.closed or self.deaf:
            return
        text = json.dumps(packet)
        if self._compress is None:
            await socket.send_str(text)
            return
        zipped = self._compress.compress(text.encode()) + self._compress.flush(zlib.Z_SYNC_FLUSH)
        await socket.send_bytes(zipped)

    async def _count(self, name: str) -> None:
        async with self._changed:
            setattr(self, name, getattr(self, name) + 1)
            self._changed.notify_all()
