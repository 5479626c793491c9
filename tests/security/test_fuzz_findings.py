"""What fuzzing found (tests/bench/fuzz_feeds.py, fuzz_essays.py), so that it does not come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.commands.requests import CHECK_MAX, Why
from bot.commands.words import line, parse

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_request_that_was_cut_at_a_space_is_the_same_on_a_button() -> None:
    asked = parse("why " + "a" * (CHECK_MAX - 1) + " b", NOW)
    assert isinstance(asked, Why)
    assert parse(line(asked), NOW) == asked


@pytest.mark.parametrize("lasting", ["5m", "9999m", "7d", "30d"])
def test_a_mute_of_any_length_is_the_same_on_a_button(lasting: str) -> None:
    asked = parse(f"mute C01 {lasting}", NOW)
    assert parse(line(asked), NOW) == asked
