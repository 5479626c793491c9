"""One feed through the stages, with the real fetcher, parser and ledger on loopback."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import product

import pytest

from bot.clock import SystemClock
from bot.essay.loader import bundled
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Article, Entry, Judgement, Outlet, Sentence, Stance, Stop, Verdict
from bot.pipeline import JudgeThread, Pipeline, as_article
from bot.polling import PollRules
from feeds.fetch import Fetcher, Limits
from feeds.fulltext import POLL_TIMEOUT_S, FullText
from feeds.manners import Manners
from feeds.opml import FeedSource
from tests.fakes.feed_server import FeedServer, Page

NOW = datetime(2026, 1, 2, tzinfo=UTC)


class WordJudge:
    """Every title with "rejects" supports C10."""

    def __init__(self) -> None:
        self.essay = bundled()
        self.titles: list[str] = []
        self.fault: Exception | None = None

    def judge(self, articles: list[Article]) -> list[Judgement]:
        if self.fault:
            raise self.fault
        self.titles += [article.entry.title for article in articles]
        return [
            Judgement((_verdict(article.entry.title),))
            if "rejects" in article.entry.title
            else Judgement(stopped=Stop("match", "nothing"))
            for article in articles
        ]


def _verdict(title: str) -> Verdict:
    return Verdict("C10", Stance.SUPPORTS, 0.9, Sentence(title, 0, len(title)), None, "event")


def rss(*titles: str) -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://e.example/{title.replace(' ', '-')}</link>"
        f"<pubDate>Thu, 01 Jan 2026 {12 - number:02}:00:00 +0000</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


class Line:
    """A pipeline with all that it needs."""

    def __init__(self, server: FeedServer, ledger: Ledger, pipeline: Pipeline, judge: WordJudge):
        self.server, self.ledger, self.pipeline, self.judge = server, ledger, pipeline, judge

    def source(self, path: str = "/rss") -> FeedSource:
        return FeedSource(self.server.url(path), Outlet("Example Wire", 1))


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    clock, judge = SystemClock(), WordJudge()
    thread = JudgeThread(judge)
    limits = Limits(allow_private=True, timeout_s=10)
    async with (
        FeedServer() as server,
        await Ledger.open(None, clock) as ledger,
        Fetcher(clock, limits) as fetcher,
    ):
        pipeline = Pipeline(
            fetcher=fetcher,
            judge=thread,
            ledger=ledger,
            clock=clock,
            policy=AlertPolicy(channels=("desk",)),
        )
        yield Line(server, ledger, pipeline, judge)
    thread.close()


async def test_pages_and_feeds_of_the_same_hosts_do_not_wait_for_each_other_for_ever() -> None:
    """A poll that waits for a host's turn, to complete a teaser, must hold no slot."""
    clock, judge, hosts = SystemClock(), JudgeThread(WordJudge()), ("127.0.0.1", "127.0.0.2")
    async with (
        FeedServer(hosts=len(hosts)) as server,
        await Ledger.open(None, clock) as ledger,
        Fetcher(clock, Limits(allow_private=True, timeout_s=10)) as fetcher,
    ):
        manners = Manners(gap_s=0.01)
        pipeline = Pipeline(
            fetcher=fetcher,
            judge=judge,
            ledger=ledger,
            clock=clock,
            policy=AlertPolicy(),
            rules=PollRules(full_text=True, concurrency=len(hosts)),
            manners=manners,
            full_text=FullText(fetcher, clock, manners),
        )
        sources = []
        for number, host in product(range(3), hosts):
            path = f"/rss{number}"
            page = rss("Kremlin rejects the plan").replace(
                b"https://e.example/", server.url(f"/{number}/", host).encode()
            )
            server.pages[path] = Page(page)
            sources.append(FeedSource(server.url(path, host), Outlet("Example Wire", 1)))
        async with asyncio.timeout(POLL_TIMEOUT_S / 3):
            outcomes = await asyncio.gather(*map(pipeline.poll, sources))
        assert not any(outcome.error for outcome in outcomes)
    judge.close()


