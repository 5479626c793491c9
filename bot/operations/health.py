"""Whether the bot can do its work, part by part: judge, ledger, schedule, polls, channels.

Each part is proved by a probe of its own, all of them together every PROBE_INTERVAL_S by the
schedule. A probe that is too old proves nothing any more: so a schedule that stands still shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import ClaimwireError
from bot.ledger.records import ChannelQueue
from bot.log import logger
from bot.model import split_address
from bot.ports import Clock

PROBE_INTERVAL_S = 30.0
PROBE_TIMEOUT_S = 35.0  # the adapters have shorter limits, and say more when they give up
# Four rounds: one that is late, or slow, is no alarm yet.
STALE_S = 4 * PROBE_INTERVAL_S
# Alerts that have waited so long after a failure are no passing matter (a 429, a reconnect).
OVERDUE = timedelta(minutes=5)

_log = logger("health")

# Returns a few words on what it found. Raises ClaimwireError where the part does not work.
Probe = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bot: ``message`` says what was found, for people."""

    name: str
    ready: bool
    message: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """All parts, in the order in which they are watched."""

    parts: tuple[Part, ...]

    @property
    def ready(self) -> bool:
        return all(part.ready for part in self.parts)

    @property
    def summary(self) -> str:
        """One line: "ready", or each part that is not, with the reason."""
        wrong = [f"{part.name}: {part.message}" for part in self.parts if not part.ready]
        return "; ".join(wrong) or "ready"


class Health:
    """Gathers what the probes find. Runs on one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._probes: dict[str, Probe] = {}
        self._parts: dict[str, Part] = {}
        self._probed_at: datetime | None = None

    def watch(self, name: str, probe: Probe) -> None:
        """From now on the bot is ready only if this probe succeeds."""
        self._probes[name] = probe

    async def probe(self) -> None:
        """Probes all parts side by side; logs what changed, and "ready" where all came to be so."""
        found = await asyncio.gather(*(self._look(*one) for one in self._probes.items()))
        failing = {part.name for part in self._parts.values() if not part.ready}
        for part in found:
            if not part.ready and part.name not in failing:
                _log.error("part not ready", part=part.name, reason=part.message)
            elif part.ready and part.name in failing:
                _log.info("part ready again", part=part.name)
        if all(part.ready for part in found) and (failing or self._probed_at is None):
            _log.info("ready")
        self._parts = {part.name: part for part in found}
        self._probed_at = self._clock.now()

    def readiness(self) -> Readiness:
        """What the last probes found. Takes no time."""
        if self._probed_at is None:
            return Readiness((Part("start", ready=False, message="the bot is starting"),))
        age_s = (self._clock.now() - self._probed_at).total_seconds()
        stale = age_s > STALE_S
        message = f"last run {age_s:.0f} s ago" + (", it stands still" if stale else "")
        schedule = Part("schedule", ready=not stale, message=message)
        return Readiness((schedule, *self._parts.values()))

    async def _look(self, name: str, probe: Probe) -> Part:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                return Part(name, ready=True, message=await probe())
        except ClaimwireError as error:
            return Part(name, ready=False, message=str(error))
        except TimeoutError:
            return Part(name, ready=False, message=f"no answer within {PROBE_TIMEOUT_S:g} s")
        except Exception as error:  # noqa: BLE001 - one part's fault must not hide the others
            _log.exception("fault in a probe", part=name)
            return Part(name, ready=False, message=f"a fault: {type(error).__name__}")


def overdue(platform: str, queues: Sequence[ChannelQueue], now: datetime) -> str:
    """Why what waits for a platform's channels does not go out, "" if it does.

    A channel that was tried in vain counts; one that waits for the end of its quiet hours does not.
    """
    late = [
        f"{queue.channel}: {queue.pending} wait since {queue.oldest:%Y-%m-%d %H:%M} UTC"
        f" ({queue.last_error})"
        for queue in queues
        if split_address(queue.channel)[0] == platform
        and queue.last_error
        and now - queue.oldest > OVERDUE
    ]
    return "; ".join(late)
