"""WebSub with a real hub, feeds, listener and ledger on loopback: what is pushed is in the ledger
once, whatever else happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.callbacks import MAX_CONNECTIONS, listening
from bot.essay.loader import bundled
from bot.hubbook import HubBook
from bot.ledger.records import AlertPolicy
from bot.ledger.store import Ledger
from bot.model import Article, HubSubscription, Judgement, Outlet, Sentence, Stance, Verdict
from bot.operations.observer import Pushed, Unobserved
from bot.pipeline import JudgeThread, Pipeline, PollOutcome
from bot.polling import PollRules
from bot.pushing import PUSHES_PER_HOUR, Pushing
from feeds.course import PUSHED_WAIT_S
from feeds.fetch import Fetcher, Limits
from feeds.manners import Manners
from feeds.opml import FeedSource
from feeds.websub import FIRST_PAUSE_S, LEAVE_TIMES, LONGEST_PAUSE_S, PATH
from tests.app.bot_process import free_port
from tests.fakes.clock import HandClock
from tests.fakes.feed_server import FeedServer, Page
from tests.fakes.hub import CHALLENGE, Hub, Said

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
MAX_BYTES = 100_000
ITEM = "<item><title>Council rejects plan {n}</title><link>https://e.example/{n}</link></item>"


def rss(*numbers: int, hub: str = "", topic: str = "") -> bytes:
    links = "".join(
        f"<atom:link rel='{rel}' href='{href}'/>"
        for rel, href in (("hub", hub), ("self", topic))
        if href
    )
    items = "".join(ITEM.format(n=n) for n in numbers)
    return (
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'>"
        f"<channel><title>t</title>{links}{items}</channel></rss>"
    ).encode()


class Believing:
    """A judge for whom every report supports C10, and who keeps their addresses."""

    def __init__(self) -> None:
        self.essay = bundled()
        self.given: list[str] = []

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        self.given += [article.entry.url for article in articles]
        return [Judgement((_verdict(article.entry.title),)) for article in articles]


def _verdict(title: str) -> Verdict:
    return Verdict("C10", Stance.SUPPORTS, 0.9, Sentence(title, 0, len(title)), None, "event")


class Counting(Unobserved):
    def __init__(self) -> None:
        self.pushes: list[Pushed] = []

    def pushed(
        self, ended: Pushed, *, entries: int = 0, new: int = 0, verdicts: int = 0, alerts: int = 0
    ) -> None:
        self.pushes.append(ended)


@dataclass
class Room:
    """The bot's part, with hands on its clock, beside a server of feeds and a hub."""

    server: FeedServer
    hub: Hub
    ledger: Ledger
    book: HubBook
    pipeline: Pipeline
    pushing: Pushing
    clock: HandClock
    judge: Believing
    seen: Counting
    base: str

    @property
    def source(self) -> FeedSource:
        return FeedSource(self.server.url("/rss"), Outlet("Example Wire", 1))

    def offer(self, *numbers: int, hub: str | None = None, topic: str | None = None) -> None:
        """The feed from now on; it names the hub unless told otherwise."""
        hub = self.hub.url if hub is None else hub
        topic = self.server.url("/rss") if topic is None else topic
        self.server.pages["/rss"] = Page(rss(*numbers, hub=hub, topic=topic))

    async def poll(self) -> PollOutcome:
        return await self.pushing.poll(self.source)

    async def tick(self) -> None:
        """A look at what is due, and all that follows from it."""
        await self.pushing.tick()
        await self.pushing.settle()

    async def subscribe(self) -> Said:
        """A poll, a request, and the hub that asks back."""
        self.offer(1)
        await self.poll()
        await self.tick()
        return await self.hub.verify()

    async def reports(self) -> int:
        return (await self.ledger.counts()).articles

    async def alerts(self) -> int:
        return (await self.ledger.counts()).pending

    def subscription(self) -> HubSubscription:
        found = self.book.of_feed(self.source.url)
        assert found is not None
        return found


