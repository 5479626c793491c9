"""Calls of Slack's Web API, and what their failures mean for a delivery."""

from __future__ import annotations

import asyncio
import math
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.settings import SlackSettings
from bot.errors import ConfigError, DeliveryError

TIMEOUT_S = 20
# https://docs.slack.dev/reference/methods/chat.postMessage#errors: of a channel that will not take
# posts again until somebody changes it.
_CHANNEL_GONE = {
    "channel_not_found": "no such channel, or the bot is not in it -> /invite it there",
    "not_in_channel": "the bot is not in the channel -> /invite it there",
    "is_archived": "the channel is archived -> unarchive it, or take it out of the config",
    "restricted_action": "a setting of the workspace forbids posting in the channel",
    "restricted_action_read_only_channel": "the channel is read-only",
    "restricted_action_thread_only_channel": "the channel takes threads only",
    "posting_to_general_channel_denied": "only some may post in this channel",
    "team_access_not_granted": "the bot has no access to this workspace",
    "ekm_access_denied": "the workspace's key management forbids posting",
    "channel_type_not_supported": "this kind of channel takes no posts of bots",
}
# Of a message that Slack will not take from us; the next one may fare better.
_FOR_GOOD = {
    "restricted_action_non_threadable_channel": "the channel takes no threads",
    "restricted_action_thread_locked": "the thread is locked",
    "msg_too_long": "Slack finds the message too long; please report this",
    "msg_blocks_too_long": "Slack finds the message too long; please report this",
    "invalid_blocks": "Slack does not take the message's blocks; please report this",
    "invalid_blocks_format": "Slack does not take the message's blocks; please report this",
    "metadata_too_large": "Slack finds the metadata too large; please report this",
}
# The admin's to mend; until then alerts wait.
_TOKEN = {
    "invalid_auth": "SLACK_BOT_TOKEN is not valid here -> copy it anew (OAuth & Permissions)",
    "not_authed": "SLACK_BOT_TOKEN is not valid here -> copy it anew (OAuth & Permissions)",
    "account_inactive": "SLACK_BOT_TOKEN is of a bot that was removed -> install the app again",
    "token_revoked": "SLACK_BOT_TOKEN was revoked -> install the app again",
    "token_expired": "SLACK_BOT_TOKEN has expired -> switch token rotation off",
    "not_allowed_token_type": "SLACK_BOT_TOKEN is no bot token -> it begins with xoxb-",
    "missing_scope": "the app lacks a scope -> update it from manifest.json and install it again",
}
# Of chat.update: the post is gone or may not be changed any more.
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"}
)


def web_client(settings: SlackSettings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never tries twice by itself: that is for those who know what is at stake."""
    return AsyncWebClient(
        token=settings.bot_token,
        base_url=settings.api_url,
        timeout=TIMEOUT_S,
        session=session,
        retry_handlers=[],
    )


async def call(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a method, named as in slack_sdk ("chat_postMessage"). Raises SlackError."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            response = await getattr(client, method)(**arguments)
    except SlackApiError as error:
        raise _refused(method, error) from error
    except TimeoutError as error:
        raise SlackError(f"{method}: no answer within {TIMEOUT_S} s", "", unsure=True) from error
    except (SlackClientError, aiohttp.ClientError, OSError, ValueError) as error:
        reason = f"{method}: not reachable ({type(error).__name__})"
        raise SlackError(reason, "", unsure=True) from error
    data = response.data
    return data if isinstance(data, dict) else {}


class SlackError(DeliveryError):
    """``word`` is Slack's own for it, "" without one. ``unsure``: it may have been carried out."""

    def __init__(
        self,
        reason: str,
        word: str,
        *,
        try_again: bool = True,
        retry_after_s: float | None = None,
        unsure: bool = False,
        channel_gone: bool = False,
    ) -> None:
        super().__init__(
            reason, try_again=try_again, retry_after_s=retry_after_s, channel_gone=channel_gone
        )
        self.word = word
        self.unsure = unsure


async def who_am_i(client: AsyncWebClient) -> dict[str, Any]:
    """auth.test. Raises ConfigError for a token that Slack does not know, else DeliveryError."""
    try:
        return await call(client, "auth_test")
    except SlackError as error:
        if error.word in _TOKEN:
            raise ConfigError(f"slack: {_TOKEN[error.word]}. docs/slack.md shows where") from error
        raise


def _refused(method: str, error: SlackApiError) -> SlackError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    word = str(data.get("error", "")) if isinstance(data, dict) else ""
    place = f"{method}: "
    if status == HTTPStatus.TOO_MANY_REQUESTS or word in ("ratelimited", "rate_limited"):
        wait_s = seconds(response.headers.get("Retry-After", ""))
        return SlackError(f"{place}too many requests", word, retry_after_s=wait_s)
    if word in _CHANNEL_GONE:
        reason = f"{place}{_CHANNEL_GONE[word]}"
        return SlackError(reason, word, try_again=False, channel_gone=True)
    if word in _FOR_GOOD:
        return SlackError(f"{place}{_FOR_GOOD[word]}", word, try_again=False)
    if word in _TOKEN:
        return SlackError(f"{place}{_TOKEN[word]}", word)
    fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    told = word[:80] if word.isascii() and word.isprintable() and word else f"status {status}"
    return SlackError(f"{place}Slack answered: {told}", word, unsure=fault)


def seconds(text: str) -> float | None:
    """A Retry-After header as seconds, None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
