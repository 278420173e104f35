"""Switch option: is the right to run a spread above a fixed cost computed exactly, and Kirk's value only shown?

Checked against: Haug's three spreads (literature; exact values 4.75281, 9.93347, 6.02546 and the printed
approximation); Margrabe without a fixed cost (closed form); two-dimensional quadrature and Monte Carlo with its
standard error (second methods); identities.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from tests.valuation.asking import amount, figure
from tests.valuation.options.asking import NO_THREAT, beside, closed_only, concluded
from valuation.kernel.conclusion import Conclusion
from valuation.options._spread import Spread, expected_share, expected_spread

METHOD = "switch_option"
YEARS, RATE = 2.0, math.log(1.03)
FIRST, SECOND, RHO = 0.35, 0.25, 0.4
KEPT = math.exp(-0.04 * 0.8 * YEARS)


def found(**changes: Any) -> Conclusion:
    return concluded(METHOD, **changes)


def spread(**changes: float) -> Spread:
    """One draw of futures-like terms."""
    stated = {"first": 122.0, "second": 120.0, "fixed": 3.0, "first_deviation": 0.2, "second_deviation": 0.2}
    numbers = stated | {"correlation": 0.3} | changes
    return Spread(**{name: np.array([number]) for name, number in numbers.items()})


def margrabe(first: float, second: float, deviation: float) -> float:
    d1 = math.log(first / second) / deviation + deviation / 2
    return float(first * stats.norm.cdf(d1) - second * stats.norm.cdf(d1 - deviation))


@pytest.mark.parametrize(
    ("volatility", "rho", "years", "exact", "printed"),
    [(0.2, -0.5, 0.1, 4.75281, 4.753), (0.25, 0.0, 0.5, 9.93347, 9.934), (0.2, 0.5, 0.5, 6.02546, 6.0257)],
)
def test_the_published_spreads(volatility: float, rho: float, years: float, exact: float, printed: float) -> None:
    """Literature: Haug prints Kirk's approximation; the exact numbers lie within 0.001 of it."""
    answer = found(
        revenue_value=amount("122.00"),
        input_value=amount("120.00"),
        fixed_cost=amount("3.00"),
        life_years=figure(years),
        revenue_volatility_share=figure(volatility),
        input_volatility_share=figure(0.2),
        correlation=figure(rho),
        riskless_rate_share=figure(0.1),
        rate_compounding="continuous",
        revenue_payout_share=figure(0.1),
        input_payout_share=figure(0.1),
        threat=NO_THREAT,
    )
    assert answer.value == pytest.approx(exact, abs=6e-6)
    assert beside(answer)["kirk_value"] == pytest.approx(printed, abs=1e-3)
    assert answer.value != pytest.approx(beside(answer)["kirk_value"], abs=1e-6)


def test_two_dimensional_quadrature_gives_the_value() -> None:
    """Second method: for each revenue the input's truncated lognormal, by SciPy, the other way round than the paper."""
    root = math.sqrt(YEARS)
    first = 9e5 * math.exp((RATE - 0.05) * YEARS)
    second = 6e5 * math.exp((RATE - 0.03) * YEARS)

    def given_revenue(z: float) -> float:
        revenue = first * math.exp(FIRST * root * z - FIRST**2 * YEARS / 2) - 2.5e5
        if revenue <= 0:
            return 0.0
        shift = RHO * SECOND * root
        mean = second * math.exp(shift * z - shift**2 / 2)
        left = SECOND * root * math.sqrt(1 - RHO**2)
        d1 = math.log(mean / revenue) / left + left / 2
        put = revenue * stats.norm.cdf(left - d1) - mean * stats.norm.cdf(-d1)
        return float(put * stats.norm.pdf(z))

    start = (math.log(2.5e5 / first) + FIRST**2 * YEARS / 2) / (FIRST * root)
    expected = integrate.quad(given_revenue, start, 12, epsabs=1e-6, epsrel=1e-12, limit=200)[0]
    assert found().value == pytest.approx(expected * math.exp(-RATE * YEARS) * KEPT, rel=1e-9)


