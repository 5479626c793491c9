"""The stories of a timeline: marks as large as they weigh, and labels where there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model import Stance
from bot.pictures import placing
from bot.pictures.placing import Dot
from bot.pictures.sheet import Sheet
from bot.pictures.style import HEAD, LEADING, SMALL, WIDTH

_LANE, _LANE_STEP = 30.0, 9.0  # between for and against: the reports without a direction
_LABELS = 4  # on each side
_LABELLED_MOST = 24  # marks for which a place is looked for
_LABEL_WIDTHS = (470.0, 330.0, 230.0)
_SIDE_LEAST = 0.24  # of the plot, that a side without evidence keeps


@dataclass(frozen=True, slots=True)
class Mark:
    """One story's bearing on the claim: ``weight`` 0..1 is its size, ``label`` what it is about."""

    at: datetime
    stance: Stance
    weight: float
    label: str = ""


def draw_stories(
    sheet: Sheet, marks: Sequence[Mark], x: Callable[[datetime], float], field: placing.Box
) -> None:
    """The stories in a field: for the claim above a lane in the middle, against it below.

    ``x``: where a moment lies on the axis of time.
    """
    left, top, right, foot = field
    room = foot - top - _LANE
    sides = {
        stance: [(mark, Dot(x(mark.at), mark.weight)) for mark in marks if mark.stance is stance]
        for stance in Stance
    }
    above, below = (
        [dot for _, dot in sides[stance]] for stance in (Stance.SUPPORTS, Stance.CONTRADICTS)
    )
    size = placing.fitting_size(above, below, room)
    middle = top + _LANE / 2 + room * _share(above, below, size)
    for edge in (middle - _LANE / 2, middle + _LANE / 2):
        sheet.line([(left, edge), (right, edge)], sheet.palette.pale, 1.5)
    _lane(sheet, [dot.x for _, dot in sides[Stance.UPDATE]], middle)
    if not marks:
        sheet.box((WIDTH / 2 - 260, middle - 92, 520, 60), sheet.palette.ground)
        words = "no report has borne on it yet"
        sheet.text(WIDTH / 2, middle - 62, words, HEAD, align="center", colour=sheet.palette.faint)
    for stance, part in (
        (Stance.SUPPORTS, (left, top, right, middle - _LANE / 2)),
        (Stance.CONTRADICTS, (left, middle + _LANE / 2, right, foot)),
    ):
        _side(sheet, sides[stance], stance, part, size)


def _lane(sheet: Sheet, xs: Sequence[float], y: float) -> None:
    """The reports without a direction; of those that would hide one another, the first."""
    shown: list[float] = []
    for x in xs:
        if not shown or x - shown[-1] >= _LANE_STEP:
            shown.append(x)
    colour = sheet.palette.stances[Stance.UPDATE]
    sheet.marks([(x, y) for x in shown], [_LANE * 0.58] * len(shown), "D", colour)


def _share(above: Sequence[Dot], below: Sequence[Dot], size: float) -> float:
    """How much of the room the upper side has: by its height, and never too little."""
    up, down = (placing.height_of(dots, placing.swarm(dots, size), size) for dots in (above, below))
    share = up / (up + down) if up + down else 0.5
    return min(1 - _SIDE_LEAST, max(_SIDE_LEAST, share))


def _side(
    sheet: Sheet,
    side: Sequence[tuple[Mark, Dot]],
    stance: Stance,
    field: placing.Box,
    most: float,
) -> None:
    """One side's marks, and labels for the heaviest of them as far as there is room."""
    upwards = stance is Stance.SUPPORTS
    _left, top, _right, foot = field
    dots = [dot for _, dot in side]
    distances = placing.swarm(dots, most)
    tall = placing.height_of(dots, distances, most)
    squeeze = min(1.0, (foot - top) / tall) if tall else 1.0
    boxes = []
    for dot, distance in zip(dots, distances, strict=True):
        y = foot - distance * squeeze if upwards else top + distance * squeeze
        half = placing.diameter(dot.weight, most) / 2
        boxes.append((dot.x - half, y - half, dot.x + half, y + half))
    _labels(sheet, [(mark, box) for (mark, _), box in zip(side, boxes, strict=True)], field,
            upwards=upwards)  # fmt: skip
    places = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in boxes]
    sizes = [box[2] - box[0] for box in boxes]
    sheet.marks(places, sizes, "^" if upwards else "v", sheet.palette.stances[stance])


def _labels(
    sheet: Sheet,
    side: Sequence[tuple[Mark, placing.Box]],
    field: placing.Box,
    *,
    upwards: bool,
) -> None:
    taken = [box for _, box in side]
    heaviest = sorted(side, key=lambda pair: (-pair[0].weight, -pair[0].at.timestamp()))
    placed = 0
    for mark, box in heaviest[:_LABELLED_MOST]:
        if placed == _LABELS:
            return
        for width in _LABEL_WIDTHS:
            words = sheet.cut(mark.label, SMALL, width)
            size = sheet.width_of(words, SMALL), SMALL * LEADING
            label = placing.label_place(box, size, field, taken, upwards=upwards)
            if words and label:
                _write(sheet, label, words)
                taken.append(label.box)
                placed += 1
                break


def _write(sheet: Sheet, label: placing.Label, words: str) -> None:
    left, top, right, bottom = label.box
    sheet.box((left - 2, top + 2, right - left + 4, bottom - top - 4), sheet.palette.ground)
    sheet.text(left, (top + bottom) / 2, words, SMALL)
    if label.line:
        sheet.line(label.line, sheet.palette.faint, 2)
