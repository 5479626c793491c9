"""What people type becomes a request, and a request's line becomes the same request again."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.subscriptions import Cadence, QuietHours
from bot.commands import requests as ask
from bot.commands.answers import TOKEN_MAX
from bot.commands.words import line, parse
from bot.ledger.records import ReviewAction
from bot.model import DeskAction, Kind, Stance, Standing
from bot.predictions import Act, State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGES = st.integers(1, 9_999)
IDS = st.integers(0, 10**18 - 1)
CLAIM = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,19}", fullmatch=True)
TIMES = st.none() | st.integers(0, 10**6).map(lambda minutes: NOW - timedelta(minutes=minutes))
LINED = st.one_of(
    st.builds(ask.ListClaims, st.none() | st.sampled_from(Standing), PAGES),
    st.builds(ask.ShowClaim, CLAIM),
    st.builds(ask.Search, st.from_regex(r"\w{1,9}( \w{1,9}){0,4}", fullmatch=True), PAGES),
    st.builds(ask.Evidence, CLAIM, st.none() | st.sampled_from(Stance), TIMES, PAGES),
    st.builds(ask.WhyAlert, IDS),
    st.builds(ask.Timeline, CLAIM, st.booleans()),
    st.builds(ask.Board, st.booleans(), st.booleans(), PAGES),
    st.builds(ask.Calibration, st.booleans()),
    st.builds(ask.Predictions, st.none() | st.sampled_from(State), PAGES),
    st.builds(
        ask.Resolve,
        CLAIM,
        st.sampled_from([act for act in Act if act.ending]),
        st.none() | st.just("") | st.from_regex(r"\w{1,9}( \w{1,9}){0,4}", fullmatch=True),
    ),
    st.builds(ask.Resolve, CLAIM, st.sampled_from([Act.AGREE, Act.UNDO]), seen=IDS),
    st.builds(ask.Resolve, CLAIM, st.sampled_from([Act.QUIET, Act.REMIND])),
    st.builds(ask.MuteClaim, CLAIM, st.integers(5, 9_000).map(lambda m: timedelta(minutes=m))),
    st.builds(ask.UnmuteClaim, CLAIM),
    st.builds(ask.Digest, st.none() | st.datetimes(timezones=st.just(UTC)), PAGES),
    st.builds(ask.Latest, PAGES),
    st.builds(ask.Decide, st.sampled_from(DeskAction), IDS, IDS),
    st.builds(ask.UndoDecision, IDS),
    st.builds(ask.ShowStory, IDS, PAGES),
    st.builds(ask.MergeStories, IDS, IDS),
    st.builds(
        ask.SplitStory, IDS, st.lists(st.integers(1, 9_999), min_size=1, max_size=12).map(tuple)
    ),
    st.builds(ask.UndoMove, IDS),
    st.builds(ask.Review, st.none() | CLAIM, PAGES),
    st.builds(ask.DecideReview, st.sampled_from(ReviewAction), IDS),
    st.builds(ask.UndoReview, IDS),
    st.builds(ask.Precision, PAGES),
    st.sampled_from([ask.Unsubscribe(), ask.Subscriptions(), ask.Status(), ask.Help()]),
)


@given(LINED)
def test_a_line_leads_back_to_its_request_and_fits_a_button(request):
    assert parse(line(request), NOW) == request
    assert len(line(request)) <= TOKEN_MAX


PIECES = (
    "list mute C1 = quiet=25:99 min=nan page=0 subscribe decide digest search stance=, 9999w"
    " 0001-01-01T00:00+23:00 \x00 99999999999999999999999"
).split(" ")


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join))
def test_any_text_is_a_request_or_is_refused(text):
    with contextlib.suppress(ask.RequestError):
        parse(text, NOW)


def test_a_subscription_is_read_word_by_word() -> None:
    text = (
        "subscribe C16 c17 stance=contradicts,supports kind=prediction min=0.8"
        " quiet=22:00-7:00@Europe/Kyiv digest"
    )
    assert parse(text, NOW) == ask.Subscribe(
        ("C16", "c17"),
        frozenset({Kind.PREDICTION}),
        frozenset({Stance.CONTRADICTS, Stance.SUPPORTS}),
        0.8,
        Cadence.DAILY,
        QuietHours(time(22), time(7), "Europe/Kyiv"),
    )
    assert parse("subscribe", NOW) == ask.Subscribe()
    assert parse("subscribe all quiet=none", NOW).claims == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("frob", "There is no command"),
        ("list sideways", "none of: quiet"),
        ("show", "show CLAIM"),
        ("mute C1 40d", "30 days"),
        ("mute C1 soon", "90m"),
        ("subscribe colour=red", "no option"),
        ("subscribe min=2", "0 to 1"),
        ("subscribe stance=,", "receive nothing"),
        ("subscribe quiet=22:00-07:00@Mars", "time zone"),
        ("digest whenever", "Since when"),
        ("resolve C1", "How did it end"),
        ("resolve C1 perhaps", "none of: yes"),
        ("resolve C1 agree so", "another version"),
        ("resolve C1 quiet please", "too much"),
        ("predictions soon", "none of: open"),
        ("decide confirm x y", "another version"),
        ("decide-review sideways 1", "none of: supports"),
    ],
)
def test_a_mistake_is_answered_with_its_remedy(text: str, told: str) -> None:
    with pytest.raises(ask.RequestError, match=told):
        parse(text, NOW)


def test_a_span_counts_back_from_now() -> None:
    assert parse("digest 7d", NOW) == ask.Digest(NOW - timedelta(days=7))


@pytest.mark.parametrize(
    ("line_of", "stance", "since"),
    [
        ("evidence C16", None, None),
        ("evidence C16 contradicts", Stance.CONTRADICTS, None),
        ("evidence C16 Update 2026-06-01", Stance.UPDATE, datetime(2026, 6, 1, tzinfo=UTC)),
        ("evidence C16 7d", None, NOW - timedelta(days=7)),
    ],
)
def test_evidence_is_asked_by_stance_and_time(
    line_of: str, stance: Stance | None, since: datetime | None
) -> None:
    request = parse(line_of, NOW)
    assert request == ask.Evidence("C16", stance, since)
    assert parse(line(request), NOW + timedelta(days=1)) == request


def test_evidence_since_no_time_says_how_it_is_written() -> None:
    with pytest.raises(ask.RequestError, match="Since when"):
        parse("evidence C16 lately", NOW)
