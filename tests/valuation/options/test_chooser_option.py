"""Chooser: is the right to choose worth what the better of the two rights is expected to be?

Checked against: Haug's simple chooser (literature, closed form); SciPy's quadrature over the date of choice of the
better of two Black–Scholes values (second method, also for different amounts and dates); the solver against the closed
form; the bivariate normal for probabilities (closed form); identities.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from tests.valuation.asking import amount, figure
from tests.valuation.options.asking import NO_THREAT, beside, concluded
from tests.valuation.options.core.rights import black_scholes
from valuation.kernel.conclusion import Conclusion
from valuation.options.chooser_option import _Chooser, _solved

METHOD = "chooser_option"
RATE, PAYOUT, SIGMA, LOSS = math.log(1.03), 0.05, 0.35, 0.04 * 0.8
SIMPLE = {
    "acquiring": {"amount": amount("1000000.00"), "life_years": figure(3.0)},
    "giving_up": {"amount": amount("1000000.00"), "life_years": figure(3.0)},
}


def found(**changes: Any) -> Conclusion:
    return concluded(METHOD, **changes)


def call_at_choice(level: float, amount_paid: float, years: float, *, lost: float) -> float:
    return math.exp(-lost * years) * black_scholes(level, amount_paid, years, RATE, PAYOUT, SIGMA)


def put_at_choice(level: float, amount_got: float, years: float, *, lost: float) -> float:
    forward = level * math.exp(-PAYOUT * years) - amount_got * math.exp(-RATE * years)
    call = black_scholes(level, amount_got, years, RATE, PAYOUT, SIGMA)
    return math.exp(-lost * years) * (call - forward)


def by_quadrature(cost: float, cost_years: float, got: float, got_years: float, *, lost: float) -> float:
    """Second method: the better of the two at the choice after one year, against the density there."""

    def better(level: float) -> float:
        call = call_at_choice(level, cost, cost_years - 1, lost=lost)
        return call - put_at_choice(level, got, got_years - 1, lost=lost)

    edge = optimize.brentq(better, 1e5, 1e7, xtol=1e-9)
    drift = RATE - PAYOUT - SIGMA**2 / 2

    def worth(z: float) -> float:
        level = 1e6 * math.exp(drift + SIGMA * z)
        call = call_at_choice(level, cost, cost_years - 1, lost=lost)
        return max(call, put_at_choice(level, got, got_years - 1, lost=lost)) * stats.norm.pdf(z)

    split = (math.log(edge / 1e6) - drift) / SIGMA
    parts = (integrate.quad(worth, *ends, epsabs=1e-7, epsrel=1e-12)[0] for ends in ((-10, split), (split, 10)))
    return math.exp(-RATE - lost) * sum(parts)


def test_different_amounts_and_dates_by_quadrature() -> None:
    assert found().value == pytest.approx(by_quadrature(1.1e6, 3.0, 9e5, 2.0, lost=LOSS), rel=1e-8)


def test_the_simple_chooser_by_quadrature_and_by_the_solver() -> None:
    """The closed form against two ways that know nothing of it."""
    answer = found(**SIMPLE)
    assert "closed form" in answer.details["convergence"]
    assert answer.value == pytest.approx(by_quadrature(1e6, 3.0, 1e6, 3.0, lost=LOSS), rel=1e-8)
    solved = _solved(_Chooser(1e6, 1.0, 1e6, 3.0, 1e6, 3.0, SIGMA, RATE, PAYOUT, LOSS)).value
    assert answer.value == pytest.approx(solved, rel=1e-8)


def test_the_published_number_needs_no_threat() -> None:
    """Literature: Haug's 6.1071 for 50 at 50, choice after a quarter, end after a half."""
    right = {"amount": amount("50.00"), "life_years": figure(0.5)}
    answer = found(
        asset_value=amount("50.00"),
        choice_years=figure(0.25),
        acquiring=right,
        giving_up=right,
        volatility_share=figure(0.25),
        riskless_rate_share=figure(0.08),
        rate_compounding="continuous",
        payout_yield_share=figure(0.0),
        threat=NO_THREAT,
    )
    assert answer.value == pytest.approx(6.1071, abs=5e-5)


def test_probabilities_are_bivariate_normals() -> None:
    """Closed form: above the edge of the choice and above the cost later, and the like below, in the real world."""
    answer = found()
    edge = answer.details["thresholds"][1]["low"]
    drift, lost = 0.04 - SIGMA**2 / 2, 0.04

    def chance(cost: float, years: float, sign: int) -> float:
        first = sign * (math.log(1e6 / edge) + drift) / SIGMA
        second = sign * (math.log(1e6 / cost) + drift * years) / (SIGMA * math.sqrt(years))
        rho = math.sqrt(1 / years)
        joint = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([first, second])
        return float(joint * math.exp(-lost * years))

    probabilities = answer.details["probabilities"]
    assert probabilities["acquire"] == pytest.approx(chance(1.1e6, 3.0, 1), abs=1e-6)
    assert probabilities["give up"] == pytest.approx(chance(9e5, 2.0, -1), abs=1e-6)
    chosen = probabilities["choose to acquire"] + probabilities["choose to give up"]
    assert chosen == pytest.approx(math.exp(-lost), abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(
    value=st.floats(40, 250),
    cost=st.floats(60, 140),
    proceeds=st.floats(60, 140),
    volatility=st.floats(0.1, 0.8),
    loss=st.floats(0, 0.2),
)
def test_between_the_better_right_and_both(
    value: float, cost: float, proceeds: float, volatility: float, loss: float
) -> None:
    """Bounds: no less than either right alone, no more than both; and it rises with volatility."""
    answer = _solved(_Chooser(value, 1.0, cost, 3.0, proceeds, 2.5, volatility, 0.04, 0.02, loss)).value
    call = black_scholes(value, cost, 3.0, 0.04, 0.02, volatility) * math.exp(-3 * loss)
    forward = value * math.exp(-0.05) - proceeds * math.exp(-0.1)
    put = (black_scholes(value, proceeds, 2.5, 0.04, 0.02, volatility) - forward) * math.exp(-2.5 * loss)
    assert max(call, put) - 1e-6 <= answer <= call + put + 1e-6
    more = _solved(_Chooser(value, 1.0, cost, 3.0, proceeds, 2.5, volatility + 0.1, 0.04, 0.02, loss)).value
    assert more >= answer - 1e-6


def test_sensitivities_follow_from_the_quadrature() -> None:
    """Second method: the hazard's slope by differences of the quadrature."""
    got = found().details["sensitivities"]
    step = 1e-3
    up, down = (by_quadrature(1.1e6, 3.0, 9e5, 2.0, lost=LOSS + sign * step * 0.8) for sign in (1, -1))
    assert got["hazard"] == pytest.approx((up - down) / (2 * step), rel=1e-4)


def test_a_pledgee_counts_on_the_better_right_chosen_today() -> None:
    rich = found(asset_value=amount("3000000.00"))
    committed = (3e6 * math.exp(-3 * PAYOUT) - 1.1e6 * math.exp(-3 * RATE)) * math.exp(-3 * LOSS)
    assert rich.pledgee_value == pytest.approx(committed, rel=1e-12)
    poor = found(asset_value=amount("100000.00"))
    committed = (9e5 * math.exp(-2 * RATE) - 1e5 * math.exp(-2 * PAYOUT)) * math.exp(-2 * LOSS)
    assert poor.pledgee_value == pytest.approx(committed, rel=1e-12)
    assert beside(poor)["static_npv"] <= poor.value
    assert np.isfinite(poor.value)
