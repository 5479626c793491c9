"""Pair sets: read with all their mistakes named, and scored over the classes that they label."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.errors import InputError
from bot.evaluation.figures import Found
from bot.evaluation.pair_figures import Answer, answers, set_dict, set_figures
from bot.evaluation.pair_sets import MAX_LINE_BYTES, MAX_PROBLEMS_SHOWN, read_pairs
from bot.evaluation.pair_tables import sets_view

E, N, C = Answer.ENTAIL, Answer.NEUTRAL, Answer.CONTRADICT


def line(label: object = "entail", **more: object) -> str:
    pair = {"premise": "It rains.", "hypothesis": "It is wet.", "label": label, **more}
    return json.dumps(pair) + "\n"


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_pairs(str(path))
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["set.jsonl", "set.jsonl.gz"])
def test_a_set_is_read_plain_or_gzipped(tmp_path: Path, name: str) -> None:
    content = ("\ufeff" + line() + "\n" + line("contradict", source="x", premise="")).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    read = read_pairs(str(path))
    assert read.pairs == (("It rains.", "It is wet."), ("", "It is wet."))
    assert read.labels == (E, C)


def test_every_bad_line_is_named_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    lines = [
        line().encode(),
        b"{\n",
        b"[1]\n",
        b'{"hypothesis": "h", "label": "entail"}\n',
        line(hypothesis=None).encode(),
        line("entailment").encode(),
        line(["entail"]).encode(),
        b'{"premise": "p", "hypothesis": "h"}\n',
        b"\xff\n",
        b"[" * 100_000 + b"\n",
    ]
    path.write_bytes(b"".join(lines))
    told = refused(path).splitlines()
    assert told[0].endswith("9 bad lines")
    expected = (
        "line 2: not JSON",
        "line 3: not an object",
        'line 4: no "premise"',
        'line 5: "hypothesis" is not a text',
        "line 6: the label is 'entailment' -> write one of entail, neutral, contradict",
        "line 7: the label is ['entail']",
        "line 8: the label is None",
        "line 9: not UTF-8",
        "line 10: not JSON",
    )
    for text, start in zip(told[1:], expected, strict=True):
        assert text.strip().startswith(start)


def test_a_file_of_nothing_but_mistakes_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text("no\n" * 50)
    told = refused(path).splitlines()
    assert len(told) == MAX_PROBLEMS_SHOWN + 2
    assert told[-1].strip() == f"and {50 - MAX_PROBLEMS_SHOWN} more"


def test_a_line_without_end_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(line() + "x" * (3 * MAX_LINE_BYTES))
    told = refused(path)
    assert "1 bad line\n" in told
    assert "line 2: longer than" in told


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("gone.jsonl", None, "cannot be read"),
        ("empty.jsonl", b"\n \n", "no pairs"),
        ("torn.jsonl.gz", gzip.compress(b"x" * 1000)[:20], "no whole gzip file"),
        ("plain.jsonl.gz", b"{}", "no whole gzip file"),
        ("null\0.jsonl", None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, name: str, content: bytes | None, reason: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert reason in refused(path)


def test_three_classes_where_any_pair_is_neutral() -> None:
    rows = [[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.3, 0.4, 0.3], [0.1, 0.2, 0.7]]
    labels = [E, N, C, C]
    told = answers(rows, labels)
    assert told == [E, N, N, C]
    figures = set_figures(told, labels)
    assert figures.classes == (E, N, C)
    assert (figures.right.part, figures.right.whole) == (3, 4)
    assert figures.by_class[C] == Found(told=1, labelled=2, right=1)
    assert figures.macro_f1 == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)


def test_two_classes_where_none_is() -> None:
    """However sure the model is of neutral, the surer of the two sides is its answer."""
    rows = [[0.06, 0.9, 0.04], [0.01, 0.97, 0.02], [0.3, 0.0, 0.7]]
    labels = [E, C, E]
    told = answers(rows, labels)
    assert told == [E, C, C]
    figures = set_figures(told, labels)
    assert figures.classes == (E, C)
    assert set(figures.by_class) == {E, C}
    assert figures.macro_f1 == pytest.approx(2 / 3)


def test_a_class_that_no_pair_is_labelled_with_is_left_out_of_macro_f1() -> None:
    figures = set_figures([E, C, N], [E, N, N])
    assert figures.by_class[C] == Found(told=1, labelled=0, right=0)
    assert figures.macro_f1 == pytest.approx((1 + 2 / 3) / 2)


@given(st.lists(st.tuples(st.sampled_from(Answer), st.sampled_from(Answer)), max_size=30))
def test_the_figures_hold_together(both: list[tuple[Answer, Answer]]) -> None:
    told, labels = [one for one, _ in both], [one for _, one in both]
    figures = set_figures(told, labels)
    assert figures.right.part == sum(found.right for found in figures.by_class.values())
    assert sum(found.labelled for found in figures.by_class.values()) == len(both)
    assert (figures.macro_f1 is None) == (not both)
    assert json.loads(json.dumps(set_dict(figures)))["n"] == len(both)


def test_the_table_shows_each_set_and_all_and_takes_no_markup() -> None:
    one, two = set_figures([E, C], [E, E]), set_figures([N, N], [N, C])
    together = set_figures([E, C, N, N], [E, E, N, C])
    console = Console(file=io.StringIO(), width=100)
    console.print(sets_view([("a/[red]x.jsonl.gz", one), ("b.jsonl", two)], together))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "[red]x*" in shown
    assert any(row.split()[:2] == ["all", "4"] for row in shown.splitlines())
    alone = Console(file=io.StringIO(), width=80)
    alone.print(sets_view([("b.jsonl", two)], two))
    assert isinstance(alone.file, io.StringIO)
    assert " all " not in alone.file.getvalue()
