"""The values that travel from a feed to a channel, in the order in which they arise.

    Entry -> Article -> Sentence -> Finding -> Verdict -> Story -> LedgerChange -> Alert -> Delivery

Frozen dataclasses, standard library only. Every time is an aware UTC datetime. Every probability
and confidence is a float in 0..1. Every text is plain (no markup) and still hostile: whoever shows
it on a platform escapes it there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What sort of statement a claim is, and so what can bear on it."""

    FACT = "fact"
    PATTERN = "pattern"
    ASSESSMENT = "assessment"
    PREDICTION = "prediction"


class Stance(StrEnum):
    """How a report bears on a claim. UPDATE: a development on its subject, without direction."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    UPDATE = "update"


class Strength(StrEnum):
    """How much an indicator counts once it is observed."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"


class Voice(StrEnum):
    """Whose voice an outlet is."""

    INDEPENDENT = "independent"
    STATE = "state"
    PARTY = "party"


class Standing(StrEnum):
    """Where a claim stands on the evidence so far: bot.ledger.standings.rule."""

    QUIET = "quiet"
    SUPPORTED = "supported"
    CONTESTED = "contested"  # different events speak for and against it
    CONTRADICTED = "contradicted"
    CONFLICT = "sources conflict"  # sources report the same event both ways

    def word(self, kind: Kind) -> str:
        """As it is said of a claim of that kind: a fact stands, or is corrected."""
        return _FACT_WORDS.get(self, self.value) if kind is Kind.FACT else self.value


_FACT_WORDS = {Standing.SUPPORTED: "stands", Standing.CONTRADICTED: "corrected"}


# --- the essay -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Indicator:
    """An observable proposition, written down beforehand, that counts for or against a claim."""

    text: str
    side: Stance  # SUPPORTS or CONTRADICTS
    strength: Strength = Strength.MODERATE


@dataclass(frozen=True, slots=True)
class Party:
    """A party to the matter, whose own word is not evidence of its intentions.

    ``terms`` are the names by which news writing calls it, its leaders and its organs.
    """

    id: str
    name: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of an essay."""

    id: str
    slug: str
    kind: Kind
    paragraphs: tuple[int, ...]
    statement: str
    topics: tuple[str, ...] = ()
    supported_by: tuple[Indicator, ...] = ()
    contradicted_by: tuple[Indicator, ...] = ()
    depends_on: tuple[str, ...] = ()
    horizon: date | None = None
    resolution: str = ""
    probability: float | None = None

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return self.supported_by + self.contradicted_by


@dataclass(frozen=True, slots=True)
class Essay:
    """An essay as data: what the bot holds every report against.

    ``topics``: an entry that names none of these terms is on another subject and is not judged.
    """

    id: str
    title: str
    author: str
    date: date
    source: str
    topics: tuple[str, ...]
    parties: tuple[Party, ...]
    claims: tuple[Claim, ...]
    draft: bool = False  # proposed by `claimwire essay draft`, and not yet confirmed by an editor

    def claim(self, claim_id: str) -> Claim:
        """The claim of that id or slug (case is ignored). Raises KeyError."""
        wanted = claim_id.casefold()
        for claim in self.claims:
            if wanted in (claim.id.casefold(), claim.slug.casefold()):
                return claim
        raise KeyError(claim_id)


# --- from a feed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outlet:
    """Who publishes a feed. ``tier`` 1 (wire or paper of record) .. 4 (unvetted)."""

    name: str
    tier: int = 3
    voice: Voice = Voice.INDEPENDENT


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed, as published, its text already plain.

    ``key`` is its identity across fetches and feeds: canonical URL, else feed and GUID, else
    content. ``content_hash`` changes if and only if title or summary change in their words.
    """

    key: str
    content_hash: str
    feed_url: str
    guid: str
    url: str
    title: str
    summary: str
    published: datetime | None
    updated: datetime | None
    outlet: Outlet


@dataclass(frozen=True, slots=True)
class Article:
    """An entry as it is judged and kept: with the time that it counts from."""

    entry: Entry
    # The published time; the fetch time where that is absent or lies in the future.
    at: datetime
    fetched_at: datetime

    @property
    def text(self) -> str:
        """Title and summary as one text; Sentence offsets count its code points."""
        title, summary = self.entry.title, self.entry.summary
        return f"{title}\n{summary}" if title and summary else title or summary


