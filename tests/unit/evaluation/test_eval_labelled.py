"""Files of labelled entries: what is read, and how a mistake is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bot.errors import InputError
from bot.evaluation.labelled import MAX_PROBLEMS_SHOWN, read_labelled
from tests.unit.evaluation.evaluation_making import CONTRADICTS, ESSAY, NOW, SUPPORTS

LABEL = {"claim": "A", "stance": "supports"}


def written(folder: Path, lines: Iterable[dict[str, Any] | str]) -> str:
    path = folder / "labelled.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return str(path)


def line(**keys: Any) -> dict[str, Any]:
    return {"title": "The tunnel opens", "labels": [], **keys}


def complaint(path: str, split: str = "") -> str:
    with pytest.raises(InputError) as caught:
        read_labelled(path, ESSAY, NOW, split)
    assert caught.value.exit_code == 1
    return str(caught.value)


def test_a_line_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        [
            line(id="x1", labels=[{**LABEL, "indicator": "left alone"}], borderline=["C"]),
            "",
            line(labels=[{"claim": "slug-b", "stance": "contradicts"}], pair="p1", trap="denial"),
            line(split="dev", pair=None, borderline=None),
        ],
    )
    first, second, third = read_labelled(path, ESSAY, NOW)
    assert (first.id, first.line, first.entry.title) == ("x1", 1, "The tunnel opens")
    assert (first.labels, first.borderline) == ({"A": SUPPORTS}, {"C"})
    assert (second.line, second.labels) == (3, {"B": CONTRADICTS}), "a slug is as good as an id"
    assert (second.pair, second.trap) == ("p1", "denial")
    assert third.empty
    assert not first.empty


def test_a_compressed_file_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "labelled.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(line(labels=[LABEL])).encode()))
    (case,) = read_labelled(str(path), ESSAY, NOW)
    assert case.labels == {"A": SUPPORTS}


def test_a_split_takes_its_entries_only(tmp_path: Path) -> None:
    path = written(tmp_path, [line(id="1", split="dev"), line(id="2", split="train"), line(id="3")])
    assert [case.id for case in read_labelled(path, ESSAY, NOW, "dev")] == ["1"]
    assert "There are: (no split) 1, dev 1, train 1." in complaint(path, "devv")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"labels": None}, '"labels" is not a list -> write "labels": []'),
        ({"labels": ["A"]}, 'a label without "claim" -> write {"claim"'),
        ({"labels": [{"stance": "supports"}]}, 'a label without "claim"'),
        (
            {"labels": [{"claim": "A", "stance": "backs"}]},
            "the label on 'A' has the stance 'backs' -> write one of supports, contradicts, update",
        ),
        ({"labels": [{"claim": "A"}]}, "the label on 'A' has the stance None"),
        ({"labels": [{"claim": "A", "stance": []}]}, "the label on 'A' has the stance []"),
        ({"labels": [LABEL, LABEL]}, "claim A is labelled twice -> keep one"),
        ({"labels": [LABEL], "borderline": ["A"]}, "claim A is labelled and borderline -> keep"),
        ({"borderline": "A"}, '"borderline" is not a list of texts'),
        ({"pair": 7}, '"pair" is not a text -> put it in quotes'),
    ],
)
def test_a_bad_line_is_told_with_number_and_remedy(
    tmp_path: Path, keys: dict[str, Any], message: str
) -> None:
    text = complaint(written(tmp_path, [line(), line(**keys)]))
    assert "labelled.jsonl: 1 mistake" in text
    assert f"line 2: {message}" in text


def test_an_entry_without_labels_is_not_taken_for_one_that_bears_on_nothing(tmp_path: Path) -> None:
    assert 'line 1: no "labels" -> write "labels": []' in complaint(
        written(tmp_path, [{"title": "Never looked at"}])
    )


def test_all_unknown_claims_are_listed_with_their_lines(tmp_path: Path) -> None:
    other = {"claim": "Z9", "stance": "update"}
    path = written(tmp_path, [line(labels=[other]), line(borderline=["Y1"]), line(labels=[other])])
    text = complaint(path)
    assert "the essay made-up has no claim 'Y1' (line 2), 'Z9' (lines 1, 3)" in text
    assert "--essay" in text


def test_all_mistakes_are_told_at_once_but_not_by_the_thousand(tmp_path: Path) -> None:
    lines = [line(pair=number) for number in range(50)] + [line(borderline=["Q"])]
    text = complaint(written(tmp_path, lines))
    assert "51 mistakes" in text
    assert "no claim 'Q' (line 51)" in text
    assert len(text.splitlines()) == MAX_PROBLEMS_SHOWN + 2
    assert "and 31 more" in text


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['{"title": '], "line 1: not JSON"),
        (["[1]"], "line 1: not an object"),
        (['{"labels": []}'], 'line 1: neither "title" nor "summary"'),
        ([], "no entries"),
    ],
)
def test_a_malformed_file_is_one_clear_message(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    assert message in complaint(written(tmp_path, lines))


@pytest.mark.parametrize("name", ["absent.jsonl", "labelled.json", "-"])
def test_what_is_no_file_of_labelled_entries_is_refused(tmp_path: Path, name: str) -> None:
    assert name in complaint(name if name == "-" else str(tmp_path / name))
