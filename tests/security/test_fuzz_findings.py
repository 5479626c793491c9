"""What fuzzing found (tests/bench/fuzz_feeds.py, fuzz_essays.py), so that it does not come back."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.commands.requests import CHECK_MAX, Why
from bot.commands.words import line, parse

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_request_that_was_cut_at_a_space_is_the_same_on_a_button() -> None:
    asked = parse("why " + "a" * (CHECK_MAX - 1) + " b", NOW)
    assert isinstance(asked, Why)
    assert parse(line(asked), NOW) == asked