@asynccontextmanager
async def opened(
    server: FeedServer, hub: Hub, *, path: Path | None = None, public: bool = True,
    clock: HandClock | None = None, port: int = 0, private: bool = True,
) -> AsyncIterator[Room]:  # fmt: skip
    clock, judge, seen = clock or HandClock(NOW), Believing(), Counting()
    thread, manners = JudgeThread(judge), Manners(gap_s=0)
    port = port or free_port()
    base = f"http://127.0.0.1:{port}"
    limits = Limits(allow_private=private, timeout_s=10.0, max_bytes=MAX_BYTES)
    async with (
        await Ledger.open(path, clock) as ledger,
        Fetcher(clock, Limits(allow_private=True)) as reading,
        Fetcher(clock, limits) as fetcher,
    ):
        book = await HubBook.load(ledger, clock)
        pipeline = Pipeline(
            fetcher=reading,
            judge=thread,
            ledger=ledger,
            clock=clock,
            policy=AlertPolicy(channels=("desk",)),
            rules=PollRules(jitter_s=0),
            manners=manners,
            delivered=book.delivers,
        )
        public_url = base if public else ""
        pushing = Pushing(book, pipeline, fetcher, manners, clock, public_url, observer=seen)
        room = Room(server, hub, ledger, book, pipeline, pushing, clock, judge, seen, base)
        pushing.use_feeds([room.source])
        async with listening("127.0.0.1", port, pushing, MAX_BYTES):
            yield room
        await pushing.stop(patience_s=1.0)
    thread.close()


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with Hub() as running:
        yield running


@pytest.fixture
async def room(server: FeedServer, hub: Hub) -> AsyncIterator[Room]:
    async with opened(server, hub) as room:
        yield room


# --- subscribing ---------------------------------------------------------------------------------


async def test_what_a_hub_pushes_is_told_at_once(room: Room) -> None:
    """Subscribed, verified, pushed: the report is in the ledger and its alert in the outbox."""
    said = await room.subscribe()
    assert (said.status, said.text) == (200, CHALLENGE)
    assert said.headers["Content-Type"].startswith("text/plain")
    form = room.hub.asked[0]
    assert form["hub.topic"] == room.source.url
    assert form["hub.callback"].startswith(f"{room.base}{PATH}")
    assert len(form["hub.callback"].rpartition("/")[2]) >= 40
    assert 32 <= len(form["hub.secret"]) < 200
    assert room.subscription().lease_until == NOW + timedelta(seconds=room.hub.lease_s)
    assert await room.alerts() == 0  # the first fetch was silent
    assert (await room.hub.push(rss(2))).status == 200
    assert (await room.reports(), await room.alerts()) == (2, 1)
    assert (await room.hub.push(rss(2))).status == 200
    assert await room.reports() == 2
    assert room.seen.pushes == [Pushed.ACCEPTED, Pushed.ACCEPTED]
    assert (await room.ledger.pulse()).feeds_pushed == 1


async def test_a_hub_may_ask_back_before_it_answers(room: Room) -> None:
    room.hub.verifies = True
    room.offer(1)
    await room.poll()
    await room.tick()
    assert room.subscription().active(NOW)


async def test_the_headers_go_before_the_document(room: Room) -> None:
    body = rss(1, hub="http://127.0.0.1:9/wrong", topic="http://127.0.0.1:9/wrong")
    link = f'<{room.hub.url}>; rel="hub", </topic>; rel=self'
    room.server.pages["/rss"] = Page(body, headers={"Link": link})
    await room.poll()
    await room.tick()
    assert room.hub.asked[0]["hub.topic"] == room.server.url("/topic")


async def test_without_a_public_url_no_hub_hears_of_us(server: FeedServer, hub: Hub) -> None:
    async with opened(server, hub, public=False) as room:
        room.offer(1)
        await room.poll()
        await room.tick()
        assert not room.pushing.has_work
    assert hub.asked == []


@pytest.mark.parametrize(
    "changed",
    [{"topic": "https://evil.example/"}, {"mode": "unsubscribe"}, {"mode": "publish"},
     {"challenge": ""}, {"challenge": "x" * 3_000}],
    ids=str,
)  # fmt: skip
async def test_a_hub_that_asks_for_something_else_is_not_confirmed(
    room: Room, changed: dict[str, str]
) -> None:
    room.offer(1)
    await room.poll()
    await room.tick()
    assert (await room.hub.verify(**changed)).status == 404
    assert not room.subscription().active(NOW)
    assert (await room.hub.verify()).status == 200


