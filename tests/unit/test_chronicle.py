"""The bundled chronicle, read with the standard library alone: its shape, order and addresses.

What the bot makes of the files (its own parser, the judgement) is tested where those live.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

CHRONICLE = Path(__file__).parents[2] / "bot" / "chronicle"
FIRST = datetime(2025, 3, 11, tzinfo=UTC)
LAST = datetime(2026, 8, 31, 23, 59, tzinfo=UTC)
ADDRESS = re.compile(r"https://chronicle\.claimwire\.example/(\d{4}/\d{2}/\d{2})/[a-z0-9-]+")

ATOM = "{http://www.w3.org/2005/Atom}"
RSS1 = "{http://purl.org/rss/1.0/}"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"

# README.md, "What is in it on purpose": one entry twice, two corrected under their old address.
REPEATED = "third-tariff-clock"
CORRECTED = {"third-call-infrastructure", "kyiv-july-31"}
OTHER_WARS = re.compile(
    r"\b(Gaza|Hamas|Hezbollah|Lebanon|Kashmir|Pakistan|Cambodia|Thailand|Azerbaijan|Sudan|Congo"
    r"|Rwanda|Aleppo|Yemen)\b"
)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as the tests need it."""

    file: str
    id: str
    url: str
    title: str
    summary: str
    at: datetime
    category: str

    @property
    def slug(self) -> str:
        return self.url.rsplit("/", 1)[1]


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _rss(name: str) -> list[Told]:
    items = ET.parse(CHRONICLE / name).getroot().iterfind("channel/item")
    return [
        Told(
            name,
            _text(item, "guid"),
            _text(item, "link"),
            _text(item, "title"),
            _text(item, "description"),
            parsedate_to_datetime(_text(item, "pubDate")),
            _text(item, "category"),
        )
        for item in items
    ]


def _atom(name: str) -> list[Told]:
    entries = ET.parse(CHRONICLE / name).getroot().iterfind(f"{ATOM}entry")
    return [
        Told(
            name,
            _text(entry, f"{ATOM}id"),
            entry.find(f"{ATOM}link").attrib["href"],  # type: ignore[union-attr]
            _text(entry, f"{ATOM}title"),
            _text(entry, f"{ATOM}summary") or _text(entry, f"{ATOM}content"),
            datetime.fromisoformat(_text(entry, f"{ATOM}published")),
            entry.find(f"{ATOM}category").attrib["term"],  # type: ignore[union-attr]
        )
        for entry in entries
    ]


def _rdf(name: str) -> list[Told]:
    items = ET.parse(CHRONICLE / name).getroot().iterfind(f"{RSS1}item")
    return [
        Told(
            name,
            item.attrib[f"{RDF}about"],
            _text(item, f"{RSS1}link"),
            _text(item, f"{RSS1}title"),
            _text(item, f"{RSS1}description"),
            datetime.fromisoformat(_text(item, f"{DC}date")),
            _text(item, f"{DC}subject"),
        )
        for item in items
    ]


def _json_feed(name: str) -> list[Told]:
    document = json.loads((CHRONICLE / name).read_text(encoding="utf-8"))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    return [
        Told(
            name,
            item["id"],
            item["url"],
            item["title"],
            item.get("content_text") or item.get("content_html", ""),
            datetime.fromisoformat(item["date_published"]),
            item["tags"][0],
        )
        for item in document["items"]
    ]


READERS = {
    "diplomacy.xml": _rss,
    "front.atom": _atom,
    "world.rdf": _rdf,
    "second_desk.json": _json_feed,
    "third_desk.xml": _rss,
}
FILES = {name: read(name) for name, read in READERS.items()}
ALL = [told for entries in FILES.values() for told in entries]


def test_the_folder_holds_these_feeds_and_a_readme_and_nothing_else() -> None:
    assert {path.name for path in CHRONICLE.iterdir()} == {*READERS, "README.md"}


def test_there_are_entries_enough_in_four_formats() -> None:
    assert len(ALL) >= 160
    assert len({read for name, read in READERS.items() if FILES[name]}) >= 4
    assert min(len(entries) for entries in FILES.values()) >= 20


