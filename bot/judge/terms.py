"""Finds an essay's terms (topics, the names of parties) in text."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NEVER = re.compile(r"(?!)")
_ABBREVIATION_CHARS = 5


def term_pattern(terms: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the terms as whole words.

    Case and a plural or possessive ending are ignored, and any white space in a term matches any
    other; but an abbreviation in capitals is taken as written, for "US" is not "us".
    """
    longest_first = sorted({t.strip() for t in terms if t.strip()}, key=len, reverse=True)
    if not longest_first:
        return _NEVER
    alternatives = "|".join(
        pattern if _is_abbreviation(term) else f"(?i:{pattern})"
        for term in longest_first
        for pattern in (r"\s+".join(map(re.escape, term.split())),)
    )
    return re.compile(rf"(?<!\w)(?:{alternatives})(?:s|es|['’]s?)?(?!\w)")


def _is_abbreviation(term: str) -> bool:
    return term.isupper() and len(term) <= _ABBREVIATION_CHARS