async def test_entries_that_share_an_address_are_known_as_in_polls_when_they_come_alone(
    room: Room,
) -> None:
    """As of a running page: else one would pass for an edit of another, or come twice."""
    whole = rss(1, hub=room.hub.url, topic=room.server.url("/rss")).decode()
    head, _item, tail = whole.partition(ITEM.format(n=1))

    def running(*names: str) -> bytes:
        items = (
            f"<item><title>Council hears speaker {name}</title><guid>urn:{name}</guid>"
            "<link>https://e.example/live</link></item>"
            for name in names
        )
        return (head + "".join(items) + tail).encode()

    await room.subscribe()
    room.server.pages["/rss"] = Page(running("a", "b"))
    await room.poll()
    assert await room.reports() == 3
    for names in (("c",), ("d",), ("a",)):
        assert (await room.hub.push(running(*names))).status == 200
    assert await room.reports() == 5
    room.server.pages["/rss"] = Page(running("a", "b", "c", "d"))
    await room.poll()
    assert await room.reports() == 5


async def test_what_was_confirmed_is_told_again_and_never_lengthened(room: Room) -> None:
    """Else whoever learnt the address could make a lease as long as they like."""
    await room.subscribe()
    assert (await room.hub.verify(lease_seconds="999999999")).status == 200
    assert room.subscription().lease_until == NOW + timedelta(seconds=room.hub.lease_s)


async def test_a_denied_subscription_is_polled_and_asked_for_a_day_later(room: Room) -> None:
    await room.subscribe()
    await room.hub.push(rss(2))
    assert (await room.hub.deny("not on our list")).status == 200
    one = room.subscription()
    assert "not on our list" in one.reason
    assert not room.book.delivers(room.source.url)
    room.clock.at += timedelta(seconds=LONGEST_PAUSE_S - 1)
    await room.tick()
    assert len(room.hub.asked) == 1
    room.clock.at += timedelta(seconds=1)
    await room.tick()
    assert len(room.hub.asked) == 2


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
async def test_a_hub_that_refuses_is_asked_again_after_pauses_that_double(
    room: Room, status: int
) -> None:
    room.hub.status = status
    room.offer(1)
    await room.poll()
    await room.tick()
    assert f"HTTP {status}" in room.subscription().reason
    if status < 500:  # a 5xx may be a proxy's, before a hub that took the request
        assert (await room.hub.verify()).status == 404
    for number in range(4):
        pause = room.subscription().due_at - room.clock.at
        assert pause >= timedelta(seconds=FIRST_PAUSE_S * 2**number)
        room.clock.at += pause
        await room.tick()
        assert len(room.hub.asked) == number + 2
    assert (await room.poll()).error == ""


async def test_a_hub_that_says_when_is_not_asked_before(room: Room) -> None:
    room.hub.status, room.hub.headers = 429, {"Retry-After": "7200"}
    room.offer(1)
    await room.poll()
    await room.tick()
    assert room.subscription().due_at == NOW + timedelta(hours=2)


async def test_after_three_failures_the_next_hub_is_asked(room: Room) -> None:
    dead = "http://127.0.0.1:9/hub"
    both = f'<{dead}>; rel="hub", <{room.hub.url}>; rel="hub", <{room.source.url}>; rel="self"'
    room.server.pages["/rss"] = Page(rss(1), headers={"Link": both})
    for _ in range(3):
        await room.poll()
        assert room.subscription().hub == dead
        await room.tick()
        room.clock.at = room.subscription().due_at
    await room.poll()
    await room.tick()
    assert room.hub.modes == ["subscribe"]


