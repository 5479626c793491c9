"""The courier and the outbox together, over a real ledger."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from ledger_making import ESSAY, NOON, StillClock, entry, report, update

from bot.alerts.operators import Operators
from bot.alerts.outbox import Courier
from bot.errors import ConfigError, DeliveryError, LedgerError
from bot.ledger.store import Ledger
from bot.model import Delivery, DeliveryState, Notice, NoticeDelivery, NoticeKind, Stance

Answer = Callable[[Delivery], Awaitable[str]]


class Channel:
    """An adapter that keeps what it was given and answers as it is told."""

    def __init__(self, name: str, answer: Answer | None = None) -> None:
        self.name = name
        self.taken: list[Delivery] = []
        self.asked: list[Delivery] = []
        self.posted: list[NoticeDelivery] = []
        self.starts = 0
        self.start_errors: list[Exception] = []
        self._answer = answer

    async def start(self) -> None:
        self.starts += 1
        if self.start_errors:
            raise self.start_errors.pop(0)

    async def stop(self) -> None: ...

    async def send(self, delivery: Delivery) -> str:
        self.asked.append(delivery)
        receipt = await self._answer(delivery) if self._answer else f"m{delivery.alert.id}"
        self.taken.append(delivery)
        return receipt

    async def post(self, delivery: NoticeDelivery) -> str:
        self.posted.append(delivery)
        return f"n{delivery.id}"


def failing(*errors: Exception) -> Answer:
    """Raises these one after another, then takes everything."""
    left = list(errors)

    async def answer(delivery: Delivery) -> str:
        if left:
            raise left.pop(0)
        return f"m{delivery.alert.id}"

    return answer


def courier(ledger, clock: StillClock, *channels: Channel, **options) -> Courier:
    return Courier(ledger, channels, clock, random.Random(3), sleep=clock.sleep, **options)


async def events(ledger: Ledger, count: int, *channels: str) -> None:
    """Commits that many events, each with its alert."""
    for number in range(count):
        await ledger.commit(
            update(report(f"e{number}", axis=2 * number), channels=channels or ("desk",))
        )


async def states(ledger: Ledger, name: str) -> list[DeliveryState]:
    trace = await ledger.trace(entry(name).url)
    assert trace is not None
    return [delivery.state for delivery in trace.revisions[0].deliveries]


async def test_everything_due_is_sent_in_order_and_once(ledger, clock):
    await events(ledger, 4, "desk", "wire")
    desk, wire = Channel("desk"), Channel("wire")
    carrier = courier(ledger, clock, desk, wire)
    result = await carrier.drain(NOON)
    assert (result.sent, result.waiting) == (8, 0)
    for channel in (desk, wire):
        assert [delivery.alert.id for delivery in channel.taken] == [1, 2, 3, 4]
    assert len({each.idempotency_key for each in desk.taken + wire.taken}) == 8
    assert (await carrier.drain(NOON)).sent == 0


async def test_a_row_that_must_wait_holds_up_its_channel_and_no_other(ledger, clock):
    await events(ledger, 2, "desk", "wire")
    desk = Channel("desk", failing(DeliveryError("busy", try_again=True, retry_after_s=60)))
    wire = Channel("wire")
    carrier = courier(ledger, clock, desk, wire)
    result = await carrier.drain()
    assert (result.sent, result.retried, result.waiting) == (2, 1, 2)
    assert desk.taken == []
    clock.at += timedelta(seconds=59)
    assert (await carrier.drain()).sent == 0  # the platform's wish is kept
    clock.at += timedelta(seconds=2)
    assert (await carrier.drain()).sent == 2
    assert [(each.alert.id, each.attempts) for each in desk.taken] == [(1, 1), (2, 0)]


async def test_a_retry_carries_the_same_key(ledger, clock):
    await events(ledger, 1)
    desk = Channel("desk", failing(*[DeliveryError("busy", try_again=True)] * 3))
    result = await courier(ledger, clock, desk).drain_until_empty(timeout_s=3600)
    assert (result.sent, result.retried, result.waiting) == (1, 3, 0)
    assert len({each.idempotency_key for each in desk.asked}) == 1


async def test_what_can_not_be_taken_is_given_up_with_its_reason(ledger, clock):
    await events(ledger, 2)
    desk = Channel("desk", failing(DeliveryError("no such channel", try_again=False)))
    result = await courier(ledger, clock, desk).drain()
    assert (result.failed, result.sent) == (1, 1)
    trace = await ledger.trace(entry("e0").url)
    assert trace is not None
    (row,) = trace.revisions[0].deliveries
    assert (row.state, row.error) == (DeliveryState.FAILED, "no such channel")


GONE = DeliveryError("archived -> unarchive it", try_again=False, channel_gone=True)


async def test_a_channel_that_is_gone_is_told_of_once_and_tried_no_more(ledger, clock, caplog):
    await events(ledger, 3, "desk", "wire")
    desk, wire = Channel("desk", failing(GONE)), Channel("wire")
    carrier = courier(ledger, clock, desk, wire)
    result = await carrier.drain_until_empty(timeout_s=3600)
    assert (result.sent, result.failed, result.waiting) == (3, 1, 0)
    await carrier.drain()
    assert len(desk.asked) == 1
    ours = [record for record in caplog.records if hasattr(record, "claimwire_values")]
    (warned,) = (one for one in ours if one.claimwire_values.get("channel") == "desk")
    assert warned.levelname == "WARNING"
    assert warned.claimwire_values["reason"] == "archived -> unarchive it"
    assert (await ledger.works()).refusing == (("desk", "archived -> unarchive it"),)
    # A restart is a new courier.
    assert (await courier(ledger, clock, desk).drain()).sent == 2
    assert (await ledger.works()).refusing == ()


async def test_a_fault_of_an_adapter_is_logged_and_tried_again(ledger, clock, caplog):
    await events(ledger, 1, "desk", "wire")
    desk, wire = Channel("desk", failing(RuntimeError("secret-token"))), Channel("wire")
    result = await courier(ledger, clock, desk, wire).drain_until_empty(timeout_s=3600)
    assert (result.sent, result.retried) == (2, 1)
    ours = (record for record in caplog.records if hasattr(record, "claimwire_values"))
    logged = {record.getMessage(): record.claimwire_values for record in ours}
    assert logged["delivery fault"]["channel"] == "desk"
    assert logged["delivery put off"]["reason"] == "unexpected RuntimeError"


async def test_an_adapter_that_hangs_is_left_after_a_while(ledger, clock):
    async def hang(delivery: Delivery) -> str:
        await asyncio.Event().wait()
        return ""

    await events(ledger, 1, "desk", "wire")
    wire = Channel("wire")
    carrier = courier(ledger, clock, Channel("desk", hang), wire, send_timeout_s=0.01)
    result = await carrier.drain()
    assert (result.sent, result.retried) == (1, 1)
    (queue,) = await ledger.queues()
    assert queue.last_error == "the adapter did not answer in time"


async def test_an_adapter_that_was_not_reachable_is_started_before_its_first_row(ledger, clock):
    await events(ledger, 2, "desk", "wire")
    desk, wire = Channel("desk"), Channel("wire")
    desk.start_errors = [
        DeliveryError("not reachable", try_again=False, retry_after_s=60),
        OSError("no route"),
    ]
    carrier = courier(ledger, clock, desk, wire, unstarted={"desk"})
    result = await carrier.drain()
    assert (result.sent, result.retried, result.waiting) == (2, 1, 2)
    assert (await carrier.drain()).retried == 0  # the wait is kept
    assert desk.starts == 1
    result = await carrier.drain_until_empty(timeout_s=3600)
    assert (result.sent, result.failed) == (2, 0)
    assert (desk.starts, wire.starts) == (3, 0)
    assert [(each.alert.id, each.attempts) for each in desk.asked] == [(1, 2), (2, 0)]


async def test_an_adapter_with_wrong_settings_keeps_its_rows_and_is_told_of_once(
    ledger, clock, caplog
):
    await events(ledger, 2, "desk", "wire")
    desk, wire = Channel("desk"), Channel("wire")
    desk.start_errors = [ConfigError("the token is wrong")] * 5
    carrier = courier(ledger, clock, desk, wire, unstarted=["desk"])
    for _ in range(2):
        await carrier.drain_until_empty(timeout_s=10)
    assert (desk.starts, desk.asked, len(wire.taken)) == (1, [], 2)
    (queue,) = await ledger.queues()
    assert (queue.channel, queue.pending, queue.last_error) == ("desk", 2, "")
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.getMessage() for record in errors] == ["channel not started"]


async def test_a_channel_without_an_adapter_keeps_its_rows(ledger, clock):
    await events(ledger, 1, "gone", "desk")
    result = await courier(ledger, clock, Channel("desk")).drain_until_empty(timeout_s=10)
    assert (result.sent, result.waiting) == (1, 0)
    assert [queue.channel for queue in await ledger.queues()] == ["gone"]


async def test_waiting_ends_when_the_time_is_up(ledger, clock):
    await events(ledger, 1)
    down = Channel("desk", failing(*[DeliveryError("down", try_again=True)] * 100))
    result = await courier(ledger, clock, down).drain_until_empty(timeout_s=60)
    assert (result.sent, result.waiting) == (0, 1)
    assert clock.at <= NOON + timedelta(seconds=60)


async def test_waiting_ends_with_a_clock_that_stands_still(ledger, clock):
    await events(ledger, 1)
    down = Channel("desk", failing(*[DeliveryError("down", try_again=True)] * 100))

    async def no_time_passes(seconds: float) -> None: ...

    carrier = Courier(ledger, [down], clock, random.Random(3), sleep=no_time_passes)
    assert (await carrier.drain_until_empty(timeout_s=60)).waiting == 1


async def test_a_later_revision_edits_the_message_that_was_sent(ledger, clock):
    desk = Channel("desk")
    carrier = courier(ledger, clock, desk)
    for name in ("a", "b"):
        await ledger.commit(update(report(name)))
        await carrier.drain()
    first, second = desk.taken
    assert (first.receipt, second.receipt, second.alert.revision) == ("", "m1", 2)
    assert first.idempotency_key != second.idempotency_key


async def test_an_unsent_revision_is_superseded_not_queued_twice(ledger, clock):
    for name in ("a", "b", "c"):
        await ledger.commit(update(report(name)))
    desk = Channel("desk")
    await courier(ledger, clock, desk).drain()
    assert [each.alert.revision for each in desk.taken] == [3]
    assert await states(ledger, "a") == [
        DeliveryState.SUPERSEDED,
        DeliveryState.SUPERSEDED,
        DeliveryState.SENT,
    ]


async def test_a_revision_that_supersedes_a_failed_one_keeps_its_wait(ledger, clock):
    """The platform's wish holds for the whole channel, whichever row is the first now."""
    await ledger.commit(update(report("a")))
    await ledger.commit(update(report("other", axis=4)))
    busy = DeliveryError("busy", try_again=True, retry_after_s=600)
    desk = Channel("desk", failing(busy))
    carrier = courier(ledger, clock, desk)
    await carrier.drain()
    clock.at += timedelta(seconds=60)
    await ledger.commit(update(report("b"), at=clock.at))
    (queue,) = await ledger.queues()
    assert queue.next_due >= NOON + timedelta(seconds=600)
    assert (await carrier.drain()).sent == 0
    clock.at += timedelta(seconds=600)
    assert (await carrier.drain()).sent == 2
    assert [(each.alert.revision, each.attempts) for each in desk.taken] == [(1, 0), (2, 1)]


