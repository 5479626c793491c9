"""A channel that only keeps what it is sent: for replays, which count alerts, and for tests."""

from __future__ import annotations

from adapters.inflight import InFlight
from adapters.kind import AdapterKind, Surroundings, Values
from bot.errors import DeliveryError
from bot.model import Alert, Delivery, Notice, NoticeDelivery


class MemoryAdapter:
    """Keeps every delivery in order, once per idempotency key.

    ``refuse_with``: set it, and every send raises that error until it is None again.
    It keeps all, so it is not for a bot that runs for months.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.refuse_with: DeliveryError | None = None
        self._by_key: dict[str, Delivery] = {}
        self._notices: dict[str, Notice] = {}
        self._in_flight = InFlight(name)

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """All that was taken, in order."""
        return tuple(self._by_key.values())

    def take(self) -> list[Delivery]:
        """What was taken since the last call of this, in order; it is not kept any longer."""
        taken = list(self._by_key.values())
        self._by_key.clear()
        return taken

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What a reader of the channel sees now: each alert once, as last revised."""
        latest = {delivery.alert.id: delivery.alert for delivery in self._by_key.values()}
        return tuple(latest.values())

    @property
    def notices(self) -> tuple[Notice, ...]:
        """All notices that were taken, in order."""
        return tuple(self._notices.values())

    async def start(self) -> None:
        """Never fails."""
        self._in_flight.open()

    async def send(self, delivery: Delivery) -> str:
        """The receipt names the alert, so it is the same for all its revisions."""
        with self._in_flight.one():
            if self.refuse_with is not None:
                raise self.refuse_with
            self._by_key.setdefault(delivery.idempotency_key, delivery)
            return f"memory-{delivery.alert.id}"

    async def post(self, delivery: NoticeDelivery) -> str:
        """The receipt names the delivery."""
        with self._in_flight.one():
            if self.refuse_with is not None:
                raise self.refuse_with
            self._notices.setdefault(delivery.idempotency_key, delivery.notice)
            return f"memory-notice-{delivery.id}"

    async def stop(self) -> None:
        """Takes no more; what was kept can still be read."""
        await self._in_flight.close()


def _make(channel: str, _values: Values, _surroundings: Surroundings) -> MemoryAdapter:
    return MemoryAdapter(channel)


KIND = AdapterKind(
    name="memory",
    summary="keeps alerts in memory and shows them to nobody; for replays and tests",
    settings=(),
    make=_make,
)