async def test_a_form_follows_only_redirects_that_keep_it(room: Room) -> None:
    room.hub.status, room.hub.headers = 302, {"Location": "/moved"}
    room.offer(1)
    await room.poll()
    await room.tick()
    assert len(room.hub.asked) == 1
    room.clock.at = room.subscription().due_at
    room.hub.status = 307
    await room.tick()
    # In a circle: it ends, and all that was sent is the same form.
    assert 2 < len(room.hub.asked) < 10
    assert len({form["hub.callback"] for form in room.hub.asked}) == 1


async def test_a_hub_in_a_private_network_is_not_asked(server: FeedServer, hub: Hub) -> None:
    """The guard is that of feeds: the hub's address is the word of a stranger."""
    async with opened(server, hub, private=False) as room:
        room.offer(1)
        await room.poll()
        await room.tick()
        assert "private network" in room.subscription().reason
    assert hub.asked == []


# --- leases --------------------------------------------------------------------------------------


async def test_a_lease_is_renewed_before_it_ends_with_the_same_callback(room: Room) -> None:
    room.hub.lease_s = 10 * 24 * 3600
    await room.subscribe()
    one = room.subscription()
    assert one.lease_until is not None
    left = one.lease_until - one.due_at
    assert timedelta(days=2) < left < timedelta(days=5)
    room.clock.at = one.due_at - timedelta(seconds=1)
    await room.tick()
    assert len(room.hub.asked) == 1
    room.clock.at = one.due_at
    await room.tick()
    assert room.hub.asked[1] == room.hub.asked[0]
    assert room.subscription().active(room.clock.at)  # also while the hub is asked
    await room.hub.verify()
    assert room.subscription().lease_until == room.clock.at + timedelta(days=10)


async def test_a_lease_that_ended_is_polled_as_if_there_were_none(room: Room) -> None:
    await room.subscribe()
    await room.hub.push(rss(2))
    assert room.book.delivers(room.source.url)
    room.clock.at += timedelta(seconds=room.hub.lease_s)
    assert not room.book.delivers(room.source.url)


async def test_a_restart_keeps_the_subscription(
    server: FeedServer, hub: Hub, tmp_path: Path
) -> None:
    """Also one that the hub has not confirmed yet."""
    port, path = free_port(), tmp_path / "ledger.sqlite"
    async with opened(server, hub, path=path, port=port) as room:
        room.offer(1)
        await room.poll()
        await room.tick()
    async with opened(server, hub, path=path, port=port) as room:
        assert (await hub.verify()).text == CHALLENGE
    async with opened(server, hub, path=path, port=port) as room:
        await room.tick()
        assert (await hub.push(rss(2))).status == 200
        assert await room.alerts() == 1
    assert hub.modes == ["subscribe"]


# --- the end -------------------------------------------------------------------------------------


async def test_a_feed_that_left_the_list_is_unsubscribed(room: Room) -> None:
    await room.subscribe()
    room.pushing.use_feeds([])
    assert (await room.hub.push(rss(2))).status == 410
    await room.tick()
    assert room.hub.modes == ["subscribe", "unsubscribe"]
    assert "hub.secret" not in room.hub.asked[1]
    assert (await room.hub.verify(topic="https://evil.example/")).status == 404
    assert (await room.hub.verify()).text == CHALLENGE
    assert (await room.hub.push(rss(2))).status == 404
    assert room.book.all() == list(await room.ledger.hub_subscriptions()) == []
    assert await room.reports() == 1


async def test_a_new_topic_is_subscribed_and_the_old_one_left(room: Room) -> None:
    await room.subscribe()
    room.offer(1, topic=room.server.url("/new"))
    await room.poll()
    await room.tick()
    await room.tick()
    asked = {form["hub.mode"]: form for form in room.hub.asked[1:]}
    assert asked["unsubscribe"]["hub.topic"] == room.source.url
    assert asked["subscribe"]["hub.topic"] == room.server.url("/new")
    assert asked["subscribe"]["hub.secret"] != room.hub.asked[0]["hub.secret"]
    assert (await room.hub.verify(asked["subscribe"])).status == 200
    assert (await room.hub.verify(asked["unsubscribe"])).status == 200
    assert [one.topic for one in room.book.all()] == [room.server.url("/new")]


