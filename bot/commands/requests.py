"""What can be asked: one frozen value for each command.

Claims are named by id or slug, in any case. A page counts from 1. RequestError says what is wrong
with a request, for the person who made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts.subscriptions import Cadence, QuietHours
from bot.errors import ClaimwireError
from bot.model import DeskAction, Kind, Stance, Standing

SEARCH_MAX = 60  # code points, so that a page's token holds them
CHECK_MAX = 4_000
MUTE_LEAST, MUTE_MOST = timedelta(minutes=5), timedelta(days=30)


class RequestError(ClaimwireError):
    """A request that cannot be carried out as it stands."""


@dataclass(frozen=True, slots=True)
class ListClaims:
    """All claims, or those of one standing."""

    standing: Standing | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class ShowClaim:
    claim: str


@dataclass(frozen=True, slots=True)
class Search:
    """Claims and reports that hold all the words; longer texts are cut to SEARCH_MAX."""

    text: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """The reports that bear on a claim, newest first."""

    claim: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class Check:
    """Judges an address's page, or a text, now. Nothing is kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Why:
    """What happened to a report: its address, feed id or number in the ledger."""

    report: str


@dataclass(frozen=True, slots=True)
class WhyAlert:
    """Why there is an alert, and what the desk did with it."""

    alert_id: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """A picture of the evidence on a claim over time."""

    claim: str
    dark: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Sets what the channel receives; None keeps what it has, and a new channel's is everything.

    ``claims`` and ``kinds`` empty: all of them. Quiet hours with equal ends: none.
    """

    claims: tuple[str, ...] | None = None
    kinds: frozenset[Kind] | None = None
    stances: frozenset[Stance] | None = None
    min_confidence: float | None = None
    cadence: Cadence | None = None
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """The channel receives nothing any more; corrections of what was posted still come."""


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What this channel receives, and what is muted in it."""


@dataclass(frozen=True, slots=True)
class MuteClaim:
    claim: str
    lasting: timedelta


@dataclass(frozen=True, slots=True)
class UnmuteClaim:
    claim: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What changed since then; None: in the last day."""

    since: datetime | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Latest:
    """The last alerts."""

    page: int = 1


@dataclass(frozen=True, slots=True)
class Status:
    pass


@dataclass(frozen=True, slots=True)
class Help:
    pass


@dataclass(frozen=True, slots=True)
class Decide:
    """A button under an alert. ``seen`` is the revision of the post that bears the button."""

    action: DeskAction
    alert_id: int
    seen: int


@dataclass(frozen=True, slots=True)
class UndoDecision:
    alert_id: int


Request = (
    ListClaims
    | ShowClaim
    | Search
    | Evidence
    | Check
    | Why
    | WhyAlert
    | Timeline
    | Subscribe
    | Unsubscribe
    | Subscriptions
    | MuteClaim
    | UnmuteClaim
    | Digest
    | Latest
    | Status
    | Help
    | Decide
    | UndoDecision
)
