from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.stories import (
    SAME_DAY,
    SAME_MEANING,
    SAME_MEANING_LATER,
    STORY_SPAN,
    STORY_WINDOW,
    StoryCandidate,
    StoryMatch,
    find_story,
    title_key,
    to_blob,
)
from bot.model import Article, Entry, Outlet

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TITLE = "Envoys leave the talks without a paper"
EAST, NORTH = (1.0, 0.0), (0.0, 1.0)


def article(title: str = TITLE, at: datetime = NOON, content: str = "h") -> Article:
    made = Entry("k", content, "f", "", "", title, "", at, None, Outlet("Wire"))
    return Article(made, at, at)


def story(number: int = 1, at: datetime = NOON, **has) -> StoryCandidate:
    return StoryCandidate(number, has.pop("first", at), at, **has)


def leaning(cosine: float) -> tuple[float, float]:
    return (cosine, (1 - cosine**2) ** 0.5)


def test_without_candidates_it_is_a_new_story():
    assert find_story(article(), EAST, []) is None


def test_content_goes_before_title_and_title_before_meaning():
    alike = [
        story(1, embedding=to_blob(EAST)),
        story(2, titles=frozenset({title_key(TITLE)})),
        story(3, hashes=frozenset({"h"})),
    ]
    assert find_story(article(), EAST, alike) == StoryMatch(3, "content")
    assert find_story(article(), EAST, alike[:2]) == StoryMatch(2, "title")
    assert find_story(article(), EAST, alike[:1]) == StoryMatch(1, "meaning", 1.0)


@pytest.mark.parametrize(
    ("cosine", "same"), [(SAME_MEANING + 0.01, True), (SAME_MEANING - 0.01, False)]
)
def test_meaning_joins_from_the_threshold_on(cosine: float, same: bool):
    found = find_story(article(), leaning(cosine), [story(embedding=to_blob(EAST))])
    assert (found is not None) is same


@pytest.mark.parametrize("direction", [1, -1])
def test_days_later_a_report_must_be_more_alike(direction: int):
    """The next strike reads much like the last one."""
    alike = [story(embedding=to_blob(EAST))]
    edge = NOON + direction * SAME_DAY
    later = edge + direction * SECOND
    weak, strong = leaning(SAME_MEANING + 0.01), leaning(SAME_MEANING_LATER + 0.01)
    assert find_story(article(at=edge), weak, alike) is not None
    assert find_story(article(at=later), weak, alike) is None
    assert find_story(article(at=later), strong, alike) is not None


def test_the_nearest_in_meaning_wins():
    near = [story(1, embedding=to_blob(leaning(0.9))), story(2, embedding=to_blob(EAST))]
    found = find_story(article(), EAST, near)
    assert found is not None
    assert found.story_id == 2


@pytest.mark.parametrize("direction", [1, -1])
def test_the_window_is_open_on_both_sides(direction: int):
    """An article may arrive after those that were published later."""
    edge = NOON + direction * STORY_WINDOW
    alike = [story(embedding=to_blob(EAST))]
    assert find_story(article(at=edge), EAST, alike) is not None
    assert find_story(article(at=edge + direction * SECOND), EAST, alike) is None


def test_a_story_does_not_run_for_ever():
    long = [story(first=NOON - STORY_SPAN, embedding=to_blob(EAST))]
    assert find_story(article(), EAST, long) is not None
    assert find_story(article(at=NOON + SECOND), EAST, long) is None


@pytest.mark.parametrize("title", ["", "Live", "In brief:", "War: day 900"])
def test_short_titles_identify_nothing(title: str):
    alike = [story(titles=frozenset({title_key(title)}), hashes=frozenset({"h"}))]
    assert find_story(article(title), (), alike) is None


def test_titles_are_compared_without_case_and_punctuation():
    dressed = "ENVOYS leave the talks... without a “paper”!"
    assert title_key(dressed) == title_key(TITLE) != ""
    found = find_story(article(dressed), (), [story(titles=frozenset({title_key(TITLE)}))])
    assert found == StoryMatch(1, "title")


def test_vectors_of_other_lengths_are_left_aside():
    others = [story(1, embedding=to_blob((1.0, 0.0, 0.0))), story(2)]
    assert find_story(article(), EAST, others) is None
    assert find_story(article(), (), others) is None


@given(st.permutations(range(1, 6)), st.lists(st.sampled_from([EAST, NORTH]), min_size=5))
def test_the_order_of_candidates_makes_no_difference(order, vectors):
    stories = {
        n: story(n, NOON + n % 2 * timedelta(hours=1), embedding=to_blob(vectors[n - 1]))
        for n in range(1, 6)
    }
    in_order = find_story(article(), EAST, [stories[n] for n in sorted(stories)])
    assert find_story(article(), EAST, [stories[n] for n in order]) == in_order
