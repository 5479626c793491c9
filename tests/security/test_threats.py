"""docs/security.md names the test that shows each defence: each of them is there."""

from __future__ import annotations

import re

from tests.reliability.making import ROOT
from tests.reliability.test_promises import functions_of

PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")


def test_every_test_that_shows_a_defence_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
    assert len(named) > 40
    missing = [f"{path}::{name}" for path, name in named if name not in functions_of(path)]
    assert missing == []


def test_every_security_test_is_named() -> None:
    files = {path.name for path in (ROOT / "tests/security").glob("test_*.py")}
    assert {name for name in files if name not in PAGE} == {"test_threats.py"}
