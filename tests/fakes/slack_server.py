"""Slack on loopback: Web API and Socket Mode, as strict as its reference, for the real libraries.

It refuses bad tokens, unknown or oversized blocks, channels that are gone and dead triggers; it
notes late and double acknowledgements; it can answer 429, hang, break off after it did what was
asked, drop connections, and keep one alive that it tells nothing (deaf).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import WSMsgType, web

from tests.fakes.slack_limits import (
    Refused,
    check_blocks,
    check_metadata,
    check_text,
    check_view,
)

BOT_TOKEN = "xoxb-1111-2222-of-the-tests"
APP_TOKEN = "xapp-1-A111-of-the-tests"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"
BOT_USER, BOT_ID, TEAM, APP = "U0BOT", "B0BOT", "T0DESK", "A0APP"
DESK, EVENTS, PRIVATE = "C0DESK", "C0EVENTS", "C0PRIVATE"
ACK_WITHIN_S = 3.0
WAIT_MAX_S = 10.0
RESPONSES_MAX = 5
# Methods that need no token in the fake, because the address alone proves it (upload, response).
Json = dict[str, Any]


@dataclass
class Channel:
    """``messages`` are as conversations.history gives them, the oldest first."""

    id: str
    member: bool = True
    archived: bool = False
    messages: list[Json] = field(default_factory=list)
    told: list[Json] = field(default_factory=list)  # posts and edits, in the order of their coming
    open_at: float = 0.0  # when it takes the next post, where that is limited


@dataclass
class Reply:
    """What the next call of a method is answered with instead of being carried out.

    ``done_first``: it is carried out, and the answer is lost all the same. ``cut``: the connection
    ends without an answer.
    """

    status: int = 200
    error: str = ""
    retry_after_s: float | None = None
    hang: bool = False
    done_first: bool = False
    cut: bool = False
    method: str = ""  # "" for any method


@dataclass
class Call:
    method: str
    arguments: Json
    at: float


@dataclass
class Asked:
    """One thing that somebody did: what was acknowledged, and what came to its address."""

    payload: Json
    sent_at: float
    acked_at: float | None = None
    acks: list[Json] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)


class SlackServer:
    """Use as `async with`; ``api_url`` is what SLACK_API_URL is set to."""

    def __init__(self) -> None:
        self.channels = {one: Channel(one) for one in (DESK, EVENTS, PRIVATE)}
        self.groups: dict[str, list[str]] = {}
        self.calls: list[Call] = []
        self.plan: deque[Reply] = deque()
        # Asked about every call that is not planned: what it is answered with instead.
        self.weather: Callable[[str], Reply | None] = lambda _method: None
        # With it, a channel takes one new post in so many seconds, as Slack limits it.
        self.post_every_s = 0.0
        self.refused_by_limit = 0
        self.faults: list[str] = []
        self.homes: dict[str, Json] = {}
        self.views: dict[str, Json] = {}
        self.files: dict[str, Json] = {}
        self.asked: list[Asked] = []
        self.connections = 0  # ever made
        self.sockets: list[web.WebSocketResponse] = []
        self.deaf: set[web.WebSocketResponse] = set()
        self.scopes = {"chat:write"}
        self.echo = True
        self.say_hello = True
        self.released = asyncio.Event()
        self._changed = asyncio.Condition()
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._triggers: dict[str, float] = {}
        self._envelopes: dict[str, Asked] = {}
        self._addresses: dict[str, Asked] = {}
        self._runner: web.AppRunner | None = None
        self.root = ""

    @property
    def api_url(self) -> str:
        return f"{self.root}/api/"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a bot in Socket Mode."""
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.api_url,
        }

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/respond/{number}", self._respond)
        app.router.add_post("/upload/{id}", self._take_upload)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.root = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.released.set()
        for socket in self.sockets:
            await socket.close()
        assert self._runner is not None
        await self._runner.cleanup()

    async def until(self, true: Callable[[], object]) -> None:
        """Returns when it is true; every change here is a reason to look."""
        async with asyncio.timeout(WAIT_MAX_S), self._changed:
            await self._changed.wait_for(true)

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # --- what people do ----------------------------------------------------------------------

    async def command(self, text: str, *, user: str = "U0ADA", channel: str = DESK) -> Asked:
        """Somebody writes `/claim text`."""
        return await self.act("slash_commands", self.command_payload(text, user, channel))

    def command_payload(self, text: str, user: str = "U0ADA", channel: str = DESK) -> Json:
        return {
            "command": "/claim",
            "text": text,
            "user_id": user,
            "user_name": "ada",
            "channel_id": channel,
            "team_id": TEAM,
            "api_app_id": APP,
            "trigger_id": self.trigger(),
        }

    async def press(
        self, blocks: list[Json], label: str, *, user: str = "U0ADA", **place: Any
    ) -> Asked:
        """Somebody presses the button of that label. ``place`` adds to the payload."""
        buttons = [one for block in blocks for one in block.get("elements", ())]
        pressed = next(
            one for one in buttons if one["type"] == "button" and one["text"]["text"] == label
        )
        return await self.act_on(pressed, user=user, **place)

    async def act_on(self, element: Json, *, user: str = "U0ADA", **place: Any) -> Asked:
        payload = {
            "type": "block_actions",
            "actions": [element],
            "channel": {"id": DESK},
            "container": {"type": "message", "channel_id": DESK, "is_ephemeral": False},
        }
        return await self.act("interactive", payload | self._person(user) | place)

    async def shortcut(self, message: Json, callback_id: str, user: str = "U0ADA") -> Asked:
        payload = {
            "type": "message_action",
            "callback_id": callback_id,
            "message": message,
            "channel": {"id": DESK},
        }
        return await self.act("interactive", payload | self._person(user))

    async def submit(self, view: Json, values: Json, user: str = "U0ADA") -> Asked:
        """The form of that view is sent, with those values by their blocks."""
        ids = {one["block_id"]: one["element"]["action_id"] for one in view["blocks"]}
        state = {block: {ids[block]: value} for block, value in values.items()}
        payload = {"type": "view_submission", "view": view | {"state": {"values": state}}}
        return await self.act("interactive", payload | self._person(user), address=False)

    async def type_into(self, action_id: str, value: str) -> Asked:
        """Somebody types into a menu whose options the app gives."""
        payload = {"type": "block_suggestion", "action_id": action_id, "value": value}
        return await self.act("interactive", payload | self._person("U0ADA"), address=False)

    async def open_home(self, user: str = "U0ADA") -> Asked:
        return await self.event({"type": "app_home_opened", "user": user, "tab": "home"})

    async def event(self, event: Json) -> Asked:
        payload = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "event_id": f"Ev{next(self._numbers)}",
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }
        return await self.act("events_api", payload, address=False)

    async def act(self, kind: str, payload: Json, *, address: bool = True) -> Asked:
        """Sends it over Socket Mode and waits for its acknowledgement."""
        asked = self.ask_about(payload, address=address)
        await self.until(self.hearing)
        await self._send(kind, asked)
        if not self.deaf:
            await self.until(lambda: asked.acks)
        return asked

    def ask_about(self, payload: Json, *, address: bool = True) -> Asked:
        """Notes something that is done, with an address for answers."""
        asked = Asked(payload, time.monotonic())
        self.asked.append(asked)
        if address:
            number = str(next(self._numbers))
            self._addresses[number] = asked
            payload["response_url"] = f"{self.root}/respond/{number}"
        return asked

    def trigger(self) -> str:
        made = f"trigger-{next(self._numbers)}"
        self._triggers[made] = time.monotonic()
        return made

    def hearing(self) -> list[web.WebSocketResponse]:
        return [one for one in self.sockets if not one.closed]

    async def answered(self, asked: Asked, count: int = 1) -> Json:
        """The last of that many answers at its address."""
        await self.until(lambda: len(asked.answers) >= count)
        return asked.answers[-1]

    async def drop(self) -> None:
        """Cuts every connection without a word."""
        for socket in self.hearing():
            assert socket._req is not None
            if socket._req.transport is not None:
                socket._req.transport.abort()

    async def say_disconnect(self, reason: str = "refresh_requested") -> None:
        for socket in self.hearing():
            await socket.send_json({"type": "disconnect", "reason": reason})

    def deafen(self) -> None:
        """The connections of now stay alive and are told nothing more."""
        self.deaf.update(self.hearing())

    def signed(self, payload: Json, kind: str, at: float | None = None) -> tuple[bytes, Json]:
        """A request as Slack posts it over HTTP: body and headers."""
        if kind == "events_api":
            body, content = json.dumps(payload), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content = urlencode(form), "application/x-www-form-urlencoded"
        stamp = str(int(time.time() if at is None else at))
        base = f"v0:{stamp}:{body}".encode()
        digest = hmac.new(SIGNING_SECRET.encode(), base, hashlib.sha256).hexdigest()
        return body.encode(), {
            "Content-Type": content,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
        }

    def _person(self, user: str) -> Json:
        return {
            "user": {"id": user, "name": "ada", "team_id": TEAM},
            "team": {"id": TEAM},
            "trigger_id": self.trigger(),
        }

    # --- Socket Mode -------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        self.sockets.append(socket)
        if self.say_hello:
            await socket.send_json({"type": "hello", "num_connections": len(self.hearing())})
        await self._note()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._acknowledged(json.loads(message.data))
        await self._note()
        return socket

    async def _acknowledged(self, message: Json) -> None:
        asked = self._envelopes.get(message.get("envelope_id", ""))
        if asked is None:
            self.faults.append(f"an unknown envelope was acknowledged: {message}")
            return
        if asked.acks:
            self.faults.append("an envelope was acknowledged twice")
        asked.acked_at = time.monotonic()
        asked.acks.append(message.get("payload") or {})
        if asked.acked_at - asked.sent_at > ACK_WITHIN_S:
            self.faults.append("late acknowledgement")
        await self._note()

    async def _send(self, kind: str, asked: Asked) -> None:
        envelope_id = f"envelope-{next(self._numbers)}"
        self._envelopes[envelope_id] = asked
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": asked.payload,
            "accepts_response_payload": kind != "events_api",
        }
        # Slack chooses one of the connections; a deaf one swallows what it is given.
        socket = self.hearing()[-1]
        if socket not in self.deaf:
            await socket.send_json(envelope)

    # --- Web API -----------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append(Call(method, arguments, time.monotonic()))
        reply = self._planned(method) or self._over(method, arguments)
        await self._note()
        if reply and reply.hang:
            await self.released.wait()
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if request.headers.get("Authorization") != f"Bearer {wanted}":
            return _no("invalid_auth")
        if reply and not reply.done_first and not reply.hang:
            return _told(reply, request)
        try:
            carry_out = getattr(self, f"_{method.replace('.', '_')}")
            answer = await carry_out(arguments)
        except Refused as refused:
            word = str(refused).partition(":")[0]
            self.faults += [f"{method}: {refused}"] if "invalid" in word else []
            return _no(word)
        await self._note()
        if reply and reply.done_first:
            return _told(reply, request)
        return web.json_response(
            {"ok": True} | answer, headers={"x-oauth-scopes": ",".join(sorted(self.scopes))}
        )

    def _planned(self, method: str) -> Reply | None:
        for reply in self.plan:
            if reply.method in ("", method):
                self.plan.remove(reply)
                return reply
        return self.weather(method)

    def _over(self, method: str, given: Json) -> Reply | None:
        """A 429 for a post that comes too soon after the last one of its channel.

        https://docs.slack.dev/apis/web-api/rate-limits: one message a second for each channel; the
        short bursts above it that Slack may bear with are refused here.
        """
        channel = self.channels.get(str(given.get("channel")))
        if method != "chat.postMessage" or not self.post_every_s or channel is None:
            return None
        now = time.monotonic()
        if now < channel.open_at:
            self.refused_by_limit += 1
            # Slack tells whole seconds.
            return Reply(429, retry_after_s=math.ceil(channel.open_at - now))
        channel.open_at = now + self.post_every_s
        return None

    async def _auth_test(self, _arguments: Json) -> Json:
        return {
            "team": "The desk", "user": "claimwire", "team_id": TEAM, "user_id": BOT_USER,
            "bot_id": BOT_ID,
        }  # fmt: skip

    async def _apps_connections_open(self, _arguments: Json) -> Json:
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return {"url": f"{self.root.replace('http', 'ws', 1)}/link?ticket={ticket}"}

    async def _chat_postMessage(self, given: Json) -> Json:  # noqa: N802 - Slack's name
        channel = self._channel(given)
        _check_message(given)
        if given.get("unfurl_links") is not False or given.get("unfurl_media") is not False:
            self.faults.append("unfurling is on")
        thread = given.get("thread_ts")
        if thread and not _find(channel, thread):
            raise Refused("thread_not_found")
        message = {
            "type": "message",
            "ts": f"1761063000.{next(self._numbers):06}",
            "bot_id": BOT_ID,
            **{name: given[name] for name in ("text", "blocks", "metadata") if name in given},
        }
        if thread:
            message |= {"thread_ts": thread, "broadcast": bool(given.get("reply_broadcast"))}
        self._can_show(given)
        channel.messages.append(message)
        channel.told.append(message)
        if given.get("metadata") and self.echo and self.hearing():
            await self._echo(channel, message)
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    async def _echo(self, channel: Channel, message: Json) -> None:
        event = {
            "type": "message_metadata_posted",
            "app_id": APP,
            "bot_id": BOT_ID,
            "user_id": BOT_USER,
            "channel_id": channel.id,
            "metadata": message["metadata"],
            "message_ts": message["ts"],
        }
        asked = self.ask_about({"type": "event_callback", "event": event, "team_id": TEAM})
        await self._send("events_api", asked)

    async def _chat_update(self, given: Json) -> Json:
        channel = self._channel(given)
        _check_message(given)
        message = _find(channel, given["ts"])
        if message is None:
            raise Refused("message_not_found")
        message.update({name: given[name] for name in ("text", "blocks", "metadata")})
        channel.told.append(dict(message))
        return {"channel": channel.id, "ts": given["ts"], "text": given["text"]}

    async def _conversations_history(self, given: Json) -> Json:
        messages = [one for one in self._channel(given).messages if "thread_ts" not in one]
        return _page(messages, given)

    async def _conversations_replies(self, given: Json) -> Json:
        ts = given["ts"]
        thread = [
            one
            for one in self._channel(given).messages
            if one["ts"] == ts or one.get("thread_ts") == ts
        ]
        if not thread:
            raise Refused("thread_not_found")
        return {"messages": thread, "has_more": False}

    async def _usergroups_users_list(self, given: Json) -> Json:
        if given["usergroup"] not in self.groups:
            raise Refused("no_such_subteam")
        return {"users": self.groups[given["usergroup"]]}

    async def _views_publish(self, given: Json) -> Json:
        view = _parsed(given["view"])
        check_view(view)
        self.homes[given["user_id"]] = view
        return {"view": view | {"id": "V0HOME"}}

    async def _views_open(self, given: Json) -> Json:
        opened = self._triggers.pop(given["trigger_id"], None)
        if opened is None or time.monotonic() - opened > ACK_WITHIN_S:
            raise Refused("expired_trigger_id")
        return self._shown(f"V{next(self._numbers)}", given)

    async def _views_update(self, given: Json) -> Json:
        if given["view_id"] not in self.views:
            raise Refused("not_found")
        return self._shown(given["view_id"], given)

    def _shown(self, view_id: str, given: Json) -> Json:
        view = _parsed(given["view"])
        check_view(view)
        self.views[view_id] = view | {"id": view_id}
        return {"view": self.views[view_id]}

    async def _files_getUploadURLExternal(self, given: Json) -> Json:  # noqa: N802 - Slack's name
        file_id = f"F{next(self._numbers)}"
        self.files[file_id] = {"id": file_id, "name": given["filename"], "looks_left": 1}
        return {"file_id": file_id, "upload_url": f"{self.root}/upload/{file_id}"}

    async def _files_completeUploadExternal(self, given: Json) -> Json:  # noqa: N802
        files = _parsed(given["files"])
        for one in files:
            self.files[one["id"]]["complete"] = True
        return {"files": [{"id": one["id"], "title": one["title"]} for one in files]}

    async def _take_upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["id"]]["content"] = await request.read()
        return web.Response(text="OK - 1")

    async def _respond(self, request: web.Request) -> web.Response:
        asked = self._addresses[request.match_info["number"]]
        given = await request.json()
        reply = self._planned("respond")
        if reply:
            return _told(reply, request)
        if len(asked.answers) >= RESPONSES_MAX:
            return web.Response(status=404, text="used_url")
        try:
            check_text(given.get("text"))
            check_blocks(given.get("blocks"))
            self._can_show(given)
        except Refused as refused:
            if "not processed" not in str(refused):
                self.faults.append(f"respond: {refused}")
            return web.Response(status=400, text=str(refused).partition(":")[0])
        asked.answers.append(given)
        await self._note()
        return web.Response(text="ok")

    def _can_show(self, given: Json) -> None:
        """A picture must be uploaded, and Slack takes a moment until it can be shown."""
        for block in given.get("blocks", ()):
            if block["type"] == "image":
                file = self.files.get(block["slack_file"]["id"], {})
                if not file.get("complete") or file["looks_left"]:
                    file["looks_left"] = 0
                    raise Refused("invalid_blocks: not processed")

    def _channel(self, given: Json) -> Channel:
        channel = self.channels.get(given.get("channel", ""))
        if channel is None:
            raise Refused("channel_not_found")
        if channel.archived:
            raise Refused("is_archived")
        if not channel.member:
            raise Refused("not_in_channel")
        return channel


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        return await request.json()
    form = dict(await request.post()) if request.method == "POST" else {}
    return {**request.query, **form}


