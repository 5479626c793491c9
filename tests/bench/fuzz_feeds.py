"""Fuzzes what strangers send: feeds, compressed bodies, headers, robots.txt, pages.

    python tests/bench/fuzz_feeds.py [TARGET] [--seconds 60] [--seeds FOLDER] [--found FOLDER]

Without TARGET all of them, one after another. An entry goes on through sentences, attribution and
the gate, as in the bot, only without a model. See tests/bench/_fuzzing.py.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from contextlib import suppress
from datetime import UTC, datetime

from _fuzzing import ROOT, Target, instrumented, main

with instrumented():
    from bot.errors import ParseError
    from bot.essay.loader import bundled
    from bot.judge.attribution import Attributor
    from bot.judge.gate import Gate
    from bot.judge.sentences import MAX_SENTENCES, sentences
    from bot.model import Article, Entry, Outlet
    from feeds.entries import (
        EARLIEST,
        FUTURE_TOLERANCE,
        MAX_ENTRIES,
        MAX_GUID_CHARS,
        MAX_SUMMARY_CHARS,
        MAX_TITLE_CHARS,
    )
    from feeds.fulltext import extracted, joined
    from feeds.headers import MAX_WAIT_S, fresh_s, retry_after_s, validators
    from feeds.inflate import PIECE_BYTES, InflateError, inflater
    from feeds.page import read_page
    from feeds.parse import parse
    from feeds.raw import Offer
    from feeds.robotstxt import site_rules
    from feeds.text import MAX_URL_CHARS, canonical_url
    from feeds.websub import offered

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OUTLET = Outlet("fuzz")
URL = "https://feeds.example/rss"
JUDGED = 5  # entries of a feed that go on to the sentences
# By the last byte, so that a charset or a JSON type is tried with any body.
CONTENT_TYPES = (
    "application/rss+xml; charset=utf-8",
    "application/xml; charset=utf-16",
    "text/xml; charset=koi8-r",
    "",  # a line end
    "text/xml; charset=utf-7",
    "text/xml; charset=gb18030",
    "text/xml; charset=iso-2022-jp",
    "application/feed+json",
)
ENCODINGS = ("", "gzip", "deflate", "br", "zstd")
INVISIBLE = frozenset("\0\x1b\x9b\u202e\u2066\u200b\ufeff\U000e0041")

essay = bundled()
gate = Gate(essay)
attributor = Attributor(essay.parties)


def feed(data: bytes) -> None:
    """Bytes to entries, and their sentences as far as the model."""
    kind = CONTENT_TYPES[data[-1] % len(CONTENT_TYPES)] if data else ""
    try:
        parsed = parse(data, content_type=kind, feed_url=URL, outlet=OUTLET, now=NOW)
    except ParseError:
        return
    assert len(parsed.entries) <= MAX_ENTRIES
    assert len({entry.key for entry in parsed.entries}) == len(parsed.entries)
    for entry in parsed.entries:
        _check(entry)
    for entry in parsed.entries[:JUDGED]:
        _judge(entry)


def _check(entry: Entry) -> None:
    assert entry.title or entry.summary
    assert len(entry.title) <= MAX_TITLE_CHARS
    assert len(entry.summary) <= MAX_SUMMARY_CHARS
    assert len(entry.guid) <= MAX_GUID_CHARS
    assert len(entry.url) <= MAX_URL_CHARS
    assert not entry.url or canonical_url(entry.url)
    assert "\n" not in entry.title
    assert INVISIBLE.isdisjoint(entry.title + entry.summary + entry.guid)
    assert entry.published is None or EARLIEST <= entry.published <= NOW + FUTURE_TOLERANCE
    f"{entry.title}{entry.summary}{entry.guid}{entry.url}{entry.key}".encode()


def _judge(entry: Entry) -> None:
    article = Article(entry, NOW, NOW)
    gate.stop(article)
    found = sentences(article.text)
    assert len(found) <= MAX_SENTENCES
    for sentence in found:
        assert article.text[sentence.start : sentence.end] == sentence.text
        attributor.attribute(sentence.text)


def inflate(data: bytes) -> None:
    """A body in any encoding, in two chunks."""
    encoding = ENCODINGS[data[0] % len(ENCODINGS)] if data else ""
    body, middle = data[1:], len(data) // 2
    read = 0
    try:
        inflating = inflater(encoding)
        for chunk in (body[:middle], body[middle:]):
            for piece in inflating.feed(chunk):
                assert not encoding or len(piece) <= 2 * PIECE_BYTES
                read += len(piece)
                if read > 10_000_000:  # as the fetcher does
                    return
        inflating.finish()
    except InflateError:
        pass


def headers(data: bytes) -> None:
    """What a server says of caching and waiting, a line for each header, and of hubs."""
    values = [*data.decode("latin-1").splitlines(), *[""] * 6]
    names = ("Retry-After", "Cache-Control", "Age", "Expires", "Date", "ETag")
    given = dict(zip(names, values, strict=False))
    for seconds in (retry_after_s(given, NOW), fresh_s(given)):
        assert seconds is None or 0 <= seconds <= MAX_WAIT_S
    for value in validators(given).conditions.values():
        assert value.isprintable()
    offer = offered(values, Offer(), URL)
    assert bool(offer.hubs) == bool(offer.topic)
    for address in (*offer.hubs, offer.topic):
        assert len(address) <= MAX_URL_CHARS
        assert address.isprintable()


def robots(data: bytes) -> None:
    """A robots.txt."""
    site_rules(data, "claimwire").allow("/a?b=c")


def page(data: bytes) -> None:
    """A page that somebody asks about, or that completes a teaser."""
    with suppress(ParseError):
        _check(read_page(data, content_type="text/html", url=URL, outlet=OUTLET, now=NOW))
    text = extracted(data, "text/html")
    assert INVISIBLE.isdisjoint(text)
    joined("Army leaves the town", "A teaser …", text)


FEEDS = [path.read_bytes() for path in sorted((ROOT / "tests/data/feeds").iterdir())]
PAGE = (
    b"<!doctype html><html><head><title>Depot burns</title><meta name=description content='It"
    b" burnt.'></head><body><script>x</script><article><h1>Depot burns</h1><p>A depot burns near"
    b" the town in the night, say the people who live there and saw it.</p></article></body></html>"
)
MARKUP = (
    b"<rss version='2.0'><channel>", b"<item>", b"<title>", b"<description>", b"<guid>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"<content type='xhtml'>",
    b"<![CDATA[", b"]]>", b"<!DOCTYPE ", b'<!ENTITY a "b">', b"&a;", b"&#x202e;", b"&#0;",
    b"&lt;script&gt;", b'<?xml version="1.0" encoding="utf-16"?>', b"xml:base=", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xe2\x80\xae", b"<rdf:RDF", b"<media:content", b"<pubDate>", b"<html><body>",
    b'"items": [', b'"version": "https://jsonfeed.org/version/1.1"', b"\\ud800", b"<p>", b"</p>",
)  # fmt: skip
HEADERS = (
    b"Mon, 01 Jun 2026 12:00:00 GMT\n\n\nMon, 01 Jun 2026 13:00:00 +0100\n"
    b"Mon, 01 Jun 2026 12:00:00 -0000\n"
    b"<https://hub.example/>; rel=\"hub\", </rss>; rel=self; title*=UTF-8''a%20b"
)
TARGETS = (
    Target("feed", feed, FEEDS, MARKUP),
    Target(
        "inflate",
        inflate,
        [b"\1" + gzip.compress(FEEDS[0]), b"\2" + zlib.compress(FEEDS[0]), b"\3\x0b\x02\x80ok\x03"],
    ),
    Target(
        "headers",
        headers,
        [
            b'120\nmax-age=60, public\n5\nMon, 01 Jun 2026 12:00:00 GMT\n\n"abc"',
            HEADERS,
        ],
    ),
    Target(
        "robots",
        robots,
        [b"User-agent: *\nDisallow: /private\nAllow: /\nCrawl-delay: 2\nSitemap: /s.xml\n"],
    ),
    Target("page", page, [PAGE], MARKUP),
)

if __name__ == "__main__":
    sys.exit(main(TARGETS, __doc__))
