"""What `claimwire doctor --online` can say of a Slack set-up: tokens, scopes, channels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.hearing import refused_token
from adapters.slack.settings import read_settings
from adapters.slack.web import SlackError, call, web_client, who_am_i
from bot.errors import ConfigError


async def check_slack(variables: Mapping[str, str], channels: Iterable[str]) -> str:
    """What was found. Raises ConfigError with all that is wrong, or DeliveryError (no network).

    ``channels`` are ids. It posts nothing.
    """
    settings = read_settings(variables)
    async with aiohttp.ClientSession() as session:
        client = web_client(settings, session)
        me = await who_am_i(client)
        wrong = await _missing_scopes(client)
        if settings.app_token:
            wrong += await _app_token(client, settings.app_token)
        ids = tuple(dict.fromkeys(channels))
        wrong += [text for one in ids if (text := await _channel(client, one))]
    if wrong:
        raise ConfigError("\n".join(wrong))
    way = "Socket Mode" if settings.app_token else f"HTTP on {settings.host}:{settings.port}"
    count = "1 channel" if len(ids) == 1 else f"{len(ids)} channels"
    return f"{me.get('user')} in {me.get('team')}, by {way}, {count} can be posted to"


def wanted_scopes() -> frozenset[str]:
    """The bot scopes of manifest.json."""
    text = files("adapters.slack").joinpath("manifest.json").read_text(encoding="utf-8")
    return frozenset(json.loads(text)["oauth_config"]["scopes"]["bot"])


async def _missing_scopes(client: AsyncWebClient) -> list[str]:
    """Slack tells the scopes of a token in a header of every answer."""
    response = await client.auth_test()
    held = response.headers.get("x-oauth-scopes", "")
    missing = wanted_scopes() - {one.strip() for one in held.split(",")}
    if not held or not missing:
        return []
    remedy = "paste manifest.json into App Manifest anew, and install the app again"
    return [f"the app lacks {', '.join(sorted(missing))} -> {remedy}"]


async def _app_token(client: AsyncWebClient, token: str) -> list[str]:
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        word = str(error.response.get("error", ""))
        return [refused_token(word) or f"SLACK_APP_TOKEN: Slack answered {word[:80]}"]
    return []


async def _channel(client: AsyncWebClient, channel: str) -> str:
    try:
        await call(client, "conversations_history", channel=channel, limit=1)
    except SlackError as error:
        return f"channel {channel}: {error.reason}"
    return ""
