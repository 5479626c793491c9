"""ClaimReview: the mapping, nothing invented, and safe inside a page's script element."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

from export_making import ESSAY, LATER, NOON, SNAPSHOT, review
from hypothesis import example, given
from hypothesis import strategies as st

from bot.export.claimreview import MAX_CITATIONS, to_claimreview
from bot.export.text import plain
from bot.model import Stance


def test_a_claim_that_is_not_quiet_is_one_review():
    feed = json.loads(to_claimreview(SNAPSHOT, ESSAY, [review()], "The Desk"))
    assert (feed["@context"], feed["@type"]) == ("https://schema.org", "DataFeed")
    assert feed["identifier"]["value"] == SNAPSHOT.head
    (made,) = feed["dataFeedElement"]
    assert made["@type"] == "ClaimReview"
    assert made["claimReviewed"] == "The pause does not hold."
    assert made["author"] == {"@type": "Organization", "name": "The Desk"}
    assert (made["datePublished"], made["dateModified"]) == (NOON.isoformat(), LATER.isoformat())
    claim = made["itemReviewed"]
    assert (claim["@type"], claim["author"]["name"]) == ("Claim", "A. Writer")
    assert claim["datePublished"] == "2026-02-01"
    assert claim["appearance"]["url"] == "https://essay.example/"
    assert made["reviewRating"]["alternateName"] == "supported"
    (citation,) = made["citation"]
    assert (citation["@type"], citation["url"]) == ("NewsArticle", "https://n.example/1")


def test_what_is_not_known_is_left_out():
    record = review()
    item = record.evidence[0]
    entry = replace(item.article.entry, url="javascript:alert(1)", published=None)
    bare = replace(item, article=replace(item.article, entry=entry))
    essay = replace(ESSAY, source="")
    text = to_claimreview(SNAPSHOT, essay, [replace(record, evidence=(bare,))], "The Desk")
    (made,) = json.loads(text)["dataFeedElement"]
    assert "url" not in made
    assert "ratingValue" not in made["reviewRating"]
    assert "url" not in made["itemReviewed"]["appearance"]
    assert set(made["citation"][0]) == {"@type", "headline", "publisher"}


def test_only_evidence_with_a_direction_is_cited_and_not_without_end():
    record = review()
    item = record.evidence[0]
    update = replace(item, verdict=replace(item.verdict, stance=Stance.UPDATE))
    many = replace(record, evidence=(update, *[item] * (MAX_CITATIONS + 5)))
    (made,) = json.loads(to_claimreview(SNAPSHOT, ESSAY, [many], "D"))["dataFeedElement"]
    assert len(made["citation"]) == MAX_CITATIONS
    none = replace(record, evidence=(update,))
    (made,) = json.loads(to_claimreview(SNAPSHOT, ESSAY, [none], "D"))["dataFeedElement"]
    assert "citation" not in made


class Scripts(HTMLParser):
    """The contents of the script elements of a page, and whatever else is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.inside += data


@given(st.text(st.characters(), max_size=40))
@example("</script><script>alert(1)</script>")
@example("<!--<script>")
@example("]]>\0\ud800\u2028")
def test_no_text_leaves_the_script_element_of_a_page(text: str):
    made = to_claimreview(SNAPSHOT, ESSAY, [review(text)], text)
    page = Scripts()
    page.feed(f'<script type="application/ld+json">{made}</script>')
    page.close()
    assert page.tags == ["script"]
    (found,) = json.loads(page.inside.encode())["dataFeedElement"]
    assert found["author"]["name"] == plain(text)
