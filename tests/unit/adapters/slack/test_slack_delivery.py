"""Alerts on their way into Slack's channels: one post, edited in place, never twice."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from adapters.slack.adapter import SlackAdapter
from bot.errors import ConfigError, DeliveryError
from tests.contract.samples import ALERT, GROWN, TURNED, delivery
from tests.fakes.slack_server import DESK, EVENTS, Reply, SlackServer
from tests.unit.adapters.slack.conftest import adapter_for

HERE = f"slack:{DESK}"


def methods(server: SlackServer) -> list[str]:
    return [one.method for one in server.calls]


async def test_further_outlets_edit_the_post_and_reply_in_its_thread(
    server: SlackServer, slack: SlackAdapter
) -> None:
    first = await slack.send(delivery(channel=HERE))
    grown = replace(GROWN, changed=("Also in Harbour Post, Agency Nine.",))
    second = await slack.send(delivery(grown, first, HERE))
    post, reply = server.channels[DESK].messages
    assert "3 outlets" in str(post["blocks"])
    assert (reply["thread_ts"], reply["broadcast"]) == (post["ts"], False)
    assert "Also in Harbour Post" in reply["text"]
    assert "https://harbour-post.example" in str(reply["blocks"])
    assert second.startswith(f"{post['ts']}/")


async def test_only_a_turned_stance_notifies_the_channel_anew(
    server: SlackServer, slack: SlackAdapter
) -> None:
    receipt = await slack.send(delivery(channel=HERE))
    await slack.send(delivery(TURNED, receipt, HERE))
    post, reply = server.channels[DESK].messages
    assert reply["broadcast"]
    assert "CONTRADICTS" in post["blocks"][0]["text"]["text"]


async def test_a_decision_edits_the_post_and_says_nothing_else(
    server: SlackServer, slack: SlackAdapter
) -> None:
    receipt = await slack.send(delivery(channel=HERE))
    await slack.send(delivery(replace(ALERT, revision=2, changed=("Ada confirmed it.",)), receipt,
                              HERE))  # fmt: skip
    assert len(server.channels[DESK].messages) == 1


async def test_a_post_that_somebody_deleted_is_posted_anew(
    server: SlackServer, slack: SlackAdapter
) -> None:
    receipt = await slack.send(delivery(channel=HERE))
    server.channels[DESK].messages.clear()
    await slack.send(delivery(GROWN, receipt, HERE))
    assert len(server.channels[DESK].messages) == 1


async def test_a_retry_after_a_lost_answer_finds_the_post(
    server: SlackServer, slack: SlackAdapter
) -> None:
    await slack.send(delivery(replace(ALERT, id=1), channel=HERE))
    server.plan.append(Reply(500, done_first=True, method="chat.postMessage"))
    with pytest.raises(DeliveryError) as caught:
        await slack.send(delivery(channel=HERE))
    assert caught.value.try_again
    await slack.send(delivery(channel=HERE, attempts=1))
    assert len(server.channels[DESK].messages) == 2


async def test_a_retry_finds_its_post_behind_much_talk(
    server: SlackServer, slack: SlackAdapter
) -> None:
    await slack.send(delivery(channel=HERE))
    talk = [{"type": "message", "ts": f"1761063001.{n:06}", "text": "x"} for n in range(450)]
    server.channels[DESK].messages += talk
    await slack.send(delivery(channel=HERE, attempts=1, idempotency_key="another process"))
    assert len(server.channels[DESK].messages) == 451


async def test_a_retried_edit_does_not_reply_twice(server: SlackServer) -> None:
    for attempts in (0, 1):
        slack = adapter_for(server)
        await slack.start()
        try:
            if not attempts:
                receipt = await slack.send(delivery(channel=HERE))
            await slack.send(delivery(TURNED, receipt, HERE, attempts=attempts))
        finally:
            await slack.stop()
    assert len(server.channels[DESK].messages) == 2


async def test_after_a_crash_the_first_post_of_a_channel_is_looked_for(
    server: SlackServer,
) -> None:
    for _ in range(2):
        slack = adapter_for(server)
        await slack.start()
        await slack.send(delivery(channel=HERE))
        await slack.stop()
    assert len(server.channels[DESK].messages) == 1


async def test_no_history_is_read_where_nothing_is_unsure(
    server: SlackServer, slack: SlackAdapter
) -> None:
    for number in range(3):
        await slack.send(delivery(replace(ALERT, id=number), channel=HERE))
    assert methods(server).count("conversations.history") == 1


async def test_no_history_is_read_after_a_plain_refusal(
    server: SlackServer, slack: SlackAdapter
) -> None:
    await slack.send(delivery(replace(ALERT, id=1), channel=HERE))
    for attempts in range(3):
        server.plan.append(Reply(429, retry_after_s=1, method="chat.postMessage"))
        with pytest.raises(DeliveryError):
            await slack.send(delivery(channel=HERE, attempts=attempts))
    await slack.send(delivery(channel=HERE, attempts=3))
    assert methods(server).count("conversations.history") == 1


async def test_a_lost_answer_among_refusals_is_not_forgotten(
    server: SlackServer, slack: SlackAdapter
) -> None:
    await slack.send(delivery(replace(ALERT, id=1), channel=HERE))
    for attempts, reply in enumerate(
        (Reply(429, retry_after_s=1), Reply(done_first=True, cut=True), Reply(429, retry_after_s=1))
    ):
        server.plan.append(reply)
        with pytest.raises(DeliveryError):
            await slack.send(delivery(channel=HERE, attempts=attempts))
    await slack.send(delivery(channel=HERE, attempts=3))
    assert len(server.channels[DESK].messages) == 2


async def test_posts_of_a_channel_keep_slacks_pace_and_channels_do_not_wait_for_one_another(
    server: SlackServer,
) -> None:
    server.post_every_s = every_s = 0.2
    slack = adapter_for(server, post_every_s=every_s)
    await slack.start()
    try:
        began = time.monotonic()
        for number in range(3):
            alert = replace(ALERT, id=number)
            channels = (HERE, f"slack:{EVENTS}")
            await asyncio.gather(
                *(slack.send(delivery(alert, channel=channel)) for channel in channels)
            )
        assert time.monotonic() - began >= 2 * every_s
    finally:
        await slack.stop()
    assert server.refused_by_limit == 0


async def test_slacks_wish_to_wait_is_told(server: SlackServer, slack: SlackAdapter) -> None:
    server.plan.append(Reply(429, retry_after_s=7, method="chat.postMessage"))
    with pytest.raises(DeliveryError) as caught:
        await slack.send(delivery(channel=HERE))
    assert caught.value.try_again
    assert caught.value.retry_after_s == 7


@pytest.mark.parametrize("trouble", ["archived", "gone", "not a member"])
async def test_a_channel_that_takes_nothing_is_given_up_with_its_remedy(
    server: SlackServer, slack: SlackAdapter, trouble: str
) -> None:
    channel = server.channels[DESK]
    channel.archived, channel.member = trouble == "archived", trouble != "not a member"
    if trouble == "gone":
        del server.channels[DESK]
    with pytest.raises(DeliveryError) as caught:
        await slack.send(delivery(channel=HERE))
    assert not caught.value.try_again
    assert caught.value.channel_gone
    assert "->" in str(caught.value)
    assert await slack.send(delivery(channel=f"slack:{EVENTS}"))


async def test_a_revoked_token_keeps_the_alerts_waiting(
    server: SlackServer, slack: SlackAdapter
) -> None:
    server.plan.append(Reply(error="token_revoked", method="chat.postMessage"))
    with pytest.raises(DeliveryError) as caught:
        await slack.send(delivery(channel=HERE))
    assert caught.value.try_again
    assert "SLACK_BOT_TOKEN" in str(caught.value)


@pytest.mark.parametrize(
    ("method", "variable"),
    [("auth.test", "SLACK_BOT_TOKEN"), ("apps.connections.open", "SLACK_APP_TOKEN")],
)
async def test_a_token_that_slack_refuses_is_named(
    server: SlackServer, method: str, variable: str
) -> None:
    slack = adapter_for(server)
    server.plan.append(Reply(error="invalid_auth", method=method))
    with pytest.raises(ConfigError, match=variable):
        await slack.start()
    await slack.stop()


async def test_slack_that_cannot_be_reached_is_tried_again(server: SlackServer) -> None:
    slack = adapter_for(server)
    server.plan.append(Reply(500, method="apps.connections.open"))
    with pytest.raises(DeliveryError):
        await slack.start()
    await slack.start()
    await slack.stop()
