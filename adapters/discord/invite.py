"""The link by which an admin invites the bot into a server: from the token alone, without network.

A bot's token begins with the bot's user id in base64, which is its application's id too
(https://docs.discord.com/developers/reference#authentication).
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlencode

from bot.errors import ConfigError

_ID_DIGITS = range(15, 21)
# https://docs.discord.com/developers/topics/permissions: the least that posting and editing need.
PERMISSIONS = {
    "view channels": 1 << 10,
    "send messages": 1 << 11,
    "embed links": 1 << 14,
    "attach files": 1 << 15,
    "read message history": 1 << 16,  # to reply to a post whose story has turned
    "send messages in threads": 1 << 38,
}
_SCOPES = "bot applications.commands"


def invite_link(token: str) -> str:
    """Raises ConfigError for what is no bot's token."""
    asked = {
        "client_id": application_id(token),
        "permissions": sum(PERMISSIONS.values()),
        "scope": _SCOPES,
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"


def application_id(token: str) -> str:
    """The id in the token. Raises ConfigError."""
    first, dot, _ = token.strip().partition(".")
    try:
        found = base64.b64decode(first + "=" * (-len(first) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        found = ""
    if not dot or not found.isdigit() or len(found) not in _ID_DIGITS:
        raise ConfigError(
            "DISCORD_TOKEN is not a bot's token -> copy it from the Bot page of your application,"
            " not the client secret or the public key"
        )
    return found
