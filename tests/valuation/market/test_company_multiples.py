"""Enterprise multiples and the fundamental value/sales ratio: what does a brand add to a unit of sales?

Checked against: Damodaran's brand illustrations (literature; 12.4 runs through tests/literature), arithmetic by hand,
the closed two-stage formula (second way), identities and refusals.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, figure
from tests.valuation.market.samples import codes, company, concluded, firm, sample, valued
from valuation.errors import InputError, RefusalError

MULTIPLES, FUNDAMENTAL = "enterprise_multiples", "fundamental_value_to_sales"

# --- multiples ------------------------------------------------------------------------------------


def test_the_value_by_each_multiple_by_hand() -> None:
    """EV 1,000 against 350 and 480: by sales 2 − (0.75 · 0.875 + 0.25 · 480/450), times 500; likewise by EBITDA."""
    found = concluded(MULTIPLES)
    by_sales = (1000 / 500 - (0.75 * 350 / 400 + 0.25 * 480 / 450)) * 500
    by_ebitda = (1000 / 120 - (0.75 * 350 / 60 + 0.25 * 480 / 80)) * 120
    assert {each.name: each.value for each in found.beside} == pytest.approx(
        {"value_by_sales": by_sales, "value_by_ebitda": by_ebitda}
    )
    assert found.value == pytest.approx((by_sales + by_ebitda) / 2)


def test_a_company_like_the_generic_one_has_no_brand_value_and_it_is_said() -> None:
    """Identity: equal multiples, value zero."""
    twin = {"generics": [company("甲", 900, 200, 100, 500, 120, 600, weight_share=1, weight_reason="twin")]}
    found = concluded(MULTIPLES, **twin)
    assert found.value == pytest.approx(0)
    assert {"premium_by_sales", "premium_by_ebitda"} <= codes(found)
    assert "premium_by_sales" not in codes(concluded(MULTIPLES))


def test_what_a_multiple_needs_is_asked_for() -> None:
    data = sample(MULTIPLES)
    del data["branded"]["ebitda"], data["generics"][1]["ebitda"]
    data["generics"][0]["weight_share"] = 0.5
    data["multiples"]["sales"]["weight_share"] = 0.6
    with pytest.raises(InputError) as raised:
        valued(MULTIPLES, data)
    assert [each.field for each in raised.value.problems] == [
        "branded.ebitda",
        "generics.1.ebitda",
        "generics.weight_share",
        "multiples.weight_share",
    ]
    data = sample(MULTIPLES, multiples={"sales": {"weight_share": 1, "reason": "alone"}})
    del data["branded"]["ebitda"]
    assert valued(MULTIPLES, data).value > 0


def test_a_loss_has_no_multiple() -> None:
    data = sample(MULTIPLES)
    data["generics"][0]["ebitda"] = amount("-5.00")
    with pytest.raises(RefusalError, match=r"ebitda\[甲\] = -5"):
        valued(MULTIPLES, data)


# --- fundamentals ---------------------------------------------------------------------------------


def two_stages(data: dict[str, Any], key: str) -> float:
    """The closed formula of value over sales."""
    each = {name: stated["value"] for name, stated in data[key].items()}
    years, stable = data["high_growth_years"], data["stable_growth_share"]["value"]
    margin, kept, rate = each["after_tax_margin_share"], 1 - each["reinvestment_share"], each["discount_rate_share"]
    growth = margin * each["sales_to_capital_ratio"] * each["reinvestment_share"]
    ratio = (1 + growth) / (1 + rate)
    early = years if ratio == 1 else ratio * (1 - ratio**years) / (1 - ratio)
    late = (1 - stable / each["stable_return_share"]) * (1 + stable) / (rate - stable) * ratio**years
    return float(margin * (kept * early + late))


def test_the_published_margin_variant_of_a_brand() -> None:
    """Literature: Damodaran (2006), illustration 12.3 with sales to capital 1.34: 79.6, 15.4 and 64.2 bn, ± 0.2."""
    found = concluded(FUNDAMENTAL)
    values = {each.name: each.value * 21_962 for each in found.beside}
    assert values["branded_value_to_sales"] == pytest.approx(79_600, abs=200)
    assert values["generic_value_to_sales"] == pytest.approx(15_400, abs=200)
    assert found.value == pytest.approx(64_200, abs=200)


@given(
    margin=st.floats(-0.2, 0.5),
    turnover=st.floats(0.1, 5),
    reinvested=st.floats(0, 1),
    rate=st.floats(0.05, 0.3),
    years=st.integers(1, 30),
    stable=st.floats(-0.02, 0.04),
)
def test_the_closed_two_stage_formula_gives_the_same(
    margin: float, turnover: float, reinvested: float, rate: float, years: int, stable: float
) -> None:
    stated = firm(
        margin,
        sales_to_capital_ratio=figure(turnover),
        reinvestment_share=figure(reinvested),
        discount_rate_share=figure(rate),
    )
    data = sample(FUNDAMENTAL, branded=stated, high_growth_years=years, stable_growth_share=figure(stable))
    found = {each.name: each.value for each in valued(FUNDAMENTAL, data).beside}
    for key in ("branded", "generic"):
        assert found[f"{key}_value_to_sales"] == pytest.approx(two_stages(data, key), rel=1e-9, abs=1e-12)


def test_firms_alike_leave_nothing_for_the_brand() -> None:
    assert concluded(FUNDAMENTAL, generic=firm(0.1557)).value == 0


@pytest.mark.parametrize(
    ("growth", "check"), [(0.08, "branded_growth_below_rate"), (0.0766, "branded_growth_below_rate")]
)
def test_growth_above_the_rate_is_refused(growth: float, check: str) -> None:
    with pytest.raises(RefusalError, match=check):
        concluded(FUNDAMENTAL, stable_growth_share=figure(growth))


def test_growth_that_needs_more_than_the_profit_is_refused() -> None:
    low = firm(0.1557, stable_return_share=figure(0.03))
    with pytest.raises(RefusalError, match="branded_growth_within_return"):
        concluded(FUNDAMENTAL, branded=low)
