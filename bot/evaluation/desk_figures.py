"""What the desk's decisions say of the judge: its precision, and where it should alert. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.evaluation.figures import wilson
from bot.model import DeskAction

# With fewer decisions a precision tells nothing.
LEAST_TOLD = 10

# With fewer decisions no threshold is proposed; and as many of the rarer kind, right or wrong, tell
# how the probabilities lie.
LEAST_DECIDED = 30
LEAST_EACH = 5
# It is not lowered past what so many decisions say of what lies between.
LEAST_BELOW = 10
# A change by less is not worth making.
LEAST_CHANGE = 0.02
_LOWEST, _HIGHEST = 0.05, 0.95
# How far the calibration strays from "as the judge says" without being shown otherwise: standard
# deviations of its shift (log-odds) and of its slope.
_SHIFT_SD, _SLOPE_SD = 1.0, 0.25
_LEAST_SLOPE = 0.1
_STEPS, _HALVINGS = 50, 30
_LEAST = 1e-6


# --- precision -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Precision:
    """How the desk decided on the judge's alerts: one decision an alert."""

    confirmed: int = 0
    wrong_stance: int = 0
    not_this_claim: int = 0

    @property
    def decided(self) -> int:
        """n"""
        return self.confirmed + self.wrong_stance + self.not_this_claim

    @property
    def value(self) -> float | None:
        """0..1; None without a decision."""
        return self.confirmed / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval that chance leaves."""
        return wilson(self.confirmed, self.decided)

    @property
    def tells(self) -> bool:
        """Whether there are enough decisions to say anything."""
        return self.decided >= LEAST_TOLD

    def __str__(self) -> str:
        """For people, always with n."""
        if self.value is None:
            return "nothing decided yet"
        if not self.tells:
            return f"{self.confirmed} of {self.decided} confirmed; n is too small to tell"
        low, high = self.interval
        return (
            f"{self.value:.0%} of {self.decided} confirmed (95 % interval {low:.0%} to {high:.0%})"
        )


def precision(rulings: Iterable[tuple[str, DeskAction]]) -> tuple[Precision, dict[str, Precision]]:
    """Of all decisions, and by claim: of (claim id, what the desk decided) for each alert."""
    overall: Counter[DeskAction] = Counter()
    by_claim: dict[str, Counter[DeskAction]] = defaultdict(Counter)
    for claim_id, action in rulings:
        overall[action] += 1
        by_claim[claim_id][action] += 1
    return _precision(overall), {one: _precision(count) for one, count in sorted(by_claim.items())}


def _precision(count: Mapping[DeskAction, int]) -> Precision:
    return Precision(*(count.get(action, 0) for action in DeskAction))


# --- where to alert ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decided:
    """The judge's probability that a story bears on a claim, and whether the desk says so.

    Of several reports the highest counts: it is the one by which the story would be told.
    """

    probability: float
    bears: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the judge's probabilities are worth by the desk's decisions: a logistic curve."""

    shift: float = 0.0
    slope: float = 1.0

    def __call__(self, probability: float) -> float:
        return _logistic(self.shift + self.slope * _logit(probability))

    def inverse(self, calibrated: float) -> float:
        """The judge's probability that is worth so much."""
        return _logistic((_logit(calibrated) - self.shift) / self.slope)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a threshold would tell of what was decided: counts, and what the curve expects."""

    told: int
    right: int
    expected: float | None  # 0..1, the precision; None where nothing is told


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold from decisions. ``reason``: why it is the one at work; "" where it is another."""

    threshold: float
    calibration: Calibration
    now: Observed
    then: Observed
    decided: int
    reason: str = ""


def missing(decided: Sequence[Decided]) -> str:
    """What decisions are missing before a threshold can be proposed, for people; "" if none."""
    right = sum(one.bears for one in decided)
    wrong = len(decided) - right
    wants = []
    if len(decided) < LEAST_DECIDED:
        wants.append(f"{LEAST_DECIDED - len(decided)} of any kind")
    if right < LEAST_EACH:
        wants.append(f"{LEAST_EACH - right} that say that a report bears on its claim")
    if wrong < LEAST_EACH:
        wants.append(f"{LEAST_EACH - wrong} that say that it does not")
    return ", ".join(wants)


