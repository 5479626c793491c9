"""Hostile text to text that may be shown on one line of any platform: bounded and visible.

What is dropped: control characters (escape sequences with them), bidirectional overrides,
zero-width and other invisible characters, lone surrogates, private and unassigned code points.
Markup is not touched: what `*` or `<` mean differs by platform, so each adapter escapes its own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

ELLIPSIS = "…"

# Code points that are looked at; what lies behind them is cut. Keeps a 100 MB string harmless.
SCAN_MAX = 20_000
# Marks that one character may carry. Scripts need up to three; more is "Zalgo" that paints over
# the lines above and below.
MARKS_MAX = 4
# A cut goes back to the last space if it lies at most this far away: no word is halved for less.
WORD_BACK_MAX = 24

_SYLLABLE_MAX = 3  # a Hangul syllable in parts: initial, vowel, final

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = frozenset({"Zs", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
# Blank by design though their category is letter, symbol or mark (Unicode Default_Ignorable and
# the fillers); variation selectors are among them, since they change a character's width.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | {
    chr(code) for span in (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0)) for code in span
}
_BLANKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2800")


def clean(text: str, limit: int) -> str:
    """One line of visible text of at most ``limit`` code points (``limit`` >= 1).

    White space, line breaks included, becomes single spaces. A longer text ends in an ellipsis
    that counts towards the limit; no character is parted from its marks, no flag or skin tone
    from its emoji. Cleaning twice changes nothing.
    """
    kept: list[str] = []
    length = 0
    for cluster in _clusters(_visible(text[:SCAN_MAX])):
        kept.append(cluster)
        length += len(cluster)
        if length > limit:
            return _cut(kept, limit)
    if len(text) > SCAN_MAX:
        # The part that was not looked at may hold words, so the reader must see that it is there.
        return _cut([*kept, " "], min(limit, length + 1))
    return "".join(kept)


def web_link(url: str, limit: int) -> str:
    """The URL if it is a plain http(s) address of at most ``limit`` code points, else "".

    It is never shortened: half a URL leads elsewhere. One with a user name in it is refused,
    because `https://known.example@other.example` is a trick, and so is one with white space,
    quotes or invisible characters.
    """
    if len(url) > limit or clean(url, max(limit, 1)) != url or set(url) & set(" \"'<>\\`"):
        return ""
    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        return ""
    return url if plain else ""


def _visible(text: str) -> Iterator[str]:
    """The characters to show: spaces single and only between others."""
    space_due = started = False
    for char in text:
        category = unicodedata.category(char)
        if char in _BLANKS or category in _SPACES:
            space_due = started
        elif category not in _DROPPED and char not in _INVISIBLE:
            if category in _MARKS and (space_due or not started):
                continue  # a mark needs a character to stand on
            if space_due:
                yield " "
            space_due, started = False, True
            yield char


def _clusters(chars: Iterator[str]) -> Iterator[str]:
    """What a reader sees as one character; marks beyond MARKS_MAX are dropped."""
    cluster = ""
    for char in chars:
        if not cluster:
            cluster = char
        elif _joins(cluster, char):
            if len(cluster) <= MARKS_MAX:
                cluster += char
        else:
            yield cluster
            cluster = char
    if cluster:
        yield cluster


def _joins(cluster: str, char: str) -> bool:
    """The rules of UAX #29 that still matter once joiners and selectors are gone."""
    if unicodedata.category(char) in _MARKS:
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # a skin tone
        return cluster != " "
    if "\U0001f1e6" <= char <= "\U0001f1ff":  # the second letter of a flag
        return len(cluster) == 1 and "\U0001f1e6" <= cluster <= "\U0001f1ff"
    # Vowels and finals of decomposed Hangul, while the syllable is not full.
    part = "\u1160" <= char <= "\u11ff" and "\u1100" <= cluster[0] <= "\u115f"
    return part and len(cluster) < _SYLLABLE_MAX


def _cut(clusters: list[str], limit: int) -> str:
    """The most of the clusters that fits before an ellipsis; the last one is known not to fit."""
    room = limit - len(ELLIPSIS)
    count = length = 0
    while count < len(clusters) - 1 and length + len(clusters[count]) <= room:
        length += len(clusters[count])
        count += 1
    kept = "".join(clusters[:count])
    if clusters[count] != " ":
        space = kept.rfind(" ")
        if space > 0 and length - space <= WORD_BACK_MAX:
            kept = kept[:space]
    return kept.rstrip(" ") + ELLIPSIS
