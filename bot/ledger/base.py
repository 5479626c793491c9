"""What every part of the ledger's face stands on: the thread that owns the connection, a clock."""

from __future__ import annotations

from bot.ledger.owner import Owner
from bot.ports import Clock


class Store:
    """Its methods run on ``owner``'s thread. See bot.ledger.store for what they promise."""

    def __init__(self, owner: Owner, clock: Clock) -> None:
        self._owner = owner
        self._clock = clock
