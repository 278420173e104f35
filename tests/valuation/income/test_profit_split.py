"""Profit split: is the rate right, is it applied right, and is total profit kept apart from excess profit?

Checked against: three published cases (tests/literature), a plain loop (second way), identities between the ways to
a rate, and the refusals that the trap "total profit treated as excess profit" asks for.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amounts, figure, series
from tests.valuation.method_samples import NO_TAX, codes, concluded, forecast
from valuation.errors import InputError, RefusalError

NAME = "profit_split"
PROFITS = (1_000_000.0, 1_200_000.0, 900_000.0)


def stated(rate: float) -> dict[str, Any]:
    return {"kind": "stated", "rate_share": figure(rate)}


def investment(cost: str, profit_rate: float) -> dict[str, Any]:
    return {
        "cost": {"value": cost, "grade": "assumed", "reason": "chosen for the test"},
        "price_index_ratio": figure(1.0),
        "cost_profit_rate": figure(profit_rate),
    }


@given(
    rate=st.floats(0.01, 0.9),
    decay=st.floats(0, 0.5),
    discount=st.floats(0.01, 0.4),
    tax=st.floats(0, 0.5),
    hazard=st.floats(0, 0.3),
)
def test_a_plain_loop_gives_the_same(rate: float, decay: float, discount: float, tax: float, hazard: float) -> None:
    """Second way: Python's own arithmetic, year by year."""
    found = concluded(
        NAME,
        split_rate=stated(rate),
        yearly_decay_share=figure(decay),
        tax={"kind": "rate", "rate_share": figure(tax)},
        forecast=forecast(discount, survival={"kind": "exponential", "annual_hazard": figure(hazard)}),
    )
    expected = 0.0
    for year, profit in enumerate(PROFITS):
        alive = 2.718281828459045 ** (-hazard * (year + 0.5))
        expected += profit * rate * (1 - decay) ** year * (1 - tax) * alive / (1 + discount) ** (year + 1)
    assert found.value == pytest.approx(expected, rel=1e-9)


@given(low=st.floats(0.01, 0.5), more=st.floats(0.001, 0.4))
def test_a_higher_rate_is_worth_more(low: float, more: float) -> None:
    assert concluded(NAME, split_rate=stated(low)).value < concluded(NAME, split_rate=stated(low + more)).value


def test_the_rules_of_thumb_come_from_the_table() -> None:
    """Literature: 三分法 33 %, 四分法 25 % (the table names the page)."""
    thirds = concluded(NAME, split_rate={"kind": "rule", "rule": "thirds"})
    quarters = concluded(NAME, split_rate={"kind": "rule", "rule": "quarters"})
    assert thirds.worksheet.value("first_split_rate_share") == 0.33
    assert quarters.value == pytest.approx(concluded(NAME, split_rate=stated(0.25)).value)
    assert "1980" in thirds.worksheet.formula_in_words("rule_rate_share", "en")


def test_equivalent_investment_of_equals_is_one_half() -> None:
    rate = {
        "kind": "equivalent_investment",
        "technology": investment("100.00", 0.5),
        "user": investment("150.00", 0.0),
    }
    assert concluded(NAME, split_rate=rate).worksheet.value("first_split_rate_share") == pytest.approx(0.5)


def scored(*, matrix: list[list[float]], scores: list[float], low: float = 0.1, high: float = 0.3) -> dict[str, Any]:
    factors = [{"name": f"因素{i}", "score_share": figure(score)} for i, score in enumerate(scores)]
    judgement = {"matrix": matrix, "reason": "chosen for the test"}
    return {
        "kind": "scored",
        "low_share": figure(low),
        "high_share": figure(high),
        "factors": factors,
        "judgement": judgement,
    }


def test_a_scored_rate_by_hand() -> None:
    """Hand: weights 3/4 and 1/4; score 0.75·0.8 + 0.25·0.4 = 0.7; rate 0.1 + 0.2·0.7 = 0.24."""
    rate = scored(matrix=[[1, 3], [1 / 3, 1]], scores=[0.8, 0.4])
    assert concluded(NAME, split_rate=rate).worksheet.value("first_split_rate_share") == pytest.approx(0.24)


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_a_scored_rate_stays_in_its_range(scores: list[float]) -> None:
    rate = scored(matrix=[[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]], scores=scores)
    found = concluded(NAME, split_rate=rate).worksheet.value("first_split_rate_share")
    assert 0.1 - 1e-12 <= found <= 0.3 + 1e-12


def test_a_range_upside_down_is_refused() -> None:
    with pytest.raises(InputError, match="low_share"):
        concluded(NAME, split_rate=scored(matrix=[[1]], scores=[0.5], low=0.4, high=0.3))


def test_contradicting_judgements_are_refused() -> None:
    circle = [[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]]
    with pytest.raises(RefusalError, match=r"split_rate\.judgement\.consistency_ratio"):
        concluded(NAME, split_rate=scored(matrix=circle, scores=[0.5, 0.5, 0.5]))


