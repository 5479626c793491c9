"""From a reminder's button to a resolution, on Discord and Slack as their fakes speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ledger_making import ESSAY, StillClock

from adapters.slack.adapter import SlackAdapter
from bot.commands.desk import Desk
from bot.commands.people import Right, Roles
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import NoticeDelivery
from bot.predictions import PredictionRules, State
from tests.fakes.discord_parts import CHANNEL, EDITORS, Talk
from tests.fakes.slack_server import DESK, SlackServer
from tests.unit.adapters.discord_making import ADDRESS, running
from tests.unit.adapters.slack.conftest import adapter_for

SLACK = f"slack:{DESK}"
POLICY = AlertPolicy((ADDRESS, SLACK), standing_changes=True)
STRICT = PredictionRules(second_editor=True)
TEXT = replace(
    ESSAY, claims=tuple(replace(one, resolution="Yes if it fires.") for one in ESSAY.claims[:1])
)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2026, 12, 1, 12, tzinfo=UTC))


@pytest.fixture
def desk(ledger: Ledger, clock: StillClock) -> Desk:
    holders = {Right.RESOLVE: (f"discord:{EDITORS}", "slack:U0ADA", "slack:U0BOB")}
    return Desk(TEXT, ledger, clock, Roles(holders=holders), POLICY, None, STRICT)


async def posts(ledger: Ledger, clock: StillClock, channel: str) -> list[NoticeDelivery]:
    """What waits for the channel; it is taken as sent."""
    found = await ledger.due_deliveries(clock.now(), 10, channel)
    for one in found:
        await ledger.mark_sent(one.id, "r", clock.now())
    return [one for one in found if isinstance(one, NoticeDelivery)]


def message(talk: Talk) -> dict:
    assert talk.message is not None
    return talk.message


async def test_on_discord_a_reminder_is_answered_by_its_buttons(ledger, clock, desk):
    await ledger.queue_reminders(TEXT, STRICT, POLICY)
    async with running(desk) as (server, adapter):
        (reminder,) = await posts(ledger, clock, f"discord:{CHANNEL}")
        post = server.posts[await adapter.post(reminder)].shown
        refused = await server.answered(await server.press(post, "Resolve no"))
        assert "You may not resolve predictions" in refused.embed["title"]
        who = {"roles": (EDITORS,), "called": "Ada"}
        asked = await server.answered(await server.press(post, "Resolve no", **who))
        assert asked.embed["title"] == "Resolve C01 no?"
        sure = await server.press(message(asked), "Resolve no without a note", **who)
        done = await server.answered(sure)
        assert done.embed["title"] == "C01: no is proposed"
        (proposal,) = await posts(ledger, clock, f"discord:{CHANNEL}")
        post = server.posts[await adapter.post(proposal)].shown
        assert post["embeds"][0]["title"] == "C01: proposed no, by Ada"
        alone = await server.answered(await server.press(post, "Agree", **who))
        assert "another editor" in str(alone.embed)


async def test_on_slack_a_second_editor_agrees_by_the_button_of_the_proposal(ledger, clock, desk):
    async with SlackServer() as server:
        adapter: SlackAdapter = adapter_for(server, desk)
        await adapter.start()
        await server.answered(await server.command("resolve C01 yes it fires & burns"))
        (proposal,) = await posts(ledger, clock, SLACK)
        await adapter.post(proposal)
        blocks = server.channels[DESK].messages[-1]["blocks"]
        assert "it fires & burns" in str(blocks)
        agreed = await server.answered(await server.press(blocks, "Agree", user="U0BOB"))
        assert "C01 is resolved" in str(agreed)
        await adapter.stop()
        assert server.faults == []
    (found,) = await ledger.predictions(TEXT, STRICT)
    assert found.state is State.RESOLVED
