"""Are a rate and its flows on the same footing, and do the conversions keep the value?

Checked against: every combination of footings, Fisher by hand and by present values (identity), pyxirr for the
pre-tax rate (second way), and the level perpetuity, where grossing up is right.
"""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from valuation.discounting.consistency import (
    Footing,
    after_tax_rate,
    in_other_currency,
    nominal_rate,
    pre_tax_rate,
    real_rate,
    require_same_footing,
)
from valuation.discounting.timing import add_years
from valuation.errors import InputError, RefusalError

DAY = datetime.date(2020, 12, 31)
FOOTINGS = [
    Footing(tax, prices, currency)  # type: ignore[arg-type]
    for tax, prices, currency in itertools.product(("after_tax", "before_tax"), ("nominal", "real"), ("CNY", "USD"))
]
RATES = st.floats(-0.3, 0.5)


@pytest.mark.parametrize(("rate", "flows"), list(itertools.product(FOOTINGS, FOOTINGS)))
def test_every_mismatch_is_an_error_that_names_both(rate: Footing, flows: Footing) -> None:
    differing = [name for name in ("tax", "prices", "currency") if getattr(rate, name) != getattr(flows, name)]
    fields: Any = {"rate_field": "discount_rate_share", "flows_field": "revenue"}
    if not differing:
        require_same_footing(rate=rate, flows=flows, **fields)
        return
    with pytest.raises(InputError) as raised:
        require_same_footing(rate=rate, flows=flows, **fields)
    assert [problem.field for problem in raised.value.problems] == [f"discount_rate_share.{n}" for n in differing]
    for name, problem in zip(differing, raised.value.problems, strict=True):
        assert problem.found == f"{getattr(rate, name)}, while revenue.{name} is {getattr(flows, name)}"


def test_fisher_by_hand() -> None:
    assert nominal_rate(0.05, inflation_share=0.02) == pytest.approx(0.071, abs=1e-15)
    assert real_rate(0.071, inflation_share=0.02) == pytest.approx(0.05, abs=1e-15)
    assert in_other_currency(0.071, inflation_share=0.02, other_inflation_share=0.04) == pytest.approx(0.092)


@given(rate=RATES, inflation=RATES, other=RATES)
def test_conversions_take_each_other_back(rate: float, inflation: float, other: float) -> None:
    assert real_rate(nominal_rate(rate, inflation_share=inflation), inflation_share=inflation) == pytest.approx(
        rate, abs=1e-12
    )
    there = in_other_currency(rate, inflation_share=inflation, other_inflation_share=other)
    assert in_other_currency(there, inflation_share=other, other_inflation_share=inflation) == pytest.approx(
        rate, abs=1e-12
    )


@given(rate=RATES, inflation=st.floats(-0.1, 0.2), flows=st.lists(st.floats(1, 100), min_size=1, max_size=10))
def test_real_flows_at_the_real_rate_are_nominal_flows_at_the_nominal_rate(
    rate: float, inflation: float, flows: list[float]
) -> None:
    nominal = nominal_rate(rate, inflation_share=inflation)
    real_value = sum(flow / (1 + rate) ** year for year, flow in enumerate(flows, 1))
    nominal_value = sum(flow * (1 + inflation) ** year / (1 + nominal) ** year for year, flow in enumerate(flows, 1))
    assert nominal_value == pytest.approx(real_value, rel=1e-10)


# --- the pre-tax rate -----------------------------------------------------------------------------


def years(count: int) -> list[datetime.date]:
    return [add_years(DAY, k) for k in range(1, count + 1)]


def searched(before: list[float], after: list[float], rate: float = 0.10, **changes: Any) -> Any:
    arguments = {
        "valuation_date": DAY,
        "flow_dates": years(len(before)),
        "flows_before_tax": before,
        "flows_after_tax": after,
        "tax_rate_share": 0.25,
    }
    return pre_tax_rate(rate, **arguments | changes)


@given(
    before=st.lists(st.floats(50, 150), min_size=2, max_size=12),
    deduction=st.floats(0, 60),
    rate=st.floats(0.01, 0.3),
)
def test_the_rate_gives_the_same_value_as_pyxirr_finds(before: list[float], deduction: float, rate: float) -> None:
    after = [flow - 0.25 * (flow - deduction) for flow in before]
    found = searched(before, after, rate)
    oracle = pyxirr.xirr([DAY, *years(len(before))], [-found.present_value, *before])
    assert found.rate_share == pytest.approx(oracle, abs=1e-8)
    times = [(day - DAY).days / 365 for day in years(len(before))]
    value = sum(flow * (1 + found.rate_share) ** -time for flow, time in zip(before, times, strict=True))
    worth = sum(flow * (1 + rate) ** -time for flow, time in zip(after, times, strict=True))
    assert value == pytest.approx(worth, rel=1e-9)


