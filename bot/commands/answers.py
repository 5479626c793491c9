"""What a command answers: plain values that an adapter lays out and escapes for its platform.

Bounded by construction: every text is cleaned (one visible line, no control characters) and cut to
its limit when a value is made, and an Answer keeps no more than TOTAL_MAX code points of text. So a
platform's limits cannot be passed, even where escaping doubles a text. Text is still hostile: `*`,
`<` and `@` stand as they came.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from adapters.clean import clean, web_link
from bot.model import Stance, Standing

# In code points. Discord allows 6,000 in all the embeds of a message, escaped; Slack 3,000 a block.
TITLE_MAX = 120
TEXT_MAX = 600
QUOTE_MAX = 400
NAME_MAX = 40
VALUE_MAX = 220
ROW_MAX = 170
DETAIL_MAX = 120
ID_MAX = 20
LINK_MAX = 200
LABEL_MAX = 40
TOKEN_MAX = 100  # Discord's custom_id
ALT_MAX = 500
TOTAL_MAX = 2600
# Of things.
BLOCKS_MAX = 8
FIELDS_MAX = 10
ROWS_MAX = 8
BUTTONS_MAX = 5  # one row of Discord's


class Tone(StrEnum):
    """What kind of answer it is."""

    PLAIN = "plain"
    DONE = "done"  # something was recorded
    REFUSED = "refused"  # the person may not; the answer says who may
    ERROR = "error"  # it cannot be answered; the answer says how to mend it


class Style(StrEnum):
    """How much a button stands out."""

    PLAIN = "plain"
    MAIN = "main"
    DANGER = "danger"


def _cut(made: Any, /, **limits: int) -> None:
    """Cleans and cuts the text fields of a frozen value, in its __post_init__."""
    for name, limit in limits.items():
        object.__setattr__(made, name, clean(getattr(made, name), limit))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of running text. ``faint``: a remark that may be set smaller."""

    text: str
    faint: bool = False

    def __post_init__(self) -> None:
        _cut(self, text=TEXT_MAX)


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words, and whose; ``link`` is a plain http(s) address or ""."""

    text: str
    by: str = ""
    link: str = ""

    def __post_init__(self) -> None:
        _cut(self, text=QUOTE_MAX, by=DETAIL_MAX)
        object.__setattr__(self, "link", web_link(self.link, LINK_MAX))


@dataclass(frozen=True, slots=True)
class Field:
    """A name and its value."""

    name: str
    value: str

    def __post_init__(self) -> None:
        _cut(self, name=NAME_MAX, value=VALUE_MAX)


@dataclass(frozen=True, slots=True)
class Fields:
    """Names with their values, at most FIELDS_MAX."""

    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", self.fields[:FIELDS_MAX])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: usually a claim, or a report and the claim that it bears on.

    ``standing`` and ``stance`` are for the mark and colour; their words belong beside it.
    """

    text: str
    detail: str = ""
    claim_id: str = ""
    standing: Standing | None = None
    stance: Stance | None = None
    link: str = ""

    def __post_init__(self) -> None:
        _cut(self, text=ROW_MAX, detail=DETAIL_MAX, claim_id=ID_MAX)
        object.__setattr__(self, "link", web_link(self.link, LINK_MAX))


@dataclass(frozen=True, slots=True)
class Rows:
    """A list, at most ROWS_MAX rows, under a heading ("" for none)."""

    rows: tuple[Row, ...]
    heading: str = ""

    def __post_init__(self) -> None:
        _cut(self, heading=TITLE_MAX)
        object.__setattr__(self, "rows", self.rows[:ROWS_MAX])


Block = Paragraph | Quote | Fields | Rows


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, its file name, and what it shows for those who cannot see it."""

    png: bytes
    name: str
    alt: str

    def __post_init__(self) -> None:
        _cut(self, name=NAME_MAX, alt=ALT_MAX)


@dataclass(frozen=True, slots=True)
class Button:
    """A button: ``token`` is a command line of at most TOKEN_MAX characters.

    Pressed, an adapter hands it to ``Desk.ask_text`` with the person who pressed. Raises ValueError
    for a token that is too long.
    """

    label: str
    token: str
    style: Style = Style.PLAIN

    def __post_init__(self) -> None:
        _cut(self, label=LABEL_MAX)
        if not 0 < len(self.token) <= TOKEN_MAX:
            raise ValueError(f"a token of {len(self.token)} characters")


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of how many; the tokens lead to its neighbours, "" where there is none."""

    number: int
    of: int
    previous: str = ""
    next: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that comes back. ``shareable``: it may be offered to post it for the whole channel.

    ``people``: ids of users, user groups or roles of the platform that the answer speaks of; an
    adapter shows them by their names and notifies nobody.
    Of blocks whose text passes TOTAL_MAX together, the last ones are left out.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    tone: Tone = Tone.PLAIN
    picture: Picture | None = None
    buttons: tuple[Button, ...] = ()
    page: Page | None = None
    shareable: bool = True
    people: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _cut(self, title=TITLE_MAX)
        object.__setattr__(self, "buttons", self.buttons[:BUTTONS_MAX])
        kept, room = [], TOTAL_MAX - len(self.title)
        for block in self.blocks[:BLOCKS_MAX]:
            room -= length(block)
            if room < 0:
                break
            kept.append(block)
        object.__setattr__(self, "blocks", tuple(kept))


@dataclass(frozen=True, slots=True)
class Choice:
    """A claim as it is offered while somebody types; at most 100 characters each (Discord)."""

    claim_id: str
    label: str

    def __post_init__(self) -> None:
        _cut(self, claim_id=ID_MAX, label=TOKEN_MAX)


def length(block: object) -> int:
    """The code points of all text in a block, links included."""
    if isinstance(block, StrEnum):
        return 0
    if isinstance(block, str):
        return len(block)
    if isinstance(block, tuple):
        return sum(map(length, block))
    if isinstance(block, Paragraph | Quote | Field | Fields | Row | Rows):
        return sum(length(getattr(block, one.name)) for one in fields(block))
    return 0


def error(message: str, *blocks: Block) -> Answer:
    """An answer that says what is wrong and how to mend it."""
    return Answer("That did not work", (Paragraph(message), *blocks), Tone.ERROR, shareable=False)


def done(title: str, *blocks: Block, buttons: tuple[Button, ...] = ()) -> Answer:
    """An answer to something that was recorded."""
    return Answer(title, blocks, Tone.DONE, buttons=buttons, shareable=False)