async def test_a_feed_that_names_no_hub_any_more_is_unsubscribed(room: Room) -> None:
    await room.subscribe()
    room.offer(1, hub="")
    await room.poll()
    await room.tick()
    assert room.hub.modes == ["subscribe", "unsubscribe"]


async def test_without_the_setting_what_was_subscribed_is_left(
    server: FeedServer, hub: Hub, tmp_path: Path
) -> None:
    """The door stays open until the hub has heard it: it asks back at the old address."""
    port, path = free_port(), tmp_path / "ledger.sqlite"
    async with opened(server, hub, path=path, port=port) as room:
        await room.subscribe()
    async with opened(server, hub, path=path, port=port, public=False) as room:
        assert room.pushing.has_work
        await room.tick()
        assert hub.modes == ["subscribe", "unsubscribe"]
        assert (await hub.verify()).status == 200
        assert not room.pushing.has_work


async def test_a_hub_that_cannot_be_told_is_left_to_its_lease(room: Room) -> None:
    room.hub.lease_s = 10 * 24 * 3600
    await room.subscribe()
    room.hub.status = 500
    room.pushing.use_feeds([])
    for _ in range(LEAVE_TIMES):
        await room.tick()
        room.clock.at = room.book.all()[0].due_at
    assert len(room.hub.asked) == 1 + LEAVE_TIMES
    await room.tick()
    assert room.book.all() == []


# --- pushes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "signed",
    [{"algorithm": ""}, {"secret": "guessed"}, {"algorithm": "md5"},
     {"headers": {"X-Hub-Signature": "sha256=" + "0" * 64}, "algorithm": ""},
     {"headers": {"X-Hub-Signature": "sha256"}, "algorithm": ""}],
    ids=["none", "wrong secret", "md5", "zeros", "half"],
)  # fmt: skip
async def test_a_forged_push_is_acknowledged_and_ignored(
    room: Room, signed: dict[str, str]
) -> None:
    await room.subscribe()
    assert (await room.hub.push(rss(2), **signed)).status == 200  # type: ignore[arg-type]
    assert await room.reports() == 1
    assert room.seen.pushes == [Pushed.REFUSED]
    assert not room.book.delivers(room.source.url)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_algorithm_of_the_recommendation_is_understood(
    room: Room, algorithm: str
) -> None:
    await room.subscribe()
    await room.hub.push(rss(2), algorithm=algorithm)
    assert await room.reports() == 2


async def test_a_push_that_is_too_large_is_refused(room: Room) -> None:
    await room.subscribe()
    assert (await room.hub.push(b" " * (MAX_BYTES + 1))).status == 413
    assert (await room.hub.push(b"x", headers={"Content-Encoding": "gzip"})).status == 415
    assert room.seen.pushes == [Pushed.REFUSED] * 2


async def test_a_body_without_a_length_is_counted_as_it_is_read(room: Room) -> None:
    await room.subscribe()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 8192

    async with aiohttp.ClientSession() as session:
        try:
            async with session.post(room.subscription().callback, data=endless()) as answer:
                assert answer.status == 413
        except aiohttp.ClientError:
            pass  # hung up while the client was still writing
    assert room.seen.pushes == [Pushed.REFUSED]


async def test_what_is_no_feed_is_acknowledged_and_changes_nothing(room: Room) -> None:
    await room.subscribe()
    assert (await room.hub.push(b"<html>log in</html>")).status == 200
    assert room.seen.pushes == [Pushed.REFUSED]
    state = (await room.ledger.feed_states()).get(room.source.url)
    assert state is not None
    assert state.failures == 0


async def test_a_push_says_nothing_of_how_the_feed_answers(room: Room) -> None:
    """Its caching headers and its turn stay as the feed itself gave them."""
    room.server.pages["/rss"] = Page(
        rss(1, hub=room.hub.url, topic=room.source.url), etag='"1"', last_modified="then"
    )
    await room.poll()
    await room.tick()
    await room.hub.verify()
    before = (await room.ledger.feed_states()).get(room.source.url)
    room.clock.at += timedelta(minutes=6)
    await room.hub.push(rss(2))
    after = (await room.ledger.feed_states()).get(room.source.url)
    assert before is not None
    assert after is not None
    assert (after.etag, after.succeeded_at, after.course.due_at) == (
        '"1"', before.succeeded_at, before.course.due_at,
    )  # fmt: skip
    assert after.course.published[-1] == room.clock.at
    assert (await room.poll()).not_modified