async def test_a_revision_that_supersedes_one_on_its_way_takes_over_its_wait(ledger, clock):
    async def overtaken(delivery: Delivery) -> str:
        if delivery.alert.revision == 1:
            await ledger.commit(update(report("b")))
            raise DeliveryError("busy", try_again=True, retry_after_s=600)
        return "m1"

    await ledger.commit(update(report("a")))
    desk = Channel("desk", overtaken)
    carrier = courier(ledger, clock, desk)
    for _ in range(2):
        await carrier.drain()
    assert len(desk.asked) == 1
    clock.at += timedelta(seconds=601)
    await carrier.drain()
    assert [(each.alert.revision, each.attempts) for each in desk.taken] == [(2, 1)]


async def test_a_turn_that_was_not_sent_yet_stays_flagged(ledger, clock):
    desk = Channel("desk")
    carrier = courier(ledger, clock, desk)
    await ledger.commit(update(report("a")))
    await carrier.drain()
    await ledger.commit(update(report("b", Stance.CONTRADICTS)))
    await ledger.commit(update(report("c", Stance.CONTRADICTS)))
    await carrier.drain()
    await ledger.commit(update(report("d", Stance.CONTRADICTS)))
    await carrier.drain()
    assert [(each.alert.revision, each.alert.turned) for each in desk.taken] == [
        (1, False),
        (3, True),
        (4, False),
    ]


