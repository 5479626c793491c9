"""Values and small parts of the fake Discord: what it is asked for, keeps and answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

APP, GUILD, CHANNEL, EDITORS = (
    "1100000000000000001", "1200000000000000002", "1300000000000000003", "1400000000000000004",
)  # fmt: skip
USER = "1500000000000000005"
THREAD = "1600000000000000006"
TOKEN = f"{base64.b64encode(APP.encode()).decode().rstrip('=')}.GabcDe.{'x' * 38}"
ACK_WITHIN_S = 3.0
BOT = {
    "id": APP, "username": "claimwire", "discriminator": "0", "avatar": None, "bot": True,
    "global_name": None, "public_flags": 0, "flags": 0, "verified": True, "mfa_enabled": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """What a message's POST or PATCH is answered. ``status`` 0: the connection is cut.

    ``taken``: the message was kept all the same. ``hang``: only once ``released`` is set.
    """

    status: int = 200
    code: int = 0
    retry_after: float = 0.0
    everywhere: bool = False
    taken: bool = False
    hang: bool = False
    through_discord: bool = True


@dataclass(slots=True)
class Post:
    """A message in a channel, with every body that made or changed it."""

    id: str
    channel: str
    shown: dict[str, Any]
    bodies: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Talk:
    """One interaction: what was answered, and when."""

    token: str
    asked_at: float
    type: int
    source: dict[str, Any] | None = None
    ack: dict[str, Any] | None = None
    ack_s: float = 0.0
    message: dict[str, Any] | None = None  # what stands there now
    files: dict[str, bytes] = field(default_factory=dict)
    followups: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False

    @property
    def embed(self) -> dict[str, Any]:
        assert self.message is not None
        (embed,) = self.message["embeds"]
        return dict(embed)


def slash(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {str: 3, bool: 5, float: 10}
    given = [
        {"type": kinds[type(value)], "name": key, "value": value} for key, value in options.items()
    ]
    inside = [{"type": 1, "name": name, "options": given}]
    return {"id": "7", "name": "claim", "type": 1, "options": inside}


def guild(allowed: int = 0) -> dict[str, Any]:
    """``allowed``: the permissions that everybody has there, as Discord's bits."""
    role = {
        "permissions": str(allowed), "position": 1, "color": 0, "hoist": False, "managed": False,
        "mentionable": False, "flags": 0, "colors": {"primary_color": 0},
    }  # fmt: skip
    return {
        "id": GUILD, "name": "Newsroom", "unavailable": False, "owner_id": USER, "features": [],
        "roles": [{**role, "id": GUILD, "name": "@everyone"},
                  {**role, "id": EDITORS, "name": "Desk"}],
        "channels": [{"id": CHANNEL, "type": 0, "name": "desk", "position": 0,
                      "permission_overwrites": []}],
        "members": [], "threads": [], "emojis": [], "stickers": [], "voice_states": [],
        "presences": [], "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": [], "member_count": 2, "joined_at": "2025-01-01T00:00:00+00:00",
        "large": False, "icon": None, "verification_level": 0, "default_message_notifications": 0,
        "explicit_content_filter": 0, "mfa_level": 0, "nsfw_level": 0, "premium_tier": 0,
        "preferred_locale": "en-US", "afk_timeout": 60, "system_channel_flags": 0,
    }  # fmt: skip


def channel(channel_id: str) -> dict[str, Any]:
    """A text channel, or one that is a thread of CHANNEL."""
    shown = {"id": channel_id, "guild_id": GUILD, "name": "desk", "position": 0}
    if channel_id != THREAD:
        return {**shown, "type": 0, "permission_overwrites": []}
    meta = {"archived": False, "auto_archive_duration": 60, "locked": False}
    meta["archive_timestamp"] = "2025-01-01T00:00:00+00:00"
    own = {"type": 11, "parent_id": CHANNEL, "owner_id": USER, "thread_metadata": meta}
    return {**shown, **own, "message_count": 0, "member_count": 1}


def member(user_id: str) -> dict[str, Any]:
    return {
        "user": {**BOT, "id": user_id}, "roles": [], "joined_at": "2025-01-01T00:00:00+00:00",
        "deaf": False, "mute": False, "flags": 0, "nick": None, "avatar": None,
    }  # fmt: skip


def as_json(value: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    # discord.py takes this content type only, without a charset.
    body = json.dumps(value).encode()
    return web.Response(body=body, content_type="application/json", headers=headers)


def refusal(status: int, code: int, message: str) -> web.Response:
    body = json.dumps({"code": code, "message": message}).encode()
    return web.Response(status=status, body=body, content_type="application/json")


def pause(reply: Reply) -> web.Response:
    body = {"message": "rate limited", "retry_after": reply.retry_after, "global": reply.everywhere}
    headers = {"Retry-After": f"{reply.retry_after:g}"}
    if reply.through_discord:
        headers["Via"] = "1.1 google"
    return web.Response(
        status=429, body=json.dumps(body).encode(), content_type="application/json", headers=headers
    )


def cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
