"""A server on loopback that speaks OpenAI's chat completions, as an Ollama or a proxy does.

https://platform.openai.com/docs/api-reference/chat/create. It refuses what the protocol refuses,
keeps what it was asked, and can be told to fail in every way that such a server can.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

INPUT_TOKENS, OUTPUT_TOKENS = 700, 60


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers next. ``content`` is the model's text, as it is or as JSON.

    ``usage`` False: tokens are not counted. ``hang``: no answer until the server closes.
    """

    content: object = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    usage: bool = True
    hang: bool = False

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else json.dumps(self.content)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came."""

    authorization: str
    model: str
    system: str
    prompt: str
    schema: dict[str, Any]


class OpenAiServer:
    """`async with OpenAiServer() as server`: the base URL is ``server.url``.

    ``plan`` holds the replies to come. Without one the answer is 500.
    """

    def __init__(self) -> None:
        self.plan: deque[Reply] = deque()
        self.seen: list[Seen] = []
        self.faults: list[str] = []
        self.url = ""
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            self.seen.append(_seen(request.headers.get("Authorization", ""), await request.json()))
        except (KeyError, TypeError, ValueError, AssertionError) as fault:
            self.faults.append(repr(fault))
            return _error(400, f"not a request for a completion: {fault!r}")
        reply = self.plan.popleft() if self.plan else Reply(status=500)
        if reply.hang:
            await self._closing.wait()
        if reply.status != 200:
            # A real server repeats part of a wrong key here.
            return _error(reply.status, f"no: {self.seen[-1].authorization}", reply.headers)
        return web.json_response(_completion(self.seen[-1].model, reply))


def _seen(authorization: str, body: dict[str, Any]) -> Seen:
    wanted = body["response_format"]
    assert wanted["type"] == "json_schema"
    assert isinstance(wanted["json_schema"]["name"], str)
    assert not body.get("stream")
    roles = {message["role"]: message["content"] for message in body["messages"]}
    assert roles.keys() <= {"system", "user"}
    return Seen(
        authorization=authorization,
        model=body["model"],
        system=roles.get("system", ""),
        prompt=roles["user"],
        schema=wanted["json_schema"]["schema"],
    )


def _completion(model: str, reply: Reply) -> dict[str, Any]:
    counted = {
        "prompt_tokens": INPUT_TOKENS,
        "completion_tokens": OUTPUT_TOKENS,
        "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_767_225_600,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": "stop",
            }
        ],
        "usage": counted if reply.usage else None,
    }


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"error": {"message": message, "type": "error", "param": None, "code": None}}
    return web.json_response(body, status=status, headers=headers)
