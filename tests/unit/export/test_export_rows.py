"""Evidence as CSV and JSON: every value arrives, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from export_making import SNAPSHOT, evidence
from hypothesis import example, given
from hypothesis import strategies as st

from bot.export.rows import COLUMNS, to_csv, to_json
from bot.export.text import plain

ANY_TEXT = st.text(st.characters(), max_size=40)  # lone surrogates and controls among them


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_verdict_is_one_row_with_every_column():
    (row,) = rows(to_csv(SNAPSHOT, [evidence()]))
    assert tuple(row) == COLUMNS
    assert (row["claim"], row["stance"], row["confidence"]) == ("C01", "supports", "0.8765")
    assert (row["alerts"], row["holds"], row["replaces"]) == ("4 9", "yes", "")
    assert (row["decision"], row["decided_at"]) == ("confirm", "2026-03-01T17:00:00+00:00")
    assert row["chain_head"] == SNAPSHOT.head


def test_json_has_the_same_columns_and_names_the_chains_head():
    body = json.loads(to_json(SNAPSHOT, [evidence()]))
    assert tuple(body["evidence"][0]) == COLUMNS[:-1]
    assert body["chain"] == {"links": 7, "head": SNAPSHOT.head}
    assert body["evidence"][0]["alerts"] == [4, 9]


def test_no_evidence_is_a_header_alone():
    assert to_csv(SNAPSHOT, []) == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    "formula",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1", "\ufeff=1", "\n-1"],
)
def test_a_formula_is_a_text(formula: str):
    (row,) = rows(to_csv(SNAPSHOT, [evidence(formula)]))
    assert row["sentence"] == "'" + plain(formula)
    assert row["decided_by"].startswith("'")


@given(ANY_TEXT)
@example("\0")
@example("\ud800")
@example('",\r\n"')
@example("=cmd|' /C calc'!A0")
def test_any_text_arrives_in_its_cell_and_is_no_formula(text: str):
    written = to_csv(SNAPSHOT, [evidence(text)])
    written.encode()
    (row,) = rows(written)
    assert row["title"] in (plain(text), "'" + plain(text))
    assert not any(
        value.lstrip(" \u00a0\ufeff").startswith(tuple("=+-@\t\r\n")) for value in row.values()
    )
    (from_json,) = json.loads(to_json(SNAPSHOT, [evidence(text)]).encode())["evidence"]
    assert from_json["title"] == plain(text)


@given(ANY_TEXT)
def test_plain_text_can_be_encoded_and_stays_as_it_is_a_second_time(text: str):
    plain(text).encode()
    assert plain(plain(text)) == plain(text)


def test_every_column_is_documented_in_its_order():
    page = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")
    places = [page.index(f"| `{column}` |") for column in COLUMNS]
    assert places == sorted(places)
