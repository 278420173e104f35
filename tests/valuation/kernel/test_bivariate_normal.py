"""The bivariate normal distribution function, on which closed forms with two dates or two values stand.

Checked against: SciPy's multivariate normal (second method), limits of the correlation, identities.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from valuation.kernel.bivariate_normal import bivariate_normal

LEVELS = st.floats(-6, 6)


def found(a: float, b: float, rho: float) -> float:
    return float(bivariate_normal(np.array([a]), np.array([b]), np.array([rho]))[0])


@given(a=LEVELS, b=LEVELS, rho=st.floats(-0.99, 0.99))
def test_it_is_scipys(a: float, b: float, rho: float) -> None:
    expected = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([a, b])
    assert found(a, b, rho) == pytest.approx(expected, abs=1e-7)


@given(a=LEVELS, b=LEVELS, rho=st.floats(-1, 1))
def test_both_sides_of_one_normal_add_up(a: float, b: float, rho: float) -> None:
    assert found(a, b, rho) + found(a, -b, -rho) == pytest.approx(stats.norm.cdf(a), abs=1e-12)
    assert found(a, b, rho) == pytest.approx(found(b, a, rho), abs=1e-13)


@given(a=LEVELS, b=LEVELS)
def test_limits_of_the_correlation(a: float, b: float) -> None:
    one, other = stats.norm.cdf(a), stats.norm.cdf(b)
    assert found(a, b, 0) == pytest.approx(one * other, abs=1e-14)
    assert found(a, b, 1) == pytest.approx(min(one, other), abs=1e-14)
    assert found(a, b, -1) == pytest.approx(max(one + other - 1, 0), abs=1e-14)
    # Close to perfect correlation it is close to the limit: what lies between is no more than √(1 − ρ²).
    assert found(a, b, 1 - 1e-10) == pytest.approx(min(one, other), abs=2e-5)


@pytest.mark.parametrize("rho", [-1.0, -0.6, 0.0, 0.3, 1.0])
def test_at_the_centre_it_is_the_arcsine(rho: float) -> None:
    assert found(0, 0, rho) == pytest.approx(0.25 + math.asin(rho) / (2 * math.pi), abs=1e-15)


def test_a_correlation_that_rounding_carried_past_one_is_one() -> None:
    assert found(0.3, 0.1, 1 + 1e-15) == stats.norm.cdf(0.1)
