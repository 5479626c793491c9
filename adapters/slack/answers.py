"""An Answer as Block Kit: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from adapters.slack import kit
from adapters.slack.kit import Json
from adapters.slack.posts import SQUARES
from adapters.slack.tokens import button_row, page_row
from adapters.text import stance_mark, standing_mark
from bot.commands.answers import Answer, Block, Field, Paragraph, Quote, Row, Rows, Tone

_ID = re.compile(r"[USW][A-Z0-9]{1,30}", re.ASCII)  # of a user or user group
_TONES = {Tone.PLAIN: "", Tone.DONE: "✓ ", Tone.REFUSED: "⛔ ", Tone.ERROR: "⚠ "}


def answer_text(answer: Answer) -> str:
    """For a notification, and for clients that show no blocks."""
    first = next((one.text for one in answer.blocks if isinstance(one, Paragraph)), "")
    return kit.escaped(". ".join(part for part in (answer.title, first) if part)) or "claimwire"


def answer_blocks(answer: Answer, line: str = "", file_id: str = "") -> list[Json]:
    """The answer; ``line`` is what was asked, ``file_id`` its picture where it has one."""
    blocks = [*_content(answer)]
    if answer.picture and file_id:
        blocks.append(kit.picture(file_id, answer.picture.alt))
    blocks += button_row(answer.buttons)
    if answer.page and answer.page.of > 1:
        blocks.append(kit.faint(f"Page {answer.page.number} of {answer.page.of}"))
    return blocks + page_row(answer, line)


def home_blocks(answers: Sequence[Answer]) -> list[Json]:
    """Pages of claims, what waits and the last alerts below; a title is not repeated."""
    blocks: list[Json] = []
    title, pressable = "", 0
    for answer in answers:
        content = _content(answer)
        head = next(content)
        if answer.title != title:
            blocks += [{"type": "divider"}] if blocks else []
            blocks.append(head)
        title = answer.title
        blocks += content
        blocks += button_row(answer.buttons, pressable)
        pressable += len(answer.buttons)
    return blocks


def _content(answer: Answer) -> Iterator[Json]:
    yield kit.header(f"{_TONES[answer.tone]}{answer.title}")
    for block in answer.blocks:
        yield _block(block, answer.people)


def _block(block: Block, people: Sequence[str]) -> Json:
    match block:
        case Paragraph(text, faint):
            if faint and not people:
                return kit.faint(text or " ")
            return kit.rich(kit.section(_with_people(text, people, italic=faint)))
        case Quote(text, by, link):
            source = [kit.words("\n— "), kit.link(by or "source", link)] if by or link else []
            return kit.rich(kit.quote([kit.words(text), *source]))
        case Rows():
            return _rows(block)
        case _:
            return kit.rich(kit.section(_fields(block.fields)))


def _fields(fields: Sequence[Field]) -> list[Json]:
    parts: list[Json] = []
    for field in fields:
        begin = "\n" if parts else ""
        parts += [kit.words(f"{begin}{field.name}: ", bold=True), kit.words(field.value)]
    return parts


def _rows(block: Rows) -> Json:
    elements = [kit.section([kit.words(block.heading, bold=True)])] if block.heading else []
    if block.rows:
        elements.append(kit.bullets([kit.section(_row(row)) for row in block.rows]))
    return kit.rich(*(elements or [kit.section([])]))


def _row(row: Row) -> list[Json]:
    mark = ""
    if row.stance:
        mark = f"{SQUARES[row.stance]} {stance_mark(row.stance)} "
    elif row.standing:
        mark = f"{standing_mark(row.standing)} "
    claim = f"{row.claim_id}  " if row.claim_id else ""
    detail = f"\n{row.detail}" if row.detail else ""
    return [
        kit.words(mark),
        kit.words(claim, bold=True),
        kit.link(row.text, row.link) if row.text else kit.words(""),
        kit.words(detail, italic=True),
    ]


def _with_people(text: str, people: Sequence[str], *, italic: bool) -> list[Json]:
    """The text with the ids of people as their names. A refusal is seen by one person only."""
    known = [one for one in people if _ID.fullmatch(one)]
    if not known:
        return [kit.words(text, italic=italic)]
    pattern = f"({'|'.join(re.escape(one) for one in known)})"
    return [
        kit.person(part) if part in known else kit.words(part, italic=italic)
        for part in re.split(pattern, text)
    ]
