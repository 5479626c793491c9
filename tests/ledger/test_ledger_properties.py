"""Properties that hold for any updates."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_making import NOON, StillClock, report, update

from bot.ledger.records import Counts, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import Alert, Delivery, Stance

STANCES = st.sampled_from([Stance.SUPPORTS, Stance.CONTRADICTS, Stance.UPDATE, None])
# One axis is one event; events lie far apart in meaning, their reports near in time.
REPORTS = st.builds(
    lambda name, stance, event, claim, minutes: report(
        f"{name}",
        stance,
        axis=2 * event,
        claim=f"C0{claim}",
        at=NOON + timedelta(minutes=minutes),
        title=f"Event {event} as outlet {name} has it",
    ),
    name=st.integers(0, 5),
    stance=STANCES,
    event=st.integers(0, 3),
    claim=st.integers(1, 2),
    minutes=st.integers(-600, 600),
)


async def replayed(updates: Sequence[FeedUpdate]) -> tuple[Counts, list[Alert], list[Delivery]]:
    async with await Ledger.open(None, StillClock()) as ledger:
        for each in updates:
            await ledger.commit(each)
        due = await ledger.due_deliveries(NOON, 1000)
        # Keys hold the ledger's own random id, and so differ between two ledgers.
        plain = [replace(delivery, idempotency_key="") for delivery in due]
        return await ledger.counts(), list(await ledger.alerts(1000)), plain


@settings(max_examples=30, deadline=None)
@given(st.lists(REPORTS, min_size=1, max_size=8), st.booleans())
def test_the_same_updates_twice_add_nothing(reports, silent):
    updates = [update(each, silent=silent) for each in reports]
    assert asyncio.run(replayed(updates)) == asyncio.run(replayed([*updates, *updates]))


@settings(max_examples=30, deadline=None)
@given(st.lists(REPORTS, min_size=1, max_size=8, unique_by=lambda r: r[0].entry.key), st.data())
def test_any_order_of_arrival_makes_one_alert_per_claim_and_event(reports, data):
    mixed = data.draw(st.permutations(reports))
    told = {
        (judgement.verdicts[0].claim_id, judgement.embedding)
        for _, judgement in reports
        if judgement.verdicts
    }
    for order in (reports, mixed):
        counts, alerts, due = asyncio.run(replayed([update(each) for each in order]))
        assert len(alerts) == len(told)
        assert len({(alert.claim.id, alert.story_id) for alert in alerts}) == len(alerts)
        # However often an alert was revised, an idle channel is left with its last revision.
        # To a channel that was told nothing yet, nothing has turned.
        assert {each.alert.id: each.alert for each in due} == {
            each.id: replace(each, turned=False) for each in alerts
        }
        assert counts.pending == len(alerts)


@settings(max_examples=20, deadline=None)
@given(st.lists(REPORTS, min_size=1, max_size=8, unique_by=lambda r: r[0].entry.key), st.data())
def test_the_order_within_a_feed_makes_no_difference(reports, data):
    mixed = data.draw(st.permutations(reports))
    assert asyncio.run(replayed([update(*reports)])) == asyncio.run(replayed([update(*mixed)]))
