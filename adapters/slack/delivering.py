"""Puts alerts into channels: one post each, edited in place, found again where it is not sure."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.kit import Json
from adapters.slack.notices import notice_message
from adapters.slack.pace import POST_EVERY_S, Pace
from adapters.slack.posts import (
    EVENT_TYPE,
    Receipt,
    alert_mark,
    alert_message,
    read_receipt,
    receipt_of,
    reply_message,
)
from adapters.slack.web import GONE, SlackError, call
from bot.model import Delivery, NoticeDelivery

# How far a search for a post that may have arrived goes back.
SEARCH_PAGES = 5
PAGE_SIZE = 200
# Clocks differ, and a report may be dated a little ahead.
SKEW_S = 600
KEPT = 2000  # idempotency keys
_QUIETLY = {"unfurl_links": False, "unfurl_media": False, "link_names": False}


class Poster:
    """Sends deliveries of all channels; those of one channel come one after the other.

    ``posted`` is told the id of every message with metadata that Slack took.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        posted: Callable[[str], None],
        *,
        post_every_s: float = POST_EVERY_S,
    ) -> None:
        self._client = client
        self._posted = posted
        self._pace = Pace(post_every_s)
        # Tries of an alert in a channel that Slack turned down, so that nothing came of them.
        self._refused: Counter[tuple[str, str]] = Counter()
        self._known: set[str] = set()  # channels in which nothing is unsure
        self._done: OrderedDict[str, str] = OrderedDict()

    async def send(self, delivery: Delivery, channel: str) -> str:
        """The receipt. Raises SlackError."""
        key = delivery.idempotency_key
        if key in self._done:
            return self._done[key]
        place = channel, alert_mark(delivery.alert)
        # After a start, the last thing that was sent here before may have arrived unmarked.
        unsure = delivery.attempts > self._refused[place] or channel not in self._known
        try:
            receipt = await self._send(delivery, channel, unsure=unsure)
        except SlackError as error:
            if not error.try_again:
                del self._refused[place]
            elif not error.unsure:
                self._refused[place] += 1
            raise
        del self._refused[place]
        self._known.add(channel)
        self._done[key] = receipt
        if len(self._done) > KEPT:
            self._done.popitem(last=False)
        return receipt

    async def post(self, delivery: NoticeDelivery, channel: str) -> str:
        """Posts a notice; the receipt. Raises SlackError."""
        if delivery.attempts > 0 or channel not in self._known:
            since = delivery.notice.at
            found = await self._find(channel, since, key=delivery.idempotency_key, part="notice")
            if found is not None:
                return str(found)
        ts = await self._post(channel=channel, **notice_message(delivery).body())
        self._known.add(channel)
        return str(Receipt(ts))

    async def _send(self, delivery: Delivery, channel: str, *, unsure: bool) -> str:
        earlier = read_receipt(delivery.receipt) if delivery.receipt else None
        if earlier is None and unsure:
            alert = delivery.alert
            since = min([alert.at, *(one.at for one in alert.carriers)])
            earlier = await self._find(channel, since, alert=alert_mark(alert), part="post")
        if earlier is not None and await self._edit(delivery, channel, earlier.ts):
            await self._reply(delivery, channel, earlier, unsure=unsure)
            return str(receipt_of(earlier.ts, delivery.alert))
        body = alert_message(delivery).body()
        ts = await self._post(channel=channel, **body)
        return str(receipt_of(ts, delivery.alert))

    async def _edit(self, delivery: Delivery, channel: str, ts: str) -> bool:
        """False where there is no such post any more, or it may not be edited."""
        try:
            body = alert_message(delivery).body()
            await self._call("chat_update", channel=channel, ts=ts, **body, link_names=False)
        except SlackError as error:
            if error.word in GONE:
                return False
            raise
        return True

    async def _reply(
        self, delivery: Delivery, channel: str, post: Receipt, *, unsure: bool
    ) -> None:
        """Tells followers of the thread what is new; everyone, where the stance has turned."""
        alert = delivery.alert
        new = post.new(alert)
        if not new and not alert.turned:
            return
        if unsure and await self._replied(delivery, channel, post.ts):
            return
        body = reply_message(delivery, new).body()
        broadcast = alert.turned
        await self._post(channel=channel, thread_ts=post.ts, reply_broadcast=broadcast, **body)

    async def _post(self, *, channel: str, **arguments: Any) -> str:
        async with self._pace.turn(channel):
            answer = await self._call("chat_postMessage", channel=channel, **arguments, **_QUIETLY)
        ts = str(answer["ts"])
        self._posted(ts)
        return ts

    async def _find(self, channel: str, since: datetime, **payload: str) -> Receipt | None:
        """The post with that in its metadata's payload, of those in the channel since then."""
        oldest = since.timestamp() - SKEW_S
        cursor = ""
        for _ in range(SEARCH_PAGES):
            page = await self._call(
                "conversations_history",
                channel=channel,
                oldest=f"{oldest:.6f}",
                limit=PAGE_SIZE,
                include_all_metadata=True,
                **({"cursor": cursor} if cursor else {}),
            )
            for message in page.get("messages", ()):
                found = _ours(message)
                if payload.items() <= found.items():
                    return Receipt(str(message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return None

    async def _replied(self, delivery: Delivery, channel: str, ts: str) -> bool:
        thread = await self._call(
            "conversations_replies",
            channel=channel,
            ts=ts,
            limit=PAGE_SIZE,
            include_all_metadata=True,
        )
        keys = [_ours(message).get("key") for message in thread.get("messages", ())[1:]]
        return delivery.idempotency_key in keys

    async def _call(self, method: str, **arguments: Any) -> Json:
        return await call(self._client, method, **arguments)


def _ours(message: Json) -> Json:
    """The payload by which a message of ours is known."""
    found = message.get("metadata") or {}
    payload = found.get("event_payload")
    return payload if found.get("event_type") == EVENT_TYPE and isinstance(payload, dict) else {}
