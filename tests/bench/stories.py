"""How well reports are joined into stories, against labelled events of a real stream.

    python tests/bench/stories.py STREAM.jsonl.gz [--judged FILE] [--fit | --stems]

Labels: stories/events.tsv, ids of entries and events in our own words (docs/stories.md says how
they were made). "-": read, and of none of the events. Of two events `a/x` and `a/y` it is left open
whether they are one. The months of HELD are held out from every choice.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import pickle
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np

from bot.entries import read_file
from bot.essay.loader import bundled
from bot.judges import load_embedded
from bot.ledger.stories import rule as stories
from bot.ledger.stories import words as story_words
from bot.ledger.stories.rule import Report, StoryCandidate, find_story, report_of
from bot.model import Article
from bot.replay import dated

LABELS = Path(__file__).parent / "stories" / "events.tsv"
HELD = (1, 4, 7, 10)  # months
READ_BY = datetime(2026, 12, 31, tzinfo=UTC)
BATCH = 64
STEM_LEAST = 50


@dataclass(frozen=True)
class Item:
    """An entry that was encoded; ``told``: it had a verdict."""

    id: str
    url: str
    report: Report
    told: bool

    @property
    def held(self) -> bool:
        return self.report.at.month in HELD


Clusters = dict[str, int]


# --- the data ------------------------------------------------------------------------------------


def articles_of(stream: str) -> list[Article]:
    return dated([each.entry for each in read_file(stream, READ_BY)], READ_BY)


def judged(stream: str, cache: Path | None) -> list[Item]:
    """Every entry of the stream that the judge encoded, in the order of time."""
    if cache and cache.exists():
        return pickle.loads(cache.read_bytes())
    judge, found = load_embedded(bundled()), []
    articles = articles_of(stream)
    for start in range(0, len(articles), BATCH):
        batch = articles[start : start + BATCH]
        for article, judgement in zip(batch, judge.judge(batch), strict=True):
            if judgement.embedding:
                entry = article.entry
                report = report_of(article, judgement.embedding)
                found.append(Item(entry.guid, entry.url, report, bool(judgement.verdicts)))
    if cache:
        cache.write_bytes(pickle.dumps(found))
    return found


def labels() -> dict[str, str]:
    lines = LABELS.read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines)


def same(one: str, other: str) -> bool | None:
    """Whether two labels are of one event; None: not known."""
    if one == other:
        return None if one == "-" else True
    if "-" not in (one, other) and one.partition("/")[0] == other.partition("/")[0]:
        return None
    return False


# --- the rules -----------------------------------------------------------------------------------


def by_rule(items: Sequence[Item]) -> Clusters:
    """The rule of the product, as the ledger applies it."""
    held: dict[int, StoryCandidate] = {}
    place: Clusters = {}
    for item in items:
        at = item.report.at
        held = {n: one for n, one in held.items() if at - one.last_at <= stories.STORY_WINDOW}
        match = find_story(item.report, held.values())
        if match is None:
            number = 1 + max(place.values(), default=0)
            held[number] = StoryCandidate(number, at, at, (item.report,))
        else:
            number = match.story_id
            for other in (number, *match.also):
                held[number] = joined(held[number], held[other].reports if other != number else ())
                if other != number:
                    del held[other]
                    place = {key: number if n == other else n for key, n in place.items()}
            held[number] = joined(held[number], (item.report,))
        place[item.id] = number
    return place


def joined(story: StoryCandidate, more: tuple[Report, ...]) -> StoryCandidate:
    reports = tuple(sorted((*story.reports, *more), key=lambda each: each.at))
    return replace(story, first_at=reports[0].at, last_at=reports[-1].at, reports=reports)


def by_pairs(items: Sequence[Item], alike: Callable[[Item, Item], bool]) -> Clusters:
    """Whatever is alike within the window is one, and what that is alike to."""
    place: Clusters = {}
    recent: list[Item] = []
    for number, item in enumerate(items):
        at = item.report.at
        recent = [one for one in recent if at - one.report.at <= stories.STORY_WINDOW]
        place[item.id] = number
        found = {place[one.id] for one in recent if alike(one, item)}
        if found:
            place = {key: number if n in found else n for key, n in place.items()}
        recent.append(item)
    return place


def by_founder(items: Sequence[Item], cosine: Callable[[timedelta], float]) -> Clusters:
    """The nearest story by the cosine with its first report, if it is near enough."""
    founders: list[tuple[int, Item, datetime]] = []
    place: Clusters = {}
    for number, item in enumerate(items):
        at, best = item.report.at, None
        for story, first, last in founders:
            apart = max(at - last, timedelta())
            if apart > stories.STORY_WINDOW or at - first.report.at > stories.STORY_SPAN:
                continue
            value = cosine_of(first, item)
            if value >= cosine(apart) and (best is None or value > best[0]):
                best = value, story
        place[item.id] = best[1] if best else number
        if best is None:
            founders.append((number, item, at))
        else:
            founders = [(n, first, at if n == best[1] else last) for n, first, last in founders]
        founders = [each for each in founders if at - each[2] <= stories.STORY_WINDOW]
    return place


def cosine_of(one: Item, other: Item) -> float:
    return float(vector(one) @ vector(other))


def vector(item: Item) -> np.ndarray:
    return np.frombuffer(item.report.embedding, "<f4")


def equal(one: Item, other: Item) -> bool:
    return bool(one.url and one.url == other.url) or bool(
        one.report.title and one.report.title == other.report.title
    )


class MinHash:
    """Jaccard of word pairs by 64 minima."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._seen: dict[str, np.ndarray] = {}
        mixing = np.random.default_rng(0).integers(1, 2**61, (2, 64), dtype=np.uint64)
        self._mixing = mixing[0] | np.uint64(1), mixing[1]

    def __call__(self, one: Item, other: Item) -> bool:
        return float((self._minima(one) == self._minima(other)).mean()) >= self._least

    def _minima(self, item: Item) -> np.ndarray:
        if item.id not in self._seen:
            words = re.findall(r"\w+", item.report.text.casefold())
            pairs = [" ".join(each) for each in pairwise(words)] or words
            hashes = [hashlib.blake2b(each.encode(), digest_size=8).digest() for each in pairs]
            values = np.array([int.from_bytes(each, "big") for each in hashes], dtype=np.uint64)
            times, plus = self._mixing
            self._seen[item.id] = (values[:, None] * times + plus).min(0)
        return self._seen[item.id]


