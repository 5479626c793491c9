"""An answer of the desk as an embed and, for a picture, a file.

An answer holds at most 2,600 code points (bot.commands.answers), which escaping at most doubles, so
title, text and footer stay below 6,000 together; a text of punctuation only may lose its last
lines, since the description alone may have 4,096.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

import discord

from adapters.discord.escape import escaped, linked, units
from adapters.text import stance_mark, standing_mark
from bot.commands.answers import (
    DETAIL_MAX,
    ID_MAX,
    NAME_MAX,
    QUOTE_MAX,
    ROW_MAX,
    TEXT_MAX,
    TITLE_MAX,
    VALUE_MAX,
    Answer,
    Block,
    Field,
    Fields,
    Paragraph,
    Quote,
    Row,
    Rows,
    Tone,
)

DESCRIPTION_MAX = 4096
FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")

# The title says the same in words.
COLOURS = {Tone.PLAIN: 0x56B4E9, Tone.DONE: 0x009E73, Tone.REFUSED: 0xE69F00, Tone.ERROR: 0xD55E00}


def answer_embed(answer: Answer, people: Mapping[str, str]) -> discord.Embed:
    """The answer. ``people``: Discord's markup for the ids in ``answer.people``; it pings nobody.

    Its picture, if any, is the attachment of ``answer_files``.
    """
    embed = discord.Embed(
        title=escaped(answer.title, 2 * TITLE_MAX),
        description=_description(answer, people),
        colour=COLOURS[answer.tone],
    )
    if answer.page is not None and answer.page.of > 1:
        embed.set_footer(text=f"Page {answer.page.number} of {answer.page.of}")
    if answer.picture is not None:
        embed.set_image(url=f"attachment://{_file_name(answer)}")
    return embed


class PictureFile(discord.File):
    """A picture to be sent."""

    def to_dict(self, index: int) -> dict[str, Any]:
        """With its number as a string: Discord's OpenAPI description allows no other."""
        return {**super().to_dict(index), "id": str(index)}


def answer_files(answer: Answer) -> list[discord.File]:
    """The picture with its description for those who cannot see it."""
    if answer.picture is None:
        return []
    content = io.BytesIO(answer.picture.png)
    return [PictureFile(content, _file_name(answer), description=answer.picture.alt)]


def _file_name(answer: Answer) -> str:
    """A name that Discord does not change, so that the embed finds it."""
    name = answer.picture.name if answer.picture else ""
    return FILE_NAME.sub("-", name).strip("-.") or "picture.png"


def _description(answer: Answer, people: Mapping[str, str]) -> str:
    kept: list[str] = []
    room = DESCRIPTION_MAX - 2  # for a last line that says that there was more
    for line in _lines(answer.blocks, people):
        room -= units(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    return "\n".join(kept).strip("\n")


def _lines(blocks: tuple[Block, ...], people: Mapping[str, str]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph(text, faint):
                shown = _named(escaped(text, 2 * TEXT_MAX), people)
                yield f"-# {shown}" if faint and shown else shown
            case Quote():
                yield f"> {escaped(block.text, 2 * QUOTE_MAX)}"
                if block.by:
                    yield f"-# {linked(block.by, block.link, 2 * DETAIL_MAX)}"
            case Fields(fields):
                yield from map(_field, fields)
            case Rows(rows, heading):
                if heading:
                    yield f"**{escaped(heading, 2 * TITLE_MAX)}**"
                for row in rows:
                    yield from _row(row)
        yield ""


def _field(field: Field) -> str:
    return f"**{escaped(field.name, 2 * NAME_MAX)}:** {escaped(field.value, 2 * VALUE_MAX)}"


def _row(row: Row) -> Iterator[str]:
    mark = ""
    if row.stance is not None:
        mark = stance_mark(row.stance)
    elif row.standing is not None:
        mark = standing_mark(row.standing)
    name = f"**{escaped(row.claim_id, 2 * ID_MAX)}**" if row.claim_id else ""
    text = linked(row.text, row.link, 2 * ROW_MAX)
    yield " ".join(part for part in (mark or "•", name, text) if part)
    if row.detail:
        yield f"-# {escaped(row.detail, 2 * DETAIL_MAX)}"


def _named(text: str, people: Mapping[str, str]) -> str:
    """The text with the markup in place of the ids."""
    if not people:
        return text
    ids = "|".join(re.escape(one) for one in people)
    return re.sub(rf"(?<!\d)(?:{ids})(?!\d)", lambda found: people[found[0]], text)
