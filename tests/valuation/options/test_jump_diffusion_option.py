"""jump_diffusion_option: is the right worth what Merton's series and the quadrature say?

Checked against: Merton's series written here by its classical form (closed form), the line solver on the same dates
(second method), the binomial lattice without jumps (second method), simulation of the European value (second way),
bounds and monotonicity.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.core.rights import black_scholes, launch_problem
from tests.valuation.options.samples.jump_diffusion_option import sample
from valuation.kernel.conclusion import Conclusion
from valuation.options._core.limit import in_the_limit
from valuation.options._core.line import solve_line
from valuation.options._core.process import JumpLognormal
from valuation.options._jump_grid import JumpRight, solve_jumps
from valuation.options._lattice import Right, right_value

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}


def concluded(**changes: Any) -> Conclusion:
    return answered({"jump_diffusion_option": sample() | changes}, subject=NO_END).conclusions[0]


def classical_series(rate: float = math.log(1.03), payout: float = 0.06) -> float:
    """Merton's own form: Poisson weights with λ(1 + κ), and a rate for each number of jumps."""
    value, cost, years, sigma, jumps, mean, deviation = 1e6, 9e5, 4.0, 0.35, 0.5, -0.1, 0.25
    kappa = math.exp(mean + deviation**2 / 2) - 1
    expected, found = jumps * (1 + kappa) * years, 0.0
    for number in range(80):
        weight = math.exp(-expected + number * math.log(expected) - math.lgamma(number + 1))
        own_rate = rate - jumps * kappa + number * math.log(1 + kappa) / years
        volatility = math.sqrt(sigma**2 + number * deviation**2 / years)
        found += weight * black_scholes(value, cost, years, own_rate, payout, volatility)
    return found


def test_the_european_value_is_the_classical_series() -> None:
    assert concluded(threat=NO_THREAT).worksheet.value("european_value") == pytest.approx(classical_series(), rel=1e-10)


def test_simulated_values_are_worth_the_same_at_the_end() -> None:
    """Second way: 400,000 draws of the jumps and the rest, antithetic."""
    generator = np.random.default_rng(11)
    rate, years = math.log(1.03), 4.0
    jumps = generator.poisson(0.5 * years, 400_000)
    normals, others = generator.standard_normal((2, 400_000))
    compensator = 0.5 * (math.exp(-0.1 + 0.25**2 / 2) - 1)
    drift = (rate - 0.06 - compensator - 0.35**2 / 2) * years
    payoffs = []
    for sign in (1, -1):
        moved = drift + sign * 0.35 * math.sqrt(years) * normals - 0.1 * jumps + sign * 0.25 * np.sqrt(jumps) * others
        payoffs.append(np.maximum(1e6 * np.exp(moved) - 9e5, 0.0))
    paired = math.exp(-rate * years) * (payoffs[0] + payoffs[1]) / 2
    error = float(paired.std()) / math.sqrt(len(paired))
    found = concluded(threat=NO_THREAT).worksheet.value("european_value")
    assert abs(found - float(paired.mean())) < 4 * error


def test_the_grid_is_the_quadrature_on_the_same_dates() -> None:
    """Second method: integrals split where the decision changes."""
    motion = JumpLognormal(0.04 - 0.05, 0.2**2, 0.5, -0.1, 0.3)
    exact = solve_line(launch_problem(steps=4, motion=motion)).value
    found = solve_jumps(JumpRight(100.0, 110.0, 8.0, 0.04, motion), 4).value
    assert found == pytest.approx(exact, rel=1e-5)


def test_without_jumps_it_is_the_lattice() -> None:
    found = concluded(jumps_per_year=figure(0.0))
    plain = Right.of(
        value=1e6,
        cost=9e5,
        life_years=4.0,
        rate=math.log(1.03),
        payout_yield=0.06,
        volatility=0.35,
        threat=0.03,
        left_share=0.1,
    )
    assert found.value == pytest.approx(right_value(plain)[0], rel=1e-4)


def test_more_dates_change_little() -> None:
    """The limit from 32 dates and the one from 64 agree to 1 in 10,000."""
    right = JumpRight(1e6, 9e5, 4.0, 0.03, JumpLognormal(-0.03, 0.35**2, 0.5, -0.1, 0.25), 0.03, 0.1)
    one, more = (in_the_limit(lambda n: solve_jumps(right, n).value, dates=dates).value for dates in (32, 64))
    assert one == pytest.approx(more, rel=1e-4)


@settings(max_examples=10, deadline=None)
@given(
    jumps=st.floats(0, 2),
    mean=st.floats(-0.5, 0.3),
    deviation=st.floats(0, 0.5),
    payout=st.floats(0, 0.15),
    value=st.integers(300_000, 2_000_000),
)
def test_bounds(jumps: float, mean: float, deviation: float, payout: float, value: int) -> None:
    """No less than European, than now or never; no more than the value itself; probabilities add up to one."""
    found = concluded(
        jumps_per_year=figure(jumps),
        jump_log_mean=figure(mean),
        jump_log_deviation=figure(deviation),
        payout_yield_share=figure(payout),
        value_if_launched_today=amount(f"{value}.00"),
    )
    european = found.worksheet.value("european_value")
    assert max(european, value - 9e5, 0.0) <= found.value * (1 + 1e-3) + 1
    assert found.value <= value
    assert sum(found.details["probabilities"].values()) == pytest.approx(1, abs=1e-6)


def test_jumps_make_waiting_worth_more_and_a_threat_less() -> None:
    """Jumps add variance at the same expected value."""
    by_jumps = [concluded(jumps_per_year=figure(rate)).value for rate in (0.0, 0.5, 1.5)]
    assert by_jumps == sorted(by_jumps)
    threats = [{"kind": "constant", "rate_per_year": figure(r), "recovery_share": figure(0.1)} for r in (0, 0.1, 0.4)]
    by_threat = [concluded(threat=each).value for each in threats]
    assert by_threat == sorted(by_threat, reverse=True)
