"""What can be asked: one frozen value for each command.

Claims are named by id or slug, in any case. A page counts from 1. RequestError says what is wrong
with a request, for the person who made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts.subscriptions import Cadence, DigestTime, QuietHours
from bot.errors import ClaimwireError
from bot.ledger.records import ReviewAction
from bot.model import DeskAction, Kind, Stance, Standing
from bot.predictions import Act, State

SPLIT_MAX = 12  # reports that are split off at once
SEARCH_MAX = 60  # code points, so that a page's token holds them
CHECK_MAX = 4_000
NOTE_MAX = 500
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
    """The reports that bear on a claim, newest first: all, or those of a stance or since a time."""

    claim: str
    stance: Stance | None = None
    since: datetime | None = None
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
class Board:
    """A picture of all claims, in the essay's order or those first that stand worst."""

    by_standing: bool = False
    dark: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Calibration:
    """A picture of the author's probabilities beside how the predictions came out."""

    dark: bool = False


@dataclass(frozen=True, slots=True)
class Predictions:
    """All predictions, or those of one state."""

    state: State | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Resolve:
    """What a person does with a prediction.

    ``note``, of an ending: None: they have not said, and are asked for it; "": they want none.
    ``seen``: the number of what they agree with or undo; 0: whatever holds.
    """

    claim: str
    act: Act
    note: str | None = None
    seen: int = 0


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
    digest_time: DigestTime | None = None


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
class ShowStory:
    """A story: its reports with their numbers, and what was moved into and out of it."""

    story_id: int
    page: int = 1


@dataclass(frozen=True, slots=True)
class MergeStories:
    """Two stories are one event: the other goes into the kept one."""

    keep: int
    other: int


@dataclass(frozen=True, slots=True)
class SplitStory:
    """These reports of a story, by their numbers, are an event of their own."""

    story_id: int
    reports: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UndoMove:
    """Takes back a merge or a split."""

    move_id: int


@dataclass(frozen=True, slots=True)
class UndoDecision:
    alert_id: int


@dataclass(frozen=True, slots=True)
class Review:
    """What waits for an editor's look, on one claim or on all. A page shows one item."""

    claim: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class DecideReview:
    """A button under an item that waits; ``item`` is its number."""

    action: ReviewAction
    item: int


@dataclass(frozen=True, slots=True)
class UndoReview:
    item: int


@dataclass(frozen=True, slots=True)
class Precision:
    """How often the judge's alerts were right, by the desk's decisions."""

    page: int = 1


Request = (
    ListClaims
    | ShowClaim
    | Search
    | Evidence
    | Check
    | Why
    | WhyAlert
    | Timeline
    | Board
    | Calibration
    | Predictions
    | Resolve
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
    | ShowStory
    | MergeStories
    | SplitStory
    | UndoMove
    | Review
    | DecideReview
    | UndoReview
    | Precision
)
