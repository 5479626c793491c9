"""feeds.text: what a reader sees of markup, and when two entries are the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.text import (
    _INVISIBLE,
    MAX_MARKUP_CHARS,
    canonical_url,
    clip,
    content_hash,
    entry_key,
    fold,
    html_to_text,
    plain_to_text,
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("One<br/>Two<br>Three", "One\nTwo\nThree"),
        ("a <b>bold</b>\n  word", "a bold word"),
        ("un<i>broken</i>", "unbroken"),
        ("<ul><li>x</li><li>y</li></ul>after", "x\ny\nafter"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("Tom &amp; Jerry&nbsp;&#8211; 5 &lt; 6", "Tom & Jerry – 5 < 6"),
        ("&amp;amp; and &lt;p&gt;para&lt;/p&gt;", "& and\npara"),
        ("<script>alert(1)</script>seen<style>p{}</style>", "seen"),
        ("seen<!-- not --><noscript>nor this</noscript>", "seen"),
        ("<iframe src=x>fallback</iframe><svg><text>s</text></svg>seen", "seen"),
        ("a\x00b\x07c\u202edrow\u202c\u200be", "abcdrowe"),
        ("no markup at all", "no markup at all"),
        ("<p>unclosed <a href='x", "unclosed"),
        ("", ""),
    ],
)
def test_html_becomes_what_a_reader_sees(markup: str, text: str) -> None:
    assert html_to_text(markup) == text


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ("if a<b and c>d", "if a<b and c>d"),
        ("Q&A at AT&T", "Q&A at AT&T"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("<b>Bold</b> claims", "Bold claims"),
        ("two\nlines", "two lines"),
    ],
)
def test_plain_text_keeps_its_signs_unless_it_is_html_after_all(plain: str, text: str) -> None:
    assert plain_to_text(plain) == text


def test_markup_nested_deeper_than_the_stack_is_read() -> None:
    assert html_to_text("<b>" * 5000 + "deep") == "deep"
    assert html_to_text("<div>" * (MAX_MARKUP_CHARS // 5 - 10) + "deep") == "deep"


@given(st.text())
def test_text_from_any_markup_is_clean_and_settled(markup: str) -> None:
    """No control, direction or null characters; white space folded within each line."""
    for text in (html_to_text(markup), plain_to_text(markup)):
        assert all(line == fold(line) and line for line in text.split("\n") if text)
        assert not any(unicodedata.category(char) == "Cc" for char in text.replace("\n", ""))


@given(st.lists(st.sampled_from(["<div>", "</p>", "<td>", "x ", "&lt;", "<a ", "<svg>", "-->"])))
def test_any_tag_soup_is_read(pieces: list[str]) -> None:
    html_to_text("".join(pieces))


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_a_clipped_text_keeps_its_limit_and_beginning(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    assert clipped == text or text.startswith(clipped.removesuffix("…"))


def test_a_long_text_is_cut_between_words() -> None:
    assert clip("alpha beta gamma", 12) == "alpha beta…"
    assert clip("alpha beta gamma", 10) == "alpha…"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Example.COM:443/A/b?x=1#top", "https://example.com/A/b?x=1"),
        ("http://example.com", "http://example.com/"),
        ("http://example.com:8080/", "http://example.com:8080/"),
        ("http://user:pw@example.com/x", "http://example.com/x"),
        ("https://e.com/a?utm_source=x&id=7&UTM_Medium=y&b=2&fbclid=z", "https://e.com/a?id=7&b=2"),
        ("https://e.com/a?at_medium=RSS&at_campaign=rss", "https://e.com/a"),
        ("https://e.com/a?partner=rssnyt&emc=rss", "https://e.com/a"),
        ("https://e.com/a?partner=acme&source=page", "https://e.com/a?partner=acme&source=page"),
        ("https://e.com/a?b=2&a=1", "https://e.com/a?b=2&a=1"),
        ("https://e.com/#!/story/5", "https://e.com/#!/story/5"),
        (" https://e.com/a b\n", "https://e.com/a%20b"),
        ("https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x"),
        ("ftp://e.com/x", ""),
        ("javascript:alert(1)", ""),
        ("http://[broken", ""),
        ("http://e.com:port/", ""),
        ("tag:e.com,2025:1", ""),
        ("", ""),
    ],
)
def test_addresses_of_one_page_have_one_spelling(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(st.text(max_size=60))
@example("\xa0#")
def test_a_canonical_url_is_its_own(text: str) -> None:
    for url in (text, f"https://e.com/{text}", f"https://{text}"):
        once = canonical_url(url)
        assert canonical_url(once) == once


@given(st.text("aZ09/._~%+,=@:-", max_size=40))
def test_a_plain_address_stays_as_it_is(path: str) -> None:
    """A fragment calls for the long way, which comes to the same."""
    url = f"https://e-1.example.org/{path}"
    assert canonical_url(url) == canonical_url(f"{url}#top") == url


def test_nothing_invisible_is_printable() -> None:
    """So a printable text need not be searched for it."""
    assert not any(
        char.isprintable() for char in map(chr, range(0x110000)) if _INVISIBLE.match(char)
    )


def test_the_content_hash_heeds_words_alone() -> None:
    same = content_hash("Truce “holds”", "It’s quiet.")
    assert content_hash("truce holds", "it's  QUIET") == same
    assert content_hash("truce fails", "it's quiet") != same
    assert content_hash("truce", "holds it's quiet") != same


@pytest.mark.parametrize(
    ("url", "guid", "key"),
    [
        ("https://e.com/a?utm_source=x", "g", "https://e.com/a"),
        ("", "https://e.com/a#x", "https://e.com/a"),
        ("", "tag:e.com,2025:1", "guid:https://e.com/rss tag:e.com,2025:1"),
        ("https://e.com/", "g7", "guid:https://e.com/rss g7"),
        ("https://e.com/", "", "content:h"),
        ("", "", "content:h"),
    ],
)
def test_an_entry_is_known_by_page_then_guid_then_content(url: str, guid: str, key: str) -> None:
    assert entry_key(url=url, feed_url="https://e.com/rss", guid=guid, content="h") == key


TAGS = "<p> </p> <br> <br/> </br> <BR /> <b> </b> <em> </strong > <div>".replace("> <", ">|<")
PIECES = [*TAGS.split("|"), *"aé>/ \n\t\u2028\x85\u00a0", "word", "x<y", "&amp;", "\r\n"]
MARKUP = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@given(MARKUP)
def test_simple_markup_reads_the_same_with_and_without_a_tree(markup: str) -> None:
    """An empty comment changes nothing that is seen, and calls for a tree."""
    assert html_to_text(f"<p></p>{markup}") == html_to_text(f"<p></p><!---->{markup}")


def test_markup_that_is_nearly_simple_takes_no_time() -> None:
    """A pattern that tries every way to cut a text would take for ever."""
    assert html_to_text("<p>" + "word " * 3_000 + "<u>end</u>").endswith("end")


def test_a_line_break_before_emphasis_keeps_words_apart() -> None:
    assert html_to_text("<div>one\n<em>two</em></div>") == "one two"
