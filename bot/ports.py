"""The Protocols between the rooms. Who implements one imports this; only bot/app.py knows all.

Threads: everything async runs on one event loop and never blocks it. A Judge is synchronous and
is called from one worker thread at a time. A Ledger owns its own thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model import Article, Delivery, Essay, Judgement


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""


class Judge(Protocol):
    """Says how articles bear on the claims of the essay that it was made for."""

    @property
    def essay(self) -> Essay: ...

    def judge(self, articles: Sequence[Article]) -> list[Judgement]:
        """One judgement per article, in order; the same input gives the same output."""


class ChatAdapter(Protocol):
    """One platform that takes alerts.

    ``send`` returns the platform's receipt (its id of the message; what ``Delivery.receipt`` will
    hold at the next revision). With a receipt given it edits that message in place where the
    platform can, and otherwise says that it is an update. It raises DeliveryError and nothing
    else; cancelling it is safe. It runs on the event loop and does not block it.
    """

    name: str

    async def start(self) -> None:
        """Connects. Raises ConfigError (a bad token) or DeliveryError (not reachable)."""

    async def send(self, delivery: Delivery) -> str: ...

    async def stop(self) -> None:
        """Finishes what it holds and disconnects; may be called twice."""
