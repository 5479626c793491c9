"""The board of all claims: a row each, with its standing and its evidence by month.

Higher than wide, for a phone held upright. Takes about a second, so it is called in a worker
thread, one at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.text import stance_mark, standing_mark
from bot.model import Kind, Stance, Standing
from bot.pictures.sheet import Box, Sheet
from bot.pictures.style import BODY, MARGIN, SMALL, TITLE, WIDTH, palette
from bot.pictures.ticks import day_words, month_words

ROWS_MAX = 30
_HEAD, _FOOT, _ROW = 168, 20, 82
_RIGHT = WIDTH - MARGIN
_STANDING_X, _SPARK_X = 690, 986  # left edges of the columns
_SPARK_WIDTH = _RIGHT - _SPARK_X
_SPARK_HALF = 31
_MONTHS_LEAST, _MONTHS_MOST = 12, 36
_BAR_LEAST = 4  # pixels: even the lightest evidence is seen
_YEAR = 12
_DAYS_TOLD, _WEEKS_TOLD = 14, 10


@dataclass(frozen=True, slots=True)
class Weighed:
    """One story's bearing on a claim, and its weight 0..1."""

    at: datetime
    stance: Stance
    weight: float


@dataclass(frozen=True, slots=True)
class Row:
    """One claim; ``stories`` in any order."""

    claim_id: str
    statement: str
    kind: Kind
    standing: Standing
    stories: tuple[Weighed, ...]

    @property
    def last(self) -> datetime | None:
        """When a report last bore on it."""
        return max((story.at for story in self.stories), default=None)


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the board, at most ROWS_MAX rows. ``until``: the present.

    ``place`` says which page it is, "" if it is the only one.
    """

    essay: str
    rows: tuple[Row, ...]
    until: datetime
    place: str = ""

    @property
    def standings(self) -> dict[Standing, list[str]]:
        """The ids of the claims by where they stand, in the order of ORDER."""
        held: dict[Standing, list[str]] = {}
        for row in by_standing(self.rows):
            held.setdefault(row.standing, []).append(row.claim_id)
        return held

    @property
    def alt(self) -> str:
        """The picture in words."""
        told = "; ".join(
            f"{len(ids)} {standing.value} ({', '.join(ids)})"
            for standing, ids in self.standings.items()
        )
        return f"Where {len(self.rows)} claims stand on {self.until:%Y-%m-%d}: {told or 'none'}."


# What a reader looks for first.
ORDER = (
    Standing.CONTRADICTED,
    Standing.CONFLICT,
    Standing.CONTESTED,
    Standing.SUPPORTED,
    Standing.QUIET,
)


def by_standing(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows with those first that stand worst, else in their order."""
    return tuple(sorted(rows, key=lambda row: ORDER.index(row.standing)))


