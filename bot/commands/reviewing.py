"""The review queue of one essay: what waits, and what an editor's word on it comes to."""

from __future__ import annotations

from datetime import timedelta

from bot.judge.attribution import Attributor
from bot.ledger.desk.desk_rows import Outcome
from bot.ledger.desk.review_rows import Reviewing
from bot.ledger.records import AlertPolicy, ReviewAction, ReviewItem
from bot.ledger.store import Ledger
from bot.model import Actor, Essay, Stance, Verdict
from bot.ports import Clock

KEEP_DAYS = 14
# An editor has no doubt, and a channel that wants sure alerts only is to have this one.
_SURE = 1.0

NOT_DONE = {
    Outcome.ALREADY: "That is how it stands already; nothing was changed. Undo takes back what was"
    " decided.",
    Outcome.STALE: "It waits no longer: the report was changed, its story was told or decided"
    " meanwhile, its claim was taken out of the essay, or its time was over.",
    Outcome.UNKNOWN: "There is no such item. `review` shows what waits.",
}


class Reviewer:
    """``policy``: who is told of what an editor confirms. ``keep_days``: how long reports wait."""

    def __init__(
        self,
        essay: Essay,
        ledger: Ledger,
        clock: Clock,
        policy: AlertPolicy,
        keep_days: int = KEEP_DAYS,
    ) -> None:
        self._essay = essay
        self._ledger = ledger
        self._clock = clock
        self._policy = policy
        self._keep = timedelta(days=keep_days)

    async def queue(self, claim_id: str | None = None) -> tuple[ReviewItem, ...]:
        """What waits, on one claim or on all, the newest report first. Raises LedgerError."""
        return await self._ledger.review_queue(
            self._essay, self._clock.now() - self._keep, claim_id
        )

    async def item(self, number: int) -> ReviewItem | None:
        """That one; None: it does not wait (any more). Raises LedgerError."""
        return await self._ledger.review_item(self._essay, self._clock.now() - self._keep, number)

    async def decide(self, number: int, action: ReviewAction, actor: Actor) -> Outcome:
        """Records what the actor says of an item. Raises LedgerError."""
        verdict = None
        if action.stance is not None and (found := await self.item(number)) is not None:
            verdict = verdict_by_hand(self._essay, found, action.stance)
        return await self._ledger.decide_review(number, action, verdict, self._by(actor))

    async def undo(self, number: int, actor: Actor) -> Outcome:
        """Takes that back. Raises LedgerError."""
        return await self._ledger.undo_review(number, self._by(actor))

    def _by(self, actor: Actor) -> Reviewing:
        now = self._clock.now()
        return Reviewing(self._essay, now - self._keep, self._policy, actor, now)


def verdict_by_hand(essay: Essay, item: ReviewItem, stance: Stance) -> Verdict:
    """What an item comes to by an editor's word. An indicator of the other side is no reason."""
    finding = item.finding
    said = Attributor(essay.parties).attribute(finding.sentence.text)
    indicator = finding.indicator
    if indicator is not None and stance not in (Stance.UPDATE, indicator.side):
        indicator = None
    return Verdict(
        claim_id=finding.claim_id,
        stance=stance,
        confidence=_SURE,
        sentence=finding.sentence,
        indicator=indicator,
        asserted_by=said.asserted_by,
        modality=said.modality.value,
    )
