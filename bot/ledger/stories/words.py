"""What a report is about, as words: content words with their weights, names and numbers. Pure.

A weight is how rare a word is in news writing (its idf), so that two reports which share "Kupiansk"
are more alike than two which share "Russia". It comes from a table of the commoner stems
(bot.ledger.stories.stems), counted once; a stem that is not in it is rare.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.ledger.stories.stems import BANDS, COMMONEST, PLACES, PLAIN, SYNONYMS

STEM_CHARS = 7
WORDS_KEPT = 4096  # texts whose words are kept: more than the stories of a window have
RARE = 7.0  # the weight of a stem that is not in the table

_WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*")
_POSSESSIVE = re.compile(r"['’]s\b")
_NUMBER = re.compile(r"\b\d[\d,]*(?:\.\d+)?\b")
_LONG_ENOUGH_FOR_ING, _LONG_ENOUGH = 6, 5


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a report. ``weights``: of every content stem; ``names``: those of them that are
    names; ``numbers``: from two digits on, without thousands commas; ``places``: those of the
    names that are towns or regions; ``total``: of all weights."""

    weights: Mapping[str, float]
    names: frozenset[str]
    numbers: frozenset[str]
    places: frozenset[str]
    total: float


@lru_cache(maxsize=WORDS_KEPT)
def words_of(text: str) -> Words:
    """The words of a title, or of title and summary."""
    text = _POSSESSIVE.sub("", unicodedata.normalize("NFKC", text))
    weights: dict[str, float] = {}
    names: set[str] = set()
    for word in _WORD.findall(text):
        if word[0].isdigit() or word.casefold() in COMMONEST:
            continue
        stem = stem_of(word)
        meant = _SYNONYM.get(stem, stem)
        if len(meant) > 1:
            weights[meant] = _WEIGHTS.get(meant, RARE)
            if word[0].isupper() and stem not in _PLAIN:
                names.add(meant)
    numbers = (found.replace(",", "") for found in _NUMBER.findall(text))
    return Words(
        weights,
        frozenset(names),
        frozenset(one for one in numbers if len(one) > 1),
        frozenset(names & _PLACES),
        math.fsum(weights.values()),
    )


def stem_of(word: str) -> str:
    """The first letters of a word without its commonest endings, in lower case."""
    stem = word.casefold()
    if len(stem) >= _LONG_ENOUGH and stem.endswith("ies"):
        stem = f"{stem[:-3]}y"
    elif len(stem) >= _LONG_ENOUGH - 1 and stem.endswith("s") and not stem.endswith("ss"):
        stem = stem[:-1]
    if len(stem) >= _LONG_ENOUGH_FOR_ING and stem.endswith("ing"):
        stem = stem[:-3]
    elif len(stem) >= _LONG_ENOUGH and stem.endswith("ed"):
        stem = stem[:-2]
    if len(stem) >= _LONG_ENOUGH and stem.endswith("e"):
        stem = stem[:-1]
    return stem[:STEM_CHARS]


_SYNONYM = {
    stem_of(word): stem_of(group.split()[0]) for group in SYNONYMS for word in group.split()
}
_WEIGHTS = {stem: weight for weight, stems in BANDS.items() for stem in stems.split()}
_PLAIN = frozenset(PLAIN.split())
_PLACES = frozenset(_SYNONYM.get(stem, stem) for stem in map(stem_of, PLACES.split()))