def test_marginal_analysis_gives_back_the_present_value_of_the_added_profit() -> None:
    """Identity: without decay, tax and attrition, rate × PV(total) = PV(added)."""
    added = (120_000.0, 100_000.0, 80_000.0)
    shares = (0.4, 0.25, 0.2)
    whole = [a / s for a, s in zip(added, shares, strict=True)]
    rate = {"kind": "marginal", "additional_profit": amounts(*added), "additional_share_of_total": series(shares)}
    found = concluded(
        NAME,
        profit={"kind": "stated", "amounts": amounts(*whole)},
        split_rate=rate,
        yearly_decay_share=figure(0.0),
        tax=NO_TAX,
        forecast=forecast(0.1),
    )
    expected = sum(profit / 1.1 ** (year + 1) for year, profit in enumerate(added))
    assert found.value == pytest.approx(expected, rel=1e-12)


def test_total_profit_at_a_rate_of_one_is_refused() -> None:
    with pytest.raises(RefusalError, match="total_profit_is_not_all_the_right_s"):
        concluded(NAME, split_rate=stated(1.0))


def test_total_profit_passed_off_as_excess_is_refused() -> None:
    """Published wrong answer: total profit treated as excess profit."""
    with pytest.raises(RefusalError, match="total_profit_as_excess_profit"):
        concluded(NAME, profit_basis="excess_profit", total_profit=amounts(*PROFITS))


def test_excess_profit_may_go_to_the_right_in_full() -> None:
    double = amounts(*(2 * profit for profit in PROFITS))
    whole = concluded(
        NAME, profit_basis="excess_profit", total_profit=double, split_rate=stated(1.0), yearly_decay_share=figure(0.0)
    )
    half = concluded(NAME, split_rate=stated(0.5), yearly_decay_share=figure(0.0))
    assert whole.value == pytest.approx(2 * half.value)


def test_excess_without_the_total_and_a_total_without_excess_are_refused() -> None:
    with pytest.raises(InputError, match="total_profit: found nothing"):
        concluded(NAME, profit_basis="excess_profit")
    with pytest.raises(InputError, match="total_profit: found amounts"):
        concluded(NAME, total_profit=amounts(*PROFITS))


def test_units_times_margin_is_the_stated_profit() -> None:
    margin = {
        "kind": "unit_margin",
        "volume_units": series([1000, 1200, 900]),
        "unit_price": series([1500, 1500, 1500]),
        "unit_cost": series([500, 500, 500]),
    }
    assert concluded(NAME, profit=margin).value == pytest.approx(concluded(NAME).value)


def test_a_tax_benefit_without_a_tax_rate_is_refused() -> None:
    benefit = {"kind": "straight_line", "years": figure(10.0)}
    with pytest.raises(InputError, match=r"tax_amortisation\.kind"):
        concluded(NAME, tax=NO_TAX, tax_amortisation=benefit)
    found = concluded(NAME, tax_amortisation=benefit)
    assert found.value > found.worksheet.value("present_value")


def test_a_life_past_the_legal_end_is_refused_and_years_after_it_are_named() -> None:
    with pytest.raises(InputError, match=r"forecast\.end_of_life"):
        concluded(NAME, forecast=forecast(end_of_life="2031-01-01"))
    short = concluded(NAME, forecast=forecast(end_of_life="2022-12-31"))
    assert "years_after_end_of_life" in codes(short)
    assert short.value < concluded(NAME).value


def test_years_after_the_end_of_life_decide_no_rate() -> None:
    """Trap: marginal analysis over years that the right does not earn in. Hand: 30 % alone, whatever comes later."""
    marginal = {
        "kind": "marginal",
        "additional_profit": amounts(300, 900, 900),
        "additional_share_of_total": series([0.3, 0.9, 0.9]),
    }
    found = concluded(NAME, split_rate=marginal, forecast=forecast(end_of_life="2021-12-31"))
    assert found.worksheet.value("first_split_rate_share") == pytest.approx(0.3)


def test_a_first_year_counted_in_part_weighs_in_part() -> None:
    """Hand, at a rate of zero: (181/365 × 300 + 900) over (181/365 × 1,000 + 1,000)."""
    marginal = {
        "kind": "marginal",
        "additional_profit": amounts(300, 900),
        "additional_share_of_total": series([0.3, 0.9]),
    }
    asked = {"profit": {"kind": "stated", "amounts": amounts(1000, 1000)}, "split_rate": marginal}
    found = concluded(NAME, **asked, forecast=forecast(0.0, first_year_end="2021-06-30"))
    part = 181 / 365
    expected = (part * 300 + 900) / (part * 1000 + 1000)
    assert found.worksheet.value("first_split_rate_share") == pytest.approx(expected)
