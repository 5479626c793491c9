"""The news that a claim stands elsewhere than before: pure."""

from __future__ import annotations

from bot.ledger.records import StandingChange
from bot.model import Claim, Kind, Notice, NoticeKind, NoticeRow, NoticeSection, Standing

# Of the reasons: the sums, and the heaviest stories.
REASONS_TOLD = 3
MOVERS_TOLD = 3


def standing_notice(
    claim: Claim, change: StandingChange, moved_by: tuple[NoticeRow, ...]
) -> Notice:
    """What readers are told of the change; ``moved_by`` are the reports that brought it about."""
    cause = (change.cause,) if change.cause else ()
    rows = moved_by[:MOVERS_TOLD]
    return Notice(
        kind=NoticeKind.STANDING,
        key=f"standing {claim.id} {change.id}",
        title=_title(claim, change),
        at=change.at,
        claim_id=claim.id,
        lines=(claim.statement, *cause, *change.reasons[:REASONS_TOLD]),
        sections=(NoticeSection("What moved it", rows),) if rows else (),
    )


def _title(claim: Claim, change: StandingChange) -> str:
    before = change.previous.word(claim.kind)
    if change.standing is Standing.CONFLICT:
        return f"{claim.id}: sources now conflict (was {before})"
    now = change.standing.word(claim.kind)
    verb = "" if claim.kind is Kind.FACT and change.standing is Standing.SUPPORTED else "is "
    return f"{claim.id} {verb}now {now} (was {before})"
