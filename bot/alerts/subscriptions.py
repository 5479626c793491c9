"""What a channel wants to hear of, and when: pure values and rules.

A channel of the config receives what [alerts] admits, at once and at any hour, until somebody
subscribes it in chat; from then on its subscription decides. A channel that is not in the config
receives what it is subscribed to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from bot.model import Alert, Claim, Kind, Stance

_MINUTE = timedelta(minutes=1)
ALL_STANCES = frozenset(Stance)


class Cadence(StrEnum):
    """When a channel is told: each alert at once, or a digest of what changed."""

    REALTIME = "realtime"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"  # on Mondays


def _require_zone(zone: str) -> None:
    if zone != "UTC" and zone not in zones():  # the list of all takes a while
        raise ValueError(f"{zone!r} is no time zone; write one like Europe/Kyiv")


def _require_minutes(at: time, remedy: str) -> None:
    if at.second or at.microsecond or at.tzinfo:
        raise ValueError(remedy)


@dataclass(frozen=True, slots=True)
class DigestTime:
    """When a daily or weekly digest is due on a zone's wall clock; minutes are its finest part.

    ``zone`` is an IANA name. Raises ValueError for a zone that does not exist and for seconds.
    """

    at: time = time(8)
    zone: str = "UTC"

    def __post_init__(self) -> None:
        _require_zone(self.zone)
        _require_minutes(self.at, "write the time of a digest as 08:00")

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.zone}"

    def last_due(self, cadence: Cadence, now: datetime) -> datetime | None:
        """The last moment up to ``now`` (UTC) at which a digest was due; None if there are none.

        A time that the clock jumps over when it is put forward is due as long after the jump; one
        that comes twice is due the first time.
        """
        if cadence is Cadence.REALTIME:
            return None
        if cadence is Cadence.HOURLY:
            return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        zone = ZoneInfo(self.zone)
        day = now.astimezone(zone).date()
        while True:
            due = datetime.combine(day, self.at, zone).astimezone(UTC)
            if due <= now and (cadence is Cadence.DAILY or day.weekday() == 0):
                return due
            day -= timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Wall-clock hours of a zone in which nothing is delivered; judging goes on.

    ``start`` is quiet, ``end`` is not; both without seconds. A start after the end spans midnight;
    equal ones mean none. ``zone`` is an IANA name. Raises ValueError for a zone that does not
    exist and for seconds.
    """

    start: time
    end: time
    zone: str = "UTC"

    def __post_init__(self) -> None:
        _require_zone(self.zone)
        for edge in (self.start, self.end):
            _require_minutes(edge, "write quiet hours as 22:00-07:00")

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} {self.zone}"

    def quiet_at(self, at: datetime) -> bool:
        """Whether the clock on the zone's wall then shows a quiet hour."""
        wall = at.astimezone(ZoneInfo(self.zone)).time()
        if self.start <= self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end

    def released(self, at: datetime) -> datetime:
        """The first moment from ``at`` on (UTC) that is not quiet.

        It steps through the minutes, a day at most: a clock that is put forward or back has no
        rule of its own here, and every zone of today changes on a full minute.
        """
        at = at.astimezone(UTC)
        if not self.quiet_at(at):
            return at
        at = at.replace(second=0, microsecond=0)
        while self.quiet_at(at):
            at += _MINUTE
        return at


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel receives. ``claims`` (ids) and ``kinds`` empty: all of them."""

    claims: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    stances: frozenset[Stance] = ALL_STANCES
    min_confidence: float = 0.0
    cadence: Cadence = Cadence.REALTIME
    quiet: QuietHours | None = None
    digest_time: DigestTime = field(default_factory=DigestTime)

    def follows(self, claim: Claim) -> bool:
        """Whether the claim is one that the channel wants to hear of."""
        return (not self.claims or claim.id in self.claims) and (
            not self.kinds or claim.kind in self.kinds
        )

    def admits(self, alert: Alert) -> bool:
        """Whether the alert, as it now reads, is one that the channel wants to hear of."""
        return (
            self.follows(alert.claim)
            and alert.stance in self.stances
            and alert.confidence >= self.min_confidence
        )

    def released(self, at: datetime) -> datetime:
        """The first moment from ``at`` on at which the channel may be sent something."""
        return self.quiet.released(at) if self.quiet else at


@cache
def zones() -> frozenset[str]:
    """The names of all time zones that this machine knows."""
    return frozenset(available_timezones())


def widest(subscriptions: Iterable[Subscription]) -> tuple[frozenset[Stance], float]:
    """The stances and the least confidence that any of them asks for; nothing for none."""
    held = tuple(subscriptions)
    stances = frozenset().union(*(one.stances for one in held))
    return stances, min((one.min_confidence for one in held), default=0.0)


def to_json(subscription: Subscription) -> str:
    """The subscription as the ledger keeps it."""
    quiet = subscription.quiet
    body = {
        "claims": sorted(subscription.claims),
        "kinds": sorted(subscription.kinds),
        "stances": sorted(subscription.stances),
        "min_confidence": subscription.min_confidence,
        "cadence": subscription.cadence,
        "digest_time": [f"{subscription.digest_time.at:%H:%M}", subscription.digest_time.zone],
        "quiet": quiet and [f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}", quiet.zone],
    }
    return json.dumps(body, ensure_ascii=False)


def from_json(text: str) -> Subscription:
    """The subscription of that text. Raises ValueError or KeyError if it is none."""
    body: dict[str, Any] = json.loads(text)
    quiet = body["quiet"]
    if quiet is not None:
        start, end, zone = quiet
        quiet = QuietHours(time.fromisoformat(start), time.fromisoformat(end), zone)
    at, zone = body.get("digest_time", ("08:00", "UTC"))
    return Subscription(
        claims=frozenset(body["claims"]),
        kinds=frozenset(map(Kind, body["kinds"])),
        stances=frozenset(map(Stance, body["stances"])),
        min_confidence=body["min_confidence"],
        # Rows of the first version say "digest", which was one that nobody posted.
        cadence=Cadence.DAILY if body["cadence"] == "digest" else Cadence(body["cadence"]),
        quiet=quiet,
        digest_time=DigestTime(time.fromisoformat(at), zone),
    )
