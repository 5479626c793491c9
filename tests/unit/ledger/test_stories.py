from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.stories.rule import (
    COMPARED,
    JOINS,
    STORY_SPAN,
    STORY_WINDOW,
    Report,
    StoryCandidate,
    find_story,
    likeness,
    report_of,
    same_event,
    title_key,
    to_blob,
)
from bot.model import Article, Entry, Outlet

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STRIKE = "Night drone strike on the port of Odesa kills 14 people, officials say"
RETOLD = "At least 14 dead after Russian drones hit Odesa port overnight"
NEXT = "Night drone strike on the railway in Kharkiv kills 6 people, officials say"
TALKS = "Envoys leave the talks in Geneva without a paper"


def leaning(cosine: float) -> tuple[float, float]:
    return (cosine, (1 - cosine**2) ** 0.5)


def report(text: str = STRIKE, at: datetime = NOON, cosine: float = 1.0, **has) -> Report:
    made = Report(at, title_key(text), f"hash of {text}", to_blob(leaning(cosine)), text)
    return replace(made, **has)


def story(number: int, *reports: Report) -> StoryCandidate:
    times = [each.at for each in reports]
    return StoryCandidate(number, min(times), max(times), reports)


def found(one: Report, *candidates: StoryCandidate) -> int | None:
    match = find_story(one, candidates)
    return None if match is None else match.story_id


def test_a_report_is_made_of_its_article():
    made = Entry("k", "h", "f", "", "", TALKS, "A summary.", NOON, None, Outlet("Wire"))
    assert report_of(Article(made, NOON, NOON), (1.0, 0.0)) == Report(
        NOON, title_key(TALKS), "h", to_blob((1.0, 0.0)), f"{TALKS}\nA summary."
    )


def test_without_candidates_it_is_a_new_story():
    assert find_story(report(), []) is None


def test_content_goes_before_title_and_title_before_meaning():
    one = report()
    alike = [
        story(1, report(title="", content_hash="another")),
        story(2, report(content_hash="another", embedding=b"")),
        story(3, report(title="", embedding=b"")),
    ]
    assert [find_story(one, alike[:n]).joined_by for n in (3, 2, 1)] == [
        "content",
        "title",
        "meaning",
    ]
    assert [found(one, *alike[:n]) for n in (3, 2, 1)] == [3, 2, 1]


def test_a_report_in_other_words_joins_and_says_by_what():
    match = find_story(report(RETOLD, NOON + 3 * HOUR, 0.75), [story(7, report())])
    assert match is not None
    assert (match.story_id, match.joined_by, match.similarity) == (7, "meaning", 0.75)
    for words in ("odesa", "numbers 14", "cosine 0.75", "3 h apart", "sure"):
        assert words in match.why


def test_another_strike_of_the_same_night_is_another_event():
    """Other places and other numbers speak against, however alike the reports read."""
    other = report(NEXT, NOON + HOUR, 0.75)
    assert found(other, story(7, report())) is None
    assert likeness(report(), other, 0.75) < likeness(report(), report(RETOLD), 0.75)


def test_the_same_words_days_later_tell_of_the_next_event():
    one, again = report(cosine=0.8), report(RETOLD, cosine=0.8)
    likes = [likeness(one, replace(again, at=NOON + n * DAY), 0.8) for n in range(4)]
    assert likes == sorted(likes, reverse=True)
    assert likes[0] > JOINS > likes[-1]


@given(
    st.sampled_from([STRIKE, RETOLD, NEXT, TALKS, "", "14"]),
    st.sampled_from([STRIKE, RETOLD, NEXT, TALKS, "", "14"]),
    st.floats(-1, 1),
    st.timedeltas(-3 * DAY, 3 * DAY),
)
def test_likeness_is_symmetric(one: str, other: str, cosine: float, apart: timedelta):
    pair = report(one), report(other, NOON + apart)
    assert likeness(*pair, cosine) == likeness(*pair[::-1], cosine)


def test_one_alike_report_among_many_does_not_draw_another_into_the_story():
    """A story that one more report would stretch does not go on for ever."""
    bridge = report(f"{TALKS} as a {STRIKE}", cosine=0.8)
    talks = report(TALKS, cosine=0.5)
    many = [report(f"{STRIKE}, {n} hours later", cosine=1.0) for n in range(5)]
    assert found(talks, story(1, bridge)) == 1
    assert found(talks, story(1, bridge, *many)) is None


def test_only_the_latest_reports_of_a_large_story_are_compared():
    old = [report(at=NOON - HOUR) for _ in range(5)]
    new = [report(TALKS, cosine=0.2) for _ in range(COMPARED)]
    late = report(RETOLD, NOON + HOUR, 0.9)
    assert found(late, story(1, *old)) == 1
    assert found(late, story(1, *old, *new)) is None


def test_a_report_that_joins_two_stories_shows_that_they_are_one():
    halves = story(4, report()), story(9, report(RETOLD, cosine=0.95))
    match = find_story(report(STRIKE + " of the port", NOON + HOUR), halves)
    assert match is not None
    assert {match.story_id, *match.also} == {4, 9}


def test_two_stories_of_one_span_are_one_only_if_their_reports_agree():
    assert same_event([report()], [report(RETOLD, cosine=0.9)])
    assert not same_event([report()], [report(NEXT, cosine=0.6)])
    assert not same_event([report()], [report(at=NOON + STORY_SPAN + SECOND)])


@pytest.mark.parametrize("direction", [1, -1])
def test_the_window_is_open_on_both_sides(direction: int):
    """An article may arrive after those that were published later."""
    edge = NOON + direction * STORY_WINDOW
    assert found(report(at=edge), story(1, report())) == 1
    assert found(report(at=edge + direction * SECOND), story(1, report())) is None


def test_a_story_does_not_run_for_ever():
    begun = report(at=NOON - STORY_SPAN)
    long = story(1, begun, report(at=NOON - DAY))
    assert found(report(), long) == 1
    assert found(report(at=NOON + SECOND), long) is None


@pytest.mark.parametrize("title", ["", "Live", "In brief:", "War: day 900"])
def test_short_titles_identify_nothing(title: str):
    one = report(title, embedding=b"")
    assert found(one, story(1, one)) is None


def test_titles_are_compared_without_case_and_punctuation():
    dressed = "ENVOYS leave the talks... in Geneva, without a “paper”!"
    assert title_key(dressed) == title_key(TALKS) != ""
    one = report(dressed, embedding=b"")
    assert found(one, story(1, report(TALKS, embedding=b""))) == 1


def test_vectors_of_other_lengths_are_left_aside():
    one = report(RETOLD)
    longer = story(1, report(embedding=to_blob((1.0, 0.0, 0.0))))
    assert found(one, longer, story(2, report(embedding=b""))) is None
    assert found(replace(one, embedding=b""), story(3, report())) is None


@given(
    st.permutations(range(1, 6)),
    st.lists(st.sampled_from([STRIKE, RETOLD, NEXT, TALKS]), min_size=5, max_size=5),
)
def test_the_order_of_candidates_makes_no_difference(order, texts):
    stories = {n: story(n, report(texts[n - 1], NOON + n % 2 * HOUR, 0.8)) for n in range(1, 6)}
    one = report("Drones hit Odesa port, 14 dead")
    in_order = find_story(one, [stories[n] for n in sorted(stories)])
    assert find_story(one, [stories[n] for n in order]) == in_order
