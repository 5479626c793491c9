"""feeds.websub: what a subscriber decides, from feeds and hubs that may say anything."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import HubSubscription
from feeds.headers import links
from feeds.raw import Offer
from feeds.websub import (
    ALGORITHMS,
    FIRST_PAUSE_S,
    LEASE_MOST_S,
    LEASE_UNSAID_S,
    LEAST_RENEWAL_S,
    LEAVE_TIMES,
    LONGEST_PAUSE_S,
    MAX_HUBS,
    Step,
    asked,
    challenge,
    denied,
    denies,
    form,
    left,
    offered,
    refused,
    resumed,
    signed,
    step,
    subscription,
    verified,
    wanted,
)

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
FEED = "https://news.example/rss"
HUB, OTHER = "https://hub.example/", "https://other.example/"
SPREAD = st.floats(0, 1)


def one(**changed: object) -> HubSubscription:
    new = subscription(FEED, HUB, FEED, "https://us.example/websub/abc", "s" * 64, NOW)
    return replace(new, **changed)  # type: ignore[arg-type]


# --- what a feed offers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<https://h/>; rel=hub", [("hub", "https://h/")]),
        ('<https://h/>;rel="hub"', [("hub", "https://h/")]),
        ("<https://h/>; REL=Hub", [("hub", "https://h/")]),
        ('<a>; rel="hub self"', [("hub", "a"), ("self", "a")]),
        ('<a>; rel="hub", <b>; rel="self"', [("hub", "a"), ("self", "b")]),
        ('<a,b;c>; title="x, <z>; rel=self"; rel=hub', [("hub", "a,b;c")]),
        (r'<a>; title="a \" <q>"; rel=hub', [("hub", "a")]),
        ("<a>; rel=hub; rel=self", [("hub", "a")]),
        ('<a>; rel=self; anchor="/else"', []),
        ("<a>", []),
        ("https://h/; rel=hub", []),
        ('<a>; rel="hub', []),
        ("", []),
    ],
)
def test_link_headers_are_read_as_rfc_8288_has_them(
    value: str, found: list[tuple[str, str]]
) -> None:
    assert list(links([value])) == found


@given(st.lists(st.text() | st.text(alphabet='<>;,="\\ relhubself'), max_size=3))
def test_any_link_header_gives_links_or_none(values: list[str]) -> None:
    for relation, address in links(values):
        assert relation == relation.lower()
        assert not relation.isspace()
        assert not set("<>") & set(address)


NAME = st.text(alphabet="abcxyz/:.?=,;%", min_size=1, max_size=20)


@given(st.lists(st.tuples(st.sampled_from(["hub", "self", "next"]), NAME), max_size=5), st.data())
def test_links_that_are_written_are_read_again(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    quote = data.draw(st.sampled_from(['"', ""]))
    value = ", ".join(f"<{address}>; rel={quote}{rel}{quote}" for rel, address in pairs)
    assert list(links([value])) == pairs


def test_headers_count_before_the_document_and_each_may_complete_the_other() -> None:
    document = Offer(("https://in.example/",), "https://in.example/rss")
    both = [f"<{HUB}>; rel=hub", "</topic>; rel=self"]
    assert offered(both, document, FEED) == Offer((HUB,), "https://news.example/topic")
    assert offered(both[:1], document, FEED) == Offer((HUB,), document.topic)
    assert offered([], document, FEED) == document


@pytest.mark.parametrize(
    "document",
    [
        Offer((HUB,), ""),
        Offer((), FEED),
        Offer(("javascript:alert(1)",), FEED),
        Offer(("http://[",), FEED),
        Offer((HUB,), "ftp://news.example/rss"),
        Offer((f"https://h.example/{'x' * 3_000}",), FEED),
    ],
)
def test_without_a_hub_and_a_topic_there_is_no_offer(document: Offer) -> None:
    assert offered([], document, FEED) == Offer()


@given(st.lists(st.text(max_size=40), max_size=8), st.text(max_size=40), st.text(max_size=60))
def test_any_offer_is_web_addresses_or_nothing(hubs: list[str], topic: str, header: str) -> None:
    offer = offered([header], Offer(tuple(hubs), topic), FEED)
    assert bool(offer.hubs) == bool(offer.topic)
    assert len(offer.hubs) <= MAX_HUBS
    for url in (*offer.hubs, *([offer.topic] if offer.topic else ())):
        assert url.startswith(("https://", "http://"))
        assert url.isprintable()


def test_a_feed_over_https_is_taken_from_no_hub_over_http() -> None:
    """The form holds the secret."""
    offer = Offer(("http://hub.example/", HUB), FEED)
    assert wanted(offer, FEED, None) == (HUB, FEED)
    assert wanted(offer, "http://news.example/rss", None) == ("http://hub.example/", FEED)


def test_a_hub_is_kept_while_it_is_named_and_answers() -> None:
    offer = Offer((OTHER, HUB), FEED)
    assert wanted(offer, FEED, one()) == (HUB, FEED)
    assert wanted(offer, FEED, one(failures=3)) == (OTHER, FEED)
    assert wanted(Offer((HUB,), FEED), FEED, one(failures=3)) == (HUB, FEED)
    assert wanted(Offer((OTHER,), FEED), FEED, one()) == (OTHER, FEED)
    assert wanted(Offer(), FEED, one()) is None


# --- what is asked, and when ---------------------------------------------------------------------


def test_a_new_subscription_is_asked_for_at_once_with_its_secret() -> None:
    assert step(one(), NOW) is Step.ASK
    fields = form(one())
    assert (fields["hub.mode"], fields["hub.topic"]) == ("subscribe", FEED)
    assert fields["hub.secret"] == one().secret
    assert int(fields["hub.lease_seconds"]) > 0
    assert set(form(left(one(), NOW))) == {"hub.mode", "hub.topic", "hub.callback"}


@given(st.integers(0, 60), SPREAD)
def test_pauses_double_up_to_a_day(failures: int, spread: float) -> None:
    after = asked(one(failures=failures), NOW, spread)
    pause_s = (after.due_at - NOW).total_seconds()
    assert after.pending
    assert min(FIRST_PAUSE_S * 2.0**failures, LONGEST_PAUSE_S / 1.25) <= pause_s <= LONGEST_PAUSE_S
    assert step(after, NOW) is Step.WAIT
    assert step(after, after.due_at) is Step.ASK


def test_a_hub_that_said_no_may_not_ask_back_and_one_that_was_not_heard_may() -> None:
    waiting = asked(one(), NOW, 0.0)
    assert not refused(waiting, "HTTP 500", NOW, None, answered=True).pending
    assert refused(waiting, "cut off", NOW, None, answered=False).pending
    late = refused(waiting, "HTTP 503", NOW, 3 * 3600.0, answered=True)
    assert late.due_at == NOW + timedelta(hours=3)
    for_ever = refused(waiting, "HTTP 503", NOW, 1e9, answered=True)
    assert for_ever.due_at == NOW + timedelta(seconds=LONGEST_PAUSE_S)


@given(st.text() | st.integers(-10, 10**12).map(str), SPREAD)
def test_any_lease_is_renewed_in_time_and_not_all_the_time(said: str, spread: float) -> None:
    query = {"hub.lease_seconds": said}
    after = verified(asked(one(), NOW, 0.0), query, NOW, spread)
    assert after.lease_until is not None
    lease_s = (after.lease_until - NOW).total_seconds()
    renewal_s = (after.due_at - NOW).total_seconds()
    assert 0 <= lease_s <= LEASE_MOST_S
    assert renewal_s >= LEAST_RENEWAL_S
    brief_s = FIRST_PAUSE_S if lease_s < LEAST_RENEWAL_S else 0.0  # no success: it pauses
    assert renewal_s <= max(0.75 * lease_s + 1, LEAST_RENEWAL_S, brief_s)
    assert (after.failures, after.pending) == (int(lease_s < LEAST_RENEWAL_S), False)


def test_a_lease_of_which_nothing_is_said_is_short() -> None:
    after = verified(one(), {}, NOW, 0.0)
    assert after.lease_until == NOW + timedelta(seconds=LEASE_UNSAID_S)


def test_what_is_left_is_forgotten_when_its_lease_is_over_or_the_hub_cannot_be_told() -> None:
    assert step(left(one(), NOW), NOW) is Step.FORGET
    leased = left(one(lease_until=NOW + timedelta(days=9)), NOW)
    assert step(leased, NOW) is Step.ASK
    assert step(leased, NOW + timedelta(days=9)) is Step.FORGET
    tried = replace(leased, failures=LEAVE_TIMES, due_at=NOW + timedelta(hours=1))
    assert step(tried, NOW) is Step.WAIT
    assert step(tried, tried.due_at) is Step.FORGET
    assert not leased.active(NOW)


def test_after_a_clock_that_was_wrong_a_hub_is_asked_anew() -> None:
    far = one(due_at=NOW + timedelta(days=4_000), lease_until=NOW + timedelta(days=5_000))
    assert step(resumed(far, NOW), NOW) is Step.ASK
    assert not resumed(far, NOW).active(NOW)
    near = one(due_at=NOW + timedelta(days=3), lease_until=NOW + timedelta(days=9))
    assert resumed(near, NOW) == near


# --- what a hub says -----------------------------------------------------------------------------

QUERY = {"hub.mode": "subscribe", "hub.topic": FEED, "hub.challenge": "abc"}


@pytest.mark.parametrize(
    "changed",
    [{"hub.mode": "unsubscribe"}, {"hub.mode": ""}, {"hub.topic": f"{FEED}/"}, {"hub.topic": ""},
     {"hub.challenge": ""}, {"hub.challenge": "x" * 3_000}],
)  # fmt: skip
def test_only_what_was_asked_for_is_confirmed(changed: dict[str, str]) -> None:
    waiting = asked(one(), NOW, 0.0)
    assert challenge(waiting, QUERY, NOW) == "abc"
    assert challenge(waiting, QUERY | changed, NOW) == ""
    assert challenge(one(), QUERY, NOW) == ""
    assert challenge(waiting, {}, NOW) == ""


def test_a_denial_ends_the_lease() -> None:
    query = {"hub.mode": "denied", "hub.topic": FEED, "hub.reason": "a\nlong " * 200}
    active = one(lease_until=NOW + timedelta(days=1), delivers=True)
    assert denies(active, query)
    assert not denies(active, query | {"hub.topic": OTHER})
    after = denied(active, query, NOW)
    assert not after.active(NOW)
    assert len(after.reason) <= 200
    assert "\n" not in after.reason


BODY = st.binary(max_size=100)
SECRET = st.text(alphabet="0123456789abcdef", min_size=1, max_size=64)


@given(BODY, SECRET, st.sampled_from(ALGORITHMS), st.booleans())
def test_what_a_hub_signed_is_recognised(
    body: bytes, secret: str, algorithm: str, upper: bool
) -> None:
    digest = hmac.new(secret.encode(), body, algorithm).hexdigest()
    signature = f"{algorithm}={digest.upper() if upper else digest}"
    assert signed(secret, body, signature)
    assert not signed(secret + "x", body, signature)
    assert not signed(secret, body + b"x", signature)


@given(BODY, SECRET, st.text() | st.text(alphabet="sha1256=0f ", max_size=80))
def test_no_other_text_is_a_signature(body: bytes, secret: str, signature: str) -> None:
    assert not signed(secret, body, signature)


@pytest.mark.parametrize("algorithm", ["md5", "sha224", "sha3_256"])
def test_other_algorithms_are_none(algorithm: str) -> None:
    digest = hmac.new(b"key", b"body", algorithm).hexdigest()
    assert not signed("key", b"body", f"{algorithm}={digest}")
