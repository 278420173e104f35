"""Is the CreditRisk+ distribution the one its generating function has?

Checked against: the negative binomial law (one sector, one unit), the compound Poisson law (no volatility), inversion
of the generating function by a fast Fourier transform (second way), mean and variance in closed form.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pledge.portfolio.credit_risk_plus import CreditRiskPlus
from valuation.errors import RefusalError


def by_fourier(book: CreditRiskPlus, size: int) -> np.ndarray:  # type: ignore[type-arg]
    """Coefficients of the generating function from its values on the unit circle."""
    z = np.exp(-2j * np.pi * np.arange(size) / size)
    log_value = np.zeros(size, dtype=complex)
    for sector in range(-1, len(book.sector_volatility)):
        rates = book.expected_defaults[book.sector == sector]
        moved = sum(rate * (1 - z**unit) for rate, unit in zip(rates, book.units[book.sector == sector], strict=True))
        if sector < 0:
            log_value -= moved
        else:
            variance = book.sector_volatility[sector] ** 2
            log_value -= np.log(1 + variance * moved) / variance
    return np.fft.ifft(np.exp(log_value)).real


def test_one_sector_of_one_unit_is_negative_binomial() -> None:
    book = CreditRiskPlus(np.ones(50, int), np.full(50, 0.1), np.zeros(50, int), (0.75,))
    size = 1 / 0.75**2
    exact = stats.nbinom(size, size / (size + 5.0)).pmf(np.arange(101))
    np.testing.assert_allclose(book.probabilities(100), exact, rtol=1e-11)


def test_without_volatility_defaults_are_poisson() -> None:
    book = CreditRiskPlus(np.full(10, 3), np.full(10, 0.2), np.full(10, -1), ())
    exact = stats.poisson(2.0).pmf(np.arange(21))
    np.testing.assert_allclose(book.probabilities(60)[::3], exact, rtol=1e-12)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), first=st.floats(0.05, 3), second=st.floats(0.05, 3))
def test_the_generating_function_inverted(seed: int, first: float, second: float) -> None:
    random = np.random.default_rng(seed)
    book = CreditRiskPlus(
        random.integers(1, 9, 40), random.uniform(0, 0.1, 40), random.integers(-1, 2, 40), (first, second)
    )
    size = 4096
    found = book.probabilities(size - 1)
    np.testing.assert_allclose(found, by_fourier(book, size), atol=1e-12)
    units = np.arange(size)
    mean = found @ units
    assert mean == pytest.approx(book.expected_loss_units, rel=1e-6)
    assert found @ units**2 - mean**2 == pytest.approx(book.loss_variance_units, rel=1e-4)
    assert found.min() >= 0


def test_too_many_defaults_are_refused_with_the_limit() -> None:
    book = CreditRiskPlus(np.ones(10, int), np.full(10, 100.0), np.full(10, -1), ())
    with pytest.raises(RefusalError, match=r"exp\(−600\)"):
        book.probabilities(100)