# --- the figures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    pair_precision: float
    pair_recall: float
    pairs: int
    wanted: int
    b3_precision: float
    b3_recall: float

    def line(self) -> str:
        f1, b3 = (
            2 * p * r / (p + r) if p + r else 0.0
            for p, r in (
                (self.pair_precision, self.pair_recall), (self.b3_precision, self.b3_recall),
            )
        )  # fmt: skip
        return (
            f"{self.pair_precision:.3f} | {self.pair_recall:.3f} | {f1:.3f} |"
            f" {self.b3_precision:.3f} | {self.b3_recall:.3f} | {b3:.3f}"
        )


def figures(place: Clusters, events: dict[str, str], ids: Iterable[str]) -> Figures:
    """Over the labelled entries of ``ids``: of all pairs of which it is known whether they are one
    event, and B-cubed over the entries of events."""
    known = [one for one in ids if one in events and one in place]
    story, event = defaultdict(list), Counter(events[one] for one in known)
    for one in known:
        story[place[one]].append(one)
    right = wrong = 0
    precisions, recalls = [], []
    for members in story.values():
        for one, other in combinations(members, 2):
            verdict = same(events[one], events[other])
            right, wrong = right + (verdict is True), wrong + (verdict is False)
        for one in members:
            if events[one] == "-":
                continue
            found = [same(events[one], events[other]) for other in members if other != one]
            hits = 1 + found.count(True)
            precisions.append(hits / (hits + found.count(False)))
            recalls.append(hits / event[events[one]])
    wanted = sum(math.comb(count, 2) for name, count in event.items() if name != "-")
    return Figures(
        right / max(1, right + wrong), right / max(1, wanted), right + wrong, wanted,
        float(np.mean(precisions)), float(np.mean(recalls)),
    )  # fmt: skip


