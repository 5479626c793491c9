"""The days that an English text names: when it was written, and by when something is to happen."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_YEAR = r"(?P<year>20\d\d)"
_ISO = re.compile(r"\b(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b")
_DAY_FIRST = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+{_YEAR}\b", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}\b", re.IGNORECASE
)
_MONTH_ONLY = re.compile(rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b", re.IGNORECASE)
# The last day of a season; winter's lies in the year after the one that names it.
_SEASON = re.compile(
    rf"\b(?P<season>spring|summer|autumn|fall|winter)\s+(?:of\s+)?{_YEAR}\b", re.IGNORECASE
)
_SEASON_ENDS = {"spring": (5, 31), "summer": (8, 31), "autumn": (11, 30), "fall": (11, 30)}
_QUARTER = re.compile(
    rf"\b(?P<quarter>first|second|third|fourth|last)\s+quarter\s+(?:of\s+)?{_YEAR}\b", re.IGNORECASE
)
_QUARTER_ENDS = {
    "first": (3, 31),
    "second": (6, 30),
    "third": (9, 30),
    "fourth": (12, 31),
    "last": (12, 31),
}
_HALF = re.compile(rf"\b(?P<half>first half|middle|mid)[\s-]+(?:of\s+)?{_YEAR}\b", re.IGNORECASE)
_YEAR_ONLY = re.compile(rf"\b{_YEAR}\b")
_BEFORE = re.compile(r"\bbefore(?:\s+the\s+(?:start|beginning)\s+of)?\s*$", re.IGNORECASE)
_BEFORE_CHARS = 40
_OVER = re.compile(r"\s+(?:is (?:out|over|done)|ends|comes to an end)\b", re.IGNORECASE)


def written_day(text: str) -> date | None:
    """The first day, or month with its first day, that a heading or byline names."""
    for pattern in (_ISO, _DAY_FIRST, _MONTH_FIRST):
        match = pattern.search(text)
        found = _day(match) if match else None
        if found:
            return found
    match = _MONTH_ONLY.search(text)
    return date(int(match["year"]), _month(match["month"]), 1) if match else None


def horizon_in(text: str) -> date | None:
    """The latest day up to which a sentence looks, as the last day of what it names.

    "by the end of the summer of 2026" is 2026-08-31, "before 2027" is 2026-12-31.
    """
    found = []
    taken: list[tuple[int, int]] = []
    for pattern, last in _READERS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            day = last(match)
            if day is not None:
                found.append(_year_before(text, match) if pattern is _YEAR_ONLY else day)
    return max(found, default=None)


def _year_before(text: str, match: re.Match[str]) -> date:
    """The last day of a year, but of the one before it for "before 2027"."""
    before = _BEFORE.search(text[max(0, match.start() - _BEFORE_CHARS) : match.start()])
    year = int(match["year"])
    return date(year - 1 if before and not _OVER.match(text, match.end()) else year, 12, 31)


def _day(match: re.Match[str]) -> date | None:
    named = match.groupdict()
    month = int(named["number"]) if named.get("number") else _month(named["month"])
    try:
        return date(int(named["year"]), month, int(named["day"]))
    except ValueError:  # 31 June
        return None


def _month(name: str) -> int:
    return next(n for n, full in enumerate(_MONTHS, 1) if full.startswith(name.casefold()[:3]))


def _month_end(match: re.Match[str]) -> date:
    year, month = int(match["year"]), _month(match["month"])
    return date(year, month, monthrange(year, month)[1])


def _season_end(match: re.Match[str]) -> date:
    year, season = int(match["year"]), match["season"].casefold()
    if season == "winter":
        return date(year + 1, 2, 28)
    return date(year, *_SEASON_ENDS[season])


def _quarter_end(match: re.Match[str]) -> date:
    return date(int(match["year"]), *_QUARTER_ENDS[match["quarter"].casefold()])


def _half_end(match: re.Match[str]) -> date:
    return date(int(match["year"]), 6, 30)


def _year_end(match: re.Match[str]) -> date:
    return date(int(match["year"]), 12, 31)


# The narrower first: what one has taken, the others leave alone.
_READERS = (
    (_ISO, _day),
    (_DAY_FIRST, _day),
    (_MONTH_FIRST, _day),
    (_MONTH_ONLY, _month_end),
    (_SEASON, _season_end),
    (_QUARTER, _quarter_end),
    (_HALF, _half_end),
    (_YEAR_ONLY, _year_end),
)
