"""Predictions: how each is going, and what became of it. Pure.

Of every prediction the ledger keeps a log: who resolved it, agreed, took that back, or wanted no
reminders any more. What holds is read from the log (``resolution``, ``is_quiet``); what a person
may add to it next is said by ``result``. docs/predictions.md explains it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.alerts.subscriptions import DigestTime
from bot.model import Claim, Kind, Standing


class Ending(StrEnum):
    """How a prediction ended."""

    YES = "yes"
    NO = "no"
    AMBIGUOUS = "ambiguous"  # the rule does not say which
    VOID = "void"  # what it was made on the condition of did not happen


class Act(StrEnum):
    """What a person does with a prediction."""

    YES = "yes"
    NO = "no"
    AMBIGUOUS = "ambiguous"
    VOID = "void"
    AGREE = "agree"  # with what another editor proposed
    UNDO = "undo"
    QUIET = "quiet"  # no reminders any more, as long as its date stays
    REMIND = "remind"  # ends that

    @property
    def ending(self) -> Ending | None:
        return Ending(self) if self.value in tuple(Ending) else None


class State(StrEnum):
    """How far a prediction has come."""

    OPEN = "open"
    DUE = "due"  # its date has passed and nobody has resolved it
    RESOLVED = "resolved"


class Result(StrEnum):
    """What becomes of an Act. The first six are recorded."""

    RESOLVED = "resolved"
    PROPOSED = "proposed"  # it holds once a second editor agrees
    AGREED = "agreed"
    UNDONE = "undone"
    QUIET = "quiet"
    REMINDING = "reminding"
    ALREADY = "already"
    HELD = "held"  # it is resolved in another way, which would have to be undone first
    OWN = "own"  # nobody agrees with themselves
    STALE = "stale"  # it is no longer what the person saw
    NOTHING = "nothing"  # there is nothing to agree with or to undo


RECORDED = frozenset(
    {
        Result.RESOLVED,
        Result.PROPOSED,
        Result.AGREED,
        Result.UNDONE,
        Result.QUIET,
        Result.REMINDING,
    }
)


@dataclass(frozen=True, slots=True)
class PredictionRules:
    """``second_editor``: a resolution holds only once another editor agrees.

    ``remind_at``: when reminders go out; its zone also says when a day ends.
    """

    second_editor: bool = False
    remind_at: DigestTime = field(default_factory=DigestTime)

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.remind_at.zone)).date()


@dataclass(frozen=True, slots=True)
class Wording:
    """What a prediction said when somebody acted on it."""

    statement: str
    rule: str
    horizon: date | None
    probability: float | None

    @classmethod
    def of(cls, claim: Claim) -> Wording:
        return cls(claim.statement, claim.resolution, claim.horizon, claim.probability)


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of a prediction's log. ``who`` is `platform:id`, ``by`` the name, hostile as ever.

    ``proposed``: an ending that waits for a second editor. ``of``: the row that is agreed with or
    undone.
    """

    id: int
    act: Act
    proposed: bool
    of: int | None
    who: str
    by: str
    at: datetime
    note: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Resolution:
    """An ending that holds or, while ``holds`` is False, is proposed.

    ``id``: of its row in the log; ``last_id``: of the row that made it what it is, which is the
    second editor's once there is one. ``note``: of both editors.
    """

    id: int
    last_id: int
    ending: Ending
    who: str
    by: str
    at: datetime
    note: str
    wording: Wording
    holds: bool
    agreed_by: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction as it stands. ``days_left`` counts to its last day (0); below 0 it is over.

    ``dropped``: it was resolved, and the essay has it no longer; ``claim`` is as it was then.
    """

    claim: Claim
    standing: Standing
    days_left: int | None
    resolution: Resolution | None = None
    quiet: bool = False
    dropped: bool = False

    @property
    def state(self) -> State:
        if self.resolution is not None and self.resolution.holds:
            return State.RESOLVED
        return State.DUE if self.days_left is not None and self.days_left < 0 else State.OPEN


def resolution(log: Iterable[LogRow]) -> Resolution | None:
    """What the log, oldest first, says that holds or is proposed."""
    held: Resolution | None = None
    for row in log:
        ending = row.act.ending
        if ending is not None:
            held = Resolution(
                id=row.id,
                last_id=row.id,
                ending=ending,
                who=row.who,
                by=row.by,
                at=row.at,
                note=row.note,
                wording=row.wording,
                holds=not row.proposed,
            )
        elif row.act is Act.UNDO:
            held = None
        elif row.act is Act.AGREE and held is not None and held.id == row.of:
            note = "; ".join(filter(None, (held.note, row.note)))
            held = replace(held, last_id=row.id, holds=True, agreed_by=row.by, note=note)
    return held


def is_quiet(log: Iterable[LogRow], horizon: date | None) -> bool:
    """Whether no reminders are wanted; a date that was changed since brings them back."""
    last = None
    for row in log:
        if row.act in (Act.QUIET, Act.REMIND):
            last = row
    return last is not None and last.act is Act.QUIET and last.wording.horizon == horizon


def result(
    held: Resolution | None, act: Act, who: str, *, seen: int, quiet: bool, second_editor: bool
) -> Result:
    """What becomes of the act of ``who``. ``seen``: the ``last_id`` of what they agree with or
    undo, 0: of anything.

    Whoever resolves as another has proposed agrees with it.
    """
    ending = act.ending
    if ending is not None:
        return _resolving(held, ending, who, second_editor=second_editor)
    if act is Act.QUIET:
        return Result.ALREADY if quiet else Result.QUIET
    if act is Act.REMIND:
        return Result.REMINDING if quiet else Result.ALREADY
    if held is None or seen not in (0, held.last_id):
        return Result.NOTHING if held is None else Result.STALE
    if act is Act.UNDO:
        return Result.UNDONE
    return _agreeing(held, who)


def _agreeing(held: Resolution, who: str) -> Result:
    if held.holds:
        return Result.ALREADY
    return Result.OWN if held.who == who else Result.AGREED


def _resolving(held: Resolution | None, ending: Ending, who: str, *, second_editor: bool) -> Result:
    if held is not None and held.holds:
        return Result.ALREADY if held.ending is ending else Result.HELD
    if held is not None and held.ending is ending and held.who != who:
        return Result.AGREED
    if not second_editor:
        return Result.RESOLVED
    if held is not None and held.ending is ending:
        return Result.OWN
    return Result.PROPOSED


def dropped_claim(claim_id: str, wording: Wording) -> Claim:
    """A claim that the essay has no longer, as far as the log knows it."""
    return Claim(
        id=claim_id,
        slug=claim_id,
        kind=Kind.PREDICTION,
        paragraphs=(),
        statement=wording.statement,
        horizon=wording.horizon,
        resolution=wording.rule,
        probability=wording.probability,
    )


def in_order(
    predictions: Iterable[Prediction], wanted: State | None = None
) -> tuple[Prediction, ...]:
    """Those of that state, or all: what is due first, then by their dates, then what is resolved,
    the last first."""
    return tuple(sorted((one for one in predictions if wanted in (None, one.state)), key=_urgency))


def _urgency(one: Prediction) -> tuple[bool, float, str]:
    if one.state is State.RESOLVED and one.resolution is not None:
        return (True, -one.resolution.at.timestamp(), one.claim.id)
    left = one.days_left
    return (False, float("inf") if left is None else left, one.claim.id)


# --- what the probabilities were worth -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score:
    """``scored``: (probability of then, whether it came true) of what ended yes or no.

    The rest counts what is left out: ``unsaid`` ended yes or no and had no probability.
    """

    scored: tuple[tuple[float, bool], ...] = ()
    ambiguous: int = 0
    void: int = 0
    unsaid: int = 0


def score(predictions: Iterable[Prediction]) -> Score:
    """What there is to score, of all predictions of an essay, dropped ones too."""
    ended = [
        one.resolution for one in predictions if one.resolution is not None and one.resolution.holds
    ]
    decided = [one for one in ended if one.ending in (Ending.YES, Ending.NO)]
    endings = Counter(one.ending for one in ended)
    scored = tuple(
        (one.wording.probability, one.ending is Ending.YES)
        for one in decided
        if one.wording.probability is not None
    )
    return Score(
        scored, endings[Ending.AMBIGUOUS], endings[Ending.VOID], len(decided) - len(scored)
    )


def left_out(found: Score) -> str:
    """`1 ambiguous, 2 void`; "" where everything that is resolved was scored."""
    counted = (
        (found.ambiguous, "ambiguous"),
        (found.void, "void"),
        (found.unsaid, "without a probability"),
    )
    return ", ".join(f"{count} {what}" for count, what in counted if count)
