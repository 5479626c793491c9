"""Which story an article belongs to: a pure rule.

Two articles report one event when they lie near enough in time and say the same: word for word, by
their title, or in what they are about. For the last, two reports are compared by their embeddings,
by the words that they share, weighted by how rare those are, by the names that only one of them
has, and by the time between them (``likeness``). An article belongs to a story as much as it is
like the better half of the story's articles: were one alike enough, a long run of related reports
would melt into one story; were the first alone to count, paraphrases would be missed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from bot.ledger.stories.words import Words, words_of
from bot.model import Article

# Between an article and the story's nearest end; articles may arrive out of order.
STORY_WINDOW = timedelta(days=3)
# From a story's first article to its last: what goes on for longer is more than one event.
STORY_SPAN = timedelta(days=10)
# Of a story so many articles are compared, the latest: so that a large one costs no more.
COMPARED = 24
# Fewer words ("Live", "In brief") do not identify an event.
MIN_WORDS = 4

# A logistic rule over two reports, fitted by `tests/bench/stories.py --fit` on the labelled events
# of two thirds of the months, with the bundled encoder (docs/stories.md has the figures).
INTERCEPT = -3.26
COEFFICIENTS = (
    9.03,  # the cosine of their embeddings
    -8.505,  # the weight of the words in common, as a share of both reports' words
    5.179,  # the same as a share of the shorter one's
    0.78,  # the same in tens of units, four at most
    0.846,  # the same without names, three at most
    -0.734,  # names that the other has not, in tens of units of weight: of the fewer
    -0.471,  # and of the more
    -1.162,  # both give numbers, and none in common
    -2.54,  # both name towns or regions, and none in common
    -2.37,  # days apart, SAME_DAY_DAYS at most
    -2.813,  # days beyond that, times the cosine: the next strike reads much like the last
    -0.413,  # the weight of the shorter one, in thirties of units
)
SAME_DAY_DAYS = 1.05
# From which an article joins a story, and two stories are one. Logits: 0 is even odds of a pair.
JOINS = 1.5
MERGES = 1.0
# Of reports whose embeddings are less alike the words are not compared.
LEAST_COSINE = 0.3
UNLIKE = -9.0

_WORD = re.compile(r"\w+")
_DAY_S = 86_400.0
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Report:
    """An article as far as its story needs it.

    ``embedding``: float32, little-endian, of unit length (empty: unknown). ``title``: its title
    key. ``text``: title and summary.
    """

    at: datetime
    title: str
    content_hash: str
    embedding: bytes
    text: str

    @property
    def words(self) -> Words:
        return words_of(self.text)


@dataclass(frozen=True, slots=True)
class StoryCandidate:
    """A story that an article may belong to, with its reports."""

    id: int
    first_at: datetime
    last_at: datetime
    reports: tuple[Report, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryMatch:
    """The story found, and by what: "content", "title" or "meaning".

    ``similarity`` is the highest cosine, for the last. ``why``: what matched, for people. ``also``:
    the stories that this article shows to be the same one, to be merged into it.
    """

    story_id: int
    joined_by: str
    similarity: float | None = None
    why: str = ""
    also: tuple[int, ...] = ()


def report_of(article: Article, embedding: Sequence[float]) -> Report:
    """The article as its story needs it."""
    entry = article.entry
    return Report(
        article.at, title_key(entry.title), entry.content_hash, to_blob(embedding), article.text
    )


def title_key(title: str) -> str:
    """A title without case, punctuation and spacing; "" if it is too short to identify anything."""
    words = _WORD.findall(unicodedata.normalize("NFKC", title).casefold())
    return " ".join(words) if len(words) >= MIN_WORDS else ""


def to_blob(embedding: Sequence[float]) -> bytes:
    """A vector as the ledger keeps it."""
    return np.asarray(embedding, dtype="<f4").tobytes()


def find_story(report: Report, candidates: Iterable[StoryCandidate]) -> StoryMatch | None:
    """The story that the report belongs to, None for a new one.

    Same content comes before same title, same title before same meaning; among equals the story
    nearest in time, then the oldest.
    """
    near = [story for story in candidates if in_reach(report.at, story)]
    if title_key(report.text):
        content = report.content_hash
        same = [story for story in near if any(r.content_hash == content for r in story.reports)]
        if found := _nearest_in_time(report.at, same):
            return StoryMatch(found.id, "content", why="the same words")
    if report.title:
        same = [story for story in near if any(r.title == report.title for r in story.reports)]
        if found := _nearest_in_time(report.at, same):
            return StoryMatch(found.id, "title", why="the same title")
    return _nearest_in_meaning(report, near)


def in_reach(at: datetime, story: StoryCandidate) -> bool:
    """Whether an article of that time may join the story."""
    first, last = min(at, story.first_at), max(at, story.last_at)
    return _distance(at, story) <= STORY_WINDOW and last - first <= STORY_SPAN


def likeness(one: Report, other: Report, cosine: float) -> float:
    """How likely two reports tell of one event, as a logit; symmetric."""
    found = features(one, other, cosine)
    return INTERCEPT + math.fsum(c * x for c, x in zip(COEFFICIENTS, found, strict=True))


def features(one: Report, other: Report, cosine: float) -> tuple[float, ...]:
    """What ``likeness`` rests on, in the order of COEFFICIENTS."""
    mine, its = one.words, other.words
    shared = mine.weights.keys() & its.weights.keys()
    # Exact sums: the order of a set is another in every process.
    common = math.fsum(mine.weights[stem] for stem in shared)
    plain = math.fsum(mine.weights[stem] for stem in shared - (mine.names & its.names))
    totals = mine.total or 1.0, its.total or 1.0
    lacking = _names_lacking(mine, its), _names_lacking(its, mine)
    days = abs((one.at - other.at).total_seconds()) / _DAY_S
    return (
        cosine,
        common / math.sqrt(totals[0] * totals[1]),
        common / min(totals),
        min(common, 40.0) / 10,
        min(plain, 30.0) / 10,
        min(lacking) / 10,
        max(lacking) / 10,
        float(bool(mine.numbers and its.numbers and not mine.numbers & its.numbers)),
        float(bool(mine.places and its.places and not mine.places & its.places)),
        min(days, SAME_DAY_DAYS),
        max(0.0, days - SAME_DAY_DAYS) * cosine,
        min(totals) / 30,
    )


def same_event(ones: Sequence[Report], others: Sequence[Report]) -> bool:
    """Whether two stories tell of one event: by the better half of all pairs of their reports."""
    first = min(report.at for report in (*ones, *others))
    if max(report.at for report in (*ones, *others)) - first > STORY_SPAN:
        return False
    pairs = [
        likeness(one, other, cosine)
        for one in ones[-COMPARED:]
        for other, cosine in zip(others[-COMPARED:], _cosines(one, others[-COMPARED:]), strict=True)
    ]
    return _better_half(pairs) >= MERGES


def _names_lacking(one: Words, other: Words) -> float:
    return math.fsum(one.weights[name] for name in one.names if name not in other.weights)


def _better_half(values: Iterable[float]) -> float:
    """The mean of the better half of them."""
    ranked = sorted(values, reverse=True)
    count = (len(ranked) + 1) // 2
    return sum(ranked[:count]) / count


def _distance(at: datetime, story: StoryCandidate) -> timedelta:
    return max(story.first_at - at, at - story.last_at, timedelta())


def _nearest_in_time(at: datetime, stories: Sequence[StoryCandidate]) -> StoryCandidate | None:
    return min(stories, key=lambda story: (_distance(at, story), story.id), default=None)


@dataclass(frozen=True, slots=True)
class _Belonging:
    """How much a report belongs to a story, by which of the story's reports most."""

    belongs: float
    story: StoryCandidate
    nearest: Report
    cosine: float


