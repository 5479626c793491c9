"""Which rows of a long answer are on the page that was asked for: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.commands.answers import ROWS_MAX, Page
from bot.commands.words import line


def cut(rows: Sequence[Any], request: Any) -> tuple[Sequence[Any], Page]:
    """The rows of the page that was asked for, or of the last one, and where it is."""
    page = page_of(request, -(-len(rows) // ROWS_MAX))
    start = (page.number - 1) * ROWS_MAX
    return rows[start : start + ROWS_MAX], page


def page_of(request: Any, pages: int) -> Page:
    """The page that was asked for, or the last one."""
    of = max(1, pages)
    number = min(max(request.page, 1), of)

    def token(page: int) -> str:
        return line(replace(request, page=page)) if 1 <= page <= of else ""

    return Page(number, of, token(number - 1), token(number + 1))
