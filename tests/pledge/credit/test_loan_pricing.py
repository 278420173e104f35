"""Does the floor just bring the return asked for?

Hand: one loan, line by line. Inverse: the floor priced gives the hurdle (hypothesis). Properties by hypothesis.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledge.credit.loan_pricing import LoanCosts, price_loan, rate_floor
from valuation.errors import InputError

COSTS = LoanCosts(
    funding_share=0.021,
    operating_share=0.008,
    expected_loss_share=0.0063,
    fee_income_share=0.002,
    capital_share=0.0788,
    capital_yield_share=0.02,
    tax_share=0.25,
)


def test_one_loan_by_hand() -> None:
    # Hand: 4.5 - 2.1 - 0.8 - 0.63 + 0.2 + 0.0788 × 2 = 1.3276 %; after tax 0.9957 %; / 7.88 % = 12.6358 %.
    found = price_loan(0.045, costs=COSTS)
    assert found.profit_share == pytest.approx(0.013276)
    assert found.profit_after_tax_share == pytest.approx(0.009957)
    assert found.raroc_share == pytest.approx(0.126358, abs=1e-6)


costs = st.builds(
    LoanCosts,
    funding_share=st.floats(-0.01, 0.1),
    operating_share=st.floats(0, 0.05),
    expected_loss_share=st.floats(0, 0.2),
    fee_income_share=st.floats(0, 0.05),
    capital_share=st.floats(0.01, 0.5),
    capital_yield_share=st.floats(0, 0.05),
    tax_share=st.floats(0, 0.5),
)


@given(each=costs, hurdle=st.floats(0, 0.5))
def test_the_floor_priced_gives_the_hurdle(each: LoanCosts, hurdle: float) -> None:
    assert price_loan(rate_floor(costs=each, hurdle_share=hurdle), costs=each).raroc_share == pytest.approx(
        hurdle, abs=1e-11
    )


@given(each=costs, hurdle=st.floats(0, 0.5), more=st.floats(0, 0.1))
def test_more_loss_costs_its_own_amount(each: LoanCosts, hurdle: float, more: float) -> None:
    worse = replace(each, expected_loss_share=each.expected_loss_share + more)
    rise = rate_floor(costs=worse, hurdle_share=hurdle) - rate_floor(costs=each, hurdle_share=hurdle)
    assert rise == pytest.approx(more, abs=1e-12)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"capital_share": 0.0}, "capital_share: found 0, expected above 0"),
        ({"tax_share": 1.0}, "tax_share: found 1, expected below 1"),
        (
            {"expected_loss_share": -0.01},
            "expected_loss_share: found -0.01, expected a finite number, at least 0, at most 1",
        ),
        ({"funding_share": math.inf}, "funding_share: found inf, expected a finite number, at least -0.1, at most 1"),
    ],
)
def test_what_is_refused(facts: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        replace(COSTS, **facts)
    assert str(caught.value) == message


def test_rate_and_hurdle_are_finite() -> None:
    with pytest.raises(InputError, match="annual_rate_share: found nan"):
        price_loan(math.nan, costs=COSTS)
    with pytest.raises(InputError, match="hurdle_share: found -1"):
        rate_floor(costs=COSTS, hurdle_share=-1)
