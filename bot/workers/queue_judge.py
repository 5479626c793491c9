"""The bot's side: a Judge that asks workers, and judges itself what no worker answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from bot.errors import ClaimwireError
from bot.log import logger
from bot.model import Article, Judgement
from bot.ports import Judge
from bot.workers.engine import Engine, EngineAwayError
from bot.workers.messages import Identity, JudgeMark, Refused, identity, read_reply, request

# A message: two seconds of a worker's time, so that a batch of the pipeline keeps several busy.
MESSAGE_ARTICLES = 16
# Calls side by side: as many as feeds are fetched at the same time by default.
AT_ONCE = 8

_log = logger("workers")


def absence(engine: Engine, mark: JudgeMark) -> str:
    """Why no worker of that judge can be asked, "" if one can. Raises EngineAwayError."""
    if engine.anyone(mark):
        return ""
    for other in engine.others():
        if difference := mark.difference(other):
            return f"only workers of another judge are there: {difference}"
    return "no worker is there"


class QueueJudge:
    """A bot.ports.ConcurrentJudge in front of one that runs here.

    Its answers are those of the judge here: workers have the same mark or are not asked. Each
    article has one judgement, however often the queue delivers it.
    """

    at_once = AT_ONCE

    def __init__(self, here: Judge, engine: Engine, mark: JudgeMark, *, timeout_s: float) -> None:
        """``here`` judges what no worker answers within ``timeout_s``, one call at a time."""
        self.essay = here.essay
        self._here = here
        self._engine = engine
        self._mark = mark
        self._timeout_s = timeout_s
        self._one_at_a_time = threading.Lock()
        self._closing = threading.Event()
        self._trouble: str | None = None

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        """One judgement per article, in order. Raises ClaimwireError if ``close`` was called."""
        found = self._asked(articles)
        missing = [article for article in articles if identity(article) not in found]
        if missing:
            with self._one_at_a_time:
                self._stop_if_closing()
                judged = self._here.judge(missing)
            found |= dict(zip(map(identity, missing), judged, strict=True))
        return [found[identity(article)] for article in articles]

    def close(self) -> None:
        """Ends the waiting of calls under way, by ClaimwireError."""
        self._closing.set()

    def _asked(self, articles: Sequence[Article]) -> dict[Identity, Judgement]:
        """What workers judged, as far as they did."""
        found: dict[Identity, Judgement] = {}
        trouble = None
        try:
            if trouble := absence(self._engine, self._mark):
                self._tell(trouble)
                return found
            deadline = time.monotonic() + self._timeout_s
            batches = [
                articles[start : start + MESSAGE_ARTICLES]
                for start in range(0, len(articles), MESSAGE_ARTICLES)
            ]
            sent = [self._engine.send(self._mark, request(self._mark, one)) for one in batches]
            for batch, message in zip(batches, sent, strict=True):
                try:
                    answer = self._answer(message, deadline)
                    found |= read_reply(answer, self._mark, batch)
                except Refused as error:
                    trouble = str(error)
        except EngineAwayError as error:
            trouble = str(error)
        self._tell(trouble)
        return found

    def _answer(self, message: Any, deadline: float) -> object:
        """Raises Refused where none comes before the deadline, or no worker is left."""
        while True:
            self._stop_if_closing()
            answer = self._engine.answer(message)
            if answer is not None:
                return answer
            if not self._engine.anyone(self._mark):
                raise Refused("the workers are gone")
            if time.monotonic() >= deadline:
                raise Refused(f"no answer within {self._timeout_s:g} s")

    def _tell(self, trouble: str | None) -> None:
        """Logs what is new: why articles are judged here, or that workers judge again."""
        if trouble == self._trouble:
            return
        self._trouble, before = trouble, self._trouble
        if trouble:
            remedy = "`claimwire worker` starts a worker"
            _log.warning("judging here", reason=trouble, remedy=remedy)
        elif before:
            _log.info("workers judge again")

    def _stop_if_closing(self) -> None:
        if self._closing.is_set():
            raise ClaimwireError("claimwire is stopping; the batch is judged after the next start")
