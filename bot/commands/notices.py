"""A notice as an Answer, so that every platform lays it out like what people ask for."""

from __future__ import annotations

from bot.commands.answers import Answer, Block, Paragraph, Row, Rows
from bot.commands.predictions import notice_buttons
from bot.model import Notice, NoticeRow


def as_answer(notice: Notice) -> Answer:
    """The notice as it is posted, with its buttons; what is too long is left out at the end."""
    lines = tuple(Paragraph(line) for line in notice.lines)
    lists = tuple(
        Rows(tuple(map(_row, section.rows)), section.heading) for section in notice.sections
    )
    blocks: tuple[Block, ...] = (*lines, *lists)
    return Answer(notice.title, blocks, buttons=notice_buttons(notice), shareable=False)


def _row(row: NoticeRow) -> Row:
    return Row(row.text, row.detail, row.claim_id, row.standing, row.stance, row.link)
