"""What people decide: on alerts, stories, predictions, what waits for review, and channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.alerts.subscriptions import Subscription
from bot.ledger.alerts import story_alerts
from bot.ledger.base import Store
from bot.ledger.desk import desk_rows, label_rows, review_rows
from bot.ledger.desk.desk_rows import Outcome
from bot.ledger.desk.review_rows import Reviewing
from bot.ledger.outbox import routing
from bot.ledger.predictions import resolution_rows
from bot.ledger.predictions.resolution_rows import Step
from bot.ledger.records import (
    AlertPolicy,
    DeskEntry,
    DeskLabel,
    Moved,
    Mute,
    ReviewAction,
    ReviewItem,
    StandingChange,
    StoryRecord,
)
from bot.ledger.standings import standing_rows
from bot.ledger.stories import story_moves
from bot.model import (
    Actor,
    Claim,
    DeskAction,
    Essay,
    Verdict,
)
from bot.predictions import PredictionRules, Resolution, Result


class Decisions(Store):
    """The part of the ledger's face that writes down what people say, and reads it back."""

    async def decide(
        self,
        alert_id: int,
        seen: int,
        action: DeskAction,
        actor: Actor,
        policy: AlertPolicy = desk_rows.NOBODY,
    ) -> Outcome:
        """Records what a person says of an alert of which they saw revision ``seen``.

        ``policy`` says who hears of it if the claim then stands elsewhere.
        """
        return await self._owner.write(
            partial(
                desk_rows.decide,
                alert_id=alert_id,
                seen=seen,
                action=action,
                actor=actor,
                now=self._clock.now(),
                policy=policy,
            )
        )

    async def undo(
        self, alert_id: int, actor: Actor, policy: AlertPolicy = desk_rows.NOBODY
    ) -> Outcome:
        """Takes back the decision that holds on an alert; ``policy`` as in ``decide``."""
        now = self._clock.now()
        return await self._owner.write(
            partial(desk_rows.undo, alert_id=alert_id, actor=actor, now=now, policy=policy)
        )

    async def reassess(
        self, essay: Essay, as_of: datetime, policy: AlertPolicy
    ) -> tuple[StandingChange, ...]:
        """Draws up all standings as of that time: what age changed is recorded, told, returned."""
        return await self._owner.write(
            partial(
                standing_rows.reassess,
                essay=essay,
                as_of=as_of,
                policy=policy,
                now=self._clock.now(),
            )
        )

    async def resolve(
        self,
        essay: Essay,
        claim: Claim,
        step: Step,
        actor: Actor,
        rules: PredictionRules,
        policy: AlertPolicy = desk_rows.NOBODY,
    ) -> tuple[Result, Resolution | None]:
        """What a person does with a prediction; ``policy`` says who hears of it.

        Returns what became of it, and the resolution that it was about.
        """
        now = self._clock.now()
        return await self._owner.write(
            partial(
                resolution_rows.take,
                essay=essay,
                claim=claim,
                step=step,
                actor=actor,
                rules=rules,
                policy=policy,
                now=now,
            )
        )

    async def review_queue(
        self, essay: Essay, since: datetime, claim_id: str | None = None
    ) -> tuple[ReviewItem, ...]:
        """What waits for an editor's look, of reports from then on, newest first."""
        return await self._owner.read(
            partial(review_rows.queue, essay=essay, since=since, claim_id=claim_id)
        )

    async def review_item(self, essay: Essay, since: datetime, item: int) -> ReviewItem | None:
        """That one; None: it does not wait (any more)."""
        found = await self._owner.read(
            partial(review_rows.queue, essay=essay, since=since, finding_id=item)
        )
        return found[0] if found else None

    async def decide_review(
        self,
        item: int,
        action: ReviewAction,
        verdict: Verdict | None,
        by: Reviewing,
    ) -> Outcome:
        """Records what an editor says of it, and the evidence that it makes (``verdict``)."""
        return await self._owner.write(
            partial(review_rows.decide, finding_id=item, action=action, verdict=verdict, by=by)
        )

    async def undo_review(self, item: int, by: Reviewing) -> Outcome:
        """Takes that back, and all that it made."""
        return await self._owner.write(partial(review_rows.undo, finding_id=item, by=by))

    async def review_behind(self, alert_id: int) -> int | None:
        """The item on which the decision that an alert shows was made; None: on none."""
        return await self._owner.read(partial(review_rows.behind, alert_id=alert_id))

    async def rulings(self, essay_id: str) -> tuple[tuple[str, DeskAction], ...]:
        """What the desk decided on the judge's alerts: one an alert, with its claim."""
        return await self._owner.read(partial(label_rows.rulings, essay_id=essay_id))

    async def labels(self, essay_id: str) -> tuple[DeskLabel, ...]:
        """What the desk said of reports and claims: labels, to learn from."""
        return await self._owner.read(partial(label_rows.labels, essay_id=essay_id))

    async def merge_stories(
        self, keep: int, other: int, actor: Actor, policy: AlertPolicy = desk_rows.NOBODY
    ) -> Moved:
        """Makes two stories one, and puts alerts and standings right.

        ``policy`` says who hears of a standing that changes by it, here and in the next two.
        """

        def merge(db: Database) -> Moved:
            why = f"{actor.name} made the two stories one"
            moved = story_moves.merge(db, keep, other, why, actor, now)
            story_alerts.by_hand(db, moved, policy, now)
            return moved

        now = self._clock.now()
        return await self._owner.write(merge)

    async def split_story(
        self,
        story_id: int,
        article_ids: Sequence[int],
        actor: Actor,
        policy: AlertPolicy = desk_rows.NOBODY,
    ) -> Moved:
        """Makes these reports of a story (their numbers in the ledger) a story of their own."""

        def split(db: Database) -> Moved:
            moved = story_moves.split(db, story_id, article_ids, actor, now)
            story_alerts.by_hand(db, moved, policy, now)
            return moved

        now = self._clock.now()
        return await self._owner.write(split)

    async def undo_move(
        self, move_id: int, actor: Actor, policy: AlertPolicy = desk_rows.NOBODY
    ) -> Moved:
        """Takes back a merge or a split; the rule does not merge the two again."""

        def undo(db: Database) -> Moved:
            moved = story_moves.undo(db, move_id, actor, now)
            story_alerts.by_hand(db, moved, policy, now)
            return moved

        now = self._clock.now()
        return await self._owner.write(undo)

    async def story(self, story_id: int) -> StoryRecord | None:
        """A story with its reports and moves; None: there is none of that number."""
        return await self._owner.read(partial(story_moves.record, story_id=story_id))

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
