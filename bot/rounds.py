"""What is done again and again beside polls and deliveries; each round never raises.

A round that fails is logged and comes again at its next time: nothing of it was written.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.alerts.operators import Operators
from bot.errors import ClaimwireError
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.log import logger
from bot.model import Essay
from bot.ports import Clock
from bot.predictions import PredictionRules
from bot.schedule import Schedule

DIGESTS_INTERVAL_S = 30.0
REMINDERS_INTERVAL_S = 5 * 60.0
SILENCE_INTERVAL_S = 60 * 60.0
DAY_S = 24 * 60 * 60.0
# After the start, so that the first polls go first.
FIRST_IN_S = 60.0
# The first words of the names of the rounds.
ROUNDS = ("digests", "standings", "reminders", "silence", "housekeeping")

_log = logger("rounds")


@dataclass(frozen=True, slots=True)
class Rounds:
    """``keep_days``: after how many days a report that bore on nothing is removed; ``silent_days``:
    after how many a claim without a report is silent; 0: never."""

    ledger: Ledger
    essay: Essay
    policy: AlertPolicy
    clock: Clock
    operators: Operators
    keep_days: int
    silent_days: int
    housekeeping_interval_s: float
    predictions: PredictionRules = field(default_factory=PredictionRules)

    def put_on(self, schedule: Schedule) -> None:
        """Schedules all of them."""
        schedule.every("digests", _guarded("digests", self.digests), interval_s=DIGESTS_INTERVAL_S)
        schedule.every(
            "standings",
            _guarded("standings", self.standings),
            interval_s=DAY_S,
            first_in_s=FIRST_IN_S,
        )
        schedule.every(
            "reminders",
            _guarded("reminders", self.reminders),
            interval_s=REMINDERS_INTERVAL_S,
            first_in_s=FIRST_IN_S,
        )
        schedule.every(
            "silence",
            _guarded("silence", self.silence),
            interval_s=SILENCE_INTERVAL_S,
            first_in_s=SILENCE_INTERVAL_S,
        )
        schedule.every(
            "housekeeping",
            _guarded("housekeeping", self.keep_house),
            interval_s=self.housekeeping_interval_s,
            first_in_s=self.housekeeping_interval_s,
        )

    async def digests(self) -> None:
        """Queues the digests that are due."""
        if made := await self.ledger.queue_digests(self.essay, self.policy):
            _log.info("digests", made=made)

    async def reminders(self) -> None:
        """Queues what there is to say of predictions and premises."""
        if made := await self.ledger.queue_reminders(self.essay, self.predictions, self.policy):
            _log.info("reminders", made=made)

    async def standings(self) -> None:
        """Evidence counts less with age, so a claim may stand elsewhere without any report."""
        for change in await self.ledger.reassess(self.essay, self.clock.now(), self.policy):
            _log.info(
                "standing changed by age",
                claim=change.claim_id,
                standing=change.standing.value,
                was=change.previous.value,
            )

    async def silence(self) -> None:
        """Tells the operators what has fallen silent."""
        patience = timedelta(days=self.silent_days)
        channels = self.operators.channels
        for line in await self.ledger.tell_silence(self.essay, channels, patience):
            _log.warning("silent", what=line)

    async def keep_house(self) -> None:
        """Removes what was kept long enough, and tidies the file."""
        if self.keep_days:
            before = self.clock.now() - timedelta(days=self.keep_days)
            removed = await self.ledger.remove_idle(before)
            _log.info("old reports removed", reports=removed, keep_days=self.keep_days)
        await self.ledger.housekeeping()


def _guarded(name: str, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    async def guarded() -> None:
        try:
            await work()
        except ClaimwireError as error:
            _log.error("round failed", round=name, error=str(error))

    return guarded
