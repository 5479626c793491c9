"""Hostile text to one visible, bounded line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clean import ELLIPSIS, MARKS_MAX, SCAN_MAX, clean, web_link

# Surrogates and odd planes included, and more of what does harm than chance would bring.
NASTY = st.sampled_from(
    "\u0000\u001b\u007f\u009b\u00ad\u200b\u200d\u202e\u2066\ufeff\u2028\ufe0f\u0301\u20dd\u3164\u2800"
    "\ud83d\U0001f1fa\U0001f1e6\U0001f3fd\U0001f469\u1100\u1161\u11a8 \n\tab…"
)
HOSTILE = st.text(alphabet=st.one_of(NASTY, st.characters()), max_size=120)


@given(HOSTILE, st.integers(1, 60))
def test_the_result_is_bounded_visible_and_on_one_line(text: str, limit: int) -> None:
    result = clean(text, limit)
    assert len(result) <= limit
    assert result == result.strip()
    assert "  " not in result
    assert not {unicodedata.category(c) for c in result} & {
        "Cc",
        "Cf",
        "Cs",
        "Co",
        "Cn",
        "Zl",
        "Zp",
    }
    result.encode("utf-8")


@given(HOSTILE, st.integers(1, 60))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once


@given(HOSTILE, st.integers(1, 60))
def test_a_cut_text_is_a_beginning_of_the_whole(text: str, limit: int) -> None:
    whole = clean(text, 10_000)
    result = clean(text, limit)
    if len(whole) <= limit:
        assert result == whole
    else:
        assert result.endswith(ELLIPSIS)
        assert whole.startswith(result.removesuffix(ELLIPSIS))


@given(HOSTILE, st.integers(2, 60))
def test_a_cut_parts_no_character_from_its_marks(text: str, limit: int) -> None:
    whole, result = clean(text, 10_000), clean(text, limit)
    if result != whole:
        following = whole[len(result) - len(ELLIPSIS) :][:1]
        assert not unicodedata.category(following).startswith("M")
        assert not "\U0001f3fb" <= following <= "\U0001f3ff"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("  a\n\tb \r\n c  ", 20, "a b c"),
        ("a\x1b[31mred\x1b[0m", 20, "a[31mred[0m"),
        ("safe\u202egpj.exe", 20, "safegpj.exe"),
        ("z\u200be\u200dr\ufeffo", 20, "zero"),
        ("half \ud83d", 20, "half"),
        ("peace talks resume", 12, "peace talks…"),
        ("peace talks resume", 14, "peace talks…"),
        ("exactly", 7, "exactly"),
        ("unbroken" * 5, 9, "unbroken…"),
        ("flags 🇺🇦🇺🇦", 8, "flags…"),
        ("ab🇺🇦🇺🇦", 5, "ab🇺🇦…"),
        ("ab👩🏽cd", 4, "ab…"),
        ("e" + "\u0301" * 50, 20, "e" + "\u0301" * MARKS_MAX),
        ("\u0301a", 20, "a"),
        ("[bold]x[/] @here <b>", 40, "[bold]x[/] @here <b>"),
        ("\u3164\u2800", 5, ""),
        ("x", 1, "x"),
        ("xy", 1, "…"),
    ],
)
def test_known_cases(text: str, limit: int, expected: str) -> None:
    assert clean(text, limit) == expected


def test_what_lies_beyond_the_scan_is_told_by_an_ellipsis() -> None:
    assert clean("word" + "\u200b" * SCAN_MAX + "more", 50) == "word…"
    assert clean("\u200b" * (SCAN_MAX + 1), 50) == "…"
    assert clean("word" + "\u200b" * SCAN_MAX + "more", 4) == "wor…"


@pytest.mark.parametrize(
    "url",
    ["https://wire.example/a?b=c&d=%20", "http://wire.example:8080/", "https://вести.example/мир"],
)
def test_a_plain_web_address_is_kept(url: str) -> None:
    assert web_link(url, 2000) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "//wire.example/a",
        "https://",
        "https://known.example@other.example/",
        "https://wire.example/a b",
        "https://wire.example/\n",
        "https://wire.example/\u202e",
        "https://wire.example/\x1b]8;;",
        'https://wire.example/"><b>',
        "https://[half/",
        "https://wire.example/" + "x" * 2000,
    ],
)
def test_any_other_address_is_dropped(url: str) -> None:
    assert web_link(url, 2000) == ""


@given(HOSTILE)
def test_an_address_is_kept_whole_or_not_at_all(text: str) -> None:
    assert web_link("https://x.example/" + text, 60) in ("", "https://x.example/" + text)
