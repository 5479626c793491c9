"""The ledger: everything that must outlive the process, behind an async face.

Threads: every method may be awaited on the event loop and never blocks it; the connection lives in
one thread of its own. Times are aware UTC. Every method raises LedgerError, with its remedy, if
the database cannot be read or written; then nothing of that call was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlite_utils import Database

from bot.ledger.commit import commit
from bot.ledger.desk.deciding import Decisions
from bot.ledger.file.database import BUSY_TIMEOUT_S
from bot.ledger.file.owner import Owner
from bot.ledger.intake import articles, feeds, retention, websub_rows
from bot.ledger.outbox import notice_rows, outbox_rows
from bot.ledger.predictions import premise_rows
from bot.ledger.reading import queries
from bot.ledger.reading.asking import Questions
from bot.ledger.records import (
    AlertPolicy,
    ChannelQueue,
    CommitResult,
    Counts,
    FeedState,
    FeedUpdate,
    Housekeeping,
    Pulse,
)
from bot.ledger.rounds import digest_rows, reminder_rows, silence_rows
from bot.model import (
    Delivery,
    Entry,
    Essay,
    FeedCourse,
    HubSubscription,
    Notice,
    NoticeDelivery,
)
from bot.ports import Clock
from bot.predictions import PredictionRules


class Ledger(Decisions, Questions):
    """The store. Made by ``Ledger.open``; an async context manager that closes itself."""

    @classmethod
    async def open(
        cls,
        path: str | Path | None,
        clock: Clock,
        *,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
    ) -> Self:
        """Opens the file, makes it if there is none, brings it up to date.

        ``path`` None: in memory. ``busy_timeout_s``: how long to wait for another program's lock.
        Raises LedgerError if the file is locked, read-only, damaged, another program's or from a
        newer version; the file is then as it was.
        """
        owner = Owner(None if path is None else Path(path), clock.now(), busy_timeout_s)
        await owner.open()
        return cls(owner, clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Finishes what is queued and closes. May be called twice."""
        await self._owner.close()

    # --- feeds -----------------------------------------------------------------------------------

    async def unseen(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries not stored yet by key and content, in order, each once."""
        return await self._owner.read(partial(articles.unseen, entries=entries))

    async def addresses(self, keys: str, urls: Sequence[str]) -> set[str]:
        """Those of the addresses at which there are articles whose keys begin with ``keys``."""
        return await self._owner.read(partial(articles.addresses, keys=keys, urls=urls))

    async def commit(self, update: FeedUpdate) -> CommitResult:
        """Stores all of the update in one transaction; a second time it adds nothing."""
        now = self._clock.now()
        return await self._owner.write(partial(commit, update=update, now=now))

    async def feed_states(self) -> dict[str, FeedState]:
        """Every feed that was ever tried, by its address as listed."""
        return await self._owner.read(feeds.states)

    async def record_unchanged(self, updates: Sequence[FeedUpdate]) -> None:
        """Stores fetches that brought nothing new (HTTP 304), many in one transaction."""
        await self._owner.write(partial(feeds.record_unchanged, updates=updates))

    async def record_failure(
        self, feed_url: str, at: datetime, error: str, course: FeedCourse | None = None
    ) -> None:
        """One more failed fetch in a row. ``course`` None: it stays as it is."""
        await self._owner.write(
            partial(feeds.record_failure, feed_url=feed_url, at=at, error=error, course=course)
        )

    async def hub_subscriptions(self) -> tuple[HubSubscription, ...]:
        """What hubs were asked to push, those that are being left too."""
        return await self._owner.read(websub_rows.subscriptions)

    async def keep_hub_subscription(self, one: HubSubscription) -> None:
        """Stores it over what was kept of it before: it is known by its callback."""
        await self._owner.write(partial(websub_rows.keep, one=one))

    async def forget_hub_subscription(self, callback: str) -> None:
        await self._owner.write(partial(websub_rows.forget, callback=callback))

    # --- the outbox ------------------------------------------------------------------------------

    async def due_deliveries(
        self, now: datetime, limit: int, channel: str | None = None
    ) -> list[Delivery | NoticeDelivery]:
        """Up to ``limit`` rows of each channel (or of that one), in order.

        A channel's later rows wait behind an earlier one that is not due yet, and all of them
        through its quiet hours. ``Alert.turned`` and ``Alert.changed`` are as that very channel
        must see them: against what was last posted there.
        """
        return await self._owner.read(
            partial(outbox_rows.due, now=now, limit=limit, channel=channel)
        )

    async def mark_sent(self, delivery_id: int, receipt: str, at: datetime) -> None:
        """The channel took it; ``receipt`` is the platform's id of the message."""
        await self._owner.write(
            partial(outbox_rows.mark_sent, delivery_id=delivery_id, receipt=receipt, at=at)
        )

    async def mark_retry(self, delivery_id: int, due_at: datetime, error: str) -> None:
        """It is to be tried again at ``due_at``."""
        await self._owner.write(
            partial(outbox_rows.mark_retry, delivery_id=delivery_id, due_at=due_at, error=error)
        )

    async def mark_failed(self, delivery_id: int, at: datetime, error: str) -> None:
        """It is given up for good; the reason is kept."""
        await self._owner.write(
            partial(outbox_rows.mark_failed, delivery_id=delivery_id, at=at, error=error)
        )

    async def notify(self, essay_id: str, notice: Notice, channels: Sequence[str]) -> bool:
        """Queues a notice for the channels, once by its key. False: it was told before."""
        return await self._owner.write(
            partial(
                notice_rows.tell,
                essay_id=essay_id,
                notice=notice,
                channels=channels,
                now=self._clock.now(),
            )
        )

    async def tell_silence(
        self, essay: Essay, channels: Sequence[str], patience: timedelta
    ) -> tuple[str, ...]:
        """Tells these channels, once, what has fallen silent (bot.alerts.silence); returns it.

        ``patience``: after how long a claim without a report is silent; zero: never.
        """
        return await self._owner.write(
            partial(
                silence_rows.tell_silence,
                essay=essay,
                channels=channels,
                patience=patience,
                now=self._clock.now(),
            )
        )

    async def queue_digests(self, essay: Essay, policy: AlertPolicy) -> int:
        """Queues the digests that are due; returns how many."""
        now = self._clock.now()
        return await self._owner.write(
            partial(digest_rows.queue_due, essay=essay, policy=policy, now=now)
        )

    async def queue_reminders(
        self, essay: Essay, rules: PredictionRules, policy: AlertPolicy
    ) -> int:
        """Queues the reminders of predictions that are due, and the news of premises that fell
        since the last look; returns how many."""
        now = self._clock.now()

        def queue(db: Database) -> int:
            fell = premise_rows.look(db, essay, policy, now)
            return fell + reminder_rows.queue_due(db, essay, rules, policy, now)

        return await self._owner.write(queue)

    async def queues(self) -> tuple[ChannelQueue, ...]:
        """What waits, by channel; a channel with nothing to send is not in it."""
        return await self._owner.read(partial(outbox_rows.queues, now=self._clock.now()))

    # --- the machinery ---------------------------------------------------------------------------

    async def counts(self) -> Counts:
        return await self._owner.read(queries.counts)

    async def pulse(self) -> Pulse:
        """Proves that the ledger can be written and read; takes milliseconds."""
        look = partial(queries.pulse, now=self._clock.now(), feeds_in_use=self._feeds_in_use)
        return await self._owner.write(look)

    async def remove_idle(self, before: datetime) -> int:
        """Removes the reports fetched before then that bore on nothing; returns how many.

        In small transactions, between which others have their turn. What is removed is not
        brought back by a feed that still lists it (bot.ledger.intake.retention).
        """
        removed = 0
        place: retention.Place | None = retention.Place()
        while place is not None:
            look = partial(retention.remove_step, before=before, after=place)
            step = await self._owner.write(look)
            removed, place = removed + step.removed, step.reached
        while await self._owner.plain(retention.give_back_step):
            pass
        return removed

    async def idle(self, before: datetime) -> int:
        """How many reports ``remove_idle`` would remove."""
        return await self._owner.read(partial(retention.removable, before=before))

    async def was_removed(self, key: str) -> bool:
        """Whether a report of that key was removed for its age."""
        return await self._owner.read(partial(retention.was_removed, key=key))

    async def housekeeping(self) -> Housekeeping:
        """Tidies the file: worth doing once an hour."""
        return await self._owner.plain(queries.tidy)
