"""Exchange option: is it Margrabe, with the right deltas, and is the American value beside it right?

Checked against: the published half-year exchange (literature, through its adapter and here with its deltas); a
two-dimensional Gauss–Hermite quadrature of the payoff and of the event (second method); QuantLib's QdFp on the ratio
(second method); identities (swapping the legs, Black–Scholes where the cost does not move).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.valuation.asking import amount, figure
from tests.valuation.options.asking import NO_THREAT, beside, closed_only, concluded, quantlib_american
from tests.valuation.options.core.rights import black_scholes
from valuation.kernel.conclusion import Conclusion

METHOD = "exchange_option"
YEARS, FIRST, SECOND, RHO, GOT, PAID = 3.0, 0.4, 0.2, 0.3, 0.08, 0.03
KEPT = math.exp(-0.04 * 0.8 * YEARS)


def found(**changes: Any) -> Conclusion:
    return concluded(METHOD, **changes)


def both_levels(growth_got: float, growth_paid: float, count: int = 4000) -> tuple[Any, Any, Any]:
    """The two values at the end on a fine grid of two normals, with the weights of the midpoint rule."""
    z = np.linspace(-8, 8, count + 1)[:-1] + 8 / count
    weight = stats.norm.pdf(z) * 16 / count
    spread = math.sqrt(YEARS)
    first = 900_000 * np.exp((growth_got - FIRST**2 / 2) * YEARS + FIRST * spread * z)[:, None]
    mixed = RHO * z[:, None] + math.sqrt(1 - RHO**2) * z[None, :]
    second = 800_000 * np.exp((growth_paid - SECOND**2 / 2) * YEARS + SECOND * spread * mixed)
    return first, second, weight[:, None] * weight[None, :]


def test_two_dimensional_quadrature_gives_the_value() -> None:
    """Second method: at any riskless rate, here 5 %, since it does not matter; good to what a kink leaves."""
    first, second, weight = both_levels(0.05 - GOT, 0.05 - PAID)
    expected = math.exp(-0.05 * YEARS) * float((np.maximum(first - second, 0) * weight).sum())
    assert found().value == pytest.approx(expected * KEPT, rel=1e-6)


def test_two_dimensional_quadrature_gives_the_probability_in_the_world() -> None:
    growths = {"real_growth_received_share": figure(0.04), "real_growth_given_share": figure(0.02)}
    first, second, weight = both_levels(0.04, 0.02)
    expected = math.exp(-0.04 * YEARS) * float(((first > second) * weight).sum())
    details = found(**growths).details
    assert details["probabilities"]["exercise"] == pytest.approx(expected, abs=5e-5)
    assert details["probability_measure"] == "real_world"
    first, second, weight = both_levels(0.01 - GOT, 0.01 - PAID)
    expected = math.exp(-0.04 * YEARS) * float(((first > second) * weight).sum())
    assert found().details["probabilities"]["exercise"] == pytest.approx(expected, abs=5e-5)


def test_the_american_value_is_quantlibs_on_the_ratio() -> None:
    """Second method: in units of what is paid the right is a call at 1, whose riskless rate is that leg's payout."""
    volatility = math.sqrt(FIRST**2 + SECOND**2 - 2 * RHO * FIRST * SECOND)
    expected = 800_000 * quantlib_american(9 / 8, 1.0, 3, PAID, GOT, volatility, is_call=True)
    answer = found(threat=NO_THREAT)
    assert beside(answer)["american_value"] == pytest.approx(expected, rel=3e-5)
    assert beside(answer)["american_value"] > answer.value


def test_a_cost_that_hardly_moves_is_black_scholes() -> None:
    """Limit: a leg without volatility that yields the riskless rate is a sum of money to be paid at the end."""
    answer = found(
        volatility_given_share=figure(1e-6), correlation=figure(0.0), threat=NO_THREAT, payout_given_share=figure(0.05)
    )
    assert answer.value == pytest.approx(black_scholes(900_000, 800_000, YEARS, 0.05, GOT, FIRST), rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(
    value=st.floats(1e5, 5e6),
    first=st.floats(0.05, 0.9),
    second=st.floats(0.05, 0.9),
    rho=st.floats(-0.95, 0.95),
    got=st.floats(0, 0.2),
    paid=st.floats(0, 0.2),
)
def test_swapping_the_legs(value: float, first: float, second: float, rho: float, got: float, paid: float) -> None:
    """Identity: the right one way less the right the other way is the exchange decided today."""
    one = closed_only(
        METHOD,
        ["value", "static_npv"],
        value_received=value,
        volatility_received_share=first,
        volatility_given_share=second,
        correlation=rho,
        payout_received_share=got,
        payout_given_share=paid,
    )
    other = closed_only(
        METHOD,
        ["value"],
        value_received=800_000,
        value_given=value,
        volatility_received_share=second,
        volatility_given_share=first,
        correlation=rho,
        payout_received_share=paid,
        payout_given_share=got,
    )
    assert one["value"] - other["value"] == pytest.approx(one["static_npv"], abs=1e-4)
    assert one["value"] >= max(one["static_npv"], 0) - 1e-4


@settings(max_examples=25, deadline=None)
@given(rho=st.floats(-0.95, 0.9), less=st.floats(0.01, 0.05))
def test_values_that_move_together_are_worth_less_to_choose_between(rho: float, less: float) -> None:
    apart, together = (closed_only(METHOD, ["value"], correlation=each)["value"] for each in (rho, rho + less))
    assert together <= apart


def test_deltas_are_the_slopes_of_the_paper() -> None:
    """Second method: central differences of the value; and Euler: the value is the sum of legs times deltas."""
    answer = found()
    got = answer.details["sensitivities"]
    for name, line, level in (("delta", "value_received", 9e5), ("delta_given", "value_given", 8e5)):
        up, down = (closed_only(METHOD, ["value"], **{line: level + each})["value"] for each in (10, -10))
        assert got[name] == pytest.approx((up - down) / 20, rel=1e-7)
    assert answer.value == pytest.approx(9e5 * got["delta"] + 8e5 * got["delta_given"], rel=1e-12)


def test_a_pledgee_counts_on_an_exchange_decided_today() -> None:
    rich = found(value_received=amount("2000000.00"))
    committed = KEPT * (2_000_000 * math.exp(-GOT * YEARS) - 800_000 * math.exp(-PAID * YEARS))
    assert rich.pledgee_value == pytest.approx(committed, rel=1e-12)
    assert found().pledgee_value == 0
