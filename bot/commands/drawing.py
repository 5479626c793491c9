"""What the ledger holds, as the values that pictures are drawn from: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.ledger.records import ClaimAccount, EvidenceItem, StandingChange
from bot.ledger.standings.rule import weight_of
from bot.ledger.stories.changes import Voting, story_stance
from bot.model import Claim, Essay
from bot.pictures.board import ROWS_MAX, Board, Row, Weighed, by_standing
from bot.pictures.stories import Mark
from bot.pictures.timeline import Timeline, Turn


def timeline(
    claim: Claim,
    items: Iterable[EvidenceItem],
    changes: Iterable[StandingChange],
    now: datetime,
) -> Timeline:
    """A claim's timeline: one mark a story."""
    stories = sorted(_heaviest(items), key=lambda item: item.article.at)
    return Timeline(
        claim.id,
        claim.statement,
        tuple(
            Mark(
                item.article.at,
                item.verdict.stance,
                weight_of(item),
                item.article.entry.title or item.verdict.sentence.text,
            )
            for item in stories
        ),
        tuple(
            Turn(change.at, change.standing)
            for change in sorted(changes, key=lambda change: change.at)
        ),
        now,
        claim.kind,
        claim.horizon,
    )


def board_pages(claims: int) -> int:
    """How many pages a board of that many claims takes; at least one."""
    return max(1, -(-claims // ROWS_MAX))


def board(
    essay: Essay,
    accounts: Sequence[tuple[ClaimAccount, Iterable[EvidenceItem]]],
    now: datetime,
    *,
    page: int,
    sort_by_standing: bool,
) -> Board:
    """One page (from 1) of the board of all claims; the pages are equally long, about."""
    rows = tuple(_row(account, items) for account, items in accounts)
    if sort_by_standing:
        rows = by_standing(rows)
    of = board_pages(len(rows))
    each = -(-len(rows) // of)
    place = f"page {page} of {of}" if of > 1 else ""
    return Board(essay.title, rows[(page - 1) * each : page * each], now, place)


def _row(account: ClaimAccount, items: Iterable[EvidenceItem]) -> Row:
    claim = account.claim
    stories = tuple(
        Weighed(item.article.at, item.verdict.stance, weight_of(item)) for item in _heaviest(items)
    )
    return Row(claim.id, claim.statement, claim.kind, account.standing, stories)


def _heaviest(items: Iterable[EvidenceItem]) -> list[EvidenceItem]:
    """One verdict for each story: the heaviest that says what the story says."""
    stories: dict[int, list[EvidenceItem]] = defaultdict(list)
    for item in items:
        if item.current:
            stories[item.story_id].append(item)
    return [max(_speaking(story), key=_rank) for story in stories.values()]


def _speaking(story: Sequence[EvidenceItem]) -> list[EvidenceItem]:
    says = story_stance(
        [
            Voting(item.article.entry.outlet.name, item.verdict.stance, item.verdict_id)
            for item in story
        ]
    )
    return [item for item in story if item.verdict.stance is says]


def _rank(item: EvidenceItem) -> tuple[float, datetime, int]:
    return (weight_of(item), item.article.at, item.verdict_id)