@pytest.mark.parametrize("name", READERS)
def test_a_file_is_sorted_newest_first_and_within_the_months_told(name: str) -> None:
    times = [told.at for told in FILES[name]]
    assert all(at.tzinfo is not None and FIRST <= at <= LAST for at in times)
    assert times == sorted(times, reverse=True)


def test_every_address_is_the_chronicles_own_and_bears_the_day_of_the_entry() -> None:
    for told in ALL:
        found = ADDRESS.fullmatch(told.url)
        assert found, told
        if told.slug not in CORRECTED:
            assert found[1] == f"{told.at.astimezone(UTC):%Y/%m/%d}", told


def test_no_text_or_markup_points_to_an_address_elsewhere() -> None:
    known = ("chronicle.claimwire.example", "www.w3.org", "purl.org", "jsonfeed.org")
    for name in READERS:
        document = (CHRONICLE / name).read_bytes().decode("latin-1")
        hosts = set(re.findall(r"https?://([^/\"'<>\s]+)", document))
        assert hosts <= set(known), name


def test_ids_are_unique_but_for_the_repeated_and_the_corrected_entries() -> None:
    for counted in (Counter(told.id for told in ALL), Counter(told.url for told in ALL)):
        again = {key for key, count in counted.items() if count > 1}
        assert len(again) == 1 + len(CORRECTED)
        assert all(counted[key] == 2 for key in again)
    twice = Counter(told.slug for told in ALL)
    assert {slug for slug, count in twice.items() if count > 1} == {REPEATED, *CORRECTED}


def test_the_repeated_entry_is_the_same_in_every_word() -> None:
    first, second = (told for told in ALL if told.slug == REPEATED)
    assert first == second


@pytest.mark.parametrize("slug", sorted(CORRECTED))
def test_a_correction_comes_later_in_another_file_and_says_that_it_is_one(slug: str) -> None:
    first, later = sorted((told for told in ALL if told.slug == slug), key=lambda told: told.at)
    assert first.id == later.id or first.url == later.url
    assert first.file != later.file
    assert first.at < later.at
    assert later.title.startswith("CORRECTED: ")
    assert not first.title.startswith("CORRECTED: ")


def test_titles_are_of_a_headlines_length_and_plain() -> None:
    for told in ALL:
        assert len(told.title) <= 200, told
        assert 6 <= len(told.title.split()) <= 16, told
        assert "<" not in told.title, told


def test_some_entries_have_a_title_alone_and_some_carry_markup() -> None:
    assert sum(not told.summary for told in ALL) >= 20
    assert sum("<" in told.summary for told in ALL) >= 5
    world = ET.parse(CHRONICLE / "world.rdf").getroot()
    assert list(world.iter(f"{CONTENT}encoded"))


def test_other_wars_stay_with_the_world_desk_and_the_second_desk() -> None:
    allowed = {"world.rdf", "second_desk.json"}
    assert {told.file for told in ALL if told.category == "other-war"} <= allowed
    assert sum(told.category == "other-war" for told in ALL) >= 15
    for told in ALL:
        assert told.file in allowed or not OTHER_WARS.search(told.title), told


def test_every_category_is_one_that_the_readme_explains() -> None:
    readme = (CHRONICLE / "README.md").read_text(encoding="utf-8")
    table = readme.split("| category |")[1].split("\n\n")[0]
    assert {told.category for told in ALL} == set(re.findall(r"`([a-z-]+)`", table))


def test_two_files_are_in_other_encodings_with_letters_that_need_them() -> None:
    for name, codec, letter in (
        ("world.rdf", "iso-8859-1", "á"),
        ("third_desk.xml", "windows-1252", "€"),
    ):
        document = (CHRONICLE / name).read_bytes()
        assert f'encoding="{codec}"' in document[:60].decode("ascii").lower()
        assert letter in document.decode(codec)
        with pytest.raises(UnicodeDecodeError):
            document.decode("utf-8")


def test_every_feed_is_signed_as_our_own() -> None:
    for name in READERS:
        assert b"claimwire chronicle" in (CHRONICLE / name).read_bytes()


def test_the_world_desk_lists_every_entry_in_its_sequence() -> None:
    world = ET.parse(CHRONICLE / "world.rdf").getroot()
    listed = [element.attrib[f"{RDF}resource"] for element in world.iter(f"{RDF}li")]
    assert listed == [told.url for told in FILES["world.rdf"]]
