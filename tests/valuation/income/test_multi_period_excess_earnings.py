"""Multi-period excess earnings: are the charges on and of every other asset right, and do the parts make the whole?

Checked against: a plain loop (second way) and the identity that holds the method together: charge every other asset
the return it is discounted at and the wear of it, and the values of all assets add up to the value of the business
discounted at the weighted return (WARA = WACC).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amounts, figure, series
from tests.valuation.method_samples import NO_TAX, codes, concluded, forecast
from valuation.errors import InputError, RefusalError

NAME = "multi_period_excess_earnings"


def asset(value: Any, rate: float, recovery: Any = None) -> dict[str, Any]:
    wear = {"kind": "in_operating_costs", "reason": "chosen for the test"}
    if recovery is not None:
        wear = {"kind": "share_of_revenue", "share": recovery}
    return {
        "name": "其他资产",
        "value_share_of_revenue": value,
        "return_share": figure(rate),
        "recovery": wear,
    }


def test_a_plain_loop_gives_the_same() -> None:
    """Second way: the sample, year by year, with Python's own arithmetic."""
    found = concluded(NAME)
    revenue, fixed = (5_000_000, 5_500_000, 6_000_000), (0.3, 0.28, 0.26)
    expected = 0.0
    for year in range(3):
        profit = revenue[year] * 0.2 * (1 - 0.25)
        charges = revenue[year] * (fixed[year] * 0.08 + 0.02 + 0.1 * 0.12)
        alive = 2.718281828459045 ** (-0.1 * (year + 0.5))
        expected += (profit - charges) * alive / 1.12 ** (year + 1)
    assert found.value == pytest.approx(expected, rel=1e-9)


@given(
    right=st.lists(st.floats(50, 200), min_size=2, max_size=6),
    other=st.lists(st.floats(50, 200), min_size=2, max_size=6),
    right_rate=st.floats(0.05, 0.3),
    other_rate=st.floats(0.01, 0.2),
)
def test_the_parts_make_the_whole(right: list[float], other: list[float], right_rate: float, other_rate: float) -> None:
    """Identity. Let the values of both assets at the ends of years be any path that ends at zero. Then each earns
    its return on the value at the start and recovers its fall; the business earns both. Charging the other asset
    *on* and *of* leaves flows that, at the right's rate, are worth the right's opening value; and discounting the
    business year by year at the weighted return gives both together.
    """
    years = min(len(right), len(other)) - 1
    a, b = [*right[:years], 0.0], [*other[:years], 0.0]
    earned = [a[t] * (1 + right_rate) - a[t + 1] + b[t] * (1 + other_rate) - b[t + 1] for t in range(years)]
    scale = 10_000.0
    found = concluded(
        NAME,
        revenue=amounts(*[scale] * years),
        operating_margin_share=series([flow / scale for flow in earned]),
        contributory_assets=[
            asset(
                series([b[t] / scale for t in range(years)]),
                other_rate,
                series([(b[t] - b[t + 1]) / scale for t in range(years)]),
            )
        ],
        tax=NO_TAX,
        forecast=forecast(right_rate),
    )
    assert found.value == pytest.approx(a[0], rel=1e-9)
    whole = 0.0
    for t in reversed(range(years)):
        weighted = (a[t] * right_rate + b[t] * other_rate) / (a[t] + b[t])
        whole = (whole + earned[t]) / (1 + weighted)
    assert whole == pytest.approx(found.value + b[0], rel=1e-9)


@given(st.floats(0.05, 0.4), st.floats(0.01, 0.2))
def test_a_dearer_asset_leaves_less(rate: float, more: float) -> None:
    low, high = (concluded(NAME, contributory_assets=[asset(figure(0.3), r)]).value for r in (rate, rate + more))
    assert high < low


def test_leaving_out_the_recovery_raises_the_value() -> None:
    """A return on an asset is not a return of it: without the second the right looks better than it is."""
    both = concluded(NAME, contributory_assets=[asset(figure(0.3), 0.1, figure(0.03))])
    only_on = concluded(NAME, contributory_assets=[asset(figure(0.3), 0.1)])
    assert both.value < only_on.value


def test_no_charge_is_total_profit_and_refused() -> None:
    """Published wrong answer: total profit treated as excess profit."""
    with pytest.raises(RefusalError, match="total_profit_as_excess_profit"):
        concluded(NAME, contributory_assets=[asset(figure(0.0), 0.1)])
    with pytest.raises(InputError, match="contributory_assets"):
        concluded(NAME, contributory_assets=[])


def test_doubts_are_named() -> None:
    assert codes(concluded(NAME)).isdisjoint({"no_attrition", "excess_below_zero_in_a_year"})
    found = concluded(NAME, contributory_assets=[asset(figure(3.0), 0.1)], forecast=forecast())
    assert {"no_attrition", "excess_below_zero_in_a_year"} <= codes(found)
