"""What every answer of the Desk stands on: the essay, the ledger, and what the config says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.alerts.subscriptions import Subscription
from bot.commands.answers import Answer, Choice
from bot.commands.requests import RequestError
from bot.ledger.records import AlertPolicy, ClaimAccount
from bot.ledger.store import Ledger
from bot.model import Actor, Claim, Essay
from bot.ports import Clock
from bot.predictions import Prediction, PredictionRules

CHOICES_MAX = 25  # what Discord shows
# What carries out a request, by the request's type.
Carriers = Mapping[type, Callable[[Any, Actor], Awaitable[Answer]]]


class Ground:
    """``policy``: what the config's channels receive unless they were subscribed. ``rules``: how
    predictions are resolved."""

    def __init__(
        self,
        essay: Essay,
        ledger: Ledger,
        clock: Clock,
        policy: AlertPolicy,
        rules: PredictionRules,
    ) -> None:
        self.essay = essay
        self.ledger = ledger
        self.clock = clock
        self.policy = policy
        self.rules = rules
        # Made once: what somebody types is matched against it at every key.
        self._choices = [(haystack(one), _choice(one)) for one in essay.claims]

    def claim(self, named: str) -> Claim:
        """The claim of that id or slug. Raises RequestError."""
        try:
            return self.essay.claim(named)
        except KeyError:
            near = self.complete(named)[:3]
            guess = f" Did you mean {', '.join(one.claim_id for one in near)}?" if near else ""
            raise RequestError(
                f'There is no claim "{named[:40]}".{guess} `list` shows all.'
            ) from None

    def complete(self, text: str) -> tuple[Choice, ...]:
        """Claims for what was typed so far, from memory: ids that begin so, then words."""
        words = text.casefold().split()
        found = [
            (not hay.startswith(text.casefold().strip()), choice)
            for hay, choice in self._choices
            if all(word in hay for word in words)
        ]
        found.sort(key=lambda pair: pair[0])
        return tuple(choice for _, choice in found[:CHOICES_MAX])

    async def account(self, claim: Claim) -> ClaimAccount:
        """Where the claim stands. Raises LedgerError."""
        accounts = await self.ledger.standings(replace(self.essay, claims=(claim,)))
        return accounts[0]

    async def prediction(self, claim: Claim) -> Prediction:
        """How the prediction stands. Raises LedgerError."""
        found = await self.ledger.predictions(replace(self.essay, claims=(claim,)), self.rules)
        return found[0]

    async def subscription(self, actor: Actor) -> Subscription | None:
        """What the actor's channel receives now, to fill a form with; None: nothing.

        Raises LedgerError.
        """
        return await self.ledger.subscription(actor.channel) or self.configured(actor)

    def configured(self, actor: Actor) -> Subscription | None:
        """What the config sends to the actor's channel; None: nothing."""
        if actor.channel not in self.policy.channels:
            return None
        return Subscription(stances=self.policy.stances, min_confidence=self.policy.min_confidence)


def haystack(claim: Claim) -> str:
    """What is searched when somebody looks for the claim by its words."""
    topics = " ".join(claim.topics)
    return f"{claim.id} {claim.slug} {claim.statement} {topics}".casefold()


def _choice(claim: Claim) -> Choice:
    return Choice(claim.id, f"{claim.id} {claim.statement}")
