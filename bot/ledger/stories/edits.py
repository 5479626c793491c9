"""Whether an edit of a report says something else than before, and what: a pure rule.

Case, punctuation, a bumped date or time, and a few other words of the same meaning say nothing new.
Other numbers, a denial where there was none (or the other way), a correction, and a headline of
other words do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.ledger.stories.words import stem_of, words_of

# An entry that is edited more often than this is a running page; it is read and no more told.
TOLD_EDITS = 3
# Of the content words of both texts so many are shared by an edit that only polishes.
SAME_WORDS = 0.5
NUMBERS_NAMED = 3
TITLE_CHARS = 120

_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WHEN = re.compile(
    rf"""
    \b\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?\s*(?:[ap]\.?m\.?)?\b   # 14:05, 2.30 pm
    | \b\d{{4}}-\d{{2}}-\d{{2}}\b | \b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b
    | \b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b\.?(?:,?\s+\d{{4}}\b)?
    | \b{_MONTH}\b\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?
    | \b\d+\s*(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\s+ago\b
    | \bday\s+[\d,]+\b | \b(?:last\s+)?updated?\b:? | \bpublished\b:?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TURNS = frozenset(
    stem_of(word)
    for word in (
        "not no never without denies deny denied rejects rejected refuses refused retracts"
        " retracted withdraws withdrew cancels cancelled postpones postponed halts despite false"
        " failed fails unlikely"
    ).split()
)
_CORRECTED = re.compile(
    r"\b(?:correction|corrected|corrects|retraction|retracted|clarification)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")


def difference(before: str, after: str) -> str:
    """What the later text says otherwise, as a short sentence; "" if nothing of substance."""
    before, after = _WHEN.sub(" ", before), _WHEN.sub(" ", after)
    if _CORRECTED.search(after) and not _CORRECTED.search(before):
        return "It is marked as corrected."
    return _numbers(before, after) or _rewritten(before, after) or _turn(before, after)


def _numbers(before: str, after: str) -> str:
    old, new = _numbers_of(before), _numbers_of(after)
    gone, come = [n for n in old if n not in new], [n for n in new if n not in old]
    # A number that was only added or left out with its sentence is no other number.
    if not gone or not come:
        return ""
    return f"It says {_listed(come)} now, where it said {_listed(gone)}."


def _turn(before: str, after: str) -> str:
    old, new = _turns_of(before), _turns_of(after)
    if bool(old) == bool(new):
        return ""
    return f"It says “{min(new)}” now." if new else f"It no longer says “{min(old)}”."


def _rewritten(before: str, after: str) -> str:
    old, new = words_of(before).weights, words_of(after).weights
    every = old.keys() | new.keys()
    if not every or len(old.keys() & new.keys()) >= SAME_WORDS * min(len(old), len(new)):
        return ""
    head = " ".join(after.partition("\n")[0].split())
    return f"It was rewritten: “{head[:TITLE_CHARS]}{'…' * (len(head) > TITLE_CHARS)}”."


def _numbers_of(text: str) -> list[str]:
    return list(dict.fromkeys(found.replace(",", "") for found in _NUMBER.findall(text)))


def _turns_of(text: str) -> set[str]:
    words = [word.casefold() for word in _WORD.findall(text.replace("n't", " not"))]
    return {word for word in words if stem_of(word) in _TURNS}


def _listed(numbers: Iterable[str]) -> str:
    some = list(numbers)
    more = f" and {len(some) - NUMBERS_NAMED} more" if len(some) > NUMBERS_NAMED else ""
    return f"{', '.join(some[:NUMBERS_NAMED])}{more}"
