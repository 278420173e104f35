"""Incremental income: do price, cost and volume effects add up to the difference of two businesses?

Checked against: two published cases (tests/literature), the difference of two profits (identity), a loop.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amounts, figure, series
from tests.valuation.method_samples import NO_TAX, codes, concluded, forecast

NAME = "incremental_income"
PRICES = st.floats(1, 500)
VOLUMES = st.floats(0, 5000)


def situation(volume: float, price: float, cost: float) -> dict[str, Any]:
    return {"volume_units": series([volume, volume]), "unit_price": figure(price), "unit_cost": figure(cost)}


@given(VOLUMES, PRICES, PRICES, VOLUMES, PRICES, PRICES)
def test_the_three_effects_are_the_difference_of_profits(
    volume: float, price: float, cost: float, volume_0: float, price_0: float, cost_0: float
) -> None:
    """Identity: Q(P − C) with the right less Q(P − C) without it; nothing is counted twice."""
    increment = {
        "kind": "two_situations",
        "with_right": situation(volume, price, cost),
        "without_right": situation(volume_0, price_0, cost_0),
    }
    found = concluded(NAME, increment=increment, right_share=figure(1.0), tax=NO_TAX, forecast=forecast(0.1))
    difference = volume * (price - cost) - volume_0 * (price_0 - cost_0)
    assert found.value == pytest.approx(difference / 1.1 + difference / 1.21, rel=1e-9, abs=1e-6)


def test_an_advantage_per_unit_is_two_situations_with_one_volume() -> None:
    per_unit = {
        "kind": "per_unit",
        "volume_units": series([1000, 1000]),
        "price_premium": figure(10.0),
        "cost_saving": figure(4.0),
    }
    two = {
        "kind": "two_situations",
        "with_right": situation(1000, 60, 26),
        "without_right": situation(1000, 50, 30),
    }
    assert concluded(NAME, increment=per_unit).value == pytest.approx(concluded(NAME, increment=two).value)


def test_stated_amounts_by_hand() -> None:
    """Hand: 100 × 0.8 × 0.75 = 60 at the end of year 1, 120 × 0.8 × 0.75 = 72 at the end of year 2; 12 %."""
    found = concluded(NAME, increment={"kind": "stated", "amounts": amounts(100, 120)})
    assert found.value == pytest.approx(60 / 1.12 + 72 / 1.12**2, rel=1e-12)


@given(st.floats(0, 0.9), st.floats(0.01, 0.1))
def test_a_larger_share_is_worth_more(share: float, more: float) -> None:
    assert concluded(NAME, right_share=figure(share)).value < concluded(NAME, right_share=figure(share + more)).value


def test_a_year_in_which_the_right_costs_income_is_named() -> None:
    found = concluded(NAME, increment={"kind": "stated", "amounts": amounts(100, -20)})
    assert "right_takes_income_away" in codes(found)


def test_losses_that_save_no_tax() -> None:
    """Hand: −100 stays −100; 200 leaves 150; shares 0.8; 12 %."""
    found = concluded(
        NAME,
        increment={"kind": "stated", "amounts": amounts(-100, 200)},
        tax={"kind": "rate", "rate_share": figure(0.25), "on_losses": "not_credited"},
    )
    assert found.value == pytest.approx(0.8 * (-100 / 1.12 + 150 / 1.12**2), rel=1e-12)
