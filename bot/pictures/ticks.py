"""Where the dates stand under an axis of time, and how they are written. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

# In English whatever the locale.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY_STEPS = (1, 2, 5, 10)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 600)
_MONTH_DAYS = 30.44
_YEAR = 12  # months


def day_words(day: date) -> str:
    """`21 Oct 2025`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_words(month: int) -> str:
    """`Oct 2025`, of a month counted from the year 0."""
    return f"{_MONTHS[month % _YEAR]} {month // _YEAR}"


def ticks(start: datetime, end: datetime, most: int) -> tuple[tuple[datetime, str], ...]:
    """About ``most`` moments at most from start to end, evenly spaced, with their labels.

    The year stands only where it is new.
    """
    days = (end - start) / timedelta(days=1)
    for step in _DAY_STEPS:
        if days / step <= most:
            return _labelled(_days(start, end, step), with_days=True, with_months=True)
    step = next((one for one in _MONTH_STEPS if days / _MONTH_DAYS / one <= most), _MONTH_STEPS[-1])
    return _labelled(_months(start, end, step), with_days=False, with_months=step < _YEAR)


def _days(start: datetime, end: datetime, step: int) -> list[datetime]:
    first = datetime.combine(start.date() + timedelta(days=1), time(), UTC)
    return [
        first + timedelta(days=count * step)
        for count in range((end - first) // timedelta(days=step) + 1)
    ]


def _months(start: datetime, end: datetime, step: int) -> list[datetime]:
    """The first days of the months that a step divides, counted from the year 0."""
    first = -(-(start.year * _YEAR + start.month) // step) * step
    last = end.year * _YEAR + end.month - 1
    return [
        datetime(month // _YEAR, month % _YEAR + 1, 1, tzinfo=UTC)
        for month in range(first, last + 1, step)
    ]


def _labelled(
    moments: list[datetime], *, with_days: bool, with_months: bool
) -> tuple[tuple[datetime, str], ...]:
    made, year = [], None
    for at in moments:
        words = [str(at.day)] if with_days else []
        words += [_MONTHS[at.month - 1]] if with_months else []
        words += [str(at.year)] if at.year != year else []
        made.append((at, " ".join(words)))
        year = at.year
    return tuple(made)
