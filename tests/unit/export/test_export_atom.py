"""The Atom feed: valid by RFC 4287, its ids stable, its text what readers of a feed get."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import timedelta

import feedparser
import pytest
from export_making import ESSAY, LATER, SNAPSHOT, alert
from hypothesis import example, given
from hypothesis import strategies as st

from bot.export.atom import to_atom

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(*records, **how) -> str:
    return to_atom(how.get("snapshot", SNAPSHOT), ESSAY, records, "The Desk")


@pytest.mark.parametrize("records", [(), (alert(), alert(number=5))])
def test_the_elements_that_rfc_4287_requires_are_there_once(records):
    root = ET.fromstring(feed(*records).encode())
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):  # 4.1.1
        assert len(root.findall(f"{ATOM}{name}")) == 1, name
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == len(records)
    for entry in entries:  # 4.1.2
        for name in ("id", "title", "updated", "content"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1, name
        assert len(entry.findall(f"{ATOM}link[@rel='alternate']")) <= 1
    ids = [element.text for element in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("urn:uuid:") for each in ids)


def test_a_feed_reader_gets_the_alert():
    parsed = feedparser.parse(feed(alert()).encode())
    assert not parsed.bozo
    assert parsed.version == "atom10"
    (entry,) = parsed.entries
    assert entry.title == "▲ SUPPORTS C01: A depot burns"
    assert entry.link == "https://n.example/1"
    assert (entry.published, entry.updated) == ("2026-03-01T12:00:00+00:00", LATER.isoformat())
    assert {tag.term for tag in entry.tags} == {"C01", "supports"}
    assert "The desk: confirmed by" in entry.content[0].value


def test_a_revision_keeps_the_id_and_takes_its_own_time_and_leads_the_feed():
    first = feedparser.parse(feed(alert(), alert(number=5)).encode())
    revised = replace(alert(), revised_at=LATER + timedelta(days=1))
    second = feedparser.parse(feed(revised, alert(number=5)).encode())
    assert {entry.id for entry in first.entries} == {entry.id for entry in second.entries}
    assert second.entries[0].updated == second.feed.updated == revised.revised_at.isoformat()


def test_the_alerts_of_another_ledger_have_other_ids():
    other = replace(SNAPSHOT, ledger_id="1e" * 16)
    (mine,) = feedparser.parse(feed(alert()).encode()).entries
    (theirs,) = feedparser.parse(feed(alert(), snapshot=other).encode()).entries
    assert mine.id != theirs.id


def test_a_withdrawn_alert_stays_and_says_so():
    record = alert(withdrawn="North Wire changed its report")
    (entry,) = feedparser.parse(feed(record).encode()).entries
    assert entry.title.startswith("Withdrawn: ")
    assert "withdrawn" in {tag.term for tag in entry.tags}
    assert "North Wire changed its report" in entry.content[0].value


@given(st.text(st.characters(), max_size=40))
@example("]]>")
@example("\0\x0b\ud800\ufffe")
@example("<script>&amp;</title>")
@example('" onload="')
def test_any_text_makes_a_feed_that_can_be_parsed(text: str):
    root = ET.fromstring(to_atom(SNAPSHOT, ESSAY, [alert(text)], text).encode())
    assert len(root.findall(f"{ATOM}entry")) == 1
    assert {element.tag.removeprefix(ATOM) for element in root.iter() if element.tag[1] != "u"} == {
        "feed", "id", "title", "updated", "author", "name", "generator", "entry", "published",
        "link", "category", "content",
    }  # fmt: skip
