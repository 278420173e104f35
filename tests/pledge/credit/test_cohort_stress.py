"""Are PD and correlation found again in simulated years, and is a bad year put where it belongs?

Second way: simulation of years whose law is known. Inverse: quantile and rate. Hand: the median year.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from pledge.credit.cohort_stress import CohortLaw, fit_cohorts
from valuation.errors import InputError, RefusalError
from valuation.kernel.randomness import block_generator


def test_what_was_simulated_is_found_again() -> None:
    factor = block_generator(8, 0).standard_normal(20_000)
    rates = special.ndtr((special.ndtri(0.04) - math.sqrt(0.1) * factor) / math.sqrt(0.9))
    found = fit_cohorts(rates)
    assert found.pd_share == pytest.approx(0.04, rel=0.02)
    assert found.correlation_share == pytest.approx(0.1, rel=0.03)
    assert float((rates <= found.rate_at(0.95)).mean()) == pytest.approx(0.95, abs=0.005)


@given(pd=st.floats(0.001, 0.5), correlation=st.floats(0.001, 0.6), level=st.floats(0.01, 0.99))
def test_quantile_and_rate_are_inverse(pd: float, correlation: float, level: float) -> None:
    law = CohortLaw(pd, correlation)
    assert law.quantile_of(law.rate_at(level)) == pytest.approx(level, abs=1e-6)


def test_the_median_year_by_hand() -> None:
    # Hand: at the median of the factor the rate is Φ(Φ⁻¹(PD) / √(1 − ρ)).
    law = CohortLaw(0.05, 0.2)
    assert law.rate_at(0.5) == pytest.approx(special.ndtr(special.ndtri(0.05) / math.sqrt(0.8)))


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match=r"default_rate_share: found shape \(2,\), expected a row of 3 or more years"):
        fit_cohorts([0.1, 0.2])
    with pytest.raises(InputError, match=r"default_rate_share\[0\]: found 0, expected a finite number, above 0"):
        fit_cohorts([0.0, 0.1, 0.2])
    with pytest.raises(RefusalError, match="found the same rate in every year, expected years that differ"):
        fit_cohorts([0.1, 0.1, 0.1])
    with pytest.raises(InputError, match="default_rate_share: found 1"):
        CohortLaw(0.1, 0.1).quantile_of(1)
