"""The line index of a TOML text."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.essay.lines import LineIndex

TEXT = '''# a comment with [[claim]] in it
[essay]
title = """
[[claim]]
id = "no key, but text\\""""
'quoted key' = 1

[[claim]]
id = "A"  # comment ] }
a.b = 2
list = [ # [
  "x, # ]", 'y', 1979-05-27 07:32:00,

  { text = "in, line", "strength" = { deep = [1,
    2] } },
]

[claim.sub]
k = \'\'\'
it's ]\'\'\'\'
[[ claim . sub.rows ]]
[["claim"]]
id = "B"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("essay",), 2),
        (("essay", "title"), 3),
        (("essay", "quoted key"), 6),
        (("claim",), 8),
        (("claim", 0), 8),
        (("claim", 0, "id"), 9),
        (("claim", 0, "a", "b"), 10),
        (("claim", 0, "list"), 11),
        (("claim", 0, "list", 0), 12),
        (("claim", 0, "list", 2), 12),
        (("claim", 0, "list", 3), 14),
        (("claim", 0, "list", 3, "strength", "deep", 1), 15),
        (("claim", 0, "sub"), 18),
        (("claim", 0, "sub", "k"), 19),
        (("claim", 0, "sub", "rows", 0), 21),
        (("claim", 1), 22),
        (("claim", 1, "id"), 23),
    ],
)
def test_each_key_and_element_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert LineIndex(TEXT).line(path) == line


@pytest.mark.parametrize(
    ("path", "line"), [(("claim", 1, "missing"), 22), (("essay", "x", "y"), 2), (("zz",), 0)]
)
def test_what_is_absent_has_the_line_of_what_is_around_it(path: Any, line: int) -> None:
    assert LineIndex(TEXT).line(path) == line


def test_lines_are_the_same_under_windows_line_ends() -> None:
    crlf = TEXT.replace("\n", "\r\n")
    assert LineIndex(crlf).line(("claim", 1, "id")) == 23


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    found = [path] if path else []
    for key, below in items:
        found += paths(below, (*path, key))
    return found


LINES = st.sampled_from(
    [
        *("[a]", "[[b]]", "[b.c]", "[[b.d]]", '["e f"]', "x = 1", "y.z = [1, [2,\n3], {q = 'w'}]"),
        *('s = """\n[[b]]\nx = 1\n"""', "t = '''a'b''''", "d = 1979-05-27 07:32:00 # [a]", ""),
        *("# [[b]]", '\'k\' = "\\"]"', "i = {}", "l = [ # ]\n]", 'm = ["""a""""", {v.w = 1}, ]'),
    ]
)


@given(st.lists(LINES, max_size=12))
def test_the_index_knows_just_the_paths_that_toml_yields(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(LineIndex(text)._lines) == set(paths(document))
