"""Alerts on Discord: posts, edits, turns, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.discord.adapter import TURNED as TURNED_NOTE
from adapters.discord.adapter import DiscordAdapter
from bot.errors import DeliveryError
from tests.contract.samples import ALERT, GROWN, TURNED, delivery
from tests.fakes.discord_parts import CHANNEL, Reply
from tests.fakes.discord_server import DiscordServer
from tests.unit.adapters.discord_making import ADDRESS, QUICK, running

OTHER = "1300000000000000099"


@pytest.fixture
async def started() -> AsyncIterator[tuple[DiscordServer, DiscordAdapter]]:
    async with running() as both:
        yield both


Started = tuple[DiscordServer, DiscordAdapter]


async def failure(adapter: DiscordAdapter, channel: str = ADDRESS) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await adapter.send(delivery(channel=channel))
    assert "\n" not in str(caught.value)
    return caught.value


async def test_a_story_is_one_message_that_grows(started: Started) -> None:
    server, adapter = started
    receipt = await adapter.send(delivery(channel=ADDRESS))
    assert await adapter.send(delivery(GROWN, receipt, ADDRESS)) == receipt
    (post,) = server.posts.values()
    assert post.id == receipt
    first, second = post.bodies
    assert first["enforce_nonce"] is True
    assert 0 < len(first["nonce"]) <= 25
    assert not first.get("content")
    assert "3 outlets" in str(second["embeds"])
    assert "message_reference" not in first | second


async def test_a_turn_is_a_new_message_that_replies_to_the_old_one(started: Started) -> None:
    server, adapter = started
    old_id = await adapter.send(delivery(channel=ADDRESS))
    new_id = await adapter.send(delivery(TURNED, old_id, ADDRESS))
    old, new = server.posts[old_id], server.posts[new_id]
    assert old.shown["content"] == TURNED_NOTE
    assert old.shown["components"] == []
    assert "SUPPORTS" in old.shown["embeds"][0]["title"]
    assert new.bodies[0]["message_reference"]["message_id"] == old_id
    assert new.bodies[0]["message_reference"]["fail_if_not_exists"] is False
    assert new.bodies[0]["allowed_mentions"] == {"parse": [], "replied_user": False}
    assert "CONTRADICTS" in new.shown["embeds"][0]["title"]


async def test_a_turn_told_twice_is_one_message(started: Started) -> None:
    server, adapter = started
    old_id = await adapter.send(delivery(channel=ADDRESS))
    told = [await adapter.send(delivery(TURNED, old_id, ADDRESS)) for _ in range(2)]
    assert told[0] == told[1]
    assert len(server.posts) == 2


async def test_a_post_whose_answer_was_lost_is_not_made_twice(started: Started) -> None:
    server, adapter = started
    server.plan.append(Reply(0, taken=True))
    assert (await failure(adapter)).try_again
    assert await adapter.send(delivery(channel=ADDRESS)) == next(iter(server.posts))
    assert len(server.posts) == 1


async def test_a_post_whose_answer_was_lost_is_edited_by_the_revision_that_replaced_it(
    started: Started,
) -> None:
    server, adapter = started
    server.plan.append(Reply(0, taken=True))
    assert (await failure(adapter)).try_again
    receipt = await adapter.send(replace(delivery(GROWN, channel=ADDRESS), attempts=1))
    assert list(server.posts) == [receipt]
    assert "3 outlets" in str(server.posts[receipt].shown["embeds"])


async def test_a_post_that_somebody_deleted_is_made_again(started: Started) -> None:
    server, adapter = started
    receipt = await adapter.send(delivery(channel=ADDRESS))
    del server.posts[receipt]
    again = await adapter.send(delivery(GROWN, receipt, ADDRESS))
    assert again != receipt
    del server.posts[again]
    struck = replace(GROWN, revision=3, withdrawn="taken back")
    assert await adapter.send(delivery(struck, again, ADDRESS)) == again
    assert server.posts == {}, "there is nothing to strike, so nothing is posted"


@pytest.mark.parametrize(
    ("status", "code", "words", "gone"),
    [
        (404, 10003, "no such channel", True),
        (403, 50001, "may not see", True),
        (403, 50013, "Send Messages", True),
        (403, 160005, "locked", True),
        (400, 50035, "400", False),
    ],
)
async def test_what_time_does_not_mend_is_final(
    started: Started, status: int, code: int, words: str, *, gone: bool
) -> None:
    server, adapter = started
    server.plan.append(Reply(status, code))
    error = await failure(adapter)
    assert not error.try_again
    assert error.channel_gone is gone
    assert words in error.reason
    assert ADDRESS in error.reason


@pytest.mark.parametrize(("status", "code"), [(503, 0), (401, 0), (403, 0), (404, 0), (400, 0)])
async def test_what_time_may_mend_is_tried_again(started: Started, status: int, code: int) -> None:
    server, adapter = started
    server.plan.append(Reply(status, code))
    assert (await failure(adapter)).try_again
    assert await adapter.send(delivery(channel=ADDRESS))


@pytest.mark.parametrize(
    "channel", ["discord:desk", "discord:", f"discord:{'9' * 30}", "discord:１２"]
)
async def test_a_channel_without_an_id_is_never_asked_for(started: Started, channel: str) -> None:
    server, adapter = started
    assert not (await failure(adapter, channel)).try_again
    assert server.seen == 0


async def test_a_short_pause_is_kept_and_a_long_one_is_handed_back(started: Started) -> None:
    server, adapter = started
    server.plan.append(Reply(429, retry_after=0.02))
    assert await adapter.send(delivery(channel=ADDRESS))
    assert server.seen == 2
    server.plan.append(Reply(429, retry_after=77.5))
    error = await failure(adapter)
    assert error.try_again
    assert error.retry_after_s == 77.5
    server.plan.append(Reply(429, retry_after=33.0, through_discord=False))
    assert (await failure(adapter)).retry_after_s == 33.0


async def test_a_send_given_up_in_a_global_pause_leaves_the_adapter_usable() -> None:
    async with running(patience=replace(QUICK, send_s=0.05)) as (server, adapter):
        server.plan.append(Reply(429, retry_after=0.3, everywhere=True))
        assert "no answer within" in (await failure(adapter)).reason
        server.released.set()
        adapter._patience = QUICK
        assert await adapter.send(delivery(channel=ADDRESS))
        assert len(server.posts) == 1, "what was given up came through, and its repeat is dropped"


async def test_what_was_given_up_arrives_before_what_comes_after_it(started: Started) -> None:
    server, adapter = started
    receipt = await adapter.send(delivery(channel=ADDRESS))
    server.plan.append(Reply(hang=True))
    edit = asyncio.create_task(adapter.send(delivery(GROWN, receipt, ADDRESS)))
    await server.until_seen(2)
    edit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await edit
    later = replace(GROWN, revision=3, changed=("the last word",))
    last = asyncio.create_task(adapter.send(delivery(later, receipt, ADDRESS)))
    await asyncio.sleep(0)
    server.released.set()
    await last
    assert "the last word" in str(server.posts[receipt].shown["embeds"])


async def test_a_channel_that_hangs_holds_up_no_other(started: Started) -> None:
    server, adapter = started
    server.channels.add(OTHER)
    server.plan.append(Reply(hang=True))
    stuck = asyncio.create_task(adapter.send(delivery(channel=ADDRESS)))
    await server.until_seen(1)
    assert await adapter.send(delivery(channel=f"discord:{OTHER}"))
    assert not stuck.done()
    server.released.set()
    await stuck


async def test_many_alerts_keep_to_the_limit_and_their_order(started: Started) -> None:
    server, adapter = started
    server.bucket_of_s = 0.2
    server.channels.add(OTHER)

    async def fill(channel: str) -> None:
        for number in range(12):
            alert = replace(ALERT, id=number)
            await adapter.send(delivery(alert, channel=f"discord:{channel}"))

    await asyncio.gather(fill(CHANNEL), fill(OTHER))
    for channel in (CHANNEL, OTHER):
        posts = [post for post in server.posts.values() if post.channel == channel]
        tokens = [str(post.bodies[0]["components"]).split("why-alert ")[1] for post in posts]
        assert [int(token.split("'")[0]) for token in tokens] == list(range(12))
    assert server.refused_by_bucket <= 2, "discord.py waits before it is told to"
