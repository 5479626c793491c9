"""feeds.opml: lists of feeds, ours and other people's, whole or mended by the message."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.model import Outlet, Voice
from feeds.opml import FeedSource, add, bundled, read, reads, write, writes
from feeds.text import fold

FOREIGN = """<?xml version="1.0"?>
<opml version="1.0"><head><title>mine</title></head><body>
  <outline text="Group"><outline title="Inner">
    <outline type="rss" text="A &amp; B" xmlUrl="https://a.example/rss" htmlUrl="https://a.example"/>
    <outline type="rss" title="C" xmlURL="http://c.example/atom.xml"/>
  </outline></outline>
  <outline type="link" text="a page" url="https://d.example"/>
  <outline type="atom" text="" xmlUrl="https://e.example/feed"/>
  <outline type="rss" text="again" xmlUrl="https://a.example/rss"/>
</body></opml>"""


def test_other_peoples_lists_are_read() -> None:
    sources = reads(FOREIGN, "x.opml")
    assert [(source.url, source.outlet) for source in sources] == [
        ("https://a.example/rss", Outlet("A & B", 3, Voice.INDEPENDENT)),
        ("http://c.example/atom.xml", Outlet("C", 3, Voice.INDEPENDENT)),
        ("https://e.example/feed", Outlet("e.example", 3, Voice.INDEPENDENT)),
    ]


def test_tier_voice_and_interval_are_read_with_and_without_a_prefix() -> None:
    text = (
        '<opml xmlns:cw="urn:x"><body><outline text="T" xmlUrl="https://t.example/" tier="1"'
        ' cw:voice="Party" interval_min="60"/></body></opml>'
    )
    assert reads(text, "x") == (FeedSource("https://t.example/", Outlet("T", 1, Voice.PARTY), 60),)


@pytest.mark.parametrize(
    ("written", "read"), [("true", True), ("False", False), ("", None), ("no", ...)]
)
def test_full_text_is_a_switch(written: str, read: object) -> None:
    text = f'<opml><body><outline xmlUrl="https://t.example/" full_text="{written}"/></body></opml>'
    if read is ...:
        with pytest.raises(ConfigError, match="use true or false"):
            reads(text, "x")
        return
    (source,) = reads(text, "x")
    assert source.full_text is read
    assert reads(writes([source]), "x") == (source,)


def test_every_bad_outline_is_named_with_line_and_remedy() -> None:
    text = """<opml><body>
