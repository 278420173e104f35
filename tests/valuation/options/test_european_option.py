"""European shortcut: is it Black–Scholes, is the American value beside it right, and is the shortcut called one?

Checked against: Black–Scholes written in the tests (closed form); the line solver and QuantLib's QdFp (second
methods); SciPy's quadrature of the payoff (second method, also for the probability of exercise); identities.
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
from tests.valuation.options.asking import NO_THREAT, beside, closed_only, concluded, quantlib_american
from tests.valuation.options.core.rights import black_scholes
from valuation.kernel.conclusion import Conclusion
from valuation.options._core.line import solve_line
from valuation.options._line_right import Right, at_any_time, exercise_problem

METHOD = "european_option"
RATE, PAYOUT, SIGMA, YEARS, THREAT, LEFT = math.log(1.03), 0.07, 0.35, 4.0, 0.04, 0.2
KEPT = math.exp(-THREAT * (1 - LEFT) * YEARS)


def found(**changes: Any) -> Conclusion:
    return concluded(METHOD, **changes)


def test_it_is_black_scholes_times_what_the_threat_leaves() -> None:
    """Closed form, and put–call parity for the put."""
    call = black_scholes(900_000, 800_000, YEARS, RATE, PAYOUT, SIGMA)
    put = call - 900_000 * math.exp(-PAYOUT * YEARS) + 800_000 * math.exp(-RATE * YEARS)
    assert found().value == pytest.approx(call * KEPT, rel=1e-12)
    assert found(right="put").value == pytest.approx(put * KEPT, rel=1e-12)
    assert found(threat=NO_THREAT).value == pytest.approx(call, rel=1e-12)


def test_quadrature_of_the_payoff_gives_value_and_probability() -> None:
    """Second method: the payoff against the density of the asset's value at the end; the chance in the world."""
    spread = SIGMA * math.sqrt(YEARS)

    def payoff(z: float) -> float:
        level = 900_000 * math.exp((RATE - PAYOUT - SIGMA**2 / 2) * YEARS + spread * z)
        return max(level - 800_000, 0.0) * stats.norm.pdf(z)

    edge = (math.log(800_000 / 900_000) - (RATE - PAYOUT - SIGMA**2 / 2) * YEARS) / spread
    expected = math.exp(-RATE * YEARS) * integrate.quad(payoff, edge, 12, epsabs=1e-6)[0]
    answer = found()
    assert answer.value == pytest.approx(expected * KEPT, rel=1e-9)
    edge_in_the_world = (math.log(800_000 / 900_000) - (0.05 - SIGMA**2 / 2) * YEARS) / spread
    chance = integrate.quad(stats.norm.pdf, edge_in_the_world, 12)[0] * math.exp(-THREAT * YEARS)
    probabilities = answer.details["probabilities"]
    assert probabilities["exercise"] == pytest.approx(chance, rel=1e-9)
    assert probabilities["invalidated"] == pytest.approx(1 - math.exp(-THREAT * YEARS), rel=1e-12)
    assert answer.details["probability_measure"] == "real_world"


def test_the_line_solver_gives_the_same_value_and_probability() -> None:
    """Second method: the same right as a decision problem of one step, under the drift of valuation."""
    answer = found(real_growth_share=None)
    right = Right(1.0, 900_000, 800_000, YEARS, RATE, PAYOUT, SIGMA, THREAT * (1 - LEFT))
    assert answer.value == pytest.approx(solve_line(exercise_problem(right, 1)).value, rel=1e-8)
    whole = Right(1.0, 900_000, 800_000, YEARS, RATE, PAYOUT, SIGMA, THREAT)
    shares = solve_line(exercise_problem(whole, 1, only_at_the_end=True)).event_shares()
    assert answer.details["probabilities"]["exercise"] == pytest.approx(shares["exercise"], abs=1e-7)
    assert answer.details["probability_measure"] == "risk_neutral"


@pytest.mark.parametrize(("right", "rate", "payout"), [("call", 0.03, 0.07), ("call", 0.05, 0.02), ("put", 0.06, 0.01)])
def test_the_american_value_beside_it_is_quantlibs(right: str, rate: float, payout: float) -> None:
    answer = found(
        right=right,
        threat=NO_THREAT,
        rate_compounding="continuous",
        riskless_rate_share=figure(rate),
        payout_yield_share=figure(payout),
    )
    expected = quantlib_american(900_000, 800_000, 4, rate, payout, SIGMA, is_call=right == "call")
    assert beside(answer)["american_value"] == pytest.approx(expected, rel=3e-5)
    early = beside(answer)["american_value"] - answer.value
    assert beside(answer)["early_exercise_premium"] == pytest.approx(early)


