"""When a prediction's date is brought to mind, and what is said then. Pure.

30, 7 and 1 days before the last day, on the day after it, and from then on every 14 days until it
is resolved. A step that is missed is made up for as long as it is the last one that has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.alerts.subscriptions import Cadence, DigestTime
from bot.ledger.records import EvidenceItem
from bot.model import Claim, Notice, NoticeKind, NoticeRow, NoticeSection, Stance
from bot.predictions import Prediction

DAYS_BEFORE = (30, 7, 1)
NUDGE_DAYS = 14
# In code points. With these a reminder is never cut in the middle of a side of the evidence:
# together they stay below what one answer holds (bot.commands.answers.TOTAL_MAX).
BODY_MAX = 2400
STATEMENT_MAX = 220
RULE_LEAST, RULE_MOST = 120, 600
NAME_MAX = 40
SENTENCE_MAX = 110
OUTLET_MAX = 30
LINK_MAX = 110


@dataclass(frozen=True, slots=True)
class Side:
    """The evidence on one side: stories, their weight, and the heaviest with what each weighs."""

    stance: Stance
    stories: int
    weight: float
    heaviest: tuple[tuple[EvidenceItem, float], ...] = ()


def last_step(horizon: date, now: datetime, at: DigestTime) -> str | None:
    """The last step that has passed; None: none has. ``at``: the hour of a step, on its zone's
    wall clock.

    "30", "7", "1" (days before), "after" (the day after), or "nudge 1", "nudge 2" and so on.
    """
    passed = at.last_due(Cadence.DAILY, now)
    if passed is None:  # there always is one of every day
        return None
    left = (horizon - passed.astimezone(ZoneInfo(at.zone)).date()).days
    if left < 0:
        nudges = (-1 - left) // NUDGE_DAYS
        return f"nudge {nudges}" if nudges else "after"
    return next((str(days) for days in reversed(DAYS_BEFORE) if left <= days), None)


def reminder_key(claim: Claim, step: str) -> str:
    """By which a step is told once; another date makes other keys."""
    return f"reminder {claim.id} {claim.horizon} {step}"


def reminder(
    key: str, held: Prediction, sides: tuple[Side, Side], shaken: tuple[str, ...], now: datetime
) -> Notice:
    """What is posted. ``sides``: for and against; ``shaken``: the premises that have fallen."""
    claim = held.claim
    sections = tuple(map(_section, sides))
    lines = [_cut(claim.statement, STATEMENT_MAX), _facts(held, shaken)]
    room = BODY_MAX - sum(map(len, lines)) - sum(map(_length, sections))
    rule = _cut(f"Rule: {claim.resolution}", min(max(room, RULE_LEAST), RULE_MOST))
    return Notice(
        NoticeKind.REMINDER,
        key,
        f"{claim.id}: {days_left(held.days_left)}",
        now,
        claim_id=claim.id,
        lines=(*lines, rule),
        sections=sections,
    )


def days_left(days: int | None) -> str:
    """`12 days left`, `today is its last day`, `due for 3 days`."""
    match days:
        case None:
            return "no date"
        case 0:
            return "today is its last day"
        case 1:
            return "1 day left"
        case -1:
            return "due since yesterday"
        case _ if days < 0:
            return f"due for {-days} days"
        case _:
            return f"{days} days left"


def _facts(held: Prediction, shaken: tuple[str, ...]) -> str:
    claim = held.claim
    told = [f"Its last day: {claim.horizon}. It stands {held.standing.word(claim.kind)}"]
    if claim.probability is not None:
        told.append(f"; the author gave it {claim.probability:.0%}")
    told.append(".")
    if held.resolution is not None:
        by = _cut(held.resolution.by, NAME_MAX)
        told.append(f" Proposed by {by}: {held.resolution.ending}; a second editor must agree.")
    if shaken:
        told.append(f" Premise shaken: {_cut(', '.join(shaken), NAME_MAX)}.")
    return "".join(told)


def _section(side: Side) -> NoticeSection:
    name = "For it" if side.stance is Stance.SUPPORTS else "Against it"
    if not side.stories:
        return NoticeSection(f"{name}: nothing", ())
    stories = "1 story" if side.stories == 1 else f"{side.stories} stories"
    return NoticeSection(
        f"{name}: {stories}, weight {side.weight:.2f}",
        tuple(_row(item, weight) for item, weight in side.heaviest),
    )


def _row(item: EvidenceItem, weight: float) -> NoticeRow:
    entry = item.article.entry
    outlet = _cut(entry.outlet.name, OUTLET_MAX)
    return NoticeRow(
        _cut(item.verdict.sentence.text, SENTENCE_MAX),
        f"{outlet}, {item.article.at:%Y-%m-%d}, weight {weight:.2f}",
        stance=item.verdict.stance,
        link=entry.url if len(entry.url) <= LINK_MAX else "",
    )


def _length(section: NoticeSection) -> int:
    rows = (len(row.text) + len(row.detail) + len(row.link) for row in section.rows)
    return len(section.heading) + sum(rows)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
