"""The timeline of a claim: each story for or against it over time, and where the claim stood.

Takes about a third of a second, so it is called in a worker thread, one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from adapters.text import stance_mark, standing_mark
from bot.model import Kind, Stance, Standing
from bot.pictures.sheet import Sheet
from bot.pictures.stories import Mark, draw_stories
from bot.pictures.style import (
    BODY,
    HEAD,
    LEADING,
    MARGIN,
    SMALL,
    TEXTURES,
    TITLE,
    WIDTH,
    palette,
)
from bot.pictures.ticks import day_words, ticks

HEIGHT = 720
LEAST_SPAN, LONGEST_SPAN = timedelta(days=14), timedelta(days=5 * 365)
_LEFT, _RIGHT = float(MARGIN), float(WIDTH - MARGIN)
_PLOT_TOP, _PLOT_FOOT = 208.0, 574.0
_BAND_TOP, _BAND_FOOT = 586.0, 644.0
_TICKS = 6
_APART = 14.0  # between two dates
_WORDS = {
    Stance.SUPPORTS: "for the claim",
    Stance.CONTRADICTS: "against it",
    Stance.UPDATE: "without direction",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """From then on the claim stood so."""

    at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn; ``marks`` and ``turns`` in the order of time. ``until``: the present.

    ``horizon``: when a prediction comes due. What lies more than LONGEST_SPAN back is left out.
    """

    claim_id: str
    statement: str
    marks: tuple[Mark, ...]
    turns: tuple[Turn, ...]
    until: datetime
    kind: Kind = Kind.ASSESSMENT
    horizon: date | None = None

    @property
    def alt(self) -> str:
        """The picture in words."""
        first = f", from {self.marks[0].at:%Y-%m-%d}" if self.marks else ""
        due = f" It comes due on {self.horizon:%Y-%m-%d}." if self.horizon else ""
        return (
            f"Timeline of {self.claim_id}{first} to {self.until:%Y-%m-%d}:"
            f" {self.count(Stance.SUPPORTS)} stories for it,"
            f" {self.count(Stance.CONTRADICTS)} against it,"
            f" {self.count(Stance.UPDATE)} without a direction; it {self._course()}.{due}"
        )

    @property
    def standing(self) -> Standing:
        return self.turns[-1].standing if self.turns else Standing.QUIET

    def count(self, stance: Stance) -> int:
        return sum(mark.stance is stance for mark in self.marks)

    def _course(self) -> str:
        last = [
            f"{turn.standing.word(self.kind)} since {turn.at:%Y-%m-%d}" for turn in self.turns[-3:]
        ]
        earlier = len(self.turns) - len(last)
        before = f"(after {earlier} earlier changes) " if earlier else ""
        return f"was {before}{', '.join(last)}" if last else "has been quiet throughout"


@dataclass(frozen=True, slots=True)
class _Axis:
    """Time from left to right; ``end`` lies after ``today`` if the horizon is in sight."""

    start: datetime
    today: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        """Where a moment lies; what lies beyond an end is on it."""
        share = (at - self.start) / (self.end - self.start)
        return _LEFT + min(1.0, max(0.0, share)) * (_RIGHT - _LEFT)


def draw(timeline: Timeline, *, dark: bool = False) -> bytes:
    """The PNG, 1200 x 720, or a little less high for a short statement."""
    sheet = Sheet(WIDTH, HEIGHT, palette(dark=dark))
    axis = _axis(timeline)
    shown = [mark for mark in timeline.marks if mark.at >= axis.start]
    unused = _head(sheet, timeline)
    _legend(sheet, timeline, older=len(timeline.marks) - len(shown))
    _dates(sheet, axis)
    top = _due_date(sheet, timeline, axis)
    _band(sheet, timeline, axis)
    draw_stories(sheet, shown, axis.x, (_LEFT, top, _RIGHT, _PLOT_FOOT))
    return sheet.png(top=unused)


def _axis(timeline: Timeline) -> _Axis:
    today = timeline.until
    times = [mark.at for mark in timeline.marks] + [turn.at for turn in timeline.turns]
    first = min([*times, today - LEAST_SPAN])
    start = max(first, today - LONGEST_SPAN)
    span = today - start
    start -= span * 0.03
    horizon = _due(timeline)
    # A date too far off would leave no room for what has happened.
    near = horizon is not None and today < horizon <= today + span
    return _Axis(start, today, horizon + span * 0.03 if near and horizon else today)


def _due(timeline: Timeline) -> datetime | None:
    return datetime.combine(timeline.horizon, time(), UTC) if timeline.horizon else None


