"""Weak indicators by measure: two that the judge can hardly tell apart, one that is always nearest.

Pure: it works on embeddings that somebody else made (bot.judge.stance_model), as unit vectors.

The limits were chosen on the 330 indicators of the bundled essay. Of 998 pairs on the two sides of
one claim two reached ``ACROSS_SIDES``, both hard to tell apart for an editor too (they were
reworded). Of 52,412 pairs from two claims none reaches ``ACROSS_CLAIMS``; the nearest, at 0.925, is
one treaty told with and without its mediator, which is meant. With other weights of the encoder,
look at them again. The indicator that was most often the nearest was so to 4.8 % of
1,200 real reports on topic, to 5.6 % of the bundled chronicle, and to 9.1 % of another essay's
cases.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.errors import Problem
from bot.essay.fields import shown
from bot.essay.weakness import Placed

ACROSS_SIDES = 0.8  # cosine of two indicators on the two sides of one claim
ACROSS_CLAIMS = 0.93  # of two indicators of different claims
MAX_PAIRS = 20  # told at once, the worst first
LARGE_SHARE = 0.1  # of the reports on topic
MIN_TIMES_EVEN = 5  # and so many times what it would have if all had the same
MIN_REPORTS = 50  # on topic; fewer say nothing about an indicator

Vectors = NDArray[np.float32]


def too_near(indicators: Sequence[Placed], vectors: Vectors) -> list[Problem]:
    """A warning for each pair that is too near, the worst first; ``vectors``: (indicators, width).

    Two indicators of one claim and side may be as near as they like: the second adds little, but
    does no harm.
    """
    cosines = vectors @ vectors.T
    found = []
    # Anything below the lower limit is out of the question; the few others are looked at singly.
    for a, b in np.argwhere(np.triu(cosines, 1) >= min(ACROSS_SIDES, ACROSS_CLAIMS)):
        left, right = indicators[a], indicators[b]
        same_claim = left.claim.id == right.claim.id
        same_side = left.indicator.side is right.indicator.side
        if same_claim and same_side:
            continue
        limit = ACROSS_SIDES if same_claim else ACROSS_CLAIMS
        if cosines[a, b] >= limit:
            found.append((float(cosines[a, b]), left, right, same_claim))
    found.sort(key=lambda pair: -pair[0])
    return [_near_problem(*pair) for pair in found[:MAX_PAIRS]]


def _near_problem(cosine: float, left: Placed, right: Placed, same_claim: bool) -> Problem:
    line = f" on line {right.line}" if right.line else ""
    other = "the other side" if same_claim else f"claim {right.claim.id}"
    return Problem(
        left.line,
        f'claim {left.claim.id}: "{left.text}" is very near (cosine {cosine:.2f}) to'
        f' "{right.text}"{line}, on {other}',
        "let the two name different deeds: the judge can hardly tell which side a report is on"
        if same_claim
        else "say in each what sets its claim apart, or keep one: what meets one meets both",
    )


def met_by_everything(
    indicators: Sequence[Placed], vectors: Vectors, reports: Vectors, on: str
) -> list[Problem]:
    """A warning for each indicator that is the nearest of all to a large share of reports.

    ``reports``: (reports, width), on topic; fewer than MIN_REPORTS give no warning. ``on``: what
    the sample is called in messages.
    """
    if len(reports) < MIN_REPORTS or not len(indicators):
        return []
    nearest = np.bincount((reports @ vectors.T).argmax(1), minlength=len(indicators))
    shares = nearest / len(reports)
    limit = max(LARGE_SHARE, MIN_TIMES_EVEN / len(indicators))
    return [
        Problem(
            indicators[row].line,
            f"claim {indicators[row].claim.id}: {shown(indicators[row].text)} is the nearest"
            f" indicator to {shares[row]:.0%} of {len(reports)} reports on topic in {on}",
            "narrow it: name the place, the size or the step that makes it count for this claim",
        )
        for row in np.argsort(-shares, kind="stable")
        if shares[row] > limit
    ]