def _check_message(given: Json) -> None:
    check_text(given.get("text"))
    check_blocks(given.get("blocks"))
    check_metadata(given.get("metadata"))
    if given.get("parse") != "none" or given.get("link_names"):
        raise Refused("invalid_arguments: its text would be parsed")


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _find(channel: Channel, ts: str) -> Json | None:
    return next((one for one in channel.messages if one["ts"] == ts), None)


def _page(messages: list[Json], given: Json) -> Json:
    """Newest first, with a cursor while there are more."""
    newest = messages[::-1]
    start, limit = int(given.get("cursor") or 0), int(given.get("limit", 100))
    more = start + limit < len(newest)
    page = newest[start : start + limit]
    if given.get("include_all_metadata") not in ("1", "true", True):
        page = [{k: v for k, v in one.items() if k != "metadata"} for one in page]
    cursor = str(start + limit) if more else ""
    return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": cursor}}


def _no(word: str) -> web.Response:
    return web.json_response({"ok": False, "error": word})


def _told(reply: Reply, request: web.Request) -> web.Response:
    if reply.cut and request.transport is not None:
        request.transport.abort()
    headers = {"Retry-After": f"{reply.retry_after_s:g}"} if reply.retry_after_s else {}
    word = reply.error or ("ratelimited" if reply.status == 429 else "internal_error")
    return web.json_response({"ok": False, "error": word}, status=reply.status, headers=headers)


async def post(url: str, body: bytes, headers: Json) -> tuple[int, str]:
    """A request to the bot's own HTTP port."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        return response.status, await response.text()