def test_monte_carlo_gives_value_and_probability() -> None:
    """Second method: 2 million draws, four standard errors; the probability in the real world."""
    rng = np.random.default_rng(20240612)
    z = rng.standard_normal((2, 2_000_000))
    root = math.sqrt(YEARS)

    def running(growths: tuple[float, float]) -> Any:
        revenue = 9e5 * np.exp((growths[0] - FIRST**2 / 2) * YEARS + FIRST * root * z[0])
        mixed = RHO * z[0] + math.sqrt(1 - RHO**2) * z[1]
        cost = 6e5 * np.exp((growths[1] - SECOND**2 / 2) * YEARS + SECOND * root * mixed)
        return np.maximum(revenue - cost - 2.5e5, 0.0)

    paid = running((RATE - 0.05, RATE - 0.03)) * math.exp(-RATE * YEARS) * KEPT
    answer = found(real_growth_revenue_share=figure(0.03), real_growth_input_share=figure(0.01))
    assert answer.value == pytest.approx(float(paid.mean()), abs=4 * float(paid.std()) / math.sqrt(2e6))
    share = float((running((0.03, 0.01)) > 0).mean()) * math.exp(-0.04 * YEARS)
    assert answer.details["probabilities"]["run"] == pytest.approx(share, abs=4 * 0.5 / math.sqrt(2e6))
    assert answer.details["probability_measure"] == "real_world"


@settings(max_examples=60)
@given(
    first=st.floats(20, 500),
    one=st.floats(0.05, 1.5),
    other=st.floats(0.05, 1.5),
    rho=st.floats(-0.99, 0.99),
)
def test_without_a_fixed_cost_it_is_margrabe(first: float, one: float, other: float, rho: float) -> None:
    """Closed form, also for its probability."""
    terms = spread(first=first, fixed=0.0, first_deviation=one, second_deviation=other, correlation=rho)
    deviation = math.sqrt(one**2 + other**2 - 2 * rho * one * other)
    assert expected_spread(terms)[0] == pytest.approx(margrabe(first, 120.0, deviation), rel=1e-7, abs=1e-6)
    d = (math.log(first / 120.0) - (one**2 - other**2) / 2) / deviation
    assert expected_share(terms)[0] == pytest.approx(stats.norm.cdf(d), abs=1e-6)


@pytest.mark.parametrize("rho", [-1.0, 1.0])
def test_perfect_correlation_is_one_integral_of_the_payoff(rho: float) -> None:
    """Limit: one normal moves both; SciPy's quadrature between the roots of the payoff, here found on a fine grid."""
    terms = spread(first_deviation=0.5, correlation=rho)
    z = np.linspace(-10, 10, 2_000_001)
    first = 122.0 * np.exp(0.5 * rho * z - 0.125)
    payoff = np.maximum(first - 120.0 * np.exp(0.2 * z - 0.02) - 3.0, 0.0)
    expected = float((payoff * stats.norm.pdf(z)).sum() * 1e-5)
    assert expected_spread(terms)[0] == pytest.approx(expected, rel=1e-6)


def test_the_error_is_what_half_the_nodes_change() -> None:
    assert "half of them change" in found().details["convergence"]
    near = spread(correlation=0.9999)
    full, half = expected_spread(near), expected_spread(near, nodes=2048)
    assert full[0] == pytest.approx(half[0], rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(
    revenue=st.floats(2e5, 3e6),
    fixed=st.floats(0, 1e6),
    more=st.floats(1, 1e5),
    rho=st.floats(-0.95, 0.9),
    closer=st.floats(0.005, 0.05),
)
def test_bounds_and_directions(revenue: float, fixed: float, more: float, rho: float, closer: float) -> None:
    """No less than running decided today, no less than nothing; dearer and closer correlated is worth less."""
    lines = ["value", "static_npv"]
    base = closed_only(METHOD, lines, revenue_value=revenue, fixed_cost=fixed, correlation=rho)
    assert base["value"] >= max(base["static_npv"], 0.0) - 1e-4
    dearer = closed_only(METHOD, lines, revenue_value=revenue, fixed_cost=fixed + more, correlation=rho)
    together = closed_only(METHOD, lines, revenue_value=revenue, fixed_cost=fixed, correlation=rho + closer)
    assert dearer["value"] <= base["value"] + 1e-6
    assert together["value"] <= base["value"] + 1e-4


def test_many_draws_are_one_by_one() -> None:
    """A draw among others gives the same number as alone."""
    numbers = np.linspace(80.0, 160.0, 150)
    terms = spread()
    many = Spread(
        numbers,
        *(np.full(150, part[0]) for part in (terms.second, terms.fixed, terms.first_deviation)),
        np.full(150, 0.2),
        np.full(150, 0.3),
    )
    alone = [expected_spread(spread(first=float(each)))[0] for each in numbers]
    np.testing.assert_allclose(expected_spread(many), alone, rtol=1e-13)


def test_a_pledgee_counts_on_running_decided_today() -> None:
    present = 9e5 * math.exp(-0.05 * YEARS) - 6e5 * math.exp(-0.03 * YEARS) - 2.5e5 * math.exp(-RATE * YEARS)
    assert found().pledgee_value == pytest.approx(present * KEPT, rel=1e-9)
    assert found(fixed_cost=amount("600000.00")).pledgee_value == 0