<outline type="rss" text="no address"/>
<outline text="odd" xmlUrl="ftp://x.example/"/>
<outline text="tier" xmlUrl="https://x.example/" tier="5"/>
<outline text="voice" xmlUrl="https://y.example/" voice="loud" interval_min="0"/>
<outline text="fine" xmlUrl="https://z.example/"/>
</body></opml>"""
    with pytest.raises(ConfigError) as caught:
        reads(text, "list.opml")
    message = str(caught.value)
    assert message.startswith("list.opml: ")
    lines = message.splitlines()[1:]
    assert [line.split(":")[0].strip() for line in lines] == [f"line {n}" for n in (2, 3, 4, 5, 5)]
    assert all(" -> " in line for line in lines)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "line 1"),
        ("<rss/>", "not <opml>"),
        ("<opml><body>\n<outline text='x'\n</body></opml>", "line 3"),
        ("<opml><body><outline text='&nbsp;'/></body></opml>", "line 1"),
        ('<!DOCTYPE o [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><opml/>', "XML entity a"),
        ('<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml>&a;</opml>', "XML entity a"),
    ],
)
def test_a_file_that_is_no_opml_is_refused_with_its_place(text: str, part: str) -> None:
    with pytest.raises(ConfigError, match=r"x\.opml") as caught:
        reads(text, "x.opml")
    assert part in str(caught.value)


def test_a_missing_or_huge_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.opml"):
        read(tmp_path / "none.opml")
    huge = tmp_path / "huge.opml"
    huge.write_bytes(b" " * (5 * 1024 * 1024 + 1))
    with pytest.raises(ConfigError, match="5 MiB"):
        read(huge)


def test_a_file_in_an_encoding_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "odd.opml"
    path.write_bytes(b'<?xml version="1.0" encoding="x-no"?><opml/>')
    with pytest.raises(ConfigError, match="line 1"):
        read(path)
    path.write_bytes(b'<?xml version="1.0" encoding="windows-1251"?><opml/>')
    assert read(path) == ()


NAMES = st.text(min_size=1, max_size=50).map(fold).filter(bool)
SOURCES = st.builds(
    FeedSource,
    st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9/?&=<>'.+-]{0,20}", fullmatch=True),
    st.builds(Outlet, NAMES, st.integers(1, 4), st.sampled_from(Voice)),
    st.none() | st.integers(1, 1440),
)


@given(st.lists(SOURCES, max_size=5, unique_by=lambda source: source.url))
def test_what_is_written_is_read_again(sources: list[FeedSource]) -> None:
    assert reads(writes(sources), "x") == tuple(sources)


def test_a_list_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    write(path, bundled())
    path.chmod(0o640)
    write(path, bundled()[:2])
    assert read(path) == bundled()[:2]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [child.name for child in tmp_path.iterdir()] == ["feeds.opml"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write(tmp_path / "no" / "feeds.opml", bundled())


NEW = FeedSource("https://new.example/<rss>", Outlet('The "New"', 2, Voice.STATE), 30)


def test_a_feed_is_added_and_the_rest_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(FOREIGN, encoding="utf-8")
    add(path, NEW)
    assert read(path) == (*reads(FOREIGN, "x"), NEW)
    assert '<outline text="Group"><outline title="Inner">' in path.read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match='listed already, as The "New"'):
        add(path, NEW)


@pytest.mark.parametrize("text", ["<opml/>", "<opml><body/></opml>", "<opml><!--</body>--></opml>"])
def test_a_feed_is_added_to_a_list_of_any_shape(tmp_path: Path, text: str) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(text, encoding="utf-8")
    add(path, NEW)
    assert read(path) == (NEW,)


def test_the_first_feed_makes_the_list(tmp_path: Path) -> None:
    add(tmp_path / "feeds.opml", NEW)
    assert read(tmp_path / "feeds.opml") == (NEW,)


FAULTY = FeedSource("https://u:p@x.example/", Outlet("X"))


def test_a_list_that_could_not_be_read_again_never_lands(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    with pytest.raises(ConfigError, match="not written"):
        add(path, FAULTY)
    with pytest.raises(ConfigError, match="not written"):
        write(path, [FAULTY])
    assert not path.exists()
    path.write_text(FOREIGN, encoding="utf-8")
    huge = [FeedSource(f"https://{n}.example/", Outlet("x" * 999)) for n in range(3_000)]
    for refused in ([FAULTY], huge, [FeedSource("https://x.example/", Outlet("X", tier=9))]):
        with pytest.raises(ConfigError, match="not written"):
            write(path, refused)
    with pytest.raises(ConfigError, match="not written"):
        add(path, FAULTY)
    assert path.read_text(encoding="utf-8") == FOREIGN
    assert [child.name for child in tmp_path.iterdir()] == ["feeds.opml"]


def test_a_list_that_is_not_there_starts_from_another(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    with pytest.raises(ConfigError, match="listed already"):
        add(path, NEW, start=[NEW])
    assert not path.exists()
    add(path, NEW, start=bundled())
    assert read(path) == (*bundled(), NEW)
    add(path, FeedSource("https://z.example/", Outlet("Z")), start=bundled())
    assert len(read(path)) == len(bundled()) + 2


def test_the_bundled_list_is_broad() -> None:
    sources = bundled()
    assert len(sources) >= 28
    assert {source.outlet.voice for source in sources} == set(Voice)
    assert {source.outlet.tier for source in sources} == {1, 2, 3, 4}
    assert all(urlsplit(source.url).hostname for source in sources)


def test_every_bundled_outlet_is_in_the_docs() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "feeds.md").read_text(encoding="utf-8")
    assert [source.url for source in bundled() if source.url not in docs] == []
