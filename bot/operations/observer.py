"""What the rooms tell of their work to whoever counts it. Standard library only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Protocol


class Polled(StrEnum):
    """How a poll of a feed ended."""

    READ = "read"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


class Pushed(StrEnum):
    """What became of what a hub pushed."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # not signed by the hub, no feed, or too much of it


class Delivered(StrEnum):
    """How an attempt to deliver ended."""

    SENT = "sent"
    PUT_OFF = "put_off"  # it will be tried again
    FAILED = "failed"  # given up


class Observer(Protocol):
    """Is told what was done. Called from any thread; never blocks and never raises."""

    def fetched(self, seconds: float) -> None:
        """A feed was asked for over the network, with whatever answer."""

    def polled(self, ended: Polled, *, entries: int, new: int, verdicts: int, alerts: int) -> None:
        """A poll of a feed ended. The numbers are those of its PollOutcome."""

    def pushed(
        self, ended: Pushed, *, entries: int = 0, new: int = 0, verdicts: int = 0, alerts: int = 0
    ) -> None:
        """A hub pushed something. The numbers are as those of a poll."""

    def judged(self, articles: int, seconds: float) -> None:
        """The judge went through a batch."""

    def sent(self, platform: str, seconds: float) -> None:
        """An adapter was given something to send, and took it or not."""

    def delivered(self, platform: str, ended: Delivered) -> None:
        """An attempt to deliver ended."""

    def missed(self, job: str) -> None:
        """A run of a job (one of bot.app.JOBS) did not take place, or not in time."""


class Unobserved:
    """An Observer that counts nothing."""

    def fetched(self, seconds: float) -> None: ...

    def polled(
        self, ended: Polled, *, entries: int, new: int, verdicts: int, alerts: int
    ) -> None: ...

    def pushed(
        self, ended: Pushed, *, entries: int = 0, new: int = 0, verdicts: int = 0, alerts: int = 0
    ) -> None: ...

    def judged(self, articles: int, seconds: float) -> None: ...

    def sent(self, platform: str, seconds: float) -> None: ...

    def delivered(self, platform: str, ended: Delivered) -> None: ...

    def missed(self, job: str) -> None: ...


UNOBSERVED = Unobserved()


@contextmanager
def timed(tell: Callable[[float], None]) -> Iterator[None]:
    """Tells how many seconds the block took, also where it raises."""
    began = time.perf_counter()
    try:
        yield
    finally:
        tell(time.perf_counter() - began)
