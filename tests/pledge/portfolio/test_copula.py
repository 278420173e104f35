"""Is the loss distribution of a finite book exact?

Checked against: the binomial law without correlation, two roads to one number (binomial mixture and folding), the
enumeration of every outcome of a small book, moments, Vasicek's limit of a large book.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pledge.portfolio.copula import conditional_pd, default_probabilities, factor_points, loss_unit_probabilities
from pledge.portfolio.vasicek import LimitingLoss


def test_without_correlation_the_law_is_binomial() -> None:
    exact = stats.binom(40, 0.07).pmf(np.arange(41))
    found = default_probabilities(40, pd_share=0.07, asset_correlation=0.0)
    np.testing.assert_allclose(found, exact, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("correlation", [0.05, 0.3, 0.9])
def test_mixture_and_folding_are_one(correlation: float) -> None:
    mixture = default_probabilities(30, pd_share=0.04, asset_correlation=correlation)
    folded = loss_unit_probabilities([2] * 30, pd_share=0.04, asset_correlation=correlation)
    np.testing.assert_allclose(folded[::2], mixture, atol=1e-14)
    assert np.abs(folded[1::2]).max() == 0.0
    assert mixture.sum() == pytest.approx(1, abs=1e-12)
    assert mixture @ np.arange(31) == pytest.approx(1.2, rel=1e-10)


def test_a_small_book_by_enumeration() -> None:
    units, pd, rho = np.array([1, 3, 4, 0]), np.array([0.1, 0.02, 0.5, 0.3]), np.array([0.1, 0.0, 0.4, 0.2])
    points, weights = factor_points()
    expected = np.zeros(9)
    shares = conditional_pd(pd[:, None], rho[:, None], points[None, :])
    for fails in itertools.product((0, 1), repeat=4):
        chance = np.prod(np.where(np.array(fails)[:, None] == 1, shares, 1 - shares), axis=0)
        expected[units @ fails] += weights @ chance
    found = loss_unit_probabilities(units, pd_share=pd, asset_correlation=rho)
    np.testing.assert_allclose(found, expected, atol=1e-15)


def test_a_large_book_is_vasicek() -> None:
    """With the correction of order 1/n: binomial spread about x adds ``d/dx[x (1 − x) f(x)] / 2n`` to the limit."""
    loans, limit, step = 20_000, LimitingLoss(0.02, 0.2), 1e-4
    below = np.cumsum(default_probabilities(loans, pd_share=0.02, asset_correlation=0.2))
    for share in (0.005, 0.02, 0.1, 0.3):
        # A whole number of losses stands for the half step on either side of it.
        x = share + 0.5 / loans + step * np.arange(-2, 3)
        chance = np.array([limit.probability_below(float(each)) for each in x])
        spread = x[1:-1] * (1 - x[1:-1]) * (chance[2:] - chance[:-2]) / (2 * step)
        corrected = chance[2] + (spread[2] - spread[0]) / (2 * step) / (2 * loans)
        assert below[round(share * loans)] == pytest.approx(corrected, abs=1e-5)


@given(pd=st.floats(0, 1), rho=st.floats(0, 0.95), loans=st.integers(1, 60))
def test_probabilities_are_probabilities(pd: float, rho: float, loans: int) -> None:
    found = default_probabilities(loans, pd_share=pd, asset_correlation=rho)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert found @ np.arange(loans + 1) == pytest.approx(loans * pd, abs=1e-7 * loans)
    assert not math.isnan(float(found.sum()))
