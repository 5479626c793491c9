"""What every part of the ledger's face stands on: the thread that owns the connection, a clock."""

from __future__ import annotations

from collections.abc import Iterable

from bot.ledger.file.owner import Owner
from bot.ports import Clock


class Store:
    """Its methods run on ``owner``'s thread. See bot.ledger.store for what they promise."""

    def __init__(self, owner: Owner, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock
        self._feeds_in_use: frozenset[str] | None = None

    def use_feeds(self, urls: Iterable[str]) -> None:
        """From now on ``works`` and ``pulse`` count these feeds alone, and none that left the list.

        Until then they count all that were ever tried.
        """
        self._feeds_in_use = frozenset(urls)