async def test_a_push_and_a_poll_at_once_give_an_entry_once(room: Room) -> None:
    await room.subscribe()
    room.offer(1, 2)
    outcomes = await asyncio.gather(
        room.poll(), *(room.hub.push(rss(1, 2)) for _ in range(3)), room.pipeline.poll(room.source)
    )
    assert await room.reports() == 2
    assert await room.alerts() == 1
    assert room.judge.given.count("https://e.example/2") == 1  # not even judged twice
    assert sum(one.new for one in outcomes if isinstance(one, PollOutcome)) <= 1


async def test_a_ledger_that_cannot_be_written_has_the_hub_come_again(room: Room) -> None:
    await room.subscribe()
    await room.ledger.close()
    assert (await room.hub.push(rss(2))).status == 503


async def test_a_flood_is_told_to_come_later(room: Room) -> None:
    await room.subscribe()
    for _ in range(PUSHES_PER_HOUR):
        assert (await room.hub.push(b"<html/>")).status == 200
    said = await room.hub.push(rss(2))
    assert said.status == 429
    assert said.headers["Retry-After"]
    room.clock.at += timedelta(hours=1)
    assert (await room.hub.push(rss(2))).status == 200
    assert await room.reports() == 2


# --- polls beside it -----------------------------------------------------------------------------


async def test_a_hub_that_delivers_is_polled_behind_once_an_hour(room: Room) -> None:
    """And one that was caught not to is not relied on, from that very poll."""
    room.hub.lease_s = 10 * 24 * 3600
    await room.subscribe()
    before = await room.poll()
    assert before.due_at == NOW + timedelta(minutes=15)  # a lease alone is a promise
    await room.hub.push(rss(2))
    room.offer(1, 2)
    relied = await room.poll()
    assert relied.due_at == NOW + timedelta(seconds=PUSHED_WAIT_S)
    room.offer(1, 2, 3)
    caught = await room.poll()
    assert (caught.new, caught.due_at) == (1, NOW + timedelta(minutes=15))
    assert not room.book.delivers(room.source.url)
    assert (await room.poll()).due_at == NOW + timedelta(minutes=15)
    await room.hub.push(rss(3))  # later than the poll: it shows nothing
    assert not room.book.delivers(room.source.url)
    await room.hub.push(rss(4))
    assert room.book.delivers(room.source.url)


# --- the door ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("GET", PATH), ("GET", f"{PATH}guess"), ("POST", f"{PATH}guess"),
     ("GET", "/metrics"), ("PUT", "{callback}"), ("DELETE", "{callback}"), ("HEAD", "{callback}"),
     ("GET", "{callback}/more"), ("POST", "{callback}/")],
)  # fmt: skip
async def test_everything_else_is_not_there(room: Room, method: str, path: str) -> None:
    """Nor is a callback for more than hubs do, or a path below it."""
    await room.subscribe()
    url = path.format(callback=room.subscription().callback)
    url = url if url.startswith(room.base) else room.base + url
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        assert answer.status == 404
    assert room.seen.pushes == []


async def test_more_connections_than_a_proxy_needs_are_closed(room: Room) -> None:
    await room.subscribe()
    port = int(room.base.rpartition(":")[2])
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MAX_CONNECTIONS)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    for _, one in [*held, (reader, writer)]:
        one.close()
        await one.wait_closed()


async def test_no_log_line_holds_a_callback_or_a_secret(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await room.subscribe()
    form = room.hub.asked[0]
    await room.hub.push(rss(2), secret="wrong")
    await room.hub.deny("no")
    room.pushing.use_feeds([])
    await room.tick()
    ours = [one for one in caplog.records if one.name.startswith("claimwire")]
    assert ours
    told = "\n".join(f"{one.getMessage()} {vars(one)}" for one in ours)
    assert form["hub.secret"] not in told
    assert form["hub.callback"].rpartition("/")[2] not in told
