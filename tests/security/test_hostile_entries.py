"""Text as a hostile feed would send it, all the way that an entry goes before a model sees it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest

from bot.essay.loader import bundled
from bot.judge.attribution import Attributor
from bot.judge.gate import Gate
from bot.judge.language import language_of
from bot.judge.sentences import MAX_SENTENCES, sentences
from bot.model import Article, Entry, Outlet
from feeds.entries import MAX_SUMMARY_CHARS, MAX_TITLE_CHARS
from feeds.parse import ParsedFeed, parse
from tests.hostile import SAMPLES, TRICKS

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
ESSAY = bundled()
GATE = Gate(ESSAY)
ATTRIBUTOR = Attributor(ESSAY.parties)
MOST_S = 0.25  # of processor time, for one entry

# Repeated up to what an entry may hold.
PIECES = (
    "?", "? ", "? a ", '."', ". ", "...x", "!)", "…’ ", "\n", " ", ", ", ", says ", "says, ", "if ",
    "could if ", "US ", "Putin ", "Putin says ", " - ", "— ", ": ", "«", "a", "a-", "A.", "Mr. ",
    "\u0301", "\u202e", "\u200d", "&amp;", "&lt;b&gt;", "<b>", "<p><i>", "<!--", "< ", "1.", "é",
    "ж ", "漢", "http://a.b/", "@everyone ", "<!channel> ", *TRICKS,
)  # fmt: skip


def feed(title: str, summary: str) -> ParsedFeed:
    items = [{"id": "1", "url": "https://n.example/1", "title": title, "content_html": summary}]
    body = {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items}
    return parse(
        json.dumps(body).encode(), content_type="application/feed+json",
        feed_url="https://n.example/feed", outlet=Outlet("n"), now=NOW,
    )  # fmt: skip


def go_through(entry: Entry) -> None:
    article = Article(entry, NOW, NOW)
    GATE.stop(article)
    for sentence in sentences(article.text):
        ATTRIBUTOR.attribute(sentence.text)


@pytest.fixture(scope="module", autouse=True)
def _classifier_loaded() -> None:
    language_of("Drei Wörter, und noch ein paar dazu")


@pytest.mark.parametrize("piece", PIECES)
def test_no_entry_takes_long(piece: str) -> None:
    text = "Kyiv: " + piece * (20_000 // len(piece))
    began = time.thread_time()
    for entry in feed(text[:2_000], text).entries:
        go_through(entry)
    assert time.thread_time() - began < MOST_S


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_an_entry_is_bounded_and_shows_all_that_it_holds(text: str) -> None:
    """No control character, no mark of direction, nothing invisible, no half character."""
    for entry in feed(f"Kyiv {text}", text).entries:
        assert len(entry.title) <= MAX_TITLE_CHARS
        assert len(entry.summary) <= MAX_SUMMARY_CHARS
        assert len(sentences(Article(entry, NOW, NOW).text)) <= MAX_SENTENCES
        for shown in (entry.title, entry.summary.replace("\n", "")):
            assert not set(shown) & set("\0\x07\x1b\x9b\u202e\u2066\u200b\ufeff\u00ad\U000e0041")
            shown.encode()


def test_scripts_styles_and_frames_are_gone() -> None:
    markup = (
        "<script>alert(1)</script><style>p{}</style><iframe src=//x></iframe><svg onload=x>y</svg>"
        "<p onclick='x'>Kyiv <a href='javascript:x'>holds</a>.</p>"
    )
    (entry,) = feed("Kyiv", markup).entries
    assert entry.summary == "Kyiv holds."


def test_letters_that_look_alike_are_other_letters() -> None:
    """A word with Cyrillic letters in it names no topic; nothing is guessed."""
    (real,) = feed("Ukraine signs a ceasefire with Russia today, says Kyiv", "").entries
    (fake,) = feed("Ukrаinе signs a cеаsеfirе with Russiа today, says Куiv", "").entries
    assert GATE.stop(Article(real, NOW, NOW)) is None
    stop = GATE.stop(Article(fake, NOW, NOW))
    assert stop is not None
    assert stop.stage == "topic"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "ftp://x/y"],
)
def test_an_entrys_link_is_a_web_address_or_none(address: str) -> None:
    items = [{"id": "1", "url": address, "title": "Kyiv holds"}]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    found = parse(
        body, content_type="", feed_url="https://n.example/feed", outlet=Outlet("n"), now=NOW
    )
    assert [entry.url for entry in found.entries] == [""]
