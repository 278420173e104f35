"""Excess earnings of one period: are other assets charged, and is the rest capitalised as stated?

Checked against: two published cases (tests/literature), a plain sum of discounted years (second way), limits.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import VARIETY, amount, figure
from tests.valuation.method_samples import codes, concluded, conclusion, sample
from valuation.errors import InputError, RefusalError

NAME = "excess_earnings_single_period"


def income(annual: str, value: str, rate: float) -> dict[str, Any]:
    asset = {"name": "其他资产", "value": amount(value), "return_share": figure(rate)}
    return {"kind": "income_less_returns", "annual_income": amount(annual), "assets": [asset]}


def finite(years: float, rate: float, timing: str = "year_end") -> dict[str, Any]:
    common = {"kind": "finite", "advantage_years": figure(years), "timing": timing}
    return common | {"discount_rate_share": figure(rate)}


@pytest.mark.parametrize("rate", [0.0, 1e-13, 1e-10, 1e-7, 9.9e-7, 1.1e-6, 1e-4])
def test_a_rate_about_zero_loses_no_digits(rate: float) -> None:
    """Second way: the years added up one by one; the closed formula alone misses by 1e-4 at a rate of 1e-12."""
    found = concluded(NAME, excess=income("100000.00", "500000.00", 0.1), duration=finite(6.0, rate))
    assert found.value == pytest.approx(sum(50_000 / (1 + rate) ** year for year in range(1, 7)), rel=1e-9)


@given(years=st.integers(1, 40), rate=st.floats(0.001, 0.5), timing=st.sampled_from(["year_end", "mid_year"]))
def test_the_annuity_is_the_sum_of_discounted_years(years: int, rate: float, timing: str) -> None:
    """Second way; hand: 100,000 − 500,000 × 10 % − 200,000 × 4 % = 42,000 a year."""
    found = concluded(NAME, duration=finite(float(years), rate, timing))
    shift = 0.5 if timing == "mid_year" else 0.0
    expected = sum(42_000 / (1 + rate) ** (year - shift) for year in range(1, years + 1))
    assert found.value == pytest.approx(expected, rel=1e-9)


def test_without_discounting_the_years_add_up() -> None:
    assert concluded(NAME, duration=finite(6.0, 0.0)).value == pytest.approx(6 * 42_000)


def test_a_long_annuity_approaches_the_perpetuity() -> None:
    forever = {"kind": "perpetuity", "capitalisation_rate_share": figure(0.3)}
    capitalised = concluded(NAME, duration=forever, excess={"kind": "stated", "annual_excess": amount("42000.00")})
    assert capitalised.value == pytest.approx(140_000)
    assert concluded(NAME, duration=finite(100.0, 0.3)).value == pytest.approx(capitalised.value, rel=1e-9)


def test_total_income_passed_off_as_excess_is_refused() -> None:
    """Published wrong answer: total profit treated as excess profit."""
    with pytest.raises(RefusalError, match="total_income_as_excess"):
        concluded(NAME, excess=income("100000.00", "500000.00", 0.0))
    with pytest.raises(InputError, match="assets"):
        concluded(NAME, excess=income("100000.00", "1.00", 0.1) | {"assets": []})


def test_income_that_other_assets_take_whole_gives_no_value() -> None:
    with pytest.raises(RefusalError, match="excess_above_zero"):
        concluded(NAME, excess=income("100000.00", "1000000.00", 0.1))


def test_a_perpetuity_of_a_right_that_ends_is_named() -> None:
    forever = {"kind": "perpetuity", "capitalisation_rate_share": figure(0.3)}
    assert "perpetuity_of_a_right_that_ends" in codes(concluded(NAME, duration=forever))
    endless = conclusion(NAME, sample(NAME, duration=forever), subject=VARIETY)
    assert "perpetuity_of_a_right_that_ends" not in codes(endless)
