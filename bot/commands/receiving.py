"""What a channel receives: subscriptions and mutes."""

from __future__ import annotations

from typing import Any

from bot.alerts.subscriptions import Subscription
from bot.commands import alerts, views
from bot.commands.answers import Answer, Fields, Paragraph, done
from bot.commands.ground import Carriers, Ground
from bot.commands.requests import MuteClaim, Subscribe, Subscriptions, UnmuteClaim, Unsubscribe
from bot.model import Actor


class Receiving:
    """All of it is of the channel in which the actor asks."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._essay = ground.essay
        self._ledger = ground.ledger

    def carriers(self) -> Carriers:
        """What carries out which request."""
        return {
            Subscribe: self._subscribe,
            Unsubscribe: self._unsubscribe,
            Subscriptions: self._subscriptions,
            MuteClaim: self._mute,
            UnmuteClaim: self._unmute,
        }

    async def _subscribe(self, request: Subscribe, actor: Actor) -> Answer:
        held = await self._ground.subscription(actor) or Subscription()
        claims = held.claims
        if request.claims is not None:
            claims = frozenset(self._ground.claim(one).id for one in request.claims)
        wanted = Subscription(
            claims,
            _or(request.kinds, held.kinds),
            _or(request.stances, held.stances),
            _or(request.min_confidence, held.min_confidence),
            _or(request.cadence, held.cadence),
            _or(request.quiet, held.quiet),
            _or(request.digest_time, held.digest_time),
        )
        await self._ledger.subscribe(wanted, actor)
        return done("This channel now receives", Fields(views.subscription_fields(wanted)))

    async def _unsubscribe(self, _request: Unsubscribe, actor: Actor) -> Answer:
        await self._ledger.subscribe(None, actor)
        told = (
            "Only corrections of what was posted here still come. `subscribe` brings alerts back."
        )
        return done("This channel receives no more alerts", Paragraph(told))

    async def _subscriptions(self, _request: Subscriptions, actor: Actor) -> Answer:
        held = await self._ledger.subscription(actor.channel)
        mutes = await self._ledger.mutes(self._essay.id, actor.channel)
        configured = self._ground.configured(actor) is not None
        return views.subscription(actor.channel, held, configured=configured, mutes=mutes)

    async def _mute(self, request: MuteClaim, actor: Actor) -> Answer:
        claim = self._ground.claim(request.claim)
        until = self._ground.clock.now() + request.lasting
        await self._ledger.mute(self._essay.id, claim.id, until, actor)
        told = "What comes meanwhile is in the ledger and in `digest`; it is not posted later."
        title = f"{claim.id} is muted here until {until:%Y-%m-%d %H:%M} UTC"
        return done(title, Paragraph(told), buttons=alerts.unmute_button(claim.id))

    async def _unmute(self, request: UnmuteClaim, actor: Actor) -> Answer:
        claim = self._ground.claim(request.claim)
        await self._ledger.mute(self._essay.id, claim.id, None, actor)
        return done(f"{claim.id} is no longer muted here")


def _or(wanted: Any, held: Any) -> Any:
    return held if wanted is None else wanted
