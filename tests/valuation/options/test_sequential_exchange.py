"""sequential_exchange: is an exchange for the right to an exchange worth what Carr's formula says?

Checked against: a simulation of value and cost, both drawn, with Margrabe's formula at the first date (second way); the
ratio rolled back on a line (second way); the compound option where the cost is certain (identity); Margrabe's formula
where the first part is free (closed form); homogeneity and bounds.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.valuation.asking import VARIETY, amount, answered, figure
from tests.valuation.options.core.rights import black_scholes
from tests.valuation.options.samples.compound_option import sample as compound_sample
from tests.valuation.options.samples.sequential_exchange import sample
from valuation.kernel.conclusion import Conclusion

NO_END = {key: text for key, text in VARIETY.items() if key != "expiry_date"}
NO_THREAT = {"kind": "none", "reason": "left out in this test"}


def concluded(**changes: Any) -> Conclusion:
    return answered({"sequential_exchange": sample() | {"threat": NO_THREAT} | changes}, subject=NO_END).conclusions[0]


def margrabe(value: Any, cost: Any, years: float) -> Any:
    """The right to exchange, with the sample's yields and volatilities."""
    spread = math.sqrt((0.16 + 0.04 - 2 * 0.3 * 0.4 * 0.2) * years)
    d1 = (np.log(value / cost) + (0.03 - 0.02) * years) / spread + spread / 2
    kept = value * math.exp(-0.02 * years) * stats.norm.cdf(d1)
    return kept - cost * math.exp(-0.03 * years) * stats.norm.cdf(d1 - spread)


def test_both_drawn_at_random_give_the_value() -> None:
    """Second way: two correlated paths to the first date at a riskless rate of 4 %, which must not matter."""
    rng, count, rate = np.random.default_rng(5), 1_000_000, 0.04
    first, other = rng.standard_normal(count), rng.standard_normal(count)
    second = 0.3 * first + math.sqrt(1 - 0.09) * other
    value = 1e6 * np.exp((rate - 0.02 - 0.08) * 2 + 0.4 * math.sqrt(2) * first)
    cost = 9e5 * np.exp((rate - 0.03 - 0.02) * 2 + 0.2 * math.sqrt(2) * second)
    gained = np.maximum(margrabe(value, cost, 3.0) - 0.15 * cost, 0) * math.exp(-rate * 2)
    error = float(gained.std()) / math.sqrt(count)
    assert concluded().value == pytest.approx(float(gained.mean()), abs=3.5 * error)
    assert error < 0.003 * gained.mean()


@pytest.mark.parametrize("threat", [NO_THREAT, sample()["threat"]])
def test_the_ratio_rolled_back_agrees(threat: Any) -> None:
    """Second way, as the conclusion states it."""
    found = concluded(threat=threat)
    stated = float(str(found.details["convergence"]).rsplit(" ", 1)[1])
    assert found.value == pytest.approx(stated, rel=1e-7)


@pytest.mark.parametrize("threat", [NO_THREAT, sample()["threat"]])
def test_a_certain_cost_is_the_compound_option(threat: Any) -> None:
    """Identity: a cost without volatility that pays out the riskless rate stands still, so both parts are strikes."""
    found = concluded(cost_volatility_share=figure(0.0), cost_payout_share=figure(0.05), threat=threat)
    compound = compound_sample() | {
        "first_right": {"side": "call", "strike": amount("135000.00"), "decided_in_years": figure(2.0)},
        "riskless_rate_share": figure(0.05),
        "rate_compounding": "continuous",
        "threat": threat,
    }
    expected = answered({"compound_option": compound}, subject=NO_END).conclusions[0]
    assert found.value == pytest.approx(expected.value, rel=1e-12)
    for name in ("delta", "vega", "hazard"):
        slopes = (each.details["sensitivities"][name] for each in (found, expected))
        assert next(slopes) == pytest.approx(next(slopes), rel=1e-5), name


def test_a_free_first_part_is_one_exchange() -> None:
    """Closed form: Margrabe."""
    found = concluded(first_part_share=figure(0.0))
    assert found.value == pytest.approx(float(margrabe(1e6, 9e5, 5.0)), rel=1e-12)
    alone = {each.name: each.value for each in concluded().beside}["second_exchange"]
    assert alone == pytest.approx(found.value, rel=1e-12)


def test_the_slopes_follow_from_homogeneity() -> None:
    """Identity (Euler): value times its slope and cost times its slope add up to the whole."""
    found = concluded()
    slopes = found.details["sensitivities"]
    assert 1e6 * slopes["delta"] + 9e5 * slopes["delta_cost"] == pytest.approx(found.value, rel=1e-6)
    assert slopes["correlation"] < 0 < slopes["vega"]


def test_the_pledgee_counts_on_no_choice() -> None:
    """Hand: V e^(−0.02·5) − D e^(−0.03·5) − 0.15 D e^(−0.03·2)."""
    found = concluded(value_today=amount("3000000.00"))
    committed = 3e6 * math.exp(-0.1) - 9e5 * math.exp(-0.15) - 0.15 * 9e5 * math.exp(-0.06)
    assert found.pledgee_value == pytest.approx(committed, rel=1e-12)
    assert concluded(value_today=amount("500000.00")).pledgee_value == 0


@settings(max_examples=20, deadline=None)
@given(
    value=st.floats(1e5, 1e7),
    part=st.floats(0, 2),
    volatilities=st.tuples(st.floats(0.05, 1), st.floats(0, 1)),
    correlation=st.floats(-0.95, 0.95),
    yields=st.tuples(st.floats(-0.05, 0.2), st.floats(-0.05, 0.2)),
    threat=st.floats(0, 0.3),
)
def test_bounds_and_order(
    value: float,
    part: float,
    volatilities: tuple[float, float],
    correlation: float,
    yields: tuple[float, float],
    threat: float,
) -> None:
    """Committed ≤ value ≤ the second exchange alone; more correlation, a dearer first part, a threat take away."""

    def found(part: float = part, correlation: float = correlation, threat: float = threat) -> Conclusion:
        return concluded(
            value_today=amount(f"{value:.2f}"),
            first_part_share=figure(part),
            value_volatility_share=figure(volatilities[0]),
            cost_volatility_share=figure(volatilities[1]),
            correlation=figure(correlation),
            value_payout_share=figure(yields[0]),
            cost_payout_share=figure(yields[1]),
            threat={"kind": "constant", "rate_per_year": figure(threat), "recovery_share": figure(0.2)},
        )

    here = found()
    beside = {each.name: each.value for each in here.beside}
    slack = 1e-8 * (value + 9e5)
    assert max(0.0, beside["static_npv"]) <= here.value + slack
    assert here.value <= beside["second_exchange"] + slack
    assert found(correlation=correlation + 0.04).value <= here.value + slack
    assert found(part=part + 0.1).value <= here.value + slack
    assert found(threat=threat + 0.05).value <= here.value + slack


def test_a_certain_cost_in_one_step_is_black_scholes() -> None:
    """Closed form: nothing to pay first, a certain cost that stands still."""
    found = concluded(first_part_share=figure(0.0), cost_volatility_share=figure(0.0), cost_payout_share=figure(0.05))
    assert found.value == pytest.approx(black_scholes(1e6, 9e5, 5.0, 0.05, 0.02, 0.4), rel=1e-12)
