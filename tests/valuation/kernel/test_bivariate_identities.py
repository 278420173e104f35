"""The bivariate normal: checked against SciPy's multivariate normal (second method), the arcsine (closed form) and the
product of two normals where they are independent (identity).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from valuation.kernel.bivariate_normal import bivariate_normal

BOUND = st.one_of(st.floats(-7, 7), st.sampled_from([0.0, -0.0, 1e-9]))
CORRELATION = st.floats(-0.999, 0.999)


def cdf(first: float, second: float, correlation: float) -> float:
    return float(bivariate_normal(np.array(first), np.array(second), np.array(correlation)))


@given(first=BOUND, second=BOUND, correlation=CORRELATION)
def test_it_is_scipys(first: float, second: float, correlation: float) -> None:
    expected = stats.multivariate_normal.cdf([first, second], cov=[[1, correlation], [correlation, 1]])
    assert cdf(first, second, correlation) == pytest.approx(float(expected), abs=2e-12)


@given(correlation=CORRELATION)
def test_at_the_origin_it_is_the_arcsine(correlation: float) -> None:
    assert cdf(0, 0, correlation) == pytest.approx(0.25 + math.asin(correlation) / (2 * math.pi), abs=1e-15)


@given(first=BOUND, second=BOUND)
def test_independent_normals_multiply(first: float, second: float) -> None:
    assert cdf(first, second, 0.0) == pytest.approx(special.ndtr(first) * special.ndtr(second), abs=1e-15)


@pytest.mark.parametrize("far", [60.0, 1e6, math.inf])
def test_a_bound_far_away_leaves_the_other(far: float) -> None:
    assert cdf(far, 0.3, 0.6) == pytest.approx(special.ndtr(0.3), abs=1e-15)
    assert cdf(-far, 0.3, -0.6) == pytest.approx(0.0, abs=1e-15)
    assert cdf(far, far, 0.2) == pytest.approx(1.0, abs=1e-15)
    assert cdf(far, -far, 0.2) == pytest.approx(0.0, abs=1e-15)
