"""What goes into the ledger and what comes out of it: frozen values, standard library only.

Every time is an aware UTC datetime.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import (
    Alert,
    Article,
    ChangeKind,
    Claim,
    Decision,
    DeliveryState,
    Entry,
    Essay,
    Finding,
    Judgement,
    Stance,
    Standing,
    Stop,
    Strength,
    Verdict,
    Voice,
)

# --- what goes in --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """Which verdicts readers are told of, and where.

    ``channels``: those of the config, by their addresses. They receive what ``stances`` and
    ``min_confidence`` (0..1) admit, unless the ledger holds a subscription of theirs; channels that
    only the ledger knows are served too (bot.ledger.subscription_rows).
    """

    channels: tuple[str, ...] = ()
    stances: frozenset[Stance] = frozenset(Stance)
    min_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class FeedUpdate:
    """One fetch of one feed and all that came of it: what is committed together or not at all.

    ``etag`` and ``last_modified`` are the caching headers as the server gave them ("": none).
    ``silent``: everything is recorded and nobody is told (the first fetch of a feed).
    """

    essay: Essay
    feed_url: str
    fetched_at: datetime
    status: int = 200
    etag: str = ""
    last_modified: str = ""
    articles: tuple[tuple[Article, Judgement], ...] = ()
    silent: bool = False
    policy: AlertPolicy = AlertPolicy()


# --- what a commit says --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LedgerChange:
    """What one verdict did to the account of a claim.

    ``replaces``: the id of the verdict on an earlier revision of the same article, if it had one.
    """

    kind: ChangeKind
    claim_id: str
    story_id: int
    article_id: int
    verdict_id: int
    stance: Stance
    confidence: float
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class StandingChange:
    """A claim that stands elsewhere than before, and why (for people)."""

    claim_id: str
    previous: Standing
    standing: Standing
    at: datetime
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What an update added. ``alerts``: the ids of the alerts that were made or revised."""

    new_articles: int = 0
    changes: tuple[LedgerChange, ...] = ()
    standings: tuple[StandingChange, ...] = ()
    alerts: tuple[int, ...] = ()


# --- what comes out ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a feed: its caching headers and how its fetches went."""

    url: str
    etag: str
    last_modified: str
    status: int | None
    attempted_at: datetime
    succeeded_at: datetime | None
    failures: int  # in a row, since the last success
    last_error: str

    @property
    def fetched_before(self) -> bool:
        """False: its next successful fetch is its first, and so a silent one."""
        return self.succeeded_at is not None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict that holds (not replaced, not withdrawn), as far as a standing needs it."""

    verdict_id: int
    story_id: int
    stance: Stance
    strength: Strength | None  # of the indicator met
    asserted_by: str
    voice: Voice
    at: datetime
    indicator: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A verdict as it stands in the ledger, with the wording of the claim on which it was made."""

    verdict_id: int
    essay_id: str
    claim_statement: str
    verdict: Verdict
    kind: ChangeKind
    article: Article
    article_id: int
    story_id: int
    replaces: int | None
    current: bool  # neither replaced nor withdrawn
    withdrawn: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimAccount:
    """Where a claim stands today. ``since``: None while it has never left QUIET.

    ``supporting`` and ``contradicting`` count stories, ``*_weight`` is their weight
    (bot.ledger.standing); ``last_evidence_at`` is the newest report that bears on the claim.
    """

    claim: Claim
    standing: Standing
    since: datetime | None
    supporting: int
    contradicting: int
    supporting_weight: float
    contradicting_weight: float
    reasons: tuple[str, ...]
    last_evidence_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoryLink:
    """How an article came to its story.

    ``joined_by``: "first", "revision", "content", "title" or "meaning"; ``similarity`` is the
    cosine for the last, else None.
    """

    story_id: int
    title: str
    first_at: datetime
    last_at: datetime
    articles: int
    joined_by: str
    similarity: float | None


@dataclass(frozen=True, slots=True)
class DeliveryTrace:
    """One row of the outbox."""

    id: int
    channel: str
    alert_id: int
    revision: int
    state: DeliveryState
    attempts: int
    due_at: datetime
    receipt: str
    error: str


@dataclass(frozen=True, slots=True)
class ArticleTrace:
    """All that happened to one revision of an article. ``alerts``: each at its last revision."""

    article_id: int
    revision: int
    article: Article
    stopped: Stop | None
    findings: tuple[Finding, ...]
    verdicts: tuple[EvidenceItem, ...]
    story: StoryLink | None
    alerts: tuple[Alert, ...]
    deliveries: tuple[DeliveryTrace, ...]

    @property
    def entry(self) -> Entry:
        return self.article.entry


@dataclass(frozen=True, slots=True)
class Trace:
    """An article through all its revisions, oldest first."""

    key: str
    revisions: tuple[ArticleTrace, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the ledger holds. ``stopped``: articles by the stage that stopped them."""

    feeds: int
    feeds_failing: int
    articles: int
    findings: int
    verdicts: int
    stories: int
    alerts: int
    pending: int
    sent: int
    failed: int
    superseded: int
    stopped: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ChannelQueue:
    """What waits for one channel. ``next_due`` is the time of its first row.

    ``subscribed_at``: when somebody last said what it receives; None: the config alone does.
    """

    channel: str
    pending: int
    next_due: datetime
    oldest: datetime
    last_error: str
    subscribed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The state of the file after it was tidied, in pages of ``page_size`` bytes."""

    page_size: int
    pages: int
    free_pages: int
    wal_pages: int  # still in the write-ahead log: above 0 where a reader held it


# --- the desk ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """One row of the desk's log on an alert: a decision, or the undoing of one."""

    decision: Decision
    undone: bool  # by a later row
    undoes: bool  # this row undoes an earlier one


@dataclass(frozen=True, slots=True)
class Mute:
    """A claim of which a channel hears nothing new until then."""

    channel: str
    claim_id: str
    until: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a time: standings that moved, and alerts made or revised.

    ``alerts`` are at their last revision, contradictions first, then the newest. ``more`` counts
    those beyond the limit.
    """

    standings: tuple[StandingChange, ...]
    alerts: tuple[Alert, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Works:
    """How the machinery runs. Times are None where a thing has never happened.

    ``failing`` are the feeds that failed when last tried, the longest failing first. ``refusing``
    are the channels whose last post failed for good, with the reason.
    """

    feeds: int
    failing: tuple[FeedState, ...]
    last_poll: datetime | None
    last_delivery: datetime | None
    queues: tuple[ChannelQueue, ...]
    refusing: tuple[tuple[str, str], ...] = ()
