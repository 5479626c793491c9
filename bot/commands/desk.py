"""The Desk: carries out what people ask. Reads memory and the ledger; blocks nothing.

``ask`` and ``ask_text`` never raise: what goes wrong is an Answer too.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.alerts.subscriptions import Subscription
from bot.commands import review
from bot.commands.answers import Answer, Choice, error
from bot.commands.checking import Checker
from bot.commands.deciding import Deciding
from bot.commands.ground import Ground
from bot.commands.looking import LookUps
from bot.commands.people import Right, Roles
from bot.commands.picturing import Pictures
from bot.commands.receiving import Receiving
from bot.commands.requests import (
    Decide,
    DecideReview,
    Latest,
    ListClaims,
    MergeStories,
    MuteClaim,
    Request,
    RequestError,
    Resolve,
    SplitStory,
    Subscribe,
    UndoDecision,
    UndoMove,
    UndoReview,
    UnmuteClaim,
    Unsubscribe,
)
from bot.commands.reviewing import KEEP_DAYS, Reviewer
from bot.commands.words import parse
from bot.errors import ClaimwireError
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.log import logger
from bot.model import Actor, Essay
from bot.ports import Clock
from bot.predictions import PredictionRules

_log = logger("desk")

_NEEDS: Mapping[type, Right] = {
    Decide: Right.CONFIRM,
    UndoDecision: Right.CONFIRM,
    MergeStories: Right.CONFIRM,
    SplitStory: Right.CONFIRM,
    UndoMove: Right.CONFIRM,
    DecideReview: Right.CONFIRM,
    UndoReview: Right.CONFIRM,
    Resolve: Right.RESOLVE,
    Subscribe: Right.SUBSCRIBE,
    Unsubscribe: Right.SUBSCRIBE,
    MuteClaim: Right.MUTE,
    UnmuteClaim: Right.MUTE,
}


class Desk:
    """Answers for one essay. Implements bot.ports.Desk.

    ``policy``: the config's, which says what its channels receive unless they were subscribed.
    ``checker`` None: nothing can be checked (a command without the judge). ``rules``: how
    predictions are resolved. ``review_days``: how long a report waits for an editor's look.
    """

    def __init__(
        self,
        essay: Essay,
        ledger: Ledger,
        clock: Clock,
        roles: Roles,
        policy: AlertPolicy,
        checker: Checker | None,
        rules: PredictionRules | None = None,
        review_days: int = KEEP_DAYS,
    ) -> None:
        self._ground = Ground(essay, ledger, clock, policy, rules or PredictionRules())
        self._roles = roles
        self._clock = clock
        self._reviewer = Reviewer(essay, ledger, clock, policy, review_days)
        self._carriers = {
            **LookUps(self._ground, checker).carriers(),
            **Pictures(self._ground).carriers(),
            **Receiving(self._ground).carriers(),
            **Deciding(self._ground, self._reviewer).carriers(),
        }

    async def ask(self, request: Request, actor: Actor) -> Answer:
        """Carries out the request, if the actor may."""
        right = _NEEDS.get(type(request))
        if right is not None and not self._roles.may(actor, right):
            return self._roles.refusal(actor, right)
        try:
            answer = await self._carriers[type(request)](request, actor)
        except ClaimwireError as problem:
            return error(str(problem))
        except Exception as fault:  # noqa: BLE001 - a person waits for an answer
            _log.exception("fault in a command", command=type(request).__name__)
            return error(f"A fault of claimwire ({type(fault).__name__}); its log has more.")
        return answer

    async def ask_text(self, text: str, actor: Actor) -> Answer:
        """The same for a line that was typed, or the token of a button or page."""
        try:
            request = parse(text, self._clock.now())
        except RequestError as problem:
            return error(str(problem))
        return await self.ask(request, actor)

    async def home(self, actor: Actor) -> tuple[Answer, ...]:
        """Every page of the claims, what waits for a look, the last alerts: for a home page."""
        pages = [await self.ask(ListClaims(), actor)]
        while (page := pages[-1].page) is not None and page.next:
            pages.append(await self.ask_text(page.next, actor))
        return (*pages, *await self._waiting(), await self.ask(Latest(), actor))

    async def _waiting(self) -> tuple[Answer, ...]:
        try:
            items = await self._reviewer.queue()
        except ClaimwireError as problem:
            return (error(str(problem)),)
        return (review.summary(items),) if items else ()

    def complete(self, text: str) -> tuple[Choice, ...]:
        """Claims for what was typed so far, from memory: ids that begin so, then words."""
        return self._ground.complete(text)

    async def subscription(self, actor: Actor) -> Subscription | None:
        """What the actor's channel receives now, to fill a form with; None: nothing.

        Raises LedgerError.
        """
        return await self._ground.subscription(actor)
