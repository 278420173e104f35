"""Is each distribution the one it names?

Checked against: SciPy's distributions (second method), at probabilities over the whole unit interval.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from valuation.uncertainty.distributions import Distribution, Lognormal, Normal, Pert, Triangular, Uniform

DISTRIBUTION: TypeAdapter[Any] = TypeAdapter(Distribution)
PROBABILITIES = np.concatenate([[2.0**-53, 1e-9], np.linspace(0.001, 0.999, 333), [1 - 1e-9, 1 - 2.0**-53]])

LOW = st.floats(-50, 50)
WIDTH = st.floats(0.1, 100)
SHARE = st.floats(0, 1)


def same(found: np.ndarray, expected: np.ndarray, scale: float) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * scale)


@given(low=LOW, width=WIDTH)
def test_uniform(low: float, width: float) -> None:
    made = Uniform(kind="uniform", low=low, high=low + width)
    same(made.quantile(PROBABILITIES), stats.uniform(low, width).ppf(PROBABILITIES), width)


@given(low=LOW, width=WIDTH, share=SHARE)
def test_triangular(low: float, width: float, share: float) -> None:
    high = low + width
    mode = min(low + share * width, high)
    made = Triangular(kind="triangular", low=low, mode=mode, high=high)
    same(made.quantile(PROBABILITIES), stats.triang((mode - low) / width, low, width).ppf(PROBABILITIES), width)


@given(low=LOW, width=WIDTH, share=SHARE)
def test_pert(low: float, width: float, share: float) -> None:
    high = low + width
    mode = min(low + share * width, high)
    alpha = 1 + 4 * (mode - low) / width
    made = Pert(kind="pert", low=low, mode=mode, high=high)
    law = stats.beta(alpha, 6 - alpha, low, width)
    same(made.quantile(PROBABILITIES), law.ppf(PROBABILITIES), width)
    assert law.mean() == pytest.approx((low + 4 * mode + high) / 6, abs=1e-9 * width + 1e-12)


@given(mean=LOW, sd=st.floats(0.01, 10))
def test_normal(mean: float, sd: float) -> None:
    made = Normal(kind="normal", mean=mean, standard_deviation=sd)
    same(made.quantile(PROBABILITIES), stats.norm(mean, sd).ppf(PROBABILITIES), sd)


@given(median=st.floats(0.01, 1000), log_sd=st.floats(0.01, 2))
def test_lognormal(median: float, log_sd: float) -> None:
    made = Lognormal(kind="lognormal", median=median, log_sd=log_sd)
    same(made.quantile(PROBABILITIES), stats.lognorm(log_sd, scale=median).ppf(PROBABILITIES), median)
    assert made.quantile(np.array([0.5]))[0] == pytest.approx(median, rel=1e-14)


@pytest.mark.parametrize(
    "stated",
    [
        {"kind": "uniform", "low": 2, "high": 1},
        {"kind": "uniform", "low": 1, "high": 1},
        {"kind": "triangular", "low": 0, "mode": 2, "high": 1},
        {"kind": "triangular", "low": 1, "mode": 1, "high": 1},
        {"kind": "pert", "low": 0, "mode": -1, "high": 1},
        {"kind": "pert", "low": 1, "mode": 1, "high": 1},
        {"kind": "normal", "mean": 0, "standard_deviation": 0},
        {"kind": "lognormal", "median": 0, "log_sd": 1},
        {"kind": "lognormal", "median": 1, "log_sd": -1},
        {"kind": "uniform", "low": math.nan, "high": 1},
        {"kind": "cauchy", "median": 0},
    ],
)
def test_what_is_no_distribution_does_not_enter(stated: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DISTRIBUTION.validate_python(stated)


def test_the_ends_may_coincide_with_the_mode() -> None:
    for kind in ("triangular", "pert"):
        for mode in (0.0, 1.0):
            made = DISTRIBUTION.validate_python({"kind": kind, "low": 0, "mode": mode, "high": 1})
            assert np.all(np.diff(made.quantile(PROBABILITIES)) >= 0)
