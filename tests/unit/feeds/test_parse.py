"""feeds.parse: every format to entries, and nothing that crashes, hangs or is believed too much."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseError
from bot.model import Outlet, Voice
from feeds.entries import MAX_ENTRIES, MAX_SUMMARY_CHARS, MAX_TITLE_CHARS, ParsedFeed
from feeds.parse import MAX_ITEMS_READ, parse

DATA = Path(__file__).parents[2] / "data" / "feeds"
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
OUTLET = Outlet("The Example", 2, Voice.STATE)
FEED_URL = "https://news.example/feeds/all"


def parsed(body: bytes | str, content_type: str = "") -> ParsedFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse(raw, content_type=content_type, feed_url=FEED_URL, outlet=OUTLET, now=NOW)


def rss(items: str, head: str = "") -> str:
    return f'{head}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("rss091.xml", "RSS 0.91 (Netscape)"),
        ("rss20.xml", "RSS 2.0"),
        ("rdf.xml", "RSS 1.0"),
        ("atom03.xml", "Atom 0.3"),
        ("atom10.xml", "Atom 1.0"),
        ("cdf.xml", "CDF"),
        ("feed10.json", "JSON Feed 1.0"),
        ("feed11.json", "JSON Feed 1.1"),
    ],
)
def test_every_format_says_the_same(name: str, form: str) -> None:
    """The same two entries, written in each format."""
    feed = parsed((DATA / name).read_bytes())
    assert feed.format == form
    assert feed.title == "Example & Daily"
    first, second = feed.entries
    assert first.title == "Bridge talks “paused” & resumed"
    assert first.summary == "Both sides met on Monday.\nA second round is planned."
    assert first.url == "https://news.example/bridge?utm_source=rss&id=1"
    assert first.key == "https://news.example/bridge?id=1"
    assert second.url in ("https://news.example/harvest", "")
    assert second.title == "Harvest late"
    if not name.startswith("rss091"):
        assert first.published == datetime(2026, 7, 6, 9, 30, tzinfo=UTC)
    assert first.outlet == OUTLET
    assert first.feed_url == FEED_URL


def test_rss_entries_carry_guid_and_dates() -> None:
    first = parsed((DATA / "rss20.xml").read_bytes()).entries[0]
    assert first.guid == "bridge-1"
    assert first.updated is None


def test_a_relative_link_starts_from_the_feed() -> None:
    entry = parsed(rss("<item><title>t</title><link>/a/b</link></item>")).entries[0]
    assert entry.url == "https://news.example/a/b"


def test_a_guid_that_is_a_page_stands_for_the_link() -> None:
    items = "<item><title>t</title><guid>https://e.com/page?utm_source=rss</guid></item>"
    assert parsed(rss(items)).entries[0].key == "https://e.com/page"


def test_content_stands_in_for_an_empty_summary() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>t</title>'
        '<content type="html">&lt;p&gt;body&lt;/p&gt;</content></entry></feed>'
    )
    assert parsed(atom).entries[0].summary == "body"


def test_entries_without_anything_are_counted() -> None:
    feed = parsed(rss("<item/><item><title>a</title></item><item><description/></item>"))
    assert [entry.title for entry in feed.entries] == ["a"]
    assert feed.entries[0].key.startswith("content:")
    assert set(feed.problems) == {
        "2 entries without title and text were left out",
        "1 entry without an id",
        "1 entry without an address",
        "1 entry without a date",
    }


@pytest.mark.parametrize(
    ("date", "problem"),
    [
        ("Sat, 01 Aug 2026 13:00:00 GMT", "1 entry dated in the future"),
        ("Fri, 01 Jan 2999 00:00:00 GMT", "1 entry dated in the future"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "1 entry dated before 1990"),
        ("some day", "1 entry without a date"),
    ],
)
def test_a_date_that_cannot_be_is_not_believed(date: str, problem: str) -> None:
    feed = parsed(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>"))
    assert feed.entries[0].published is None
    assert problem in feed.problems


def test_clocks_may_differ_by_a_little() -> None:
    feed = parsed(
        rss("<item><title>t</title><pubDate>Sat, 01 Aug 2026 12:05:00 GMT</pubDate></item>")
    )
    assert feed.entries[0].published == datetime(2026, 8, 1, 12, 5, tzinfo=UTC)


def test_of_too_many_entries_the_newest_stay_in_feed_order() -> None:
    items = "".join(
        f"<item><title>n{number}</title><guid>g{number}</guid>"
        f"<pubDate>{1 + number % 28:02} Jul 2026 00:00:00 GMT</pubDate></item>"
        for number in range(MAX_ENTRIES + 60)
    )
    feed = parsed(rss(items))
    numbers = [int(entry.title[1:]) for entry in feed.entries]
    assert len(numbers) == MAX_ENTRIES
    assert numbers == sorted(numbers)
    oldest = {number for number in range(MAX_ENTRIES + 60) if number % 28 == 0}
    assert not oldest & set(numbers)
    assert "60 entries above the limit of 500 were left out" in feed.problems


def test_a_flood_of_items_is_read_to_a_limit() -> None:
    feed = parsed(rss("<item><title>t</title></item>" * (MAX_ITEMS_READ + 10)))
    assert f"only its first {MAX_ITEMS_READ} items were read" in feed.problems
    assert len(feed.entries) == 1


def test_long_texts_are_clipped() -> None:
    words = "word " * 5000
    entry = parsed(
        rss(f"<item><title>{words}</title><description>{words}</description></item>")
    ).entries[0]
    assert len(entry.title) <= MAX_TITLE_CHARS
    assert MAX_SUMMARY_CHARS - 10 < len(entry.summary) <= MAX_SUMMARY_CHARS
    assert entry.summary.endswith("word…")


ATOM_HUB = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><link rel='hub' href='/hub'/>"
    "<link rel='self' href='https://news.example/atom'/><link href='https://news.example/'/>"
    "<entry><title>a</title><link rel='hub' href='https://evil.example/'/></entry></feed>"
)
JSON_HUB = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [],'
    ' "feed_url": "https://news.example/atom", "hubs": [{"type": "rssCloud", "url": "x"}, 7,'
    ' {"type": "WebSub", "url": "https://news.example/hub"}, {"type": "WebSub"}]}'
)


@pytest.mark.parametrize("body", [ATOM_HUB, JSON_HUB], ids=["Atom", "JSON Feed"])
def test_a_feed_names_its_hub_and_topic(body: str) -> None:
    """In its own head, not in an entry. RSS is in test_rss.py."""
    offer = parsed(body).offer
    assert [urljoin(FEED_URL, hub) for hub in offer.hubs] == ["https://news.example/hub"]
    assert offer.topic == "https://news.example/atom"


def test_a_repeated_entry_is_kept_once() -> None:
    item = "<item><title>a</title><link>https://e.com/a</link></item>"
    feed = parsed(rss(item * 3))
    assert len(feed.entries) == 1
    assert "2 entries given more than once" in feed.problems


def test_entries_that_share_one_address_stay_apart() -> None:
    items = "".join(
        f"<item><title>news {n}</title><link>https://e.com/live</link>"
        f"<guid isPermaLink='false'>g{n}</guid></item>"
        for n in range(3)
    )
    keys = [entry.key for entry in parsed(rss(items)).entries]
    assert keys == [f"guid:{FEED_URL} g{n}" for n in range(3)]


def test_a_feed_without_entries_is_a_feed() -> None:
    feed = parsed(rss(""))
    assert feed.entries == ()
    assert feed.problems == ("it has no entries",)


def test_a_broken_feed_is_read_all_the_same() -> None:
    feed = parsed(rss("<item><title>Fish & chips &nbsp; <b>here</title></item>"))
    assert feed.entries[0].title == "Fish & chips here"
    assert feed.problems[0].startswith("it is not well-formed XML (line 1")


def test_a_harmless_entity_is_resolved() -> None:
    head = '<!DOCTYPE rss [<!ENTITY euro "&#8364;">]>'
    feed = parsed(rss("<item><title>&euro; 5</title></item>", head))
    assert feed.entries[0].title == "€ 5"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\x00 ", "empty"),
        (b"<!doctype html><title>x</title><html><p>hi</html>", "HTML"),
        (b"<html><body>blocked</body></html>", "HTML"),
        (b"Service unavailable", "neither"),
        (b"<opml><body/></opml>", "first element is <opml>"),
        (b"<urlset><url/></urlset>", "first element is <urlset>"),
        (b"\x89PNG\r\n\x1a\n", "neither"),
        (b"{}", "no list"),
        (b"[1]", "no object"),
        (b'{"items": []}', "version"),
        (b'{"version": "https://jsonfeed.org/version/9", "items": []}', "version"),
        (b'{"items": ', "not valid JSON: line 1"),
        (b'{"items": ' + b"[" * 200_000, "nested too deeply"),
        (b'{"items": [' + b"9" * 5000 + b"]}", "number"),
        (rss("", '<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>').encode(), "entities"),
        (b"<rss><item " + b'a%d="x" ' * 200 % tuple(range(200)) + b"/></rss>", "attributes"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason):
        parsed(body)


def test_more_elements_than_any_feed_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.parse.MAX_ELEMENTS", 1000)
    with pytest.raises(ParseError, match="more than 1000 elements"):
        parsed("<rss><channel>" + "<a/>" * 1001 + "</channel></rss>")


@pytest.mark.parametrize(
    "inside",
    [
        "<author>" + "a." * 200_000 + "</author>",
        "<author>" + "a&#46;" * 100_000 + "</author>",
        "<title>" + "&lt;div&gt;" * 40_000 + "</title>",
        "<b xml:base='a/'>" * 20_000,
        "<description>" + "<" * 200_000,
        "<description>" + "<a " * 30_000,
        "<description>" + "<!-" * 60_000,
        "<link>" + "../" * 100_000 + "</link>",
        "<pubDate>" + "1 " * 100_000 + "</pubDate>",
    ],
)
def test_no_document_takes_for_ever(inside: str) -> None:
    """Each took feedparser minutes, or grew with the square of its length."""
    began = time.process_time()
    with contextlib.suppress(ParseError):
        parsed(rss(f"<item><title>t</title>{inside}</item>"))
    assert time.process_time() - began < 10


def test_leading_blank_lines_by_the_million_are_no_matter() -> None:
    began = time.process_time()
    assert parsed("\n" * 3_000_000 + rss("<item><title>t</title></item>")).entries
    assert time.process_time() - began < 5


@given(st.binary(max_size=400))
def test_any_bytes_give_a_feed_or_a_parse_error(body: bytes) -> None:
    with contextlib.suppress(ParseError):
        parsed(body)


PIECES = (
    '<rss version="2.0"> <channel> <item> </item> <title> </title> <![CDATA[ ]]> &amp; &x; &#0;'
    ' <!-- --> <feed xmlns="http://www.w3.org/2005/Atom"> <entry> <content type="xhtml"> <div>'
    " </entry> <link href='http://[bad'/> <guid> <pubDate> 99999-99-99T99:99:99Z </pubDate>"
    " \x00 \ufffe é"
    ' <!DOCTYPE <?xml <rdf:RDF <dc:date> {"items" <content type="text" mode="base64"> ===='
).split(" ")


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_feed_soup_gives_a_feed_or_a_parse_error(pieces: list[str]) -> None:
    for start in ("", '<rss version="2.0"><channel><item>'):
        try:
            feed = parsed(start + "".join(pieces))
        except ParseError:
            continue
        assert len({entry.key for entry in feed.entries}) == len(feed.entries)
        for entry in feed.entries:
            assert entry.title or entry.summary
            assert entry.published is None or entry.published <= NOW.replace(hour=13)
