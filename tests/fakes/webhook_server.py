"""A receiver of claimwire's webhook on loopback, strict as docs/webhook.md lets one be.

It checks signature, headers and payload on its own, from the documentation, remembers the keys
that it has taken, and can be told to fail in every way that a receiver can.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Self

from aiohttp import web

TOLERANCE_S = 300
WAIT_MAX_S = 10
LONG_ANSWER_BYTES = 8 * 1024 * 1024

_TOP = {
    "schema_version": int,
    "event": str,
    "idempotency_key": str,
    "channel": str,
    "receipt": str,
    "text": str,
    "alert": dict,
}
_NOTICE_TOP = {**{k: v for k, v in _TOP.items() if k not in ("receipt", "alert")}, "notice": dict}
_NOTICE = {
    "kind": str,
    "key": str,
    "title": str,
    "at": str,
    "claim_id": str,
    "lines": list,
    "sections": list,
}
_NOTICE_ROW = {
    "text": str,
    "detail": str,
    "claim_id": str,
    "standing": (str, type(None)),
    "stance": (str, type(None)),
    "link": str,
}
_ALERT = {
    "id": int,
    "revision": int,
    "story_id": int,
    "essay": str,
    "claim": dict,
    "stance": str,
    "turned": bool,
    "confidence": (float, int, type(None)),
    "sentence": str,
    "indicator": (dict, type(None)),
    "asserted_by": str,
    "at": str,
    "standing": str,
    "previous_standing": str,
    "outlet_count": int,
    "origin_count": int,
    "withdrawn": str,
    "decision": str,
    "changed": list,
    "carriers": list,
}
_CLAIM = {
    "id": str,
    "slug": str,
    "kind": str,
    "paragraphs": list,
    "statement": str,
    "horizon": (str, type(None)),
}
_CARRIER = {"outlet": str, "tier": int, "voice": str, "url": str, "title": str, "at": str}
_INDICATOR = {"text": str, "side": (str, type(None))}
_WORDS = {
    "stance": {"supports", "contradicts", "update"},
    "standing": {"quiet", "supported", "contested", "contradicted"},
    "previous_standing": {"quiet", "supported", "contested", "contradicted"},
}


class How(Enum):
    """What becomes of a request once it was read."""

    ANSWER = "answer"
    HANG = "hang"  # no answer until released
    CUT = "cut"  # the connection is cut before any answer
    TAKE_AND_CUT = "take and cut"  # the alert is taken, then the connection is cut
    CUT_IN_ANSWER = "cut in answer"  # taken and answered 200, but the answer breaks off
    ENDLESS = "endless"  # taken and answered 200 with much, and then no end


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server does next. Without a body an answer of 2xx carries an id."""

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    how: How = How.ANSWER


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came."""

    headers: Mapping[str, str]
    content: bytes
    payload: dict[str, Any]


class WebhookServer:
    """`async with WebhookServer(...) as server`: posts go to ``server.url``.

    ``plan`` holds the replies to come; when it is empty, an alert is taken and answered 200, one
    that was taken before 409 with its key. ``faults`` is what senders did wrong.
    """

    def __init__(self, now: Callable[[], datetime], secret: str = "") -> None:
        self.plan: deque[Reply] = deque()
        self.seen: list[Seen] = []
        self.taken: dict[str, Seen] = {}
        self.faults: list[str] = []
        self.elsewhere = 0
        self.released = asyncio.Event()
        self._now = now
        self._secret = secret
        self._arrival = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1024 * 1024)
        app.router.add_post("/hook", self._hook)
        app.router.add_route("*", "/elsewhere", self._elsewhere)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/hook"
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self.released.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def wait_for(self, requests: int) -> None:
        """Returns once that many requests were read in all."""
        async with asyncio.timeout(WAIT_MAX_S), self._arrival:
            await self._arrival.wait_for(lambda: len(self.seen) >= requests)

    async def _elsewhere(self, _request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.json_response({"id": "elsewhere"})

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        faults = [*self._header_faults(request, content), *payload_faults(content)]
        if faults:
            self.faults += faults
            return web.json_response({"faults": faults}, status=400)
        seen = Seen(dict(request.headers), content, json.loads(content))
        self.seen.append(seen)
        async with self._arrival:
            self._arrival.notify_all()
        return await self._reply(request, seen)

    async def _reply(self, request: web.Request, seen: Seen) -> web.StreamResponse:
        key = request.headers["Idempotency-Key"]
        reply = self.plan.popleft() if self.plan else Reply()
        if reply.how is How.HANG:
            await self.released.wait()
        if reply.how is How.CUT:
            return self._cut(request)
        if 200 <= reply.status < 300:
            before = self.taken.setdefault(key, seen)
            if before.content != seen.content:
                self.faults.append(f"key {key} came with two bodies")
            if before is not seen:
                return web.json_response({"idempotency_key": key}, status=409)
        if reply.how is How.TAKE_AND_CUT:
            return self._cut(request)
        if reply.how in (How.CUT_IN_ANSWER, How.ENDLESS):
            return await self._long_answer(request, reply.how)
        body = reply.body
        if body is None and 200 <= reply.status < 300:
            told = seen.payload.get("alert") or {"id": seen.payload["notice"]["key"]}
            body = json.dumps({"id": f"hook-{told['id']}"}).encode()
        return web.Response(status=reply.status, body=body, headers=reply.headers)

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _long_answer(self, request: web.Request, how: How) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"id": "half')
        try:
            if how is How.ENDLESS:
                for _ in range(LONG_ANSWER_BYTES // 16_384):
                    await response.write(b" " * 16_384)
                await self.released.wait()
        except ConnectionError:
            return response
        self._cut(request)
        return response

    def _header_faults(self, request: web.Request, content: bytes) -> list[str]:
        faults = []
        key = request.headers.get("Idempotency-Key", "")
        if not key or not key.isascii() or " " in key:
            faults.append("no usable Idempotency-Key")
        if request.headers.get("Content-Type") != "application/json":
            faults.append("Content-Type is not application/json")
        if not request.headers.get("User-Agent", "").startswith("claimwire"):
            faults.append("User-Agent is not claimwire's")
        if request.headers.get("X-Claimwire-Event") != _get(content, "event"):
            faults.append("X-Claimwire-Event is not the payload's event")
        if key != _get(content, "idempotency_key"):
            faults.append("Idempotency-Key is not the payload's")
        return faults + self._signature_faults(request, content)

    def _signature_faults(self, request: web.Request, content: bytes) -> list[str]:
        header = request.headers.get("X-Claimwire-Signature")
        if not self._secret:
            return ["signed without a secret"] if header else []
        if header is None:
            return ["not signed"]
        fields = dict(part.split("=", 1) for part in header.split(","))
        stamp = fields["t"]
        right = hmac.new(self._secret.encode(), f"{stamp}.".encode() + content, hashlib.sha256)
        if not hmac.compare_digest(right.hexdigest(), fields["v1"]):
            return ["the signature is wrong"]
        age_s = abs(self._now().timestamp() - int(stamp))
        return ["the signature is too old"] if age_s > TOLERANCE_S else []


def _get(content: bytes, name: str) -> object:
    try:
        return json.loads(content).get(name)
    except (ValueError, AttributeError):
        return None


def payload_faults(content: bytes) -> list[str]:
    """What is wrong with a body, measured against the documented schema."""
    if len(content) > 256 * 1024:
        return ["the body is over 256 KB"]
    try:
        payload = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except ValueError as error:
        return [f"the body is no JSON: {error}"]
    if "notice" in payload:
        return _notice_faults(payload)
    faults = _shape("payload", payload, _TOP)
    if faults:
        return faults
    alert = payload["alert"]
    faults = _shape("alert", alert, _ALERT)
    if faults:
        return faults
    return [*_nested_faults(alert), *_value_faults(payload)]


def _notice_faults(payload: dict[str, Any]) -> list[str]:
    faults = _shape("payload", payload, _NOTICE_TOP)
    faults = faults or _shape("notice", payload["notice"], _NOTICE)
    if faults:
        return faults
    notice = payload["notice"]
    if payload["event"] != f"notice.{notice['kind']}":
        faults.append(f"event is {payload['event']}")
    for section in notice["sections"]:
        for row in section["rows"]:
            faults += _shape("row", row, _NOTICE_ROW)
    return faults


def _nested_faults(alert: dict[str, Any]) -> list[str]:
    faults = _shape("claim", alert["claim"], _CLAIM)
    if alert["indicator"] is not None:
        faults += _shape("indicator", alert["indicator"], _INDICATOR)
    for carrier in alert["carriers"]:
        faults += _shape("carrier", carrier, _CARRIER)
    return faults


def _value_faults(payload: dict[str, Any]) -> list[str]:
    alert = payload["alert"]
    faults = [f"{name} is {alert[name]}" for name in _WORDS if alert[name] not in _WORDS[name]]
    if alert["confidence"] is not None and not 0 <= alert["confidence"] <= 1:
        faults.append(f"confidence is {alert['confidence']}")
    if payload["schema_version"] != 1:
        faults.append("schema_version is not 1")
    if payload["event"] not in ("alert.created", "alert.updated", "alert.turned"):
        faults.append(f"event is {payload['event']}")
    if (payload["event"] == "alert.created") != (payload["receipt"] == ""):
        faults.append("alert.created goes with an empty receipt, and only that")
    if not datetime.fromisoformat(alert["at"]).tzinfo:
        faults.append("a time has no zone")
    return faults


def _shape(name: str, value: Any, fields: Mapping[str, Any]) -> list[str]:
    if not isinstance(value, dict):
        return [f"{name} is no object"]
    if set(value) != set(fields):
        return [f"{name} has the fields {sorted(value)}"]
    return [
        f"{name}.{key} is {value[key]!r}"
        for key, kind in fields.items()
        if not isinstance(value[key], kind) or (isinstance(value[key], bool) and kind is not bool)
    ]


def _no_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