def compare(items: Sequence[Item], events: dict[str, str]) -> None:
    """Prints the table of rules, on what had a verdict and on all that was encoded."""

    def flat(value: float) -> Callable[[timedelta], float]:
        return lambda _apart: value

    def first(apart: timedelta) -> float:
        return 0.62 if apart <= timedelta(hours=30) else 0.90

    rules: dict[str, Callable[[Sequence[Item]], Clusters]] = {
        "URL or title equal": lambda some: by_pairs(some, equal),
        "MinHash, Jaccard 0.5": lambda some: by_pairs(some, MinHash(0.5)),
        "MinHash, Jaccard 0.3": lambda some: by_pairs(some, MinHash(0.3)),
        "cosine 0.60 with the founder": lambda some: by_founder(some, flat(0.60)),
        "cosine 0.75 with the founder": lambda some: by_founder(some, flat(0.75)),
        "cosine 0.62, later 0.90 (the first rule)": lambda some: by_founder(some, first),
        "this rule": by_rule,
    }
    for title, some in (
        ("reports with a verdict", [item for item in items if item.told]),
        ("all reports on the subject", items),
    ):
        print(f"\n{title}: {len(some)}")
        for name, rule in rules.items():
            place = rule(some)
            for part, wanted in (("fitted", False), ("held out", True)):
                ids = [item.id for item in some if item.held is wanted]
                found = figures(place, events, ids)
                print(f"| {name} | {part} | {found.line()} | {found.pairs} of {found.wanted} |")


# --- making the rule -----------------------------------------------------------------------------


def fit(items: Sequence[Item], events: dict[str, str]) -> None:
    """Prints the coefficients of the logistic rule, by Newton's method with a light ridge."""
    some = [item for item in items if item.id in events and not item.held]
    rows, wanted = [], []
    for one, other in combinations(some, 2):
        verdict = same(events[one.id], events[other.id])
        if verdict is None or abs(one.report.at - other.report.at) > stories.STORY_WINDOW:
            continue
        rows.append((1.0, *stories.features(one.report, other.report, cosine_of(one, other))))
        wanted.append(verdict)
    x, y = np.array(rows), np.array(wanted, float)
    middle, spread = x.mean(0), x.std(0)
    middle[0], spread[0] = 0.0, 1.0
    scaled = (x - middle) / spread
    weights = np.zeros(x.shape[1])
    for _ in range(30):
        odds = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (y - odds) - weights
        curve = (scaled * (odds * (1 - odds))[:, None]).T @ scaled + np.eye(len(weights))
        weights += np.linalg.solve(curve, slope)
    plain = weights / spread
    print(f"{len(y)} pairs, {int(y.sum())} of one event")
    print("INTERCEPT =", round(float(plain[0] - (plain[1:] * middle[1:]).sum()), 3))
    print("COEFFICIENTS =", tuple(round(float(each), 3) for each in plain[1:]))


def stems(stream: str) -> None:
    """Prints the bands of common stems, and the stems that are mostly written small."""
    entries, small, capital = Counter[str](), Counter[str](), Counter[str]()
    articles = articles_of(stream)
    for article in articles:
        entries.update(story_words.words_of(article.text).weights)
        for found in re.findall(r"(?<=[a-z,] )([A-Za-z][a-z]+)", article.entry.summary):
            (capital if found[0].isupper() else small)[story_words.stem_of(found)] += 1
    bands = defaultdict(list)
    for stem, count in entries.items():
        if count >= STEM_LEAST:
            bands[round(4 * math.log((len(articles) + 1) / (count + 1))) / 4].append(stem)
    for band in sorted(bands):
        print(band, *sorted(bands[band]))
    print("PLAIN", *sorted(s for s, n in small.items() if n >= max(12, capital[s])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stream")
    parser.add_argument("--judged", type=Path, help="keeps what was encoded, for the next time")
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--stems", action="store_true")
    args = parser.parse_args()
    if args.stems:
        stems(args.stream)
        return
    items = judged(args.stream, args.judged)
    (fit if args.fit else compare)(items, labels())


if __name__ == "__main__":
    main()
