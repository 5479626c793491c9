"""Entries from files: every line that can be used, and one clear message for one that cannot."""

import codecs
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entries import read_file
from bot.errors import InputError

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def written(path: Path, *lines: object) -> str:
    text = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", ["in.jsonl", "in.jsonl.gz", "in.ndjson"])
def test_lines_become_entries(tmp_path: Path, name: str) -> None:
    path = written(
        tmp_path / name,
        {"id": "a", "title": "Talks <b>end</b>", "published": "2025-03-18T14:00:00+02:00",
         "outlet": "Example Wire", "url": "https://e.example/a?utm_source=x", "topic": "on"},
        "",
        {"id": 7, "summary": "Only a summary &amp; no title"},
        {"title": "No id"},
    )  # fmt: skip
    first, second, third = read_file(path, NOW)
    assert first.id == "a"
    assert first.entry.title == "Talks end"
    assert first.entry.url == "https://e.example/a?utm_source=x"
    assert first.entry.key == "https://e.example/a"
    assert first.entry.published == datetime(2025, 3, 18, 12, tzinfo=UTC)
    assert first.entry.outlet.name == "Example Wire"
    assert (second.id, second.entry.summary) == ("7", "Only a summary & no title")
    assert third.id == ""
    assert len({item.entry.key for item in (first, second, third)}) == 3


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    # What a Latin-1 locale makes of standard input; entries are UTF-8 wherever they come from.
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="latin-1"))


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_standard_input_is_json_lines(monkeypatch: pytest.MonkeyPatch, mark: bytes) -> None:
    piped(monkeypatch, mark + '{"title": "From Kraków"}\n'.encode())
    assert read_file("-", NOW)[0].entry.title == "From Kraków"


def test_standard_input_that_is_not_utf8_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, b'{"title": "x"}\n{"title": "\xff"}\n')
    with pytest.raises(InputError, match=r"standard input: line 2: not UTF-8 .* Save it"):
        read_file("-", NOW)


@pytest.mark.parametrize("name", ["in.jsonl", "in.jsonl.gz"])
def test_a_byte_order_mark_is_passed_over(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, '\ufeff{"title": "Marked"}', {"title": "Second"})
    assert [item.entry.title for item in read_file(path, NOW)] == ["Marked", "Second"]


def test_every_field_may_be_null_or_missing(tmp_path: Path) -> None:
    nulls = dict.fromkeys(("id", "summary", "published", "outlet", "url"))
    path = written(tmp_path / "in.jsonl", {"title": "Kyiv waits", **nulls}, {"title": "Kyiv waits"})
    first, second = read_file(path, NOW)
    assert first == second
    assert (first.id, first.entry.guid) == ("", "")


def test_an_entry_is_cleaned_and_bounded_as_one_of_a_feed(tmp_path: Path) -> None:
    title, summary = "Talks<br>go on " * 99, "They <p>talk</p> and talk. " * 999
    link, date = "https://e.example/a?id=1&utm_source=x", "1970-01-01T00:00:00Z"
    lines = written(
        tmp_path / "in.jsonl",
        {"id": "g", "title": title, "summary": summary, "url": link, "published": date},
    )
    feed = tmp_path / "feed.json"
    item = {"id": "g", "title": title, "content_html": summary, "url": link, "date_published": date}
    version = "https://jsonfeed.org/version/1.1"
    feed.write_text(json.dumps({"version": version, "title": "t", "items": [item]}))
    (ours,), (theirs,) = read_file(lines, NOW), read_file(str(feed), NOW)
    fields = ("guid", "url", "key", "title", "summary", "published", "content_hash")
    assert [getattr(ours.entry, name) for name in fields] == [
        getattr(theirs.entry, name) for name in fields
    ]
    assert ours.entry.title.endswith("…")
    assert "\n" not in ours.entry.title
    assert ours.entry.published is None


def test_a_feed_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(
        "<rss version='2.0'><channel><title>t</title><item><guid>g1</guid>"
        "<title>Kyiv hit</title><link>https://e.example/1</link></item></channel></rss>"
    )
    assert [(i.id, i.entry.title) for i in read_file(str(path), NOW)] == [("g1", "Kyiv hit")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not an object"),
        ("{}", "neither"),
        ('{"title": "", "summary": null}', "neither"),
        ('{"title": " <br> "}', "neither"),
        ('{"title": "x", "published": "0001-01-01T00:00:00+05:00"}', "2025-03-18T14:00:00Z"),
        ('{"title": "x", "published": "9999-12-31T23:59:59-05:00"}', "2025-03-18T14:00:00Z"),
        ('{"title": 3}', '"title" is not a text'),
        ('{"title": "x", "published": "yesterday"}', "2025-03-18T14:00:00Z"),
        ('{"title": "x", "id": [1]}', '"id"'),
        (r'{"title": "x", "id": "\ud800"}', "half a character"),
        ('{"title": "' + "x" * 1_000_001 + '"}', "longer than"),
    ],
)
def test_a_bad_line_is_named_with_its_place(tmp_path: Path, line: str, says: str) -> None:
    path = written(tmp_path / "in.jsonl", {"title": "good"}, line)
    with pytest.raises(InputError) as caught:
        read_file(path, NOW)
    assert f"{path}: line 2: " in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("missing.jsonl", None),
        ("bad.jsonl", b"\xff\xfe\x00"),
        ("bad.jsonl.gz", b"not gzip"),
        ("corrupt.jsonl.gz", gzip.compress(b"")[:10] + b"\xff" * 99),
        ("cut.jsonl.gz", gzip.compress(b'{"title": "x"}\n' * 99)[:-9]),
        ("page.xml", b"<!doctype html><html><body>No feed</body></html>"),
        ("empty.xml", b""),
    ],
)
def test_a_bad_file_is_one_clear_message(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_file(str(path), NOW)
    assert str(path) in str(caught.value)


_KEYS = ["id", "title", "summary", "published", "url", "outlet"]
_VALUES = st.none() | st.text(max_size=40) | st.integers() | st.booleans()


@given(st.dictionaries(st.sampled_from(_KEYS), _VALUES))
def test_any_object_is_an_entry_or_a_clear_mistake(
    tmp_path_factory: pytest.TempPathFactory, raw: dict[str, object]
) -> None:
    path = written(tmp_path_factory.mktemp("any") / "in.jsonl", raw)
    message = ""
    items = []
    try:
        items = read_file(path, NOW)
    except InputError as error:
        message = str(error)
    assert "line 1" in message or (items[0].entry.key and items[0].entry.content_hash)
