"""Calibration: what the author's probabilities were worth, once the predictions are resolved.

Takes about a third of a second, so it is called in a worker thread, one at a time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from bot.evaluation.figures import Bin, Scored, reliability, wilson
from bot.model import Stance
from bot.pictures.sheet import Sheet
from bot.pictures.style import BODY, HEAD, LEADING, MARGIN, SMALL, TITLE, WIDTH, palette

BINS = 5
# Below that a share says nothing, and only the points are shown.
LEAST_RESOLVED = 5
_COIN = 0.25  # the Brier score of saying 50 % of everything
_LEFT, _TOP, _RIGHT = 150.0, 280.0, float(WIDTH - MARGIN - 40)
_TALL, _TALL_FOR_POINTS = 560.0, 130.0
_LANE = 62.0  # from the field to the marks of what came true, above it, and what did not, below
_BELOW = 210  # for the lower lane and the axis
_MARK = 34.0
_SHARE_LEAST, _SHARE_MOST = 30.0, 64.0


def brier(resolved: Sequence[Scored]) -> float | None:
    """Brier's score: the mean squared distance of probability and outcome; 0 is perfect.

    ``resolved``: (probability 0..1, whether it came true). None if there is nothing to score.
    """
    if not resolved:
        return None
    return math.fsum((said - true) ** 2 for said, true in resolved) / len(resolved)


def alt(resolved: Sequence[Scored]) -> str:
    """The picture in words."""
    if not resolved:
        return _told(resolved)
    came = sum(true for _, true in resolved)
    mean = math.fsum(said for said, _ in resolved) / len(resolved)
    return f"{came} of {len(resolved)} came true; the mean probability was {mean:.0%}. " + _told(
        resolved
    )


def draw(resolved: Sequence[Scored], *, dark: bool = False) -> bytes:
    """The PNG, 1200 x 1050 or less.

    ``resolved``: (probability 0..1, whether it came true), in any order. Void and ambiguous ones
    are for the caller to leave out.
    """
    few = len(resolved) < LEAST_RESOLVED
    foot = _TOP + (_TALL_FOR_POINTS if few else _TALL)
    sheet = Sheet(WIDTH, int(foot) + _BELOW, palette(dark=dark))
    y = MARGIN + TITLE / 2
    sheet.text(MARGIN, y, "What the author's probabilities were worth", TITLE, bold=True)
    lines = sheet.lines(_told(resolved), HEAD, WIDTH - 2 * MARGIN, 3)
    sheet.paragraph(MARGIN, y + TITLE * LEADING + 4, lines, HEAD)
    _across(sheet, foot)
    if not few:
        _field(sheet, foot)
        _shares(sheet, reliability(resolved, BINS), foot)
    _outcomes(sheet, resolved, foot)
    return sheet.png()


def _told(resolved: Sequence[Scored]) -> str:
    score = brier(resolved)
    if score is None:
        return "No prediction with a probability has been resolved yet."
    count = len(resolved)
    few = " Too few to judge the probabilities by." if count < LEAST_RESOLVED else ""
    return (
        f"Brier score {score:.2f} over {count} prediction{'' if count == 1 else 's'}"
        f" (0 is perfect, {_COIN} a coin).{few}"
    )


def _x(probability: float) -> float:
    return _LEFT + min(1.0, max(0.0, probability)) * (_RIGHT - _LEFT)


def _across(sheet: Sheet, foot: float) -> None:
    """The axis of probabilities, and the names of the lanes."""
    for step in range(6):
        x = _x(step / 5)
        sheet.line([(x, _TOP), (x, foot)], sheet.palette.pale, 1.5)
        sheet.text(x, foot + _LANE + 80, f"{step / 5:.0%}", BODY, align="center")
    for y in (_TOP, foot):
        sheet.line([(_LEFT, y), (_RIGHT, y)], sheet.palette.faint, 2)
    sheet.text(MARGIN, _TOP - _LANE, "true", BODY, bold=True)
    sheet.text(MARGIN, foot + _LANE, "false", BODY, bold=True)
    middle = (_LEFT + _RIGHT) / 2
    faint = sheet.palette.faint
    sheet.text(middle, foot + _LANE + 118, "probability given", BODY, align="center", colour=faint)


def _field(sheet: Sheet, foot: float) -> None:
    """The shares that came true, and the line on which the perfect would lie."""
    faint, tall = sheet.palette.faint, foot - _TOP
    for step in range(6):
        y = foot - step / 5 * tall
        sheet.line([(_LEFT, y), (_RIGHT, y)], sheet.palette.pale, 1.5)
        sheet.text(_LEFT - 24, y, f"{step / 5:.0%}", BODY, align="right")
    sheet.line([(_x(0), foot), (_x(1), _TOP)], faint, 3, dashed=True)
    sheet.text(_x(0.02), foot - 0.93 * tall, "came true more often", SMALL, colour=faint)
    sheet.text(_x(0.98), foot - 0.07 * tall, "less often", SMALL, colour=faint, align="right")


def _shares(sheet: Sheet, bins: Sequence[Bin], foot: float) -> None:
    """How often each fifth came true, with the range in which chance leaves it, and its count."""
    held = [
        (one.count, _x(one.predicted), one.observed)
        for one in bins
        if one.predicted is not None and one.observed is not None
    ]
    most = max(count for count, _, _ in held)
    for count, x, share in held:
        y, *ends = (
            foot - part * (foot - _TOP) for part in (share, *wilson(round(share * count), count))
        )
        sheet.line([(x, end) for end in ends], sheet.palette.faint, 4)
        size = _SHARE_LEAST + (_SHARE_MOST - _SHARE_LEAST) * (count / most) ** 0.5
        sheet.marks([(x, y)], [size], "o", sheet.palette.stances[Stance.SUPPORTS])
        words = f"n = {count}"
        width = sheet.width_of(words, BODY, bold=True)
        left = x + size / 2 + 12
        if left + width > _RIGHT:
            left = x - size / 2 - 12 - width
        y = min(max(y, _TOP + BODY), foot - BODY)
        sheet.box((left - 6, y - 20, width + 12, 40), sheet.palette.ground)
        sheet.text(left, y, words, BODY, bold=True)


def _outcomes(sheet: Sheet, resolved: Sequence[Scored], foot: float) -> None:
    """Every prediction in the lane of its outcome; where several are equal, how many."""
    for true, shape, y in ((True, "^", _TOP - _LANE), (False, "v", foot + _LANE)):
        said = Counter(round(probability, 2) for probability, came in resolved if came is true)
        away = -_MARK if true else _MARK
        places = [(_x(probability), y) for probability in said]
        sheet.marks(places, [_MARK] * len(places), shape, sheet.palette.ink)
        for probability, count in said.items():
            if count > 1:
                sheet.text(_x(probability), y + away, f"×{count}", SMALL, align="center")
