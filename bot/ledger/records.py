"""What goes into the ledger and what comes out of it: frozen values, standard library only.

Every time is an aware UTC datetime.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model import (
    Alert,
    Article,
    ChangeKind,
    Claim,
    Decision,
    DeliveryState,
    DeskAction,
    Entry,
    Essay,
    FeedCourse,
    Finding,
    Judgement,
    Notice,
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
    only the ledger knows are served too (bot.ledger.outbox.routing). ``standing_changes``:
    whether a claim that stands elsewhere than before is told by itself.
    """

    channels: tuple[str, ...] = ()
    stances: frozenset[Stance] = frozenset(Stance)
    min_confidence: float = 0.0
    standing_changes: bool = False


@dataclass(frozen=True, slots=True)
class FeedUpdate:
    """One fetch of one feed and all that came of it: what is committed together or not at all.

    ``etag`` and ``last_modified`` are the caching headers as the server gave them ("": none).
    ``silent``: everything is recorded and nobody is told (the first fetch of a feed). ``course``
    None: how the feed is polled stays as it is. ``pushed``: it was not fetched but came from a hub,
    which says nothing of how the feed itself answers.
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
    course: FeedCourse | None = None
    pushed: bool = False


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
    """A claim that stands elsewhere than before, and why (for people).

    ``cause`` says what brought it about, ``reasons`` what the claim now rests on. ``id`` is that of
    its row.
    """

    claim_id: str
    previous: Standing
    standing: Standing
    at: datetime
    reasons: tuple[str, ...]
    cause: str = ""
    id: int = 0


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
    course: FeedCourse = field(default_factory=FeedCourse)

    @property
    def fetched_before(self) -> bool:
        """False: its next successful fetch is its first, and so a silent one."""
        return self.succeeded_at is not None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the desk decided on a story's bearing on a claim, and of which stance it said so."""

    action: DeskAction
    on: Stance


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict that holds (not replaced, not withdrawn), as far as a standing needs it.

    ``origins`` and ``ruling`` are its story's.
    """

    verdict_id: int
    story_id: int
    stance: Stance
    strength: Strength | None  # of the indicator met
    asserted_by: str
    voice: Voice
    at: datetime
    indicator: str = ""
    outlet: str = ""
    tier: int = 2
    modality: str = ""
    origins: int = 1
    ruling: Ruling | None = None


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
    by: str = ""  # the editor whose verdict it is; "": the judge's


@dataclass(frozen=True, slots=True)
class ClaimAccount:
    """Where a claim stands today. ``since``: None while it has never left QUIET.

    ``supporting`` and ``contradicting`` count stories, ``*_weight`` is their weight
    (bot.ledger.standings.rule); ``last_evidence_at`` is the newest report that bears on the claim.
    ``cause`` is what brought it to where it stands.
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
    cause: str = ""


@dataclass(frozen=True, slots=True)
class StoryLink:
    """How an article came to its story.

    ``joined_by``: "first", "revision", "content", "title" or "meaning"; ``similarity`` is the
    cosine for the last, else None. ``why``: what matched, for people.
    """

    story_id: int
    title: str
    first_at: datetime
    last_at: datetime
    articles: int
    joined_by: str
    similarity: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move of reports between stories did.

    ``problem``: why nothing was moved, for people; "" if it was. ``verdicts``: the new
    id of every verdict that was recorded anew, by its old one. ``touched``: the (essay, claim)
    whose evidence moved.
    """

    problem: str = ""
    move_id: int = 0
    source: int = 0
    target: int = 0
    verdicts: dict[int, int] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class StoryReport:
    """A report of a story, and how it came to it. ``article_id`` is its number in the ledger."""

    article_id: int
    article: Article
    joined_by: str
    why: str


@dataclass(frozen=True, slots=True)
class StoryMove:
    """Reports that were moved from one story to another: a "merge", a "split" or an "undo".

    ``by``: who did it, for people; "claimwire" where the rule did.
    """

    id: int
    kind: str
    source: int
    target: int
    article_ids: tuple[int, ...]
    why: str
    by: str
    at: datetime
    undone: bool


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """A story with its reports, oldest first, and what was moved into it and out of it."""

    id: int
    title: str
    first_at: datetime
    last_at: datetime
    reports: tuple[StoryReport, ...]
    moves: tuple[StoryMove, ...]


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
class Pulse:
    """What the ledger's probe found: proof that it can be written and read, and a few counts."""

    feeds: int
    feeds_failing: int
    queues: tuple[ChannelQueue, ...]
    feeds_pushed: int = 0


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


class Doubt(StrEnum):
    """Why an editor should look at a finding."""

    UNSURE = "unsure"  # the judge was too unsure, and nobody was told
    UNDIRECTED = "undirected"  # it was told, and its direction left open


class ReviewAction(StrEnum):
    """What an editor says of a finding."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    UPDATE = "update"
    NOT_THIS_CLAIM = "not_this_claim"
    SKIP = "skip"  # nobody needs to look at it any more

    @property
    def stance(self) -> Stance | None:
        """How the report bears on the claim, if it does."""
        return Stance(self) if self.value in tuple(Stance) else None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """What waits for an editor: one for a (claim, story), by its newest report.

    ``id`` is the finding's, ``reports`` how many of the story wait on that claim.
    """

    id: int
    finding: Finding
    doubt: Doubt
    article: Article
    article_id: int
    story_id: int
    reports: int = 1


@dataclass(frozen=True, slots=True)
class DeskLabel:
    """What an editor said of a report and a claim.

    ``stance`` None: it bears on the claim, and it is not known how, or it does not bear on it.
    ``probability``: what the judge had said, before anybody decided.
    """

    article: Article
    claim_id: str
    bears: bool
    stance: Stance | None
    story_id: int
    probability: float


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
    those beyond the limit. ``notices`` are of predictions and premises, oldest first.
    """

    standings: tuple[StandingChange, ...]
    alerts: tuple[Alert, ...]
    more: int
    notices: tuple[Notice, ...] = ()


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
