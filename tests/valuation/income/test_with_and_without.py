"""With and without.

Checked against: two published cases (tests/literature), a plain loop over a hundred years (second way for the
terminal value), and the identity with two discounted cash flows.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import NO_AMORTISATION, VARIETY, amount, amounts, figure
from tests.valuation.method_samples import NO_TAX, codes, concluded, conclusion, forecast, sample
from valuation.errors import InputError, RefusalError

NAME = "with_and_without"


def flows(with_right: list[float], without: list[float], **changes: Any) -> dict[str, Any]:
    return {
        "kind": "stated_flows",
        "with_right": amounts(*with_right),
        "without_right": amounts(*without),
        "tax": NO_TAX,
        "tax_amortisation": NO_AMORTISATION,
        "forecast": forecast(0.1),
    } | changes


def stages(**changes: Any) -> dict[str, Any]:
    return sample(NAME)["comparison"]["stages"] | changes


@given(
    st.lists(st.integers(-(10**6), 10**6), min_size=3, max_size=3),
    st.lists(st.integers(-(10**6), 10**6), min_size=3, max_size=3),
)
def test_the_value_is_the_difference_of_two_discounted_cash_flows(one: list[int], other: list[int]) -> None:
    """Identity, with another method of the catalogue."""
    found = concluded(NAME, comparison=flows([float(x) for x in one], [float(x) for x in other]))
    values = []
    for stated in (one, other):
        scenario = {"name": "只一", "probability_share": figure(1.0), "flow": amounts(*(float(x) for x in stated))}
        asked = {"scenarios": [scenario], "forecast": forecast(0.1)}
        values.append(conclusion("discounted_cash_flow", asked).value)
    assert found.value == pytest.approx(values[0] - values[1], rel=1e-9, abs=1e-6)


@given(st.floats(0.05, 0.3), st.floats(0.0, 0.9), st.floats(0.0, 0.06), st.integers(1, 15))
def test_a_loop_over_two_thousand_years_gives_the_firm(
    earned: float, reinvested: float, stable: float, years: int
) -> None:
    """Second way: no formula for the stable years, every year is added up until nothing is left to add."""
    comparison = {
        "kind": "return_on_capital",
        "capital_invested": amount("1000000.00"),
        "return_with_share": figure(earned),
        "return_without_share": figure(0.0),
        "stages": stages(
            high_growth_years=years,
            reinvestment_rate_share=figure(reinvested),
            stable_growth_share=figure(stable),
        ),
    }
    found = concluded(NAME, comparison=comparison)
    income, whole = 1_000_000 * earned, 0.0
    for year in range(1, 2000):
        growth, kept = (earned * reinvested, reinvested) if year <= years else (stable, stable / 0.09)
        income *= 1 + growth
        whole += income * (1 - kept) / 1.1**year
    assert found.worksheet.value("firm_value_without") == 0
    assert found.value == pytest.approx(whole, rel=1e-8)


@given(st.floats(0.01, 0.14), st.floats(0.001, 0.01))
def test_a_better_margin_is_worth_more(margin: float, more: float) -> None:
    values = []
    for each in (margin, margin + more):
        comparison = sample(NAME)["comparison"] | {"margin_with_share": figure(each)}
        values.append(concluded(NAME, comparison=comparison).value)
    assert values[0] < values[1]


def test_the_same_firm_twice_is_worth_nothing() -> None:
    comparison = sample(NAME)["comparison"] | {"margin_with_share": figure(0.06)}
    assert concluded(NAME, comparison=comparison).value == pytest.approx(0, abs=1e-6)


def test_growth_above_the_cost_of_capital_is_refused() -> None:
    comparison = sample(NAME)["comparison"] | {"stages": stages(stable_growth_share=figure(0.12))}
    with pytest.raises(RefusalError, match="growth_below_cost_of_capital"):
        concluded(NAME, comparison=comparison)


def test_doubts_are_named() -> None:
    comparison = sample(NAME)["comparison"] | {"stages": stages(stable_return_on_capital_share=figure(0.2))}
    found = concluded(NAME, comparison=comparison)
    assert {"excess_return_for_ever", "perpetuity_of_a_right_that_ends"} <= codes(found)
    endless = conclusion(NAME, sample(NAME), subject=VARIETY)
    assert codes(endless).isdisjoint({"excess_return_for_ever", "perpetuity_of_a_right_that_ends"})


def test_forecasts_of_different_length_are_refused() -> None:
    with pytest.raises(InputError, match=r"comparison\.without_right"):
        concluded(NAME, comparison=flows([1.0, 2.0], [1.0]))


def test_tax_and_its_benefit() -> None:
    """Hand: (100 − 40) × 0.75 at the end of one year at 10 %, with the benefit on top."""
    tax = {"kind": "rate", "rate_share": figure(0.25)}
    plain = concluded(NAME, comparison=flows([100.0], [40.0], tax=tax))
    assert plain.value == pytest.approx(45 / 1.1)
    benefit = {"kind": "straight_line", "years": figure(10.0)}
    more = concluded(NAME, comparison=flows([100.0], [40.0], tax=tax, tax_amortisation=benefit))
    assert more.value == pytest.approx(45 / 1.1 / (1 - 0.25 / 10 * (1 - 1.1**-10) / 0.1))
