"""Does the exponential twist raise the PDs as it says, and is its likelihood ratio exact?

Checked against: the expectation of the ratio under plain numbers, by the binomial distribution (closed form); the
expected loss aimed at, at the θ found; the spread of the numbers below the bound (Kolmogorov–Smirnov); the loss given
default by plain simulation (second way); the binomial mixture and plain simulation, within 3 standard errors.
Properties by Hypothesis: whatever loss is aimed at, weights average one and the mean loss stays.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from pledge.portfolio import _reference, _twist, _twist_levels
from pledge.portfolio._problem import LOAN_COLUMNS, Problem, problem_of
from pledge.portfolio.copula import default_probabilities
from pledge.portfolio.importance import find_shift
from pledge.portfolio.risk_measures import probability_above
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import run_digest, simulate_book
from pledge.portfolio.simulation_plan import NO_STRESS, FactorShift, SimulationPlan
from tests.pledge.portfolio.checks import check_that_means_stay
from tests.pledge.portfolio.samples import even_book, mixed_book, pool
from valuation.kernel.fast_random import stream_keys

BANK = SharingRule.bank_alone()
YEAR = SimulationPlan(seed=1, scenarios=1_000, periods=1, period_years=1.0)
KEYS = stream_keys(7, 3, streams=1)[0]
BOOK = even_book(100, pd=0.02, correlation=0.2)
EXACT = default_probabilities(100, pd_share=0.02, asset_correlation=0.2)


def twisted(book: object, mean: tuple[float, ...], aimed: float, plan: SimulationPlan = YEAR) -> Problem:
    shift = FactorShift(mean, aimed_loss_cny=aimed)
    return problem_of(book, pool(), replace(plan, shift=shift), NO_STRESS)  # type: ignore[arg-type]


def test_the_ratio_of_equal_loans_is_the_binomial_one() -> None:
    """Equal loans of one: ``Σ_N C(n, N) b^N (1 − b)^(n − N) e^(ηN) / D^n = 1`` and the mean of N under it is 25."""
    problem = twisted(BOOK, (-2.0,), 25.0)
    limits = _twist.bounds(problem, np.array([[-2.0], [-1.0], [0.0], [-3.5]]))
    raised = _twist.raised(problem, limits, np.zeros(4, bool))
    failed = np.arange(101)
    for b, tilt, log_spread, bound in zip(
        -np.expm1(-limits[:, 0]), raised.tilt[:, 0], raised.log_spread[:, 0], raised.bound[:, 0], strict=True
    ):
        new = stats.binom.pmf(failed, 100, b) * np.exp(tilt * failed - 100 * log_spread)
        assert new.sum() == pytest.approx(1, abs=1e-12)
        np.testing.assert_allclose(new, stats.binom.pmf(failed, 100, -np.expm1(-bound)), atol=1e-12)
        if 100 * b < 25:
            assert new @ failed == pytest.approx(25, rel=1e-3)
        else:
            assert tilt == 0


def test_theta_reaches_the_loss_aimed_at_in_a_mixed_book() -> None:
    book = mixed_book(300)
    aimed = 0.15 * float(book.claim_cny.sum())
    problem = twisted(book, (-1.5, -1.5, -1.5), aimed)
    factors = np.random.default_rng(3).normal(-1, 1, (200, 3))
    limits = _twist.bounds(problem, factors)
    count, mean, variance = problem.twist.groups.T
    theta = _twist.solved(problem, limits)[:, None]
    b, slope = -np.expm1(-limits), mean + theta * variance
    odds = b / (1 - b) * np.exp(theta * (mean + slope) / 2)
    expected = (count * odds / (1 + odds) * slope).sum(axis=1)
    before = (count * b * mean).sum(axis=1)
    is_free = (theta[:, 0] > 0) & (theta[:, 0] < problem.twist.largest[0])
    assert is_free.sum() > 50
    np.testing.assert_allclose(expected[is_free], 1.0, rtol=0.02)
    assert (before[theta[:, 0] == 0] >= 1 - 1e-9).all()


def test_severities_are_those_of_plain_simulation() -> None:
    """Loss of each loan whose number is below the bound: 32 points err, but not all to one side."""
    book = mixed_book(300)
    problem = twisted(book, (-1.5, -1.5, -1.5), 1.0)
    random, draws = np.random.default_rng(5), 4_000
    factors = problem.root @ problem.shift
    size = np.diff(problem.group_first)
    bound = np.repeat(-np.expm1(-_twist.bounds(problem, factors[None, :]))[0], size)
    factor = np.repeat(factors[problem.group_sector], size)
    own = special.ndtri(bound * random.uniform(size=(draws, problem.size)))
    loss = _reference.outcome(problem, factor, own, random.standard_normal(own.shape)).loss
    for found, expected in zip(_twist_levels.severities(problem), (loss, loss**2), strict=True):
        apart = (found - expected.mean(axis=0)) / expected.mean()
        assert np.median(np.abs(apart)) < 0.1
        assert abs(apart.mean()) < 3 * apart.std() / np.sqrt(apart.size)


def test_levels_rise_with_severity_and_hold_every_loan() -> None:
    problem = twisted(mixed_book(300), (-1.5, -1.5, -1.5), 1.0)
    levels, groups = problem.twist.levels, problem.twist.groups
    np.testing.assert_array_equal(groups[:, 0], np.diff(problem.group_first))
    for place, (begin, end) in enumerate(itertools.pairwise(problem.twist.level_first)):
        assert (np.diff(levels[begin:end, 1]) > 0).all()
        assert end - begin == 4
        assert levels[begin:end, 0].sum() == groups[place, 0]
        np.testing.assert_allclose(levels[begin:end, 0] @ levels[begin:end, 1] / groups[place, 0], groups[place, 1])
    even = twisted(BOOK, (-1.0,), 25.0).twist
    np.testing.assert_allclose(even.levels, [[100, 1 / 25, 0]], rtol=1e-12, atol=1e-12)


def test_numbers_below_the_bound_stay_uniform() -> None:
    """Of a twisted scenario: uniform below b, and uniform above it, for each loan; their share below is b′."""
    book = even_book(12, pd=0.1, correlation=0.0)
    problem = twisted(book, (0.0,), 4.0)
    scenarios = np.arange(20_000)
    factors = np.zeros((scenarios.size, 1))
    numbers = _reference.own_uniforms(problem, KEYS, scenarios)
    found, ratio = _reference.untwisted(problem, factors, numbers, np.zeros(scenarios.size, bool))
    b = -np.expm1(-_twist.bounds(problem, factors[:1]))[0, 0]
    below = found[:, 5] <= b
    assert stats.kstest(found[below, 5] / b, "uniform").pvalue > 1e-4
    assert stats.kstest((found[~below, 5] - b) / (1 - b), "uniform").pvalue > 1e-4
    assert abs(below.mean() - 4 / 12) < 4 * np.sqrt(2 / 9 / scenarios.size) + 1e-3
    inverse = np.exp(-ratio)
    assert abs(inverse.mean() - 1) < 4 * inverse.std() / np.sqrt(scenarios.size)


@pytest.mark.parametrize("plain_share", [0.0, 0.1])
def test_tail_of_equal_loans_is_unbiased(plain_share: float) -> None:
    """P(more than 24 of 100 fail) is 1 in 1,000; the twist takes a third or more of what variance the shift leaves."""
    exact = float(EXACT[25:].sum())
    spread = {}
    for aimed in (None, 25.0):
        shift = FactorShift((-2.3,), plain_share=plain_share, aimed_loss_cny=aimed)
        found = simulate_book(BOOK, BANK, replace(YEAR, scenarios=8_000, shift=shift), engine="numpy")
        tail = probability_above(found.total_cny, found.weights, 24.5)
        assert abs(tail.value - exact) < 3 * tail.standard_error
        if plain_share:
            # Without a plain part nearly all scenarios of the book, the harmless ones, are hardly ever drawn.
            error = found.weights.std() / np.sqrt(found.weights.size)
            assert abs(found.weights.mean() - 1) < 3 * error
            assert found.weights.max() <= (1 + 1e-12) / plain_share
        spread[aimed] = tail.standard_error**2
    assert spread[25.0] < spread[None] / 1.3


@settings(max_examples=6, deadline=None)
@given(share=st.floats(1e-6, 1.5), shift=st.floats(-2.5, 1), seed=st.integers(0, 2**32))
def test_whatever_is_aimed_at_the_mean_stays(share: float, shift: float, seed: int) -> None:
    aimed = share * float(mixed_book(30).claim_cny.sum())
    check_that_means_stay(FactorShift((shift,) * 3, plain_share=0.3, aimed_loss_cny=aimed), seed=seed)


def test_a_book_that_cannot_lose_is_not_twisted() -> None:
    book = even_book(10, pd=0.0, correlation=0.2)
    found = simulate_book(book, BANK, replace(YEAR, shift=FactorShift((-1.0,), aimed_loss_cny=5.0)), engine="numpy")
    untouched = simulate_book(book, BANK, replace(YEAR, shift=FactorShift((-1.0,))), engine="numpy")
    np.testing.assert_allclose(found.weights, untouched.weights, rtol=1e-12)
    assert find_shift(book, BANK, YEAR, confidence=0.99, engine="numpy", pilot_scenarios=1_000).aimed_loss_cny is None


def test_the_fingerprint_of_a_run_covers_the_twist() -> None:
    shift = FactorShift((-1.0,))
    digests = {
        run_digest(BOOK, BANK, replace(YEAR, shift=replace(shift, aimed_loss_cny=aimed))) for aimed in (None, 5.0, 6.0)
    }
    assert len(digests) == 3


def test_columns_of_the_loans_are_not_touched() -> None:
    """The twist changes how scenarios are drawn, never what a loan is."""
    plain, with_twist = twisted(mixed_book(), (0.0, 0.0, 0.0), 1e6), problem_of(mixed_book(), pool(), YEAR, NO_STRESS)
    np.testing.assert_array_equal(plain.loans, with_twist.loans)
    assert plain.loans.shape[1] == len(LOAN_COLUMNS)
