"""The webhook against a receiver on loopback that fails in every way a receiver can."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.base import build
from adapters.kind import HttpLimits, Surroundings
from adapters.webhook import WebhookAdapter
from bot.errors import DeliveryError
from tests.contract.harnesses import SECRET, FixedClock
from tests.contract.samples import ALERT, GROWN, TURNED, delivery
from tests.fakes.webhook_server import How, Reply, WebhookServer

KEY = delivery().idempotency_key


@pytest.fixture
async def server() -> AsyncIterator[WebhookServer]:
    async with WebhookServer(FixedClock().now, SECRET) as one:
        yield one
        assert one.faults == []


@pytest.fixture
async def adapter(server: WebhookServer) -> AsyncIterator[WebhookAdapter]:
    one = made(server.url)
    await one.start()
    yield one
    await one.stop()


def made(url: str, secret: str = SECRET, timeout_s: float = 10) -> WebhookAdapter:
    http = HttpLimits(timeout_s=timeout_s)
    one = build("webhook", "desk", {"url": url}, Surroundings(FixedClock(), http), secret)
    assert isinstance(one, WebhookAdapter)
    return one


async def refused(adapter: WebhookAdapter) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await adapter.send(delivery())
    return caught.value


async def test_the_receivers_id_is_the_receipt_and_comes_back(
    server: WebhookServer, adapter: WebhookAdapter
) -> None:
    receipt = await adapter.send(delivery())
    assert receipt == "hook-41"
    await adapter.send(delivery(TURNED, receipt))
    last = server.seen[-1]
    assert last.payload["receipt"] == "hook-41"
    assert last.payload["event"] == last.headers["X-Claimwire-Event"] == "alert.turned"


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b'{"id": null}', b"\xff"])
async def test_without_an_id_the_key_is_the_receipt(
    server: WebhookServer, adapter: WebhookAdapter, body: bytes
) -> None:
    server.plan += [Reply(202, body), Reply(200, body)]
    assert await adapter.send(delivery()) == KEY
    assert await adapter.send(delivery(GROWN, "hook-41")) == "hook-41"


async def test_without_a_secret_nothing_is_signed() -> None:
    async with WebhookServer(FixedClock().now) as server:
        adapter = made(server.url, secret="")
        await adapter.start()
        await adapter.send(delivery())
        await adapter.stop()
        assert server.faults == []
        assert "X-Claimwire-Signature" not in server.seen[0].headers


async def test_a_wrong_secret_is_refused_for_good(server: WebhookServer) -> None:
    adapter = made(server.url, secret="another secret of the tests")
    await adapter.start()
    error = await refused(adapter)
    await adapter.stop()
    assert not error.try_again
    assert server.faults.pop() == "the signature is wrong"


async def test_an_alert_taken_before_the_cut_is_delivered_once(
    server: WebhookServer, adapter: WebhookAdapter
) -> None:
    server.plan.append(Reply(how=How.TAKE_AND_CUT))
    assert (await refused(adapter)).try_again
    assert await adapter.send(replace(delivery(), attempts=1)) == KEY
    assert len(server.seen) == 2
    assert len(server.taken) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(409, json.dumps({"idempotency_key": KEY}).encode()),
        Reply(409, b"", {"Idempotency-Key": KEY}),
    ],
)
async def test_a_conflict_with_our_key_means_taken(
    server: WebhookServer, adapter: WebhookAdapter, reply: Reply
) -> None:
    server.plan.append(reply)
    assert await adapter.send(delivery()) == KEY


@pytest.mark.parametrize("body", [b"", b'{"idempotency_key": "desk-7-1"}', b"[]"])
async def test_any_other_conflict_is_tried_again(
    server: WebhookServer, adapter: WebhookAdapter, body: bytes
) -> None:
    server.plan.append(Reply(409, body))
    assert (await refused(adapter)).try_again


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599, 302, 303, 307])
async def test_what_time_may_mend_is_tried_again(
    server: WebhookServer, adapter: WebhookAdapter, status: int
) -> None:
    server.plan.append(Reply(status))
    error = await refused(adapter)
    assert error.try_again
    assert error.retry_after_s is None
    assert str(status) in str(error)


@pytest.mark.parametrize("status", [400, 410, 413, 422, 300, 301, 308])
async def test_what_time_does_not_mend_fails_for_good(
    server: WebhookServer, adapter: WebhookAdapter, status: int
) -> None:
    server.plan.append(Reply(status, headers={"Retry-After": "5"}))
    error = await refused(adapter)
    assert not error.try_again
    assert error.retry_after_s is None
    assert " -> " in str(error)


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_the_admin_can_mend_waits_with_its_remedy(
    server: WebhookServer, adapter: WebhookAdapter, status: int
) -> None:
    server.plan.append(Reply(status))
    error = await refused(adapter)
    assert error.try_again
    assert " -> " in str(error)


async def test_a_hook_that_is_gone_is_called_gone(
    server: WebhookServer, adapter: WebhookAdapter
) -> None:
    server.plan.append(Reply(410))
    error = await refused(adapter)
    assert error.channel_gone
    assert "removed this webhook" in str(error)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"), [("30", 30.0), ("Tue, 21 Oct 2025 16:31:00 GMT", 60.0), ("soon", None)]
)
async def test_the_receivers_wish_to_wait_is_passed_on(
    server: WebhookServer, adapter: WebhookAdapter, status: int, value: str, seconds: float | None
) -> None:
    server.plan.append(Reply(status, headers={"Retry-After": value}))
    error = await refused(adapter)
    assert error.try_again
    assert error.retry_after_s == seconds


async def test_a_redirect_is_not_followed(server: WebhookServer, adapter: WebhookAdapter) -> None:
    server.plan.append(Reply(307, headers={"Location": "/elsewhere"}))
    assert "final address" in str(await refused(adapter))
    assert server.elsewhere == 0


async def test_a_cut_connection_is_tried_again(
    server: WebhookServer, adapter: WebhookAdapter
) -> None:
    server.plan.append(Reply(how=How.CUT))
    assert (await refused(adapter)).try_again
    assert await adapter.send(delivery()) == "hook-41"


@pytest.mark.parametrize("how", [How.CUT_IN_ANSWER, How.ENDLESS])
async def test_an_answer_that_cannot_be_read_is_taken_all_the_same(
    server: WebhookServer, adapter: WebhookAdapter, how: How
) -> None:
    server.plan.append(Reply(how=how))
    # Sooner than its timeout: it does not read on until the end.
    async with asyncio.timeout(5):
        assert await adapter.send(delivery()) == KEY
    assert await adapter.send(delivery(replace(ALERT, id=42))) == "hook-42"


async def test_no_answer_in_time_is_tried_again(server: WebhookServer) -> None:
    server.plan.append(Reply(how=How.HANG))
    adapter = made(server.url, timeout_s=0.1)
    await adapter.start()
    error = await refused(adapter)
    await adapter.stop()
    assert error.try_again
    assert "0.1 s" in str(error)


async def test_nobody_there_is_tried_again() -> None:
    async with WebhookServer(FixedClock().now) as server:
        url = server.url
    adapter = made(url)
    await adapter.start()
    error = await refused(adapter)
    await adapter.stop()
    assert error.try_again


async def test_an_error_names_the_host_but_not_the_path(server: WebhookServer) -> None:
    adapter = made(server.url + "?token=of-the-path")
    server.plan.append(Reply(500))
    await adapter.start()
    error = str(await refused(adapter))
    await adapter.stop()
    assert "127.0.0.1" in error
    assert "hook" not in error
    assert "token" not in error


async def test_many_sends_at_once_share_the_channel(
    server: WebhookServer, adapter: WebhookAdapter
) -> None:
    alerts = [replace(ALERT, id=number) for number in range(30)]
    receipts = await asyncio.gather(*(adapter.send(delivery(alert)) for alert in alerts))
    assert receipts == [f"hook-{alert.id}" for alert in alerts]
    assert len(server.taken) == 30


async def test_a_secret_is_in_no_message(server: WebhookServer, adapter: WebhookAdapter) -> None:
    server.plan.append(Reply(403))
    error = str(await refused(adapter))
    assert SECRET not in error
    assert "secret" in error
    assert SECRET not in repr(adapter)
