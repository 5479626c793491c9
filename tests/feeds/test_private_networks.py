"""No feed, page or redirect leads into the network that the bot runs in, however it is spelt."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.commands.checking import Checker
from bot.commands.requests import RequestError
from bot.errors import FetchError
from feeds.addresses import AddressRefusedError, public_socket
from feeds.fetch import Fetcher
from tests.fakes.clock import HandClock
from tests.fakes.feed_server import FeedServer, Page

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
SPELLINGS = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "127.0.0.1.",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[::127.0.0.1]",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
)


class Rebinding(AbstractResolver):
    """A name that is public when it is first asked for, and then leads home."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        kind = socket.AF_INET6 if ":" in found else socket.AF_INET
        return [ResolveResult(hostname=host, host=found, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        running.pages["/rss"] = Page(b"<rss><channel/></rss>")
        yield running


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_this_machine_is_fetched(server: FeedServer, host: str) -> None:
    """With the system's own resolver, which reads some of them as addresses."""
    async with Fetcher(HandClock(NOW)) as fetcher:
        with pytest.raises(FetchError):
            await fetcher.fetch(server.url("/rss", host))
    assert server.requests == []


@pytest.mark.parametrize("home", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1"])
async def test_a_name_that_is_bound_anew_never_leads_home(server: FeedServer, home: str) -> None:
    """DNS rebinding: the address that is connected to is the one that was judged.

    192.0.2.1 stands for a public address (RFC 5737): it is refused too, so nothing leaves.
    """
    resolver = Rebinding("192.0.2.1", home)
    async with Fetcher(HandClock(NOW), resolver=resolver) as fetcher:
        for _ in range(3):
            with pytest.raises(FetchError, match="private network") as caught:
                await fetcher.fetch(server.url("/rss", "feeds.example"))
            assert not caught.value.try_again
    assert server.requests == []


async def test_an_address_that_slips_past_the_resolver_meets_no_socket(server: FeedServer) -> None:
    """The last gate, alone: a connector whose resolver passes everything on."""
    import aiohttp

    resolver = Rebinding("127.0.0.1")
    connector = aiohttp.TCPConnector(resolver=resolver, socket_factory=public_socket)
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await session.get(server.url("/rss", "feeds.example"))
    assert isinstance(caught.value.os_error, AddressRefusedError)
    assert server.requests == []


@pytest.mark.parametrize(
    "to", [f"http://{host}/secret" for host in ("127.0.0.1:1", "2130706433", "[::1]:1")]
)
async def test_a_redirect_home_is_refused(server: FeedServer, to: str) -> None:
    """The first hop is allowed by its name alone; what it redirects to is judged afresh."""
    server.pages["/out"] = Page(status=302, headers={"Location": to})

    class OnlyThisServer(Fetcher):
        """Lets the first hop through, as if the server stood on the open internet."""

        def _checked(self, feed_url: str, url: str):  # type: ignore[no-untyped-def]
            from yarl import URL

            return URL(url) if url == feed_url else super()._checked(feed_url, url)

    async with OnlyThisServer(HandClock(NOW)) as fetcher:
        fetcher._session._connector._socket_factory = None  # type: ignore[union-attr]
        with pytest.raises(FetchError, match="redirects to"):
            await fetcher.fetch(server.url("/out"))
    assert [request.path for request in server.requests] == ["/out"]


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"])
async def test_a_person_in_chat_cannot_have_this_machine_read_to_them(
    server: FeedServer, host: str
) -> None:
    async with Fetcher(HandClock(NOW)) as fetcher:
        checker = Checker(fetcher, None, HandClock(NOW))  # type: ignore[arg-type]
        with pytest.raises(RequestError):
            await checker.check(server.url("/rss", host))
    assert server.requests == []


async def test_a_person_in_chat_cannot_use_a_name_that_is_bound_anew(server: FeedServer) -> None:
    async with Fetcher(HandClock(NOW), resolver=Rebinding("192.0.2.1", "127.0.0.1")) as fetcher:
        checker = Checker(fetcher, None, HandClock(NOW))  # type: ignore[arg-type]
        for _ in range(2):
            with pytest.raises(RequestError, match="private network"):
                await checker.check(server.url("/rss", "news.example"))
    assert server.requests == []
