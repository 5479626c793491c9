"""What is laid out before anything is drawn: lines of text, dates, marks and their labels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.lettering import MISSING, fitted, printable, wrapped
from bot.pictures.placing import (
    SIZE_LEAST,
    Dot,
    diameter,
    fitting_size,
    height_of,
    label_place,
    swarm,
)
from bot.pictures.ticks import ticks
from tests.hostile import TEXTS

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz ,.…")
MOMENTS = st.timedeltas(timedelta(), timedelta(days=20_000)).map(
    lambda later: datetime(2000, 1, 1, tzinfo=UTC) + later
)
DOTS = st.lists(
    st.builds(Dot, st.floats(0, 1150), st.sampled_from((0.0, 0.12, 0.3, 0.6, 1.0))), max_size=60
).map(lambda dots: sorted(dots, key=lambda dot: dot.x))


def measure(text: str) -> float:
    return 10.0 * len(text)


@given(TEXTS)
def test_only_letters_of_the_typeface_are_written(text: str) -> None:
    shown = printable(text, LETTERS, 80)
    assert set(shown) <= LETTERS | {MISSING}
    assert MISSING * 2 not in shown
    assert len(shown) <= 80


@given(TEXTS, st.integers(0, 600), st.integers(1, 4))
def test_lines_fit_and_lose_nothing_but_the_end(text: str, width: int, most: int) -> None:
    text = printable(text, LETTERS, 300)
    lines = wrapped(text, width, most, measure)
    assert len(lines) <= most
    assert all(measure(one) <= width for one in lines)
    kept = "".join(lines).removesuffix("…").replace(" ", "")
    assert text.replace(" ", "").startswith(kept)


def test_a_cut_keeps_whole_words() -> None:
    assert fitted("talks go on in geneva", 170, measure) == "talks go on in…"
    assert fitted("talks", 50, measure) == "talks"
    assert fitted("talks", 5, measure) == ""


@given(MOMENTS, st.timedeltas(timedelta(hours=30), timedelta(days=9_000)), st.integers(3, 8))
def test_dates_lie_within_in_order_and_are_few(start: datetime, span: timedelta, most: int) -> None:
    found = ticks(start, start + span, most)
    moments = [at for at, _ in found]
    assert moments == sorted(set(moments))
    assert all(start <= at <= start + span for at in moments)
    assert len(found) <= most + 1


def test_the_year_stands_where_it_is_new() -> None:
    start = datetime(2025, 9, 20, tzinfo=UTC)
    labels = [words for _, words in ticks(start, start + timedelta(days=160), 6)]
    assert labels == ["Oct 2025", "Nov", "Dec", "Jan 2026", "Feb"]
    assert ticks(start, start + timedelta(days=3), 6)[0][1] == "21 Sep 2025"
    years = [w for _, w in ticks(start, start + timedelta(days=2_000), 6)]
    assert years == ["2026", "2027", "2028", "2029", "2030", "2031"]


@given(DOTS)
def test_marks_of_a_side_hardly_cover_one_another(dots: list[Dot]) -> None:
    placed = [
        (dot, at, diameter(dot.weight, 40) / 2)
        for dot, at in zip(dots, swarm(dots, 40), strict=True)
    ]
    for number, (dot, at, half) in enumerate(placed):
        assert at >= half - 1e-9
        for other, other_at, other_half in placed[:number]:
            apart = max(abs(dot.x - other.x), abs(at - other_at))
            assert apart >= 0.93 * (half + other_half)


@given(DOTS, DOTS)
def test_marks_shrink_until_both_sides_fit(above: list[Dot], below: list[Dot]) -> None:
    size = fitting_size(above, below, 300)
    tall = sum(height_of(dots, swarm(dots, size), size) for dots in (above, below))
    assert tall <= 300 or size == SIZE_LEAST


def test_a_label_stands_beside_its_mark_or_beyond_what_is_in_the_way() -> None:
    field, mark = (0.0, 0.0, 600.0, 200.0), (290.0, 160.0, 320.0, 190.0)
    free = label_place(mark, (200, 30), field, [mark], upwards=True)
    assert free is not None
    assert (free.box[0], free.line) == (328.0, ())
    beside = [(330.0, 160.0, 350.0, 190.0), (260.0, 160.0, 285.0, 190.0)]
    beyond = label_place(mark, (200, 30), field, [mark, *beside], upwards=True)
    assert beyond is not None
    assert beyond.box[3] < mark[1]
    assert beyond.line
    wall = [(0.0, 0.0, 600.0, 158.0), *beside]
    assert label_place(mark, (200, 30), field, [mark, *wall], upwards=True) is None


@pytest.mark.parametrize("weights", list(pairwise((0.2, 0.4, 0.6, 1.0))))
def test_the_heavier_the_larger(weights: tuple[float, float]) -> None:
    lighter, heavier = weights
    assert diameter(lighter, 40) < diameter(heavier, 40) <= 40
