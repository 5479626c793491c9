"""The worker's side: takes batches, judges, answers. It knows no ledger, feed or channel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from bot.errors import ConfigError
from bot.log import logger
from bot.ports import Judge
from bot.workers.engine import ANNOUNCE_INTERVAL_S, Engine, EngineAwayError
from bot.workers.messages import JudgeMark, Refused, read_request, refusal, reply

# After a signal the batch under way is finished; Docker kills after 10 s.
STOP_WITHIN_S = 8.0

_log = logger("worker")


def serve(engine: Engine, judge: Judge, mark: JudgeMark, stop: threading.Event) -> None:
    """Judges what comes until ``stop`` is set. Redis may come and go meanwhile.

    Raises ConfigError where Redis is not there at the start.
    """
    try:
        engine.check()
        engine.announce(mark)
    except EngineAwayError as error:
        raise ConfigError(
            f"{error}. Start Redis, or set [workers] redis_url (CLAIMWIRE_WORKERS_REDIS_URL) to"
            " where it is; its password is REDIS_PASSWORD."
        ) from error
    worker = engine.serve(mark, answering(judge, mark))
    _log.info("worker ready", judge=mark.judge, essay=mark.essay, version=mark.version)
    away = False
    while not stop.wait(ANNOUNCE_INTERVAL_S):
        try:
            engine.announce(mark)
        except EngineAwayError as error:
            if not away:
                _log.warning("Redis is away; the worker waits for it", error=str(error))
            away = True
        else:
            if away:
                _log.info("Redis is back")
            away = False
    _log.info("worker stopping")
    worker.stop(timeout=round(STOP_WITHIN_S * 1000))
    engine.close()


def answering(judge: Judge, mark: JudgeMark) -> Callable[[object], dict[str, Any]]:
    """A function from a request to its answer. It raises nothing: a fault is an answer too."""

    def answer(message: object) -> dict[str, Any]:
        try:
            articles = read_request(message, mark)
        except Refused as error:
            _log.warning("batch refused", reason=str(error))
            return refusal(mark, str(error))
        try:
            judgements = judge.judge(articles)
        except Exception as error:  # noqa: BLE001 - the bot judges it, and this worker goes on
            _log.exception("fault while a batch was judged", articles=len(articles))
            return refusal(mark, f"a fault in the worker: {type(error).__name__}; its log has more")
        _log.info("batch judged", articles=len(articles))
        return reply(mark, articles, judgements)

    return answer
