"""The connection to Discord: tokens, sessions, and what happens when it breaks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.base import ADAPTERS
from adapters.discord.adapter import DiscordAdapter
from adapters.kind import Surroundings
from bot import doctor
from bot.errors import ConfigError, DeliveryError
from bot.ports import InteractiveAdapter
from tests.contract.harnesses import FixedClock
from tests.contract.samples import delivery
from tests.fakes.discord_parts import APP, TOKEN
from tests.fakes.discord_server import DiscordServer
from tests.unit.adapters.discord_making import ADDRESS, QUICK, SayingDesk, adapter_on, running

KIND = ADAPTERS["discord"]


def made(**variables: str) -> object:
    return KIND.make("discord", {}, Surroundings(FixedClock(), variables=variables))


@pytest.mark.parametrize("token", ["", "  ", "two words", "ünicode"])
def test_without_a_token_nothing_is_made(token: str) -> None:
    with pytest.raises(ConfigError, match="DISCORD_TOKEN") as caught:
        made(DISCORD_TOKEN=token)
    assert " -> " in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DISCORD_API_URL", "proxy:80/api"), ("DISCORD_GATEWAY_URL", "https://gateway.example")],
)
def test_an_address_that_is_none_is_named(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=variable):
        made(DISCORD_TOKEN=TOKEN, **{variable: value})


def test_it_is_an_adapter_that_people_ask_through() -> None:
    assert isinstance(made(DISCORD_TOKEN=TOKEN), InteractiveAdapter)


@pytest.mark.parametrize("channel", ["", "desk", "1" * 21])
def test_a_channel_needs_its_id(channel: str) -> None:
    with pytest.raises(ConfigError, match="channel"):
        KIND.check("desk", {"channel": channel})


async def test_a_wrong_token_is_the_admins_to_mend() -> None:
    async with DiscordServer() as server:
        adapter = DiscordAdapter(
            "discord", "not.the.token", api_url=server.api_url, gateway_url=server.gateway_url
        )
        with pytest.raises(ConfigError, match="DISCORD_TOKEN") as caught:
            await adapter.start()
        assert "not.the.token" not in str(caught.value)
        await adapter.stop()


@pytest.mark.parametrize("code", [4004, 4013, 4014])
async def test_a_gateway_that_will_never_take_us_is_a_mistake_of_settings(code: int) -> None:
    async with DiscordServer() as server:
        server.gateway.close_next_with = code
        with pytest.raises(ConfigError):
            await adapter_on(server).start()


async def test_where_nobody_answers_the_start_is_to_be_tried_again() -> None:
    async with DiscordServer() as server:
        adapter = adapter_on(server)
    with pytest.raises(DeliveryError) as caught:
        await adapter.start()
    assert caught.value.try_again


async def test_a_gateway_that_says_nothing_is_not_waited_for_for_ever() -> None:
    async with DiscordServer() as server:
        server.gateway.deaf = True
        adapter = adapter_on(server, replace(QUICK, connect_s=0.1))
        with pytest.raises(DeliveryError) as caught:
            await adapter.start()
        assert caught.value.try_again
        server.gateway.deaf = False
        await adapter.start()
        assert await adapter.send(delivery(channel=ADDRESS))
        await adapter.stop()


async def test_only_the_intent_for_servers_is_asked_for() -> None:
    async with running() as (server, _):
        assert server.gateway.intents == 1


async def test_without_a_desk_no_commands_are_offered() -> None:
    async with running() as (server, _):
        assert server.commands == []


async def test_a_cut_connection_is_resumed_and_nothing_that_was_asked_is_lost() -> None:
    desk = SayingDesk()
    async with running(desk) as (server, _):
        server.gateway.cut()
        talk = await server.command("status")
        await server.gateway.until("resumed")
        await server.answered(talk)
        assert server.gateway.identified == 1


async def test_a_reconnect_that_discord_asks_for_is_a_resume() -> None:
    async with running(SayingDesk()) as (server, _):
        for count in (1, 2):
            await server.gateway.reconnect()
            await server.gateway.until("resumed", count)
        await server.answered(await server.command("help"))
        assert server.gateway.identified == 1


async def test_an_invalid_session_is_begun_anew() -> None:
    async with running(SayingDesk()) as (server, _):
        await server.gateway.invalidate()
        await server.gateway.until("identified", 2)
        await server.answered(await server.command("help"))
        assert server.gateway.resumed == 0


async def test_a_connection_that_fell_silent_is_left_for_a_new_one() -> None:
    async with DiscordServer() as server:
        server.gateway.heartbeat_ms = 20
        adapter = adapter_on(server, replace(QUICK, silence_s=0.15))
        adapter.connect(SayingDesk())
        await adapter.start()
        await server.gateway.until("beats", 3)
        server.gateway.deaf = True
        await server.gateway.until("connections", 2)
        server.gateway.deaf = False
        await server.gateway.until("resumed")
        await server.answered(await server.command("help"))
        await adapter.stop()
    assert server.faults == []


async def test_a_token_that_was_reset_is_reported_once_and_alerts_wait(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running(SayingDesk()) as (server, adapter):
        server.gateway.token = "another"
        await server.gateway.reconnect()
        await server.gateway.until("refused")
        assert adapter._gateway is not None
        await asyncio.wait({adapter._gateway})
        for _ in range(2):
            with pytest.raises(DeliveryError, match="DISCORD_TOKEN") as caught:
                await adapter.send(delivery(channel=ADDRESS))
            assert caught.value.try_again
    told = [one for one in caplog.records if "until a restart" in one.getMessage()]
    assert len(told) == 1


async def test_an_event_that_cannot_be_read_does_not_end_the_connection() -> None:
    async with running(SayingDesk()) as (server, _):
        await server.gateway.dispatch("INTERACTION_CREATE", {"id": "1"})
        await server.gateway.until("identified", 2)
        await server.answered(await server.command("help"))


async def test_after_a_stop_it_starts_anew() -> None:
    async with running(SayingDesk()) as (server, adapter):
        await adapter.stop()
        await adapter.start()
        await server.answered(await server.command("help"))
        assert server.gateway.identified == 2


async def test_doctor_gives_the_invite_link_of_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setattr(doctor, "_model", doctor._feeds)  # it takes seconds, and is not asked here
    checks = {check.name: check for check in await doctor.examine(None, online=False)}
    assert checks["discord"].ok
    assert f"client_id={APP}" in checks["discord"].message
    monkeypatch.setenv("DISCORD_TOKEN", "a secret of another kind")
    checks = {check.name: check for check in await doctor.examine(None, online=False)}
    assert not checks["discord"].ok
    assert "a secret" not in checks["discord"].message
