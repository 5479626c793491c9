"""Carries the outbox to the channels: at least once, in order, with patience.

A row is marked as sent after the channel took it. A crash in between sends it again, with the same
idempotency key, by which a receiver can drop the duplicate. While the ledger cannot be written, a
channel sends at most one row, which is remembered and marked before anything else is sent.

A channel that is gone is paused: its rows wait, and nothing is tried until somebody subscribes it
anew or the bot is restarted.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from bot.alerts.backoff import wait_s
from bot.alerts.operators import Operators
from bot.errors import ConfigError, DeliveryError
from bot.ledger.records import ChannelQueue
from bot.log import logger
from bot.model import Delivery, NoticeDelivery, split_address
from bot.operations.observer import UNOBSERVED, Delivered, Observer, timed
from bot.ports import ChatAdapter, Clock, InteractiveAdapter

# An adapter has its own, shorter limits; this one keeps a hung adapter from holding up the rest.
SEND_TIMEOUT_S = 60.0
# While a channel is at work, the others are looked at so often.
LOOK_AGAIN_S = 0.5

_log = logger("outbox")

Sleep = Callable[[float], Awaitable[None]]
AnyDelivery = Delivery | NoticeDelivery


class Outbox(Protocol):
    """The part of the ledger that a courier needs (see bot.ledger.store.Ledger)."""

    async def due_deliveries(
        self, now: datetime, limit: int, channel: str | None = None
    ) -> list[AnyDelivery]: ...

    async def mark_sent(self, delivery_id: int, receipt: str, at: datetime) -> None: ...

    async def mark_retry(self, delivery_id: int, due_at: datetime, error: str) -> None: ...

    async def mark_failed(self, delivery_id: int, at: datetime, error: str) -> None: ...

    async def queues(self) -> tuple[ChannelQueue, ...]: ...


@dataclass(frozen=True, slots=True)
class DrainResult:
    """What one drain did. ``waiting``: rows still pending in the channels that are served."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    waiting: int = 0

    def __add__(self, other: DrainResult) -> DrainResult:
        return DrainResult(
            self.sent + other.sent,
            self.retried + other.retried,
            self.failed + other.failed,
            other.waiting,
        )


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a channel took and the ledger does not know of yet."""

    delivery: AnyDelivery
    receipt: str
    at: datetime


_SENT = DrainResult(sent=1)
_RETRIED = DrainResult(retried=1)
_FAILED = DrainResult(failed=1)


class Courier:
    """Drains the outbox into the adapters, each channel by the adapter of its name.

    The channels of a platform, `name:id`, go by the one InteractiveAdapter of that name.
    Rows of a channel without an adapter stay where they are. Cancelling is safe: what was not
    marked as sent is sent again.

    ``unstarted``: the names of adapters that could not be reached at the start. Such a one is
    started before it is first sent something; one that then finds its settings wrong is left out.
    ``operators`` are told of a channel that is gone.
    """

    def __init__(
        self,
        outbox: Outbox,
        adapters: Sequence[ChatAdapter],
        clock: Clock,
        rng: random.Random,
        *,
        sleep: Sleep = asyncio.sleep,
        send_timeout_s: float = SEND_TIMEOUT_S,
        unstarted: Collection[str] = (),
        operators: Operators | None = None,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._outbox = outbox
        self._adapters = {adapter.name: adapter for adapter in adapters}
        self._clock = clock
        self._rng = rng
        self._sleep = sleep
        self._send_timeout_s = send_timeout_s
        self._one_at_a_time = asyncio.Lock()
        self._unstarted = set(unstarted)
        self._operators = operators
        self._observer = observer
        self._starting = {name: asyncio.Lock() for name in self._adapters}
        self._unmarked: dict[int, _Taken] = {}  # by the delivery's id
        self._gone_at: dict[str, datetime] = {}  # paused channels

    async def drain(self, now: datetime | None = None) -> DrainResult:
        """Sends all that is due at ``now`` (default: the clock's): channels side by side.

        The rows of one channel go strictly in order; one that must be retried holds up those
        behind it. Without ``now``, what comes due in one channel while another is at work is sent
        too: a long queue in one must not keep the others waiting. Raises LedgerError, after every
        channel had its turn, if the ledger failed.
        """
        async with self._one_at_a_time:
            # Also where nothing waits: what was sent may not be marked yet.
            channels = {taken.delivery.channel for taken in self._unmarked.values()}
            channels |= {queue.channel for queue in await self._served()}
            busy = self._set_off(channels, now)
            total, failure = DrainResult(), None
            try:
                while busy:
                    ended, _ = await asyncio.wait(busy, timeout=LOOK_AGAIN_S)
                    for task in ended:
                        del busy[task]
                        failure = failure or task.exception()
                        total += DrainResult() if task.exception() else task.result()
                    if busy and now is None and failure is None:
                        due = {one.channel for one in await self._served() if self._due(one)}
                        busy |= self._set_off(due - set(busy.values()), now)
            finally:
                await _cancelled(busy)
            if failure is not None:
                raise failure
            waiting = sum(queue.pending for queue in await self._served())
            return total + DrainResult(waiting=waiting)

    def _set_off(
        self, channels: Collection[str], now: datetime | None
    ) -> dict[asyncio.Task[DrainResult], str]:
        due_by = self._clock.now() if now is None else now
        return {
            asyncio.create_task(self._drain_channel(one, due_by)): one for one in sorted(channels)
        }

    def _due(self, queue: ChannelQueue) -> bool:
        return queue.next_due <= self._clock.now()

    async def drain_until_empty(self, timeout_s: float) -> DrainResult:
        """Drains, waiting for retries, until nothing is left or ``timeout_s`` would pass.

        ``waiting`` in the result says what is left; it stays in the outbox.
        """
        end = self._clock.now() + timedelta(seconds=timeout_s)
        total = await self.drain()
        while total.waiting:
            queues = await self._served()
            now = self._clock.now()
            next_due = min((queue.next_due for queue in queues), default=now)
            if next_due > end or now > end:
                break
            if next_due > now:
                await self._sleep((next_due - now).total_seconds())
                if self._clock.now() <= now:  # a clock that stands still would never get there
                    break
            total += await self.drain()
        return total

    async def ensure_started(self, name: str) -> None:
        """Starts an adapter that could not be reached before, without waiting for an alert.

        Raises DeliveryError where it still cannot be reached, ConfigError where it never will.
        """
        async with self._starting[name]:
            adapter = self._adapters.get(name)
            if adapter is None:
                raise ConfigError("not started: its settings are wrong -> mend them and restart")
            if name in self._unstarted:
                await self._begin(adapter)

    async def _served(self) -> list[ChannelQueue]:
        queues = await self._outbox.queues()
        return [
            queue
            for queue in queues
            if self._adapter(queue.channel) is not None and not self._paused(queue)
        ]

    def _paused(self, queue: ChannelQueue) -> bool:
        """Whether the channel is gone and nobody has subscribed it since."""
        gone_at = self._gone_at.get(queue.channel)
        if gone_at is None:
            return False
        if queue.subscribed_at is None or queue.subscribed_at <= gone_at:
            return True
        del self._gone_at[queue.channel]
        return False

    def _adapter(self, channel: str) -> ChatAdapter | None:
        platform, channel_id = split_address(channel)
        adapter = self._adapters.get(platform)
        if isinstance(adapter, InteractiveAdapter) != bool(channel_id):
            return None
        return adapter

    async def _drain_channel(self, channel: str, now: datetime) -> DrainResult:
        total = await self._mark_unmarked(channel)
        # One row at a time, so that a revision that came meanwhile replaces the one that waits.
        while (adapter := self._adapter(channel)) is not None:
            due = await self._outbox.due_deliveries(now, 1, channel=channel)
            if not due:
                break
            result = await self._start(adapter, due[0]) or await self._deliver(adapter, due[0])
            total += result
            if not (result.sent or result.failed) or channel in self._gone_at:
                break
        return total

    async def _start(self, adapter: ChatAdapter, first: AnyDelivery) -> DrainResult | None:
        """Starts an adapter that does not run yet, for its first row. None: it runs."""
        # The channels of a platform come at the same time; the first one starts it.
        async with self._starting[adapter.name]:
            if adapter.name not in self._adapters:
                return DrainResult()
            started = adapter.name not in self._unstarted
            return None if started else await self._start_now(adapter, first)

    async def _start_now(self, adapter: ChatAdapter, first: AnyDelivery) -> DrainResult | None:
        try:
            await self._begin(adapter)
        except DeliveryError as error:
            # Even one that will not pass says nothing about the alert, so no row is given up.
            return await self._retry(first, error.reason, error.retry_after_s)
        except ConfigError:
            return DrainResult()
        except Exception as error:  # noqa: BLE001  (one adapter must not stop the others)
            return await self._fault(first, error)
        return None

    async def _begin(self, adapter: ChatAdapter) -> None:
        try:
            async with asyncio.timeout(self._send_timeout_s):
                await adapter.start()
        except TimeoutError as error:
            reason = "the adapter did not start in time"
            raise DeliveryError(reason, try_again=True) from error
        except ConfigError as error:
            # Only a restart with other settings helps: until then it is as if not configured.
            self._adapters.pop(adapter.name, None)
            _log.error("channel not started", channel=adapter.name, error=str(error))
            raise
        self._unstarted.discard(adapter.name)
        _log.info("channel started", channel=adapter.name)

    async def _deliver(self, adapter: ChatAdapter, delivery: AnyDelivery) -> DrainResult:
        try:
            with timed(partial(self._observer.sent, adapter.name)):
                async with asyncio.timeout(self._send_timeout_s):
                    if isinstance(delivery, NoticeDelivery):
                        receipt = await adapter.post(delivery)
                    else:
                        receipt = await adapter.send(delivery)
        except DeliveryError as error:
            if error.try_again:
                return await self._retry(delivery, error.reason, error.retry_after_s)
            return await self._fail(delivery, error)
        except TimeoutError:
            return await self._retry(delivery, "the adapter did not answer in time", None)
        except Exception as error:  # noqa: BLE001  (one adapter must not stop the others)
            return await self._fault(delivery, error)
        taken = _Taken(delivery, receipt, self._clock.now())
        self._unmarked[delivery.id] = taken
        # Once sent, being stopped must not lose the mark: that would send it twice.
        await asyncio.shield(self._mark(taken))
        return _SENT

    async def _fail(self, delivery: AnyDelivery, error: DeliveryError) -> DrainResult:
        now = self._clock.now()
        await self._outbox.mark_failed(delivery.id, now, error.reason)
        self._count(delivery, Delivered.FAILED)
        if not error.channel_gone:
            _log.error("delivery failed", reason=error.reason, **_bound(delivery))
        else:
            self._gone_at[delivery.channel] = now
            remedy = "mend it, then subscribe there anew or restart; its alerts wait until then"
            _log.warning("channel paused", reason=error.reason, remedy=remedy, **_bound(delivery))
            if self._operators is not None:
                await self._operators.tell(
                    f"channel gone: {delivery.channel} {now:%Y-%m-%d}",
                    f"{delivery.channel} takes no more posts",
                    (error.reason, f"To mend it: {remedy}."),
                )
        return _FAILED

    async def _fault(self, delivery: AnyDelivery, error: Exception) -> DrainResult:
        # A fault of the adapter. Its text may hold a token, so the ledger keeps only its type.
        _log.exception("delivery fault", **_bound(delivery))
        return await self._retry(delivery, f"unexpected {type(error).__name__}", None)

    async def _mark_unmarked(self, channel: str) -> DrainResult:
        """Marks what was sent while the ledger could not be written; raises if it still cannot."""
        total = DrainResult()
        for taken in tuple(self._unmarked.values()):
            if taken.delivery.channel == channel:
                await asyncio.shield(self._mark(taken))
                total += _SENT
        return total

    async def _mark(self, taken: _Taken) -> None:
        delivery = taken.delivery
        await self._outbox.mark_sent(delivery.id, taken.receipt, taken.at)
        self._count(delivery, Delivered.SENT)
        self._unmarked.pop(delivery.id, None)
        _log.info("delivery sent", **_bound(delivery))

    async def _retry(
        self, delivery: AnyDelivery, reason: str, retry_after_s: float | None
    ) -> DrainResult:
        rest_s = wait_s(delivery.attempts + 1, retry_after_s, self._rng)
        due_at = self._clock.now() + timedelta(seconds=rest_s)
        await self._outbox.mark_retry(delivery.id, due_at, reason)
        self._count(delivery, Delivered.PUT_OFF)
        _log.warning("delivery put off", in_s=round(rest_s, 1), reason=reason, **_bound(delivery))
        return _RETRIED

    def _count(self, delivery: AnyDelivery, ended: Delivered) -> None:
        platform, _ = split_address(delivery.channel)
        self._observer.delivered(platform, ended)


async def _cancelled(tasks: Collection[asyncio.Task[DrainResult]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _bound(delivery: AnyDelivery) -> dict[str, object]:
    if isinstance(delivery, NoticeDelivery):
        what: dict[str, object] = {"notice": delivery.notice.key}
    else:
        what = {"alert": delivery.alert.id, "revision": delivery.alert.revision}
    place = {"delivery": delivery.id, "attempt": delivery.attempts + 1}
    return {"channel": delivery.channel, **what, **place}
