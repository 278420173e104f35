"""Which return is left for the intangible when the rest has earned its own?

Checked against: the sums by hand, and the identity that the weighted average of all returns is the WACC (hypothesis).
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import amount, figure
from valuation.discounting.return_decomposition import ReturnDecompositionInputs, return_decomposition_paper
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse
from valuation.kernel.worksheet import Worksheet


def asset(kind: str, value: float, rate: float, name: str | None = None) -> dict[str, Any]:
    return {"name": name or kind, "kind": kind, "value": amount(f"{value:.2f}"), "return_share": figure(rate)}


def paper(*assets: dict[str, Any], wacc: float = 0.10, firm: float = 1000.0) -> Worksheet:
    data = {
        "currency": "CNY",
        "wacc_share": figure(wacc),
        "firm_value": amount(f"{firm:.2f}"),
        "assets": list(assets),
    }
    return return_decomposition_paper(parse(ReturnDecompositionInputs, data))


def test_by_hand() -> None:
    """(100 − 200 · 5 % − 300 · 7 %) / (1000 − 500) = 69 / 500."""
    made = paper(asset("working_capital", 200, 0.05), asset("fixed", 300, 0.07))
    assert made.value("intangible_value") == 500
    assert made.value("intangible_income") == pytest.approx(69)
    assert made.value("intangible_return_share") == pytest.approx(0.138)
    assert made.warnings() == ()


@given(
    working=st.floats(1, 400),
    fixed=st.floats(1, 400),
    low=st.floats(0, 0.08),
    high=st.floats(0, 0.2),
    wacc=st.floats(0.01, 0.3),
)
def test_all_returns_together_are_the_wacc(working: float, fixed: float, low: float, high: float, wacc: float) -> None:
    made = paper(asset("working_capital", working, low), asset("fixed", fixed, high), wacc=wacc)
    values = [*made.row("asset_value"), made.value("intangible_value")]
    rates = [*made.row("asset_return_share"), made.value("intangible_return_share")]
    average = sum(value * rate for value, rate in zip(values, rates, strict=True)) / sum(values)
    assert average == pytest.approx(wacc, abs=1e-12)


def test_returns_that_do_not_rise_with_risk_are_named() -> None:
    made = paper(asset("working_capital", 200, 0.05), asset("fixed", 700, 0.12))
    assert {warning.code for warning in made.warnings()} == {"intangible_below_wacc", "tangible_above_wacc_1"}
    other = paper(asset("fixed", 300, 0.07), asset("intangible", 100, 0.15, name="商标"))
    assert other.warnings() == (), "another intangible may earn more than the firm"


def test_assets_that_leave_nothing_are_refused() -> None:
    for value in (1000, 1200):
        with pytest.raises(RefusalError, match=r"value_left_for_the_intangible|intangible_return_share"):
            paper(asset("fixed", value, 0.07))


def test_an_asset_named_twice_is_refused() -> None:
    with pytest.raises(InputError, match="assets: found fixed, fixed, expected each name once"):
        paper(asset("fixed", 100, 0.07), asset("fixed", 100, 0.07))
