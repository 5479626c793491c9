"""A worker process with a judge that needs no model; see making.WorkerProcess."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

from bot.model import Article, Judgement
from bot.workers.engine import Engine
from bot.workers.serving import serve
from tests.workers.making import HEARTBEAT_TIMEOUT_S, MARK, WordJudge


class TellingJudge(WordJudge):
    def __init__(self, *, hold: bool) -> None:
        super().__init__()
        self._hold = hold

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        print("took", flush=True)
        if self._hold:
            threading.Event().wait()
        return super().judge(articles)


def main(url: str, hold: str) -> None:
    engine = Engine(url, heartbeat_timeout_s=HEARTBEAT_TIMEOUT_S)
    engine.announce(MARK)
    print("ready", flush=True)
    serve(engine, TellingJudge(hold=hold == "1"), MARK, threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