@dataclass(frozen=True, slots=True)
class FeedCourse:
    """How a feed is polled from here on: feeds.course draws it up, the ledger keeps it.

    ``due_at``: when it is asked next; None: at once. ``published``: when it last brought something
    new, oldest first. ``ttl_s``: how long the feed itself says that it may be kept (0: no word).
    ``address``: where it is asked since it moved for good, "" for the address that is listed.
    ``moved_to``, ``moved_times`` and ``moved_since`` are of a move that is not believed yet.
    ``gone_times`` counts the answers 410 in a row; ``retired_at``: since when it is taken for gone.
    """

    due_at: datetime | None = None
    published: tuple[datetime, ...] = ()
    ttl_s: float = 0.0
    address: str = ""
    moved_to: str = ""
    moved_times: int = 0
    moved_since: datetime | None = None
    failing_since: datetime | None = None
    gone_times: int = 0
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HubSubscription:
    """What a hub was asked to push, of one feed: feeds.websub draws it up, the ledger keeps it.

    ``callback``: the address that the hub calls, which nobody else knows; ``secret``: the key that
    it signs with. ``topic``: the feed, as the hub knows it. ``pending``: the hub was asked and has
    not asked back yet. ``lease_until``: how long it pushes; None: it does not. ``due_at``: when
    something is to be done next. ``failures``: requests in a row that came to nothing.
    ``delivers``: it was seen to push what the feed brings. ``leaving``: it is to stop.
    ``reason``: why it does not push, for people.
    """

    feed_url: str
    hub: str
    topic: str
    callback: str = field(repr=False)
    secret: str = field(repr=False)
    due_at: datetime
    pending: bool = False
    lease_until: datetime | None = None
    failures: int = 0
    delivers: bool = False
    leaving: bool = False
    reason: str = ""

    def active(self, now: datetime) -> bool:
        """Whether the hub has promised to push now."""
        return not self.leaving and self.lease_until is not None and now < self.lease_until


# --- the judgement -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of an article: ``article.text[start:end] == text``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an article went no further: the stage that stopped it, and the reason for people."""

    stage: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model said of one article and one claim, before rules and thresholds."""

    claim_id: str
    stance: Stance
    probability: float
    sentence: Sentence
    indicator: Indicator | None
    note: str = ""  # why it became no verdict, or how a rule changed it
    review: bool = False  # too unsure to be told, sure enough for an editor's look


@dataclass(frozen=True, slots=True)
class Verdict:
    """An article's bearing on one claim, as it may be told to readers.

    ``asserted_by``: "event" (reported as having happened), the id of a party of the essay,
    "official", "analyst" or "opinion". ``modality``: how far the sentence is a fact
    ("happened", "demanded": bot.judge.attribution.Modality); "" where it is not known.
    """

    claim_id: str
    stance: Stance
    confidence: float
    sentence: Sentence
    indicator: Indicator | None
    asserted_by: str
    modality: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that the judge says of one article. Without verdicts, ``stopped`` says why.

    ``embedding`` is the article's place in meaning (unit length), for finding its story; empty
    where the article was stopped before it was encoded.
    """

    verdicts: tuple[Verdict, ...] = ()
    findings: tuple[Finding, ...] = ()
    stopped: Stop | None = None
    embedding: tuple[float, ...] = field(default=(), repr=False)


# --- the ledger and the channels -----------------------------------------------------------------


class DeskAction(StrEnum):
    """What a person of the desk says of an alert."""

    CONFIRM = "confirm"
    WRONG_STANCE = "wrong_stance"  # it bears on the claim, but not this way
    NOT_THIS_CLAIM = "not_this_claim"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks or presses a button, as their platform knows them.

    ``groups`` are the ids of the user groups (Slack) or roles (Discord) that they are in, "" or
    empty where the platform gives none. ``name`` is for people and proves nothing.
    """

    platform: str  # the adapter's name: "slack", "discord"
    user_id: str
    name: str
    groups: frozenset[str] = frozenset()
    channel_id: str = ""

    @property
    def channel(self) -> str:
        """The address of the channel in which they act."""
        return channel_address(self.platform, self.channel_id)


def channel_address(platform: str, channel_id: str) -> str:
    """How the ledger calls a channel of a platform that has many: `slack:C0123`.

    A channel of an adapter of its own (console, webhook) has no colon in its name.
    """
    return f"{platform}:{channel_id}"


def split_address(address: str) -> tuple[str, str]:
    """(platform, channel id) of an address; the id is "" for a channel with its own adapter."""
    platform, _, channel_id = address.partition(":")
    return platform, channel_id


@dataclass(frozen=True, slots=True)
class Decision:
    """What the desk decided on an alert. ``by`` is the person's name, hostile like any text."""

    action: DeskAction
    by: str
    at: datetime


