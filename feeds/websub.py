"""WebSub (https://www.w3.org/TR/websub/), the subscriber's side: what it decides. Pure.

A feed names its hubs and its topic. The hub is asked to push the topic to a callback, and asks back
whether we meant it (verification of intent); from then on, until the lease ends, it posts there
whatever is new, signed with the secret that it was given. A lease is renewed long before its end.

Every request counts as failed until the hub has asked back: so one that is lost, in whatever way,
is made again after a pause that doubles.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import urljoin, urlsplit

from bot.model import HubSubscription
from feeds.headers import links
from feeds.raw import Offer
from feeds.text import MAX_URL_CHARS

PATH = "/websub/"  # of all callbacks
MAX_HUBS = 5
MAX_CHALLENGE_CHARS = 2_000
MAX_REASON_CHARS = 200

LEASE_ASKED_S = 10 * 24 * 3600
LEASE_MOST_S = 30 * 24 * 3600  # a longer one is renewed as if it were so long
LEASE_UNSAID_S = 24 * 3600  # where a hub forgets to say (it must: 5.3)
RENEWAL_SHARE = 0.6  # of its lease is over when it is renewed,
RENEWAL_SPREAD = 0.15  # and so much more at random, so that not all are renewed together
LEAST_RENEWAL_S = 5 * 60.0

FIRST_PAUSE_S = 15 * 60.0
LONGEST_PAUSE_S = 24 * 60 * 60.0
PAUSE_SPREAD = 0.25
HUB_TIMES = 3  # after so many failures the next of the feed's hubs is asked
LEAVE_TIMES = 5  # after so many a hub that is not wanted any more is left to its lease

# The Recommendation's own list (7.1.1). SHA-1 is on it, and most hubs sign so, as it says itself.
# Its known weakness is collisions, on which the strength of an HMAC does not rest (RFC 6194, 3.3).
ALGORITHMS = ("sha1", "sha256", "sha384", "sha512")
_SIGNATURE = re.compile(r"(sha\d{1,3})=([0-9a-f]{40,128})")
_SECONDS = re.compile(r"\d{1,10}")
_WEB = ("https://", "http://")


# --- what a feed offers --------------------------------------------------------------------------


def offered(headers: Sequence[str], document: Offer, base: str) -> Offer:
    """Where the feed can be had: its Link headers count, then what its document says (4).

    ``base``: the address that it was read from. Nothing unless there are a hub and a topic.
    """
    header = Offer.of_links(links(headers))
    hubs = _absolute(header.hubs or document.hubs, base)
    topics = _absolute((header.topic or document.topic,), base)
    return Offer(hubs[:MAX_HUBS], topics[0]) if hubs and topics else Offer()


def wanted(offer: Offer, feed: str, present: HubSubscription | None) -> tuple[str, str] | None:
    """The hub and topic to subscribe to, None for none.

    The present hub, while the feed names it and it does not fail; else the one after it. A feed
    that is fetched over https is not taken from a hub over http, where all could read the secret:
    the hub is asked over https then.
    """
    hubs = offer.hubs
    if feed.startswith("https://"):
        hubs = tuple(dict.fromkeys(f"https://{hub.partition('://')[2]}" for hub in hubs))
    if not hubs:
        return None
    at = 0
    if present and present.hub in hubs:
        at = hubs.index(present.hub) + (present.failures >= HUB_TIMES)
    return hubs[at % len(hubs)], offer.topic


def _absolute(addresses: Sequence[str], base: str) -> tuple[str, ...]:
    found = []
    for address in addresses:
        try:
            url = urljoin(base, address) if address else ""
            host = urlsplit(url).hostname
        except ValueError:
            continue
        if host and url.startswith(_WEB) and len(url) <= MAX_URL_CHARS and url.isprintable():
            found.append(url)
    return tuple(found)


# --- what is asked of a hub ----------------------------------------------------------------------


class Step(Enum):
    """What is to be done now."""

    WAIT = "wait"
    ASK = "ask"
    FORGET = "forget"


def subscription(
    feed: str, hub: str, topic: str, callback: str, secret: str, now: datetime
) -> HubSubscription:
    """A new one, to be asked for at once. Callback and secret must be unguessable and new."""
    return HubSubscription(feed, hub, topic, callback, secret, due_at=now)


def step(one: HubSubscription, now: datetime) -> Step:
    """What is to be done now. A hub that does not push need not be asked to stop."""
    if one.leaving and (one.lease_until is None or one.lease_until <= now):
        return Step.FORGET
    if now < one.due_at:
        return Step.WAIT
    return Step.FORGET if one.leaving and one.failures >= LEAVE_TIMES else Step.ASK


def form(one: HubSubscription) -> dict[str, str]:
    """What is posted to the hub (5.1)."""
    fields = {
        "hub.mode": mode(one),
        "hub.topic": one.topic,
        "hub.callback": one.callback,
    }
    if not one.leaving:
        fields |= {"hub.secret": one.secret, "hub.lease_seconds": str(LEASE_ASKED_S)}
    return fields


def mode(one: HubSubscription) -> str:
    """The request that is made of its hub."""
    return "unsubscribe" if one.leaving else "subscribe"


def asked(one: HubSubscription, now: datetime, spread: float) -> HubSubscription:
    """With a request that is about to be made. ``spread``: a random number in 0..1."""
    failures = one.failures + 1
    longest_s = LONGEST_PAUSE_S / (1 + PAUSE_SPREAD)
    pause_s = min(FIRST_PAUSE_S * 2.0 ** min(failures - 1, 10), longest_s)
    due_at = now + timedelta(seconds=pause_s * (1 + PAUSE_SPREAD * spread))
    return replace(one, pending=True, failures=failures, due_at=due_at)


def refused(
    one: HubSubscription, reason: str, now: datetime, retry_after_s: float | None, *, answered: bool
) -> HubSubscription:
    """With a request that came to nothing. ``answered``: the hub itself said no."""
    wait_s = min(retry_after_s or 0.0, LONGEST_PAUSE_S)
    due_at = max(one.due_at, now + timedelta(seconds=wait_s))
    pending = one.pending and not answered
    return replace(one, pending=pending, due_at=due_at, reason=tellable(one, reason))


def tellable(one: HubSubscription, reason: str) -> str:
    """What a hub said, short, and without the secrets that it may repeat."""
    for secret in (one.secret, one.callback, one.callback.rpartition("/")[2]):
        reason = reason.replace(secret, "…")
    return reason[:MAX_REASON_CHARS]


def left(one: HubSubscription, now: datetime) -> HubSubscription:
    """With the wish that the hub stop."""
    return replace(one, leaving=True, pending=False, failures=0, due_at=now)


# --- what a hub asks -----------------------------------------------------------------------------


def challenge(one: HubSubscription, query: Mapping[str, str], now: datetime) -> str:
    """What is to be said to a hub that asks back, "" if it asks for what we did not ask (5.3).

    It may ask again later: our answer may have been lost, and some do so now and then.
    """
    ours = query.get("hub.mode") == mode(one) and query.get("hub.topic") == one.topic
    meant = one.pending or (one.active(now) and not one.leaving)
    text = query.get("hub.challenge", "")
    return text if meant and ours and len(text) <= MAX_CHALLENGE_CHARS else ""


def verified(
    one: HubSubscription, query: Mapping[str, str], now: datetime, spread: float
) -> HubSubscription:
    """With the lease that the hub has given. ``spread``: a random number in 0..1.

    Only for one that is pending: who learnt its address could make a lease longer. A lease that is
    over at once is no success, and its hub is asked after pauses that double.
    """
    said = query.get("hub.lease_seconds", "").strip()
    lease_s = float(said) if _SECONDS.fullmatch(said) else LEASE_UNSAID_S
    lease_s = min(lease_s, LEASE_MOST_S)
    brief = lease_s < LEAST_RENEWAL_S
    renewal_s = max(lease_s * (RENEWAL_SHARE + RENEWAL_SPREAD * spread), LEAST_RENEWAL_S)
    return replace(
        one,
        pending=False,
        lease_until=now + timedelta(seconds=lease_s),
        due_at=max(one.due_at, now) if brief else now + timedelta(seconds=renewal_s),
        failures=one.failures if brief else 0,
        reason="",
    )


def denies(one: HubSubscription, query: Mapping[str, str]) -> bool:
    """Whether the hub says that it does not, or no longer, push the topic (5.2)."""
    return query.get("hub.mode") == "denied" and query.get("hub.topic") == one.topic


def denied(one: HubSubscription, query: Mapping[str, str], now: datetime) -> HubSubscription:
    """Without its lease; the hub is asked again after the longest pause."""
    said = " ".join(query.get("hub.reason", "").split())
    return replace(
        one,
        pending=False,
        lease_until=None,
        delivers=False,
        failures=max(one.failures, 1),
        due_at=now + timedelta(seconds=LONGEST_PAUSE_S),
        reason=tellable(one, f"denied: {said or 'no reason given'}"),
    )


def signed(secret: str, body: bytes, signature: str) -> bool:
    """Whether the value of X-Hub-Signature is the body's (7.1). Takes the same time for any."""
    found = _SIGNATURE.fullmatch(signature.strip().lower())
    if found is None or found[1] not in ALGORITHMS:
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), body, found[1]).hexdigest(), found[2])


# --- how often, and what a restart finds ---------------------------------------------------------


def resumed(one: HubSubscription, now: datetime) -> HubSubscription:
    """After a restart: a clock that was wrong must not keep it waiting, or its lease, for ever."""
    latest = now + timedelta(seconds=LEASE_MOST_S)
    if one.due_at <= latest and (one.lease_until is None or one.lease_until <= latest):
        return one
    return replace(one, due_at=now, lease_until=None)
