"""Who somebody is: an Actor from what Slack sends, with the user groups that [roles] names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.web import SlackError, call
from bot.log import logger
from bot.model import Actor

PLATFORM = "slack"
KEPT_S = 300.0  # how long the members of a user group are remembered
_GROUP = re.compile(r"slack:(S[A-Z0-9]+)")
_log = logger("slack")


def groups_of(holders: Collection[str]) -> tuple[str, ...]:
    """The user groups among those whom [roles] names (`slack:S0123`)."""
    return tuple(dict.fromkeys(found[1] for one in holders if (found := _GROUP.fullmatch(one))))


class UserGroups:
    """The members of some user groups, asked for at most every KEPT_S."""

    def __init__(
        self, client: AsyncWebClient, groups: Collection[str], now: Callable[[], float]
    ) -> None:
        self._client = client
        self._groups = groups
        self._now = now
        self._members: dict[str, frozenset[str]] = {}
        self._until = float("-inf")
        self._asking = asyncio.Lock()

    async def of(self, user_id: str) -> frozenset[str]:
        """The groups that the user is in. One that cannot be read has no members."""
        if not self._groups:
            return frozenset()
        async with self._asking:
            if self._now() >= self._until:
                self._members = {one: await self._ask(one) for one in self._groups}
                self._until = self._now() + KEPT_S
        return frozenset(one for one, members in self._members.items() if user_id in members)

    async def _ask(self, group: str) -> frozenset[str]:
        try:
            answer = await call(self._client, "usergroups_users_list", usergroup=group)
        except SlackError as error:
            # Whom it admitted before stays admitted: an outage takes no rights away.
            _log.warning("user group cannot be read", group=group, error=error.reason)
            return self._members.get(group, frozenset())
        return frozenset(map(str, answer.get("users", ())))


async def actor_of(body: dict[str, Any], groups: UserGroups) -> Actor:
    """Who acts, from the body of a command, an action, a shortcut, a view or an event."""
    user = body.get("user") or {}
    event = body.get("event") or {}
    user_id = str(user.get("id") or body.get("user_id") or event.get("user") or "")
    name = str(user.get("name") or user.get("username") or body.get("user_name") or user_id)
    return Actor(PLATFORM, user_id, name, await groups.of(user_id), channel_of(body))


def channel_of(body: dict[str, Any]) -> str:
    """The channel in which somebody acts; "" on the home page and in a modal."""
    channel = body.get("channel") or {}
    container = body.get("container") or {}
    return str(channel.get("id") or body.get("channel_id") or container.get("channel_id") or "")
