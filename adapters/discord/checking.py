"""What `claimwire doctor --online` can say of a Discord set-up: token, channels, permissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

import discord

from adapters.discord import API_URL, GATEWAY_URL, TOKEN
from adapters.discord.client import set_addresses
from adapters.discord.faults import TRANSPORT, delivery_error
from adapters.discord.invite import PERMISSIONS
from bot.errors import ConfigError

_IN_A_CHANNEL = {name: bit for name, bit in PERMISSIONS.items() if "in threads" not in name}
_IN_A_THREAD = {name: bit for name, bit in PERMISSIONS.items() if name != "send messages"}


async def check_discord(variables: Mapping[str, str], channels: Iterable[str]) -> str:
    """What was found. Raises ConfigError with all that is wrong, or DeliveryError (no network).

    ``channels`` are ids. It posts nothing, registers nothing and opens no gateway.
    """
    set_addresses(variables.get(API_URL, ""), variables.get(GATEWAY_URL, ""))
    ids = tuple(dict.fromkeys(channels))
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        try:
            await client.login(variables[TOKEN].strip())
        except discord.LoginFailure as error:
            raise ConfigError(
                f"Discord does not know this {TOKEN} -> copy it anew from the Bot page of your"
                " application"
            ) from error
        except TRANSPORT as error:
            raise delivery_error(error, "discord") from error
        wrong = [text for one in ids if (text := await _channel(client, one))]
        name = client.user
    if wrong:
        raise ConfigError("\n".join(wrong))
    count = "1 channel" if len(ids) == 1 else f"{len(ids)} channels"
    return f"{name}, {count} can be posted to"


async def _channel(client: discord.Client, channel: str) -> str:
    """What keeps the bot from posting there, "" if nothing does."""
    place = f"channel {channel}"
    if not (channel.isascii() and channel.isdigit()):
        return (
            f"{place}: no id -> Copy Channel ID in Discord's developer mode gives 17 to 20 digits"
        )
    try:
        missing = await _missing_permissions(client, int(channel))
    except TRANSPORT as error:
        ours = delivery_error(error, place)
        if ours.channel_gone:
            return str(ours)
        raise ours from error
    if missing:
        remedy = "give them to the bot's role, in the server or for this channel"
        return f"{place}: the bot lacks {', '.join(missing)} -> {remedy}"
    return ""


async def _missing_permissions(client: discord.Client, channel: int) -> list[str]:
    found = await client.fetch_channel(channel)
    if isinstance(found, discord.abc.PrivateChannel):
        return []
    # Permissions follow from the server's roles, which a channel fetched alone does not know.
    guild = await client.fetch_guild(found.guild.id, with_counts=False)
    me = await guild.fetch_member(cast("discord.ClientUser", client.user).id)  # logged in
    wanted = _IN_A_CHANNEL
    if isinstance(found, discord.Thread):
        channel, wanted = found.parent_id, _IN_A_THREAD
    held = (await guild.fetch_channel(channel)).permissions_for(me).value
    missing = [name for name, bit in wanted.items() if not held & bit]
    if not held & PERMISSIONS["send messages"]:
        # discord.py takes these away with it, whether the role has them or not.
        missing = [name for name in missing if name not in ("embed links", "attach files")]
    return missing
