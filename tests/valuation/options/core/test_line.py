"""Solver 1: is the right on one factor worth what theory says, and are its decisions and probabilities right?

Checked against: Black–Scholes and Geske's compound in closed form with SciPy's normal distributions (closed form), the
n-fold compound by SciPy's multivariate normal (closed form), the Bermudan table of Longstaff and Schwartz (literature),
QuantLib's QdFp for exercise at any time (second method), Merton's series for jumps (closed form), identities.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from tests.literature import load_cases
from tests.valuation.options.core.rights import black_scholes, launch_problem, staged_problem
from tests.valuation.options.test_launch_option import quantlib_american
from valuation.errors import InputError, RefusalError
from valuation.options._core.limit import in_the_limit
from valuation.options._core.line import solve_line
from valuation.options._core.line_grid import LineSettings
from valuation.options._core.process import JumpLognormal, Lognormal, MeanRevertingLog, Steady, alone, joint

TABLE = next(case.data for case in load_cases() if case.id == "longstaff-schwartz-table1-T1")


@pytest.mark.parametrize("steps", [1, 2, 7, 40])
@pytest.mark.parametrize(("value", "volatility", "years"), [(100, 0.35, 8), (20, 0.9, 15), (400, 0.1, 1)])
def test_a_right_exercised_at_the_end_is_black_scholes(
    value: float, volatility: float, years: float, steps: int
) -> None:
    problem = launch_problem(value=value, volatility=volatility, years=years, steps=steps, only_at_the_end=True)
    assert solve_line(problem).value == pytest.approx(
        black_scholes(value, 110, years, 0.04, 0.05, volatility), rel=1e-9
    )


@pytest.mark.parametrize("spot", TABLE["inputs"]["spots"])
@pytest.mark.parametrize("volatility", TABLE["inputs"]["vols"])
def test_fifty_dates_a_year_give_the_published_table(spot: float, volatility: float) -> None:
    """Literature: Longstaff, Schwartz (2001), table 1, one year; a put is the right to sell at the strike."""
    problem = launch_problem(
        value=spot, cost=40, years=1, rate=0.06, payout=0, volatility=volatility, steps=50, sells=True
    )
    printed = TABLE["expected"][f"american_S{spot}_vol{round(100 * volatility)}"]
    assert solve_line(problem).value == pytest.approx(printed, abs=0.001)


@pytest.mark.parametrize(("value", "payout", "volatility"), [(100, 0.05, 0.35), (70, 0.12, 0.7), (150, 0.05, 0.15)])
def test_exercise_at_any_time_is_quantlibs(value: float, payout: float, volatility: float) -> None:
    """Second method: QdFp, an integral equation for the boundary."""

    def with_dates(steps: int) -> float:
        return solve_line(launch_problem(value=value, payout=payout, volatility=volatility, steps=steps)).value

    found = in_the_limit(with_dates)
    assert found.value == pytest.approx(quantlib_american(value, 110, 8, 0.04, payout, volatility), rel=1e-4)
    assert found.with_dates <= found.value
    assert found.difference < 1e-3 * found.value


def geske(
    value: float, first: float, first_years: float, second: float, years: float, rate: float, sigma: float
) -> float:
    """A call on a call, no payout: Geske (1979), with SciPy's bivariate normal."""
    left = years - first_years
    critical = optimize.brentq(lambda v: black_scholes(v, second, left, rate, 0.0, sigma) - first, 1e-6, 1e6)
    a = (math.log(value / critical) + (rate + sigma**2 / 2) * first_years) / (sigma * math.sqrt(first_years))
    b = (math.log(value / second) + (rate + sigma**2 / 2) * years) / (sigma * math.sqrt(years))
    both = stats.multivariate_normal([0, 0], [[1, math.sqrt(first_years / years)], [math.sqrt(first_years / years), 1]])
    shift = np.array([sigma * math.sqrt(first_years), sigma * math.sqrt(years)])
    paid = second * math.exp(-rate * years) * both.cdf(np.array([a, b]) - shift)
    return float(value * both.cdf([a, b]) - paid - first * math.exp(-rate * first_years) * stats.norm.cdf(a - shift[0]))


@pytest.mark.parametrize(("value", "first", "sigma"), [(100, 20, 0.6), (60, 5, 0.35), (200, 60, 0.9)])
def test_two_stages_are_geskes_compound(value: float, first: float, sigma: float) -> None:
    problem = staged_problem(
        value=value, outlays=[first, 90.0], times_years=[2.0, 5.0], rate=0.05, variance_per_year=sigma**2
    )
    assert solve_line(problem).value == pytest.approx(geske(value, first, 2.0, 90.0, 5.0, 0.05, sigma), rel=1e-6)


