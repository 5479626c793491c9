"""What all pictures share: colours, sizes and textures. Pure.

A picture is about 1200 pixels wide, and a phone shows it at 360: a letter of 28 pixels is one of 8
there, so nothing is set smaller than SMALL. Colour is never the only sign: stances differ in shape
and side, standings in mark, word and texture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.model import Stance, Standing

WIDTH = 1200  # pixels, as are all lengths here
MARGIN = 28
# Heights of letters.
TITLE, HEAD, BODY, SMALL = 36, 32, 29, 26
LEADING = 1.28  # from line to line, in heights of letters


class Texture(StrEnum):
    """What is laid over a coloured area."""

    PLAIN = "plain"
    STRIPES = "stripes"
    CROSSED = "crossed"
    BARRED = "barred"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours on one ground: Okabe and Ito's, told apart by the colour-blind too.

    ``faint`` is for lesser words, ``pale`` for lines and areas that carry none, ``stripe`` for the
    ground of every other row.
    """

    ground: str
    ink: str
    faint: str
    pale: str
    stripe: str
    stances: Mapping[Stance, str] = field(hash=False)
    standings: Mapping[Standing, str] = field(hash=False)

    @property
    def inks(self) -> tuple[str, ...]:
        """All that is drawn on the ground."""
        hues = {*self.stances.values(), *self.standings.values()}
        return (self.ink, self.faint, self.pale, *sorted(hues))


def palette(*, dark: bool) -> Palette:
    """The light colours, or the dark ones, on which blue and vermilion would be too dim.

    Purple and green are darker or lighter than Okabe and Ito's, to be read as thin marks.
    """
    blue, orange, purple, green = (
        ("#56B4E9", "#E69F00", "#CC79A7", "#1FB58A")
        if dark
        else ("#0072B2", "#D55E00", "#AA4F84", "#00805D")
    )
    ground, ink, faint, pale, stripe = (
        ("#1A1D21", "#F2F2F2", "#A9AFB6", "#3A3F45", "#22262B")
        if dark
        else ("#FFFFFF", "#1D1C1D", "#616061", "#DDDDDD", "#F4F4F4")
    )
    return Palette(
        ground,
        ink,
        faint,
        pale,
        stripe,
        {Stance.SUPPORTS: blue, Stance.CONTRADICTS: orange, Stance.UPDATE: faint},
        {
            Standing.QUIET: pale,
            Standing.SUPPORTED: blue,
            Standing.CONTESTED: purple,
            Standing.CONFLICT: green,
            Standing.CONTRADICTED: orange,
        },
    )


TEXTURES = {
    Standing.QUIET: Texture.PLAIN,
    Standing.SUPPORTED: Texture.PLAIN,
    Standing.CONTESTED: Texture.CROSSED,
    Standing.CONFLICT: Texture.BARRED,
    Standing.CONTRADICTED: Texture.STRIPES,
}
