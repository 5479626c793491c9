"""Tuning: its share grows with what the entries can show, and it is measured on others."""

from dataclasses import replace

import numpy as np
import pytest
from head_making import ENCODER, ESSAY, WIDTH, head, lessons, probabilities, units
from hypothesis import given
from hypothesis import strategies as st

from bot.judge.essay_head import EssayHead
from bot.judge.learning import (
    FOLDS,
    UNLABELLED_SHARE,
    Lessons,
    Trial,
    background_lessons,
    choose,
    folds_of,
    indicator_lessons,
    learn,
    log_loss,
    mean_and_error,
    targets_of,
    tilted,
    untaught_head,
)
from bot.judge.regression import LEFT_OUT, Floats
from bot.model import Stance

NO_LESSONS = Lessons(np.empty((0, WIDTH), np.float32), np.empty((0, 3), np.int64))


def taught(
    labelled: Lessons, general: Floats | None = None, start: EssayHead | None = None
) -> tuple[EssayHead, Trial]:
    if general is None:
        general = probabilities(0, len(labelled))
    groups = [str(row) for row in range(len(labelled))]
    return learn(
        ESSAY, ENCODER, labelled, groups, general,
        indicators=NO_LESSONS, background=NO_LESSONS, start=start,
    )  # fmt: skip


def test_many_telling_entries_give_the_head_a_large_share() -> None:
    made, trial = taught(lessons(1, 300))
    assert made.share >= 0.6
    assert trial.gain > 3 * trial.gain_error > 0
    assert made.taught.entries == 300
    assert made.taught.labels == 225


def test_entries_that_tell_nothing_give_it_none() -> None:
    """The labels have nothing to do with the texts, and the general judge knows them all."""
    labelled = lessons(1, 200)
    noise = Lessons(units(2, 200), labelled.targets)
    general = np.full((200, 3, 4), 1e-5, np.float32)
    np.put_along_axis(general, labelled.targets[..., np.newaxis], 1 - 3e-5, -1)
    made, trial = taught(noise, general)
    assert made.share == 0.0
    assert trial.gain == pytest.approx(0, abs=0.01)


def test_few_entries_give_it_less_than_many() -> None:
    few, _trial = taught(lessons(1, 12, noise=0.8))
    many, _trial = taught(lessons(1, 400, noise=0.8))
    assert few.share < many.share


def test_an_entry_is_tried_by_a_head_that_has_not_seen_its_group() -> None:
    """Each pair has a meaning of its own: what one member teaches must not reach the other."""
    vectors = np.repeat(units(3, 30), 2, axis=0)
    targets = np.zeros((60, 3), np.int64)
    targets[:, 0] = np.repeat(np.random.default_rng(4).permutation(30) % 2 * 2, 2)
    labelled, general = Lessons(vectors, targets), probabilities(5, 60)
    paired = [f"p{row // 2}" for row in range(60)]
    alone = [str(row) for row in range(60)]
    trials = [
        learn(
            ESSAY, ENCODER, labelled, groups, general,
            indicators=NO_LESSONS, background=NO_LESSONS,
        )[1]
        for groups in (paired, alone)
    ]  # fmt: skip
    losses = [float(log_loss(trial.after, targets).mean()) for trial in trials]
    assert losses[0] > losses[1]


def test_a_head_to_start_from_is_moved_and_not_replaced() -> None:
    start, _trial = taught(lessons(1, 300))
    few = lessons(9, 12)
    moved, _trial = taught(few, start=start)
    probe = lessons(10, 100)
    general = probabilities(11, 100)
    before, after = (
        log_loss(one.mix(general, probe.vectors), probe.targets).mean() for one in (start, moved)
    )
    assert after < before + 0.05


def test_a_claim_new_to_the_start_is_learned_all_the_same() -> None:
    start = replace(head(), known=np.array([True, True, False]))
    labelled = lessons(1, 200)
    indicators = Lessons(lessons(2, 40).vectors, lessons(2, 40).targets)
    made, _trial = learn(
        ESSAY, ENCODER, labelled, [str(n) for n in range(200)], probabilities(0, 200),
        indicators=indicators, background=NO_LESSONS, start=start,
    )  # fmt: skip
    assert made.known.all()
    told = made.probabilities(labelled.vectors)[:, 2]
    assert told[labelled.targets[:, 2] == 2, 2].mean() > 0.5