def n_fold(value: float, outlays: list[float], times: list[float], rate: float, sigma: float) -> float:
    """The n-fold compound call by multivariate normals; critical values from the rights of fewer stages.

    The critical values come from the solver's own shorter problems, the value from the closed form, so that the two
    can only agree if the shorter ones are right; the shortest of all is Black–Scholes.
    """
    critical = []
    for stage in range(len(outlays) - 1):

        def later(level: float, stage: int = stage) -> float:
            rest = [time - times[stage] for time in times[stage + 1 :]]
            later_outlays = outlays[stage + 1 :]
            if len(later_outlays) == 1:
                return black_scholes(level, later_outlays[0], rest[0], rate, 0.0, sigma) - outlays[stage]
            return n_fold(level, later_outlays, rest, rate, sigma) - outlays[stage]

        critical.append(optimize.brentq(later, 1e-3, 1e5, xtol=1e-10))
    levels = np.array([*critical, outlays[-1]])
    when = np.array(times)
    root = sigma * np.sqrt(when)
    upper = (np.log(value / levels) + (rate + sigma**2 / 2) * when) / root
    correlation = np.array([[math.sqrt(min(s, t) / max(s, t)) for t in times] for s in times])

    def together(bounds: np.ndarray) -> float:  # type: ignore[type-arg]
        size = len(bounds)
        if size == 1:
            return float(stats.norm.cdf(bounds[0]))
        return float(
            stats.multivariate_normal.cdf(
                bounds, np.zeros(size), correlation[:size, :size], abseps=1e-9, releps=1e-9, maxpts=400_000
            )
        )

    paid = sum(
        outlay * math.exp(-rate * time) * together((upper - root)[: stage + 1])
        for stage, (outlay, time) in enumerate(zip(outlays, times, strict=True))
    )
    return value * together(upper) - paid


def test_three_stages_are_the_trivariate_normal() -> None:
    outlays, times = [5.0, 20.0, 90.0], [1.0, 3.0, 6.0]
    problem = staged_problem(value=100.0, outlays=outlays, times_years=times, rate=0.05, variance_per_year=0.25)
    assert solve_line(problem).value == pytest.approx(n_fold(100.0, outlays, times, 0.05, 0.5), rel=5e-6)


def test_success_that_is_not_certain_enters_once() -> None:
    """Identity: outlays before the last are certain costs here, so success p multiplies what follows them."""
    p = 0.4
    certain = staged_problem(value=100, outlays=[0.0, 90.0], times_years=[1.0, 4.0], rate=0.05, variance_per_year=0.2)
    doubtful = staged_problem(
        value=100, outlays=[0.0, 90.0], times_years=[1.0, 4.0], rate=0.05, variance_per_year=0.2, success_shares=[p, 1]
    )
    assert solve_line(doubtful).value == pytest.approx(p * solve_line(certain).value, rel=1e-12)
    assert solve_line(doubtful).event_shares()["failed before stage 2"] == pytest.approx(1 - p)


def test_the_probability_of_exercise_is_the_closed_form() -> None:
    """N(d₂), under the drift of valuation and under another."""
    solution = solve_line(launch_problem(steps=5, only_at_the_end=True))
    for drift, process in ((-0.01, None), (0.07, alone("value", "log", Lognormal(0.07, 0.35**2)))):
        d2 = (math.log(100 / 110) + (drift - 0.35**2 / 2) * 8) / (0.35 * math.sqrt(8))
        found = solution.event_shares(process)
        assert found["launch"] == pytest.approx(stats.norm.cdf(d2), rel=1e-8)
        assert found["launch"] + found["lapse"] == pytest.approx(1, rel=1e-10)


def test_what_happens_adds_up_to_one() -> None:
    found = solve_line(launch_problem(value=130, steps=24, hazard_per_year=0.08)).event_shares()
    assert set(found) == {"launch", "lapse", "invalidated"}
    assert sum(found.values()) == pytest.approx(1, rel=1e-7)
    assert all(share > 0.01 for share in found.values())


def test_a_hazard_is_a_rate_of_discount_where_nothing_is_decided_early() -> None:
    """Identity: exercised at the end only, a hazard λ multiplies the value by e^(−λT)."""
    calm, threatened = (
        solve_line(launch_problem(steps=6, only_at_the_end=True, hazard_per_year=rate)).value for rate in (0.0, 0.1)
    )
    assert threatened == pytest.approx(calm * math.exp(-0.8), rel=1e-10)


def test_jumps_give_mertons_series() -> None:
    """Closed form: a sum of Black–Scholes values, weighted by the number of jumps."""
    rate, sigma, years, frequency, mean, deviation = 0.05, 0.25, 2.0, 0.6, -0.2, 0.3
    size = math.exp(mean + deviation**2 / 2)
    expected = 0.0
    for count in range(40):
        adjusted = rate - frequency * (size - 1) + count * math.log(size) / years
        spread = math.sqrt(sigma**2 + count * deviation**2 / years)
        weight = stats.poisson.pmf(count, frequency * size * years)
        expected += weight * black_scholes(100, 110, years, adjusted, 0.0, spread)
    motion = JumpLognormal(rate, sigma**2, frequency, mean, deviation)
    problem = launch_problem(years=years, rate=rate, payout=0, steps=4, only_at_the_end=True, motion=motion)
    assert solve_line(problem).value == pytest.approx(expected, rel=1e-7)


