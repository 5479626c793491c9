"""The ledger: everything that must outlive the process, behind an async face.

Threads: every method may be awaited on the event loop and never blocks it; the connection lives in
one thread of its own. Times are aware UTC. Every method raises LedgerError, with its remedy, if
the database cannot be read or written; then nothing of that call was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.alerts.subscriptions import Subscription
from bot.ledger import (
    alert_rows,
    articles,
    desk_rows,
    feeds,
    outbox_rows,
    queries,
    routing,
    standing_rows,
)
from bot.ledger.commit import commit
from bot.ledger.database import BUSY_TIMEOUT_S
from bot.ledger.desk_rows import Outcome
from bot.ledger.owner import Owner
from bot.ledger.records import (
    Changes,
    ChannelQueue,
    ClaimAccount,
    CommitResult,
    Counts,
    DeskEntry,
    EvidenceItem,
    FeedState,
    FeedUpdate,
    Housekeeping,
    Mute,
    StandingChange,
    Trace,
    Works,
)
from bot.ledger.trace import trace
from bot.model import Actor, Alert, Delivery, DeskAction, Entry, Essay
from bot.ports import Clock


class Ledger:
    """The store. Made by ``Ledger.open``; an async context manager that closes itself."""

    def __init__(self, owner: Owner, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock

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
        owner = Owner(None if path is None else Path(path), busy_timeout_s)
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

    async def feed_state(self, feed_url: str) -> FeedState | None:
        """None: the feed was never tried."""
        return await self._owner.read(partial(feeds.state, feed_url=feed_url))

    async def unseen(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries not stored yet by key and content, in order, each once."""
        return await self._owner.read(partial(articles.unseen, entries=entries))

    async def commit(self, update: FeedUpdate) -> CommitResult:
        """Stores all of the update in one transaction; a second time it adds nothing."""
        now = self._clock.now()
        return await self._owner.write(partial(commit, update=update, now=now))

    async def record_failure(self, feed_url: str, at: datetime, error: str) -> None:
        """One more failed fetch in a row."""
        await self._owner.write(
            partial(feeds.record_failure, feed_url=feed_url, at=at, error=error)
        )

    # --- the outbox ------------------------------------------------------------------------------

    async def due_deliveries(
        self, now: datetime, limit: int, channel: str | None = None
    ) -> list[Delivery]:
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

    async def queues(self) -> tuple[ChannelQueue, ...]:
        """What waits, by channel; a channel with nothing to send is not in it."""
        return await self._owner.read(partial(outbox_rows.queues, now=self._clock.now()))

    # --- what people decide ----------------------------------------------------------------------

    async def decide(self, alert_id: int, seen: int, action: DeskAction, actor: Actor) -> Outcome:
        """Records what a person says of an alert of which they saw revision ``seen``."""
        return await self._owner.write(
            partial(
                desk_rows.decide,
                alert_id=alert_id,
                seen=seen,
                action=action,
                actor=actor,
                now=self._clock.now(),
            )
        )

    async def undo(self, alert_id: int, actor: Actor) -> Outcome:
        """Takes back the decision that holds on an alert."""
        now = self._clock.now()
        return await self._owner.write(
            partial(desk_rows.undo, alert_id=alert_id, actor=actor, now=now)
        )

    async def desk_log(self, alert_id: int) -> tuple[DeskEntry, ...]:
        """All that was decided on an alert, oldest first."""
        return await self._owner.read(partial(desk_rows.decisions, alert_id=alert_id))

    async def subscribe(self, wanted: Subscription | None, actor: Actor) -> None:
        """From now on the actor's channel receives that; None: nothing new."""
        now = self._clock.now()
        await self._owner.write(partial(desk_rows.subscribe, wanted=wanted, actor=actor, now=now))

    async def subscription(self, channel: str) -> Subscription | None:
        """What the channel was subscribed to in chat; None: nothing."""
        return await self._owner.read(partial(routing.subscription, channel=channel))

    async def mute(
        self, essay_id: str, claim_id: str, until: datetime | None, actor: Actor
    ) -> None:
        """Mutes a claim in the actor's channel until then; None ends it."""
        await self._owner.write(
            partial(
                desk_rows.mute,
                essay_id=essay_id,
                claim_id=claim_id,
                until=until,
                actor=actor,
                now=self._clock.now(),
            )
        )

    async def mutes(self, essay_id: str, channel: str) -> tuple[Mute, ...]:
        """The mutes that hold in a channel."""
        now = self._clock.now()
        return await self._owner.read(
            partial(routing.mutes, essay_id=essay_id, channel=channel, now=now)
        )

    # --- what people ask -------------------------------------------------------------------------

    async def standings(self, essay: Essay) -> tuple[ClaimAccount, ...]:
        """Where every claim stands, in the essay's order, quiet ones too."""
        return await self._owner.read(partial(standing_rows.accounts, essay=essay))

    async def evidence(
        self, claim_id: str, limit: int = 20, essay_id: str | None = None
    ) -> tuple[EvidenceItem, ...]:
        """The verdicts on a claim (its id, not its slug), newest report first.

        Replaced and withdrawn ones are among them. ``essay_id`` None: of any essay.
        """
        return await self._owner.read(
            partial(queries.evidence_on, claim_id=claim_id, limit=limit, essay_id=essay_id)
        )

    async def alerts(self, limit: int = 20) -> tuple[Alert, ...]:
        """The alerts made last, newest first, each at its last revision."""
        return await self._owner.read(partial(queries.alerts, limit=limit))

    async def alert(self, alert_id: int) -> Alert | None:
        """The alert at its last revision; None: there is none."""
        return await self._owner.read(partial(alert_rows.known, alert_id=alert_id))

    async def search(
        self, words: Sequence[str], essay_id: str, limit: int
    ) -> tuple[EvidenceItem, ...]:
        """The verdicts that hold and whose report has all the words, newest first."""
        return await self._owner.read(
            partial(queries.search, words=words, essay_id=essay_id, limit=limit)
        )

    async def changes(self, essay_id: str, since: datetime, limit: int) -> Changes:
        """What changed since then, contradictions first."""
        return await self._owner.read(
            partial(queries.changes, essay_id=essay_id, since=since, limit=limit)
        )

    async def standing_history(self, essay_id: str, claim_id: str) -> tuple[StandingChange, ...]:
        """How a claim's standing changed, oldest first."""
        return await self._owner.read(
            partial(standing_rows.history, essay_id=essay_id, claim_id=claim_id)
        )

    async def works(self) -> Works:
        """How feeds, deliveries and queues are doing."""
        return await self._owner.read(partial(queries.works, now=self._clock.now()))

    async def trace(self, wanted: str) -> Trace | None:
        """All that happened to the article of that URL, key, feed id or number."""
        return await self._owner.read(partial(trace, wanted=wanted))

    async def counts(self) -> Counts:
        return await self._owner.read(queries.counts)

    async def housekeeping(self) -> Housekeeping:
        """Tidies the file: worth doing once an hour."""
        return await self._owner.plain(queries.tidy)
