"""Errors of discord.py to ours: whether to try again, after how long, and what an admin can do.

Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from http import HTTPStatus

import aiohttp
import discord

from bot.errors import DeliveryError

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
OTHERS_MESSAGE = 50005
_MISSING_ACCESS = 50001
_MISSING_PERMISSIONS = 50013
# Also where a proxy answers; a day is what the webhook adapter allows.
RETRY_AFTER_MAX_S = 24 * 3600.0

_RIGHTS = "View Channel, Send Messages, Embed Links, Attach Files and Read Message History"
# What time does not mend: nothing more is taken until somebody does.
_CHANNEL_GONE = {
    UNKNOWN_CHANNEL: "there is no such channel -> take it out, or give the id of one that exists",
    _MISSING_ACCESS: f"the bot may not see the channel -> invite it there; it needs {_RIGHTS}",
    _MISSING_PERMISSIONS: f"the bot may not post there -> it needs {_RIGHTS}",
    40333: "Discord takes the bot for an abuser -> see the bot's page in the developer portal",
    50008: "that channel takes no messages -> give the id of a text channel or thread",
    160005: "the thread is locked -> unlock it, or give another channel",
}
# What discord.py lets out of a request.
TRANSPORT = (
    discord.HTTPException,
    discord.GatewayNotFound,
    discord.RateLimited,
    aiohttp.ClientError,
    TimeoutError,
    OSError,
)


def delivery_error(error: Exception, place: str) -> DeliveryError:
    """What became of a request; ``place`` says which adapter or channel."""
    if isinstance(error, discord.RateLimited):
        return _limited(place, error.retry_after)
    if not isinstance(error, discord.HTTPException):
        why = f"Discord cannot be reached ({type(error).__name__})"
        return DeliveryError(f"{place}: {why}", try_again=True)
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        # Not Discord's own answer but that of the network before it; discord.py waits for none.
        return _limited(place, _seconds(error.response.headers.get("Retry-After", "")))
    if error.status == HTTPStatus.UNAUTHORIZED:
        why = "Discord no longer takes the token -> set DISCORD_TOKEN anew and restart"
        return DeliveryError(f"{place}: {why}", try_again=True)
    if error.code in _CHANNEL_GONE:
        reason = f"{place}: {_CHANNEL_GONE[error.code]}"
        return DeliveryError(reason, try_again=False, channel_gone=True)
    return _other(error, place)


def _other(error: discord.HTTPException, place: str) -> DeliveryError:
    # Without a code it was not Discord that answered but something before it.
    final = error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND) and error.code != 0
    why = f"Discord answered {error.status}, code {error.code}"
    return DeliveryError(f"{place}: {why}", try_again=not final)


def _limited(place: str, wait_s: float | None) -> DeliveryError:
    bounded = None if wait_s is None else min(max(wait_s, 0.0), RETRY_AFTER_MAX_S)
    return DeliveryError(
        f"{place}: Discord asks for a pause", try_again=True, retry_after_s=bounded
    )


def _seconds(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
