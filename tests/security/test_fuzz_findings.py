"""What fuzzing found (tests/bench/fuzz_feeds.py, fuzz_essays.py), so that it does not come back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.requests import CHECK_MAX, Why
from bot.commands.words import line, parse
from bot.errors import EssayError
from bot.essay.loader import load

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_request_that_was_cut_at_a_space_is_the_same_on_a_button() -> None:
    asked = parse("why " + "a" * (CHECK_MAX - 1) + " b", NOW)
    assert isinstance(asked, Why)
    assert parse(line(asked), NOW) == asked


@pytest.mark.parametrize("lasting", ["5m", "9999m", "7d", "30d"])
def test_a_mute_of_any_length_is_the_same_on_a_button(lasting: str) -> None:
    asked = parse(f"mute C01 {lasting}", NOW)
    assert parse(line(asked), NOW) == asked


def test_a_brace_in_a_claims_id_is_a_mistake_and_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "essay.toml"
    claim = 'id = "C}{1"\nslug = "x"\nsupported_by = [{ text = 1 }]\n'
    path.write_text(f'[essay]\nid = "x"\n\n[[claim]]\n{claim}')
    with pytest.raises(EssayError, match="claim"):
        load(path)
