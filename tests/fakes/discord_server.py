"""A Discord on loopback: REST v10 and the gateway, as discord.py speaks to them.

Strict: it refuses bad tokens, unknown or oversized parts of messages, late and double replies. It
keeps what is posted, and can answer with 429s, errors and silence.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Self

from aiohttp import BodyPartReader, web

from adapters.discord.invite import PERMISSIONS
from tests.fakes import discord_openapi
from tests.fakes import discord_parts as parts
from tests.fakes import discord_rules as rules
from tests.fakes.discord_gateway import WAIT_MAX_S, Gateway
from tests.fakes.discord_parts import (
    ACK_WITHIN_S,
    APP,
    BOT,
    CHANNEL,
    GUILD,
    TOKEN,
    USER,
    Post,
    Reply,
    Talk,
    as_json,
    cut,
    guild,
    pause,
    refusal,
    slash,
)


class DiscordServer:
    """`async with DiscordServer() as server`: give the adapter ``variables``.

    ``plan`` holds the replies to messages to come. ``faults`` is what the bot did wrong; ``bodies``
    every request's method, path and JSON.
    """

    def __init__(self) -> None:
        self.plan: deque[Reply] = deque()
        # Asked about every request for a message that is not planned.
        self.weather: Callable[[], Reply] = Reply
        self.channels = {CHANNEL}
        self.hidden: set[str] = set()  # channels that the bot may not see
        self.allowed = sum(PERMISSIONS.values())
        self.posts: dict[str, Post] = {}
        # Every POST and PATCH of a message that was taken, in order: the post, the body.
        self.calls: list[tuple[Post, dict[str, Any]]] = []
        self.bodies: list[tuple[str, str, Any]] = []
        self.faults: list[str] = []
        self.commands: list[dict[str, Any]] = []
        self.seen = 0
        self.released = asyncio.Event()
        self.requests_by_bucket: dict[str, deque[float]] = {}
        self.bucket_of_s = 0.0  # with it, a channel takes five messages in so many seconds
        self.refused_by_bucket = 0
        self._nonces: dict[tuple[str, str], Post] = {}
        self._talks: dict[str, Talk] = {}
        self._cdn: dict[str, bytes] = {}
        self._ids = 2_000_000_000_000_000_000
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.api_url = self.gateway_url = ""
        self.gateway = Gateway(TOKEN, {}, {})

    @property
    def variables(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": self.api_url,
            "DISCORD_GATEWAY_URL": self.gateway_url,
        }

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 * 1024 * 1024, middlewares=[self._guarded])
        add = app.router.add_route
        add("GET", "/api/v10/users/@me", self._me)
        add("GET", "/api/v10/oauth2/applications/@me", self._application)
        add("GET", "/api/v10/channels/{channel}", self._channel)
        add("GET", "/api/v10/guilds/{guild}", self._guild)
        add("GET", "/api/v10/guilds/{guild}/members/{member}", self._member)
        add("PUT", "/api/v10/applications/{app}/commands", self._commands)
        add("POST", "/api/v10/channels/{channel}/messages", self._message)
        add("PATCH", "/api/v10/channels/{channel}/messages/{id}", self._message)
        add("POST", "/api/v10/interactions/{id}/{token}/callback", self._callback)
        add("POST", "/api/v10/webhooks/{app}/{token}", self._followup)
        add("PATCH", "/api/v10/webhooks/{app}/{token}/messages/@original", self._original)
        add("DELETE", "/api/v10/webhooks/{app}/{token}/messages/@original", self._delete)
        add("GET", "/cdn/{name}", self._file)
        add("GET", "/gateway", self._gateway)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.api_url, self.gateway_url = f"http://{host}/api/v10", f"ws://{host}/gateway"
        self._cdn_url = f"http://{host}/cdn"
        ready = {
            "v": 10, "user": BOT, "guilds": [{"id": GUILD, "unavailable": True}],
            # Another host, as at Discord: who ignores the configured address ends up nowhere.
            "resume_gateway_url": "ws://127.0.0.1:9", "application": {"id": APP, "flags": 0},
        }  # fmt: skip
        self.gateway = Gateway(TOKEN, ready, guild())
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self.released.set()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.faults += self.gateway.faults

    async def until_seen(self, messages: int) -> None:
        """Returns once that many requests for messages have come in."""
        async with asyncio.timeout(WAIT_MAX_S), self._changed:
            await self._changed.wait_for(lambda: self.seen >= messages)

    # --- what people do --------------------------------------------------------------------------

    async def command(
        self, name: str, options: Mapping[str, Any] | None = None, **who: Any
    ) -> Talk:
        """Somebody sends `/claim name`."""
        return await self._interact(2, slash(name, options or {}), **who)

    async def complete(self, name: str, option: str, text: str) -> Talk:
        """Somebody types into an option of `/claim name`."""
        data = slash(name, {option: text})
        data["options"][0]["options"][0]["focused"] = True
        return await self._interact(4, data)

    async def menu(self, name: str, message: dict[str, Any]) -> Talk:
        """Somebody chooses an app of a message."""
        resolved = {"messages": {message["id"]: message}}
        data = {
            "id": "8",
            "name": name,
            "type": 3,
            "target_id": message["id"],
            "resolved": resolved,
        }
        return await self._interact(2, data)

    async def press(
        self, message: dict[str, Any], label: str, values: list[str] | None = None, **who: Any
    ) -> Talk:
        """Somebody presses the button of that label, or chooses in the menu of that placeholder."""
        parts = [one for row in message["components"] for one in row["components"]]
        (part,) = (one for one in parts if label in (one.get("label"), one.get("placeholder")))
        data = {"custom_id": part["custom_id"], "component_type": part["type"]}
        if values is not None:
            data["values"] = values
        return await self._interact(3, data, message=message, **who)

    async def submit(self, modal: dict[str, Any], values: Mapping[str, str], source: Talk) -> Talk:
        """Somebody fills the modal and sends it."""
        parts = [
            {
                "type": 18,
                "id": 1,
                "component": {"type": 4, "id": 2, "custom_id": name, "value": value},
            }
            for name, value in values.items()
        ]
        data = {"custom_id": modal["custom_id"], "components": parts}
        return await self._interact(5, data, message=source.source)

    async def acknowledged(self, talk: Talk) -> None:
        """Returns once there was a first reply."""
        async with asyncio.timeout(WAIT_MAX_S), self._changed:
            await self._changed.wait_for(lambda: talk.ack is not None)

    async def answered(self, talk: Talk) -> Talk:
        """Returns once there is more than the acknowledgement."""
        async with asyncio.timeout(WAIT_MAX_S), self._changed:
            await self._changed.wait_for(
                lambda: talk.message is not None or bool(talk.followups) or talk.deleted
            )
        return talk

    async def _interact(
        self,
        kind: int,
        data: dict[str, Any],
        *,
        message: dict[str, Any] | None = None,
        roles: tuple[str, ...] = (),
        called: str = "Ada",
    ) -> Talk:
        talk = Talk(f"interaction-{self._id()}", time.monotonic(), kind, message)
        talk_id = self._id()
        self._talks[talk_id] = self._talks[talk.token] = talk
        user = {
            "id": USER,
            "username": "ada",
            "discriminator": "0",
            "avatar": None,
            "global_name": called,
        }
        event: dict[str, Any] = {
            "id": talk_id, "application_id": APP, "type": kind, "data": data, "token": talk.token,
            "version": 1, "guild_id": GUILD,
            "guild": {"id": GUILD, "features": [], "locale": "en-US"},
            "channel_id": CHANNEL, "channel": {"id": CHANNEL, "type": 0, "name": "desk"},
            "member": {
                "user": user, "roles": list(roles), "joined_at": "2025-01-01T00:00:00+00:00",
                "deaf": False, "mute": False, "flags": 0, "permissions": "0", "nick": None,
            },
            "locale": "en-US", "guild_locale": "en-US", "app_permissions": "0", "entitlements": [],
            "authorizing_integration_owners": {"0": GUILD}, "context": 0,
            "attachment_size_limit": 10_000_000,
        }  # fmt: skip
        if message is not None:
            event["message"] = message
        await self.gateway.dispatch("INTERACTION_CREATE", event)
        return talk

    # --- what the bot does -----------------------------------------------------------------------

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Any) -> web.StreamResponse:
        path = request.path
        # Interactions and their webhooks are known by the token in the path.
        open_to_all = path.startswith(
            ("/api/v10/interactions", "/api/v10/webhooks", "/cdn", "/gateway")
        )
        if not open_to_all and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return refusal(401, 0, "401: Unauthorized")
        if "DiscordBot" not in request.headers.get("User-Agent", "") and path.startswith(
            "/api/v10/ch"
        ):
            self.faults.append("no User-Agent of a bot")
        response: web.StreamResponse = await handler(request)
        return response

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        return await self.gateway.serve(request)

    async def _me(self, _request: web.Request) -> web.Response:
        return as_json(BOT)

    async def _application(self, _request: web.Request) -> web.Response:
        return as_json({
            "id": APP, "name": "claimwire", "icon": None, "description": "", "bot_public": False,
            "bot_require_code_grant": False, "verify_key": "0" * 64, "flags": 0, "owner": BOT,
            "team": None, "summary": "", "interactions_endpoint_url": None,
        })  # fmt: skip

    async def _channel(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        if channel in self.hidden:
            return refusal(403, 50001, "Missing Access")
        if channel not in self.channels:
            return refusal(404, 10003, "Unknown Channel")
        return as_json(parts.channel(channel))

    async def _guild(self, _request: web.Request) -> web.Response:
        return as_json(parts.guild(self.allowed))

    async def _member(self, request: web.Request) -> web.Response:
        return as_json(parts.member(request.match_info["member"]))

    async def _commands(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        faults = rules.command_faults(body)
        if faults:
            return self._invalid(faults)
        always = {"application_id": APP, "version": "1", "type": 1, "description": ""}
        always["default_member_permissions"] = None
        made = [{"id": self._id(), **always, **one} for one in body]
        self.commands = made
        return as_json(made)

    async def _message(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        channel, message_id = request.match_info["channel"], request.match_info.get("id")
        async with self._changed:
            self.seen += 1
            self._changed.notify_all()
        reply = self.plan.popleft() if self.plan else self.weather()
        if reply.hang:
            await self.released.wait()
        over = self._over(channel)
        if over is not None:
            return over
        if reply.status == 0 and not reply.taken:
            return cut(request)
        refusal = self._refused(reply, channel, message_id, body)
        if refusal is not None:
            return refusal
        post = self._keep(channel, message_id, body)
        return cut(request) if reply.status == 0 else as_json(post.shown, self._headers(channel))

    def _refused(
        self, reply: Reply, channel: str, message_id: str | None, body: Any
    ) -> web.Response | None:
        if reply.status == 429:
            return pause(reply)
        if reply.status >= 300:
            return refusal(reply.status, reply.code, "planned")
        faults = rules.message_faults(body, new=message_id is None)
        if faults:
            return self._invalid(faults)
        if channel not in self.channels:
            return refusal(404, 10003, "Unknown Channel")
        if message_id is not None and message_id not in self.posts:
            return refusal(404, 10008, "Unknown Message")
        return None

    def _keep(self, channel: str, message_id: str | None, body: dict[str, Any]) -> Post:
        nonce = str(body.get("nonce", ""))
        if message_id is None and body.get("enforce_nonce") and (channel, nonce) in self._nonces:
            return self._nonces[channel, nonce]
        if message_id is None:
            post = Post(self._id(), channel, {})
            post.shown = self._shown(post.id, channel, {})
            self.posts[post.id] = post
            if nonce:
                self._nonces[channel, nonce] = post
        else:
            post = self.posts[message_id]
        post.bodies.append(body)
        post.shown |= {key: body[key] for key in ("content", "embeds", "components") if key in body}
        self.calls.append((post, body))
        return post

    def _over(self, channel: str) -> web.Response | None:
        """A 429 if the channel has had its five."""
        if not self.bucket_of_s:
            return None
        now = time.monotonic()
        times = self.requests_by_bucket.setdefault(channel, deque())
        while times and now - times[0] >= self.bucket_of_s:
            times.popleft()
        if len(times) < 5:
            times.append(now)
            return None
        self.refused_by_bucket += 1
        return pause(Reply(429, retry_after=self.bucket_of_s - (now - times[0])))

    def _headers(self, channel: str) -> dict[str, str]:
        times = self.requests_by_bucket.get(channel)
        if not times:
            return {}
        rest_s = max(0.001, self.bucket_of_s - (time.monotonic() - times[0]))
        return {
            "X-RateLimit-Bucket": "messages",
            "X-RateLimit-Limit": "5",
            "X-RateLimit-Remaining": str(5 - len(times)),
            "X-RateLimit-Reset": f"{time.time() + rest_s:.3f}",
            "X-RateLimit-Reset-After": f"{rest_s:.3f}",
        }

    async def _callback(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        talk = self._talks.get(request.match_info["id"])
        if talk is None or talk.token != request.match_info["token"]:
            return refusal(404, 10062, "Unknown interaction")
        waited_s = time.monotonic() - talk.asked_at
        if waited_s > ACK_WITHIN_S:
            self.faults.append(f"acknowledged after {waited_s:.1f} s")
            return refusal(404, 10062, "Unknown interaction")
        if talk.ack is not None:
            self.faults.append("replied twice")
            return refusal(400, 40060, "Interaction has already been acknowledged")
        faults = self._reply_faults(talk, body)
        if faults:
            return self._invalid(faults)
        async with self._changed:
            talk.ack, talk.ack_s = body, waited_s
            self._changed.notify_all()
        shown = {"id": request.match_info["id"], "type": talk.type}
        return as_json({"interaction": shown, "resource": {"type": body["type"]}})

    def _reply_faults(self, talk: Talk, body: dict[str, Any]) -> list[str]:
        data = body.get("data") or {}
        match body["type"]:
            case 5 if talk.type in (2, 3, 5):
                return [] if data.keys() <= {"flags"} else ["a deferral with content"]
            case 6 if talk.type in (3, 5):
                return []
            case 8 if talk.type == 4:
                return rules.choice_faults(data["choices"])
            case 9 if talk.type in (2, 3):
                return rules.modal_faults(data)
            case other:
                return [f"a reply of type {other} to an interaction of type {talk.type}"]

    async def _original(self, request: web.Request) -> web.Response:
        talk = self._talks.get(request.match_info["token"])
        if talk is None or talk.ack is None:
            return refusal(404, 10015, "Unknown Webhook")
        body, files = await self._parts(request)
        faults = rules.message_faults(body, new=False, files=len(files))
        if faults:
            return self._invalid(faults)
        async with self._changed:
            talk.files = files
            changed = talk.source if talk.ack["type"] == 6 and talk.source else {}
            talk.message = self._answer(talk, {**changed, **body}, files)
            self._changed.notify_all()
        return as_json(talk.message)

    async def _followup(self, request: web.Request) -> web.Response:
        talk = self._talks.get(request.match_info["token"])
        if talk is None or talk.ack is None:
            return refusal(404, 10015, "Unknown Webhook")
        body, files = await self._parts(request)
        faults = rules.message_faults(body, new=True, files=len(files))
        if faults:
            return self._invalid(faults)
        shown = self._answer(talk, body, files)
        async with self._changed:
            talk.followups.append(shown)
            self._changed.notify_all()
        return as_json(shown)

    async def _delete(self, request: web.Request) -> web.Response:
        async with self._changed:
            self._talks[request.match_info["token"]].deleted = True
            self._changed.notify_all()
        return web.Response(status=204)

    async def _file(self, request: web.Request) -> web.Response:
        return web.Response(body=self._cdn[request.match_info["name"]])

    def _answer(self, talk: Talk, body: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
        """The message as Discord gives it back: attachments have become addresses."""
        assert talk.ack is not None
        private = (talk.ack.get("data") or {}).get("flags", 0) & rules.EPHEMERAL
        if talk.ack["type"] == 6 and talk.source:
            private = talk.source.get("flags", 0) & rules.EPHEMERAL
        flags = body.get("flags", 0) | private
        shown = self._shown(self._id(), CHANNEL, {**body, "flags": flags})
        described = {one["filename"]: one for one in body.get("attachments") or []}
        shown["attachments"] = []
        for name, content in files.items():
            self._cdn[name] = content
            address = f"{self._cdn_url}/{name}"
            shown["attachments"].append({
                "id": self._id(), "filename": name, "size": len(content), "url": address,
                "proxy_url": address, "description": described[name].get("description"),
            })  # fmt: skip
            for embed in shown["embeds"]:
                if embed.get("image", {}).get("url") == f"attachment://{name}":
                    embed["image"] = {"url": address, "proxy_url": address, "width": 1, "height": 1}
        return shown

    def _shown(self, message_id: str, channel: str, body: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": message_id, "channel_id": channel, "author": BOT, "type": 0, "pinned": False,
            "timestamp": "2025-10-21T16:30:00+00:00", "edited_timestamp": None, "tts": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [],
            "content": body.get("content") or "", "embeds": body.get("embeds") or [],
            "components": body.get("components") or [], "flags": body.get("flags", 0),
        }  # fmt: skip

    async def _body(self, request: web.Request) -> Any:
        return self._noted(request, json.loads(await request.read()))

    def _noted(self, request: web.Request, body: Any) -> Any:
        self.bodies.append((request.method, request.path, body))
        if discord_openapi.described is not None:
            path = request.path.removeprefix("/api/v10")
            self.faults += discord_openapi.described.faults(request.method, path, body)
        return body

    async def _parts(self, request: web.Request) -> tuple[Any, dict[str, bytes]]:
        if not request.content_type.startswith("multipart/"):
            return await self._body(request), {}
        body: Any = {}
        files = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            content = bytes(await part.read())
            if part.name == "payload_json":
                body = self._noted(request, json.loads(content))
            else:
                files[part.filename or ""] = content
        return body, files

    def _invalid(self, faults: list[str]) -> web.Response:
        self.faults += faults
        return refusal(400, 50035, f"Invalid Form Body: {faults}")

    def _id(self) -> str:
        self._ids += 1
        return str(self._ids)