def test_a_price_that_reverts_is_lognormal_at_the_end() -> None:
    """Closed form: ln x at T is normal, so the right is Black's formula on its forward."""
    speed, level, sigma, years = 0.8, math.log(90), 0.4, 3.0
    problem = launch_problem(
        years=years, steps=9, only_at_the_end=True, motion=MeanRevertingLog(speed, level, sigma), rate=0.04
    )
    kept = math.exp(-speed * years)
    mean = level + (math.log(100) - level) * kept
    variance = sigma**2 * (1 - kept**2) / (2 * speed)
    forward = math.exp(mean + variance / 2)
    d1 = (math.log(forward / 110) + variance / 2) / math.sqrt(variance)
    expected = forward * stats.norm.cdf(d1) - 110 * stats.norm.cdf(d1 - math.sqrt(variance))
    assert solve_line(problem).value == pytest.approx(math.exp(-0.04 * years) * expected, rel=1e-8)


def test_what_does_not_move_is_decided_on_what_is_known() -> None:
    """Limit: without chance the value is the best discounted date, here the first since waiting costs the payout."""
    problem = launch_problem(value=150, steps=8, motion=Steady())
    assert solve_line(problem).value == pytest.approx(40.0)
    growing = launch_problem(value=100, steps=8, motion=Lognormal(0.10, 0.0))
    assert solve_line(growing).value == pytest.approx(100 * math.exp(0.48) - 110 * math.exp(-0.32), rel=1e-7)


def test_the_threshold_falls_as_time_and_hazard_press() -> None:
    calm = solve_line(launch_problem(steps=32))
    levels = [calm.threshold(date, "waiting", "launch")[0] or math.nan for date in range(1, 33)]
    assert all(later <= earlier for earlier, later in pairwise(levels))
    assert levels[-1] == pytest.approx(110)
    pressed = solve_line(launch_problem(steps=32, hazard_per_year=0.1)).threshold(8, "waiting", "launch")[0]
    assert pressed is not None
    assert 110 < pressed < levels[7]


def test_the_slope_is_the_closed_forms() -> None:
    spread = 0.35 * math.sqrt(8)
    d1 = (math.log(100 / 110) + (0.04 - 0.05) * 8) / spread + spread / 2
    found = solve_line(launch_problem(steps=4, only_at_the_end=True)).delta
    assert found == pytest.approx(math.exp(-0.4) * stats.norm.cdf(d1), rel=1e-4)


@settings(max_examples=20, deadline=None)
@given(
    value=st.floats(20, 400),
    volatility=st.floats(0.05, 1.2),
    rate=st.floats(-0.02, 0.12),
    payout=st.floats(0, 0.15),
    years=st.floats(0.5, 18),
    hazard=st.floats(0, 0.3),
)
def test_bounds_and_order(
    value: float, volatility: float, rate: float, payout: float, years: float, hazard: float
) -> None:
    """American ≥ European ≥ 0, no more than the value, less under a hazard; more volatility is not worth less."""
    stated = {"value": value, "rate": rate, "payout": payout, "years": years}
    european = solve_line(launch_problem(**stated, volatility=volatility, steps=8, only_at_the_end=True)).value
    american = solve_line(launch_problem(**stated, volatility=volatility, steps=8)).value
    threatened = solve_line(launch_problem(**stated, volatility=volatility, steps=8, hazard_per_year=hazard)).value
    wilder = solve_line(launch_problem(**stated, volatility=volatility * 1.2, steps=8)).value
    slack = 1e-9 * value
    assert max(0.0, value - 110.0) - slack <= threatened <= american + slack <= value * max(1, 1) + 2 * slack
    assert 0 <= european <= american + slack
    assert american <= wilder + slack


@pytest.mark.parametrize("rate", [0.0, -0.02])
def test_a_put_that_earns_no_interest_waits_for_the_end(rate: float) -> None:
    """Identity: with r ≤ 0 and no payout the right to sell is never worth using early."""
    stated = {"value": 100.0, "rate": rate, "payout": 0.0, "sells": True, "steps": 12}
    american = solve_line(launch_problem(**stated)).value  # type: ignore[arg-type]
    european = solve_line(launch_problem(**stated, only_at_the_end=True)).value  # type: ignore[arg-type]
    assert american == pytest.approx(european, rel=1e-9)


def test_finer_nodes_change_nothing_to_speak_of() -> None:
    coarse = solve_line(launch_problem(steps=20), settings=LineSettings(nodes_per_deviation=4)).value
    fine = solve_line(launch_problem(steps=20), settings=LineSettings(nodes_per_deviation=9)).value
    assert coarse == pytest.approx(fine, rel=1e-7)


def test_two_factors_are_not_a_line() -> None:
    pair = joint([(f, Steady()) for f in (alone("a", "log", Steady()).factors * 2)], [[1, 0], [0, 1]])
    problem = launch_problem()
    with pytest.raises(InputError, match="2 factors"):
        solve_line(type(problem)(pair, (1.0, 1.0), "waiting", problem.modes, problem.times_years, 0.0))


def test_a_volatility_beyond_all_measure_is_refused() -> None:
    with pytest.raises(RefusalError, match="Lower the volatility"):
        solve_line(launch_problem(volatility=3.0, years=99, steps=4))
