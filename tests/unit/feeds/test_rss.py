"""feeds.rss: the same result as feedparser's, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Outlet
from feeds import parse as parsing
from feeds.document import decode, read_document
from feeds.entries import ParsedFeed, finish
from feeds.raw import RawFeed
from feeds.rss import MAX_TAGS, ttl_s

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
BASE = "https://e.example/feeds/rss.xml"
NAMESPACES = (
    "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'"
    " xmlns:atom='http://www.w3.org/2005/Atom' xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd'"
    " xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' xmlns:odd='urn:odd'"
    " xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'"
)


def both(channel: str, head: str = "<rss version='2.0' {}>") -> tuple[RawFeed | None, RawFeed]:
    """What the fast reader and feedparser make of it."""
    text = f"{head.format(NAMESPACES)}<channel>{channel}</channel></rss>"
    document = read_document(decode(text.encode(), ""))
    return parsing._usual(document, BASE), parsing._unusual(document, BASE)


def finished(raw: RawFeed) -> ParsedFeed:
    return finish(raw, feed_url=BASE, outlet=Outlet("o"), now=NOW)


def agree(channel: str) -> bool:
    """Whether the fast reader read it; if so, with feedparser's result."""
    fast, slow = both(channel)
    if fast is not None:
        assert finished(fast) == finished(slow)
    return fast is not None


USUAL = """
<title>The &amp; Paper</title><link>https://e.example/</link><description>News.</description>
<image><url>https://e.example/i.png</url><title>Logo</title><link>https://e.example/</link></image>
<atom:link rel="self" href="https://e.example/rss"/><ttl>20</ttl><language>en</language>
<item><title>One &amp; two</title><link>https://e.example/1?a=1&amp;b=2</link>
  <description>&lt;p&gt;First.&lt;/p&gt;&lt;p&gt;Second.&lt;/p&gt;</description>
  <guid isPermaLink="false">x1</guid><pubDate>Sat, 01 Aug 2026 08:00:00 +0200</pubDate>
  <dc:creator>Somebody</dc:creator><category>Politics</category><category>War</category>
  <media:content url="https://e.example/1.jpg"><media:title>A picture</media:title>
  <media:description>What it shows.</media:description></media:content></item>
<item><title><![CDATA[Three <b>bold]]></title><guid>https://e.example/2</guid>
  <content:encoded><![CDATA[<p>All of it.</p>]]></content:encoded>
  <pubDate>2026-08-01T07:00:00Z</pubDate>
  <enclosure url="a.mp3" type="audio/mpeg" length="1"/></item>
<item><description>No title, a relative link</description><link>/3</link>
  <dc:date>2026-07-31T07:00:00+01:00</dc:date><source url="https://x.example">X</source></item>
"""


