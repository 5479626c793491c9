"""The Protocols between the rooms. Who implements one imports this; only bot/app.py knows all.

Threads: everything async runs on one event loop and never blocks it. A Judge is synchronous and
is called from one worker thread at a time (but see ConcurrentJudge). A Ledger owns its own thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from bot.alerts.subscriptions import Subscription
from bot.commands.answers import Answer, Choice
from bot.commands.requests import Request
from bot.model import Actor, Article, Delivery, Essay, Judgement, NoticeDelivery


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


@runtime_checkable
class ConcurrentJudge(Judge, Protocol):
    """A judge that has others judge, so that ``at_once`` calls may run side by side, each on a
    thread of its own."""

    at_once: int

    def close(self) -> None:
        """Calls under way end soon, by ClaimwireError."""


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

    async def post(self, delivery: NoticeDelivery) -> str:
        """Posts a notice; raises and is cancelled like ``send``. Returns the receipt."""

    async def stop(self) -> None:
        """Finishes what it holds and disconnects; may be called twice."""


@runtime_checkable
class Probed(Protocol):
    """An adapter that can prove, without posting anything, that its platform is reached."""

    async def probe(self) -> None:
        """Asks the platform. Raises DeliveryError or ConfigError where it does not answer."""


class Desk(Protocol):
    """What people can ask and decide (bot.commands.desk). An adapter translates in and out.

    Runs on the event loop and does not block it. ``ask`` and ``ask_text`` never raise, apart from
    being cancelled: what goes wrong is an Answer too. They may take seconds (a page is fetched, a
    judge is busy), so an adapter acknowledges first.
    """

    async def ask(self, request: Request, actor: Actor) -> Answer:
        """Carries out the request, if the actor may."""

    async def ask_text(self, text: str, actor: Actor) -> Answer:
        """The same for a line that was typed, or the token of a button or page."""

    async def home(self, actor: Actor) -> tuple[Answer, ...]:
        """Every page of the claims, then the last alerts: for a home page."""

    def complete(self, text: str) -> tuple[Choice, ...]:
        """Claims for what was typed so far, at most 25, from memory."""

    async def subscription(self, actor: Actor) -> Subscription | None:
        """What the actor's channel receives, to fill a form with. Raises LedgerError."""


@runtime_checkable
class InteractiveAdapter(ChatAdapter, Protocol):
    """One connection to a platform that serves all its channels, and through which people ask.

    ``name`` is the platform's; it is sent every delivery whose channel is `name:id`
    (bot.model.split_address), those of several channels at the same time. ``connect`` comes once,
    before the first ``start``.
    """

    def connect(self, desk: Desk) -> None:
        """Whom to ask when people do."""
