"""Look-ups that are answered with a picture."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bot.commands import drawing, predictions, views
from bot.commands.answers import Answer, Picture
from bot.commands.ground import Carriers, Ground
from bot.commands.paging import page_of
from bot.commands.requests import Board, Calibration, Timeline
from bot.model import Actor
from bot.pictures import board, calibration, timeline
from bot.predictions import score

DRAWN_MAX = 2_000  # verdicts of one claim that a picture shows, the newest


class Pictures:
    """Draws one picture at a time."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._essay = ground.essay
        self._ledger = ground.ledger
        self._drawing = asyncio.Lock()

    def carriers(self) -> Carriers:
        """What carries out which request."""
        return {
            Timeline: self._timeline,
            Board: self._board,
            Calibration: self._calibration,
        }

    async def _timeline(self, request: Timeline, _actor: Actor) -> Answer:
        claim = self._ground.claim(request.claim)
        items = await self._ledger.evidence(claim.id, DRAWN_MAX, self._essay.id)
        turns = await self._ledger.standing_history(self._essay.id, claim.id)
        drawn = drawing.timeline(claim, items, turns, self._ground.clock.now())
        png = await self._drawn(timeline.draw, drawn, dark=request.dark)
        picture = Picture(png, f"{claim.id}-timeline.png", drawn.alt)
        return views.picture(f"Timeline of {claim.id}", picture)

    async def _board(self, request: Board, _actor: Actor) -> Answer:
        accounts = await self._ledger.standings(self._essay)
        held = [
            (one, await self._ledger.evidence(one.claim.id, DRAWN_MAX, self._essay.id))
            for one in accounts
        ]
        page = page_of(request, drawing.board_pages(len(held)))
        drawn = drawing.board(
            self._essay, held, self._ground.clock.now(), page=page.number,
            sort_by_standing=request.by_standing,
        )  # fmt: skip
        png = await self._drawn(board.draw, drawn, dark=request.dark)
        return views.picture("The board", Picture(png, "board.png", drawn.alt), page)

    async def _calibration(self, request: Calibration, _actor: Actor) -> Answer:
        found = score(await self._ledger.predictions(self._essay, self._ground.rules))
        png = await self._drawn(calibration.draw, found.scored, dark=request.dark)
        shown = Picture(png, "calibration.png", calibration.alt(found.scored))
        title = "How the predictions came out"
        return Answer(title, predictions.score_lines(found), picture=shown)

    async def _drawn(self, draw: Callable[..., bytes], value: Any, *, dark: bool) -> bytes:
        """A picture, drawn in a thread; one at a time, as matplotlib asks."""
        async with self._drawing:
            return await asyncio.to_thread(draw, value, dark=dark)