def _head(sheet: Sheet, timeline: Timeline) -> int:
    """The claim and where it stands. Returns how much is left empty above a short one."""
    name = sheet.cut(timeline.claim_id, TITLE, 200)
    indent = MARGIN + sheet.width_of(name, TITLE, bold=True) + 18
    lines = sheet.lines(timeline.statement, HEAD, _RIGHT - indent, 2)
    leading = HEAD * LEADING
    unused = (2 - max(1, len(lines))) * leading
    y = MARGIN + TITLE * 0.55 + unused
    standing_y = MARGIN + TITLE * 0.55 + 2 * leading + 2
    sheet.text(MARGIN, y, name, TITLE, bold=True)
    sheet.paragraph(indent, y, lines, HEAD)
    standing = timeline.standing
    colour = "" if standing is Standing.QUIET else sheet.palette.standings[standing]
    x = MARGIN + 12.0
    x += sheet.text(MARGIN, standing_y, standing_mark(standing), TITLE, colour=colour, bold=True)
    since = f" since {day_words(timeline.turns[-1].at.date())}" if timeline.turns else " so far"
    sheet.text(x, standing_y, f"{standing.word(timeline.kind)}{since}", HEAD, bold=True)
    return int(unused)


def _legend(sheet: Sheet, timeline: Timeline, *, older: int) -> None:
    x, y = _LEFT, _PLOT_TOP - 26
    for stance, words in _WORDS.items():
        colour = sheet.palette.stances[stance]
        x += sheet.text(x, y, stance_mark(stance), BODY, colour=colour) + 8
        x += sheet.text(x, y, f"{timeline.count(stance)} {words}", BODY) + 34
    note = f"{older} older" if older else "larger: weighs more"
    if sheet.width_of(note, SMALL) <= _RIGHT - x:
        sheet.text(_RIGHT, y, note, SMALL, colour=sheet.palette.faint, align="right")


def _dates(sheet: Sheet, axis: _Axis) -> None:
    """Today in bold, and other dates where they do not come near it or one another."""
    y, x = _BAND_FOOT + 31, axis.x(axis.today)
    width = sheet.width_of("today", BODY, bold=True)
    left = min(x - width / 2, _RIGHT - width)
    sheet.text(left, y, "today", BODY, bold=True)
    taken = [(left, left + width)]
    for at, words in ticks(axis.start, axis.end, _TICKS):
        x, width = axis.x(at), sheet.width_of(words, BODY)
        sheet.line([(x, _PLOT_TOP), (x, _BAND_FOOT)], sheet.palette.pale, 1.5)
        left = min(max(x - width / 2, _LEFT), _RIGHT - width)
        if all(left + width + _APART < start or end + _APART < left for start, end in taken):
            sheet.text(left, y, words, BODY)
            taken.append((left, left + width))


def _due_date(sheet: Sheet, timeline: Timeline, axis: _Axis) -> float:
    """The day on which a prediction comes due. Returns where the marks may begin below it."""
    horizon = _due(timeline)
    if horizon is None or horizon < axis.start:
        return _PLOT_TOP
    words, x = f"due {day_words(horizon.date())}", axis.x(horizon)
    if horizon > axis.end:
        words = f"{words} →"
    else:
        sheet.line([(x, _PLOT_TOP), (x, _BAND_FOOT)], sheet.palette.ink, 3, dashed=True)
    width = sheet.width_of(words, BODY)
    left = x - width - 10 if x - width - 10 > _LEFT else x + 10
    y = _PLOT_TOP + BODY / 2
    sheet.box((left - 4, y - BODY / 2, width + 8, BODY), sheet.palette.ground)
    sheet.text(left, y, words, BODY)
    return _PLOT_TOP + BODY * LEADING


def _band(sheet: Sheet, timeline: Timeline, axis: _Axis) -> None:
    """Where the claim stood, from turn to turn until today."""
    turns = (Turn(axis.start, Standing.QUIET), *timeline.turns, Turn(axis.today, Standing.QUIET))
    for turn, following in pairwise(turns):
        left, right = axis.x(turn.at), axis.x(following.at)
        colour = sheet.palette.standings[turn.standing]
        box = (left, _BAND_TOP, right - left, _BAND_FOOT - _BAND_TOP)
        sheet.box(box, colour, TEXTURES[turn.standing])
        word = turn.standing.word(timeline.kind)
        _band_words(sheet, standing_mark(turn.standing), word, left, right)
    for turn in timeline.turns:
        if turn.at >= axis.start:
            x = axis.x(turn.at)
            sheet.line([(x, _PLOT_TOP), (x, _BAND_TOP)], sheet.palette.faint, 1.2, dashed=True)
            sheet.line([(x, _BAND_TOP - 8), (x, _BAND_FOOT + 6)], sheet.palette.ink, 4)


def _band_words(sheet: Sheet, mark: str, word: str, left: float, right: float) -> None:
    """The standing's mark and word, or its mark alone, where the stretch has room for it."""
    for words in (f"{mark} {word}", mark):
        width = sheet.width_of(words, BODY, bold=True) + 16
        if width + 8 <= right - left:
            middle = (left + right) / 2
            ground = (middle - width / 2, _BAND_TOP + 10, width, _BAND_FOOT - _BAND_TOP - 20)
            sheet.box(ground, sheet.palette.ground)
            y = (_BAND_TOP + _BAND_FOOT) / 2
            sheet.text(middle, y, words, BODY, bold=True, align="center")
            return
