"""Polls over real servers on loopback: what feeds do wrong, and what becomes of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.essay.loader import bundled
from bot.ledger.records import AlertPolicy, FeedState
from bot.ledger.store import Ledger
from bot.model import Article, Judgement, Outlet, Stop
from bot.pipeline import JudgeThread, Pipeline, PollOutcome
from bot.polling import Poller, PollRules
from feeds.fetch import Fetcher, Limits
from feeds.fulltext import FullText
from feeds.manners import Manners
from feeds.opml import FeedSource
from tests.fakes.clock import HandClock
from tests.fakes.feed_server import FeedServer, Page, compressed

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
ITEM = "<item><title>Council votes {n}</title><link>https://e.example/{n}</link></item>"


def rss(*numbers: int, ttl: str = "") -> bytes:
    items = "".join(ITEM.format(n=n) for n in numbers)
    return f"<rss version='2.0'><channel><title>t</title>{ttl}{items}</channel></rss>".encode()


class Silent:
    """A judge that finds nothing, and keeps what it was given."""

    def __init__(self) -> None:
        self.essay = bundled()
        self.given: list[Article] = []

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        self.given += articles
        return [Judgement(stopped=Stop("match", "nothing")) for _ in articles]


@dataclass
class Ears:
    """Hears what an admin must know, once by its key."""

    told: dict[str, str] = field(default_factory=dict)

    async def tell(self, key: str, title: str, lines: Sequence[str] = ()) -> bool:
        return self.told.setdefault(key, title) is title


class NoNames(AbstractResolver):
    """The network without its name server."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        raise OSError(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async def close(self) -> None:
        pass


@dataclass
class Room:
    """A pipeline with all that it needs, and hands on its clock."""

    server: FeedServer
    ledger: Ledger
    pipeline: Pipeline
    clock: HandClock
    ears: Ears
    judge: Silent

    def source(self, path: str = "/rss") -> FeedSource:
        return FeedSource(self.server.url(path), Outlet("Example Wire", 1))

    async def poll(self, path: str = "/rss") -> PollOutcome:
        return await self.pipeline.poll(self.source(path))

    async def state(self, path: str = "/rss") -> FeedState:
        await self.pipeline.flush()
        found = (await self.ledger.feed_states()).get(self.source(path).url)
        assert found is not None
        return found


@asynccontextmanager
async def opened(
    server: FeedServer, *, path: Path | None = None, resolver: AbstractResolver | None = None,
    timeout_s: float = 10.0, full_text: bool = False,
) -> AsyncIterator[Room]:  # fmt: skip
    clock, ears, judge = HandClock(NOW), Ears(), Silent()
    thread, manners = JudgeThread(judge), Manners(gap_s=0)
    limits = Limits(allow_private=True, timeout_s=timeout_s, max_bytes=1_000_000)
    async with (
        await Ledger.open(path, clock) as ledger,
        Fetcher(clock, limits, resolver=resolver) as fetcher,
    ):
        pipeline = Pipeline(
            fetcher=fetcher,
            judge=thread,
            ledger=ledger,
            clock=clock,
            policy=AlertPolicy(),
            rules=PollRules(full_text=full_text, jitter_s=0),
            manners=manners,
            full_text=FullText(fetcher, clock, manners),
            operators=ears,
        )
        yield Room(server, ledger, pipeline, clock, ears, judge)
    thread.close()


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def room(server: FeedServer) -> AsyncIterator[Room]:
    async with opened(server) as room:
        yield room


# --- answers that are none -----------------------------------------------------------------------

