"""A sheet to draw on, in pixels from its top left corner: the one place that knows matplotlib.

It is imported when the first picture is drawn, and pyplot never: no window, and nothing that
outlives a sheet. Not thread-safe: one sheet at a time in a process.
"""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.pictures.lettering import Measure, fitted, printable, wrapped
from bot.pictures.style import LEADING, Palette, Texture

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

Align = Literal["left", "center", "right"]
Box = tuple[float, float, float, float]  # left, top, width, height

_DPI = 72  # a point is a pixel
_MEASURED_AT = 100  # the size at which letters are measured; FreeType gives 64ths of a pixel
_CHARS_MAX = 400  # of one text: more is never seen
_STRIPE_PX = 14
_LEANS = {
    Texture.PLAIN: (),
    Texture.STRIPES: (1,),
    Texture.CROSSED: (1, -1),
    Texture.BARRED: (0,),
}
_SHADES = 3  # from each colour to its ground, for smooth edges


class Sheet:
    """An empty sheet of that size."""

    def __init__(self, width: int, height: int, palette: Palette) -> None:
        matplotlib_figure, backend = _libraries()
        self.width, self.height, self.palette = width, height, palette
        self._figure = matplotlib_figure.Figure(
            figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=palette.ground
        )
        self._canvas = backend.FigureCanvasAgg(self._figure)
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, width)
        self._axes.set_ylim(height, 0)
        self._layer = 1.0

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        colour: str = "",
        bold: bool = False,
        align: Align = "left",
        width: float = math.inf,
    ) -> float:
        """One line with its middle at the height ``y``, cut to ``width``. Returns its width."""
        shown = fitted(self._printable(words), width, self._measure(size, bold=bold))
        self._axes.text(
            x,
            y,
            shown,
            color=colour or self.palette.ink,
            fontproperties=_typeface(size, bold=bold),
            ha=align,
            va="center_baseline",
            # Text from outside is never a formula, whatever dollar signs it holds.
            parse_math=False,
            usetex=False,
            zorder=self._next(),
        )
        return self.width_of(shown, size, bold=bold)

    def lines(self, words: str, size: float, width: float, most: int) -> list[str]:
        """The text broken into at most that many lines of that width."""
        measure = self._measure(size, bold=False)
        return wrapped(self._printable(words), width, most, measure)

    def paragraph(self, x: float, y: float, lines: Iterable[str], size: float) -> float:
        """Lines below one another, the first with its middle at ``y``. Returns the next one's."""
        for line in lines:
            self.text(x, y, line, size)
            y += size * LEADING
        return y

    def cut(self, words: str, size: float, width: float) -> str:
        """The text as it would be written into that width."""
        return fitted(self._printable(words), width, self._measure(size, bold=False))

    def width_of(self, words: str, size: float, *, bold: bool = False) -> float:
        """How wide a line of printable text is."""
        return self._measure(size, bold=bold)(words)

    def box(self, box: Box, colour: str, texture: Texture = Texture.PLAIN, edge: str = "") -> None:
        """A filled rectangle; its texture is in the colour of the ground."""
        from matplotlib.patches import Rectangle

        left, top, width, height = box
        patch = Rectangle(
            (left, top),
            width,
            height,
            facecolor=colour,
            edgecolor=edge or "none",
            linewidth=2 if edge else 0,
            zorder=self._next(),
        )
        self._axes.add_patch(patch)
        for lean in _LEANS[texture]:
            self._stripes(box, lean, patch)

    def boxes(self, boxes: Sequence[Box], colour: str) -> None:
        """Many small rectangles of one colour."""
        from matplotlib.collections import PolyCollection

        corners = [
            [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]
            for left, top, width, height in boxes
        ]
        made = PolyCollection(corners, facecolors=colour, linewidths=0, zorder=self._next())
        self._axes.add_collection(made, autolim=False)

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        width: float = 2,
        *,
        dashed: bool = False,
    ) -> None:
        """A line through points."""
        self._axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            color=colour,
            linewidth=width,
            linestyle=(0, (3, 3)) if dashed else "-",
            solid_capstyle="butt",
            scalex=False,
            scaley=False,
            zorder=self._next(),
        )

    def marks(
        self,
        places: Sequence[tuple[float, float]],
        sizes: Sequence[float],
        shape: str,
        colour: str,
    ) -> None:
        """Marks of matplotlib's shapes ("^", "v", "D", "o"), as wide as their sizes."""
        self._axes.scatter(
            [x for x, _ in places],
            [y for _, y in places],
            s=[size**2 for size in sizes],
            marker=shape,
            facecolor=colour,
            edgecolor=self.palette.ground,
            linewidths=1.5,
            clip_on=False,
            zorder=self._next(),
        )

    def png(self, *, top: int = 0) -> bytes:
        """The sheet from ``top`` down as PNG, in few colours to keep it small."""
        import numpy as np
        from PIL import Image

        self._canvas.draw()
        pixels = np.asarray(self._canvas.buffer_rgba())[top:]
        red, green, blue = np.moveaxis(pixels, 2, 0)[:3]
        numbers, kept = _nearest(self.palette)
        picture = Image.fromarray(numbers[red >> 2, green >> 2, blue >> 2])
        picture.putpalette(kept)
        out = io.BytesIO()
        picture.save(out, "PNG", optimize=True)
        return out.getvalue()

    def _stripes(self, box: Box, lean: int, within: Any) -> None:
        """Lines that go that many heights to the right on their way up."""
        from matplotlib.collections import LineCollection

        left, top, width, height = box
        beyond = math.ceil(height / _STRIPE_PX)
        count = math.ceil(width / _STRIPE_PX) + beyond
        feet = [left + number * _STRIPE_PX for number in range(-beyond, count + 1)]
        made = LineCollection(
            [[(x, top + height), (x + lean * height, top)] for x in feet],
            colors=self.palette.ground,
            linewidths=3,
            zorder=self._next(),
        )
        self._axes.add_collection(made, autolim=False)
        made.set_clip_path(within)  # after it was added, which sets the sheet's own

    def _printable(self, words: str) -> str:
        return printable(words, _glyphs(), _CHARS_MAX)

    def _measure(self, size: float, *, bold: bool) -> Measure:
        return lambda words: size * sum(_advance(char, bold=bold) for char in words)

    def _next(self) -> float:
        """What is drawn later lies above."""
        self._layer += 1
        return self._layer


