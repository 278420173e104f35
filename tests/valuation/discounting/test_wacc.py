"""Which return must the firm earn for all who finance it?

Checked against: the average by hand, the plain function as second way to the paper, and 96 industries in
tests/examinations/test_cost_of_capital.py.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.valuation.asking import figure
from valuation.discounting.wacc import WaccInputs, wacc, wacc_paper
from valuation.errors import InputError
from valuation.kernel.fields import parse
from valuation.kernel.worksheet import Worksheet


def source(kind: str, weight: float, cost: float, name: str | None = None) -> dict[str, Any]:
    return {"name": name or kind, "kind": kind, "weight_share": figure(weight), "cost_share": figure(cost)}


def paper(*sources: dict[str, Any], tax: float = 0.25) -> Worksheet:
    return wacc_paper(parse(WaccInputs, {"sources": list(sources), "tax_rate_share": figure(tax)}))


def test_three_sources_by_hand() -> None:
    """0.6 · 12 % + 0.1 · 8 % + 0.3 · 6 % · 0.75 = 9.35 %; preferred dividends save no tax."""
    made = paper(source("equity", 0.6, 0.12), source("preferred", 0.1, 0.08), source("debt", 0.3, 0.06))
    assert made.value("wacc_share") == pytest.approx(0.0935, abs=1e-15)
    assert made.row("after_tax_cost_share") == pytest.approx((0.12, 0.08, 0.045))


@given(weight=st.floats(0, 1), equity=st.floats(0.06, 0.3), debt=st.floats(0, 0.06), tax=st.floats(0, 0.5))
def test_the_paper_is_the_plain_function(weight: float, equity: float, debt: float, tax: float) -> None:
    made = paper(source("equity", weight, equity), source("debt", 1 - weight, debt), tax=tax).value("wacc_share")
    expected = wacc(
        equity_cost_share=equity,
        equity_weight_share=weight,
        debt_cost_share=debt,
        debt_weight_share=1 - weight,
        tax_rate_share=tax,
    )
    assert made == pytest.approx(expected, abs=1e-15)
    assert debt * (1 - tax) - 1e-12 <= made <= equity + 1e-12


def test_weights_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(InputError, match=r"sources: found weights that add up to 0\.9, expected"):
        paper(source("equity", 0.6, 0.12), source("debt", 0.3, 0.06))
    with pytest.raises(InputError, match=r"equity_weight_share, debt_weight_share: found weights that add up to 1\.1"):
        wacc(
            equity_cost_share=0.1,
            equity_weight_share=0.8,
            debt_cost_share=0.05,
            debt_weight_share=0.3,
            tax_rate_share=0.25,
        )


def test_debt_above_equity_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"sources\.1\.cost_share: found 0\.13 for debt, expected no more than"):
        paper(source("equity", 0.6, 0.12), source("debt", 0.4, 0.13))
    only_debt = paper(source("debt", 1.0, 0.13))
    assert only_debt.value("wacc_share") == pytest.approx(0.0975)


def test_no_source_is_no_capital() -> None:
    with pytest.raises(InputError, match="sources"):
        paper()