def age(at: datetime, now: datetime) -> str:
    """How long ago that was: `today`, `5 d`, `7 w`, `14 mo`, `2 y`."""
    days = max(0, (now - at) // timedelta(days=1))
    if days < 1:
        return "today"
    if days < _DAYS_TOLD:
        return f"{days} d"
    if days < _WEEKS_TOLD * 7:
        return f"{days // 7} w"
    months = round(days / 30.44)
    return f"{months} mo" if months < 2 * _YEAR else f"{months // _YEAR} y"


def draw(board: Board, *, dark: bool = False) -> bytes:
    """The PNG, 1200 wide and as high as its rows."""
    rows = board.rows[:ROWS_MAX]
    colours = palette(dark=dark)
    sheet = Sheet(WIDTH, _HEAD + _ROW * max(1, len(rows)) + _FOOT, colours)
    months = _Months.of(rows, board.until)
    _head(sheet, board, months)
    bars: dict[Stance, list[Box]] = {stance: [] for stance in Stance}
    most = max((w for row in rows for w in months.weights(row).values()), default=0.0)
    for number, row in enumerate(rows):
        top = _HEAD + number * _ROW
        if number % 2 == 0:
            sheet.box((0, top, WIDTH, _ROW), colours.stripe)
        _row(sheet, row, top, board.until)
        middle = top + _ROW / 2
        sheet.line([(_SPARK_X, middle), (_RIGHT, middle)], colours.faint, 1)
        for stance, boxes in months.bars(row, middle, most).items():
            bars[stance] += boxes
    for stance, boxes in bars.items():
        sheet.boxes(boxes, colours.stances[stance])
    return sheet.png()


@dataclass(frozen=True, slots=True)
class _Months:
    """The months that are shown, by their number since the year 0."""

    first: int
    count: int

    @classmethod
    def of(cls, rows: Sequence[Row], until: datetime) -> _Months:
        last = _month(until)
        first = min((_month(story.at) for row in rows for story in row.stories), default=last)
        count = min(_MONTHS_MOST, max(_MONTHS_LEAST, last - first + 1))
        return cls(last - count + 1, count)

    def weights(self, row: Row) -> dict[tuple[int, Stance], float]:
        """The summed weight of each month and stance."""
        sums: dict[tuple[int, Stance], float] = {}
        for story in row.stories:
            month = _month(story.at) - self.first
            if 0 <= month < self.count:
                key = month, story.stance
                sums[key] = sums.get(key, 0.0) + story.weight
        return sums

    def bars(self, row: Row, middle: float, most: float) -> dict[Stance, list[Box]]:
        """A row's bars: up for it, down against it, and a dot for reports without direction.

        Heights are square roots of weights, on one scale for all rows: a month with one story is
        still seen beside one with twenty.
        """
        made: dict[Stance, list[Box]] = {stance: [] for stance in Stance}
        wide = _SPARK_WIDTH / self.count
        for (month, stance), weight in self.weights(row).items():
            left, width = _SPARK_X + month * wide, max(2.0, wide * 0.78)
            tall = max(_BAR_LEAST, _SPARK_HALF * (weight / most) ** 0.5) if most else _BAR_LEAST
            box = {
                Stance.SUPPORTS: (left, middle - tall - 2, width, tall),
                Stance.CONTRADICTS: (left, middle + 2, width, tall),
                Stance.UPDATE: (left, middle - 2, width, 4.0),
            }[stance]
            made[stance].append(box)
        return made


def _month(at: datetime) -> int:
    return at.year * _YEAR + at.month - 1


def _head(sheet: Sheet, board: Board, months: _Months) -> None:
    y = MARGIN + TITLE / 2
    faint = sheet.palette.faint
    sheet.text(MARGIN, y, "Where the claims stand", TITLE, bold=True)
    sheet.text(_RIGHT, y, board.place, BODY, colour=faint, align="right")
    y += TITLE * 1.35
    _tally(sheet, board, y)
    _key(sheet, y)
    y += SMALL * 1.45
    told = f"{day_words(board.until.date())} · {board.essay}"
    sheet.text(MARGIN, y, told, SMALL, colour=faint, width=_STANDING_X - MARGIN - 24)
    sheet.text(_STANDING_X, y, "last report · kind", SMALL, colour=faint)
    sheet.text(_SPARK_X, y, month_words(months.first), SMALL, colour=faint)
    sheet.text(_RIGHT, y, "now", SMALL, colour=faint, align="right")


def _tally(sheet: Sheet, board: Board, y: float) -> None:
    """How many claims stand where."""
    x: float = MARGIN
    for standing, ids in board.standings.items():
        x += sheet.text(x, y, standing_mark(standing), BODY, colour=_colour(sheet, standing)) + 8
        x += sheet.text(x, y, str(len(ids)), BODY, bold=True) + 30


def _key(sheet: Sheet, y: float) -> None:
    """What the bars mean."""
    x: float = _STANDING_X
    for stance, word in ((Stance.SUPPORTS, "for"), (Stance.CONTRADICTS, "against")):
        x += sheet.text(x, y, stance_mark(stance), SMALL, colour=sheet.palette.stances[stance]) + 6
        x += sheet.text(x, y, word, SMALL) + 18
    sheet.text(_RIGHT, y, "weight by month", SMALL, colour=sheet.palette.faint, align="right")


def _row(sheet: Sheet, row: Row, top: float, now: datetime) -> None:
    upper, lower = top + _ROW * 0.3, top + _ROW * 0.72
    indent = MARGIN + max(78, sheet.text(MARGIN, upper, row.claim_id, BODY, bold=True, width=150))
    room = _STANDING_X - indent - 24
    for y, line in zip((upper, lower), sheet.lines(row.statement, BODY, room, 2), strict=False):
        sheet.text(indent + 8, y, line, BODY)
    _standing(sheet, row, upper)
    told = age(row.last, now) if row.last else "none"
    told = f"{told} · {row.kind.value}"
    sheet.text(_STANDING_X, lower, told, SMALL, colour=sheet.palette.faint)


def _standing(sheet: Sheet, row: Row, y: float) -> None:
    """Its mark and word; the word as large as the column allows."""
    mark, word = standing_mark(row.standing), row.standing.word(row.kind)
    quiet = row.standing is Standing.QUIET
    indent = sheet.text(_STANDING_X, y, mark, BODY, colour=_colour(sheet, row.standing)) + 12
    room = _SPARK_X - _STANDING_X - indent
    bold = not quiet and sheet.width_of(word, BODY, bold=True) <= room
    size = BODY if sheet.width_of(word, BODY, bold=bold) <= room else SMALL
    colour = sheet.palette.faint if quiet else ""
    sheet.text(_STANDING_X + indent, y, word, size, colour=colour, bold=bold, width=room)


def _colour(sheet: Sheet, standing: Standing) -> str:
    """The colour of a standing's mark."""
    quiet = standing is Standing.QUIET
    return sheet.palette.faint if quiet else sheet.palette.standings[standing]
