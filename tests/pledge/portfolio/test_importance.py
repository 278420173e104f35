"""Is importance sampling unbiased, and does it see the tail better?

Checked against: the exact tail of an even book (binomial mixture) within 3 standard errors of the mean of 60 runs; the
plain simulation of a book with a pool; the variance of plain sampling at equal draws. Weights average one.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from pledge.portfolio.copula import conditional_pd, default_probabilities, factor_points
from pledge.portfolio.importance import find_shift
from pledge.portfolio.risk_measures import probability_above
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import simulate_book
from pledge.portfolio.simulation_plan import FactorShift, SimulationPlan
from tests.pledge.portfolio.samples import even_book, mixed_book, pool

BANK = SharingRule.bank_alone()
PLAN = SimulationPlan(seed=1, scenarios=1_000, periods=1, period_years=1.0)
BOOK = even_book(100, pd=0.02, correlation=0.2)
EXACT = default_probabilities(100, pd_share=0.02, asset_correlation=0.2)


@pytest.mark.parametrize("plain_share", [0.0, 0.1])
def test_tail_probability_and_mean_are_unbiased(plain_share: float) -> None:
    """P(more than 24 of 100 fail) is 1 in 1,000; 60 runs of 1,000 scenarios each."""
    exact = float(EXACT[25:].sum())
    assert 0.0005 < exact < 0.002
    shifted = replace(PLAN, shift=FactorShift((-2.5,), plain_share=plain_share))
    tails, means, weights = [], [], []
    for seed in range(60):
        found = simulate_book(BOOK, BANK, replace(shifted, seed=seed), engine="numpy")
        tails.append(probability_above(found.total_cny, found.weights, 24.5).value)
        means.append(found.mean().value)
        weights.append(found.weights.mean())
    assert abs(np.mean(tails) - exact) < 3 * np.std(tails) / np.sqrt(60)
    assert abs(np.mean(weights) - 1) < 3 * np.std(weights) / np.sqrt(60)
    if plain_share:
        # Without the plain part a rare scenario carries most of the mean, and the error is no error.
        assert abs(np.mean(means) - 2.0) < 3 * np.std(means) / np.sqrt(60)
    plain_variance = exact * (1 - exact) / 1_000
    assert np.var(tails) < plain_variance / 30
    assert found.weights.max() <= (1 / plain_share if plain_share else np.inf) * (1 + 1e-12)


def test_the_shift_found_points_to_the_tail() -> None:
    """The mean of the factor where the quantile or more fail, by Bayes on the binomial mixture.

    Of an edge's density that is its peak, and behind it by the mean of the two-sided exponential.
    """
    least = int(np.searchsorted(np.cumsum(EXACT), 0.999))
    points, weights = factor_points()
    beyond = weights * binom(100, conditional_pd(np.array(0.02), np.array(0.2), points)).sf(least - 1)
    exact_mean = float(points @ beyond / beyond.sum())
    shift = find_shift(BOOK, BANK, PLAN, confidence=0.999, engine="numpy")
    assert shift.edge is not None
    before, behind = shift.edge.falls
    assert shift.edge.direction == (-1.0,)
    assert -(shift.mean[0] + behind - before) == pytest.approx(exact_mean, abs=0.15)
    assert shift.aimed_loss_cny == pytest.approx(least, abs=1)
    found = simulate_book(BOOK, BANK, replace(PLAN, scenarios=20_000, shift=shift), engine="numpy")
    quantile = found.value_at_risk(0.999)
    assert abs(quantile.value - least) <= 1
    assert quantile.standard_error < 0.5


def test_shifted_and_plain_agree_on_a_book_with_a_pool() -> None:
    book, rule, plan = mixed_book(), pool(), SimulationPlan(seed=6, scenarios=20_000)
    plain = simulate_book(book, rule, plan, engine="numpy")
    shift = find_shift(book, rule, plan, confidence=0.995, party="bank", engine="numpy", pilot_scenarios=4_000)
    shifted = simulate_book(book, rule, replace(plan, seed=7, shift=shift), engine="numpy")
    for party in ("total", "pool", "bank"):
        one, two = plain.mean(party), shifted.mean(party)
        assert abs(one.value - two.value) < 3 * np.hypot(one.standard_error, two.standard_error)
        one, two = plain.expected_shortfall(0.99, party), shifted.expected_shortfall(0.99, party)
        assert abs(one.value - two.value) < 4 * np.hypot(one.standard_error, two.standard_error)
    one, two = plain.pool_exhaustion().probability, shifted.pool_exhaustion().probability
    assert abs(one.value - two.value) < 3 * np.hypot(one.standard_error, two.standard_error)
    # Of a heavy tail the shifted scenarios know more.
    assert shifted.value_at_risk(0.999).standard_error < plain.value_at_risk(0.999).standard_error
