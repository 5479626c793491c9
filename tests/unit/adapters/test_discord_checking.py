"""`claimwire doctor --online` on Discord: it posts nothing, and names what an admin has to mend."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.discord.checking import check_discord
from adapters.discord.invite import PERMISSIONS
from bot.errors import ConfigError, DeliveryError
from tests.fakes.discord_parts import CHANNEL, THREAD, TOKEN
from tests.fakes.discord_server import DiscordServer


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as one:
        one.channels.add(THREAD)
        yield one
    assert not one.faults


async def test_a_set_up_that_works(server: DiscordServer) -> None:
    told = await check_discord(server.variables, [CHANNEL, THREAD, CHANNEL])
    assert told == "claimwire, 2 channels can be posted to"
    assert not server.posts
    assert not server.commands


async def test_a_wrong_token_is_named_and_not_shown(server: DiscordServer) -> None:
    wrong = server.variables | {"DISCORD_TOKEN": TOKEN + "x"}
    with pytest.raises(ConfigError, match="DISCORD_TOKEN") as caught:
        await check_discord(wrong, [CHANNEL])
    assert TOKEN not in str(caught.value)


async def test_every_channel_that_cannot_be_used_is_told_at_once(server: DiscordServer) -> None:
    gone, hidden = "1300000000000000009", "1300000000000000010"
    server.hidden.add(hidden)
    with pytest.raises(ConfigError) as caught:
        await check_discord(server.variables, [gone, CHANNEL, hidden])
    told = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in told] == [f"channel {gone}", f"channel {hidden}"]
    assert all(" -> " in line for line in told)


async def test_what_is_no_id_is_told_as_such(server: DiscordServer) -> None:
    with pytest.raises(ConfigError, match="channel ukraine-desk-news: no id -> "):
        await check_discord(server.variables, ["ukraine-desk-news", CHANNEL])


@pytest.mark.parametrize(
    ("place", "missing"),
    [(CHANNEL, "send messages"), (CHANNEL, "embed links"), (THREAD, "send messages in threads")],
)
async def test_a_missing_permission_is_named(
    server: DiscordServer, place: str, missing: str
) -> None:
    server.allowed -= PERMISSIONS[missing]
    with pytest.raises(ConfigError, match=f"lacks {missing} ->"):
        await check_discord(server.variables, [place])


async def test_in_a_thread_the_right_to_post_outside_it_is_not_needed(
    server: DiscordServer,
) -> None:
    server.allowed -= PERMISSIONS["send messages"]
    assert "1 channel" in await check_discord(server.variables, [THREAD])


async def test_without_a_network_it_says_so() -> None:
    variables = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": "http://127.0.0.1:9/api"}
    with pytest.raises(DeliveryError, match="cannot be reached"):
        await check_discord(variables, [CHANNEL])
