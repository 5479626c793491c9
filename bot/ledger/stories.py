"""Which story an article belongs to: a pure rule.

Two articles report one event when they lie near enough in time and say the same: word for word, by
their title, or in meaning. A story has the meaning of the article that founded it: were it to
move with every article that joins, a long run of related reports would melt into one story.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from bot.model import Article

# Between an article and the story's nearest end; articles may arrive out of order.
STORY_WINDOW = timedelta(days=3)
# From a story's first article to its last: what goes on for longer is more than one event.
STORY_SPAN = timedelta(days=10)
# Cosine of unit vectors from which two articles mean the same event. On one day reports that are so
# alike tell of one event; days later a report as like as that tells of the next strike or the next
# threat. Read off some fifty pairs of real reports with the bundled model.
SAME_DAY = timedelta(hours=30)
SAME_MEANING = 0.62
SAME_MEANING_LATER = 0.90
# Fewer words ("Live", "In brief") do not identify an event.
MIN_WORDS = 4

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class StoryCandidate:
    """A story that an article may belong to.

    ``embedding``: float32, little-endian (empty: unknown). ``titles`` and ``hashes`` are the title
    keys and content hashes of its articles; those that can match are enough.
    """

    id: int
    first_at: datetime
    last_at: datetime
    embedding: bytes = b""
    titles: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StoryMatch:
    """The story found, and by what: "content", "title" or "meaning" (then with the cosine)."""

    story_id: int
    joined_by: str
    similarity: float | None = None


def title_key(title: str) -> str:
    """A title without case, punctuation and spacing; "" if it is too short to identify anything."""
    words = _WORD.findall(unicodedata.normalize("NFKC", title).casefold())
    return " ".join(words) if len(words) >= MIN_WORDS else ""


def to_blob(embedding: Sequence[float]) -> bytes:
    """A vector as the ledger keeps it."""
    return np.asarray(embedding, dtype="<f4").tobytes()


def find_story(
    article: Article, embedding: Sequence[float], candidates: Iterable[StoryCandidate]
) -> StoryMatch | None:
    """The story that the article belongs to, None for a new one.

    Same content comes before same title, same title before same meaning; among equals the story
    nearest in time, then the oldest. ``embedding`` is of unit length, empty if unknown.
    """
    candidates = list(candidates)
    if title_key(article.text):
        content = article.entry.content_hash
        same = [story for story in candidates if story.hashes and content in story.hashes]
        if found := _nearest_in_time(article.at, same):
            return StoryMatch(found.id, "content")
    if title := title_key(article.entry.title):
        same = [story for story in candidates if story.titles and title in story.titles]
        if found := _nearest_in_time(article.at, same):
            return StoryMatch(found.id, "title")
    return _nearest_in_meaning(article.at, to_blob(embedding), candidates)


def in_reach(at: datetime, story: StoryCandidate) -> bool:
    """Whether an article of that time may join the story."""
    first, last = min(at, story.first_at), max(at, story.last_at)
    return _distance(at, story) <= STORY_WINDOW and last - first <= STORY_SPAN


def _distance(at: datetime, story: StoryCandidate) -> timedelta:
    return max(story.first_at - at, at - story.last_at, timedelta())


def _nearest_in_time(at: datetime, stories: Sequence[StoryCandidate]) -> StoryCandidate | None:
    near = [story for story in stories if in_reach(at, story)]
    return min(near, key=lambda story: (_distance(at, story), story.id), default=None)


def _nearest_in_meaning(
    at: datetime, embedding: bytes, stories: Sequence[StoryCandidate]
) -> StoryMatch | None:
    # A vector of another length is another model's, and not to be compared.
    known = [story for story in stories if embedding and len(story.embedding) == len(embedding)]
    if not known:
        return None
    # All at once, and only then in time: of thousands of stories few are alike.
    vectors = _vector(b"".join([story.embedding for story in known])).reshape(len(known), -1)
    # Not a matrix product: for one vector its threads cost more than they save.
    similarities = np.einsum("ij,j->i", vectors, _vector(embedding))
    alike = [
        (-float(similarities[n]), _distance(at, known[n]), known[n].id)
        for n in np.flatnonzero(similarities >= SAME_MEANING)
        if in_reach(at, known[n]) and similarities[n] >= _threshold(at, known[n])
    ]
    if not alike:
        return None
    similarity, _, story_id = min(alike)
    return StoryMatch(story_id, "meaning", round(-similarity, 4))


def _threshold(at: datetime, story: StoryCandidate) -> float:
    return SAME_MEANING if _distance(at, story) <= SAME_DAY else SAME_MEANING_LATER


def _vector(blob: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f4")