def test_an_essay_without_labels_is_fitted_from_its_indicators() -> None:
    directions = np.eye(WIDTH, dtype=np.float32)
    indicators = indicator_lessons(ESSAY, lambda texts: directions[: len(texts)])
    background = background_lessons(ESSAY, directions[8:])
    made = untaught_head(ESSAY, ENCODER, indicators, background)
    told = made.probabilities(directions)
    bears = 1 - told[..., 0]
    assert made.share == UNLABELLED_SHARE
    assert bears[0].argmax() == 0
    assert bears[2].argmax() == 1
    assert told[0, 0, 2] > told[0, 0, 3]
    assert told[1, 0, 3] > told[1, 0, 2]
    assert bears[8:].max() < bears[0].max()


def test_labels_are_weighed_against_what_the_indicators_teach_without_them() -> None:
    """That is the head which the bot would make by itself."""
    directions = np.eye(WIDTH, dtype=np.float32)
    indicators = indicator_lessons(ESSAY, lambda texts: directions[: len(texts)])
    background = background_lessons(ESSAY, directions[8:])
    labelled, general = lessons(1, 30), probabilities(0, 30)
    _made, trial = learn(
        ESSAY, ENCODER, labelled, [str(n) for n in range(30)], general,
        indicators=indicators, background=background,
    )  # fmt: skip
    untaught = untaught_head(ESSAY, ENCODER, indicators, background)
    assert np.array_equal(trial.before, untaught.mix(general, labelled.vectors))


def test_an_indicator_counts_for_its_own_claim_only() -> None:
    made = indicator_lessons(ESSAY, lambda texts: units(1, len(texts)))
    assert made.targets.tolist() == [
        [2, 0, 0], [3, 0, 0], [0, 2, 0], [0, 3, 0], [0, 0, 2], [0, 0, 3],
    ]  # fmt: skip


def test_targets_are_in_the_essays_order_and_leave_borderline_out() -> None:
    assert targets_of(ESSAY, {"C": Stance.CONTRADICTS, "A": Stance.UPDATE}, {"B"}) == [
        1,
        LEFT_OUT,
        3,
    ]


@given(st.lists(st.text(max_size=3), min_size=1, max_size=60))
def test_groups_stay_whole_and_folds_are_even(groups: list[str]) -> None:
    folds = folds_of(groups)
    by_group = dict(zip(groups, folds.tolist(), strict=True))
    assert [by_group[group] for group in groups] == folds.tolist()
    sizes = np.bincount(list(by_group.values()), minlength=FOLDS)
    assert sizes.max() - sizes.min() <= 1


def test_without_evidence_the_usual_share_is_taken() -> None:
    """Where every option does equally well, none is better than what is usual."""
    flat = np.full((20, 3, 4), 0.25, np.float32)
    groups = [str(row) for row in range(20)]
    targets = np.zeros((20, 3), np.int64)
    for usual in (0.0, 0.7):
        assert choose(
            flat, np.log(flat), targets, groups, usual=(usual, 0.0), tilts=(0.0,)
        ) == (usual, 0.0)  # fmt: skip


@given(share=st.sampled_from([0.1, 0.5, 1.0]), tilt=st.floats(-2, 0))
def test_a_tilt_takes_none_down_and_leaves_the_rest(share: float, tilt: float) -> None:
    own = np.log(probabilities(1, 3))
    result = tilted(own, share, tilt)
    assert np.array_equal(result[..., 1:], own[..., 1:])
    assert np.allclose((result - own)[..., 0] * share, tilt, atol=1e-4)


def test_the_standard_error_counts_groups_not_entries() -> None:
    values = np.repeat(np.random.default_rng(1).normal(size=50), 4).astype(np.float32)
    alone = mean_and_error(values, [str(n) for n in range(200)])
    together = mean_and_error(values, [str(n // 4) for n in range(200)])
    assert alone[0] == together[0]
    assert together[1] == pytest.approx(2 * alone[1], rel=0.01)
