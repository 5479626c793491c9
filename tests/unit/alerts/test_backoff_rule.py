from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.backoff import FIRST_WAIT_S, LONGEST_WAIT_S, LONGEST_WISH_S, wait_s


@given(st.integers(0, 10**6), st.integers())
def test_a_wait_is_never_negative_nor_longer_than_the_longest(attempts: int, seed: int):
    assert 0 <= wait_s(attempts, None, random.Random(seed)) <= LONGEST_WAIT_S


@pytest.mark.parametrize(("attempts", "ceiling_s"), [(1, 2), (2, 4), (5, 32), (10, 900)])
def test_the_ceiling_doubles_and_all_of_it_is_used(attempts: int, ceiling_s: float):
    rng = random.Random(1)
    waits = [wait_s(attempts, None, rng) for _ in range(2000)]
    assert max(waits) <= ceiling_s
    assert max(waits) > 0.95 * ceiling_s
    assert min(waits) < 0.05 * ceiling_s
    assert ceiling_s >= FIRST_WAIT_S


def test_the_platforms_wish_is_the_least_wait():
    assert wait_s(1, 120.0, random.Random(1)) == 120.0


@pytest.mark.parametrize("wish", [math.inf, math.nan, -5.0, 1e300])
def test_a_senseless_wish_does_no_harm(wish: float):
    assert 0 <= wait_s(1, wish, random.Random(1)) <= LONGEST_WISH_S
