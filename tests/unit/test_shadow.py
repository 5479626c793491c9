"""A shadow run: what a change would have alerted, beside what was, and nothing written anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.essay.loader import bundled
from bot.export.records import AlertRecord
from bot.ledger.records import AlertPolicy, FeedUpdate
from bot.ledger.store import Ledger
from bot.model import (
    Alert,
    Article,
    Entry,
    Judgement,
    Outlet,
    Sentence,
    Stance,
    Standing,
    Stop,
    Verdict,
)
from bot.pipeline import JudgeThread
from bot.replay import ReplayClock
from bot.shadow import Shadow, compare, shadow

START = datetime(2026, 3, 1, tzinfo=UTC)
ESSAY = bundled()
TITLES = (
    "Moscow rejects a truce once more today",
    "Moscow offers a pause of four days",
    "Kyiv accepts a truce in full and signs",
    "Cricket: the visitors win by an innings",
)


def article(number: int, title: str) -> Article:
    key = f"https://e.example/{number}"
    at = START + timedelta(days=number)
    entry = Entry(key, f"hash {title}", "", key, key, title, "", at, None, Outlet(f"Wire {number}"))
    return Article(entry, at, at)


ARTICLES = [article(number, title) for number, title in enumerate(TITLES)]


class WordJudge:
    """Finds one claim by a word of the title; ``stances`` says what the word means to it."""

    def __init__(self, **stances: Stance) -> None:
        self.essay = ESSAY
        self._stances = stances

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        return [self._one(each.entry.title) for each in articles]

    def _one(self, title: str) -> Judgement:
        for word, stance in self._stances.items():
            if word in title:
                sentence = Sentence(title, 0, len(title))
                return Judgement((Verdict("C10", stance, 0.9, sentence, None, "event"),))
        return Judgement(stopped=Stop("match", "no such word"))


async def stored(judge: WordJudge, ledger: Ledger) -> tuple[AlertRecord, ...]:
    """The alerts of a ledger in which every article was recorded when it came, in silence."""
    for each, judgement in zip(ARTICLES, judge.judge(ARTICLES), strict=True):
        await ledger.commit(
            FeedUpdate(ESSAY, "feed:", each.at, articles=((each, judgement),), silent=True)
        )
    _snapshot, records = await ledger.alert_records(ESSAY.id)
    return records


async def shadowed(before: WordJudge, after: WordJudge, **policy) -> Shadow:
    thread, done = JudgeThread(after), []
    try:
        async with await Ledger.open(None, ReplayClock(START)) as ledger:
            records = await stored(before, ledger)
            found = await shadow(
                ARTICLES, records, judge=thread, policy=AlertPolicy(**policy), progress=done.append
            )
            _snapshot, again = await ledger.alert_records(ESSAY.id)
            assert again == records
    finally:
        thread.close()
    assert sum(done) == len(ARTICLES)
    return found


async def test_the_same_judge_changes_nothing():
    judge = WordJudge(rejects=Stance.SUPPORTS, accepts=Stance.CONTRADICTS)
    found = await shadowed(judge, judge)
    assert (found.comparison.before, found.comparison.after, found.comparison.same) == (2, 2, 2)
    assert found.comparison.claim_ids == ()
    assert (found.articles, found.days) == (4, 4)


async def test_new_gone_and_turned_alerts_are_told_apart():
    before = WordJudge(rejects=Stance.SUPPORTS, accepts=Stance.CONTRADICTS)
    after = WordJudge(offers=Stance.UPDATE, accepts=Stance.SUPPORTS)
    found = await shadowed(before, after)
    comparison = found.comparison.of_claim("C10")
    assert [alert.sentence for alert in comparison.new] == [TITLES[1]]
    assert [alert.sentence for alert in comparison.gone] == [TITLES[0]]
    ((was, would),) = comparison.turned
    assert (was.stance, would.stance) == (Stance.CONTRADICTS, Stance.SUPPORTS)
    assert found.comparison.claim_ids == ("C10",)
    assert found.summary() == (
        "4 stored articles over 4 days: 2 alerts (0.5 a day), before 2 (0.5 a day):"
        " 1 new, 1 gone, 1 turned."
    )
    told = found.as_dict()
    assert told["new"][0]["outlet"] == "Wire 1"
    assert told["turned"][0]["before"]["stance"] == "contradicts"


async def test_the_policy_decides_what_is_an_alert():
    judge = WordJudge(rejects=Stance.SUPPORTS, accepts=Stance.CONTRADICTS)
    found = await shadowed(judge, judge, stances=frozenset({Stance.CONTRADICTS}))
    assert [alert.sentence for alert in found.comparison.gone] == [TITLES[0]]
    found = await shadowed(judge, judge, min_confidence=0.95)
    assert found.comparison.after == 0


def record(number: int, *keys: str, claim: int = 0, stance: Stance = Stance.SUPPORTS):
    alert = Alert(
        number, 1, "", ESSAY.claims[claim], stance, 0.9, "", "", None, "event", START, number, (),
        Standing.QUIET, Standing.QUIET,
    )  # fmt: skip
    return AlertRecord(alert, START, START, frozenset(keys))


def test_alerts_are_the_same_by_claim_and_report_not_by_story_or_number():
    found = compare([record(1, "a"), record(2, "b")], [record(7, "b"), record(9, "a", claim=1)])
    assert found.same == 1
    assert [each.id for each in found.gone] == [1]
    assert [each.id for each in found.new] == [9]


def test_a_story_that_becomes_two_is_one_alert_more_and_the_larger_part_stays():
    found = compare([record(1, "a", "b", "c")], [record(1, "a"), record(2, "b", "c")])
    assert (found.same, [each.id for each in found.new]) == (1, [1])
    assert (found.before, found.after) == (1, 2)
    merged = compare([record(1, "a"), record(2, "b", "c")], [record(1, "a", "b", "c")])
    assert (merged.same, [each.id for each in merged.gone]) == (1, [1])


def test_each_alert_is_counted_once_on_both_sides():
    before = [record(1, "a", "b"), record(2, "c"), record(3, "d")]
    after = [record(1, "b", "c"), replace(record(2, "a")), record(3, "x")]
    found = compare(before, after)
    assert (found.before, found.after) == (3, 3)
    assert len(found.new) == len(found.gone) == 3 - found.same
    assert {3} <= {each.id for each in found.new} & {each.id for each in found.gone}