def test_a_threat_beside_the_american_value_is_one_more_yield_on_both_legs() -> None:
    """Identity: losing value at λ(1 − ρ) raises rate and payout alike, so QdFp with both raised is the same right."""
    answer = found(rate_compounding="continuous")
    lost = THREAT * (1 - LEFT)
    expected = quantlib_american(900_000, 800_000, 4, 0.03 + lost, PAYOUT + lost, SIGMA, is_call=True)
    assert beside(answer)["american_value"] == pytest.approx(expected, rel=3e-5)


@settings(max_examples=12, deadline=None)
@given(
    sign=st.sampled_from([1.0, -1.0]),
    value=st.floats(40, 250),
    payout=st.floats(0, 0.2),
    rate=st.floats(-0.02, 0.12),
    volatility=st.floats(0.1, 0.9),
    loss=st.floats(0, 0.2),
)
def test_american_is_no_less_than_european_no_less_than_nothing(
    sign: float, value: float, payout: float, rate: float, volatility: float, loss: float
) -> None:
    right = Right(sign, value, 100.0, 3.0, rate, payout, volatility, loss)
    european = solve_line(exercise_problem(right, 1, only_at_the_end=True)).value
    american = at_any_time(right, dates=4).value
    assert american >= european * (1 - 1e-3) - 1e-6
    assert american >= max(sign * (value - 100.0), 0.0) - 1e-3
    assert european >= -1e-9


@settings(max_examples=25, deadline=None)
@given(value=st.floats(3e5, 3e6), volatility=st.floats(0.05, 1.0), more=st.floats(0.01, 0.5))
def test_the_european_value_rises_with_volatility(value: float, volatility: float, more: float) -> None:
    low, high = (
        closed_only(METHOD, ["value"], asset_value=value, volatility_share=each)["value"]
        for each in (volatility, volatility + more)
    )
    assert 0 <= low <= high + 1e-6


def test_sensitivities_are_the_closed_forms() -> None:
    spread = SIGMA * math.sqrt(YEARS)
    d1 = (math.log(9 / 8) + (RATE - PAYOUT) * YEARS) / spread + spread / 2
    answer = found()
    got = answer.details["sensitivities"]
    assert got["delta"] == pytest.approx(KEPT * math.exp(-PAYOUT * YEARS) * stats.norm.cdf(d1), rel=1e-5)
    pdf = stats.norm.pdf(d1) * math.sqrt(YEARS)
    assert got["vega"] == pytest.approx(KEPT * 900_000 * math.exp(-PAYOUT * YEARS) * pdf, rel=1e-5)
    rho = KEPT * YEARS * 800_000 * math.exp(-RATE * YEARS) * stats.norm.cdf(d1 - spread)
    assert got["rho"] == pytest.approx(rho, rel=1e-5)
    assert got["hazard"] == pytest.approx(-(1 - LEFT) * YEARS * answer.value, rel=1e-5)


def test_the_shortcut_is_called_one_and_its_american_stands_beside() -> None:
    answer = found()
    assert "european_shortcut_is_the_value" in [each.code for each in answer.warnings]
    assert "欧式" in answer.worksheet.entry("value").label.zh
    assert beside(answer)["american_value"] > answer.value


def test_a_pledgee_counts_on_exercise_at_the_end_decided_today() -> None:
    ready = found(asset_value=amount("2000000.00"))
    committed = KEPT * (2_000_000 * math.exp(-PAYOUT * YEARS) - 800_000 * math.exp(-RATE * YEARS))
    assert ready.pledgee_value == pytest.approx(committed, rel=1e-12)
    assert ready.pledgee_value <= ready.value
    assert found().pledgee_value == 0


def test_thresholds_are_the_amount_at_the_end_and_fall_towards_it() -> None:
    rows = found().details["thresholds"]
    assert (rows[0]["mode"], rows[0]["time_years"], rows[0]["low"]) == ("held", YEARS, 800_000)
    american = [row["low"] for row in rows if row["mode"] == "American"]
    assert np.all(np.diff(american) < 1e-6)
    assert american[-1] == pytest.approx(800_000, rel=1e-6)