PORTAL = (
    b"<!DOCTYPE html><html><body>Welcome to the hotel. <a href='/login'>Log in</a></body></html>"
)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Page(PORTAL, content_type="text/html"), "HTML page"),
        (Page(PORTAL, content_type="application/rss+xml"), "HTML page"),
        (Page(rss(1), reset=True), "cut off"),
        (Page(compressed(bytes(30_000_000), "gzip"), encoding="gzip", raw=True), "over 1,000,000"),
        (Page(status=302, headers={"Location": "/rss"}), "circle"),
        (Page(b""), "empty"),
        (Page(status=500), "HTTP 500"),
    ],
    ids=["portal", "portal that lies", "cut", "bomb", "circle", "empty", "500"],
)
async def test_a_passing_accident_costs_nothing_that_was_known(
    room: Room, page: Page, reason: str
) -> None:
    """A captive portal answers 200 for everything; validators, rhythm and entries stay."""
    good = Page(rss(1, 2), etag='"1"')
    room.server.pages["/rss"] = good
    await room.poll()
    before = await room.state()
    room.server.pages["/rss"] = page
    outcome = await room.poll()
    assert reason in outcome.error
    after = await room.state()
    assert (after.etag, after.failures, after.course.published) == (
        '"1"',
        1,
        before.course.published,
    )
    assert after.course.failing_since == NOW
    room.server.pages["/rss"] = Page(rss(1, 2, 3), etag='"2"')
    assert (await room.poll()).new == 1
    assert (await room.state()).course.failing_since is None


async def test_a_slow_loris_holds_its_own_poll_alone(server: FeedServer) -> None:
    server.pages |= {"/loris": Page(chunks=server.stalled), "/rss": Page(rss(1))}
    async with opened(server, timeout_s=0.3) as room:
        slow = asyncio.create_task(
            room.pipeline.poll(FeedSource(server.url("/loris", "localhost"), Outlet("o")))
        )
        await server.arrived.wait()
        assert (await room.poll()).new == 1
        assert not slow.done()
        assert "no whole answer" in (await slow).error


async def test_a_network_without_names_is_a_failure_that_passes(server: FeedServer) -> None:
    async with opened(server, resolver=NoNames()) as room:
        source = FeedSource("http://feeds.example/rss", Outlet("o"))
        outcome = await room.pipeline.poll(source)
        assert "cannot be resolved" in outcome.error
        assert outcome.due_at is not None
        assert timedelta(minutes=15) <= outcome.due_at - NOW <= timedelta(minutes=19)


@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_kept_to_over_a_restart(
    server: FeedServer, tmp_path: Path, as_date: bool
) -> None:
    wish = format_datetime(NOW + timedelta(hours=5), usegmt=True) if as_date else "18000"
    server.pages["/rss"] = Page(status=429, headers={"Retry-After": wish})
    path = tmp_path / "ledger.sqlite"
    async with opened(server, path=path) as room:
        await room.poll()
    async with opened(server, path=path) as room:
        rules = PollRules()
        poller = Poller(room.pipeline.poll, room.clock, rules, grace_s=60)
        poller.take([room.source()], await room.ledger.feed_states())
        for _ in range(5 * 60):
            room.clock.at += timedelta(minutes=1)
            await poller.tick()
            await poller.settle()
        assert len(server.requests) == 1
        room.clock.at += timedelta(hours=1, minutes=20)
        await poller.tick()
        await poller.settle()
        assert len(server.requests) == 2


# --- what servers wish ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "minutes"),
    [
        (Page(rss(1)), 15),
        (Page(rss(1), headers={"Cache-Control": "max-age=1200"}), 20),
        (Page(rss(1, ttl="<ttl>25</ttl>")), 25),
        (
            Page(
                rss(1).replace(
                    b"<channel>",
                    b"<channel xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>"
                    b"<sy:updatePeriod>hourly</sy:updatePeriod>"
                    b"<sy:updateFrequency>3</sy:updateFrequency>",
                )
            ),
            20,
        ),
        (Page(rss(1), headers={"Retry-After": "7200"}), 120),
    ],
    ids=["nothing", "max-age", "ttl", "updatePeriod", "Retry-After"],
)
async def test_a_server_says_how_often_it_wishes_to_be_asked(
    room: Room, page: Page, minutes: int
) -> None:
    room.server.pages["/rss"] = page
    assert (await room.poll()).due_at == NOW + timedelta(minutes=minutes)


async def test_an_unchanged_feed_writes_no_article_and_keeps_its_validators(room: Room) -> None:
    room.server.pages["/rss"] = Page(rss(1), etag='"1"')
    await room.poll()
    room.clock.at += timedelta(hours=1)
    outcome = await room.poll()
    assert outcome.not_modified
    state = await room.state()
    assert (state.etag, state.status, state.succeeded_at) == ('"1"', 304, room.clock.at)
    assert state.course.due_at == outcome.due_at == room.clock.at + timedelta(minutes=15)


# --- moves and ends ------------------------------------------------------------------------------