def propose(decided: Sequence[Decided], current: float, meant: float) -> Proposal:
    """Where to alert, from at least LEAST_DECIDED decisions (``missing`` says "").

    ``current``: the threshold at work. ``meant``: the model's own, which was chosen where its
    probabilities were right; the proposal is where they are worth as much to the desk.
    """
    curve = calibrate(decided)
    wanted = round(min(max(curve.inverse(meant), _LOWEST), _HIGHEST), 2)
    reason = ""
    if wanted < current:
        below = [one.probability for one in decided if one.probability < current]
        between = sum(probability >= wanted for probability in below)
        if between < LEAST_BELOW:
            reason = (
                f"it could be {wanted:.2f}, but of the stories from there to {current:.2f} only"
                f" {between} were decided, of {LEAST_BELOW} that it takes: decide on some in the"
                " review queue"
            )
            wanted = current
        else:
            wanted = max(wanted, round(min(below), 2))
    if not reason and abs(wanted - current) < LEAST_CHANGE:
        wanted, reason = current, "it is right as it is, as far as the decisions tell"
    return Proposal(
        threshold=wanted,
        calibration=curve,
        now=_observed(decided, current, curve),
        then=_observed(decided, wanted, curve),
        decided=len(decided),
        reason=reason,
    )


def calibrate(decided: Sequence[Decided]) -> Calibration:
    """The logistic curve that the decisions make of the judge's log-odds.

    By maximum likelihood, with a normal prior around "as the judge says", so that a few decisions
    bend it little; Newton's method. J. Platt, Probabilistic outputs for support vector machines
    (1999), has the curve.
    """
    rows = [(_logit(one.probability), float(one.bears)) for one in decided]
    curve = Calibration()
    loss = _loss(rows, curve)
    for _ in range(_STEPS):
        step = _newton_step(rows, curve)
        for _ in range(_HALVINGS):
            slope = max(curve.slope - step[1], _LEAST_SLOPE)
            tried = Calibration(curve.shift - step[0], slope)
            if (better := _loss(rows, tried)) < loss:
                curve, loss = tried, better
                break
            step = step[0] / 2, step[1] / 2
        else:
            break
    return curve


def _loss(rows: Sequence[tuple[float, float]], curve: Calibration) -> float:
    """The negative log of likelihood and prior, for (log-odds, 1 or 0)."""
    away = (curve.shift / _SHIFT_SD) ** 2 + ((curve.slope - 1) / _SLOPE_SD) ** 2
    odds = ((curve.shift + curve.slope * x) * (1 if bears else -1) for x, bears in rows)
    return away / 2 + math.fsum(_softplus(-one) for one in odds)


def _newton_step(rows: Sequence[tuple[float, float]], curve: Calibration) -> tuple[float, float]:
    # The gradient and the Hessian of the loss, the priors first.
    g0, g1 = curve.shift / _SHIFT_SD**2, (curve.slope - 1) / _SLOPE_SD**2
    h00, h01, h11 = 1 / _SHIFT_SD**2, 0.0, 1 / _SLOPE_SD**2
    for x, bears in rows:
        p = _logistic(curve.shift + curve.slope * x)
        miss, bend = p - bears, p * (1 - p)
        g0, g1 = g0 + miss, g1 + miss * x
        h00, h01, h11 = h00 + bend, h01 + bend * x, h11 + bend * x * x
    whole = h00 * h11 - h01 * h01
    return (h11 * g0 - h01 * g1) / whole, (h00 * g1 - h01 * g0) / whole


def _observed(decided: Sequence[Decided], threshold: float, curve: Calibration) -> Observed:
    told = [one for one in decided if one.probability >= threshold]
    expected = math.fsum(curve(one.probability) for one in told) / len(told) if told else None
    return Observed(len(told), sum(one.bears for one in told), expected)


def _logit(probability: float) -> float:
    p = min(max(probability, _LEAST), 1 - _LEAST)
    return math.log(p / (1 - p))


def _logistic(odds: float) -> float:
    if odds < 0:
        return math.exp(odds) / (1 + math.exp(odds))
    return 1 / (1 + math.exp(-odds))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
