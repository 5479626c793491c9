"""Where marks and their labels go so that none covers another. Pure; lengths are pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SIZE_MOST, SIZE_LEAST = 46.0, 9.0
_SHRINK = 0.86
_LIGHTEST = 0.35  # how wide the lightest mark is, of the widest
_CLOSE = 0.94  # triangles may stand a little closer than their boxes
_GAP = 8.0  # between a mark and its label

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Dot:
    """A mark to place: where it lies on the axis of time, and its weight 0..1."""

    x: float
    weight: float


def diameter(weight: float, most: float) -> float:
    """How wide a mark is: its area shows its weight, as far as it can still be seen."""
    return most * max(_LIGHTEST, math.sqrt(min(1.0, max(0.0, weight))))


def swarm(dots: Sequence[Dot], most: float) -> list[float]:
    """How far the middle of each dot lies from the line that all stand on; dots by rising x.

    Each stands as near to the line as those before it allow; ``most`` is the widest's diameter.
    """
    distances: list[float] = []
    sizes = [diameter(dot.weight, most) for dot in dots]
    for index, size in enumerate(sizes):
        taken = sorted(
            (distances[other] - (sizes[other] + size) / 2 * _CLOSE,
             distances[other] + (sizes[other] + size) / 2 * _CLOSE)
            for other in _neighbours(dots, sizes, index, most)
        )  # fmt: skip
        distance = size / 2
        for low, high in taken:
            if low < distance < high:
                distance = high
        distances.append(distance)
    return distances


def _neighbours(
    dots: Sequence[Dot], sizes: Sequence[float], index: int, most: float
) -> Iterator[int]:
    """The earlier dots that share a part of the axis with this one."""
    for other in range(index - 1, -1, -1):
        apart = dots[index].x - dots[other].x
        if apart >= most:
            return
        if apart < (sizes[index] + sizes[other]) / 2 * _CLOSE:
            yield other


def height_of(dots: Sequence[Dot], distances: Sequence[float], most: float) -> float:
    """How far a swarm reaches from its line."""
    return max(
        (at + diameter(dot.weight, most) / 2 for dot, at in zip(dots, distances, strict=True)),
        default=0.0,
    )


def fitting_size(above: Sequence[Dot], below: Sequence[Dot], room: float) -> float:
    """The widest diameter, from SIZE_MOST down to SIZE_LEAST, at which both swarms fit the room."""
    size = SIZE_MOST
    while size > SIZE_LEAST:
        tall = sum(height_of(dots, swarm(dots, size), size) for dots in (above, below))
        if tall <= room:
            break
        size *= _SHRINK
    return max(size, SIZE_LEAST)


# --- labels --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Label:
    """A label's place: ``box`` is that of its words, ``line`` leads to them from the mark."""

    box: Box
    line: tuple[tuple[float, float], ...] = ()


def label_place(
    mark: Box, size: tuple[float, float], field: Box, taken: Sequence[Box], *, upwards: bool
) -> Label | None:
    """A free place for a label of that width and height, near its mark, else None.

    Beside the mark if it can be; else further from the axis, with a line to the mark. ``taken``:
    all marks and the labels so far.
    """
    for place in (*_beside(mark, size), *_beyond(mark, size, field, upwards=upwards)):
        way = [place.box, _thin(place.line)] if place.line else [place.box]
        free = not any(_touch(part, one) for part in way for one in taken)
        if free and _within(place.box, field):
            return place
    return None


def _beside(mark: Box, size: tuple[float, float]) -> Iterator[Label]:
    left, top, right, bottom = mark
    width, height = size
    y = (top + bottom - height) / 2
    yield Label((right + _GAP, y, right + _GAP + width, y + height))
    yield Label((left - _GAP - width, y, left - _GAP, y + height))


def _beyond(mark: Box, size: tuple[float, float], field: Box, *, upwards: bool) -> Iterator[Label]:
    left, top, right, bottom = mark
    width, height = size
    x = (left + right) / 2
    y = top - _GAP * 2 - height if upwards else bottom + _GAP * 2
    while field[1] <= y and y + height <= field[3]:
        tip, edge = (top, y + height) if upwards else (bottom, y)
        for start in (x - _GAP, x + _GAP - width, x - width / 2):
            yield Label((start, y, start + width, y + height), ((x, tip), (x, edge)))
        y += -height if upwards else height


def _thin(line: Iterable[tuple[float, float]]) -> Box:
    points = tuple(line)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) - 1, min(ys), max(xs) + 1, max(ys))


def _within(box: Box, field: Box) -> bool:
    return box[0] >= field[0] and box[1] >= field[1] and box[2] <= field[2] and box[3] <= field[3]


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
