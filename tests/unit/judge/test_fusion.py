"""Joining two readers: calibrated weights, and no opinion where the second did not read."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.judge.fusion import Fusion

EVEN = Fusion((0.0, 0.5, 0.5), (0.5, 0.5, 4.0, 0.0, 0.0))
SUPPORTS, CONTRADICTS = [0.1, 0.1, 0.7, 0.1], [0.1, 0.1, 0.1, 0.7]
NOT_READ = [np.nan] * 4


def joined(matched: list[float], read: list[float], leaning: float = np.nan) -> np.ndarray:
    return EVEN.join(
        np.array([matched], np.float32), np.array([read], np.float32), np.array([leaning])
    )[0]


shares = st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda x: sum(x) > 0)


@given(shares, shares, st.floats(-1, 1) | st.just(np.nan))
def test_what_comes_out_are_probabilities(a: list[float], b: list[float], leaning: float) -> None:
    result = joined([x / sum(a) for x in a], [x / sum(b) for x in b], leaning)
    assert (result >= 0).all()
    np.testing.assert_allclose(result.sum(), 1, rtol=1e-5)


def test_where_the_second_did_not_read_the_first_stands_alone() -> None:
    np.testing.assert_array_equal(joined(SUPPORTS, NOT_READ), np.array(SUPPORTS, np.float32))


def test_readers_of_one_opinion_keep_it_and_readers_at_odds_leave_it_open() -> None:
    agreed, at_odds = joined(SUPPORTS, SUPPORTS), joined(SUPPORTS, CONTRADICTS)
    assert agreed[2] > 5 * agreed[3]
    np.testing.assert_allclose(at_odds[2], at_odds[3], rtol=1e-4)


def test_indicators_tip_the_balance_between_readers_at_odds() -> None:
    assert joined(SUPPORTS, CONTRADICTS, 0.2)[2] > joined(SUPPORTS, CONTRADICTS, 0.2)[3]
    assert joined(SUPPORTS, CONTRADICTS, -0.2)[2] < joined(SUPPORTS, CONTRADICTS, -0.2)[3]


def test_leaning_has_no_say_in_whether_it_bears() -> None:
    np.testing.assert_allclose(joined(SUPPORTS, SUPPORTS, 0.9)[0], joined(SUPPORTS, SUPPORTS)[0])
