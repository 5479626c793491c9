"""A channel in memory that keeps what it got."""

from __future__ import annotations

from bot.model import Delivery, NoticeDelivery
from bot.ports import Desk


class Receiver:
    """A bot.ports.ChatAdapter. ``got``: the alerts with their revisions, in order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.got: list[tuple[int, int]] = []

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, delivery: Delivery) -> str:
        self.got.append((delivery.alert.id, delivery.alert.revision))
        return f"receipt-{delivery.id}"

    async def post(self, delivery: NoticeDelivery) -> str:
        raise NotImplementedError


class Platform(Receiver):
    """A bot.ports.InteractiveAdapter, for the channels of a platform."""

    def connect(self, desk: Desk) -> None: ...
