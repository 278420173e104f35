"""Do WACC, IRR and WARA tell one story?

Checked against: a level deal by hand, flows discounted back at the rate found (identity), and a return found by
decomposition, which closes the circle (second way).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, amounts, figure
from tests.valuation.discounting.test_return_decomposition import asset as other_asset
from tests.valuation.discounting.test_return_decomposition import paper as decomposed
from valuation.discounting.wara import Deal, WaraInputs, deal_internal_rate, wara_paper
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse
from valuation.kernel.worksheet import Worksheet


def deal(price: float, flows: list[float], timing: str = "year_end") -> dict[str, Any]:
    return {"price": amount(f"{price:.2f}"), "flows": amounts(*flows), "timing": timing}


def asset(name: str, value: float, rate: float) -> dict[str, Any]:
    return {"name": name, "value": amount(f"{value:.2f}"), "return_share": figure(rate)}


ASSETS = [
    asset("营运资金", 200, 0.05),
    asset("固定资产", 300, 0.07),
    asset("专利", 400, 0.12),
    asset("商誉", 100, 0.21),
]


def paper(**changes: Any) -> Worksheet:
    data = {
        "currency": "CNY",
        "wacc_share": figure(0.10),
        "deal": deal(1000, [100, 100, 1100]),
        "assets": ASSETS,
        "tolerance_share": figure(0.01),
    }
    return wara_paper(parse(WaraInputs, data | changes))


def test_three_returns_that_agree_by_hand() -> None:
    """WARA: 10 + 21 + 48 + 21 = 100 of 1000; a level 100 on 1000 with the price back is an IRR of 10 %."""
    made = paper()
    assert made.value("wara_share") == pytest.approx(0.10, abs=1e-15)
    assert made.value("irr_share") == pytest.approx(0.10, abs=1e-12)
    assert made.value("largest_difference_share") == pytest.approx(0, abs=1e-12)
    assert made.warnings() == ()


@given(flows=st.lists(st.integers(1, 500), min_size=2, max_size=8), timing=st.sampled_from(["year_end", "mid_year"]))
def test_at_the_internal_rate_the_flows_are_worth_the_price(flows: list[int], timing: Any) -> None:
    stated = parse(Deal, deal(700, [float(flow) for flow in flows], timing))
    rate = deal_internal_rate(stated)
    shift = 0.5 if timing == "mid_year" else 0.0
    worth = sum(flow * (1 + rate) ** -(year - shift) for year, flow in enumerate(flows, 1))
    assert worth == pytest.approx(700, rel=1e-9)


def test_a_decomposed_return_closes_the_circle() -> None:
    split = decomposed(other_asset("working_capital", 200, 0.05), other_asset("fixed", 300, 0.07))
    rest = asset("无形资产", split.value("intangible_value"), split.value("intangible_return_share"))
    made = paper(assets=[*ASSETS[:2], rest])
    assert made.value("wara_less_wacc_share") == pytest.approx(0, abs=1e-14)


def test_a_difference_needs_an_explanation() -> None:
    """The buyer pays for synergies of its own: an IRR of 10 % against a WACC of 12 %."""
    with pytest.raises(RefusalError, match=r"wacc_irr_wara_apart: found largest_difference_share = 0\.02"):
        paper(wacc_share=figure(0.12))
    made = paper(wacc_share=figure(0.12), explanation="buyer-specific synergies in the price")
    (warning,) = made.warnings()
    assert warning.code == "wacc_irr_wara_apart"
    assert "buyer-specific synergies" in warning.label.en
    assert made.value("irr_less_wacc_share") == pytest.approx(-0.02, abs=1e-12)
    assert paper(wacc_share=figure(0.12), tolerance_share=figure(0.03)).warnings() == ()


def test_assets_that_are_not_the_price_are_refused() -> None:
    with pytest.raises(RefusalError, match="assets_are_the_price"):
        paper(assets=ASSETS[:3])


@pytest.mark.parametrize(
    ("flows", "says"),
    [([2300.0, -1320.0], "several roots"), ([-10.0, -20.0], "no root")],
)
def test_flows_without_one_internal_rate_are_refused(flows: list[float], says: str) -> None:
    """By hand: −1000 + 2300/1.1 − 1320/1.21 = 0 and −1000 + 2300/1.2 − 1320/1.44 = 0."""
    with pytest.raises(RefusalError, match=f"deal.flows: found {says}"):
        paper(deal=deal(1000, flows))


def test_an_asset_named_twice_is_refused() -> None:
    with pytest.raises(InputError, match="assets: found"):
        paper(assets=[ASSETS[0], ASSETS[0]])
