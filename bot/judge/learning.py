"""Fits an essay's head and says, on entries held out in turn, what it changes. Pure.

Three things teach a head: labelled entries; the essay's indicators, each a text that counts for
its own claim and bears on no other; and background, texts on other subjects that bear on nothing.
A head that came with claimwire is where fitting starts, so that fifty labels move it and do not
replace it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.judge.essay_head import EssayHead, Taught, pool, wording_of
from bot.judge.regression import (
    LEFT_OUT,
    NONE,
    TARGETS,
    Floats,
    Targets,
    fit,
    log_softmax,
    logits,
)
from bot.model import Essay, Stance

FOLDS = 5
# Chosen on held-out entries (docs/tuning.md): the first for an essay with hardly any labels, the
# second where there is a head to start from.
PENALTY = 10.0
START_PENALTY = 200.0
SHARES = tuple(step / 10 for step in range(11))
# Log-odds of none that are taken off a head. Indicators are rarer among its lessons than what they
# stand for is among reports, so it is too quiet; by how much is chosen like the share.
TILTS = (0.0, -0.5, -1.0, -1.5, -2.0)
# Without a labelled entry nothing can be chosen; these were best on two essays never trained on.
UNLABELLED_SHARE, UNLABELLED_TILT = 0.7, -1.5
# A file with fewer entries that bear on nothing does not show how quiet a head must be.
LEAST_EMPTY_SHARE = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Unit vectors (n, width) of texts, and what each says of every claim: targets (n, claims) as
    in bot.judge.regression."""

    vectors: Floats
    targets: Targets

    def __len__(self) -> int:
        return len(self.targets)

    def __add__(self, other: Lessons) -> Lessons:
        return Lessons(
            np.concatenate((self.vectors, other.vectors)),
            np.concatenate((self.targets, other.targets)),
        )

    def only(self, rows: NDArray[np.bool_]) -> Lessons:
        """Those of a boolean mask (n,)."""
        return Lessons(self.vectors[rows], self.targets[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Labelled entries as judged without their own labels: each by a head fitted on the others.

    ``before`` and ``after``: probabilities (n, claims, 4). ``gain``: by how much the log-loss per
    entry falls (nats), and ``gain_error`` its standard error over groups.
    """

    before: Floats
    after: Floats
    share: float
    tilt: float
    gain: float
    gain_error: float


def targets_of(
    essay: Essay, labels: Mapping[str, Stance], borderline: Iterable[str] = ()
) -> list[int]:
    """One target per claim of the essay; a borderline claim is left out."""
    unsure = set(borderline)
    return [
        TARGETS[labels[claim.id]]
        if claim.id in labels
        else LEFT_OUT
        if claim.id in unsure
        else NONE
        for claim in essay.claims
    ]


def indicator_lessons(essay: Essay, encode: Callable[[Sequence[str]], Floats]) -> Lessons:
    """Every indicator as a text that counts for its claim on its side, and for no other claim."""
    owned = [(claim, indicator) for claim in essay.claims for indicator in claim.indicators]
    rows = [targets_of(essay, {claim.id: indicator.side}) for claim, indicator in owned]
    vectors = encode([indicator.text for _claim, indicator in owned])
    return Lessons(vectors, np.array(rows, np.int64).reshape(len(rows), len(essay.claims)))


def background_lessons(essay: Essay, vectors: Floats) -> Lessons:
    """Texts that bear on no claim."""
    return Lessons(vectors, np.full((len(vectors), len(essay.claims)), NONE, np.int64))


def untaught_head(
    essay: Essay, encoder: str, indicators: Lessons, background: Lessons
) -> EssayHead:
    """The head of an essay without any labelled entry: from its indicators alone."""
    weights, bias = _fit(indicators + background, None, PENALTY)
    taught = Taught(indicators=len(indicators), background=len(background))
    return _head(essay, encoder, weights, bias, (UNLABELLED_SHARE, UNLABELLED_TILT), taught)


def learn(
    essay: Essay,
    encoder: str,
    labelled: Lessons,
    groups: Sequence[str],
    general: Floats,
    *,
    indicators: Lessons,
    background: Lessons,
    start: EssayHead | None = None,
    keep_share: bool = False,
) -> tuple[EssayHead, Trial]:
    """A head from everything, and the trial by which its share was chosen.

    ``groups`` (n,): entries of one group (a minimal pair) are held out together. ``general``
    (n, claims, 4): what the general judge alone says of the labelled entries, which number at
    least one. ``start``: the head that judges now and has seen none of them; without one the
    indicators make it. ``keep_share``: share and tilt stay the usual ones, where the labels speak
    of some claims only, and the others would be pooled by them too.
    """
    extra = indicators + background
    begin, penalty = None, PENALTY
    if start is not None:
        begin, penalty = _whole(start, extra), START_PENALTY
    fold = folds_of(groups)
    own = np.empty_like(general)
    for part in np.unique(fold):
        held = fold == part
        weights, bias = _fit(labelled.only(~held) + extra, begin, penalty)
        own[held] = log_softmax(logits(labelled.vectors[held], weights, bias))
    tilts = TILTS if _shows_quiet(labelled) else TILTS[:1]
    usual = _usual(start, indicators)
    share, tilt = usual
    if not keep_share:
        share, tilt = choose(general, own, labelled.targets, groups, usual=usual, tilts=tilts)
    judging = start
    if judging is None and len(indicators):
        judging = untaught_head(essay, encoder, indicators, background)
    before = general if judging is None else judging.mix(general, labelled.vectors)
    after = pool(general, tilted(own, share, tilt), share)
    fall = log_loss(before, labelled.targets) - log_loss(after, labelled.targets)
    gain, gain_error = mean_and_error(fall, groups)
    weights, bias = _fit(labelled + extra, begin, penalty)
    taught = Taught(
        len(labelled), int((labelled.targets > NONE).sum()), len(indicators), len(background)
    )
    head = _head(essay, encoder, weights, bias, (share, tilt), taught)
    return head, Trial(before, after, share, tilt, gain, gain_error)


def choose(
    general: Floats,
    own: Floats,
    targets: Targets,
    groups: Sequence[str],
    *,
    usual: tuple[float, float],
    tilts: Sequence[float] = TILTS,
) -> tuple[float, float]:
    """A share and a tilt: of all that the entries cannot tell from the best, the nearest to the
    ``usual`` ones, which would be taken without any label.

    ``general``: probabilities, ``own``: log probabilities of a head that has not seen the entries.
    Options are told apart where their log-losses differ by more than one standard error.
    """
    options = [(share, tilt) for share in SHARES for tilt in (tilts if share else tilts[:1])]
    losses = [
        log_loss(pool(general, tilted(own, share, tilt), share), targets) for share, tilt in options
    ]
    best = min(losses, key=lambda loss: float(loss.sum()))

    def is_as_good(loss: Floats) -> bool:
        worse, error = mean_and_error(loss - best, groups)
        return worse <= error

    good = [option for option, loss in zip(options, losses, strict=True) if is_as_good(loss)]
    return min(good, key=lambda one: (abs(one[0] - usual[0]), abs(one[1] - usual[1])))


def tilted(own: Floats, share: float, tilt: float) -> Floats:
    """A head's log values with ``tilt`` on none, as it is felt once they are pooled."""
    if not share or not tilt:
        return own
    result = own.copy()
    result[..., NONE] += np.float32(tilt / share)
    return result


def log_loss(probabilities: Floats, targets: Targets) -> Floats:
    """Per entry, summed over the claims that count: (n, claims, 4) and (n, claims) to (n,)."""
    picked = np.take_along_axis(probabilities, np.maximum(targets, 0)[..., np.newaxis], -1)[..., 0]
    losses = np.where(targets >= 0, -np.log(np.maximum(picked, 1e-6)), 0.0)
    return np.asarray(losses.sum(-1), np.float32)


def folds_of(groups: Sequence[str]) -> NDArray[np.int64]:
    """A fold, 0..FOLDS-1, for every entry: groups stay whole, and are dealt out in the order of
    a hash, so that neither their names nor their order in the file decide."""
    dealt = sorted(set(groups), key=lambda group: hashlib.sha256(group.encode()).digest())
    fold = {group: place % FOLDS for place, group in enumerate(dealt)}
    return np.array([fold[group] for group in groups], np.int64)


def _usual(start: EssayHead | None, indicators: Lessons) -> tuple[float, float]:
    if start is not None:
        return start.share, 0.0
    return (UNLABELLED_SHARE, UNLABELLED_TILT) if len(indicators) else (0.0, 0.0)


def _shows_quiet(labelled: Lessons) -> bool:
    return float((labelled.targets == NONE).all(-1).mean()) >= LEAST_EMPTY_SHARE


def _fit(
    lessons: Lessons, start: tuple[Floats, Floats] | None, penalty: float
) -> tuple[Floats, Floats]:
    return fit(lessons.vectors, lessons.targets, penalty=penalty, start=start)


def _whole(start: EssayHead, extra: Lessons) -> tuple[Floats, Floats]:
    """Its weights and bias; a claim that it does not know starts from what needs no labels."""
    if start.known.all():
        return start.weights, start.bias
    weights, bias = _fit(extra, None, PENALTY)
    known = start.known[:, np.newaxis]
    return np.where(known[..., np.newaxis], start.weights, weights), np.where(
        known, start.bias, bias
    )


def _head(
    essay: Essay,
    encoder: str,
    weights: Floats,
    bias: Floats,
    chosen: tuple[float, float],
    taught: Taught,
) -> EssayHead:
    share, tilt = chosen
    return EssayHead(
        encoder,
        tuple(claim.id for claim in essay.claims),
        tuple(wording_of(claim.statement) for claim in essay.claims),
        weights,
        tilted(bias, share, tilt),
        np.ones(len(essay.claims), bool),
        share,
        taught,
    )


def mean_and_error(values: Floats, groups: Sequence[str]) -> tuple[float, float]:
    """The mean over entries, and its standard error with groups as the units."""
    names = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    places = [names[group] for group in groups]
    sums, sizes = np.bincount(places, values), np.bincount(places)
    mean = float(np.mean(values, dtype=np.float64))
    return mean, float(np.sqrt(((sums - mean * sizes) ** 2).sum())) / len(values)