def test_grossing_up_is_right_for_a_level_perpetuity_and_wrong_otherwise() -> None:
    """By hand: 100 a year for 190 years is worth 75 / 0.10; five years without deductions lie far from 10 % / 0.75."""
    level = searched([100.0] * 190, [75.0] * 190)
    assert level.grossed_up_share == pytest.approx(0.10 / 0.75)
    assert level.difference_share == pytest.approx(0, abs=2e-5)
    short = searched([100.0] * 5, [75.0] * 5)
    assert short.rate_share > short.grossed_up_share + 0.05
    assert short.difference_share == short.grossed_up_share - short.rate_share


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"flows_before_tax": [1.0]}, "flows_before_tax: found 1 flows, expected 2, one a date"),
        ({"flows_after_tax": [1.0]}, "flows_after_tax: found 1 flows"),
        ({"flow_dates": [DAY, years(1)[0]]}, "flow_dates: found 2020-12-31, expected days after"),
        ({"tax_rate_share": 1.0}, "tax_rate_share: found 1.0"),
        ({"tax_rate_share": -0.1}, "tax_rate_share: found -0.1"),
        ({"rate": -1.0}, "after_tax_rate_share: found -1.0"),
    ],
)
def test_what_cannot_be_searched_is_refused_by_name(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as raised:
        searched([100.0, 100.0], [75.0, 75.0], **changes)
    assert says in raised.value.message


def test_flows_without_one_rate_are_refused() -> None:
    with pytest.raises(RefusalError, match="flows_before_tax: found no root"):
        searched([-100.0, -100.0], [75.0, 75.0])


@given(
    before=st.lists(st.floats(50, 150), min_size=2, max_size=12),
    deduction=st.floats(0, 60),
    rate=st.floats(0.01, 0.3),
)
def test_the_rate_after_tax_is_the_way_back(before: list[float], deduction: float, rate: float) -> None:
    """Inverse: from after tax to before tax and back; and pyxirr on the flows after tax (second way)."""
    after = [flow - 0.25 * (flow - deduction) for flow in before]
    there = searched(before, after, rate)
    flows = {"flow_dates": years(len(before)), "flows_before_tax": before, "flows_after_tax": after}
    back = after_tax_rate(there.rate_share, valuation_date=DAY, tax_rate_share=0.25, **flows)
    assert back.rate_share == pytest.approx(rate, abs=1e-8)
    assert back.present_value == pytest.approx(there.present_value, rel=1e-9)
    oracle = pyxirr.xirr([DAY, *years(len(before))], [-back.present_value, *after])
    assert back.rate_share == pytest.approx(oracle, abs=1e-8)


def test_taking_tax_off_the_rate_is_right_for_a_level_perpetuity_alone() -> None:
    """By hand: 100 a year for 190 years at 20 % before tax is 75 a year at 15 %; over five years it is far off."""
    stated = {"valuation_date": DAY, "tax_rate_share": 0.25}
    level = after_tax_rate(
        0.2, flow_dates=years(190), flows_before_tax=[100.0] * 190, flows_after_tax=[75.0] * 190, **stated
    )
    assert (level.netted_share, level.difference_share) == pytest.approx((0.15, 0), abs=2e-4)
    short = after_tax_rate(0.2, flow_dates=years(5), flows_before_tax=[100.0] * 5, flows_after_tax=[75.0] * 5, **stated)
    assert short.rate_share < 0.15 - 0.05
    with pytest.raises(RefusalError, match="flows_after_tax: found no root"):
        after_tax_rate(0.2, flow_dates=years(1), flows_before_tax=[100.0], flows_after_tax=[-75.0], **stated)
    with pytest.raises(InputError, match="pre_tax_rate_share"):
        after_tax_rate(-1.0, flow_dates=years(1), flows_before_tax=[100.0], flows_after_tax=[75.0], **stated)


@pytest.mark.parametrize("call", [nominal_rate, real_rate])
@pytest.mark.parametrize(("rate", "inflation"), [(-1.0, 0.02), (0.05, -1.0), (float("nan"), 0.02)])
def test_a_rate_of_total_loss_is_refused(call: Any, rate: float, inflation: float) -> None:
    with pytest.raises(InputError, match="expected a rate above -1"):
        call(rate, inflation_share=inflation)