async def test_a_turn_recorded_in_silence_is_told_as_one_later(ledger, clock):
    desk = Channel("desk")
    carrier = courier(ledger, clock, desk)
    await ledger.commit(update(report("a")))
    await carrier.drain()
    await ledger.commit(update(report("b", Stance.CONTRADICTS), silent=True))
    for name in ("c", "d"):
        await ledger.commit(update(report(name, Stance.CONTRADICTS)))
        await carrier.drain()
    told = [(each.alert.revision, each.alert.turned) for each in desk.taken]
    assert told == [(1, False), (3, True), (4, False)]


async def test_a_turn_and_back_of_which_one_half_was_silent_is_none(ledger, clock):
    desk = Channel("desk")
    carrier = courier(ledger, clock, desk)
    await ledger.commit(update(report("a")))
    await carrier.drain()
    await ledger.commit(update(report("b", Stance.CONTRADICTS), silent=True))
    await ledger.commit(update(report("c")))
    await carrier.drain()
    assert [(each.alert.stance, each.alert.turned) for each in desk.taken] == [
        (Stance.SUPPORTS, False)
    ] * 2


async def test_a_turn_against_what_nobody_was_told_is_none(ledger, clock):
    desk = Channel("desk")
    await ledger.commit(update(report("a"), silent=True))
    await ledger.commit(update(report("b", Stance.CONTRADICTS)))
    await courier(ledger, clock, desk).drain()
    (told,) = desk.taken
    assert (told.alert.stance, told.alert.turned) == (Stance.CONTRADICTS, False)


