"""What people and other programs ask of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlite_utils import Database

from bot.export.records import AlertRecord, EvidenceRecord, ReviewRecord, Snapshot
from bot.ledger import chain
from bot.ledger.alerts import alert_rows
from bot.ledger.base import Store
from bot.ledger.chain import Verification
from bot.ledger.intake import articles, essay_rows
from bot.ledger.intake.essay_rows import EssayRevision
from bot.ledger.outbox import routing
from bot.ledger.predictions import prediction_rows, premise_rows
from bot.ledger.reading import export_rows, queries
from bot.ledger.reading.trace import trace
from bot.ledger.records import (
    AlertPolicy,
    Changes,
    ClaimAccount,
    EvidenceItem,
    StandingChange,
    Trace,
    Works,
)
from bot.ledger.standings import standing_rows
from bot.model import (
    Alert,
    Article,
    Essay,
    Stance,
)
from bot.predictions import Prediction, PredictionRules

T = TypeVar("T")


class Questions(Store):
    """The part of the ledger's face that answers."""

    async def standings(self, essay: Essay) -> tuple[ClaimAccount, ...]:
        """Where every claim stands, in the essay's order, quiet ones too."""
        return await self._owner.read(partial(standing_rows.accounts, essay=essay))

    async def predictions(self, essay: Essay, rules: PredictionRules) -> tuple[Prediction, ...]:
        """The essay's predictions, then those that were resolved and dropped from it since."""
        now = self._clock.now()
        return await self._owner.read(
            partial(prediction_rows.predictions, essay=essay, rules=rules, now=now)
        )

    async def shaken(self, essay: Essay) -> dict[str, tuple[str, ...]]:
        """The ids of the claims that rest on a fallen premise, each with those premises."""
        return await self._owner.read(partial(premise_rows.shaken_claims, essay=essay))

    async def evidence(
        self,
        claim_id: str,
        limit: int = 20,
        essay_id: str | None = None,
        *,
        stance: Stance | None = None,
        since: datetime | None = None,
    ) -> tuple[EvidenceItem, ...]:
        """The verdicts on a claim (its id, not its slug), newest report first.

        Replaced and withdrawn ones are among them. None: of any essay, stance, time of the report.
        """
        return await self._owner.read(
            partial(
                queries.evidence_on,
                claim_id=claim_id,
                limit=limit,
                essay_id=essay_id,
                stance=stance,
                since=since,
            )
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
        look = partial(queries.works, now=self._clock.now(), feeds_in_use=self._feeds_in_use)
        return await self._owner.read(look)

    async def trace(self, wanted: str) -> Trace | None:
        """All that happened to the article of that URL, key, feed id or number."""
        return await self._owner.read(partial(trace, wanted=wanted))

    # --- for other programs, and for later ------------------------------------------------------

    async def evidence_records(
        self, essay_id: str, claim_id: str | None = None, since: datetime | None = None
    ) -> tuple[Snapshot, tuple[EvidenceRecord, ...]]:
        """The verdicts on reports from then on, replaced and withdrawn ones too, oldest first."""
        return await self._export(
            partial(export_rows.evidence, essay_id=essay_id, claim_id=claim_id, since=since)
        )

    async def alert_records(
        self, essay_id: str, claim_id: str | None = None, since: datetime | None = None
    ) -> tuple[Snapshot, tuple[AlertRecord, ...]]:
        """The alerts that were made or revised from then on, oldest first."""
        return await self._export(
            partial(export_rows.alerts, essay_id=essay_id, claim_id=claim_id, since=since)
        )

    async def review_records(
        self, essay: Essay, claim_id: str | None = None, since: datetime | None = None
    ) -> tuple[Snapshot, tuple[ReviewRecord, ...]]:
        """The claims that are not quiet and moved from then on, in the essay's order."""
        return await self._export(
            partial(export_rows.reviews, essay=essay, claim_id=claim_id, since=since)
        )

    async def articles_since(self, since: datetime) -> tuple[Article, ...]:
        """The articles that count from then on, every revision, in the order of time."""
        return await self._owner.read(partial(articles.since, at=since))

    async def widest_policy(self, policy: AlertPolicy) -> AlertPolicy:
        """What any channel is alerted of, by the policy or by its own subscription."""
        return await self._owner.read(
            lambda db: routing.widest_policy(routing.routes(db, policy), policy)
        )

    async def remember_essay(self, essay: Essay) -> EssayRevision | None:
        """Keeps the essay that is used from now on; returns the one before it if it differs."""
        now = self._clock.now()
        return await self._owner.write(partial(essay_rows.remember, essay=essay, now=now))

    async def last_other_essay(self, essay: Essay) -> EssayRevision | None:
        """The last revision of the essay that was used and says something else; None: none."""
        return await self._owner.read(partial(essay_rows.last_other, essay=essay))

    async def verify(self, head: str = "") -> Verification:
        """Checks the whole hash chain, and that it goes through ``head`` where one was noted."""
        return await self._owner.read(partial(chain.verify, noted=head))

    async def _export(self, read: Callable[[Database], T]) -> tuple[Snapshot, T]:
        """The records and the ledger's state, of one moment."""
        now = self._clock.now()
        return await self._owner.read(lambda db: (export_rows.snapshot(db, now), read(db)))
