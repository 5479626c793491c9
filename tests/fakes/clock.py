"""A clock for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class HandClock:
    """A bot.ports.Clock that stands at ``at`` until a test sets it."""

    at: datetime

    def now(self) -> datetime:
        return self.at
