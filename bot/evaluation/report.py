"""All figures of one evaluation as one value. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.evaluation.cases import Judged, outcomes
from bot.evaluation.figures import (
    Bin,
    Found,
    Point,
    Share,
    average_precision,
    calibration_error,
    reliability,
    threshold_curve,
)
from bot.evaluation.minimal_pairs import PairFigures, minimal_pairs
from bot.evaluation.mistakes import Mistake, worst
from bot.evaluation.rivals import Rival, compare
from bot.evaluation.stances import (
    DIRECTED,
    ClaimFigures,
    TrapFigures,
    bearing,
    by_claim,
    by_trap,
    false_alarms,
    flips,
    gated_labels,
    stance_of_hits,
    with_stance,
)
from bot.judge.verdict import Thresholds
from bot.model import Essay, Stance


@dataclass(frozen=True, slots=True)
class Report:
    """``compared``: pairs of an entry and a claim that count; ``left_out``: the borderline ones.

    ``curve`` and ``bins`` are empty, and average precision and calibration None, where the judge
    hands out no probabilities; ``thresholds`` is None then.
    """

    entries: int
    compared: int
    left_out: int
    thresholds: Thresholds | None
    bears: Found
    average_precision: float | None
    direction: Found
    by_stance: Mapping[Stance, Found]
    stance_of_hits: Share
    flips: Share
    false_alarms: Share
    gated_labels: Share
    minimal_pairs: PairFigures
    rivals: tuple[Rival, ...]
    by_claim: tuple[ClaimFigures, ...]
    by_trap: tuple[TrapFigures, ...]
    calibration_error: float | None
    bins: tuple[Bin, ...]
    curve: tuple[Point, ...]
    worst: tuple[Mistake, ...]


def measure(judged: Sequence[Judged], essay: Essay, thresholds: Thresholds | None) -> Report:
    """The report on these entries; ``thresholds`` are those that the judge alerted by."""
    all_of = outcomes(judged, essay)
    scored = [(one.bears, one.label is not None) for one in all_of if one.bears is not None]
    curve, bins = threshold_curve(scored), reliability(scored) if scored else ()
    return Report(
        entries=len(judged),
        compared=len(all_of),
        left_out=len(judged) * len(essay.claims) - len(all_of),
        thresholds=thresholds,
        bears=bearing(all_of),
        average_precision=average_precision(curve),
        direction=with_stance(all_of, DIRECTED),
        by_stance={stance: with_stance(all_of, (stance,)) for stance in Stance},
        stance_of_hits=stance_of_hits(all_of),
        flips=flips(all_of),
        false_alarms=false_alarms(judged),
        gated_labels=gated_labels(judged),
        minimal_pairs=minimal_pairs(judged),
        rivals=compare(judged, all_of, essay, thresholds.bears if thresholds else None),
        by_claim=by_claim(all_of, [claim.id for claim in essay.claims]),
        by_trap=by_trap(judged, all_of),
        calibration_error=calibration_error(bins),
        bins=bins,
        curve=curve,
        worst=worst(judged, all_of),
    )
