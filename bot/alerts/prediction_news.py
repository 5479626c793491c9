"""What is told when somebody acts on a prediction, and when a premise falls: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.model import Claim, Notice, NoticeKind, NoticeRow, NoticeSection
from bot.predictions import Ending, Resolution, Result

DEPENDANTS_SHOWN = 8  # what a platform shows of a list


def resolution_news(
    claim: Claim, what: Result, held: Resolution, row_id: int, by: str, at: datetime
) -> Notice:
    """The follow-up of a reminder, which stays as it was posted.

    ``held``: the ending that was proposed, resolved, agreed with or undone by ``by`` in that row of
    the log. ``about`` is set where an editor may still agree.
    """
    waits = what is Result.PROPOSED
    said = f"{held.ending.value}, by {held.by or 'somebody'}"
    titles = {
        Result.PROPOSED: f"{claim.id}: proposed {said}",
        Result.RESOLVED: f"{claim.id}: resolved {said}",
        Result.AGREED: f"{claim.id}: resolved {said}, agreed by {by or 'somebody'}",
        Result.UNDONE: f"{claim.id}: {by or 'somebody'} took back “{held.ending.value}”",
    }
    lines = [claim.statement]
    if held.note:
        lines.append(f"Note: {held.note}")
    if waits:
        lines.append("It holds once a second editor agrees.")
    elif what is not Result.UNDONE:
        lines.append(_came_out(held))
    return Notice(
        NoticeKind.RESOLUTION,
        f"resolution {claim.id} {row_id}",
        titles[what],
        at,
        claim_id=claim.id,
        lines=tuple(line for line in lines if line),
        about=held.last_id if waits else 0,
    )


def premise_news(
    key: str, premise: Claim, why: str, dependants: Sequence[Claim], at: datetime
) -> Notice:
    """A premise has fallen: all that rests on it, in one notice. ``why``: how it stands now."""
    rows = tuple(NoticeRow(one.statement, claim_id=one.id) for one in dependants)
    shown = f" ({DEPENDANTS_SHOWN} of {len(rows)})" if len(rows) > DEPENDANTS_SHOWN else ""
    count = "1 claim" if len(rows) == 1 else f"{len(rows)} claims"
    return Notice(
        NoticeKind.PREMISE,
        key,
        f"Premise shaken: {premise.id}, under {count}",
        at,
        claim_id=premise.id,
        lines=(premise.statement, f"It is {why} now."),
        sections=(NoticeSection(f"Rests on it{shown}", rows),),
    )


def concerned(notice: Notice) -> frozenset[str]:
    """The claims that a notice is told for: those that rest on a premise, else its own."""
    listed = frozenset(
        row.claim_id for section in notice.sections for row in section.rows if row.claim_id
    )
    return listed or frozenset({notice.claim_id})


def last_news(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Of each claim and kind the last, the newest first; ``notices`` are in order of time."""
    last: dict[tuple[NoticeKind, str], Notice] = {}
    for one in reversed(tuple(notices)):
        last.setdefault((one.kind, one.claim_id), one)
    return tuple(last.values())


def why_fallen(claim: Claim, standing_word: str, endings: Mapping[str, Ending]) -> str:
    """`resolved no`, `contradicted`, `corrected`."""
    return "resolved no" if endings.get(claim.id) is Ending.NO else standing_word


def _came_out(held: Resolution) -> str:
    given = held.wording.probability
    return "" if given is None else f"The author had given it {given:.0%}."
