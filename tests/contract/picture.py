"""The card of the README: `python -m tests.contract.picture` writes docs/alert.svg anew."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from adapters.console import renderable
from tests.contract.samples import GROWN, delivery

PICTURE = Path(__file__).parents[2] / "docs" / "alert.svg"

_WIDTH = 104
_THEME = TerminalTheme(
    (24, 26, 31),
    (222, 225, 230),
    [
        (24, 26, 31),
        (240, 110, 110),
        (110, 205, 130),
        (220, 190, 100),
        (110, 165, 240),
        (215, 135, 225),
        (100, 200, 205),
        (222, 225, 230),
    ],
)
# A frame without rich's web fonts, so that the picture loads nothing from anywhere.
_FRAME = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" \
xmlns="http://www.w3.org/2000/svg" role="img" aria-label="An alert of claimwire in a terminal">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
  font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def svg() -> str:
    """A card and its update as a picture of a terminal."""
    console = Console(width=_WIDTH, record=True, file=io.StringIO(), force_terminal=True)
    console.print(renderable(delivery()))
    console.print(renderable(delivery(GROWN, "console:41:supports:1")))
    return console.export_svg(
        title="claimwire", theme=_THEME, code_format=_FRAME, unique_id="alert"
    )


def words(picture: str) -> str:
    """The text that a picture shows."""
    return " ".join(unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture))).split())


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
