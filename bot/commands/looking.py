"""Look-ups: requests that change nothing and are answered in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.commands import alerts, predictions, review, stories, views
from bot.commands.answers import Answer
from bot.commands.checking import Checker
from bot.commands.ground import Carriers, Ground, haystack
from bot.commands.paging import cut
from bot.commands.requests import (
    Check,
    Digest,
    Evidence,
    Help,
    Latest,
    ListClaims,
    Precision,
    Predictions,
    RequestError,
    Search,
    ShowClaim,
    ShowStory,
    Status,
    Why,
    WhyAlert,
)
from bot.evaluation.desk_figures import precision
from bot.ledger.records import ClaimAccount
from bot.model import Actor, Kind
from bot.predictions import in_order, score
from feeds.text import canonical_url

FOUND_MAX = 200  # rows that are read for one search, list of evidence or digest
DIGEST_REACH = timedelta(days=1)


class LookUps:
    """``checker`` None: nothing can be checked (a command without the judge)."""

    def __init__(self, ground: Ground, checker: Checker | None) -> None:
        self._ground = ground
        self._essay = ground.essay
        self._ledger = ground.ledger
        self._checker = checker

    def carriers(self) -> Carriers:
        """What carries out which request."""
        return {
            ListClaims: self._list,
            ShowClaim: self._show,
            Search: self._search,
            Evidence: self._evidence,
            Check: self._check,
            Why: self._why,
            WhyAlert: self._why_alert,
            ShowStory: self._story,
            Predictions: self._predictions,
            Precision: self._precision,
            Digest: self._digest,
            Latest: self._latest,
            Status: self._status,
            Help: self._help,
        }

    async def _list(self, request: ListClaims, _actor: Actor) -> Answer:
        held = [
            one
            for one in await self._ledger.standings(self._essay)
            if request.standing in (None, one.standing)
        ]
        rows, page = cut(held, request)
        return views.standings(rows, request.standing, page, await self._ledger.shaken(self._essay))

    async def _show(self, request: ShowClaim, _actor: Actor) -> Answer:
        claim = self._ground.claim(request.claim)
        shaken = await self._ledger.shaken(self._essay)
        held = await self._ground.prediction(claim) if claim.kind is Kind.PREDICTION else None
        account = await self._ground.account(claim)
        _overall, found = precision(await self._ledger.rulings(self._essay.id))
        return views.claim(
            self._essay, account, held, shaken.get(claim.id, ()), found.get(claim.id)
        )

    async def _search(self, request: Search, _actor: Actor) -> Answer:
        words = request.text.casefold().split()
        if not words:
            raise RequestError("Search for what? Write: search WORDS")
        accounts = await self._ledger.standings(self._essay)
        claims = [one for one in accounts if all(w in haystack(one.claim) for w in words)]
        items = await self._ledger.search(words, self._essay.id, FOUND_MAX)
        rows, page = cut([*claims, *items], request)
        named = [row for row in rows if isinstance(row, ClaimAccount)]
        found = [row for row in rows if not isinstance(row, ClaimAccount)]
        return views.search(request.text, named, found, page)

    async def _evidence(self, request: Evidence, _actor: Actor) -> Answer:
        claim = self._ground.claim(request.claim)
        items = await self._ledger.evidence(
            claim.id, FOUND_MAX, self._essay.id, stance=request.stance, since=request.since
        )
        rows, page = cut(items, replace(request, claim=claim.id))
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
            raise RequestError(alerts.NO_SUCH_ALERT)
        return alerts.why_alert(alert, await self._ledger.desk_log(alert.id))

    async def _story(self, request: ShowStory, _actor: Actor) -> Answer:
        story = await self._ledger.story(request.story_id)
        if story is None:
            raise RequestError("There is no story of that number; `why` names a report's.")
        rows, page = cut(story.reports, request)
        return stories.story(replace(story, reports=tuple(rows)), page)

    async def _predictions(self, request: Predictions, _actor: Actor) -> Answer:
        held = await self._ledger.predictions(self._essay, self._ground.rules)
        wanted = request.state
        rows, page = cut(in_order(held, wanted), request)
        shaken = await self._ledger.shaken(self._essay)
        return predictions.listed(rows, wanted, shaken, score(held), page)

    async def _precision(self, request: Precision, _actor: Actor) -> Answer:
        overall, found = precision(await self._ledger.rulings(self._essay.id))
        claims = review.by_claim(self._essay, found)
        rows, page = cut(claims, request)
        return review.precision(overall, rows, len(self._essay.claims) - len(claims), page)

    async def _digest(self, request: Digest, _actor: Actor) -> Answer:
        since = request.since or self._ground.clock.now() - DIGEST_REACH
        changes = await self._ledger.changes(self._essay.id, since, FOUND_MAX)
        rows, page = cut(changes.alerts, replace(request, since=since))
        accounts = await self._ledger.standings(self._essay)
        return views.digest(
            self._essay, replace(changes, alerts=tuple(rows)), accounts, since, page
        )

    async def _latest(self, request: Latest, _actor: Actor) -> Answer:
        rows, page = cut(await self._ledger.alerts(FOUND_MAX), request)
        return alerts.latest(rows, page)

    async def _status(self, _request: Status, actor: Actor) -> Answer:
        return views.status(await self._ledger.works(), actor.channel)

    async def _help(self, _request: Help, _actor: Actor) -> Answer:
        return views.usage()
