"""Cuts an article's text into sentences that know where they stand in it.

News text needs few rules: a line break always ends a sentence (title and summary are joined by
one), and a full stop, question or exclamation mark ends one unless it belongs to an abbreviation,
an initial or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.model import Sentence

MAX_SENTENCES = 60  # a feed that carries whole articles is judged by its first sixty sentences

# No mark is tried twice: a feed may send thousands of them in a row.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]]*+(?=\s)|\n+")
_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen lt col maj sgt capt sen rep gov pres st jr sr vs etc no inc ltd co corp"
    " jan feb mar apr jun jul aug sep sept oct nov dec approx est u.s u.k u.n e.u a.m p.m".split()
)
# After these a capital usually opens a new sentence all the same: "... in the U.S. Kyiv said".
_MAY_END = frozenset(("u.s", "u.k", "u.n", "e.u", "a.m", "p.m", "inc", "ltd", "co", "corp", "etc"))
_SENTENCE_OPENERS = frozenset(
    "The A An In On At It He She They We But And However Meanwhile Earlier Later After Before This"
    " That These Those There Russia Ukraine Kyiv Moscow".split()
)
_LAST_WORD = re.compile(r"([\w.]+)\.$")
_FIRST_WORD = re.compile(r"\W{0,40}(\w*)")


def sentences(text: str) -> list[Sentence]:
    """The sentences of ``text`` in order, at most MAX_SENTENCES; offsets count code points.

    For each: ``text[s.start:s.end] == s.text``, without white space at either end, never empty.
    """
    found = []
    for start, end in _spans(text):
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        stripped = piece.strip()
        if stripped:
            begin = start + left
            found.append(Sentence(stripped, begin, begin + len(stripped)))
        if len(found) == MAX_SENTENCES:
            break
    return found


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        if match.group().startswith("\n") or _ends_here(text, start, match):
            yield start, match.end()
            start = match.end()
    yield start, len(text)


def _ends_here(text: str, start: int, match: re.Match[str]) -> bool:
    following = _FIRST_WORD.match(text, match.end())
    next_word = following.group(1) if following else ""
    if next_word[:1].islower():
        return False
    if match.group()[0] != ".":
        return True
    last = _LAST_WORD.search(text[max(start, match.start() - 40) : match.start() + 1])
    if last is None:
        return True
    word = last.group(1).casefold()
    if word in _MAY_END:
        return next_word in _SENTENCE_OPENERS
    is_initial = len(word) == 1 and word.isalpha()
    return not (is_initial or word in _ABBREVIATIONS)