async def test_a_lasting_move_is_recorded_and_used_and_told_once(room: Room) -> None:
    room.server.pages |= {
        "/rss": Page(status=301, headers={"Location": "/new"}),
        "/new": Page(rss(1), etag='"1"'),
    }
    for _ in range(26):
        await room.poll()
        room.clock.at += timedelta(hours=1)
    state = await room.state()
    assert state.course.address == room.server.url("/new")
    room.server.requests.clear()
    assert (await room.poll()).not_modified
    assert [request.path for request in room.server.requests] == ["/new"]
    assert list(room.ears.told.values()) == ["A feed has moved"]
    assert (await room.ledger.counts()).feeds == 1


async def test_a_passing_redirect_is_followed_and_not_recorded(room: Room) -> None:
    room.server.pages |= {
        "/rss": Page(status=302, headers={"Location": "/new"}),
        "/new": Page(rss(1)),
    }
    for _ in range(26):
        await room.poll()
        room.clock.at += timedelta(hours=1)
    assert (await room.state()).course.address == ""


async def test_a_feed_that_is_gone_is_retired_told_and_taken_back(room: Room) -> None:
    room.server.pages["/rss"] = Page(rss(1))
    await room.poll()
    room.server.pages["/rss"] = Page(status=410)
    await room.poll()
    assert room.ears.told == {}
    room.clock.at += timedelta(hours=1)
    outcome = await room.poll()
    assert outcome.due_at is not None
    assert outcome.due_at >= room.clock.at + timedelta(days=7)
    assert "retired" in (await room.state()).last_error
    assert list(room.ears.told.values()) == ["A feed is gone"]
    room.clock.at += timedelta(days=8)
    await room.poll()
    assert len(room.ears.told) == 1
    room.server.pages["/rss"] = Page(rss(1, 2))
    assert (await room.poll()).new == 1
    assert (await room.state()).course.retired_at is None


async def test_a_feed_that_fails_for_days_is_told_once_and_never_given_up(room: Room) -> None:
    room.server.pages["/rss"] = Page(status=404)
    for _ in range(13):
        outcome = await room.poll()
        assert outcome.due_at is not None
        assert room.clock.at < outcome.due_at <= room.clock.at + timedelta(hours=30)
        room.clock.at = outcome.due_at
    assert room.clock.at > NOW + timedelta(days=3)
    assert list(room.ears.told.values()) == ["A feed has failed for 3 days"]


# --- manners and full text -----------------------------------------------------------------------


async def test_feeds_of_one_host_are_asked_one_after_another(room: Room) -> None:
    """The second is asked when the first has been answered, while other hosts go on."""
    release, order = asyncio.Event(), list[str]()

    async def held() -> AsyncIterator[bytes]:
        await release.wait()
        order.append("first answered")
        yield rss(1)

    room.server.pages |= {"/a": Page(chunks=held), "/b": Page(rss(2)), "/c": Page(rss(3))}
    first = asyncio.create_task(room.poll("/a"))
    await room.server.arrived.wait()
    second = asyncio.create_task(room.poll("/b"))
    other = FeedSource(room.server.url("/c", "localhost"), Outlet("o"))
    assert (await room.pipeline.poll(other)).new == 1
    assert [request.path for request in room.server.requests] == ["/a", "/c"]
    release.set()
    await asyncio.gather(first, second)
    assert [request.path for request in room.server.requests] == ["/a", "/c", "/b"]


async def test_a_completed_teaser_is_judged_kept_and_known_at_the_next_poll(
    server: FeedServer,
) -> None:
    report = "The harbour council votes again on Friday, said its speaker, and the ferry runs on."
    page = f"<html><body><article><h1>Council votes</h1><p>{report}</p><p>{report}</p></article>"
    server.pages |= {
        "/rss": Page(rss(1).replace(b"https://e.example/1", server.url("/1").encode())),
        "/1": Page(page.encode(), content_type="text/html"),
    }
    async with opened(server, full_text=True) as room:
        assert (await room.poll()).new == 1
        (article,) = room.judge.given
        assert report in article.text
        assert (await room.poll()).new == 0
        assert [request.path for request in server.requests].count("/1") == 1
        trace = await room.ledger.trace(server.url("/1"))
        assert trace is not None
        assert report in trace.revisions[0].entry.summary
