"""The two-factor solver against formulas, tables and independent lattices.

Checked against: Margrabe's formula and the normal probabilities of exercise; Haug's rainbow prices (as QuantLib's
test-suite prints them); exact integrals of the spread option (second way: one-dimensional quadrature of Black's
formula); QuantLib's finite differences on the ratio of two values (an American exchange is a call on it), a lattice of
two factors written here (Boyle, Evnine, Gibbs 1989); Longstaff and Schwartz (2001), table 1; Black–Scholes and Merton's
series with a second factor that stands still. Staged research and development: own benchmark by three methods (value),
a closed sum (certain cost), simulation (completion). Kernels against each other and against moments in closed form.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import QuantLib as ql
from numpy.typing import NDArray
from scipy import integrate, stats

from valuation.errors import InputError, RefusalError
from valuation.options._core._plane_axis import continuous_axis, interpolation, refinement
from valuation.options._core._plane_grid import grid_of
from valuation.options._core._plane_kernels import add_compiled, add_numpy
from valuation.options._core.plane import PlaneSettings, PlaneSolution, solve_plane
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Hazard, Mode, Payoff, State
from valuation.options._core.process import (
    Factor,
    JumpLognormal,
    Lognormal,
    Motion,
    Process,
    Steady,
    joint,
)
from valuation.options._staged_rnd import StagedRnd

COARSE = PlaneSettings(nodes=(32, 32))
MEDIUM = PlaneSettings(nodes=(48, 48))


def exchange(time: float, state: State) -> NDArray[np.float64]:
    return state[0] - state[1]


def two_values(
    payoff: Payoff,
    *,
    start: tuple[float, float] = (22.0, 20.0),
    yields: tuple[float, float] = (0.06, 0.04),
    volatilities: tuple[float, float] = (0.2, 0.15),
    correlation: float = -0.5,
    rate: float = 0.1,
    years: float = 0.5,
    dates: int = 1,
    is_early: bool = False,
) -> DecisionProblem:
    """The right to take a payoff of two lognormal values, at the last date or at every one."""
    motions = [Lognormal(rate - q, s**2) for q, s in zip(yields, volatilities, strict=True)]
    process = two_factors(motions[0], motions[1], correlation)
    last = None if is_early else frozenset([dates])
    return held_right(process, payoff, start, rate, [years * date / dates for date in range(dates + 1)], last)


def two_factors(first: Motion, second: Motion, correlation: float = 0.0) -> Process:
    return joint(
        [(Factor("first", "log"), first), (Factor("second", "log"), second)], [[1, correlation], [correlation, 1]]
    )


def held_right(
    process: Process,
    payoff: Payoff,
    start: tuple[float, float],
    rate: float,
    times: list[float],
    dates: frozenset[int] | None,
    hazard: Hazard | None = None,
) -> DecisionProblem:
    use = Action("switch", "use", (Branch(ENDED),), gain=payoff, dates=dates)
    hold = Mode("held", (Action("wait", "hold", (Branch("held"),)), use), hazard=hazard)
    return DecisionProblem(process, start, "held", (hold,), tuple(times), rate)


# --- two values, formulas ------------------------------------------------------------------------------------


def margrabe(correlation: float, volatilities: tuple[float, float]) -> float:
    first, second = volatilities
    spread = math.sqrt(first**2 + second**2 - 2 * correlation * first * second) * math.sqrt(0.5)
    received, given = 22 * math.exp(-0.06 * 0.5), 20 * math.exp(-0.04 * 0.5)
    d1 = math.log(received / given) / spread + spread / 2
    return float(received * stats.norm.cdf(d1) - given * stats.norm.cdf(d1 - spread))


@pytest.mark.parametrize("volatilities", [(0.2, 0.15), (0.6, 0.1)])
@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.63])
def test_exchange_is_margrabes(correlation: float, volatilities: tuple[float, float]) -> None:
    problem = two_values(exchange, correlation=correlation, volatilities=volatilities)
    found = solve_plane(problem, settings=MEDIUM)
    assert found.value == pytest.approx(margrabe(correlation, volatilities), rel=1e-5)
    assert found.first_action == "hold"


def test_literature_value_of_the_exchange() -> None:
    # Rubinstein's example, 2.762, as QuantLib's test-suite margrabeoption.cpp prints it.
    assert solve_plane(two_values(exchange), settings=MEDIUM).value == pytest.approx(2.762, abs=0.0005)


@pytest.mark.parametrize("correlation", [0.95, -0.98])
def test_high_correlation_is_followed(correlation: float) -> None:
    # The series of the joint density would be long; here the second normal is taken given the first.
    found = solve_plane(two_values(exchange, correlation=correlation), settings=MEDIUM)
    assert found.value == pytest.approx(margrabe(correlation, (0.2, 0.15)), rel=5e-5)


@pytest.mark.parametrize("correlation", [-1.0, 0.99, 1.0])
def test_factors_that_move_as_one_are_refused(correlation: float) -> None:
    with pytest.raises(RefusalError, match=r"correlation: found -?[01].* between two factors that move"):
        solve_plane(two_values(exchange, correlation=correlation), settings=COARSE)


@pytest.mark.parametrize("drifts", [None, (0.02, 0.05)])
def test_probability_of_use_is_the_normal_one(drifts: tuple[float, float] | None) -> None:
    problem = two_values(exchange)
    world = None
    if drifts is not None:
        world = two_factors(Lognormal(drifts[0], 0.2**2), Lognormal(drifts[1], 0.15**2), -0.5)
    counts = solve_plane(problem, settings=MEDIUM).event_counts(world)
    first, second = drifts or (0.04, 0.06)
    spread = math.sqrt((0.2**2 + 0.15**2 + 2 * 0.5 * 0.2 * 0.15) * 0.5)
    mean = math.log(22 / 20) + (first - 0.2**2 / 2 - second + 0.15**2 / 2) * 0.5
    assert counts == {"use": pytest.approx(stats.norm.cdf(mean / spread), abs=2e-3)}


def test_rainbow_calls_and_puts_are_haugs() -> None:
    # Haug (1998) p. 58 as QuantLib's test-suite basketoption.cpp prints it.
    def of(payoff: Payoff) -> float:
        problem = two_values(
            payoff, start=(100, 105), yields=(0.06, 0.09), volatilities=(0.11, 0.16), correlation=0.63, rate=0.05
        )
        return solve_plane(problem, settings=MEDIUM).value

    assert of(lambda time, state: np.maximum(state[0], state[1]) - 98) == pytest.approx(8.0701, abs=2e-4)
    assert of(lambda time, state: 98 - np.maximum(state[0], state[1])) == pytest.approx(1.2181, abs=2e-4)


@pytest.mark.parametrize(("first", "correlation", "years"), [(0.2, -0.5, 0.1), (0.25, 0.0, 0.5), (0.2, 0.5, 0.5)])
def test_spread_with_a_fixed_cost_is_the_exact_integral(first: float, correlation: float, years: float) -> None:
    problem = two_values(
        lambda time, state: state[0] - state[1] - 3,
        start=(122, 120),
        yields=(0.1, 0.1),
        volatilities=(first, 0.2),
        correlation=correlation,
        years=years,
    )
    expected = exact_spread(first, correlation, years)
    assert solve_plane(problem, settings=MEDIUM).value == pytest.approx(expected, abs=1e-4)


def exact_spread(first: float, correlation: float, years: float) -> float:
    """Futures 122 and 120, cost 3, rate 10 %: Black's formula given the second future, integrated over it."""
    rest = first * math.sqrt((1 - correlation**2) * years)

    def given(normal: float) -> float:
        strike = 120 * math.exp(-0.02 * years + 0.2 * math.sqrt(years) * normal) + 3
        forward = 122 * math.exp(
            correlation * first * math.sqrt(years) * normal - (correlation * first) ** 2 * years / 2
        )
        d1 = math.log(forward / strike) / rest + rest / 2
        value = forward * stats.norm.cdf(d1) - strike * stats.norm.cdf(d1 - rest)
        return float(value * stats.norm.pdf(normal))

    return float(integrate.quad(given, -9, 9, epsabs=1e-10)[0]) * math.exp(-0.1 * years)