def _nearest_in_meaning(report: Report, stories: Sequence[StoryCandidate]) -> StoryMatch | None:
    found = sorted(
        (each for each in _belongings(report, stories) if each.belongs >= JOINS),
        key=lambda each: (-each.belongs, each.story.id),
    )
    if not found:
        return None
    best = found[0]
    reports = (*best.story.reports, report)
    also = [each.story.id for each in found[1:] if same_event(reports, each.story.reports)]
    return StoryMatch(
        best.story.id, "meaning", round(best.cosine, 4), _why(report, best), tuple(also)
    )


def _belongings(report: Report, stories: Sequence[StoryCandidate]) -> list[_Belonging]:
    """How much the report belongs to each story of which any report is alike in meaning."""
    compared = [(story, story.reports[-COMPARED:]) for story in stories]
    # All at once, and only then the words: of thousands of reports few are alike.
    every = [each for _, reports in compared for each in reports]
    cosines = _cosines(report, every)
    found, start = [], 0
    for story, reports in compared:
        near, start = cosines[start : start + len(reports)], start + len(reports)
        if not reports or max(near) < LEAST_COSINE:
            continue
        scores = [
            likeness(report, each, cosine) if cosine >= LEAST_COSINE else UNLIKE
            for each, cosine in zip(reports, near, strict=True)
        ]
        top = max(range(len(scores)), key=scores.__getitem__)
        found.append(_Belonging(_better_half(scores), story, reports[top], max(near)))
    return found


def _cosines(report: Report, others: Sequence[Report]) -> Sequence[float]:
    """Cosines with each of them; -1 where one is unknown or another model's (another length)."""
    size = len(report.embedding)
    known = [n for n, each in enumerate(others) if size and len(each.embedding) == size]
    cosines = [-1.0] * len(others)
    if known:
        vectors = _vector(b"".join([others[n].embedding for n in known])).reshape(len(known), -1)
        # Not a matrix product: for one vector its threads cost more than they save.
        values = np.einsum("ij,j->i", vectors, _vector(report.embedding))
        for n, value in zip(known, values.tolist(), strict=True):
            cosines[n] = value
    return cosines


def _vector(blob: bytes) -> npt.NDArray[np.float32]:
    return np.frombuffer(blob, dtype="<f4")


def _why(report: Report, best: _Belonging) -> str:
    """What matched: the rarest words in common, numbers, time."""
    mine, its = report.words, best.nearest.words
    shared = sorted(
        mine.weights.keys() & its.weights.keys(), key=lambda stem: (-mine.weights[stem], stem)
    )
    parts = (
        [f"{len(shared)} words in common, rarest {', '.join(shared[:_NAMED])}"] if shared else []
    )
    if numbers := sorted(mine.numbers & its.numbers):
        parts.append(f"numbers {', '.join(numbers[:_NAMED])}")
    hours = abs((report.at - best.nearest.at).total_seconds()) / 3600
    parts.append(f"cosine {best.cosine:.2f}, {hours:.0f} h apart")
    parts.append(f"{1 / (1 + math.exp(-best.belongs)):.0%} sure")
    return "; ".join(parts)