def test_a_feed_as_feeds_are_is_read_fast() -> None:
    assert agree(USUAL)
    fast, _slow = both(USUAL)
    assert fast is not None
    assert (fast.ttl_s, len(fast.entries)) == (1200, 3)
    assert finished(fast).entries[0].published == datetime(2026, 8, 1, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    [
        "<title>a</title><title>b</title>",
        "<title>a <b>bold</b> word</title>",
        "<title>a</title><media:description>d</media:description>",
        "<title>a</title><description>d</description><itunes:summary>s</itunes:summary>",
        "<media:title>m</media:title><title>a</title>",
        "<title>a</title><link href='https://e.example/1'/>",
        "<title>a</title><atom:link href='https://e.example/1'/>",
        "<title>a</title><atom:updated>2026-08-01T00:00:00Z</atom:updated>",
        "<title type='html'>a</title>",
        "<title>a &lt;/i&gt;</title>",
        "<title>a</title><odd:box><title>b</title></odd:box>",
        "<title>a</title><body>b</body>",
        "<title>a</title><item><title>b</title></item>",
        "<title xml:base='https://b.example/'>a</title><link>1</link>",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_feedparser(item: str) -> None:
    assert not agree(f"<title>t</title><item>{item}</item>")


@pytest.mark.parametrize(
    "head",
    ["<rss version='0.91' {}>", "<rss {}>", "<rss version='2.0' xmlns='urn:x' {}>",
     "<rss version='2.0' xmlns:r='http://purl.org/rss/1.0/' {}>"],
)  # fmt: skip
def test_other_versions_are_left_to_feedparser(head: str) -> None:
    assert both("<item><title>a</title></item>", head)[0] is None


def test_a_document_with_too_many_tags_makes_no_tree() -> None:
    text = f"<rss version='2.0'><channel>{'<a/>' * (MAX_TAGS + 1)}</channel></rss>"
    assert parsing._usual(read_document(text), BASE) is None


HUBS = """
<atom:link rel="hub" href="https://hub.example/"/><atom:link rel=" HUB" href="nowhere"/>
<atom:link rel="Hub" href=" /own-hub "/><atom:link rel="hub"/><link rel="hub" href="//x/y"/>
<atom:link rel="self" type="application/rss+xml" href="https://e.example/rss"/>
<atom:link rel="self" href="https://e.example/second"/>
"""


def test_both_readers_find_the_same_hubs() -> None:
    assert agree(f"<title>t</title>{HUBS}<item><title>a</title></item>")
    fast, _slow = both(HUBS)
    assert fast is not None
    assert fast.offer.topic == "https://e.example/rss"
    hubs = ("https://hub.example/", "https://e.example/own-hub", "https://x/y")
    assert fast.offer.hubs == hubs


_PIECES = [*"ab \n<&>\"';/é’…\u0093\u00e2\u0080\u0099", "&amp;", "<b>", "</b>", "<p>"]
TEXT = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
DATES = st.sampled_from(
    ["Sat, 01 Aug 2026 08:00:00 GMT", "Sat, 1 Aug 2026 08:00:00 -0530", "2026-08-01T08:00:00Z",
     "1 August 2026", "Sat, 31 Feb 2026 08:00:00 GMT", "Sat, 01 Aug 2026 25:00:00 GMT", "soon", ""]
)  # fmt: skip
LINKS = st.sampled_from(
    ["https://e.example/1", "/1?a=1&b=2", "2", "", " https://e.example/ ", "a:b"]
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def element(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return values.map(lambda value: f"<{name}>{escaped(value)}</{name.partition(' ')[0]}>")


PARTS = st.one_of(
    element("title", TEXT),
    element("description", TEXT),
    element("content:encoded", TEXT),
    element("link", LINKS),
    element("guid", LINKS),
    element("guid isPermaLink='false'", LINKS),
    element("pubDate", DATES),
    element("dc:date", DATES),
    element("media:title", TEXT),
    element("media:description", TEXT),
    element("dc:creator", TEXT),
    element("odd:note", TEXT),
    element("feedburner:origLink", LINKS),
    st.just("<atom:link rel='replies' href='https://e.example/c'/>"),
    st.just("<source url='https://e.example'>S</source>"),
)
ITEMS = st.lists(PARTS, max_size=7).map(lambda parts: f"<item>{''.join(parts)}</item>")


@given(st.lists(ITEMS, max_size=3))
def test_both_readers_agree(items: list[str]) -> None:
    agree(f"<title>t</title>{''.join(items)}")


@pytest.mark.parametrize(
    ("ttl", "period", "frequency", "seconds"),
    [
        ("60", "", "", 3600), (" 5 ", "daily", "2", 300), ("", "hourly", "", 3600),
        ("", "daily", "4", 21_600), ("", "daily", "0", 86_400), ("", "often", "2", 0),
        ("-3", "", "", 0), ("", "", "", 0),
    ],
)  # fmt: skip
def test_how_long_a_feed_may_be_kept(ttl: str, period: str, frequency: str, seconds: float) -> None:
    assert ttl_s(ttl, period, frequency) == seconds
