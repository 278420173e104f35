"""Figures of paths. Checked against: hand, the normal law in closed form, coverage of the intervals on many samples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from leverage.simulation.statistics import (
    Estimate,
    mean_of,
    path_quantiles,
    probability_of,
    tail_mean,
    tail_scores,
)
from valuation.errors import InputError, RefusalError


def test_the_tail_mean_is_the_mean_of_the_worst_cases() -> None:
    losses = np.random.default_rng(1).gamma(2.0, 3.0, 5_000)
    worst = np.sort(losses)[-250:]
    assert tail_mean(losses, level_share=0.95).value == pytest.approx(worst.mean(), rel=1e-12)
    # 99.37 % of 5,000: 31.5 cases, so that the last of 32 counts by half.
    worst = np.sort(losses)[-32:]
    by_hand = (worst[1:].sum() + 0.5 * worst[0]) / 31.5
    assert tail_mean(losses, level_share=0.9937).value == pytest.approx(by_hand, rel=1e-9)


def test_intervals_of_the_normal_law_cover_it() -> None:
    """95 % intervals of 400 samples: all three kinds cover the truth in 91 % to 99 % of them."""
    random, exact = np.random.default_rng(2), norm.pdf(norm.ppf(0.9)) / 0.1
    covered = np.zeros(3)
    for _ in range(400):
        sample = random.standard_normal(2_000)
        low, high = tail_mean(sample, level_share=0.9).interval()
        covered[0] += low <= exact <= high
        low, high = probability_of(sample > 1).interval()
        covered[1] += low <= norm.sf(1) <= high
        found = path_quantiles(sample, [0.9])[0]
        covered[2] += found.low <= norm.ppf(0.9) <= found.high
    assert (covered / 400 > 0.91).all()
    assert (covered / 400 < 0.99).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=100, max_size=200), st.floats(0.1, 0.9))
def test_the_tail_mean_lies_between_quantile_and_worst(losses: list[float], level: float) -> None:
    numbers = np.array(losses)
    found = tail_mean(numbers, level_share=level).value
    assert numbers.mean() - 1e-6 <= found <= numbers.max() + 1e-6


def test_by_hand() -> None:
    assert mean_of(np.array([1.0, 3.0])) == Estimate(2.0, 1.0)
    assert probability_of(np.array([True, False] * 50)) == Estimate(0.5, 0.05)
    # Never seen in 98 paths is not impossible: the error is that of one case in a hundred.
    assert probability_of(np.zeros(98, dtype=bool)).error == pytest.approx(math.sqrt(0.01 * 0.99 / 98))
    low, high = Estimate(10.0, 1.0).interval(0.95)
    assert (low, high) == pytest.approx((8.04, 11.96), abs=0.001)


def test_bad_input_is_refused() -> None:
    numbers = np.arange(100.0)
    for level in (0.0, 1.0, -1.0, 95.0, math.nan):
        with pytest.raises(InputError, match="level_share"):
            tail_scores(numbers, level_share=level)
    with pytest.raises(RefusalError, match="5 of 100 paths"):
        tail_scores(numbers, level_share=0.95)
    with pytest.raises(InputError, match=r"losses\.3"):
        tail_scores(np.where(numbers == 3, np.nan, numbers), level_share=0.5)
    with pytest.raises(InputError, match="at least two"):
        mean_of(np.array([1.0]))
    with pytest.raises(InputError, match=r"shares\.1"):
        path_quantiles(numbers, [0.5, 1.0])
    with pytest.raises(InputError, match="level_share"):
        Estimate(1.0, 1.0).interval(95)