async def test_an_alert_whose_evidence_was_withdrawn_is_not_sent(ledger, clock):
    await ledger.commit(update(report("a", text="It was hit."), channels=("desk", "wire")))
    await ledger.commit(update(report("a", None, text="It was not hit after all.")))
    desk, wire = Channel("desk"), Channel("wire")
    assert (await courier(ledger, clock, desk, wire).drain()).sent == 0
    assert await states(ledger, "a") == [DeliveryState.SUPERSEDED] * 2


async def test_a_withdrawal_in_silence_holds_the_alert_back_too(ledger, clock):
    await ledger.commit(update(report("a", text="It was hit.")))
    later = update(report("a", None, text="It was not hit after all."), silent=True)
    await ledger.commit(later)
    assert (await courier(ledger, clock, Channel("desk")).drain()).sent == 0


async def test_an_alert_with_evidence_left_is_sent(ledger, clock):
    await ledger.commit(update(report("a", text="It was hit."), report("b")))
    await ledger.commit(update(report("a", None, text="It was not hit after all.")))
    assert (await courier(ledger, clock, Channel("desk")).drain()).sent == 1


async def test_evidence_that_comes_back_is_told_and_quoted(ledger, clock):
    await ledger.commit(update(report("a", text="It was hit.")))
    await ledger.commit(update(report("a", None, text="It was not hit after all.")))
    await ledger.commit(update(report("a", text="Hit it was.", confidence=0.7)))
    desk = Channel("desk")
    await courier(ledger, clock, desk).drain()
    (told,) = desk.taken
    assert (told.alert.confidence, told.alert.turned, len(told.alert.carriers)) == (0.7, False, 1)


