"""An essay's text: what is a paragraph, what stands above it, what cannot be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from essay_making import PORT
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.essay.dates import horizon_in, written_day
from bot.essay.prose import MAX_FILE_BYTES, read_prose, read_text


def paragraphs(text: str) -> list[str]:
    return [one.text for one in read_prose(text).paragraphs]


def test_front_matter_tells_title_author_and_day() -> None:
    prose = read_prose(PORT)
    assert (prose.title, prose.author) == ("The Strike That Nobody Will Win", "Marta Lindqvist")
    assert prose.written == date(2026, 3, 2)


def test_headings_are_no_paragraphs_and_wrapped_lines_are_one() -> None:
    prose = read_prose(PORT)
    assert [one.number for one in prose.paragraphs] == [0, 1, 2, 3, 4]
    assert prose.paragraphs[0].text.startswith("On 12 January 2026 the dockers")
    assert [one.number for one in prose.paragraphs if one.quoted] == [2]


def test_markup_goes_and_its_words_stay() -> None:
    text = paragraphs(PORT)[1]
    assert "The Harbour Company has refused every mediator of the Ministry." in text


def test_a_plain_text_with_long_lines_has_one_paragraph_a_line() -> None:
    long = "The river carries less water every year, and nobody upstream will say why. " * 3
    text = f"The Dry Treaty\n- by Ada Okoye\n\nFirst thoughts\n{long}\n{long}\n"
    prose = read_prose(text)
    assert (prose.title, prose.author) == ("The Dry Treaty", "Ada Okoye")
    assert len(prose.paragraphs) == 2


def test_list_items_stay_apart_and_code_tables_and_comments_go() -> None:
    text = "- One thing.\n- Another thing.\n\n```\ncode\n```\n\n| a | b |\n\n<!-- no -->\nLast one."
    assert paragraphs(text) == ["One thing.\nAnother thing.", "Last one."]


def test_an_underlined_heading_is_one() -> None:
    prose = read_prose("The Dry Treaty\n==============\n\nThe river falls.")
    assert prose.title == "The Dry Treaty"
    assert [one.text for one in prose.paragraphs] == ["The river falls."]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfeT\x00", "UTF-16"),
        (b"one\ntwo \xe9", "line 2"),
        (b"%PDF-1.7\x00", "no text"),
        (b"x" * (MAX_FILE_BYTES + 1), "larger than"),
    ],
)
def test_what_is_no_text_in_utf8_is_refused_with_a_remedy(
    tmp_path: Path, data: bytes, told: str
) -> None:
    file = tmp_path / "essay.txt"
    file.write_bytes(data)
    with pytest.raises(InputError, match=told):
        read_text(file)


def test_a_byte_order_mark_is_taken_off(tmp_path: Path) -> None:
    file = tmp_path / "essay.txt"
    file.write_bytes(b"\xef\xbb\xbfThe river falls.")
    assert read_text(file) == "The river falls."


@given(st.text())
def test_any_text_gives_paragraphs_numbered_from_0(text: str) -> None:
    prose = read_prose(text)
    assert [one.number for one in prose.paragraphs] == list(range(len(prose.paragraphs)))
    assert all(one.text.strip() for one in prose.paragraphs)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("It ends by the end of the summer of 2026.", date(2026, 8, 31)),
        ("It ends before 2027.", date(2026, 12, 31)),
        ("It ends before 2026 is out.", date(2026, 12, 31)),
        ("It ends by winter 2026.", date(2027, 2, 28)),
        ("It ends in the first quarter of 2027.", date(2027, 3, 31)),
        ("It ends by 3 July 2026, not in June 2026.", date(2026, 7, 3)),
        ("It ends by 31 June 2026.", None),
        ("It ends some day.", None),
    ],
)
def test_a_horizon_is_the_last_day_of_what_is_named(text: str, day: date | None) -> None:
    assert horizon_in(text) == day


def test_the_day_of_writing_is_read_in_its_common_forms() -> None:
    for text in ("2 March 2026", "March 2, 2026", "2026-03-02", "2nd March 2026"):
        assert written_day(text) == date(2026, 3, 2)
    assert written_day("March 2026") == date(2026, 3, 1)
