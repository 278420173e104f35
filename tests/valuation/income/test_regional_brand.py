"""What do goods under a region's name earn above ordinary goods, and what of it can a pledgee count on?

Checked against: a plain loop (second way), an identity with incremental income, properties, refusals.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import NO_SURVIVAL, amounts, answered, figure, series
from tests.valuation.assets.rights import REGION
from tests.valuation.method_samples import codes, conclusion, forecast, sample
from valuation.errors import InputError, RefusalError
from valuation.kernel.conclusion import Conclusion

METHOD = "regional_brand"
DISPOSAL = {
    "time_to_sale_years": figure(0.0),
    "sale_cost_share": figure(0.0),
    "forced_sale_discount_share": figure(0.0),
    "discount_rate_share": figure(0.1),
}


def found(**changes: Any) -> Conclusion:
    return conclusion(METHOD, sample(METHOD, **changes), subject=REGION)


def test_the_value_by_a_plain_loop() -> None:
    value = registrant = 0.0
    for year, premium in enumerate((1_700, 1_800, 1_900)):
        middle = year + 0.5
        volume = 120 * 0.96**middle * 50 * 0.7
        earned = volume * premium * 0.5
        present = 0.75 * math.exp(-0.05 * middle) / 1.12 ** (year + 1)
        value += (earned - 300_000) * present
        registrant += (earned * 0.2 - 300_000) * present
    assert found().value == pytest.approx(value, rel=1e-12)
    assert found().worksheet.value("registrant_present_value") == pytest.approx(registrant, rel=1e-12)
    assert found().pledgee_value == pytest.approx(registrant, rel=1e-12)


def test_the_premium_is_incremental_income() -> None:
    """Second method: the same goods, with and without the name, as two situations of one seller."""
    volume = {"volume_units": series([4_200.0] * 3)}
    increment = {
        "kind": "two_situations",
        "with_right": volume | {"unit_price": series([9_000, 9_200, 9_400]), "unit_cost": figure(5_300.0)},
        "without_right": volume | {"unit_price": series([7_000, 7_100, 7_200]), "unit_cost": figure(5_000.0)},
    }
    other = sample("incremental_income", increment=increment, right_share=figure(0.5))
    mine = found(
        users={"kind": "table", "count": series([120.0] * 3)},
        registrant_cost=amounts(0, 0, 0),
        forecast=forecast(survival=NO_SURVIVAL),
    )
    assert mine.value == pytest.approx(conclusion("incremental_income", other).value, rel=1e-12)


def test_a_pledgee_counts_on_fees_only() -> None:
    sold = answered({METHOD: sample(METHOD)}, subject=REGION, liquidation=DISPOSAL)
    assert sold.reconciled.pledgee_value == pytest.approx(found().worksheet.value("registrant_value"))
    assert found().pledgee_value < found().value  # type: ignore[operator]
    nothing = found(collected_share=figure(0.0))
    assert nothing.pledgee_value == 0
    assert nothing.worksheet.value("registrant_present_value") < 0
    assert nothing.value == found().value


def test_a_loss_of_the_registrant_saves_no_tax() -> None:
    """Hand: without fees the registrant pays 300,000 a year and no tax comes back."""
    paper = found(collected_share=figure(0.0), forecast=forecast()).worksheet
    expected = -300_000 * sum(1 / 1.12**year for year in (1, 2, 3))
    assert paper.value("registrant_present_value") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("field", "rises"),
    [
        ("users_today", True),
        ("tonnes_per_user", True),
        ("compliant_share", True),
        ("name_share", True),
        ("leaving_share_per_year", False),
        ("discount_rate_share", False),
        ("annual_hazard", False),
    ],
)
@given(share=st.floats(0.01, 0.4))
def test_the_value_moves_the_way_it_must(field: str, rises: bool, share: float) -> None:
    paper = found().worksheet
    moved = paper.with_inputs({field: paper.value(field) * (1 + share)})
    change = moved.value("value") - paper.value("value")
    assert change > 0 if rises else change < 0


def test_the_name_is_bound_to_its_region_and_the_answer_says_so() -> None:
    assert "bound_to_region" in codes(found())
    assert "lawful users" in found().conventions["beneficiary"]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"price_with_name": amounts(7_300, 7_400, 7_500)}, "premium_above_ordinary_goods"),
        ({"price_without_name": amounts(7_000, 0, 7_200)}, "whole_price_as_premium"),
        ({"name_share": figure(0.0)}, "premium_above_ordinary_goods"),
    ],
)
def test_no_premium_and_a_whole_price_are_refused(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(RefusalError, match=name):
        found(**changes)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"users": {"kind": "table", "count": series([1.0, -1.0, 1.0])}}, "users.count"),
        ({"users": {"kind": "guess"}}, "users.kind"),
        ({"compliant_share": figure(70.0)}, "compliant_share"),
        ({"price_without_name": amounts(1, 2)}, "price_without_name"),
        ({"added_cost_per_tonne": amounts(-1, 0, 0)}, "added_cost_per_tonne"),
    ],
)
def test_what_cannot_be_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        found(**changes)
    assert [problem.field for problem in raised.value.problems] == [f"methods.{METHOD}.{field}"]
