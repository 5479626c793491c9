"""Entries from files: every line that can be used, and one clear message for one that cannot."""

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
    assert first.entry.url == "https://e.example/a"
    assert first.entry.published == datetime(2025, 3, 18, 12, tzinfo=UTC)
    assert first.entry.outlet.name == "Example Wire"
    assert (second.id, second.entry.summary) == ("7", "Only a summary & no title")
    assert third.id == ""
    assert len({item.entry.key for item in (first, second, third)}) == 3


def test_standard_input_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"title": "From a pipe"}\n'))
    assert read_file("-", NOW)[0].entry.title == "From a pipe"


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
        ('{"title": 3}', '"title" is not a text'),
        ('{"title": "x", "published": "yesterday"}', "2025-03-18T14:00:00Z"),
        ('{"title": "x", "id": [1]}', '"id"'),
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
