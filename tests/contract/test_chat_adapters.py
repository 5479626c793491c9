"""What every chat adapter keeps to, whatever its platform."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from adapters.base import ADAPTERS
from adapters.memory import MemoryAdapter
from bot.errors import DeliveryError
from bot.model import Alert, Outlet, split_address
from tests.contract.harnesses import HARNESSES, INSTANT, Harness, RemoteHarness
from tests.contract.samples import ALERT, CLAIM, GROWN, TURNED, delivery, notice_delivery
from tests.hostile import SAMPLES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "adapters.md"


def hostile(text: str) -> Alert:
    """An alert that says this in every place that others write."""
    carriers = tuple(
        replace(one, outlet=Outlet(text + name), title=text, url=f"https://x.example/{text}")
        for one, name in zip(GROWN.carriers, "abc", strict=True)
    )
    claim = replace(CLAIM, id=text, slug=text, statement=text)
    return replace(
        ALERT,
        essay_title=text,
        claim=claim,
        sentence=text,
        indicator=text,
        asserted_by=text,
        carriers=carriers,
    )


@pytest.fixture(params=list(ADAPTERS))
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    async with HARNESSES[request.param]() as one:
        yield one
        await one.adapter.stop()


@pytest.fixture
async def started(harness: Harness) -> Harness:
    await harness.adapter.start()
    return harness


@pytest.fixture(params=[name for name in ADAPTERS if name not in INSTANT])
async def slow(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    """Started, on a platform that can keep a send waiting."""
    async with HARNESSES[request.param]() as one:
        await one.adapter.start()
        yield one
        await one.adapter.stop()


@pytest.fixture(params=[name for name, kind in ADAPTERS.items() if kind.remote])
async def remote(request: pytest.FixtureRequest) -> AsyncIterator[RemoteHarness]:
    """Started, on a platform at the other end of a network."""
    async with HARNESSES[request.param]() as one:
        await one.adapter.start()
        yield one
        await one.adapter.stop()


@pytest.mark.parametrize("name", list(ADAPTERS))
def test_every_platform_has_its_module_fake_harness_and_docs(name: str) -> None:
    kind = ADAPTERS[name]
    assert kind.name == name
    assert kind.summary
    assert find_spec(f"adapters.{name}"), f"adapters/{name} is missing"
    assert name in HARNESSES, f"tests/contract/harnesses.py has no harness for {name}"
    fake = ROOT / "tests" / "fakes" / f"{name}_server.py"
    assert fake.exists() == kind.remote, f"a remote platform needs {fake}"
    section = docs_section(name)
    assert section, f"{DOCS} has no section `## {name}`"
    for setting in kind.settings:
        assert f"`{setting.name}`" in section, f"{DOCS}: {name} does not explain {setting.name}"
        assert setting.help


def test_no_harness_is_left_of_a_platform_that_is_gone() -> None:
    assert set(HARNESSES) == set(ADAPTERS)


async def send(harness: Harness, alert: Alert = ALERT, receipt: str = "") -> str:
    return await harness.adapter.send(delivery(alert, receipt, harness.channel))


def docs_section(name: str) -> str:
    head, _, rest = DOCS.read_text(encoding="utf-8").partition(f"\n## {name}\n")
    return rest.partition("\n## ")[0] if rest and head else ""


async def test_start_and_stop_may_be_called_twice_and_again(harness: Harness) -> None:
    await harness.adapter.stop()
    for _ in range(2):
        await harness.adapter.start()
        await harness.adapter.start()
        assert await send(harness)
        await harness.adapter.stop()
        await harness.adapter.stop()


async def test_before_the_start_and_after_the_stop_a_send_is_to_be_tried_again(
    harness: Harness,
) -> None:
    for _ in range(2):
        with pytest.raises(DeliveryError) as caught:
            await send(harness)
        assert caught.value.try_again
        await harness.adapter.start()
        await harness.adapter.stop()


async def test_it_bears_the_channels_name_or_its_platforms(harness: Harness) -> None:
    assert harness.adapter.name == split_address(harness.channel)[0]


async def test_a_notice_reaches_the_channel_and_returns_a_receipt(started: Harness) -> None:
    receipt = await started.adapter.post(notice_delivery(started.channel))
    assert 0 < len(receipt) <= 255
    shown = " ".join(started.shown())
    assert "C10 is now contested" in shown
    assert "resigns" in shown


async def test_a_notice_to_a_channel_that_is_gone_is_not_tried_again(started: Harness) -> None:
    started.break_for_good()
    with pytest.raises(DeliveryError) as caught:
        await started.adapter.post(notice_delivery(started.channel))
    assert not caught.value.try_again


async def test_a_send_reaches_the_channel_and_returns_a_receipt(started: Harness) -> None:
    receipt = await send(started)
    assert receipt
    assert len(receipt) <= 255
    (shown,) = started.shown()
    assert "C10" in shown


async def test_an_update_takes_the_receipt_of_the_first(started: Harness) -> None:
    first = await send(started)
    second = await send(started, GROWN, first)
    assert second
    assert len(started.shown()) == 2


async def test_an_update_with_a_receipt_from_elsewhere_is_still_told(started: Harness) -> None:
    assert await send(started, GROWN, "1700000000.12345")
    assert len(started.shown()) == 1


async def test_a_turned_stance_is_told(started: Harness) -> None:
    first = await send(started)
    assert await send(started, TURNED, first)
    assert len(started.shown()) == 2


async def test_a_withdrawal_is_told_with_its_reason(started: Harness) -> None:
    receipt = await send(started)
    struck = replace(ALERT, revision=2, withdrawn="the report was corrected")
    assert await send(started, struck, receipt)
    if not isinstance(started.adapter, MemoryAdapter):
        assert "the report was corrected" in started.shown()[-1]
    assert len(started.shown()) == 2


async def test_a_wish_to_wait_is_handed_on(remote: RemoteHarness) -> None:
    remote.ask_to_wait(77)
    with pytest.raises(DeliveryError) as caught:
        await send(remote)
    assert caught.value.try_again
    assert caught.value.retry_after_s == 77
    assert await remote.adapter.send(delivery(channel=remote.channel, attempts=1))
    assert remote.posts() == 1


async def test_what_arrived_without_a_word_is_not_posted_again(remote: RemoteHarness) -> None:
    assert await send(remote, replace(ALERT, id=7))
    remote.lose_the_answer()
    with pytest.raises(DeliveryError) as caught:
        await send(remote)
    assert caught.value.try_again
    assert await remote.adapter.send(delivery(channel=remote.channel, attempts=1))
    assert remote.posts() == 2


async def test_a_channel_that_is_gone_is_called_so(remote: RemoteHarness) -> None:
    remote.break_for_good()
    with pytest.raises(DeliveryError) as caught:
        await send(remote)
    assert caught.value.channel_gone


async def test_sends_arrive_in_their_order(started: Harness) -> None:
    alerts = [replace(ALERT, id=n, claim=replace(CLAIM, id=f"C{n:02}")) for n in range(20, 30)]
    for alert in alerts:
        await send(started, alert)
    for alert, shown in zip(alerts, started.shown(), strict=True):
        assert alert.claim.id in shown


@pytest.mark.parametrize("text", list(SAMPLES.values()), ids=list(SAMPLES))
async def test_hostile_text_is_delivered_bounded_and_visible(started: Harness, text: str) -> None:
    assert await send(started, hostile(text))
    (shown,) = started.shown()
    if isinstance(started.adapter, MemoryAdapter):
        return  # it keeps values, and shows nothing to anyone
    assert len(shown) < 100_000
    unseen = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs"}} - {"\n"}
    assert not unseen


async def test_a_channel_that_is_gone_is_not_tried_again(started: Harness) -> None:
    started.break_for_good()
    with pytest.raises(DeliveryError) as caught:
        await send(started)
    assert not caught.value.try_again
    assert "\n" not in str(caught.value)
    await started.adapter.stop()


async def test_a_cancelled_send_leaves_the_adapter_usable(slow: Harness) -> None:
    slow.hold()
    sending = asyncio.create_task(send(slow))
    await slow.held()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    slow.release()
    assert await send(slow, replace(ALERT, id=42))
    await slow.adapter.stop()


async def test_a_stop_waits_for_the_work_in_hand(slow: Harness) -> None:
    slow.hold()
    sending = asyncio.create_task(send(slow))
    await slow.held()
    stop = asyncio.create_task(slow.adapter.stop())
    await asyncio.sleep(0)
    assert not stop.done()
    slow.release()
    assert await sending
    await stop
    assert len(slow.shown()) == 1


async def test_the_loop_goes_on_while_the_platform_takes_its_time(slow: Harness) -> None:
    slow.hold()
    sending = asyncio.create_task(send(slow))
    # The loop would never get here if the send had blocked it.
    await slow.held()
    assert not sending.done()
    slow.release()
    assert await sending