class ChangeKind(StrEnum):
    """What a verdict did to the account of a claim."""

    NEW = "new"  # first evidence from this story on this claim
    REPEATED = "repeated"  # another outlet or sentence of a story already counted
    REVERSED = "reversed"  # the story now says the opposite
    WITHDRAWN = "withdrawn"  # an edit of the report took its evidence back


@dataclass(frozen=True, slots=True)
class Carrier:
    """One outlet that carries a story."""

    outlet: Outlet
    url: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """What readers are told: one for a (claim, story), edited in place as the story grows.

    ``revision`` counts from 1 and rises with every edit. ``withdrawn`` says why its evidence was
    taken back, and is "" while it stands. ``changed`` are short sentences for people: what this
    revision says that the one before it did not, or, in the first, how it stands to the last alert
    on the claim. ``decision`` is the desk's, while it holds.
    """

    id: int
    revision: int
    essay_title: str
    claim: Claim
    stance: Stance
    confidence: float
    sentence: str
    indicator: str
    indicator_side: Stance | None
    asserted_by: str
    at: datetime
    story_id: int
    carriers: tuple[Carrier, ...]
    standing: Standing
    previous_standing: Standing
    turned: bool = False  # this revision's stance is the opposite of the one told before it
    withdrawn: str = ""
    changed: tuple[str, ...] = ()
    decision: Decision | None = None
    modality: str = ""  # how far the sentence is a fact ("happened", "demanded"); "": not known
    origins: int = 0  # independent sources; 0: not known, each outlet counts as one

    @property
    def independent_origins(self) -> int:
        """How many sources reported it on their own, as far as is known."""
        return self.origins or len({carrier.outlet.name for carrier in self.carriers})


class NoticeKind(StrEnum):
    """What a notice is about."""

    STANDING = "standing"  # a claim stands elsewhere than before
    REMINDER = "reminder"  # the date of a prediction comes near
    RESOLUTION = "resolution"  # a prediction was resolved, or no longer is
    PREMISE = "premise"  # a claim fell on which others rest
    DIGEST = "digest"  # what changed since the last one
    OPERATIONS = "operations"  # for whoever runs the bot


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One line of a list in a notice: usually a claim, or a report and the claim it bears on."""

    text: str
    detail: str = ""
    claim_id: str = ""
    standing: Standing | None = None
    stance: Stance | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class NoticeSection:
    """A list in a notice, under its heading ("" for none)."""

    heading: str
    rows: tuple[NoticeRow, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What readers are told beside alerts, each once: it is posted, and never edited.

    ``key`` names what it tells of; a second notice of that key is not posted. ``claim_id`` is ""
    where it is about no claim, or several. ``lines`` are short sentences. ``about``: the number of
    what its buttons act on (a proposed resolution), 0 for nothing.
    """

    kind: NoticeKind
    key: str
    title: str
    at: datetime
    claim_id: str = ""
    lines: tuple[str, ...] = ()
    sections: tuple[NoticeSection, ...] = ()
    about: int = 0


class DeliveryState(StrEnum):
    """Where an outbox row is."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"  # for good; the reason is kept
    SUPERSEDED = "superseded"  # a later revision goes out instead


@dataclass(frozen=True, slots=True)
class Delivery:
    """One revision of an alert for one channel. ``idempotency_key`` is the same at every retry.

    ``receipt``: what the platform gave for an earlier revision in this channel (its message id),
    "" if nothing was sent there yet.
    """

    id: int
    channel: str
    alert: Alert
    attempts: int
    idempotency_key: str
    receipt: str


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """A notice for one channel. ``idempotency_key`` is the same at every retry."""

    id: int
    channel: str
    notice: Notice
    attempts: int
    idempotency_key: str
