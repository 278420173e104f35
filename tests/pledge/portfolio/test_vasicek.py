"""Is Vasicek's limit the distribution that was published, and are its moments those of its density?

Checked against: Vasicek (2002), table 1 (literature, in tests/literature); quadrature over the factor (second way); the
inverse; the simulation of a large book is in test_simulation.py.
"""

from __future__ import annotations

import numpy as np
import pytest

from pledge.portfolio.copula import conditional_pd, factor_points
from pledge.portfolio.vasicek import LimitingLoss

BOOKS = [LimitingLoss(0.01, 0.1), LimitingLoss(0.2, 0.6), LimitingLoss(0.0005, 0.24)]


@pytest.mark.parametrize("book", BOOKS)
def test_moments_by_quadrature(book: LimitingLoss) -> None:
    points, weights = factor_points()
    lost = conditional_pd(np.array(book.pd_share), np.array(book.asset_correlation), points)
    assert weights @ lost == pytest.approx(book.pd_share, rel=1e-12)
    assert weights @ lost**2 - book.pd_share**2 == pytest.approx(book.standard_deviation**2, rel=1e-9)


@pytest.mark.parametrize("book", BOOKS)
@pytest.mark.parametrize("confidence", [0.5, 0.99, 0.9999])
def test_the_quantile_is_the_inverse_and_the_shortfall_its_mean(book: LimitingLoss, confidence: float) -> None:
    assert book.probability_below(book.quantile(confidence)) == pytest.approx(confidence, abs=1e-12)
    # Gauss–Legendre over the levels beyond, closer together towards the end.
    nodes, weights = np.polynomial.legendre.leggauss(200)
    steps = (nodes + 1) / 2
    levels = 1 - (1 - confidence) * steps**2
    quantiles = np.array([book.quantile(float(level)) for level in levels])
    mean = float((weights * steps) @ quantiles)
    assert book.expected_shortfall(confidence) == pytest.approx(mean, rel=1e-6)


def test_ends() -> None:
    book = BOOKS[0]
    assert (book.probability_below(0.0), book.probability_below(1.0)) == (0.0, 1.0)
