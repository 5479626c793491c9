"""What editors decide: on alerts, stories, predictions, and what waits for their look."""

from __future__ import annotations

from adapters.text import decision
from bot.commands import alerts, predictions, review, stories
from bot.commands.answers import Answer, Paragraph, done, error
from bot.commands.ground import Carriers, Ground
from bot.commands.paging import page_of
from bot.commands.requests import (
    Decide,
    DecideReview,
    MergeStories,
    RequestError,
    Resolve,
    Review,
    SplitStory,
    UndoDecision,
    UndoMove,
    UndoReview,
)
from bot.commands.reviewing import NOT_DONE, Reviewer
from bot.ledger.desk.desk_rows import Outcome
from bot.ledger.predictions.resolution_rows import Step
from bot.model import Actor, Kind
from bot.predictions import State

_OUTCOMES = {
    Outcome.ALREADY: "That is how it stands already; nothing was changed.",
    Outcome.STALE: "The alert has turned or was withdrawn since you saw it. Look at it again.",
    Outcome.UNKNOWN: alerts.NO_SUCH_ALERT,
}


class Deciding:
    """Records each decision in the ledger, and answers with what came of it."""

    def __init__(self, ground: Ground, reviewer: Reviewer) -> None:
        self._ground = ground
        self._ledger = ground.ledger
        self._policy = ground.policy
        self._reviewer = reviewer

    def carriers(self) -> Carriers:
        """What carries out which request."""
        return {
            Decide: self._decide,
            UndoDecision: self._undo,
            Resolve: self._resolve,
            MergeStories: self._merge,
            SplitStory: self._split,
            UndoMove: self._undo_move,
            Review: self._review,
            DecideReview: self._decide_review,
            UndoReview: self._undo_review,
        }

    async def _decide(self, request: Decide, actor: Actor) -> Answer:
        return await self._decided(
            request.alert_id,
            await self._ledger.decide(
                request.alert_id, request.seen, request.action, actor, self._policy
            ),
        )

    async def _undo(self, request: UndoDecision, actor: Actor) -> Answer:
        item = await self._ledger.review_behind(request.alert_id)
        if item is not None:
            return await self._undo_review(UndoReview(item), actor)
        return await self._decided(
            request.alert_id, await self._ledger.undo(request.alert_id, actor, self._policy)
        )

    async def _resolve(self, request: Resolve, actor: Actor) -> Answer:
        claim = self._ground.claim(request.claim)
        if claim.kind is not Kind.PREDICTION:
            raise RequestError(
                f"{claim.id} is of kind {claim.kind.value}; only predictions are resolved."
                " `predictions` lists them."
            )
        ending = request.act.ending
        if ending is not None and request.note is None:
            stands = await self._ground.prediction(claim)
            if stands.state is not State.RESOLVED:
                return predictions.asked(claim, ending, stands)
        step = Step(request.act, request.note or "", request.seen)
        what, held = await self._ledger.resolve(
            self._ground.essay, claim, step, actor, self._ground.rules, self._policy
        )
        return predictions.taken(claim, what, held)

    async def _merge(self, request: MergeStories, actor: Actor) -> Answer:
        return stories.moved(
            await self._ledger.merge_stories(request.keep, request.other, actor, self._policy)
        )

    async def _split(self, request: SplitStory, actor: Actor) -> Answer:
        wanted = request.story_id, request.reports
        return stories.moved(await self._ledger.split_story(*wanted, actor, self._policy))

    async def _undo_move(self, request: UndoMove, actor: Actor) -> Answer:
        return stories.moved(
            await self._ledger.undo_move(request.move_id, actor, self._policy), undone=True
        )

    async def _review(self, request: Review, _actor: Actor) -> Answer:
        claim = self._ground.claim(request.claim) if request.claim else None
        items = await self._reviewer.queue(claim.id if claim else None)
        if not items:
            return review.nothing(claim)
        wanted = Review(claim.id if claim else None, request.page)
        page = page_of(wanted, len(items))
        rest = items[page.number - 1 :]
        return review.shown(self._ground.claim(rest[0].finding.claim_id), rest, page)

    async def _decide_review(self, request: DecideReview, actor: Actor) -> Answer:
        outcome = await self._reviewer.decide(request.item, request.action, actor)
        if outcome is not Outcome.RECORDED:
            return error(NOT_DONE[outcome])
        return review.decided(request, len(await self._reviewer.queue()))

    async def _undo_review(self, request: UndoReview, actor: Actor) -> Answer:
        outcome = await self._reviewer.undo(request.item, actor)
        return review.undone() if outcome is Outcome.RECORDED else error(NOT_DONE[outcome])

    async def _decided(self, alert_id: int, outcome: Outcome) -> Answer:
        if outcome is not Outcome.RECORDED:
            return error(_OUTCOMES[outcome])
        alert = await self._ledger.alert(alert_id)
        if alert is None:
            return error(alerts.NO_SUCH_ALERT)
        told = decision(alert) or "The decision was taken back."
        undo = tuple(one for one in alerts.alert_buttons(alert) if one.label == "Undo")
        return done("Recorded", Paragraph(told), buttons=undo)
