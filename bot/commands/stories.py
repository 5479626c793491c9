"""A story, and what moving its reports came to, as answers: pure."""

from __future__ import annotations

from adapters.text import time_utc
from bot.commands.answers import Answer, Block, Button, Page, Paragraph, Row, Rows, done, error
from bot.commands.requests import ShowStory, UndoMove
from bot.commands.words import line
from bot.ledger.records import Moved, StoryMove, StoryRecord, StoryReport

MOVES_SHOWN = 3


def story(found: StoryRecord, page: Page) -> Answer:
    """One page of a story's reports, and its last moves."""
    span = f"{time_utc(found.first_at)} to {time_utc(found.last_at)}"
    blocks: list[Block] = [Paragraph(f"{found.title or 'Untitled'} ({span})")]
    if found.reports:
        blocks.append(Rows(tuple(map(_report, found.reports)), "Reports"))
    else:
        blocks.append(Paragraph("All its reports are in other stories now."))
    if found.moves:
        blocks.append(Rows(tuple(map(_move, found.moves[-MOVES_SHOWN:])), "Moved"))
    return Answer(f"Story {found.id}", tuple(blocks), page=page)


def moved(result: Moved, *, undone: bool = False) -> Answer:
    """That it was done, with a button that takes it back; or why not."""
    if result.problem:
        return error(result.problem)
    told = (
        f"Their reports went from story {result.source} to story {result.target}. Alerts and"
        " standings were put right."
    )
    show = Button(f"Story {result.target}", line(ShowStory(result.target)))
    undo = () if undone else (Button("Undo", line(UndoMove(result.move_id))),)
    return done("Recorded", Paragraph(told), buttons=(*undo, show))


def _report(report: StoryReport) -> Row:
    entry = report.article.entry
    return Row(
        f"{report.article_id}: {entry.title or entry.summary}",
        f"{entry.outlet.name}, {time_utc(report.article.at)}, by {report.joined_by}"
        + (f": {report.why}" if report.why else ""),
        link=entry.url,
    )


def _move(move: StoryMove) -> Row:
    count = len(move.article_ids)
    return Row(
        f"{move.kind}: {count} report{'s' * (count > 1)} from story {move.source} to {move.target}",
        f"{move.why}, {time_utc(move.at)}" + (", undone" if move.undone else ""),
    )