async def test_a_revision_overtaken_on_its_way_is_sent_and_then_edited(ledger, clock):
    """While the first revision is on the wire, the second is committed."""

    async def overtaken(delivery: Delivery) -> str:
        if delivery.alert.revision == 1:
            await ledger.commit(update(report("b")))
        return "m1"

    await ledger.commit(update(report("a")))
    desk = Channel("desk", overtaken)
    assert (await courier(ledger, clock, desk).drain()).sent == 2
    assert [each.receipt for each in desk.taken] == ["", "m1"]
    assert await states(ledger, "a") == [DeliveryState.SENT] * 2


class WithoutMarks:
    """A ledger that can be read and not written after a send, until it is ``mended``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.mended = False
        self.due_deliveries = ledger.due_deliveries
        self.mark_retry = ledger.mark_retry
        self.mark_failed = ledger.mark_failed
        self.queues = ledger.queues

    async def mark_sent(self, delivery_id, receipt, at) -> None:
        if not self.mended:
            raise LedgerError("the disk is full")
        await self._ledger.mark_sent(delivery_id, receipt, at)


async def test_a_crash_between_send_and_mark_sends_again_with_the_same_key(ledger, clock):
    await events(ledger, 1)
    desk = Channel("desk")
    with pytest.raises(LedgerError):
        await courier(WithoutMarks(ledger), clock, desk).drain()
    assert (await courier(ledger, clock, desk).drain()).sent == 1
    first, second = desk.taken
    assert first.idempotency_key == second.idempotency_key


async def test_while_no_mark_can_be_written_nothing_is_sent_twice(ledger, clock):
    await events(ledger, 2, "desk", "wire")
    full, desk, wire = WithoutMarks(ledger), Channel("desk"), Channel("wire")
    carrier = courier(full, clock, desk, wire)
    for _ in range(3):
        with pytest.raises(LedgerError, match="disk is full"):
            await carrier.drain()
    for channel in (desk, wire):
        assert [each.alert.id for each in channel.taken] == [1]
    full.mended = True
    clock.at += timedelta(minutes=1)
    result = await carrier.drain()
    assert (result.sent, result.waiting) == (4, 0)
    for channel in (desk, wire):
        assert [each.alert.id for each in channel.taken] == [1, 2]


async def test_what_was_sent_without_a_mark_is_edited_by_its_next_revision(ledger, clock):
    await ledger.commit(update(report("a")))
    full, desk = WithoutMarks(ledger), Channel("desk")
    carrier = courier(full, clock, desk)
    with pytest.raises(LedgerError):
        await carrier.drain()
    await ledger.commit(update(report("b")))
    full.mended = True
    await carrier.drain()
    assert [(each.alert.revision, each.receipt) for each in desk.taken] == [(1, ""), (2, "m1")]


async def test_being_stopped_during_a_send_loses_nothing(ledger, clock):
    await events(ledger, 1)
    sending, go_on = asyncio.Event(), asyncio.Event()

    async def slow(delivery: Delivery) -> str:
        sending.set()
        await go_on.wait()
        return "m1"

    drain = asyncio.create_task(courier(ledger, clock, Channel("desk", slow)).drain())
    await sending.wait()
    drain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drain
    desk = Channel("desk")
    assert (await courier(ledger, clock, desk).drain()).sent == 1


async def test_two_drains_at_once_send_nothing_twice(ledger, clock):
    await events(ledger, 3)
    desk = Channel("desk")
    carrier = courier(ledger, clock, desk)
    results = await asyncio.gather(carrier.drain(), carrier.drain())
    assert sorted(result.sent for result in results) == [0, 3]


async def test_rows_not_due_yet_hold_up_those_behind_them(ledger):
    await events(ledger, 3)
    first, second, _ = await ledger.due_deliveries(NOON, 10)
    await ledger.mark_retry(second.id, NOON + timedelta(minutes=1), "later")
    assert [row.id for row in await ledger.due_deliveries(NOON, 10)] == [first.id]
    assert [row.id for row in await ledger.due_deliveries(NOON, 10, channel="no")] == []
    (queue,) = await ledger.queues()
    assert (queue.pending, queue.next_due) == (3, NOON)


async def test_a_settled_row_stays_settled(ledger):
    await events(ledger, 1)
    (row,) = await ledger.due_deliveries(NOON, 10)
    await ledger.mark_sent(row.id, "m1", NOON)
    await ledger.mark_retry(row.id, NOON, "late")
    await ledger.mark_failed(row.id, NOON, "late")
    assert await states(ledger, "e0") == [DeliveryState.SENT]
    with pytest.raises(LedgerError, match="no delivery 99"):
        await ledger.mark_sent(99, "", NOON)


async def test_old_news_that_is_replayed_is_due_at_once(ledger, clock):
    past, future = NOON - timedelta(days=365), NOON + timedelta(hours=1)
    await ledger.commit(update(report("a", at=past), at=past))
    await ledger.commit(update(report("b", axis=2), at=future))
    assert len(await ledger.due_deliveries(NOON, 10)) == 2
    (queue,) = await ledger.queues()
    assert queue.oldest == NOON


async def test_the_rows_of_a_dead_channel_do_not_slow_the_others(ledger):
    """The query for one channel's next row uses that channel's index."""

    def plan(db):
        sql = "SELECT * FROM outbox WHERE state = 'pending' AND channel = 'desk' ORDER BY id"
        return db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()[0][3]

    assert "outbox_pending" in await ledger._owner.plain(plan)


def notice(key: str = "standing C10 1", kind: NoticeKind = NoticeKind.STANDING) -> Notice:
    return Notice(kind, key, "C10 is now contested", NOON, claim_id="C10")


async def test_a_notice_goes_out_once_behind_the_alerts_before_it(ledger, clock):
    await events(ledger, 1)
    assert await ledger.notify(ESSAY.id, notice(), ["desk"])
    assert not await ledger.notify(ESSAY.id, notice(), ["desk"])
    desk = Channel("desk", failing(DeliveryError("busy", try_again=True, retry_after_s=60)))
    carrier = courier(ledger, clock, desk)
    await carrier.drain()
    assert desk.posted == []
    clock.at += timedelta(seconds=61)
    assert (await carrier.drain()).sent == 2
    assert [(each.channel, each.notice) for each in desk.posted] == [("desk", notice())]
    assert (await carrier.drain()).sent == 0


async def test_a_gone_channel_is_told_to_the_operators_once_a_day(ledger, clock):
    await events(ledger, 2)
    gone = DeliveryError("archived", try_again=False, channel_gone=True)
    desk, operators = Channel("desk", failing(gone, gone)), Channel("ops")
    people = Operators(ledger, ESSAY.id, "ops", clock)
    for _ in range(2):  # as after a restart, which tries a gone channel again
        await courier(ledger, clock, desk, operators, operators=people).drain()
    await courier(ledger, clock, operators).drain()
    (told,) = operators.posted
    assert told.notice.title == "desk takes no more posts"
    assert told.notice.lines[0] == "archived"
