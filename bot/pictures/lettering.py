"""Foreign text to lines that fit. Pure: how wide a text is, is asked of a function."""

from __future__ import annotations

from collections.abc import Callable, Container

from adapters.clean import ELLIPSIS, clean

MISSING = "□"  # stands for characters that the typeface lacks

Measure = Callable[[str], float]  # the width of a text


def printable(text: str, glyphs: Container[str], limit: int) -> str:
    """One clean line of at most ``limit`` code points that holds only what is in ``glyphs``.

    A run of characters that are not becomes one MISSING.
    """
    shown: list[str] = []
    for char in clean(text, limit):
        known = char if char in glyphs else MISSING
        if not (known == MISSING and shown and shown[-1] == MISSING):
            shown.append(known)
    return "".join(shown)


def fitted(text: str, width: float, measure: Measure) -> str:
    """The text, or as much of it as fits before an ellipsis; "" if not even one letter does."""
    if measure(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle] + ELLIPSIS) <= width:
            low = middle
        else:
            high = middle - 1
    kept = text[:low]
    space = kept.rfind(" ")
    # Half a word is worse than none, unless the word is nearly all there is.
    if text[low : low + 1] != " " and space > low * 0.6:
        kept = kept[:space]
    return kept.rstrip(" ,;:–-") + ELLIPSIS if kept else ""


def wrapped(text: str, width: float, lines: int, measure: Measure) -> list[str]:
    """The text in at most ``lines`` lines, the last one cut; a word too long for one is parted."""
    done: list[str] = []
    rest = text
    while rest and len(done) < lines - 1:
        line, rest = _first_line(rest, width, measure)
        if not line:
            return done
        done.append(line)
    return [*done, fitted(rest, width, measure)] if rest else done


def _first_line(text: str, width: float, measure: Measure) -> tuple[str, str]:
    """A full line and what is left of the text."""
    if measure(text) <= width:
        return text, ""
    end = 0
    while (space := text.find(" ", end + 1)) > 0 and measure(text[:space]) <= width:
        end = space
    if end:
        return text[:end], text[end + 1 :]
    cut = len(text)
    while cut and measure(text[:cut]) > width:
        cut -= 1
    return text[:cut], text[cut:].lstrip(" ")
