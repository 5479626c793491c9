"""What hubs were asked to push, in memory and in the ledger. The rules are feeds.websub's."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from bot.errors import LedgerError
from bot.ledger.store import Ledger
from bot.model import HubSubscription
from bot.ports import Clock
from feeds import websub


class HubBook:
    """Belongs to one event loop. Every change is written before the call returns.

    A subscription is known by its token, the last part of its callback.
    """

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._by_token: dict[str, HubSubscription] = {}
        self._by_feed: dict[str, str] = {}  # to the token of the one that is not being left

    @classmethod
    async def load(cls, ledger: Ledger, clock: Clock) -> Self:
        """With what an earlier run left. Raises LedgerError."""
        book = cls(ledger, clock)
        for one in await ledger.hub_subscriptions():
            book._remember(websub.resumed(one, clock.now()))
        return book

    def all(self) -> list[HubSubscription]:
        """Those that are being left too."""
        return list(self._by_token.values())

    def get(self, token: str) -> HubSubscription | None:
        return self._by_token.get(token)

    def of_feed(self, feed_url: str) -> HubSubscription | None:
        """The feed's, unless it is being left."""
        token = self._by_feed.get(feed_url)
        return None if token is None else self._by_token.get(token)

    def delivers(self, feed_url: str) -> bool:
        """Whether a hub has promised to push the feed, and was seen to do it."""
        one = self.of_feed(feed_url)
        return one is not None and one.delivers and one.active(self._clock.now())

    async def keep(self, one: HubSubscription) -> HubSubscription:
        """Raises LedgerError; then it is known as before."""
        before = self._by_token.get(token_of(one))
        self._remember(one)  # first, so that nobody reads what was while it is written
        try:
            await self._ledger.keep_hub_subscription(one)
        except LedgerError:
            if before is not None and self._by_token.get(token_of(one)) is one:
                self._remember(before)
            raise
        return one

    async def set_delivers(self, one: HubSubscription, *, delivers: bool) -> None:
        """Keeps whether the hub is relied on. Raises LedgerError."""
        if one.delivers != delivers:
            await self.keep(replace(one, delivers=delivers))

    async def forget(self, one: HubSubscription) -> None:
        """Raises LedgerError."""
        token = token_of(one)
        self._by_token.pop(token, None)
        if self._by_feed.get(one.feed_url) == token:
            del self._by_feed[one.feed_url]
        await self._ledger.forget_hub_subscription(one.callback)

    def _remember(self, one: HubSubscription) -> None:
        token = token_of(one)
        self._by_token[token] = one
        if not one.leaving:
            self._by_feed[one.feed_url] = token
        elif self._by_feed.get(one.feed_url) == token:
            del self._by_feed[one.feed_url]


def token_of(one: HubSubscription) -> str:
    """The last part of its callback."""
    return one.callback.rpartition("/")[2]
