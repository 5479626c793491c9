"""Discord: alerts as embeds with buttons, `/claim` commands, a context menu and a form.

    escape.py     hostile text -> text that Discord's markdown leaves alone, within a limit
    card.py       an alert -> its embed
    pages.py      an answer of the desk -> its embed and files
    buttons.py    what stands below either
    form.py       what a channel receives: select menus and a modal
    commands.py   the slash commands and the context menu
    talks.py      interactions in, answers out
    faults.py     errors of discord.py -> ours
    client.py     the one connection
    adapter.py    the ChatAdapter
    invite.py     the link by which an admin invites the bot

discord.py is imported only when an adapter is made: it takes a second, and most commands need none.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from adapters.kind import AdapterKind, Setting, SettingType, Surroundings, Values
from bot.errors import ConfigError
from bot.ports import ChatAdapter

NAME = "discord"
TOKEN = "DISCORD_TOKEN"  # noqa: S105 - the name of the variable
API_URL = "DISCORD_API_URL"
GATEWAY_URL = "DISCORD_GATEWAY_URL"


def _make(name: str, _values: Values, surroundings: Surroundings) -> ChatAdapter:
    from adapters.discord.adapter import DiscordAdapter

    variables = surroundings.variables
    token = variables.get(TOKEN, "").strip()
    if not token:
        raise ConfigError(
            f"{name}: {TOKEN} is not set -> copy the bot's token from its page at"
            " https://discord.com/developers/applications; docs/discord.md says how"
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(f"{name}: {TOKEN} is no token -> copy it again, without anything else")
    api = _address(API_URL, variables.get(API_URL, ""), ("http", "https"))
    gateway = _address(GATEWAY_URL, variables.get(GATEWAY_URL, ""), ("ws", "wss"))
    return DiscordAdapter(name, token, api_url=api, gateway_url=gateway)


def _address(variable: str, value: str, schemes: tuple[str, ...]) -> str:
    """The address without a slash at its end, "" if there is none. Raises ConfigError."""
    value = value.strip().rstrip("/")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname)
    except ValueError:
        usable = False
    if value and not usable:
        raise ConfigError(f"{variable} is no address -> write it as {schemes[-1]}://host/path")
    return value


KIND = AdapterKind(
    name=NAME,
    summary="posts alerts to channels of Discord servers and answers /claim there",
    settings=(
        Setting(
            "channel",
            SettingType.TEXT,
            "the channel's id, 17 to 20 digits: Copy Channel ID in Discord's developer mode",
            required=True,
            least=17,
            most=20,
        ),
    ),
    make=_make,
    remote=True,
    platform=True,
)