# --- two values, early exercise ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def early_exchange() -> PlaneSolution:
    problem = two_values(exchange, yields=(0.09, 0.02), volatilities=(0.3, 0.2), years=2, dates=10, is_early=True)
    return solve_plane(problem, settings=MEDIUM)


def ratio_call(*, is_early: bool) -> float:
    """The exchange as a call on the ratio, strike 1, rate q₂, payout q₁: QuantLib's finite differences, ten dates."""
    today = ql.Date(1, 1, 2024)
    with_date = ql.Settings.instance().evaluationDate
    ql.Settings.instance().evaluationDate = today
    try:
        days = ql.Actual365Fixed()
        flat = [ql.YieldTermStructureHandle(ql.FlatForward(today, q, days)) for q in (0.09, 0.02)]
        volatility = math.sqrt(0.3**2 + 0.2**2 + 2 * 0.5 * 0.3 * 0.2)
        black = ql.BlackVolTermStructureHandle(ql.BlackConstantVol(today, ql.NullCalendar(), volatility, days))
        process = ql.BlackScholesMertonProcess(ql.QuoteHandle(ql.SimpleQuote(1.1)), flat[0], flat[1], black)
        dates = [today + 73 * k for k in range(0 if is_early else 10, 11)]
        option = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Call, 1.0), ql.BermudanExercise(dates))
        option.setPricingEngine(ql.FdBlackScholesVanillaEngine(process, 2000, 2000))
        return 20 * float(option.NPV())
    finally:
        ql.Settings.instance().evaluationDate = with_date


