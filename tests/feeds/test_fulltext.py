"""Teasers completed from real pages on loopback, by the rules of robots.txt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Entry, Outlet
from feeds.fetch import Fetcher, Limits
from feeds.fulltext import MAX_PAGES, TEXT_CHARS, FullText, extracted, joined
from feeds.manners import Manners
from feeds.robots import Robots
from tests.fakes.clock import HandClock
from tests.fakes.feed_server import FeedServer, Page

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
TITLE = "Harbour council votes on the ferry timetable"
FIRST = "The harbour council voted on Friday to run the ferry every hour, its speaker said."
SECOND = "The new timetable holds from September, and the crossing will cost as much as before."
PARAGRAPHS = (
    FIRST,
    SECOND,
    *(f"Background on the harbour, part {n}, at length." for n in range(40)),
)
PAGE = (
    f"<html><head><title>{TITLE}</title><script>var x = '<p>';</script></head><body>"
    "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav><article>"
    f"<h1>{TITLE}</h1>{''.join(f'<p>{p}</p>' for p in PARAGRAPHS)}</article>"
    "<footer>All rights reserved by nobody.</footer></body></html>"
).encode()
WALL = (
    b"<html><body><article><h1>Your privacy</h1><p>We and our 841 partners would like to keep"
    b" cookies on your machine, and ask you to agree to that before you go on.</p>"
    b"<p>You may change your mind at any time, at the bottom of each page.</p>"
    b"</article></body></html>"
)
HTML = "text/html; charset=utf-8"
OTHER = "127.0.0.2"


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        running.pages["/report"] = Page(PAGE, content_type=HTML)
        yield running


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
async def fetcher(clock: HandClock) -> AsyncIterator[Fetcher]:
    limits = Limits(allow_private=True, timeout_s=5, max_bytes=500_000)
    async with Fetcher(clock, limits) as running:
        yield running


@pytest.fixture
def full_text(fetcher: Fetcher, clock: HandClock) -> FullText:
    return FullText(fetcher, clock, Manners(gap_s=0))


def teaser(url: str, summary: str = "The council has voted.", key: str = "k") -> Entry:
    return Entry(key, "hash", "f", "", url, TITLE, summary, NOW, None, Outlet("o"))


def asked(server: FeedServer) -> list[str]:
    return [request.path for request in server.requests]


async def test_a_teaser_is_completed_with_the_first_sentences(
    server: FeedServer, full_text: FullText
) -> None:
    entry = teaser(server.url("/report"))
    (completed,) = await full_text.completed([entry])
    assert completed.summary.startswith("The council has voted.\n")
    assert FIRST in completed.summary
    assert SECOND in completed.summary
    assert "Home" not in completed.summary
    assert len(completed.summary) <= TEXT_CHARS
    assert completed.summary.endswith(".")
    # It is the same entry at the next poll, by the feed's own words.
    assert replace(completed, summary=entry.summary) == entry


async def test_a_summary_that_says_enough_costs_no_fetch(
    server: FeedServer, full_text: FullText
) -> None:
    entry = teaser(server.url("/report"), "A long summary. " * 20)
    assert await full_text.completed([entry]) == [entry]
    assert server.requests == []


async def test_a_page_is_fetched_once_for_two_feeds(
    server: FeedServer, full_text: FullText
) -> None:
    entry = teaser(server.url("/report"))
    assert await full_text.completed([entry]) == await full_text.completed([entry])
    assert asked(server) == ["/robots.txt", "/report"]


async def test_robots_txt_is_honoured(server: FeedServer, full_text: FullText) -> None:
    rules = b"User-agent: claimwire\nDisallow: /report\n\nUser-agent: *\nAllow: /\n"
    server.pages["/robots.txt"] = Page(rules, content_type="text/plain")
    entry = teaser(server.url("/report"))
    assert await full_text.completed([entry]) == [entry]
    assert asked(server) == ["/robots.txt"]


async def test_a_redirect_does_not_lead_past_robots_txt(
    server: FeedServer, full_text: FullText
) -> None:
    server.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /report\n")
    server.pages["/short"] = Page(status=302, headers={"Location": "/report"})
    entry = teaser(server.url("/short"))
    assert await full_text.completed([entry]) == [entry]


async def test_another_site_is_asked_for_its_rules_before_its_page(clock: HandClock) -> None:
    async with (
        FeedServer(hosts=2) as server,
        Fetcher(clock, Limits(allow_private=True, timeout_s=5)) as fetcher,
    ):
        server.pages["/report"] = Page(PAGE, content_type=HTML)
        server.pages["/away"] = Page(status=302, headers={"Location": server.url("/report", OTHER)})
        entry = teaser(server.url("/away"))
        (completed,) = await FullText(fetcher, clock, Manners(gap_s=0)).completed([entry])
        assert FIRST in completed.summary
        assert asked(server) == ["/robots.txt", "/away", "/robots.txt", "/report"]


async def test_a_page_that_is_sent_from_site_to_site_is_given_up(clock: HandClock) -> None:
    async with (
        FeedServer(hosts=2) as server,
        Fetcher(clock, Limits(allow_private=True, timeout_s=5)) as fetcher,
    ):
        server.pages["/a"] = Page(status=302, headers={"Location": server.url("/b", OTHER)})
        server.pages["/b"] = Page(status=302, headers={"Location": server.url("/a")})
        entry = teaser(server.url("/a"))
        assert await FullText(fetcher, clock, Manners(gap_s=0)).completed([entry]) == [entry]
        assert [path for path in asked(server) if path != "/robots.txt"] == ["/a", "/b", "/a"]


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (500, False), (503, False)]
)
async def test_a_site_without_rules_allows_all_and_one_that_fails_nothing(
    server: FeedServer, fetcher: Fetcher, clock: HandClock, status: int, allowed: bool
) -> None:
    """RFC 9309, 2.3.1.3 and 2.3.1.4."""
    server.pages["/robots.txt"] = Page(status=status)
    robots = Robots(fetcher, clock, Manners(gap_s=0))
    assert await robots.allow(server.url("/report")) is allowed
    assert await robots.allow(server.url("/other")) is allowed
    assert asked(server) == ["/robots.txt"]


async def test_rules_are_asked_for_again_after_a_day(
    server: FeedServer, fetcher: Fetcher, clock: HandClock
) -> None:
    robots = Robots(fetcher, clock, Manners(gap_s=0))
    assert await robots.allow(server.url("/report"))
    server.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /\n")
    assert await robots.allow(server.url("/report"))
    clock.at += timedelta(hours=25)
    assert not await robots.allow(server.url("/report"))


@pytest.mark.parametrize(
    "url", ["http://[", "javascript:x", "", "http://10.0.0.1/x", "https://a%E2%84%80b.example/x"]
)
async def test_what_is_no_address_is_not_allowed(url: str, clock: HandClock) -> None:
    async with Fetcher(clock) as careful:
        assert not await Robots(careful, clock, Manners(gap_s=0)).allow(url)


@pytest.mark.parametrize(
    "page",
    [
        Page(status=404),
        Page(WALL, content_type=HTML),
        Page(b"%PDF-1.7", content_type="application/pdf"),
        Page(b"", content_type=HTML),
        Page(b"<p>" * 100_000, content_type=HTML),
        Page(PAGE * 300, content_type=HTML),
        Page(PAGE, content_type=HTML, reset=True),
    ],
    ids=["gone", "consent wall", "PDF", "empty", "deep", "too large", "cut"],
)
async def test_a_page_that_cannot_be_used_leaves_the_teaser(
    server: FeedServer, full_text: FullText, page: Page
) -> None:
    server.pages["/report"] = page
    entry = teaser(server.url("/report"))
    assert await full_text.completed([entry]) == [entry]


async def test_a_page_that_never_ends_leaves_the_teaser(
    server: FeedServer, clock: HandClock
) -> None:
    server.pages["/report"] = Page(chunks=server.stalled, content_type=HTML)
    async with Fetcher(clock, Limits(allow_private=True, timeout_s=0.2)) as impatient:
        entry = teaser(server.url("/report"))
        completed = await FullText(impatient, clock, Manners(gap_s=0)).completed([entry])
    assert completed == [entry]


async def test_one_poll_fetches_some_pages_and_not_a_whole_archive(
    server: FeedServer, full_text: FullText
) -> None:
    entries = [teaser(server.url(f"/report?{n}"), key=str(n)) for n in range(MAX_PAGES + 5)]
    completed = await full_text.completed(entries)
    assert [e.key for e in completed] == [e.key for e in entries]
    assert asked(server).count("/report") == MAX_PAGES


async def test_pages_in_a_private_network_are_not_fetched(
    server: FeedServer, clock: HandClock
) -> None:
    async with Fetcher(clock) as careful:
        entry = teaser(server.url("/report"))
        completed = await FullText(careful, clock, Manners(gap_s=0)).completed([entry])
    assert completed == [entry]
    assert server.requests == []


def test_other_kinds_of_documents_are_not_read() -> None:
    assert extracted(PAGE, "text/plain") == ""


@given(title=st.text(), summary=st.text(max_size=199), text=st.text())
def test_a_completed_teaser_is_bounded_and_never_shorter(
    title: str, summary: str, text: str
) -> None:
    whole = joined(title, summary, text)
    assert len(whole) <= max(TEXT_CHARS, len(summary))
    assert whole == summary or len(whole) >= len(summary.rstrip(" .…[]"))
