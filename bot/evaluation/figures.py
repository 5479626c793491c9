"""The figures, from plain numbers. Pure; none depends on the order of what it is given.

A score is a probability or any other number that is higher for what bears more surely. Equal
scores are one threshold: which of them comes first decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt

BINS = 10
_Z95 = 1.959964  # of a 95 % interval

Scored = tuple[float, bool]  # a score, and whether the entry does bear on the claim


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``, as counts."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0..1; None where there is nothing to have a share of."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Found:
    """How many were told, how many there were to tell (labelled), and how many were right."""

    told: int
    labelled: int
    right: int

    @property
    def precision(self) -> Share:
        return Share(self.right, self.told)

    @property
    def recall(self) -> Share:
        return Share(self.right, self.labelled)

    @property
    def f1(self) -> float | None:
        """0..1; None where nothing was told and nothing was there."""
        total = self.told + self.labelled
        return 2 * self.right / total if total else None


@dataclass(frozen=True, slots=True)
class Point:
    """Precision, recall and F1 when all that scores at least ``threshold`` is told."""

    threshold: float
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs whose probability lies in ``low`` <= p < ``high`` (the last includes 1).

    ``predicted``: their mean probability; ``observed``: the share that does bear. None: no pairs.
    """

    low: float
    high: float
    count: int
    predicted: float | None
    observed: float | None


def threshold_curve(scored: Iterable[Scored]) -> tuple[Point, ...]:
    """One point for every different score, from the highest down; empty where nothing bears."""
    all_of, bearing = Counter[float](), Counter[float]()
    for score, bears in scored:
        all_of[score] += 1
        bearing[score] += bears
    labelled = bearing.total()
    if not labelled:
        return ()
    points, told, right = [], 0, 0
    for score in sorted(all_of, reverse=True):
        told += all_of[score]
        right += bearing[score]
        f1 = 2 * right / (told + labelled)
        points.append(Point(score, right / told, right / labelled, f1))
    return tuple(points)


def average_precision(curve: Sequence[Point]) -> float | None:
    """The sum of precision times gain in recall, over all thresholds; 0..1, None if empty.

    It is what is called AP elsewhere: without interpolation, equal scores taken together.
    """
    if not curve:
        return None
    before = (0.0, *(point.recall for point in curve))
    return min(1.0, fsum(p.precision * (p.recall - r) for p, r in zip(curve, before, strict=False)))


def best_point(curve: Sequence[Point]) -> Point | None:
    """Where F1 is highest, at the higher threshold of two equals. It is chosen by the very labels
    that it is measured on, so it flatters."""
    return max(curve, key=lambda point: (point.f1, point.threshold), default=None)


def sampled(curve: Sequence[Point], steps: int) -> tuple[Point, ...]:
    """What each threshold 0, 1/steps, .. 1 would do; those above the highest score are left out."""
    points = []
    held = iter(reversed(curve))
    point = next(held, None)
    for step in range(steps + 1):
        threshold = step / steps
        while point is not None and point.threshold < threshold:
            point = next(held, None)
        if point is not None:
            points.append(replace(point, threshold=threshold))
    return tuple(points)


def reliability(scored: Iterable[Scored], bins: int = BINS) -> tuple[Bin, ...]:
    """How often what is given a probability does bear, in ``bins`` bins of equal width."""
    held: list[list[Scored]] = [[] for _ in range(bins)]
    for probability, bears in scored:
        held[min(int(probability * bins), bins - 1)].append((probability, bears))
    return tuple(_bin(index / bins, (index + 1) / bins, pairs) for index, pairs in enumerate(held))


def _bin(low: float, high: float, pairs: list[Scored]) -> Bin:
    if not pairs:
        return Bin(low, high, 0, None, None)
    count = len(pairs)
    predicted = fsum(probability for probability, _bears in pairs) / count
    return Bin(low, high, count, predicted, sum(bears for _p, bears in pairs) / count)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Mean distance of predicted and observed over all pairs but those of the lowest bin.

    Nearly every pair of an entry and a claim is rightly near 0; counted in, they would hide how
    far off the rest is. None where the rest is empty.
    """
    rest = [b for b in bins[1:] if b.predicted is not None and b.observed is not None]
    count = sum(b.count for b in rest)
    if not count:
        return None
    return fsum(b.count * abs((b.predicted or 0.0) - (b.observed or 0.0)) for b in rest) / count


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The Wilson score interval (95 %) of a share; (0, 1) for a share of nothing.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22
    (1927), 209-212.
    """
    if not whole:
        return 0.0, 1.0
    share, z2 = part / whole, _Z95**2 / whole
    middle = (share + z2 / 2) / (1 + z2)
    reach = _Z95 * sqrt(share * (1 - share) / whole + z2 / (4 * whole)) / (1 + z2)
    return max(0.0, middle - reach), min(1.0, middle + reach)
