"""The real Fetcher against a real server on loopback."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.config import FeedsSettings
from bot.errors import FetchError
from feeds.fetch import Caching, Fetcher, Limits
from tests.fakes.clock import HandClock
from tests.fakes.feed_server import FeedServer, Page, compressed
from tests.unit.feeds.test_addresses import Answers

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
RSS = b"<rss version='2.0'><channel><title>T</title></channel></rss>"
TOO_LARGE = "over 1,000,000 bytes ([feeds] max_bytes)"  # the limit of limits()


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


def limits(**changed: float) -> Limits:
    return Limits(
        allow_private=True,
        timeout_s=changed.get("timeout_s", 10.0),
        max_bytes=int(changed.get("max_bytes", 1_000_000)),
        max_redirects=int(changed.get("max_redirects", 5)),
    )


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(HandClock(NOW), limits()) as running:
        yield running


async def refusal(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(url)
    assert caught.value.feed_url == url
    return caught.value


# --- what is asked, what comes back --------------------------------------------------------------


async def test_a_feed_is_fetched_with_its_validators(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(
        RSS, etag='W/"1"', last_modified="Sat, 01 Aug 2026 00:00:00 GMT",
        headers={"Cache-Control": "max-age=600"},
    )  # fmt: skip
    fetched = await fetcher.fetch(server.url("/rss"))
    assert fetched.body == RSS
    assert fetched.status == 200
    assert fetched.content_type == "application/rss+xml"
    assert fetched.caching == Caching('W/"1"', "Sat, 01 Aug 2026 00:00:00 GMT")
    assert fetched.fresh_s == 600
    assert fetched.permanent_redirect is None
    sent = server.requests[0].headers
    assert "claimwire" in sent["User-Agent"]
    assert sent["Accept-Encoding"] == "gzip, deflate, br"
    assert "If-None-Match" not in sent


@pytest.mark.parametrize("kept", [Caching(etag='"1"'), Caching(last_modified="yesterday")])
async def test_an_unchanged_feed_is_not_sent_again(
    server: FeedServer, fetcher: Fetcher, kept: Caching
) -> None:
    server.pages["/rss"] = Page(RSS, etag='"1"', last_modified="yesterday")
    fetched = await fetcher.fetch(server.url("/rss"), kept)
    assert fetched.body is None
    assert fetched.status == 304
    assert fetched.caching == Caching('"1"', "yesterday")


async def test_a_changed_feed_is_sent_whole(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(RSS, etag='"2"')
    fetched = await fetcher.fetch(server.url("/rss"), Caching('"1"', "long ago"))
    assert fetched.body == RSS
    assert fetched.caching == Caching('"2"', "")


async def test_not_modified_unasked_is_an_error(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(status=304)
    assert (await refusal(fetcher, server.url("/rss"))).status == 304


async def test_no_cookie_is_kept(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(RSS, headers={"Set-Cookie": "seen=1; Path=/"})
    await fetcher.fetch(server.url("/rss"))
    await fetcher.fetch(server.url("/rss"))
    assert "Cookie" not in server.requests[1].headers


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_encodings_are_undone(server: FeedServer, fetcher: Fetcher, encoding: str) -> None:
    server.pages["/rss"] = Page(RSS, encoding=encoding)
    assert (await fetcher.fetch(server.url("/rss"))).body == RSS


async def test_gzip_that_does_not_say_so_is_undone(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(gzip.compress(RSS))
    assert (await fetcher.fetch(server.url("/rss"))).body == RSS


@pytest.mark.parametrize(
    ("status", "try_again"),
    [(400, False), (401, False), (403, False), (404, False), (410, False), (408, True),
     (429, True), (500, True), (502, True), (503, True), (504, True), (300, False)],
)  # fmt: skip
async def test_a_refusal_says_whether_to_try_again(
    server: FeedServer, fetcher: Fetcher, status: int, try_again: bool
) -> None:
    server.pages["/rss"] = Page(b"no", status=status, headers={"Retry-After": "90"})
    error = await refusal(fetcher, server.url("/rss"))
    assert (error.status, error.try_again, error.retry_after_s) == (status, try_again, 90)
    assert f"HTTP {status}" in error.reason


async def test_a_wait_may_be_a_date(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(
        status=503, headers={"Retry-After": "Sat, 01 Aug 2026 12:10:00 GMT"}
    )
    assert (await refusal(fetcher, server.url("/rss"))).retry_after_s == 600


# --- bounds --------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_a_bomb_is_refused_and_never_held(
    server: FeedServer, fetcher: Fetcher, encoding: str
) -> None:
    """30 MB of nothing in a few kB on the wire: what is held stays near the limit of 1 MB."""
    bomb = compressed(bytes(30_000_000), encoding)
    server.pages |= {"/rss": Page(bomb, encoding=encoding, raw=True), "/warm": Page(RSS)}
    await fetcher.fetch(server.url("/warm"))
    tracemalloc.start()
    error = await refusal(fetcher, server.url("/rss"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert TOO_LARGE in error.reason
    assert not error.try_again
    assert peak < 4_000_000


async def test_an_endless_body_is_cut(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(chunks=server.endless)
    assert TOO_LARGE in (await refusal(fetcher, server.url("/rss"))).reason


async def test_endless_gzip_that_holds_nothing_is_cut(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(chunks=server.endless_nothing, encoding="gzip", raw=True)
    assert TOO_LARGE in (await refusal(fetcher, server.url("/rss"))).reason


async def test_a_slow_loris_is_cut_by_the_total_time(server: FeedServer) -> None:
    server.pages["/rss"] = Page(chunks=server.stalled)
    async with Fetcher(HandClock(NOW), limits(timeout_s=0.2)) as fetcher:
        error = await refusal(fetcher, server.url("/rss"))
    assert error.try_again
    assert "within 0.2 s" in error.reason


async def test_a_fetch_can_be_cancelled(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/rss"] = Page(chunks=server.stalled)
    task = asyncio.create_task(fetcher.fetch(server.url("/rss")))
    await server.arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "page",
    [
        Page(gzip.compress(RSS * 50)[:-9], encoding="gzip", raw=True),
        Page(b"not gzip", encoding="gzip", raw=True),
        Page(RSS, encoding="zstd", raw=True),
        Page(RSS, reset=True),
    ],
    ids=["cut gzip", "no gzip", "unknown encoding", "cut connection"],
)
async def test_a_broken_answer_may_be_tried_again(
    server: FeedServer, fetcher: Fetcher, page: Page
) -> None:
    server.pages["/rss"] = page
    error = await refusal(fetcher, server.url("/rss"))
    assert error.try_again
    assert error.status is None


async def test_a_server_that_is_down_may_be_tried_again(fetcher: Fetcher) -> None:
    async with FeedServer() as server:
        url = server.url("/rss")
    error = await refusal(fetcher, url)
    assert error.try_again
    assert "cannot be reached" in error.reason


def test_without_a_config_the_limits_are_those_of_the_config() -> None:
    limits, settings = Limits(), FeedsSettings()
    for name in ("timeout_s", "max_bytes", "max_redirects", "allow_private"):
        assert getattr(limits, name) == getattr(settings, name), name


# --- redirects -----------------------------------------------------------------------------------


def redirect(to: str, status: int = 302) -> Page:
    return Page(status=status, headers={"Location": to})


async def test_redirects_are_followed_and_a_lasting_move_is_told(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.pages |= {
        "/a": redirect("/b", 301),
        "/b": redirect(server.url("/c"), 308),
        "/c": redirect("d?x=1", 302),
        "/d": Page(RSS),
    }
    fetched = await fetcher.fetch(server.url("/a"), Caching(etag='"1"'))
    assert fetched.body == RSS
    assert fetched.url == server.url("/a")
    assert fetched.final_url == server.url("/d?x=1")
    assert fetched.permanent_redirect == server.url("/c")
    assert server.requests[-1].headers["If-None-Match"] == '"1"'


async def test_a_passing_redirect_is_no_move(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages |= {"/a": redirect("/b", 307), "/b": redirect("/c", 301), "/c": Page(RSS)}
    assert (await fetcher.fetch(server.url("/a"))).permanent_redirect is None


async def test_redirects_in_a_circle_are_refused(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages |= {"/a": redirect("/b"), "/b": redirect("/a")}
    error = await refusal(fetcher, server.url("/a"))
    assert "circle" in error.reason
    assert len(server.requests) == 2


async def test_too_many_redirects_are_refused(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages |= {f"/{n}": redirect(f"/{n + 1}") for n in range(20)}
    assert "more than 5 redirects" in (await refusal(fetcher, server.url("/0"))).reason
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("ftp://e.com/x", "only http"),
        ("file:///etc/passwd", "only http"),
        ("http://user:pw@127.0.0.1/", "user or password"),
        ("http://[broken", "not valid"),
        ("", "without the address"),
    ],
)
async def test_a_redirect_elsewhere_is_refused(
    server: FeedServer, fetcher: Fetcher, to: str, reason: str
) -> None:
    server.pages["/a"] = redirect(to)
    error = await refusal(fetcher, server.url("/a"))
    assert reason in error.reason
    assert not error.try_again


# --- private networks ----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
async def test_private_hosts_are_refused_by_default(server: FeedServer, host: str) -> None:
    async with Fetcher(HandClock(NOW)) as fetcher:
        error = await refusal(fetcher, server.url("/rss", host))
    assert not error.try_again
    assert server.requests == []


async def test_a_name_that_leads_into_a_private_network_is_refused(server: FeedServer) -> None:
    async with Fetcher(HandClock(NOW), resolver=Answers(["127.0.0.1", "::1"])) as fetcher:
        error = await refusal(fetcher, server.url("/rss", "feeds.example"))
    assert "private network" in error.reason
    assert "allow_private" in error.reason
    assert server.requests == []


async def test_a_name_is_fetched_where_private_ones_are_allowed(server: FeedServer) -> None:
    server.pages["/rss"] = Page(RSS)
    resolver = Answers(["127.0.0.1"])
    async with Fetcher(HandClock(NOW), limits(), resolver=resolver) as fetcher:
        assert (await fetcher.fetch(server.url("/rss", "feeds.example"))).body == RSS
