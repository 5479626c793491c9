"""The Desk: carries out what people ask. Reads memory and the ledger; blocks nothing.

``ask`` and ``ask_text`` never raise: what goes wrong is an Answer too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.text import decision
from bot.alerts.subscriptions import Subscription
from bot.commands import alerts, drawing, predictions, review, stories, views
from bot.commands.answers import (
    ROWS_MAX,
    Answer,
    Choice,
    Fields,
    Page,
    Paragraph,
    Picture,
    done,
    error,
)
from bot.commands.checking import Checker
from bot.commands.people import Right, Roles
from bot.commands.requests import (
    Board,
    Calibration,
    Check,
    Decide,
    DecideReview,
    Digest,
    Evidence,
    Help,
    Latest,
    ListClaims,
    MergeStories,
    MuteClaim,
    Precision,
    Predictions,
    Request,
    RequestError,
    Resolve,
    Review,
    Search,
    ShowClaim,
    ShowStory,
    SplitStory,
    Status,
    Subscribe,
    Subscriptions,
    Timeline,
    UndoDecision,
    UndoMove,
    UndoReview,
    UnmuteClaim,
    Unsubscribe,
    Why,
    WhyAlert,
)
from bot.commands.reviewing import KEEP_DAYS, NOT_DONE, Reviewer
from bot.commands.words import line, parse
from bot.errors import ClaimwireError
from bot.evaluation.desk_figures import precision
from bot.ledger.desk_rows import Outcome
from bot.ledger.records import AlertPolicy, ClaimAccount
from bot.ledger.resolution_rows import Step
from bot.ledger.store import Ledger
from bot.log import logger
from bot.model import Actor, Claim, Essay, Kind
from bot.pictures import board, calibration, timeline
from bot.ports import Clock
from bot.predictions import Prediction, PredictionRules, State, in_order, score
from feeds.text import canonical_url

DRAWN_MAX = 2_000  # verdicts of one claim that a picture shows, the newest
FOUND_MAX = 200  # rows that are read for one search, list of evidence or digest
DIGEST_REACH = timedelta(days=1)
CHOICES_MAX = 25  # what Discord shows
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
_OUTCOMES = {
    Outcome.ALREADY: "That is how it stands already; nothing was changed.",
    Outcome.STALE: "The alert has turned or was withdrawn since you saw it. Look at it again.",
    Outcome.UNKNOWN: "There is no such alert in this ledger, or nothing on it to undo.",
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
        self._essay = essay
        self._ledger = ledger
        self._clock = clock
        self._roles = roles
        self._policy = policy
        self._checker = checker
        self._rules = rules or PredictionRules()
        self._reviewer = Reviewer(essay, ledger, clock, policy, review_days)
        self._drawing = asyncio.Lock()
        # Made once: what somebody types is matched against it at every key.
        self._choices = [(_haystack(one), _choice(one)) for one in essay.claims]

    async def ask(self, request: Request, actor: Actor) -> Answer:
        """Carries out the request, if the actor may."""
        right = _NEEDS.get(type(request))
        if right is not None and not self._roles.may(actor, right):
            return self._roles.refusal(actor, right)
        try:
            answer: Answer = await self._carriers()[type(request)](request, actor)
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
        words = text.casefold().split()
        found = [
            (not hay.startswith(text.casefold().strip()), choice)
            for hay, choice in self._choices
            if all(word in hay for word in words)
        ]
        found.sort(key=lambda pair: pair[0])
        return tuple(choice for _, choice in found[:CHOICES_MAX])

    async def subscription(self, actor: Actor) -> Subscription | None:
        """What the actor's channel receives now, to fill a form with; None: nothing.

        Raises LedgerError.
        """
        return await self._ledger.subscription(actor.channel) or self._configured(actor)

    def _carriers(self) -> Mapping[type, Callable[[Any, Actor], Any]]:
        return {
            ListClaims: self._list,
            ShowClaim: self._show,
            Search: self._search,
            Evidence: self._evidence,
            Check: self._check,
            Why: self._why,
            WhyAlert: self._why_alert,
            Timeline: self._timeline,
            Board: self._board,
            Calibration: self._calibration,
            Predictions: self._predictions,
            Resolve: self._resolve,
            Subscribe: self._subscribe,
            Unsubscribe: self._unsubscribe,
            Subscriptions: self._subscriptions,
            MuteClaim: self._mute,
            UnmuteClaim: self._unmute,
            Digest: self._digest,
            Latest: self._latest,
            Status: self._status,
            Help: self._help,
            Decide: self._decide,
            UndoDecision: self._undo,
            ShowStory: self._story,
            MergeStories: self._merge,
            SplitStory: self._split,
            UndoMove: self._undo_move,
            Review: self._review,
            DecideReview: self._decide_review,
            UndoReview: self._undo_review,
            Precision: self._precision,
        }

    # --- look-ups ----------------------------------------------------------------------------

    async def _list(self, request: ListClaims, _actor: Actor) -> Answer:
        held = [
            one
            for one in await self._ledger.standings(self._essay)
            if request.standing in (None, one.standing)
        ]
        rows, page = _cut(held, request)
        return views.standings(rows, request.standing, page, await self._ledger.shaken(self._essay))

    async def _show(self, request: ShowClaim, _actor: Actor) -> Answer:
        claim = self._claim(request.claim)
        shaken = await self._ledger.shaken(self._essay)
        held = await self._prediction(claim) if claim.kind is Kind.PREDICTION else None
        account = await self._account(claim)
        _overall, found = precision(await self._ledger.rulings(self._essay.id))
        return views.claim(
            self._essay, account, held, shaken.get(claim.id, ()), found.get(claim.id)
        )

    async def _search(self, request: Search, _actor: Actor) -> Answer:
        words = request.text.casefold().split()
        if not words:
            raise RequestError("Search for what? Write: search WORDS")
        accounts = await self._ledger.standings(self._essay)
        claims = [one for one in accounts if all(w in _haystack(one.claim) for w in words)]
        items = await self._ledger.search(words, self._essay.id, FOUND_MAX)
        rows, page = _cut([*claims, *items], request)
        named = [row for row in rows if isinstance(row, ClaimAccount)]
        found = [row for row in rows if not isinstance(row, ClaimAccount)]
        return views.search(request.text, named, found, page)

    async def _evidence(self, request: Evidence, _actor: Actor) -> Answer:
        claim = self._claim(request.claim)
        items = await self._ledger.evidence(
            claim.id, FOUND_MAX, self._essay.id, stance=request.stance, since=request.since
        )
        rows, page = _cut(items, replace(request, claim=claim.id))
        return views.evidence(claim, rows, page, request.stance, request.since)

    async def _check(self, request: Check, _actor: Actor) -> Answer:
        if self._checker is None:
            raise RequestError("Nothing can be checked here. `claimwire judge` judges a file.")
        article, judgement = await self._checker.check(request.text.strip())
        return views.checked(article, judgement)

    async def _why(self, request: Why, _actor: Actor) -> Answer:
        wanted = request.report.strip()
        found = await self._ledger.trace(wanted)
        found = found or await self._ledger.trace(canonical_url(wanted) or wanted)
        if found is None:
            raise RequestError(
                "That report is not in the ledger: it was in no feed that was polled, or has"
                " another address there. `check` judges it now."
            )
        return views.trace(found)

    async def _why_alert(self, request: WhyAlert, _actor: Actor) -> Answer:
        alert = await self._ledger.alert(request.alert_id)
        if alert is None:
            raise RequestError(_OUTCOMES[Outcome.UNKNOWN])
        return alerts.why_alert(alert, await self._ledger.desk_log(alert.id))

    async def _timeline(self, request: Timeline, _actor: Actor) -> Answer:
        claim = self._claim(request.claim)
        items = await self._ledger.evidence(claim.id, DRAWN_MAX, self._essay.id)
        turns = await self._ledger.standing_history(self._essay.id, claim.id)
        drawn = drawing.timeline(claim, items, turns, self._clock.now())
        png = await self._drawn(timeline.draw, drawn, dark=request.dark)
        picture = Picture(png, f"{claim.id}-timeline.png", drawn.alt)
        return views.picture(f"Timeline of {claim.id}", picture)

    async def _board(self, request: Board, _actor: Actor) -> Answer:
        accounts = await self._ledger.standings(self._essay)
        held = [
            (one, await self._ledger.evidence(one.claim.id, DRAWN_MAX, self._essay.id))
            for one in accounts
        ]
        page = _page_of(request, drawing.board_pages(len(held)))
        drawn = drawing.board(
            self._essay, held, self._clock.now(), page=page.number,
            sort_by_standing=request.by_standing,
        )  # fmt: skip
        png = await self._drawn(board.draw, drawn, dark=request.dark)
        return views.picture("The board", Picture(png, "board.png", drawn.alt), page)

    async def _calibration(self, request: Calibration, _actor: Actor) -> Answer:
        found = score(await self._ledger.predictions(self._essay, self._rules))
        png = await self._drawn(calibration.draw, found.scored, dark=request.dark)
        shown = Picture(png, "calibration.png", calibration.alt(found.scored))
        title = "How the predictions came out"
        return Answer(title, predictions.score_lines(found), picture=shown)

    async def _predictions(self, request: Predictions, _actor: Actor) -> Answer:
        held = await self._ledger.predictions(self._essay, self._rules)
        wanted = request.state
        rows, page = _cut(in_order(held, wanted), request)
        shaken = await self._ledger.shaken(self._essay)
        return predictions.listed(rows, wanted, shaken, score(held), page)

    async def _drawn(self, draw: Callable[..., bytes], value: Any, *, dark: bool) -> bytes:
        """A picture, drawn in a thread; one at a time, as matplotlib asks."""
        async with self._drawing:
            return await asyncio.to_thread(draw, value, dark=dark)

    async def _digest(self, request: Digest, _actor: Actor) -> Answer:
        since = request.since or self._clock.now() - DIGEST_REACH
        changes = await self._ledger.changes(self._essay.id, since, FOUND_MAX)
        rows, page = _cut(changes.alerts, replace(request, since=since))
        accounts = await self._ledger.standings(self._essay)
        return views.digest(
            self._essay, replace(changes, alerts=tuple(rows)), accounts, since, page
        )

    async def _latest(self, request: Latest, _actor: Actor) -> Answer:
        rows, page = _cut(await self._ledger.alerts(FOUND_MAX), request)
        return alerts.latest(rows, page)

    async def _review(self, request: Review, _actor: Actor) -> Answer:
        claim = self._claim(request.claim) if request.claim else None
        items = await self._reviewer.queue(claim.id if claim else None)
        if not items:
            return review.nothing(claim)
        wanted = Review(claim.id if claim else None, request.page)
        page = _page_of(wanted, len(items))
        rest = items[page.number - 1 :]
        return review.shown(self._claim(rest[0].finding.claim_id), rest, page)

    async def _precision(self, request: Precision, _actor: Actor) -> Answer:
        overall, found = precision(await self._ledger.rulings(self._essay.id))
        claims = review.by_claim(self._essay, found)
        rows, page = _cut(claims, request)
        return review.precision(overall, rows, len(self._essay.claims) - len(claims), page)

    async def _status(self, _request: Status, actor: Actor) -> Answer:
        return views.status(await self._ledger.works(), actor.channel)

    async def _help(self, _request: Help, _actor: Actor) -> Answer:
        return views.usage()

    async def _subscriptions(self, _request: Subscriptions, actor: Actor) -> Answer:
        held = await self._ledger.subscription(actor.channel)
        mutes = await self._ledger.mutes(self._essay.id, actor.channel)
        configured = self._configured(actor) is not None
        return views.subscription(actor.channel, held, configured=configured, mutes=mutes)

    # --- decisions ---------------------------------------------------------------------------

    async def _subscribe(self, request: Subscribe, actor: Actor) -> Answer:
        held = await self.subscription(actor) or Subscription()
        claims = held.claims
        if request.claims is not None:
            claims = frozenset(self._claim(one).id for one in request.claims)
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

    async def _mute(self, request: MuteClaim, actor: Actor) -> Answer:
        claim = self._claim(request.claim)
        until = self._clock.now() + request.lasting
        await self._ledger.mute(self._essay.id, claim.id, until, actor)
        told = "What comes meanwhile is in the ledger and in `digest`; it is not posted later."
        title = f"{claim.id} is muted here until {until:%Y-%m-%d %H:%M} UTC"
        return done(title, Paragraph(told), buttons=alerts.unmute_button(claim.id))

    async def _unmute(self, request: UnmuteClaim, actor: Actor) -> Answer:
        claim = self._claim(request.claim)
        await self._ledger.mute(self._essay.id, claim.id, None, actor)
        return done(f"{claim.id} is no longer muted here")

    async def _resolve(self, request: Resolve, actor: Actor) -> Answer:
        claim = self._claim(request.claim)
        if claim.kind is not Kind.PREDICTION:
            raise RequestError(
                f"{claim.id} is of kind {claim.kind.value}; only predictions are resolved."
                " `predictions` lists them."
            )
        ending = request.act.ending
        if ending is not None and request.note is None:
            stands = await self._prediction(claim)
            if stands.state is not State.RESOLVED:
                return predictions.asked(claim, ending, stands)
        step = Step(request.act, request.note or "", request.seen)
        what, held = await self._ledger.resolve(
            self._essay, claim, step, actor, self._rules, self._policy
        )
        return predictions.taken(claim, what, held)

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

    async def _story(self, request: ShowStory, _actor: Actor) -> Answer:
        story = await self._ledger.story(request.story_id)
        if story is None:
            raise RequestError("There is no story of that number; `why` names a report's.")
        rows, page = _cut(story.reports, request)
        return stories.story(replace(story, reports=tuple(rows)), page)

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
            return error(_OUTCOMES[Outcome.UNKNOWN])
        told = decision(alert) or "The decision was taken back."
        undo = tuple(one for one in alerts.alert_buttons(alert) if one.label == "Undo")
        return done("Recorded", Paragraph(told), buttons=undo)

    # --- parts -------------------------------------------------------------------------------

    def _claim(self, named: str) -> Claim:
        try:
            return self._essay.claim(named)
        except KeyError:
            near = self.complete(named)[:3]
            guess = f" Did you mean {', '.join(one.claim_id for one in near)}?" if near else ""
            raise RequestError(
                f'There is no claim "{named[:40]}".{guess} `list` shows all.'
            ) from None

    async def _account(self, claim: Claim) -> ClaimAccount:
        accounts = await self._ledger.standings(replace(self._essay, claims=(claim,)))
        return accounts[0]

    async def _prediction(self, claim: Claim) -> Prediction:
        found = await self._ledger.predictions(replace(self._essay, claims=(claim,)), self._rules)
        return found[0]

    def _configured(self, actor: Actor) -> Subscription | None:
        if actor.channel not in self._policy.channels:
            return None
        return Subscription(
            stances=self._policy.stances, min_confidence=self._policy.min_confidence
        )


def _or(wanted: Any, held: Any) -> Any:
    return held if wanted is None else wanted


def _cut(rows: Sequence[Any], request: Any) -> tuple[Sequence[Any], Page]:
    """The rows of the page that was asked for, or of the last one, and where it is."""
    page = _page_of(request, -(-len(rows) // ROWS_MAX))
    start = (page.number - 1) * ROWS_MAX
    return rows[start : start + ROWS_MAX], page


def _page_of(request: Any, pages: int) -> Page:
    """The page that was asked for, or the last one."""
    of = max(1, pages)
    number = min(max(request.page, 1), of)

    def token(page: int) -> str:
        return line(replace(request, page=page)) if 1 <= page <= of else ""

    return Page(number, of, token(number - 1), token(number + 1))


def _haystack(claim: Claim) -> str:
    topics = " ".join(claim.topics)
    return f"{claim.id} {claim.slug} {claim.statement} {topics}".casefold()


def _choice(claim: Claim) -> Choice:
    return Choice(claim.id, f"{claim.id} {claim.statement}")
