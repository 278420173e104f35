"""Best of two: are calls and puts on the better and the worse of two values what Stulz says?

Checked against: Haug's call and put on the maximum (literature); a two-dimensional quadrature of payoff and event
(second method); Monte Carlo with its standard error (second method); identities (max + min = sum, parity, swap).
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
from tests.valuation.options.asking import NO_THREAT, beside, concluded
from tests.valuation.options.core.rights import black_scholes
from valuation.kernel.conclusion import Conclusion

METHOD = "best_of_two"
YEARS, RATE = 3.0, math.log(1.03)
FIRST, SECOND, RHO = 0.4, 0.3, 0.3
KEPT = math.exp(-0.04 * 0.8 * YEARS)


def found(**changes: Any) -> Conclusion:
    return concluded(METHOD, **changes)


def levels(first: Any, second: Any, growths: tuple[float, float]) -> tuple[Any, Any]:
    """Both values at the end, from two independent normals."""
    spread = math.sqrt(YEARS)
    one = 9e5 * np.exp((growths[0] - FIRST**2 / 2) * YEARS + FIRST * spread * first)
    mixed = RHO * first + math.sqrt(1 - RHO**2) * second
    return one, 8e5 * np.exp((growths[1] - SECOND**2 / 2) * YEARS + SECOND * spread * mixed)


def payoff(right: str, of: str, one: Any, other: Any, fixed: float) -> Any:
    taken = np.maximum(one, other) if of == "best" else np.minimum(one, other)
    return np.maximum(taken - fixed if right == "call" else fixed - taken, 0.0)


def by_quadrature(right: str, of: str, fixed: float, *, count: int = 4000) -> float:
    """Midpoint rule on a fine grid: what a kink leaves is of the order of a cell squared."""
    z = np.linspace(-8, 8, count + 1)[:-1] + 8 / count
    weight = stats.norm.pdf(z) * 16 / count
    one, other = levels(z[:, None], z[None, :], (RATE - 0.06, RATE - 0.02))
    expected = weight @ payoff(right, of, one, other, fixed) @ weight
    return float(expected) * math.exp(-RATE * YEARS) * KEPT


@pytest.mark.parametrize("right", ["call", "put"])
@pytest.mark.parametrize("of", ["best", "worst"])
def test_two_dimensional_quadrature_gives_the_value(right: str, of: str) -> None:
    assert found(right=right, of=of).value == pytest.approx(by_quadrature(right, of, 1e6), rel=3e-6)


@pytest.mark.parametrize("of", ["best", "worst"])
def test_without_an_amount_by_quadrature(of: str) -> None:
    assert found(of=of, fixed_amount=None).value == pytest.approx(by_quadrature("call", of, 0.0), rel=3e-6)


@pytest.mark.parametrize("right", ["call", "put"])
@pytest.mark.parametrize("of", ["best", "worst"])
def test_monte_carlo_gives_value_and_probability(right: str, of: str) -> None:
    """Second method: 2 million draws, four standard errors; probabilities in the real world, threat included."""
    rng = np.random.default_rng(20240611)
    z = rng.standard_normal((2, 2_000_000))
    paid = payoff(right, of, *levels(z[0], z[1], (RATE - 0.06, RATE - 0.02)), 1e6) * math.exp(-RATE * YEARS) * KEPT
    growths = {"real_growth_first_share": figure(0.04), "real_growth_second_share": figure(0.01)}
    answer = found(right=right, of=of, **growths)
    assert answer.value == pytest.approx(float(paid.mean()), abs=4 * float(paid.std()) / math.sqrt(2e6))
    one, other = levels(z[0], z[1], (0.04, 0.01))
    got = answer.details["probabilities"]
    alive = math.exp(-0.04 * YEARS)
    share = float((payoff(right, of, one, other, 1e6) > 0).mean()) * alive
    assert got["exercise"] == pytest.approx(share, abs=4 * 0.5 / math.sqrt(2e6))
    assert got["first is the better"] == pytest.approx(
        float((one > other).mean()) * alive, abs=4 * 0.5 / math.sqrt(2e6)
    )
    assert answer.details["probability_measure"] == "real_world"


VOLATILITIES = st.floats(0.05, 0.8)


@settings(max_examples=30, deadline=None)
@given(
    first=st.integers(300_000, 3_000_000),
    volatility=VOLATILITIES,
    other=VOLATILITIES,
    rho=st.floats(-0.95, 0.95),
    amount_cny=st.integers(300_000, 3_000_000),
)
def test_best_and_worst_add_up_to_the_two_alone(
    first: int, volatility: float, other: float, rho: float, amount_cny: int
) -> None:
    """Identity: a call on the better and one on the worse are a call on each; and bounds."""
    stated = {
        "first_value": amount(f"{first}.00"),
        "fixed_amount": amount(f"{amount_cny}.00"),
        "first_volatility_share": figure(volatility),
        "second_volatility_share": figure(other),
        "correlation": figure(rho),
        "threat": NO_THREAT,
    }
    best, worst = (found(of=of, **stated) for of in ("best", "worst"))
    alone = black_scholes(first, amount_cny, YEARS, RATE, 0.06, volatility)
    alone += black_scholes(8e5, amount_cny, YEARS, RATE, 0.02, other)
    assert best.value + worst.value == pytest.approx(alone, rel=1e-9, abs=1e-4)
    assert best.value >= worst.value - 1e-6
    assert worst.value >= -1e-6
    for each in (best, worst):
        assert each.pledgee_value is not None
        assert 0 <= each.pledgee_value <= each.value + 1e-4


@settings(max_examples=20, deadline=None)
@given(rho=st.floats(-0.9, 0.8), more=st.floats(0.01, 0.1))
def test_the_better_of_values_that_move_together_is_worth_less(rho: float, more: float) -> None:
    apart, together = (found(correlation=figure(each)).value for each in (rho, rho + more))
    assert together <= apart + 1e-6


@settings(max_examples=20, deadline=None)
@given(volatility=st.floats(0.3, 0.8), more=st.floats(0.01, 0.2))
def test_the_better_rises_with_a_volatility_that_is_the_greater(volatility: float, more: float) -> None:
    low, high = (found(first_volatility_share=figure(each)).value for each in (volatility, volatility + more))
    assert high >= low - 1e-6


def test_names_do_not_matter() -> None:
    """Identity: the two values swapped."""
    names = ("value", "volatility_share", "payout_share")
    inputs = found().inputs
    swapped = {f"first_{name}": inputs[f"second_{name}"] for name in names}
    swapped |= {f"second_{name}": inputs[f"first_{name}"] for name in names}
    assert found(**swapped).value == pytest.approx(found().value, rel=1e-12)


def test_parity_of_put_and_call() -> None:
    """Identity: call − put is the better of the two less the amount, whose value is free of any choice but which."""
    call, put = (found(right=each) for each in ("call", "put"))
    better = beside(call)["value_of_the_better"]
    assert call.value - put.value == pytest.approx(better - 1e6 * math.exp(-RATE * YEARS) * KEPT, rel=1e-10)


@pytest.mark.parametrize("rho", [-1.0, 1.0])
def test_perfect_correlation_is_the_limit(rho: float) -> None:
    near = found(correlation=figure(rho * (1 - 1e-9))).value
    assert found(correlation=figure(rho)).value == pytest.approx(near, rel=1e-5)


def test_without_an_amount_the_riskless_rate_does_not_matter() -> None:
    answer = found(fixed_amount=None)
    assert "rho" in answer.details["not_applicable"]
    assert found(fixed_amount=None, riskless_rate_share=figure(0.2)).value == pytest.approx(answer.value, rel=1e-12)