def test_early_exchange_with_payouts_is_a_call_on_the_ratio(early_exchange: PlaneSolution) -> None:
    assert early_exchange.value == pytest.approx(ratio_call(is_early=True), rel=2e-4)


def test_threshold_of_the_exchange_is_a_ratio(early_exchange: PlaneSolution) -> None:
    # The problem is homogeneous, so at one date use begins at one ratio of the values, below which one waits.
    chosen = [each for each in early_exchange.thresholds if 0 < each.date < 10]
    assert chosen
    previous = math.inf
    for threshold in chosen:
        assert (threshold.action_below, threshold.action_above) == ("use", "hold")
        inside = (threshold.first_factor > 15) & (threshold.first_factor < 35)
        ratios = threshold.first_factor[inside] / threshold.second_factor[inside]
        assert ratios.size > 5
        assert np.ptp(ratios) < 0.005 * ratios.mean()
        assert 1 < ratios.mean() < previous
        previous = float(ratios.mean())


def test_region_agrees_with_the_threshold(early_exchange: PlaneSolution) -> None:
    threshold = next(each for each in early_exchange.thresholds if each.date == 5)
    region = early_exchange.region("held", 5)
    middle = int(np.argmin(np.abs(threshold.first_factor - 22)))
    row = int(np.argmin(np.abs(region.first_factor - threshold.first_factor[middle])))
    used = region.second_factor < threshold.second_factor[middle]
    assert region.actions == ("hold", "use")
    np.testing.assert_array_equal(region.best[row] == 1, used)


def test_continuation_is_a_surface(early_exchange: PlaneSolution) -> None:
    kept = early_exchange.continuation("held", np.array([18.0, 22.0]), np.array([20.0, 24.0]))
    assert kept.shape == (2, 2)
    assert kept[1, 0] == pytest.approx(early_exchange.value, rel=1e-4)
    assert kept[0, 0] < kept[1, 0]
    assert kept[1, 1] < kept[1, 0]
    with pytest.raises(InputError, match="first: found a value beyond the grid"):
        early_exchange.continuation("held", np.array([1e9]), np.array([20.0]))
    with pytest.raises(InputError, match="mode: found gone"):
        early_exchange.continuation("gone", np.array([20.0]), np.array([20.0]))


