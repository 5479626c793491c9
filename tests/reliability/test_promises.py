"""docs/reliability.md names the test that shows each promise: each of them is there."""

from __future__ import annotations

import ast
import re

from tests.reliability.making import ROOT


def test_every_test_that_shows_a_promise_exists() -> None:
    page = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page)
    assert len(named) > 25
    missing = [f"{path}::{name}" for path, name in named if name not in functions_of(path)]
    assert missing == []


def functions_of(path: str) -> set[str]:
    file = ROOT / path
    if not file.exists():
        return set()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }
