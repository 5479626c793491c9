"""Sentences know where they stand in their text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judge.sentences import MAX_SENTENCES, sentences


@given(st.text(max_size=400) | st.from_regex(r"([A-Z][a-z]{0,6}[.?! \n\"]{1,3}){0,40}"))
def test_offsets_slice_back_to_the_sentence(text: str) -> None:
    """Every sentence is a non-empty, stripped slice, in order and without overlap."""
    end = 0
    for sentence in sentences(text):
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.text == sentence.text.strip() != ""
        assert sentence.start >= end
        end = sentence.end


@given(st.text(alphabet="ab.?!\n ", max_size=200))
def test_no_word_is_lost(text: str) -> None:
    """Up to the limit, the sentences hold all that is not white space."""
    found = sentences(text)
    if len(found) < MAX_SENTENCES:
        assert "".join("".join(s.text.split()) for s in found) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talks end. No deal.", ["Talks end.", "No deal."]),
        ("Title without stop\nThe summary. More", ["Title without stop", "The summary.", "More"]),
        ("Mr. Lavrov met Gen. Gerasimov in St. Petersburg.", None),
        ("The U.S. envoy left.", None),
        ("He left the U.S. The talks went on.", ["He left the U.S.", "The talks went on."]),
        ("Losses rose 3.5 percent. Why?", ["Losses rose 3.5 percent.", "Why?"]),
        ('"We will not sign." He left.', ['"We will not sign."', "He left."]),
        ("J. D. Vance spoke.", None),
        ("It ended… then began again.", None),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str] | None) -> None:
    assert [s.text for s in sentences(text)] == (expected or [text])


def test_a_whole_article_is_cut_at_the_limit() -> None:
    assert len(sentences("Kyiv waits. " * 500)) == MAX_SENTENCES
