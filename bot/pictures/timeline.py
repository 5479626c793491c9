"""The timeline of a claim: evidence for and against over time, with the standing as a band.

Drawn without pyplot: no window, no state that outlives the call. Takes about half a second, so it
is called in a worker thread, one at a time.
"""

from __future__ import annotations

import io
import logging
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import ClaimwireError
from bot.model import Stance, Standing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE_IN = (7.2, 5.0)
_DPI = 150
_TITLE_CHARS = 62
_TITLE_LINES = 2
_LEAST_SPAN = timedelta(days=7)
_LABEL_SHARE = 0.13  # of the width, below which a band's word would not fit
_MARKS = {Stance.SUPPORTS: "^", Stance.CONTRADICTS: "v", Stance.UPDATE: "D"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One story's bearing on the claim. ``weight`` 0..1 is how high it stands."""

    at: datetime
    stance: Stance
    weight: float


@dataclass(frozen=True, slots=True)
class Turn:
    """From then on the claim stood so."""

    at: datetime
    standing: Standing


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is drawn; ``marks`` and ``turns`` in the order of time. ``until``: the present."""

    claim_id: str
    statement: str
    marks: tuple[Mark, ...]
    turns: tuple[Turn, ...]
    until: datetime

    @property
    def alt(self) -> str:
        """The picture in words."""
        count = {stance: sum(m.stance is stance for m in self.marks) for stance in Stance}
        stands = self.turns[-1].standing if self.turns else Standing.QUIET
        first = f", from {self.marks[0].at:%Y-%m-%d}" if self.marks else ""
        return (
            f"Timeline of {self.claim_id}{first} to {self.until:%Y-%m-%d}:"
            f" {count[Stance.SUPPORTS]} stories for it, {count[Stance.CONTRADICTS]} against it,"
            f" {count[Stance.UPDATE]} without a direction; it stands {stands.value}."
        )


@dataclass(frozen=True, slots=True)
class _Palette:
    """Okabe and Ito's colours, told apart by the colour-blind too, on one ground."""

    ground: str
    ink: str
    faint: str
    stance: dict[Stance, str]
    standing: dict[Standing, tuple[str, str]]  # colour and hatch


def _palette(*, dark: bool) -> _Palette:
    supports, contradicts = ("#56B4E9", "#E69F00") if dark else ("#0072B2", "#D55E00")
    ground, ink, faint = (
        ("#1A1D21", "#F2F2F2", "#9AA0A6") if dark else ("#FFFFFF", "#1D1C1D", "#6B6B6B")
    )
    quiet = "#3A3F45" if dark else "#DDDDDD"
    contested = "#CC79A7"
    return _Palette(
        ground,
        ink,
        faint,
        {Stance.SUPPORTS: supports, Stance.CONTRADICTS: contradicts, Stance.UPDATE: faint},
        {
            Standing.QUIET: (quiet, ""),
            Standing.SUPPORTED: (supports, ""),
            Standing.CONTESTED: (contested, "xx"),
            Standing.CONTRADICTED: (contradicts, "//"),
        },
    )


def draw(timeline: Timeline, *, dark: bool = False) -> bytes:
    """The PNG, 1080 x 750. Raises ClaimwireError where matplotlib is not installed."""
    # It tells of the fonts it finds at its first start; nobody asked.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ClaimwireError(
            "Pictures need matplotlib, which this bot was installed without. An admin adds it:"
            " pip install 'claimwire[pictures]'"
        ) from error
    palette = _palette(dark=dark)
    figure = Figure(figsize=_SIZE_IN, facecolor=palette.ground)
    figure.subplots_adjust(left=0.02, right=0.96, top=0.8, bottom=0.1, hspace=0.05)
    upper, band = figure.subplots(2, 1, height_ratios=(8, 1), sharex=True)
    start = _start(timeline)
    _evidence(upper, timeline.marks, palette)
    _standing(band, timeline, start, palette)
    for axes in (upper, band):
        _plain(axes, palette)
    band.set_xlim(_day(start), _day(timeline.until))
    _title(figure, timeline, palette)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
    return out.getvalue()


