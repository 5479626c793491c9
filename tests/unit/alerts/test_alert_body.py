from __future__ import annotations

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import body
from bot.model import (
    Alert,
    Carrier,
    Claim,
    Indicator,
    Kind,
    Outlet,
    Stance,
    Standing,
    Strength,
    Voice,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
INDICATORS = st.builds(Indicator, TEXT, st.sampled_from(Stance), st.sampled_from(Strength))
CLAIMS = st.builds(
    Claim,
    id=TEXT,
    slug=TEXT,
    kind=st.sampled_from(Kind),
    paragraphs=st.tuples(st.integers(1, 99)),
    statement=TEXT,
    topics=st.tuples(TEXT),
    supported_by=st.tuples(INDICATORS),
    contradicted_by=st.tuples(INDICATORS),
    depends_on=st.tuples(TEXT),
    horizon=st.none() | st.dates(),
    resolution=TEXT,
    probability=st.none() | st.floats(0, 1),
)
OUTLETS = st.builds(Outlet, TEXT, st.integers(1, 4), st.sampled_from(Voice))
ALERTS = st.builds(
    Alert,
    id=st.integers(1, 10**9),
    revision=st.integers(1, 99),
    essay_title=TEXT,
    claim=CLAIMS,
    stance=st.sampled_from(Stance),
    confidence=st.floats(0, 1),
    sentence=TEXT,
    indicator=TEXT,
    indicator_side=st.none() | st.sampled_from(Stance),
    asserted_by=TEXT,
    at=TIMES,
    story_id=st.integers(1, 10**9),
    carriers=st.lists(st.builds(Carrier, OUTLETS, TEXT, TEXT, TIMES), max_size=3).map(tuple),
    standing=st.sampled_from(Standing),
    previous_standing=st.sampled_from(Standing),
    turned=st.booleans(),
)


@given(ALERTS)
def test_an_alert_comes_back_as_it_was(alert: Alert):
    assert body.from_json(body.to_json(alert)) == alert


def test_a_body_of_another_version_can_be_read():
    claim = Claim("C1", "one", Kind.FACT, (1,), "It is so.")
    at = datetime(2026, 3, 1, tzinfo=UTC)
    alert = Alert(
        1, 1, "T", claim, Stance.SUPPORTS, 0.9, "s", "", None, "event", at, 1, (),
        Standing.QUIET, Standing.QUIET,
    )  # fmt: skip
    older = json.loads(body.to_json(alert))
    del older["turned"], older["claim"]["probability"], older["claim"]["topics"]
    older["claim"]["unheard_of"] = date(2030, 1, 1).isoformat()
    assert body.from_json(json.dumps(older)) == alert
