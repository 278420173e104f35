"""Does the loss grow when the right falls with its owner, and is the closed form right?

Own benchmark: six losses at PD 3 %, pledge rate 30 %, volatility 60 %, sale cost 30 % (± 1 point). Second way:
quadrature over the value; third way: simulation of default and value. Limits by hand, properties by hypothesis.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from pledge.credit.economic_loss import PledgedValue, economic_loss
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator

PD = 0.03


def pledged(**facts: Any) -> PledgedValue:
    stated = {
        "pledge_rate_share": 0.3,
        "value_volatility_share": 0.6,
        "expected_growth_share": 0.0,
        "years_to_default": 1.0,
        "years_to_sale": 0.0,
        "sale_cost_share": 0.3,
        "owner_damage_share": 0.0,
        "correlation": 0.0,
    }
    return PledgedValue(**(stated | facts))


def lgd(pd: float = PD, rate: float = 0.0, **facts: Any) -> float:
    return economic_loss(pd, pledged=pledged(**facts), discount_rate_share=rate).lgd_share


@pytest.mark.parametrize(
    ("correlation", "damage", "expected"),
    [(0, 0, 0.03), (0.3, 0, 0.09), (0.6, 0, 0.21), (0, 0.7, 0.38), (0.3, 0.7, 0.56), (0.6, 0.7, 0.71)],
)
def test_own_benchmark(correlation: float, damage: float, expected: float) -> None:
    assert lgd(correlation=correlation, owner_damage_share=damage) == pytest.approx(expected, abs=0.01)


def by_quadrature(pd: float, right: PledgedValue, rate: float) -> float:
    """Over the value at sale, default integrated out by its conditional probability."""
    years = right.years_to_default + right.years_to_sale
    deviation = right.value_volatility_share * math.sqrt(years)
    tie = right.correlation * math.sqrt(right.years_to_default / years)
    proceeds = (1 - right.sale_cost_share) * (1 - right.owner_damage_share) / right.pledge_rate_share

    def weighed(x: float) -> float:
        default = special.ndtr((special.ndtri(pd) - tie * x) / math.sqrt(1 - tie**2))
        value = math.exp(right.expected_growth_share * years - deviation**2 / 2 + deviation * x)
        return min(1.0, proceeds * value) * default * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    kink = (deviation**2 / 2 - right.expected_growth_share * years - math.log(proceeds)) / deviation
    points = sorted({-12.0, min(max(kink, -12.0), 12.0), 12.0})
    parts = (integrate.quad(weighed, low, high, epsabs=1e-13, limit=200)[0] for low, high in itertools.pairwise(points))
    return 1 - (1 + rate) ** -right.years_to_sale * sum(parts) / pd


@settings(max_examples=60, deadline=None)
@given(
    pd=st.floats(0.002, 0.5),
    rate=st.floats(0, 0.2),
    facts=st.fixed_dictionaries(
        {
            "pledge_rate_share": st.floats(0.05, 1.2),
            "value_volatility_share": st.floats(0.1, 1.2),
            "expected_growth_share": st.floats(-0.2, 0.1),
            "years_to_default": st.floats(0.1, 5),
            "years_to_sale": st.floats(0, 3),
            "sale_cost_share": st.floats(0, 0.6),
            "owner_damage_share": st.floats(0, 0.9),
            "correlation": st.floats(-0.9, 0.9),
        }
    ),
)
def test_the_closed_form_is_the_integral(pd: float, rate: float, facts: dict[str, float]) -> None:
    assert lgd(pd, rate, **facts) == pytest.approx(by_quadrature(pd, pledged(**facts), rate), abs=1e-7)


def test_the_closed_form_is_the_simulation() -> None:
    right = pledged(correlation=0.5, owner_damage_share=0.4, years_to_default=2, years_to_sale=1.5, sale_cost_share=0.2)
    generator, draws = block_generator(11, 0), 1_000_000
    latent, own, later = (generator.standard_normal(draws) for _ in range(3))
    until_default = 0.6 * math.sqrt(2) * (0.5 * latent + math.sqrt(0.75) * own)
    value = np.exp(until_default + 0.6 * math.sqrt(1.5) * later - 0.36 * 3.5 / 2)
    paid = np.minimum(1, 0.8 * 0.6 * value / 0.3)[latent < special.ndtri(0.05)]
    expected = 1 - 1.06**-1.5 * paid.mean()
    found = economic_loss(0.05, pledged=right, discount_rate_share=0.06)
    assert abs(found.lgd_share - expected) < 3 * 1.06**-1.5 * paid.std() / math.sqrt(len(paid))
    full = (paid == 1).mean()
    assert abs(found.full_recovery_probability_share - full) < 3 * math.sqrt(full * (1 - full) / len(paid))


def test_limits_by_hand() -> None:
    # Without movement: proceeds 0.7 / 0.3 repay all; at a pledge rate of 140 % they repay half.
    assert lgd(value_volatility_share=0) == 0
    assert lgd(value_volatility_share=0, pledge_rate_share=1.4) == pytest.approx(0.5)
    assert lgd(owner_damage_share=1) == 1
    assert lgd(sale_cost_share=1) == 1
    # A safe right, sold two years later at 10 %: 1 - 1.1^-2.
    assert lgd(rate=0.1, value_volatility_share=0, years_to_sale=2) == pytest.approx(1 - 1.1**-2)
    # Default today says nothing of a value that moves only afterwards.
    late = {"years_to_default": 0.0, "years_to_sale": 1.0}
    assert lgd(correlation=0.9, **late) == pytest.approx(lgd(correlation=0, **late))


shares = st.floats(0, 0.95)


@given(low=st.floats(-0.9, 0.9), high=st.floats(-0.9, 0.9), damage=shares, cost=shares, more=shares)
def test_more_correlation_damage_or_cost_never_lose_less(
    low: float, high: float, damage: float, cost: float, more: float
) -> None:
    low, high = sorted((low, high))
    base = {"owner_damage_share": damage, "sale_cost_share": cost, "correlation": low}
    start = lgd(**base)
    slack = 1e-9
    assert lgd(**(base | {"correlation": high})) >= start - slack
    assert lgd(**(base | {"owner_damage_share": damage + more * (1 - damage)})) >= start - slack
    assert lgd(**(base | {"sale_cost_share": cost + more * (1 - cost)})) >= start - slack


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"pledge_rate_share": 0.0}, "pledge_rate_share: found 0, expected above 0: nothing is lent"),
        (
            {"value_volatility_share": math.nan},
            "value_volatility_share: found nan, expected a finite number, at least 0, at most 5",
        ),
        ({"correlation": 1.1}, "correlation: found 1.1, expected a finite number, at least -1, at most 1"),
        ({"sale_cost_share": -0.1}, "sale_cost_share: found -0.1, expected a finite number, at least 0, at most 1"),
        (
            {"owner_damage_share": 1.01},
            "owner_damage_share: found 1.01, expected a finite number, at least 0, at most 1",
        ),
        ({"years_to_sale": -1}, "years_to_sale: found -1, expected a finite number, at least 0, at most 50"),
    ],
)
def test_what_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        pledged(**facts)
    assert str(caught.value) == message


def test_pd_and_rate_are_checked() -> None:
    with pytest.raises(InputError, match=r"pd_share: found 0, expected a finite number, at least 1e-06"):
        economic_loss(0.0, pledged=pledged(), discount_rate_share=0)
    with pytest.raises(InputError, match=r"discount_rate_share: found -0.1, expected a finite number, at least 0"):
        economic_loss(0.1, pledged=replace(pledged(), correlation=0.1), discount_rate_share=-0.1)
