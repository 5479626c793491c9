"""The pictures: what they show, in which colours and words, whatever they are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from picture_making import NOON, board, colours, marks, rgb, row, timeline

from adapters.text import standing_mark
from bot.model import Kind, Stance, Standing
from bot.pictures import board as boards
from bot.pictures import calibration
from bot.pictures import timeline as timelines
from bot.pictures.board import ORDER, ROWS_MAX, age, by_standing
from bot.pictures.style import TEXTURES, palette
from bot.pictures.timeline import Turn
from tests.hostile import SAMPLES

FORMULAS = r"$\frac{1}{ ^_ \undefined $ $$ costs $5 and $6"
RESOLVED = ((0.9, True), (0.9, True), (0.7, False), (0.6, True), (0.2, False), (0.1, False))


# --- the timeline --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 5, 200])
def test_a_timeline_is_as_large_with_any_number_of_stories(count: int) -> None:
    size, _ = colours(timelines.draw(timeline(count, statement="The pause does not hold. " * 9)))
    assert size == (1200, 720)


@pytest.mark.parametrize("dark", [False, True])
def test_a_timeline_shows_stances_and_standings_in_the_colours_of_its_ground(dark: bool) -> None:
    wanted = palette(dark=dark)
    turns = tuple(Turn(NOON - timedelta(days=200 - 40 * n), one) for n, one in enumerate(Standing))
    _, found = colours(timelines.draw(timeline(40, turns=turns), dark=dark))
    shown = {*wanted.stances.values(), *wanted.standings.values(), wanted.ground, wanted.ink}
    assert {rgb(colour) for colour in shown} <= found


@pytest.mark.parametrize("due", [date(2026, 5, 1), date(2031, 1, 1), date(2025, 12, 24)])
def test_a_horizon_may_be_near_far_or_past(due: date) -> None:
    drawn = timeline(4, horizon=due, kind=Kind.PREDICTION)
    assert timelines.draw(drawn) != timelines.draw(replace(drawn, horizon=None))
    assert f"due on {due}" in drawn.alt


def test_a_report_dated_long_ago_does_not_crush_the_rest() -> None:
    old = replace(marks(1)[0], at=datetime(1, 1, 1, tzinfo=UTC))
    drawn = timeline(3)
    crushed = replace(drawn, marks=(old, *drawn.marks), turns=(Turn(old.at, Standing.SUPPORTED),))
    assert timelines.draw(crushed).startswith(b"\x89PNG")


def test_the_alt_text_tells_the_counts_and_the_course() -> None:
    days = [NOON - timedelta(days=n) for n in (9, 8, 7, 6)]
    standings = (Standing.SUPPORTED, Standing.CONTESTED, Standing.CONTRADICTED, Standing.SUPPORTED)
    turns = tuple(map(Turn, days, standings))
    drawn = timeline(0, marks=marks(30), turns=turns, kind=Kind.FACT)
    count = drawn.count(Stance.SUPPORTS)
    assert f"{count} stories for it" in drawn.alt
    assert "(after 1 earlier changes) contested since 2026-03-02, corrected since" in drawn.alt
    assert "stands since 2026-03-04" in drawn.alt
    assert "quiet throughout" in timeline(0).alt


@pytest.mark.parametrize("name", ["long without a space", "tricks", "emoji", "formulas"])
def test_no_text_from_outside_breaks_a_timeline(name: str) -> None:
    texts = {**SAMPLES, "formulas": FORMULAS}
    named = [
        replace(mark, label=text) for mark, text in zip(marks(12), texts.values(), strict=False)
    ]
    drawn = timeline(0, claim_id=texts[name][:50], statement=texts[name], marks=tuple(named))
    assert timelines.draw(drawn).startswith(b"\x89PNG")


def test_a_dollar_sign_is_drawn_as_it_stands() -> None:
    plain, formula = (timeline(0, statement=text) for text in ("x^2 and y", "$x^2$ and y"))
    assert timelines.draw(plain) != timelines.draw(formula)
    same = timeline(0, statement="$x^2$\x00 \u202eand y")
    assert timelines.draw(same) == timelines.draw(formula)


# --- the board -----------------------------------------------------------------------------------


def test_a_board_grows_with_its_rows_up_to_a_page() -> None:
    heights = [
        colours(boards.draw(board(*(row(n) for n in range(count)))))[0][1] for count in (0, 2, 31)
    ]
    width, each = heights[1] - heights[0], (heights[2] - heights[1]) / (ROWS_MAX - 2)
    assert width == each == 82


def test_a_board_shows_every_standing_in_words_of_its_kind_and_colours() -> None:
    rows = [row(6, standing, kind=Kind.FACT) for standing in Standing]
    for dark in (False, True):
        wanted = palette(dark=dark)
        _, found = colours(boards.draw(board(*rows, place="page 1 of 2"), dark=dark))
        shown = {
            wanted.stances[Stance.SUPPORTS], wanted.stances[Stance.CONTRADICTS], wanted.ground,
            *(colour for one, colour in wanted.standings.items() if one is not Standing.QUIET),
        }  # fmt: skip
        assert {rgb(colour) for colour in shown} <= found


def test_no_text_from_outside_breaks_a_board() -> None:
    texts = (*SAMPLES.values(), FORMULAS)
    rows = [row(1, claim_id=text[:60], statement=text) for text in texts]
    made = replace(board(*rows, place="page 1 of 2"), essay=FORMULAS)
    assert boards.draw(made).startswith(b"\x89PNG")


def test_what_stands_worst_comes_first_else_the_order_stays() -> None:
    rows = [row(n, list(Standing)[n % len(Standing)]) for n in range(1, 11)]
    ordered = by_standing(rows)
    assert [one.standing for one in ordered[::2]] == list(ORDER)
    assert all(a.claim_id < b.claim_id for a, b in zip(ordered[::2], ordered[1::2], strict=True))


def test_the_alt_text_of_a_board_names_the_claims_by_standing() -> None:
    made = board(row(1), row(2, Standing.CONTRADICTED), row(3))
    assert made.alt == (
        "Where 3 claims stand on 2026-03-10: 1 contradicted (C02); 2 quiet (C01, C03)."
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [(-3, "today"), (0.9, "today"), (13, "13 d"), (15, "2 w"), (69, "9 w"), (70, "2 mo"),
     (400, "13 mo"), (800, "2 y")],
)  # fmt: skip
def test_an_age_is_told_short(days: float, told: str) -> None:
    assert age(NOON - timedelta(days=days), NOON) == told


# --- calibration ---------------------------------------------------------------------------------


def test_few_predictions_are_shown_as_points_only() -> None:
    few, enough = (colours(calibration.draw(RESOLVED[:n])) for n in (4, 5))
    assert few[0][1] < enough[0][1]
    dots = rgb(palette(dark=False).stances[Stance.SUPPORTS])
    assert dots not in few[1]
    assert dots in enough[1]


def test_calibration_tells_its_score_with_its_number() -> None:
    assert calibration.brier(RESOLVED) == pytest.approx((3 * 0.01 + 0.49 + 0.16 + 0.04) / 6)
    assert "Brier score 0.12 over 6 predictions" in calibration.alt(RESOLVED)
    assert "Too few" not in calibration.alt(RESOLVED)
    assert "Too few" in calibration.alt(RESOLVED[:1])
    assert calibration.brier(()) is None
    assert "No prediction" in calibration.alt(())


@pytest.mark.parametrize("resolved", [(), ((0.0, False), (1.0, True)), RESOLVED * 40])
def test_calibration_is_drawn_with_any_number(resolved: tuple[tuple[float, bool], ...]) -> None:
    assert calibration.draw(resolved, dark=True).startswith(b"\x89PNG")


# --- all of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_has_mark_colour_texture_and_place(standing: Standing) -> None:
    assert standing_mark(standing)
    assert standing in TEXTURES
    assert standing in ORDER
    for dark in (False, True):
        assert standing in palette(dark=dark).standings


def test_the_same_values_give_the_same_picture() -> None:
    assert timelines.draw(timeline(5)) == timelines.draw(timeline(5))
