"""Two pictures of a report as PNG. Drawn with matplotlib, which is imported where it is used.

Drawn without pyplot: no window, no state that outlives the call.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import InputError
from bot.evaluation.figures import Bin, Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RELIABILITY, THRESHOLDS = "reliability.png", "thresholds.png"
_SIZE_IN = (6.4, 5.2)
_DPI = 150
# Okabe and Ito's palette: told apart by the colour-blind too.
_BLUE, _ORANGE, _GREEN, _GREY = "#0072B2", "#D55E00", "#009E73", "#767676"


def require(folder: Path) -> None:
    """Makes the folder. Raises InputError where it cannot be made."""
    # It tells of the fonts it finds at its first start; nobody asked.
    logging.getLogger("matplotlib").setLevel(logging.WARNING)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be made: {error.strerror}. Name a folder that you may write."
        ) from error


def draw(
    folder: Path, bins: tuple[Bin, ...], curve: tuple[Point, ...], alert_threshold: float | None
) -> list[Path]:
    """Writes the pictures and returns their paths; none for what has no figures.

    Raises InputError where one cannot be written.
    """
    require(folder)
    drawn: list[Path] = []
    try:
        if any(one.count for one in bins):
            drawn.append(_save(_reliability(bins), folder / RELIABILITY))
        if curve:
            drawn.append(_save(_thresholds(curve, alert_threshold), folder / THRESHOLDS))
    except OSError as error:
        raise InputError(
            f"{folder}: a picture cannot be written: {error.strerror}. Free some space, or name"
            " a folder that you may write."
        ) from error
    return drawn


def _save(figure: Figure, path: Path) -> Path:
    figure.savefig(path, format="png", dpi=_DPI)
    return path


def _reliability(bins: tuple[Bin, ...]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_IN, layout="constrained")
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 1), sharex=True)
    held = [one for one in bins if one.predicted is not None]
    upper.plot((0, 1), (0, 1), linestyle="--", color=_GREY, linewidth=1, label="as it should be")
    upper.plot(
        [one.predicted for one in held],
        [one.observed for one in held],
        marker="o",
        color=_BLUE,
        label="measured",
    )
    upper.set_ylabel("share that does bear")
    upper.set_ylim(-0.02, 1.02)
    upper.set_title(f"How far the judge's probability can be taken at its word ({_pairs(bins)})")
    upper.legend(loc="upper left", frameon=False)
    lower.bar(
        [one.low for one in bins],
        [one.count for one in bins],
        width=[one.high - one.low for one in bins],
        align="edge",
        color=_BLUE,
        edgecolor="white",
    )
    lower.set_yscale("log")
    lower.set_ylim(bottom=0.5)
    lower.set_ylabel("pairs")
    lower.set_xlabel("probability that the entry bears on the claim")
    lower.set_xlim(0, 1)
    for axes in (upper, lower):
        _plain(axes)
    return figure


def _pairs(bins: tuple[Bin, ...]) -> str:
    return f"{sum(one.count for one in bins):,} pairs".replace(",", " ")


def _thresholds(curve: tuple[Point, ...], alert_threshold: float | None) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_IN, layout="constrained")
    axes = figure.subplots()
    points = curve[::-1]
    across = [point.threshold for point in points]
    for name, values, colour in (
        ("precision", [point.precision for point in points], _BLUE),
        ("recall", [point.recall for point in points], _ORANGE),
        ("F1", [point.f1 for point in points], _GREEN),
    ):
        # Between two scores, what the higher one would tell is told.
        axes.plot(across, values, color=colour, label=name, drawstyle="steps-pre")
    if alert_threshold is not None:
        axes.axvline(
            alert_threshold,
            color=_GREY,
            linestyle="--",
            linewidth=1,
            label=f"alerts from {alert_threshold:.3f}",
        )
    axes.set_xlabel("threshold on the probability that the entry bears on the claim")
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.02, 1.02)
    axes.set_title("What another alert threshold would do")
    axes.legend(frameon=False, loc="best")
    _plain(axes)
    return figure


def _plain(axes: Axes) -> None:
    axes.grid(visible=True, color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
