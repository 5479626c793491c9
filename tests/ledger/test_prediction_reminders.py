"""Reminders over a real ledger and a clock that runs through a year."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from ledger_making import ESSAY, NOON, StillClock, report, update

from bot.alerts.subscriptions import DigestTime, Subscription
from bot.ledger.predictions.resolution_rows import Step
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Actor, Essay, Notice, NoticeDelivery, NoticeKind, Stance
from bot.predictions import Act, PredictionRules

ADA = Actor("slack", "U1", "Ada", channel_id="C1")
POLICY = AlertPolicy(("desk",))
RULES = PredictionRules(remind_at=DigestTime(time(8), "Europe/Kyiv"))
ONE = replace(ESSAY, claims=ESSAY.claims[:1])


def due_on(*days: date) -> Essay:
    """The essay with one claim for each of these dates."""
    claims = zip(ESSAY.claims, days, strict=False)
    return replace(ESSAY, claims=tuple(replace(one, horizon=day) for one, day in claims))


async def take(ledger: Ledger, clock: StillClock, channel: str = "desk") -> list[Notice]:
    """What is posted now; it is not posted again."""
    found = []
    for one in await ledger.due_deliveries(clock.now(), 100, channel):
        if isinstance(one, NoticeDelivery) and one.notice.kind is NoticeKind.REMINDER:
            found.append(one.notice)
        await ledger.mark_sent(one.id, "r", clock.now())
    return found


async def look(ledger: Ledger, clock: StillClock, text: Essay = ONE) -> list[str]:
    """The titles of what a round queues."""
    await ledger.queue_reminders(text, RULES, POLICY)
    return [one.title for one in await take(ledger, clock)]


def at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), UTC)


async def test_through_a_year_each_reminder_comes_once_and_on_its_day(ledger, clock):
    """A round comes every few hours, at no regular time, over two clock changes."""
    days = (date(2026, 4, 5), date(2026, 10, 26), date(2027, 1, 5), date(2027, 3, 31))
    text, rng = due_on(*days), random.Random(5)
    counted: Counter[str] = Counter()
    while clock.at < at(date(2027, 3, 1)):
        clock.at += timedelta(hours=rng.uniform(1, 15))
        if await ledger.queue_reminders(text, RULES, POLICY):
            for one in await take(ledger, clock):
                counted[one.key] += 1
                step = one.key.rpartition(" ")[2] if "nudge" not in one.key else ""
                if step.isdigit():
                    horizon = next(c.horizon for c in text.claims if c.id == one.claim_id)
                    late = clock.at - at(horizon - timedelta(days=int(step)), 5)
                    assert timedelta() <= late <= timedelta(hours=16), one.key
    expected = set()
    for claim in text.claims:
        over = (date(2027, 3, 1) - claim.horizon).days
        for step, from_day in (("30", -30), ("7", -7), ("1", -1), ("after", 1)):
            if from_day <= over:
                expected.add(f"reminder {claim.id} {claim.horizon} {step}")
        nudges = max(0, over - 1) // 14
        expected |= {f"reminder {claim.id} {claim.horizon} nudge {n + 1}" for n in range(nudges)}
    assert set(counted) == expected
    assert set(counted.values()) == {1}


async def test_after_a_time_without_the_bot_only_the_nearest_step_is_told(ledger, clock):
    clock.at = at(date(2026, 12, 30))
    assert await look(ledger, clock) == ["C01: 1 day left"]
    assert await look(ledger, clock) == []
    clock.at = at(date(2027, 3, 1))
    assert await look(ledger, clock) == ["C01: due for 60 days"]
    clock.at += timedelta(days=3)
    assert await look(ledger, clock) == []


async def test_a_date_that_is_changed_brings_reminders_of_its_own(ledger, clock):
    clock.at = at(date(2026, 12, 1))
    assert await look(ledger, clock) == ["C01: 30 days left"]
    moved = due_on(date(2026, 12, 8))
    assert await look(ledger, clock, moved) == ["C01: 7 days left"]
    assert await look(ledger, clock) == []


async def test_never_again_holds_until_it_is_taken_back_or_the_date_changes(ledger, clock):
    claim = ONE.claims[0]
    clock.at = at(date(2027, 1, 20))
    assert await look(ledger, clock) == ["C01: due for 20 days"]
    await ledger.resolve(ONE, claim, Step(Act.QUIET), ADA, RULES, POLICY)
    clock.at += timedelta(days=60)
    assert await look(ledger, clock) == []
    moved = due_on(date(2027, 4, 15))
    assert await look(ledger, clock, moved) == ["C01: 25 days left"]
    await ledger.resolve(ONE, claim, Step(Act.REMIND), ADA, RULES, POLICY)
    assert await look(ledger, clock) == ["C01: due for 80 days"]


async def test_what_is_resolved_is_left_alone_and_what_is_only_proposed_is_not(ledger, clock):
    claim, strict = ONE.claims[0], replace(RULES, second_editor=True)
    clock.at = at(date(2027, 1, 1))
    await ledger.resolve(ONE, claim, Step(Act.YES, "so"), ADA, strict)
    await ledger.queue_reminders(ONE, RULES, POLICY)
    (post,) = await take(ledger, clock)
    assert "Proposed by Ada: yes; a second editor must agree." in post.lines[1]
    await ledger.resolve(ONE, claim, Step(Act.AGREE), replace(ADA, user_id="U2"), strict)
    clock.at += timedelta(days=60)
    assert await look(ledger, clock) == []
    await ledger.resolve(ONE, claim, Step(Act.UNDO), ADA, strict)
    assert await look(ledger, clock) == ["C01: due for 61 days"]


async def test_a_reminder_weighs_both_sides_and_quotes_the_heaviest(ledger, clock):
    clock.at = at(date(2026, 12, 1))
    for number in range(5):
        await ledger.commit(
            update(
                report(
                    f"f{number}",
                    axis=number,
                    at=clock.at - timedelta(days=10 * number),
                    title=f"Event {number} and what came of it",
                )
            )
        )
    for name, axis, days in (("g", 6, 5), ("h", 7, 35)):
        against = report(name, Stance.CONTRADICTS, axis=axis, at=clock.at - timedelta(days=days))
        await ledger.commit(update(against))
    await ledger.queue_reminders(ONE, RULES, POLICY)
    (post,) = await take(ledger, clock)
    supporting, contradicting = post.sections
    assert supporting.heading.startswith("For it: 5 stories, weight ")
    assert contradicting.heading == "Against it: 2 stories, weight 1.61"
    assert [row.detail.split(",")[0] for row in supporting.rows] == [
        "Outlet f0",
        "Outlet f1",
        "Outlet f2",
    ]
    assert contradicting.rows[0].detail == "Outlet g, 2026-11-26, weight 0.94"
    assert "stands contested" in post.lines[1]


async def test_reminders_go_where_the_claim_is_followed_and_not_muted(ledger, clock):
    for channel, claims in (("C2", {"C01"}), ("C3", {"C02"}), ("C4", {"C01"})):
        actor = replace(ADA, channel_id=channel)
        await ledger.subscribe(Subscription(claims=frozenset(claims)), actor)
    clock.at = at(date(2026, 12, 1))
    until = clock.at + timedelta(days=3)
    await ledger.mute(ONE.id, "C01", until, replace(ADA, channel_id="C4"))
    await ledger.queue_reminders(ONE, RULES, POLICY)
    heard = {c: len(await take(ledger, clock, f"slack:{c}")) for c in ("C2", "C3", "C4")}
    assert heard == {"C2": 1, "C3": 0, "C4": 0}


async def test_a_clock_that_is_set_back_repeats_nothing(ledger, clock):
    clock.at = at(date(2026, 12, 24))
    assert await look(ledger, clock) == ["C01: 7 days left"]
    clock.at = NOON
    assert await look(ledger, clock) == []
    clock.at = at(date(2026, 12, 24))
    assert await look(ledger, clock) == []
