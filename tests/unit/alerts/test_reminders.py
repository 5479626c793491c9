"""When a reminder is due, on any wall clock, and that what it says always fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.reminders import Side, days_left, last_step, reminder, reminder_key
from bot.alerts.subscriptions import DigestTime
from bot.commands.answers import Rows
from bot.commands.notices import as_answer
from bot.ledger.records import EvidenceItem
from bot.model import (
    Article,
    ChangeKind,
    Claim,
    Entry,
    Kind,
    NoticeKind,
    Outlet,
    Sentence,
    Stance,
    Standing,
    Verdict,
)
from bot.predictions import Ending, Prediction, Resolution, Wording

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
CLAIM = Claim(
    id="C21",
    slug="no-pause",
    kind=Kind.PREDICTION,
    paragraphs=(4,),
    statement="The pause will not hold.",
    horizon=date(2026, 12, 31),
    resolution="Yes if it does not hold.",
    probability=0.85,
)
# Clocks that jump at midnight, by half an hour, in the south, and not at all.
ZONES = st.sampled_from(
    ["UTC", "Europe/Kyiv", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Tokyo"]
)
HOURS = st.sampled_from([time(0), time(2, 30), time(3), time(8), time(23, 59)])
DAYS = st.dates(date(2023, 1, 1), date(2033, 12, 31))
STEPS = (
    (30, "30", None),
    (7, "7", "30"),
    (1, "1", "7"),
    (-1, "after", "1"),
    (-15, "nudge 1", "after"),
    (-29, "nudge 2", "nudge 1"),
    (-1 - 14 * 100, "nudge 100", "nudge 99"),
)


@given(DAYS, HOURS, ZONES)
def test_a_step_begins_at_its_hour_of_its_day_on_the_wall_clock(horizon, hour, zone):
    """Through clock changes and leap days; a time that is jumped over comes right after."""
    at = DigestTime(hour, zone)
    for days, step, before in STEPS:
        day = horizon - timedelta(days=days)
        begins = datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)
        assert last_step(horizon, begins, at) == step
        assert last_step(horizon, begins - timedelta(microseconds=1), at) == before


@given(st.dates(), st.dates(date(2, 1, 1), date(9998, 12, 31)), ZONES)
def test_any_date_has_an_answer_on_any_day(horizon, today, zone):
    now = datetime.combine(today, time(12), UTC)
    step = last_step(horizon, now, DigestTime(time(8), zone))
    assert (step is None) == (horizon - today > timedelta(days=30))


def test_a_leap_day_is_a_day():
    at = DigestTime()
    leap = date(2028, 2, 29)
    assert last_step(date(2028, 3, 1), datetime(2028, 2, 29, 8, tzinfo=UTC), at) == "1"
    assert last_step(leap, datetime(2028, 1, 30, 8, tzinfo=UTC), at) == "30"
    assert last_step(leap, datetime(2028, 3, 1, 8, tzinfo=UTC), at) == "after"


def test_another_date_makes_another_key():
    moved = replace(CLAIM, horizon=date(2027, 3, 31))
    assert reminder_key(CLAIM, "30") != reminder_key(moved, "30")


def test_days_left_are_said_as_people_say_them():
    said = [days_left(days) for days in (None, 30, 1, 0, -1, -15)]
    assert said == [
        "no date",
        "30 days left",
        "1 day left",
        "today is its last day",
        "due since yesterday",
        "due for 15 days",
    ]


def item(number: int, stance: Stance, text: str, url: str) -> EvidenceItem:
    outlet = Outlet(text)
    entry = Entry("k", "h", "f", "g", url, text, text, NOON, None, outlet)
    verdict = Verdict("C21", stance, 0.9, Sentence(text, 0, len(text)), None, "event")
    return EvidenceItem(
        number, "e", text, verdict, ChangeKind.NEW, Article(entry, NOON, NOON), number, number,
        None, True, False, NOON,
    )  # fmt: skip


def sides(text: str, url: str) -> tuple[Side, Side]:
    return tuple(
        Side(stance, 5, 3.25, tuple((item(n, stance, text, url), 1.0) for n in range(3)))
        for stance in (Stance.SUPPORTS, Stance.CONTRADICTS)
    )


def test_a_reminder_says_all_that_an_editor_needs():
    held = Prediction(CLAIM, Standing.CONTESTED, 30)
    notice = reminder("key", held, sides("Guns fire.", "https://x.example/a"), ("C10",), NOON)
    assert (notice.kind, notice.title, notice.claim_id) == (
        NoticeKind.REMINDER,
        "C21: 30 days left",
        "C21",
    )
    statement, facts, rule = notice.lines
    assert (statement, rule) == ("The pause will not hold.", "Rule: Yes if it does not hold.")
    assert facts == (
        "Its last day: 2026-12-31. It stands contested; the author gave it 85%."
        " Premise shaken: C10."
    )
    assert [one.heading for one in notice.sections] == [
        "For it: 5 stories, weight 3.25",
        "Against it: 5 stories, weight 3.25",
    ]
    row = notice.sections[0].rows[0]
    assert (row.text, row.detail) == ("Guns fire.", "Guns fire., 2026-12-01, weight 1.00")
    labels = [one.label for one in as_answer(notice).buttons]
    assert labels == ["Resolve yes", "Resolve no", "Ambiguous", "Show", "Never again"]


@given(st.text(min_size=1, max_size=700), st.integers(10, 300), st.integers(-500, 500))
def test_however_long_the_texts_both_sides_are_shown_alike(text, address, left):
    """A side that is cut because the other was long would be a lie."""
    claim = replace(CLAIM, statement=text, resolution=text * 3)
    wording = Wording(text, text, None, None)
    proposed = Resolution(1, 1, Ending.YES, "slack:U1", text, NOON, text, wording, holds=False)
    held = Prediction(claim, Standing.CONFLICT, left, proposed)
    url = f"https://x.example/{'a' * address}"
    answer = as_answer(reminder("key", held, sides(text, url), ("C10",) * 30, NOON))
    lists = [block for block in answer.blocks if isinstance(block, Rows)]
    assert [len(one.rows) for one in lists] == [3, 3]
    assert len(answer.blocks) == 5
