"""The connection over which Slack is heard: dropped, deaf, refused, and over HTTP."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from adapters.slack.adapter import EVENTS_PATH, SlackAdapter
from adapters.slack.checking import check_slack, wanted_scopes
from adapters.slack.settings import read_settings
from bot.errors import ConfigError, DeliveryError
from tests.contract.harnesses import FixedClock
from tests.contract.samples import ALERT, delivery
from tests.fakes.slack_server import (
    APP_TOKEN,
    BOT_TOKEN,
    DESK,
    SIGNING_SECRET,
    Reply,
    SlackServer,
    post,
)
from tests.unit.adapters.slack.conftest import FakeDesk, adapter_for

HERE = f"slack:{DESK}"


async def test_a_cut_connection_is_made_anew(server: SlackServer) -> None:
    slack = adapter_for(server, ping_s=0.05)
    await slack.start()
    await server.drop()
    await server.until(lambda: server.connections >= 2)
    await server.answered(await server.command("list"))
    await slack.stop()


async def test_slacks_wish_to_reconnect_is_followed(
    server: SlackServer, slack: SlackAdapter
) -> None:
    await server.say_disconnect()
    await server.until(lambda: server.connections == 2)
    await server.answered(await server.command("list"))


async def test_a_deaf_connection_is_noticed_by_an_echo_that_stays_out(server: SlackServer) -> None:
    slack = adapter_for(server, echo_s=0.1)
    await slack.start()
    await slack.send(delivery(channel=HERE))
    await server.until(lambda: server.asked and server.asked[-1].acks)
    server.deafen()
    await slack.send(delivery(replace(ALERT, id=7), channel=HERE))
    await server.until(lambda: server.connections == 2)
    await server.until(lambda: len(server.hearing()) == 1)
    server.deaf.clear()
    await server.answered(await server.command("list"))
    await slack.stop()


async def test_a_deaf_connection_is_replaced_though_the_first_try_to_fails(
    server: SlackServer,
) -> None:
    slack = adapter_for(server, echo_s=0.1, again_s=0.01)
    await slack.start()
    await slack.send(delivery(channel=HERE))
    await server.until(lambda: server.asked and server.asked[-1].acks)
    server.deafen()
    server.plan += [Reply(503, method="apps.connections.open")] * 2
    await slack.send(delivery(replace(ALERT, id=7), channel=HERE))
    await server.until(lambda: server.connections == 2)
    await slack.stop()


async def test_without_the_echo_subscription_nothing_is_rebuilt(server: SlackServer) -> None:
    server.echo = False
    slack = adapter_for(server, echo_s=0.01)
    await slack.start()
    for number in range(3):
        await slack.send(delivery(replace(ALERT, id=number), channel=HERE))
    await server.answered(await server.command("list"))
    assert server.connections == 1
    await slack.stop()


async def test_a_silent_connection_is_replaced_before_it_is_closed(server: SlackServer) -> None:
    slack = adapter_for(server, silence_s=0.05)
    await slack.start()
    server.deafen()
    await server.until(lambda: server.connections >= 2)
    await slack.stop()


async def test_a_connection_without_a_greeting_is_none(server: SlackServer) -> None:
    server.say_hello = False
    slack = adapter_for(server, connect_s=0.1)
    with pytest.raises(DeliveryError):
        await slack.start()
    await slack.stop()


# --- HTTP mode -----------------------------------------------------------------------------------


async def over_http(server: SlackServer, desk: FakeDesk) -> SlackAdapter:
    variables = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": server.api_url,
        "SLACK_LISTEN": "127.0.0.1:0",
    }
    slack = SlackAdapter(read_settings(variables), FixedClock())
    slack.connect(desk)
    await slack.start()
    return slack


async def test_a_signed_request_is_answered_over_http(server: SlackServer, desk: FakeDesk) -> None:
    slack = await over_http(server, desk)
    asked = server.ask_about(server.command_payload("show C10"))
    body, headers = server.signed(asked.payload, "slash_commands")
    asked.acks.append({})
    status, _ = await post(f"http://{slack.address}{EVENTS_PATH}", body, headers)
    assert status == 200
    await server.answered(asked)
    assert desk.asked[0][0] == "show C10"
    await slack.stop()


@pytest.mark.parametrize("trouble", ["forged", "old", "unsigned"])
async def test_an_unproved_request_is_refused(
    server: SlackServer, desk: FakeDesk, trouble: str
) -> None:
    slack = await over_http(server, desk)
    at = time.time() - 600 if trouble == "old" else None
    body, headers = server.signed(server.command_payload("list"), "slash_commands", at)
    if trouble == "forged":
        body = body.replace(b"list", b"help")
    if trouble == "unsigned":
        headers = {"Content-Type": headers["Content-Type"]}
    status, _ = await post(f"http://{slack.address}{EVENTS_PATH}", body, headers)
    assert status == 401
    assert desk.asked == []
    await slack.stop()


async def test_slacks_check_of_the_address_is_answered(server: SlackServer, desk: FakeDesk) -> None:
    slack = await over_http(server, desk)
    body, headers = server.signed({"type": "url_verification", "challenge": "abc"}, "events_api")
    status, answer = await post(f"http://{slack.address}{EVENTS_PATH}", body, headers)
    assert (status, json.loads(answer)["challenge"]) == (200, "abc")
    await slack.stop()


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, ["SLACK_BOT_TOKEN is missing", "xoxb-", "SLACK_APP_TOKEN is missing"]),
        ({"SLACK_BOT_TOKEN": APP_TOKEN, "SLACK_APP_TOKEN": BOT_TOKEN}, ["xoxb-", "xapp-"]),
        ({"SLACK_BOT_TOKEN": BOT_TOKEN}, ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"]),
        (
            {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_LISTEN": "here"},
            ["SLACK_LISTEN", "127.0.0.1:3000"],
        ),
        (
            {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": "x"},
            ["SLACK_API_URL"],
        ),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_must_be(
    variables: dict[str, str], named: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(variables)
    told = str(caught.value)
    assert all(part in told for part in named)
    assert not any(value in told for value in variables.values() if value.startswith("x-"))
    assert BOT_TOKEN not in told
    assert APP_TOKEN not in told


# --- doctor --------------------------------------------------------------------------------------


async def test_doctor_finds_a_set_up_that_works(server: SlackServer) -> None:
    server.scopes = set(wanted_scopes())
    told = await check_slack(server.variables, [DESK])
    assert "claimwire in The desk, by Socket Mode" in told


async def test_doctor_tells_missing_scopes_a_bad_token_and_a_channel_without_the_bot(
    server: SlackServer,
) -> None:
    server.channels[DESK].member = False
    with pytest.raises(ConfigError) as caught:
        await check_slack(server.variables | {"SLACK_APP_TOKEN": "xapp-of-another"}, [DESK])
    told = str(caught.value)
    for part in ("metadata.message:read", "SLACK_APP_TOKEN is not valid", "/invite"):
        assert part in told
