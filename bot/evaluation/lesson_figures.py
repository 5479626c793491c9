"""What tuning changes, in figures: the same labelled entries before and after. Pure.

The entries are judged at the judge's thresholds, but as a whole: neither sentence by sentence nor
with the rules on who says what. `claimwire eval` has the figures of the whole judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.cases import Outcome
from bot.evaluation.figures import Found, Share, average_precision, threshold_curve
from bot.evaluation.stances import DIRECTED, bearing, flips, with_stance
from bot.judge.cross_reader import side_of
from bot.judge.verdict import Probabilities, Thresholds, stance_of
from bot.model import Stance

_STANCES = (None, Stance.UPDATE, Stance.SUPPORTS, Stance.CONTRADICTS)


@dataclass(frozen=True, slots=True)
class TuningFigures:
    """See docs/evaluation.md for each. ``false_alarms``: of the entries on which nothing bears."""

    bears: Found
    average_precision: float | None
    direction: Found
    flips: Share
    false_alarms: Share


def figures(
    probabilities: NDArray[np.float32],
    read: NDArray[np.float32],
    leaning: NDArray[np.float32],
    targets: NDArray[np.int64],
    claim_ids: Sequence[str],
    thresholds: Thresholds,
) -> TuningFigures:
    """``probabilities`` (n, claims, 4) of both readers joined, ``read`` (n, claims, 4) of the
    second alone, ``leaning`` (n, claims) as in bot.judge.verdict.stance_of, ``targets``
    (n, claims): the place of the labelled stance, 0 for none, below 0 left out."""

    def told(row: int, place: int, p: Probabilities) -> Stance | None:
        if p.bears < thresholds.bears:
            return None
        lean = float(leaning[row, place])
        return stance_of(p, thresholds, side_of(read[row, place]), lean)[0]

    def outcome(row: int, place: int, claim_id: str) -> Outcome:
        p = Probabilities(*(float(value) for value in probabilities[row, place]))
        label = _STANCES[targets[row, place]]
        return Outcome(row, claim_id, label, told(row, place, p), p.bears)

    outcomes = [
        outcome(row, place, claim_id)
        for row in range(len(targets))
        for place, claim_id in enumerate(claim_ids)
        if targets[row, place] >= 0
    ]
    empty = set(np.flatnonzero((targets == 0).all(-1)).tolist())
    alarmed = {one.row for one in outcomes if one.told is not None} & empty
    curve = threshold_curve((one.bears or 0.0, one.label is not None) for one in outcomes)
    return TuningFigures(
        bears=bearing(outcomes),
        average_precision=average_precision(curve),
        direction=with_stance(outcomes, DIRECTED),
        flips=flips(outcomes),
        false_alarms=Share(len(alarmed), len(empty)),
    )
