"""A replay: in the order of dates, into any ledger, and a second time it adds nothing."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from adapters.memory import MemoryAdapter
from bot.alerts.outbox import Courier
from bot.essay.loader import bundled
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Article, Entry, Judgement, Outlet, Sentence, Stance, Stop, Verdict
from bot.pipeline import JudgeThread
from bot.replay import ReplayClock, Summary, dated, replay

START = datetime(2025, 3, 1, tzinfo=UTC)


def entry(number: int, title: str, outlet: str = "Example Wire") -> Entry:
    key = f"https://e.example/{number}"
    return Entry(
        key, f"hash {number} {title}", "", key, key, title, "", START + timedelta(days=number),
        None, Outlet(outlet),
    )  # fmt: skip


class WordJudge:
    """A judge of two words, so that a test sees the line and not the model."""

    def __init__(self) -> None:
        self.essay = bundled()
        self.order: list[datetime] = []

    def judge(self, articles: list[Article]) -> list[Judgement]:
        self.order += [article.at for article in articles]
        return [self._one(article) for article in articles]

    def _one(self, article: Article) -> Judgement:
        title = article.entry.title
        if "truce" not in title:
            return Judgement(stopped=Stop("match", "no truce"))
        stance = Stance.CONTRADICTS if "accepts" in title else Stance.SUPPORTS
        sentence = Sentence(title, 0, len(title))
        return Judgement((Verdict("C10", stance, 0.9, sentence, None, "event"),))


async def run(entries: list[Entry], ledger: Ledger, judge: WordJudge) -> Summary:
    clock, recorder, thread = ReplayClock(START), MemoryAdapter("replay"), JudgeThread(judge)
    await recorder.start()
    try:
        return await replay(
            dated(entries, START + timedelta(days=999)),
            judge=thread,
            ledger=ledger,
            courier=Courier(ledger, [recorder], clock, random.Random(0)),
            policy=AlertPolicy(channels=("replay",)),
            clock=clock,
            recorder=recorder,
        )
    finally:
        thread.close()
        await recorder.stop()


ENTRIES = [
    entry(40, "Moscow accepts a truce in full and signs"),
    entry(2, "Moscow rejects a truce once more today"),
    entry(1, "Cricket: England win the second test"),
    entry(2, "Moscow rejects a truce once more today"),
]


async def test_entries_go_in_the_order_of_their_dates_and_alerts_are_counted() -> None:
    judge = WordJudge()
    async with await Ledger.open(None, ReplayClock(START)) as ledger:
        summary = await run(ENTRIES, ledger, judge)
    assert judge.order == sorted(judge.order)
    assert (summary.entries, summary.known, summary.verdicts, summary.stories) == (4, 1, 2, 2)
    assert summary.alerts == {("C10", Stance.SUPPORTS): 1, ("C10", Stance.CONTRADICTS): 1}
    assert summary.stopped == {"match": 1}
    assert summary.days == 40
    assert summary.as_dict()["alerts_per_day"] == pytest.approx(0.05)


async def test_a_second_replay_into_the_same_ledger_alerts_nothing() -> None:
    async with await Ledger.open(None, ReplayClock(START)) as ledger:
        await run(ENTRIES, ledger, WordJudge())
        again = await run(ENTRIES, ledger, WordJudge())
    assert (again.known, again.verdicts, again.alerts.total(), again.stories) == (4, 0, 0, 0)


def test_the_clock_never_runs_backwards() -> None:
    clock = ReplayClock(START)
    clock.advance(START - timedelta(days=1))
    assert clock.now() == START
