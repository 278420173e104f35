"""Do the compiled loops compute what plain NumPy computes, and does plain NumPy draw what it should?

Checked against: the NumPy reference, every loan of every scenario (second way), on books in which every column, both
ways of payment, caps, top-ups, shifts, twists, edges and stresses are in use; the uniform distribution and independence
of the numbers behind the loans; hand arithmetic for one loan.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import special, stats

from pledge.portfolio import _reference
from pledge.portfolio._kernels import contributions_kernel, losses_kernel, room_for
from pledge.portfolio._problem import Problem, problem_of
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation_plan import NO_STRESS, FactorShift, SimulationPlan, Stress
from pledge.portfolio.tail_edge import TailEdge
from tests.pledge.portfolio.samples import FOUR_PARTIES, even_book, mixed_book, pool
from valuation.kernel.fast_random import stream_keys

SCENARIOS = 700
PLAIN = 70
KEYS = stream_keys(7, 3, streams=1)[0]
SHIFT = FactorShift((-1.0, 0.3, -0.5), spread=((0.7, 0.0, 0.0), (0.2, 1.1, 0.0), (-0.3, 0.1, 0.9)))
TWIST = replace(SHIFT, aimed_loss_cny=5e7)
EDGE = FactorShift(
    (0.2, -0.1, 1.2),
    spread=((0.7, 0.0, 0.0), (0.2, 1.1, 0.0), (-0.3, 0.1, 0.9)),
    aimed_loss_cny=5e7,
    edge=TailEdge((-2 / 3, -2 / 3, -1 / 3), (0.3, 0.5), ((-0.1, 0.03), (0.03, 0.07))),
)
HARD = Stress(name="hard", factor_shift={"biotech": -1.5}, pd_factor=2.0, value_factor=0.7)

CASES: dict[str, tuple[LoanBook, SharingRule, Stress]] = {
    "after disposal": (mixed_book(), pool(), NO_STRESS),
    "at default": (mixed_book(), pool(payment="at_default", top_up_cny_per_period=2e5), NO_STRESS),
    "cap, IP part": (mixed_book(), pool(cap_per_loan_cny=1e6, is_ip_part_only=True, shares=FOUR_PARTIES), HARD),
    "cap at default": (mixed_book(), pool(cap_per_loan_cny=1e6, payment="at_default", is_principal_only=False), HARD),
    "certain and impossible": (mixed_book(pd_share_per_year=np.arange(60) % 2 * 1.0), pool(), NO_STRESS),
    "PDs by themselves": (mixed_book(grade=-1), pool(), HARD),
}


def compiled(problem: Problem, tile: int | None = None) -> tuple[Any, Any, Any]:
    sums, exhausted = np.empty((5, SCENARIOS)), np.empty(SCENARIOS, np.int64)
    payments = np.empty((SCENARIOS, problem.periods_in_all))
    losses_kernel(problem, room_for(problem, tile=tile), KEYS, SCENARIOS, PLAIN, sums, exhausted, payments)
    return sums, exhausted, payments


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("shift", [SHIFT, TWIST, EDGE])
def test_the_kernel_is_the_reference(name: str, shift: FactorShift) -> None:
    book, rule, stress = CASES[name]
    plan = SimulationPlan(seed=7, scenarios=SCENARIOS, periods=5, period_years=0.3, shift=shift)
    problem = problem_of(book, rule, plan, stress)
    sums, exhausted, payments = compiled(problem)
    expected = _reference.losses(problem, KEYS, np.arange(SCENARIOS), PLAIN)
    scale = book.claim_cny.sum()
    np.testing.assert_allclose(sums, expected[0], rtol=1e-12, atol=1e-12 * scale)
    np.testing.assert_allclose(sums[3], expected[0][3], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(exhausted, expected[1])
    np.testing.assert_allclose(payments, expected[2], atol=1e-12 * scale)
    assert expected[0][2].max() > 0, "a case without defaults would show nothing"


@pytest.mark.parametrize("name", CASES)
def test_contributions_of_the_kernel_are_those_of_the_reference(name: str) -> None:
    book, rule, stress = CASES[name]
    plan = SimulationPlan(seed=7, scenarios=SCENARIOS, shift=TWIST)
    problem = problem_of(book, rule, plan, stress)
    chosen, weights = np.array([3, 69, 70, 400, 699]), np.array([1.0, 0.5, 2.0, 3.0, 0.1])
    found = np.zeros((3, problem.size))
    contributions_kernel(problem, room_for(problem, tile=1), KEYS, chosen, weights, PLAIN, found)
    expected = _reference.contributions(problem, KEYS, chosen, weights, PLAIN)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11 * book.claim_cny.sum())
    sums = compiled(problem)[0]
    np.testing.assert_allclose(found.sum(axis=1), sums[[0, 1, 4]][:, chosen] @ weights, rtol=1e-11)


@pytest.mark.parametrize("shift", [None, TWIST, EDGE])
def test_how_scenarios_are_tiled_does_not_change_a_bit(shift: FactorShift | None) -> None:
    book, rule, stress = CASES["after disposal"]
    problem = problem_of(book, rule, SimulationPlan(seed=7, scenarios=SCENARIOS, shift=shift), stress)
    for tile in (1, 37, 256):
        for found, whole in zip(compiled(problem, tile), compiled(problem), strict=True):
            np.testing.assert_array_equal(found, whole)


def test_working_memory_used_again_does_not_change_a_bit() -> None:
    book, rule, stress = CASES["at default"]
    problem = problem_of(book, rule, SimulationPlan(seed=7, scenarios=SCENARIOS), stress)
    room, found = room_for(problem, tile=100), []
    for _ in range(2):
        sums, exhausted = np.empty((5, SCENARIOS)), np.empty(SCENARIOS, np.int64)
        losses_kernel(problem, room, KEYS, SCENARIOS, PLAIN, sums, exhausted, np.empty((0, problem.periods_in_all)))
        found.append(sums)
    np.testing.assert_array_equal(found[0], found[1])


def test_each_loan_has_a_uniform_number_of_its_own() -> None:
    """Uniform for every loan (Kolmogorov–Smirnov), uncorrelated between loans and with the factor."""
    plan = SimulationPlan(seed=1, scenarios=2)
    problem = problem_of(even_book(12, pd=0.1, correlation=0.2), pool(), plan, NO_STRESS)
    scenarios = np.arange(20_000)
    numbers = _reference.own_uniforms(problem, KEYS, scenarios)
    for place in range(problem.size):
        assert stats.kstest(numbers[:, place], "uniform").pvalue > 1e-4
    factor = special.ndtr(_reference.factor_normals(problem, KEYS, scenarios, PLAIN))
    correlation = np.corrcoef(np.column_stack((numbers, factor)).T) - np.eye(13)
    assert np.abs(correlation).max() < 4.5 / np.sqrt(20_000)


def test_factors_have_the_correlation_asked_for() -> None:
    plan = SimulationPlan(seed=1, scenarios=2)
    book = mixed_book()
    problem = problem_of(book, pool(), plan, NO_STRESS)
    factors = _reference.factor_normals(problem, KEYS, np.arange(50_000), PLAIN) @ problem.root.T
    np.testing.assert_allclose(np.cov(factors.T), book.sectors.correlation, atol=0.03)


def test_one_loan_by_hand() -> None:
    """PD of one: the loss is 100 − 60 · 0.5 · 0.8 / 1.1 = 78.18…, half of it the pool's, in period 4 + 4 of 8."""
    columns = {
        "interest_cny": 10.0,
        "collateral_value_cny": 60.0,
        "owner_failure_damage_share": 0.5,
        "sale_cost_share": 0.2,
        "time_to_sale_years": 1.0,
        "discount_rate_share_per_year": 0.1,
    }
    book = even_book(1, pd=1.0, correlation=0.2, principal_cny=90.0, **columns)
    plan = SimulationPlan(seed=1, scenarios=SCENARIOS)
    problem = problem_of(book, pool(100.0), plan, NO_STRESS)
    sums, exhausted, payments = compiled(problem)
    loss = 100 - 60 * 0.5 * 0.8 / 1.1
    np.testing.assert_allclose(sums[0], loss, rtol=1e-14)
    np.testing.assert_allclose(sums[1], loss, rtol=1e-14)  # below the principal of 90
    np.testing.assert_allclose(sums[4], loss / 2, rtol=1e-14)
    assert (exhausted == -1).all()
    # Failed in the first period, sold a year later.
    np.testing.assert_allclose(payments, np.tile(np.eye(8)[4] * loss / 2, (SCENARIOS, 1)), rtol=1e-14)