def _start(timeline: Timeline) -> datetime:
    """Where the axis begins: a little before the first mark."""
    times = [m.at for m in timeline.marks] + [t.at for t in timeline.turns]
    first = min([*times, timeline.until - _LEAST_SPAN])
    return first - (timeline.until - first) * 0.04


def _title(figure: Figure, timeline: Timeline, palette: _Palette) -> None:
    # A dollar sign would begin a formula.
    words = f"{timeline.claim_id}  {timeline.statement}".replace("$", r"\$")
    lines = textwrap.wrap(words, _TITLE_CHARS, max_lines=_TITLE_LINES, placeholder=" …")
    figure.suptitle(
        "\n".join(lines), x=0.02, ha="left", color=palette.ink, fontsize=12.5, fontweight="bold"
    )


def _evidence(axes: Axes, marks: Sequence[Mark], palette: _Palette) -> None:
    axes.axhline(0, color=palette.faint, linewidth=1)
    for stance in Stance:
        held = [mark for mark in marks if mark.stance is stance]
        sign = {Stance.SUPPORTS: 1, Stance.CONTRADICTS: -1, Stance.UPDATE: 0}[stance]
        times = [_day(mark.at) for mark in held]
        heights = [sign * mark.weight for mark in held]
        colour = palette.stance[stance]
        axes.vlines(times, 0, heights, color=colour, linewidth=1.6, alpha=0.75)
        axes.plot(
            times,
            heights,
            _MARKS[stance],
            color=colour,
            markersize=6 if stance is Stance.UPDATE else 9,
            markeredgecolor=palette.ground,
            markeredgewidth=0.8,
            clip_on=False,
        )
    axes.set_ylim(-1.12, 1.12)
    axes.set_yticks([])
    for across, side, stance, word in (
        (0.0, "left", Stance.SUPPORTS, "▲ for the claim"),
        (0.5, "center", Stance.CONTRADICTS, "▼ against it"),
        (1.0, "right", Stance.UPDATE, "◆ no direction"),
    ):
        count = sum(mark.stance is stance for mark in marks)
        axes.text(
            across,
            1.03,
            f"{word}: {count}",
            transform=axes.transAxes,
            ha=side,
            color=palette.stance[stance],
            fontsize=11.5,
            fontweight="bold",
        )
    if not marks:
        axes.text(
            0.5,
            0.6,
            "no evidence yet",
            transform=axes.transAxes,
            ha="center",
            va="center",
            color=palette.faint,
            fontsize=13,
        )


def _standing(axes: Axes, timeline: Timeline, start: datetime, palette: _Palette) -> None:
    turns = [Turn(start, Standing.QUIET), *timeline.turns]
    ends = [turn.at for turn in turns[1:]] + [timeline.until]
    whole = timeline.until - start
    for turn, end in zip(turns, ends, strict=True):
        colour, hatch = palette.standing[turn.standing]
        left, right = _day(turn.at), _day(end)
        axes.axvspan(left, right, facecolor=colour, hatch=hatch, edgecolor=palette.ground, lw=0)
        if (end - turn.at) / whole >= _LABEL_SHARE:
            axes.text(
                (left + right) / 2,
                0.5,
                turn.standing.value,
                ha="center",
                va="center",
                fontsize=10.5,
                color=palette.ink,
                bbox={"facecolor": palette.ground, "edgecolor": "none", "pad": 2},
            )
    axes.set_ylim(0, 1)
    axes.set_yticks([])


def _day(at: datetime) -> float:
    """The moment as matplotlib counts days."""
    from matplotlib.dates import date2num

    return float(date2num(at))  # type: ignore[no-untyped-call]


def _plain(axes: Axes, palette: _Palette) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    axes.set_facecolor(palette.ground)
    axes.spines[:].set_visible(False)
    axes.tick_params(colors=palette.ink, labelsize=11, length=0)
    locator = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(locator)  # type: ignore[no-untyped-call]
    )
    axes.xaxis.get_offset_text().set_color(palette.ink)
    axes.grid(visible=True, axis="x", color=palette.faint, alpha=0.25, linewidth=0.6)
    axes.set_axisbelow(True)
