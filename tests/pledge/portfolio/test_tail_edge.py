"""Are factors drawn along the edge of a tail, and counted by their exact ratio of densities?

Checked against: integrals of the density in one dimension (quadrature); moments of plain normals recovered from shifted
ones (identity: ``E_q[x xᵀ φ / q] = I``); the edge of a book of equal loans in closed form; the binomial mixture and
plain simulation within 3 standard errors; the variance of the normal shift. Properties by Hypothesis: whatever the
edge, weights average one and the mean loss stays.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from pledge.portfolio import _edge_fit, _shift, _twist
from pledge.portfolio._problem import Problem, problem_of
from pledge.portfolio.copula import default_probabilities
from pledge.portfolio.importance import _normals, _tail, find_shift
from pledge.portfolio.loan_book import LoanBook
from pledge.portfolio.risk_measures import probability_above
from pledge.portfolio.sharing_rule import SharingRule
from pledge.portfolio.simulation import run_digest, simulate_book
from pledge.portfolio.simulation_plan import NO_STRESS, FactorShift, SimulationPlan
from pledge.portfolio.tail_edge import TailEdge
from tests.pledge.portfolio.checks import check_that_means_stay
from tests.pledge.portfolio.samples import NAMES, even_book, mixed_book, pool, sectors

BANK = SharingRule.bank_alone()
YEAR = SimulationPlan(seed=1, scenarios=1_000, periods=1, period_years=1.0)
BOOK = even_book(100, pd=0.02, correlation=0.2)
EXACT = default_probabilities(100, pd_share=0.02, asset_correlation=0.2)
#: 300 loans in three sectors, of different size and otherwise alike.
SIMILAR = LoanBook.of_columns(
    sectors(),
    sector=list(NAMES) * 100,
    principal_cny=np.linspace(1e6, 1e7, 300),
    pd_share_per_year=0.02,
    factor_correlation=0.4,
)
LINE = FactorShift((2.4,), 0.0, ((0.8,),), edge=TailEdge((-1.0,), (0.3, 0.5)))
SPACE = FactorShift(
    (0.3, -0.2, 1.5),
    plain_share=0.1,
    spread=((1.2, 0.0, 0.0), (0.2, 1.1, 0.0), (-0.1, 0.05, 0.9)),
    edge=TailEdge((-2 / 3, -2 / 3, -1 / 3), (0.8, 1.2), ((-0.08, 0.02), (0.02, 0.05))),
)


def one_factor(shift: FactorShift) -> Problem:
    return problem_of(BOOK, BANK, replace(YEAR, shift=shift), NO_STRESS)


def three_factors(shift: FactorShift) -> Problem:
    return problem_of(mixed_book(), pool(), replace(YEAR, shift=shift), NO_STRESS)


@pytest.mark.parametrize("direction", [(-1.0,), (1.0,), (0.0, 0.0, 1.0), (-2 / 3, -2 / 3, -1 / 3)])
def test_the_reflection_takes_the_last_axis_into_the_direction(direction: tuple[float, ...]) -> None:
    v = np.array(TailEdge(direction, (1.0, 1.0), ((0.0,) * (len(direction) - 1),) * (len(direction) - 1)).reflector)
    matrix = np.eye(v.size) - np.outer(v, v)
    np.testing.assert_allclose(matrix[:, -1], direction, atol=1e-15)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(v.size), atol=1e-14)


def test_the_density_on_a_line_integrates_to_one() -> None:
    problem = one_factor(LINE)

    def density(x: float) -> float:
        return math.exp(_shift.log_ratio(problem, np.array([[x]]))[0] - x**2 / 2) / math.sqrt(2 * math.pi)

    # The peak is at −2.4: the direction points to falling factors.
    parts = [integrate.quad(density, *ends)[0] for ends in ((-np.inf, -2.4), (-2.4, np.inf))]
    assert parts == pytest.approx([0.5 / 0.8, 0.3 / 0.8], rel=1e-7)
    assert density(-2.4) == pytest.approx(1 / (0.8 * 0.8), rel=1e-12)


def test_draws_on_a_line_follow_the_density() -> None:
    """Quantiles by hand: 3/8 lie before the edge; of the rest, half within 0.4 ln 2 behind it."""
    uniforms = np.array([[3 / 8], [3 / 16], [1 - 5 / 16]])
    found = _shift.moved(one_factor(LINE), uniforms)[:, 0]
    np.testing.assert_allclose(found, [-2.4, -2.4 + 0.24 * math.log(2), -2.4 - 0.4 * math.log(2)], rtol=1e-14)


def test_shifted_draws_give_back_the_moments_of_plain_ones() -> None:
    """``E_q[φ / q] = 1``, ``E_q[x φ / q] = 0`` and ``E_q[x xᵀ φ / q] = I``, in a space that is turned and bent."""
    # Falls and spread wide enough for a finite variance on the whole space.
    wide = replace(SPACE, mean=(0.3, -0.2, 0.5), spread=((1.2, 0.0, 0.0), (0.2, 1.1, 0.0), (-0.1, 0.05, 1.0)))
    problem = three_factors(wide)
    drawn = _shift.moved(problem, np.random.default_rng(4).uniform(size=(400_000, 3)))
    weights = np.exp(-_shift.log_ratio(problem, drawn))
    terms = np.column_stack(
        (np.ones(len(drawn)), drawn, drawn**2, drawn[:, 0] * drawn[:, 1], drawn[:, 1] * drawn[:, 2])
    )
    products = terms * weights[:, None]
    error = products.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(products.mean(axis=0) - [1, 0, 0, 0, 1, 1, 1, 0, 0]) < 4 * error).all()
    assert error.max() < 0.01


def test_the_edge_of_equal_loans_in_closed_form() -> None:
    """25 of 100 fail where the conditional PD is 25 %: ``Y = (Φ⁻¹(2 %) − √0.8 Φ⁻¹(25 %)) / √0.2``."""
    problem = one_factor(FactorShift((-2.3,), aimed_loss_cny=25.0))
    direction = np.array(TailEdge((-1.0,), (1.0, 1.0)).reflector)
    depth = _edge_fit._depths(problem, direction, np.zeros((3, 1)))
    exact = (special.ndtri(0.02) - math.sqrt(0.8) * special.ndtri(0.25)) / math.sqrt(0.2)
    np.testing.assert_allclose(-depth, exact, atol=1e-3)
    away = np.array(TailEdge((1.0,), (1.0, 1.0)).reflector)
    assert np.isnan(_edge_fit._depths(problem, away, np.zeros((3, 1)))).all()


def test_the_edge_found_is_where_the_book_expects_the_loss_aimed_at() -> None:
    shift = find_shift(SIMILAR, BANK, YEAR, confidence=0.999, engine="numpy", pilot_scenarios=3_000)
    assert shift.edge is not None
    problem = problem_of(SIMILAR, BANK, replace(YEAR, shift=shift), NO_STRESS)
    # On the edge itself the last number is 0; where the density peaks is chosen, at a distance from the edge.
    drawn = np.random.default_rng(1).normal(size=(500, 3))
    drawn[:, -1] = 0.0
    points = drawn @ problem.spread.T + problem.shift
    points[:, -1] += ((drawn[:, :-1] @ problem.edge.bend) * drawn[:, :-1]).sum(axis=1)
    factors = _shift.turned(problem, points) @ problem.root.T + problem.mean
    count, severity, _ = problem.twist.groups.T
    expected = -np.expm1(-_twist.bounds(problem, factors)) @ (count * severity)
    assert expected.std() / expected.mean() < 0.05
    assert abs(expected.mean() - 1) < 0.3


@pytest.mark.parametrize("plain_share", [0.0, 0.1])
def test_tail_of_equal_loans_is_unbiased_and_better_known(plain_share: float) -> None:
    exact, spread = float(EXACT[25:].sum()), {}
    shift = find_shift(BOOK, BANK, YEAR, confidence=0.999, engine="numpy", plain_share=plain_share)
    assert shift.edge is not None
    normal = FactorShift((-2.47,), plain_share, ((0.5,),), aimed_loss_cny=25.0)
    for name, each in (("edge", shift), ("normal", normal)):
        found = simulate_book(BOOK, BANK, replace(YEAR, scenarios=20_000, shift=each), engine="numpy")
        tail = probability_above(found.total_cny, found.weights, 24.5)
        assert abs(tail.value - exact) < 3 * tail.standard_error
        spread[name] = tail.standard_error**2
    assert spread["edge"] < spread["normal"] / 1.2


def test_a_party_s_tail_is_unbiased() -> None:
    book, rule, plan = mixed_book(), pool(), SimulationPlan(seed=6, scenarios=20_000)
    shift = find_shift(book, rule, plan, confidence=0.99, party="pool", engine="numpy", pilot_scenarios=4_000)
    plain = simulate_book(book, rule, plan, engine="numpy")
    shifted = simulate_book(book, rule, replace(plan, seed=7, shift=shift), engine="numpy")
    for party, level in (("pool", 6e6), ("bank", 1e7), ("total", 2e7)):
        one = probability_above(plain.of(party), plain.weights, level)
        two = probability_above(shifted.of(party), shifted.weights, level)
        assert 0 < one.value < 0.5
        assert abs(one.value - two.value) < 3 * np.hypot(one.standard_error, two.standard_error)


def test_where_the_edge_is_blurred_the_shift_stays_normal() -> None:
    """60 loans that differ in everything: their own luck decides as much as the factors."""
    shift = find_shift(mixed_book(), pool(), YEAR, confidence=0.99, engine="numpy", pilot_scenarios=3_000)
    assert shift.edge is None
    assert min(shift.mean) < -0.5


def test_where_factors_decide_nothing_there_is_no_edge() -> None:
    book = even_book(100, pd=0.02, correlation=0.0)
    shift = find_shift(book, BANK, YEAR, confidence=0.99, engine="numpy", pilot_scenarios=2_000)
    assert shift.edge is None
    assert shift.aimed_loss_cny is not None


def test_without_enough_scenarios_to_fit_it_there_is_no_edge() -> None:
    """A quadratic of two numbers has six coefficients: five scenarios say nothing of them."""
    normal = FactorShift((-1.0, -1.0, -1.0), aimed_loss_cny=2e7)
    problem = three_factors(normal)
    tail = _edge_fit.Pilot(-np.random.default_rng(2).uniform(0, 3, (5, 3)), np.ones(5), np.zeros(5), 1_000, 0.1)
    assert _edge_fit.with_edge(normal, tail, problem) is None


def test_the_second_moment_foretold_is_the_one_measured() -> None:
    """From draws of the normal shift, what the mean square of the edge's weights will be."""
    normal = FactorShift((-2.47,), 0.1, ((0.6,),), aimed_loss_cny=25.0)
    edged = replace(normal, mean=(3.0,), spread=((1.0,),), edge=TailEdge((-1.0,), (0.25, 0.35)))
    problem, plan = one_factor(normal), replace(YEAR, scenarios=60_000, block=2**16, shift=normal)
    found = simulate_book(BOOK, BANK, plan, engine="numpy")
    chosen = np.flatnonzero(found.total_cny > 24.5)
    pilot = _tail(found, chosen, _normals(problem, plan), problem, plan)
    foretold = _edge_fit.second_moment(pilot, problem.shifted(edged))
    measured = simulate_book(BOOK, BANK, replace(plan, seed=2, shift=edged), engine="numpy")
    squares = (measured.weights * (measured.total_cny > 24.5)) ** 2
    assert abs(squares.mean() - foretold) < 4 * np.sqrt(2) * squares.std() / np.sqrt(squares.size)
    assert foretold < _edge_fit.second_moment(pilot, problem)


@settings(max_examples=6, deadline=None)
@given(
    peak=st.floats(-2, 4),
    falls=st.tuples(st.floats(0.05, 2), st.floats(0.05, 2)),
    bend=st.floats(-0.5, 0.5),
    angle=st.floats(0, 2 * math.pi),
    seed=st.integers(0, 2**32),
)
def test_whatever_the_edge_the_mean_stays(
    peak: float, falls: tuple[float, float], bend: float, angle: float, seed: int
) -> None:
    direction = (math.sin(angle) * 0.6, math.cos(angle) * 0.6, -0.8)
    edge = TailEdge(direction, falls, ((bend, 0.1), (0.1, -bend)))
    check_that_means_stay(FactorShift((0.0, 0.0, peak), 0.3, aimed_loss_cny=1e7, edge=edge), seed=seed)


def test_the_fingerprint_of_a_run_covers_the_edge() -> None:
    edges = (None, TailEdge((-1.0,), (0.2, 0.3)), TailEdge((-1.0,), (0.2, 0.4)), TailEdge((1.0,), (0.2, 0.3)))
    shift = FactorShift((2.0,))
    assert len({run_digest(BOOK, BANK, replace(YEAR, shift=replace(shift, edge=edge))) for edge in edges}) == 4