@cache
def _nearest(palette: Palette) -> tuple[Any, bytes]:
    """The few colours that are kept, and the number of the nearest for 64 x 64 x 64 cells of RGB.

    Kept are a palette's colours and the shades from each to both grounds. Pillow's own choice loses
    a colour that is on few pixels, and shifts the ground.
    """
    import numpy as np
    from matplotlib.colors import to_rgb

    grounds = [palette.ground, palette.stripe]
    pure = np.array([to_rgb(colour) for colour in (*grounds, *palette.inks)])
    shares = np.linspace(0, 1, _SHADES + 1)[1:-1, None]
    mixed = [ink + (pure[at] - ink) * shares for ink in pure for at in range(len(grounds))]
    kept = (np.concatenate([pure, *mixed]) * 255).round().astype(np.int16)
    steps = np.arange(64, dtype=np.int16) * 4 + 2
    numbers = np.zeros((64, 64, 64), np.uint8)
    least = np.full(numbers.shape, np.iinfo(np.int32).max, np.int32)
    for number, (red, green, blue) in enumerate(kept):
        parts = [(steps - part).astype(np.int32) ** 2 for part in (red, green, blue)]
        distance = parts[0][:, None, None] + parts[1][:, None] + parts[2]
        nearer = distance < least
        numbers[nearer], least[nearer] = number, distance[nearer]
    # A colour that is meant is kept as it is, though a shade lie nearer to the middle of its cell.
    for number, (red, green, blue) in reversed(list(enumerate(kept[: len(pure)]))):
        numbers[red >> 2, green >> 2, blue >> 2] = number
    return numbers, kept.astype(np.uint8).tobytes()


def _libraries() -> tuple[Any, Any]:
    # It tells of the fonts it finds at its first start; nobody asked.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib import figure
    from matplotlib.backends import backend_agg

    return figure, backend_agg


@cache
def _file(*, bold: bool) -> Path:
    """The typeface that comes with matplotlib: the same picture on every machine."""
    from matplotlib import get_data_path

    return Path(get_data_path(), "fonts", "ttf", f"DejaVuSans{'-Bold' if bold else ''}.ttf")


@cache
def _typeface(size: float, *, bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=_file(bold=bold), size=size)


@cache
def _font(*, bold: bool) -> Any:
    from matplotlib.ft2font import FT2Font

    return FT2Font(str(_file(bold=bold)))


@cache
def _advance(char: str, *, bold: bool) -> float:
    """How wide a character is, of the height of the letters; a renderer would ask 2 ms a text."""
    font = _font(bold=bold)
    font.set_size(_MEASURED_AT, _DPI)
    return float(font.load_char(ord(char)).horiAdvance / 64 / _MEASURED_AT)


@cache
def _glyphs() -> frozenset[str]:
    """All characters of the typeface, in both weights."""
    light, bold = (_font(bold=bold).get_charmap() for bold in (False, True))
    return frozenset(map(chr, light.keys() & bold.keys()))
