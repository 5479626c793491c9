"""HTTP requests that pretend to be Slack's: refused, whatever is in them, and not logged."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator

import pytest

from adapters.slack.adapter import BODY_BYTES_MAX, EVENTS_PATH, SlackAdapter
from adapters.slack.settings import read_settings
from tests.contract.harnesses import FixedClock
from tests.fakes.slack_server import BOT_TOKEN, SIGNING_SECRET, SlackServer, post
from tests.unit.adapters.slack.conftest import FakeDesk

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as one:
        yield one


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
async def slack(server: SlackServer, desk: FakeDesk) -> AsyncIterator[SlackAdapter]:
    variables = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": server.api_url,
        "SLACK_LISTEN": "127.0.0.1:0",
    }
    adapter = SlackAdapter(read_settings(variables), FixedClock())
    adapter.connect(desk)
    await adapter.start()
    yield adapter
    await adapter.stop()


async def status_of(slack: SlackAdapter, body: bytes, headers: dict[str, str]) -> int:
    status, _ = await post(f"http://{slack.address}{EVENTS_PATH}", body, headers)
    return status


@pytest.mark.parametrize(("age_s", "status"), [(290, 200), (-290, 200), (310, 401), (-310, 401)])
async def test_a_signed_request_is_good_for_five_minutes(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk, age_s: int, status: int
) -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack: no older, to hinder
    that one is recorded and sent again. Nor may it come from the future."""
    asked = server.ask_about(server.command_payload("list"))
    body, headers = server.signed(asked.payload, "slash_commands", time.time() - age_s)
    asked.acks.append({})
    assert await status_of(slack, body, headers) == status
    if status == 200:
        await server.answered(asked)
    assert len(desk.asked) == (status == 200)


@pytest.mark.parametrize("changed", ["X-Slack-Signature", "X-Slack-Request-Timestamp", "body"])
async def test_every_part_of_a_request_is_signed(
    server: SlackServer, slack: SlackAdapter, desk: FakeDesk, changed: str
) -> None:
    body, headers = server.signed(server.command_payload("list"), "slash_commands")
    if changed == "body":
        body += b"&text=help"
    else:
        last = headers[changed][-1]
        headers[changed] = headers[changed][:-1] + ("1" if last == "0" else "0")
    assert await status_of(slack, body, headers) == 401
    assert desk.asked == []


# Each of these made a library stumble, with a trace in the log for whoever sends it.
CRAFTED = {
    "a time that is none": (b"a=b", {"Content-Type": FORM, "X-Slack-Request-Timestamp": "soon"}),
    "a signature beyond ASCII": (b"a=b", {"Content-Type": FORM, "X-Slack-Signature": "v0=é"}),
    "bytes that are no text": (b"\xff\xfe", {"Content-Type": FORM}),
    "an unknown charset": (b"a=b", {"Content-Type": "text/plain; charset=nope"}),
    "deep JSON": (b"[" * 200_000, {"Content-Type": JSON}),
    "deep JSON in a form": (b"payload=" + b"[" * 200_000, {"Content-Type": FORM}),
    "JSON that is no object": (b"[1]", {"Content-Type": JSON}),
    "an endless number": (b'{"a":' + b"1" * 5_000 + b"}", {"Content-Type": JSON}),
}


@pytest.mark.parametrize("name", CRAFTED)
async def test_what_is_not_signed_is_not_read(
    slack: SlackAdapter, desk: FakeDesk, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    body, headers = CRAFTED[name]
    stamped = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=00"}
    with caplog.at_level(logging.INFO):
        assert await status_of(slack, body, stamped | headers) == 401
    assert desk.asked == []
    assert caplog.records == []


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")  # our own post's
async def test_a_body_without_end_is_not_read_to_its_end(
    slack: SlackAdapter, desk: FakeDesk
) -> None:
    assert await status_of(slack, b"a" * (BODY_BYTES_MAX + 1), {"Content-Type": FORM}) == 413
    assert desk.asked == []


async def test_slacks_look_at_the_certificate_is_answered_and_moves_nothing(
    slack: SlackAdapter, desk: FakeDesk
) -> None:
    body = b"ssl_check=1&command=%2Fclaim&text=mute+C10&user_id=U1"
    assert await status_of(slack, body, {"Content-Type": FORM}) == 200
    assert desk.asked == []
