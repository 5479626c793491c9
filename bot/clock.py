"""The only clock of the running bot."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """A bot.ports.Clock: the machine's time, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)