def lattice_of_two(payoff: Callable[..., NDArray[np.float64]], steps: int) -> float:
    """Boyle, Evnine and Gibbs (1989): four branches; here with exercise at every fifth of the life."""
    interval, rate, correlation = 1.0 / steps, 0.05, 0.3
    drifts = np.array([rate - 0.07 - 0.3**2 / 2, rate - 0.03 - 0.2**2 / 2]) * math.sqrt(interval)
    tilts = drifts / np.array([0.3, 0.2])
    weights = {(a, b): (1 + a * b * correlation + a * tilts[0] + b * tilts[1]) / 4 for a in (1, -1) for b in (1, -1)}

    def states(step: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        moves = (2 * np.arange(step + 1) - step) * math.sqrt(interval)
        return 100 * np.exp(0.3 * moves)[:, None], 95 * np.exp(0.2 * moves)[None, :]

    held = np.maximum(payoff(*states(steps)), 0)
    for step in range(steps - 1, -1, -1):
        corners = {(a, b): held[(a + 1) // 2 :, (b + 1) // 2 :][: step + 1, : step + 1] for a, b in weights}
        held = math.exp(-rate * interval) * sum(weights[key] * corners[key] for key in weights)
        if step % (steps // 5) == 0:
            held = np.maximum(held, payoff(*states(step)))
    return float(held[0, 0])


def test_early_spread_with_a_fixed_cost_is_the_lattices() -> None:
    problem = two_values(
        lambda time, state: state[0] - state[1] - 4,
        start=(100, 95),
        yields=(0.07, 0.03),
        volatilities=(0.3, 0.2),
        correlation=0.3,
        rate=0.05,
        years=1,
        dates=5,
        is_early=True,
    )

    def payoff(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
        return first - second - 4

    expected = 2 * lattice_of_two(payoff, 400) - lattice_of_two(payoff, 200)
    assert solve_plane(problem, settings=MEDIUM).value == pytest.approx(expected, rel=1e-3)


# --- one factor stands still ---------------------------------------------------------------------------------


def put_of_two_factors(spot: float, volatility: float, *, is_second: bool) -> DecisionProblem:
    """Longstaff and Schwartz's put, 50 dates in a year, beside a factor that stands at 40: the strike."""
    moving = Lognormal(0.06, volatility**2)
    motions = (Steady(), moving) if is_second else (moving, Steady())
    start = (40.0, spot) if is_second else (spot, 40.0)
    sign = 1.0 if is_second else -1.0
    payoff: Payoff = lambda time, state: sign * (state[0] - state[1])  # noqa: E731
    return held_right(two_factors(*motions), payoff, start, 0.06, [k / 50 for k in range(51)], None)


@pytest.mark.parametrize("is_second", [False, True])
@pytest.mark.parametrize(("spot", "volatility", "value"), [(36, 0.2, 4.478), (44, 0.2, 1.110), (40, 0.4, 5.312)])
def test_longstaff_schwartz_table_1(spot: float, volatility: float, value: float, is_second: bool) -> None:
    found = solve_plane(put_of_two_factors(spot, volatility, is_second=is_second), settings=PlaneSettings((80, 80)))
    assert found.value == pytest.approx(value, abs=0.001)
    assert min(found.convergence.fine_nodes) == 1


def black_scholes_call(spot: float, strike: float, deviation: float, rate_years: float) -> float:
    forward = spot * math.exp(rate_years)
    d1 = math.log(forward / strike) / deviation + deviation / 2
    return float((forward * stats.norm.cdf(d1) - strike * stats.norm.cdf(d1 - deviation)) * math.exp(-rate_years))


def test_a_steady_factor_leaves_black_scholes() -> None:
    process = two_factors(Lognormal(0.05, 0.3**2), Steady(), 0.4)
    problem = held_right(process, exchange, (100, 110), 0.05, [0, 2], frozenset([1]))
    expected = black_scholes_call(100, 110, 0.3 * math.sqrt(2), 0.1)
    assert solve_plane(problem, settings=MEDIUM).value == pytest.approx(expected, rel=1e-4)


def test_jumps_are_mertons_series() -> None:
    jumps = JumpLognormal(0.05, 0.2**2, jumps_per_year=0.5, jump_log_mean=-0.2, jump_log_deviation=0.3)
    problem = held_right(two_factors(jumps, Steady()), exchange, (100, 105), 0.05, [0, 1], frozenset([1]))
    mean = math.expm1(-0.2 + 0.3**2 / 2)
    expected = 0.0
    for number in range(30):
        share = math.exp(-0.5) * 0.5**number / math.factorial(number)
        growth = 0.05 - 0.5 * mean + number * (-0.2 + 0.3**2 / 2)
        deviation = math.sqrt(0.2**2 + number * 0.3**2)
        expected += share * black_scholes_call(100, 105, deviation, growth) * math.exp(growth - 0.05)
    assert solve_plane(problem, settings=PlaneSettings((72, 72))).value == pytest.approx(expected, rel=1e-4)


def test_a_jump_in_the_cash_is_exact_at_a_kink() -> None:
    # One unit if the first value ends above 100: e^(−rT) Φ(d₂). The kink tells the solver where.
    def payoff(time: float, state: State) -> NDArray[np.float64]:
        return np.where(state[0] > 100, 1.0, 0.0)

    process = joint(
        [(Factor("first", "log", kinks=(100.0,)), Lognormal(0.05, 0.3**2)), (Factor("second", "log"), Steady())],
        [[1, 0], [0, 1]],
    )
    problem = held_right(process, payoff, (95, 1), 0.05, [0, 0.5, 1], frozenset([2]))
    d2 = (math.log(95 / 100) + 0.05 - 0.3**2 / 2) / 0.3
    expected = math.exp(-0.05) * stats.norm.cdf(d2)
    assert solve_plane(problem, settings=COARSE).value == pytest.approx(expected, rel=1e-4)


def test_recovery_after_a_hazard_is_received_at_the_end_of_its_step() -> None:
    # One step: (s · S₁ + (1 − s) · 40 % S₁) discounted is S₀ (s + 0.4 (1 − s)) for a value without payout.
    hazard = Hazard("struck", lambda time, until: 0.3 * (until - time), recovery=lambda time, state: 0.4 * state[0])
    process = two_factors(Lognormal(0.05, 0.3**2), Lognormal(0.05, 0.2**2), 0.5)
    problem = held_right(process, lambda time, state: state[0], (10, 20), 0.05, [0, 1], frozenset([1]), hazard=hazard)
    found = solve_plane(problem, settings=COARSE)
    survival = math.exp(-0.3)
    assert found.value == pytest.approx(10 * (survival + 0.4 * (1 - survival)), rel=1e-5)
    assert found.event_counts() == {"use": pytest.approx(survival), "struck": pytest.approx(1 - survival)}


# --- staged research and development -------------------------------------------------------------------------


PROJECT = StagedRnd(
    cash_flow_per_year=20,
    drift_per_year=0.02,
    risk_premium_per_year=0.036,
    volatility=0.35,
    terminal_multiple=5,
    cost_to_completion=100,
    investment_per_year=10,
    cost_uncertainty=0.5,
    hazard_per_year=math.log(2) / 10,
    correlation=-0.1,
    rate_per_year=0.05,
    horizon_years=20,
    step_years=0.25,
)


@pytest.fixture(scope="module")
def staged() -> PlaneSolution:
    return solve_plane(PROJECT.problem(), settings=MEDIUM)


def test_staged_project_with_abandonment(staged: PlaneSolution) -> None:
    # Own benchmark by three methods: 11.82 ± 0.15, not a published figure.
    assert staged.value == pytest.approx(11.82, abs=0.02)
    assert staged.first_action == "go_on"
    assert staged.convergence.difference < 0.003 * staged.value


def test_staged_project_without_abandonment() -> None:
    # Own benchmark by three methods: 3.09 ± 0.08.
    found = solve_plane(PROJECT.without_abandonment().problem(), settings=MEDIUM)
    assert found.value == pytest.approx(3.09, abs=0.03)


@pytest.mark.parametrize(("hazard", "expected"), [(0.06931, -8.0761), (math.log(2) / 10, -8.0774)])
def test_certain_cost_is_a_closed_sum(hazard: float, expected: float) -> None:
    # 40 outlays of 2.5, each if still alive; after ten years 20 e^(−0.16) a year for ten, and five times it at the end.
    certain = replace(PROJECT.without_abandonment(), cost_uncertainty=0.0, hazard_per_year=hazard)
    outlays = math.fsum(2.5 * math.exp(-(0.05 + hazard) * 0.25 * step) for step in range(40))
    multiple = (1 - math.exp(-0.66)) / 0.066 + 5 * math.exp(-0.66)
    by_hand = math.exp(-(0.05 + hazard) * 10) * 20 * math.exp(-0.16) * multiple - outlays
    assert by_hand == pytest.approx(expected, abs=5e-5)
    found = solve_plane(certain.problem(), settings=PlaneSettings((64, 64)))
    assert found.value == pytest.approx(by_hand, abs=2e-5)


def test_completion_within_the_horizon_before_hazard() -> None:
    # 97.8 % by the benchmark; the second way is 40,000 simulated costs (standard error 0.0007).
    safe = replace(PROJECT.without_abandonment(), hazard_per_year=0.0)
    counts = solve_plane(safe.problem(), settings=MEDIUM).event_counts(safe.real_world())
    assert counts["complete"] == pytest.approx(0.978, abs=0.001)
    rng = np.random.default_rng(7)
    left = np.full(40_000, 100.0)
    for _ in range(80):
        moved = left - 2.5 + 0.5 * np.sqrt(2.5 * np.maximum(left, 0)) * rng.standard_normal(left.size)
        left = np.where(left > 0, moved, left)
    assert counts["complete"] == pytest.approx(float(np.mean(left <= 0)), abs=0.003)


def test_events_of_the_staged_project(staged: PlaneSolution) -> None:
    counts = staged.event_counts()
    assert set(counts) == {"abandon", "complete", "catastrophe"}
    # What is neither completed, abandoned nor struck is unfinished at the horizon: little.
    assert 0.98 < math.fsum(counts.values()) <= 1
    real = staged.event_counts(PROJECT.real_world())
    assert real["complete"] > counts["complete"]
    assert real["abandon"] < counts["abandon"]


def test_abandonment_threshold_of_the_staged_project(staged: PlaneSolution) -> None:
    # For a given cash flow one abandons above some cost to completion, and the higher the cash flow the higher it is.
    early = next(each for each in staged.thresholds if each.date == 10 and each.action_above == "abandon")
    assert early.action_below == "go_on"
    usual = (early.first_factor > 5) & (early.first_factor < 60)
    assert np.all(np.diff(early.second_factor[usual]) > 0)
    at_start = float(np.interp(20, early.first_factor, early.second_factor))
    assert 60 < at_start < 200
    completed = [each for each in staged.thresholds if each.date == 10 and each.action_below == "complete"]
    assert completed
    np.testing.assert_allclose(np.concatenate([each.second_factor for each in completed]), 0, atol=0.2)


def test_value_falls_with_the_hazard_and_not_below_no_option() -> None:
    values = []
    for hazard in (0.0, 0.05, 0.2):
        project = replace(PROJECT, hazard_per_year=hazard, step_years=1.0)
        with_option, without = (
            solve_plane(each.problem(), settings=COARSE).value for each in (project, project.without_abandonment())
        )
        assert with_option >= max(without, 0) - 1e-9
        values.append(with_option)
    assert values == sorted(values, reverse=True)


def test_money_scales() -> None:
    project = replace(PROJECT, step_years=1.0)
    larger = replace(project, cash_flow_per_year=2e7, cost_to_completion=1e8, investment_per_year=1e7)
    found = [solve_plane(each.problem(), settings=COARSE).value for each in (project, larger)]
    assert found[1] == pytest.approx(1e6 * found[0], rel=1e-9)


def test_the_order_of_the_factors_does_not_matter() -> None:
    problem = replace(PROJECT, step_years=1.0).problem()
    mode = problem.modes[0]

    def swapped(function: Callable[..., NDArray[np.float64]]) -> Callable[..., NDArray[np.float64]]:
        return lambda *numbers: function(*numbers[:-1], numbers[-1][::-1])

    actions = tuple(
        replace(each, gain=swapped(each.gain), condition=swapped(each.condition) if each.condition else None)
        for each in mode.actions
    )
    assert mode.flow is not None
    turned = replace(
        problem,
        process=Process(problem.process.factors[::-1], problem.process.motions[::-1], problem.process.correlation),
        start=problem.start[::-1],
        modes=(replace(mode, actions=actions, flow=swapped(mode.flow)),),
    )
    values = [solve_plane(each, settings=COARSE).value for each in (problem, turned)]
    assert values[1] == pytest.approx(values[0], rel=1e-9)


def test_a_mode_in_which_the_cost_stands_still() -> None:
    # Waiting costs nothing and moves the cash flow only; to be free to wait is worth at least what starting now is.
    project = replace(PROJECT, step_years=1.0, can_abandon=False, hazard_per_year=0.0)
    developing = project.problem()
    cash, cost = developing.process.factors
    idle = joint([(cash, developing.process.motions[0]), (cost, Steady())], [[1, -0.1], [-0.1, 1]])
    begin = Action("invest", "begin", (Branch("developing"),))

    def value(dates: frozenset[int] | None) -> float:
        waiting = Mode(
            "waiting", (Action("wait", "wait", (Branch("waiting"),)), replace(begin, dates=dates)), process=idle
        )
        problem = replace(developing, modes=(waiting, *developing.modes), start_mode="waiting")
        return solve_plane(problem, settings=COARSE).value

    now = solve_plane(developing, settings=COARSE).value
    assert now > 0
    assert value(frozenset([0])) == pytest.approx(now, rel=1e-9)
    assert value(None) > now


# --- kernels and grids ---------------------------------------------------------------------------------------


def cost_axis_moves() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes = continuous_axis(-10, 500, start=100, kinks=(0.0,), nodes=48).nodes
    means = np.where(nodes > 0, nodes - 2.5, nodes)
    return means, 0.5 * np.sqrt(2.5 * np.maximum(nodes, 0))


@pytest.mark.parametrize("terms", [1, 9])
def test_compiled_moments_are_numpys(terms: int) -> None:
    axis = continuous_axis(-10, 500, start=100, kinks=(0.0,), nodes=48)
    means, deviations = cost_axis_moves()
    found = np.zeros((2, means.size, terms, axis.nodes.size))
    add_numpy(axis, means, deviations, 0.7, found[0])
    add_compiled(axis, means, deviations, 0.7, found[1])
    np.testing.assert_allclose(found[1], found[0], atol=1e-10)


def test_either_engine_gives_one_value() -> None:
    # The variance changes with time, so that every step has moments of its own.
    rising = Lognormal(0.04, lambda time, until: 0.05 * (until**2 - time**2))
    process = two_factors(rising, Lognormal(0.06, 0.15**2), -0.5)
    problem = held_right(process, exchange, (22, 20), 0.1, [0, 0.5, 1, 1.5], None)
    settings = [PlaneSettings(nodes=(24, 24), engine=engine) for engine in ("numpy", "compiled")]
    found = [solve_plane(problem, settings=each) for each in settings]
    assert found[1].value == pytest.approx(found[0].value, rel=1e-10)
    assert found[1].event_counts() == pytest.approx(found[0].event_counts(), rel=1e-6)


@pytest.mark.parametrize("add", [add_numpy, add_compiled])
def test_moments_of_a_cubic_are_exact(add: Callable[..., None]) -> None:
    # For y = μ + σz: E y³ = μ³ + 3μσ²; E z y³ = 3σ(μ² + σ²); E (z² − 1)/√2 · y³ = 6μσ²/√2.
    axis = continuous_axis(-60, 60, start=0, kinks=(), nodes=40)
    means, deviations = np.array([0.0, 1.5, -3.0]), np.array([1.0, 0.01, 4.0])
    found = np.zeros((3, 3, axis.nodes.size))
    add(axis, means, deviations, 1.0, found)
    moments = found @ axis.nodes**3
    np.testing.assert_allclose(moments[:, 0], means**3 + 3 * means * deviations**2, atol=1e-9)
    np.testing.assert_allclose(moments[:, 1], 3 * deviations * (means**2 + deviations**2), atol=1e-9)
    np.testing.assert_allclose(moments[:, 2], 6 * means * deviations**2 / math.sqrt(2), atol=1e-9)


def test_nothing_is_interpolated_across_a_kink() -> None:
    axis = continuous_axis(-10, 500, start=100, kinks=(0.0,), nodes=48)
    places = np.array([-3.0, 0.0, 1e-6, 0.3, 70.0])
    found = interpolation(axis, places) @ np.where(axis.nodes > 0, 5 + axis.nodes, -1.0)
    np.testing.assert_allclose(found, np.where(places > 0, 5 + places, -1.0), atol=1e-12)


def test_projection_keeps_cubics_and_integrals() -> None:
    axis = continuous_axis(-4, 4, start=0, kinks=(), nodes=30)
    way = refinement(axis)
    np.testing.assert_allclose(way.project @ way.points**3, axis.nodes**3, atol=1e-10)
    corner = np.maximum(way.points - 0.123, 0)
    ends = np.array([axis.cuts[:-1], axis.cuts[1:]])
    cells = np.repeat(ends[1] - ends[0], 4) / 2 * np.tile(np.polynomial.legendre.leggauss(4)[1], ends.shape[1])
    for power in range(4):
        moment = cells * way.points**power
        assert moment @ (way.spread @ (way.project @ corner)) == pytest.approx(moment @ corner, rel=1e-10)


def test_a_factor_without_chance_has_the_places_it_reaches() -> None:
    certain = replace(PROJECT, cost_uncertainty=0.0).problem()
    axis = grid_of(certain, nodes=(32, 32), reach_deviations=5).axes[1]
    np.testing.assert_allclose(axis.nodes, 2.5 * np.arange(41), atol=1e-9)
    # A third of a year does not add up to ten in binary; the last place is at zero all the same.
    thirds = replace(PROJECT, cost_uncertainty=0.0, horizon_years=24, step_years=1 / 3).problem()
    assert grid_of(thirds, nodes=(32, 32), reach_deviations=5).axes[1].nodes[0] == 0


# --- refusals ------------------------------------------------------------------------------------------------


def test_coarse_grids_that_disagree_are_refused() -> None:
    # Without a stated kink a jump of the cash meets a coarse grid.
    problem = two_values(lambda time, state: np.where(state[0] > 22.2, 1e3, 0.0), volatilities=(0.02, 0.02))
    with pytest.raises(RefusalError, match=r"nodes: found .* and .* on \(12, 12\) and \(18, 18\) nodes"):
        solve_plane(problem, settings=PlaneSettings(nodes=(18, 18), tolerance_share=1e-4))


def test_cash_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match=r"modes.held.use.gain: found nan at 0.5 years"), np.errstate(invalid="ignore"):
        solve_plane(two_values(lambda time, state: np.log(state[0] - 20)), settings=COARSE)


def test_a_state_without_an_action_is_refused() -> None:
    problem = two_values(exchange)
    closed = Action("switch", "use", (Branch(ENDED),), condition=lambda time, state: state[0] > 20)
    with pytest.raises(InputError, match=r"modes.held: found no open action in some state at 0 years"):
        solve_plane(replace(problem, modes=(Mode("held", (closed,)),), start=(18.0, 20.0)), settings=COARSE)


def test_one_factor_is_refused() -> None:
    process = Process((Factor("first", "log"),), (Lognormal(0.0, 0.04),), ((1.0,),))
    problem = two_values(exchange)
    with pytest.raises(InputError, match="process: found 1 factors, expected two"):
        solve_plane(replace(problem, process=process, start=(22.0,)))


def test_a_real_world_that_leaves_the_grid_is_refused(early_exchange: PlaneSolution) -> None:
    with pytest.raises(RefusalError, match=r"process.first: found a probability above"):
        early_exchange.event_counts(two_factors(Lognormal(-30.0, 0.09), Lognormal(0.0, 0.04)))


def test_a_real_world_must_name_every_mode(early_exchange: PlaneSolution) -> None:
    with pytest.raises(InputError, match="real_world: found no process for"):
        early_exchange.event_counts({})
    with pytest.raises(InputError, match=r"real_world.held: found other factors"):
        early_exchange.event_counts({"held": PROJECT.real_world()})


def test_a_policy_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valuation.options._core.plane.MAXIMUM_POLICY_BYTES", 1000)
    with pytest.raises(RefusalError, match="times_years: found a policy of"):
        solve_plane(two_values(exchange), settings=COARSE)


def test_a_region_that_is_not_reached_is_refused(early_exchange: PlaneSolution) -> None:
    with pytest.raises(InputError, match="date: found held at 99"):
        early_exchange.region("held", 99)


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("nodes", (17, 64)),
        ("nodes", (64, 401)),
        ("reach_deviations", 2.0),
        ("reach_deviations", math.nan),
        ("tolerance_share", 0.0),
        ("tolerance_share", math.nan),
    ],
)
def test_settings_out_of_range_are_refused(field: str, bad: object) -> None:
    with pytest.raises(InputError, match=f"{field}: found"):
        PlaneSettings(**{field: bad})  # type: ignore[arg-type]


def test_thresholds_are_asked_for_at_dates_that_exist() -> None:
    with pytest.raises(InputError, match="threshold_dates: found"):
        solve_plane(two_values(exchange), settings=replace(COARSE, threshold_dates=(7,)))


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("cash_flow_per_year", 0.0),
        ("cost_to_completion", math.nan),
        ("volatility", -0.1),
        ("hazard_per_year", math.inf),
        ("step_years", 0.3),
    ],
)
def test_a_staged_project_out_of_range_is_refused(field: str, bad: float) -> None:
    with pytest.raises(InputError, match=f"{field}: found"):
        replace(PROJECT, **{field: bad})