async def test_the_first_fetch_records_in_silence_and_the_next_alerts(line: Line) -> None:
    line.server.pages["/rss"] = Page(rss("Kremlin rejects the first proposal"))
    first = await line.pipeline.poll(line.source())
    assert (first.new, first.verdicts, first.alerts, first.silent) == (1, 1, 0, True)
    assert (await line.ledger.counts()).pending == 0
    line.server.pages["/rss"] = Page(
        rss("Moscow rejects an altogether different plan", "Kremlin rejects the first proposal")
    )
    second = await line.pipeline.poll(line.source())
    assert (second.entries, second.new, second.alerts, second.silent) == (2, 1, 1, False)
    (delivery,) = await line.ledger.due_deliveries(SystemClock().now(), 9)
    assert delivery.alert.sentence == "Moscow rejects an altogether different plan"


async def test_a_back_fill_alerts_at_once(line: Line) -> None:
    line.server.pages["/rss"] = Page(rss("Kremlin rejects the first proposal"))
    outcome = await line.pipeline.poll(line.source(), back_fill=True)
    assert (outcome.alerts, outcome.silent) == (1, False)


async def test_an_unmodified_feed_costs_no_judgement(line: Line) -> None:
    line.server.pages["/rss"] = Page(rss("Kremlin rejects the plan"), etag='"7"')
    await line.pipeline.poll(line.source())
    outcome = await line.pipeline.poll(line.source())
    assert outcome.not_modified
    assert line.server.requests[-1].headers["If-None-Match"] == '"7"'
    assert line.judge.titles == ["Kremlin rejects the plan"]
    state = (await line.ledger.feed_states()).get(line.source().url)
    assert state is not None
    assert (state.etag, state.failures) == ('"7"', 0)


async def test_what_is_in_the_ledger_is_not_judged_again(line: Line) -> None:
    line.server.pages["/rss"] = Page(rss("Kremlin rejects the plan"))
    await line.pipeline.poll(line.source())
    outcome = await line.pipeline.poll(line.source())
    assert (outcome.entries, outcome.new) == (1, 0)
    assert len(line.judge.titles) == 1


@pytest.mark.parametrize(
    "page",
    [
        Page(b"<html><body>log in</body></html>", content_type="text/html"),
        Page(b""),
        Page(b"gone", status=410),
        Page(b"busy", status=503),
    ],
)
async def test_a_failing_feed_is_recorded_and_stops_no_other(line: Line, page: Page) -> None:
    line.server.pages["/bad"] = page
    line.server.pages["/rss"] = Page(rss("Kremlin rejects the plan"))
    bad = await line.pipeline.poll(line.source("/bad"))
    good = await line.pipeline.poll(line.source())
    assert bad.error
    assert not good.error
    state = (await line.ledger.feed_states()).get(line.source("/bad").url)
    assert state is not None
    assert state.failures == 1
    assert state.last_error
    assert not state.fetched_before


async def test_a_ledger_that_fails_is_an_outcome_and_not_a_crash(line: Line) -> None:
    line.server.pages["/rss"] = Page(rss("Kremlin rejects the plan"))
    await line.ledger.close()
    assert (await line.pipeline.poll(line.source())).error


@pytest.mark.parametrize("as_date", [False, True])
async def test_a_server_that_asks_for_a_pause_gets_it(line: Line, as_date: bool) -> None:
    now = SystemClock().now()
    wish = format_datetime(now + timedelta(hours=5), usegmt=True) if as_date else "18000"
    line.server.pages["/rss"] = Page(b"busy", status=429, headers={"Retry-After": wish})
    outcome = await line.pipeline.poll(line.source())
    assert outcome.error
    assert outcome.due_at is not None
    assert outcome.due_at >= now + timedelta(hours=4, minutes=59)
    state = (await line.ledger.feed_states()).get(line.source().url)
    assert state is not None
    assert state.course.due_at == outcome.due_at


async def test_a_fault_of_the_judge_is_recorded_with_its_feed(line: Line) -> None:
    line.judge.fault = RuntimeError("a fault in the model")
    line.server.pages["/rss"] = Page(rss("Kremlin rejects the plan"))
    outcome = await line.pipeline.poll(line.source())
    assert "RuntimeError" in outcome.error
    state = (await line.ledger.feed_states()).get(line.source().url)
    assert state is not None
    assert (state.failures, state.etag) == (1, "")
    line.judge.fault = None
    assert (await line.pipeline.poll(line.source())).new == 1


def test_an_article_never_counts_from_the_future() -> None:
    late = Entry("k", "h", "", "", "", "t", "", datetime(2099, 1, 1, tzinfo=UTC), None, Outlet("o"))
    assert as_article(late, NOW).at == NOW
    undated = Entry("k", "h", "", "", "", "t", "", None, None, Outlet("o"))
    assert as_article(undated, NOW).at == NOW
