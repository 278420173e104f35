"""A rate on another footing, as a paper.

Checked against: the functions of ``consistency`` (second way), the way back (inverse), flows discounted back by hand.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.valuation.asking import figure, series
from valuation.discounting.consistency import in_other_currency, nominal_rate, pre_tax_rate, real_rate
from valuation.discounting.rate_conversion import (
    AfterTaxRateInputs,
    PreTaxRateInputs,
    RateConversionInputs,
    after_tax_rate_paper,
    pre_tax_rate_paper,
    rate_conversion_paper,
)
from valuation.errors import InputError, RefusalError
from valuation.kernel.fields import parse

DAY = datetime.date(2020, 12, 31)
DAYS = [datetime.date(2021, 12, 31), datetime.date(2022, 12, 31)]


def converted(conversion: str, rate: float, inflation: float, other: float | None = None) -> float:
    more: dict[str, Any] = {} if other is None else {"other_inflation_share": figure(other)}
    asked = {"conversion": conversion, "rate_share": figure(rate), "inflation_share": figure(inflation)} | more
    return rate_conversion_paper(parse(RateConversionInputs, asked)).value("converted_rate_share")


@pytest.mark.parametrize("rate", [-0.2, 0.0, 0.05, 0.3])
@pytest.mark.parametrize("inflation", [-0.01, 0.0, 0.02, 0.5])
def test_the_paper_says_what_the_functions_say(rate: float, inflation: float) -> None:
    assert converted("to_nominal", rate, inflation) == pytest.approx(nominal_rate(rate, inflation_share=inflation))
    assert converted("to_real", rate, inflation) == pytest.approx(real_rate(rate, inflation_share=inflation))
    expected = in_other_currency(rate, inflation_share=inflation, other_inflation_share=0.07)
    assert converted("to_other_currency", rate, inflation, 0.07) == pytest.approx(expected)
    assert converted("to_real", converted("to_nominal", rate, inflation), inflation) == pytest.approx(rate)


@pytest.mark.parametrize(("conversion", "other"), [("to_real", 0.02), ("to_other_currency", None)])
def test_an_inflation_too_many_or_too_few_is_refused(conversion: str, other: float | None) -> None:
    with pytest.raises(InputError, match="other_inflation_share"):
        converted(conversion, 0.1, 0.02, other)


def pre_tax(before: list[float], after: list[float], **changes: Any) -> Any:
    asked = {
        "after_tax_rate_share": figure(0.1),
        "flow_dates": [str(day) for day in DAYS],
        "flows_before_tax": series(before),
        "flows_after_tax": series(after),
        "tax_rate_share": figure(0.25),
    }
    return pre_tax_rate_paper(parse(PreTaxRateInputs, asked | changes), valuation_date=DAY)


def test_the_rate_before_tax_gives_the_same_value() -> None:
    """Hand: 75/1.1 + 85/1.21 is the value; at the rate found, 100 and 110 are worth the same."""
    paper = pre_tax([100.0, 110.0], [75.0, 85.0])
    rate = paper.value("pre_tax_rate_share")
    assert 100 / (1 + rate) + 110 / (1 + rate) ** 2 == pytest.approx(75 / 1.1 + 85 / 1.21)
    assert paper.value("difference") == pytest.approx(0, abs=1e-9)
    assert paper.value("grossed_up_rate_share") == pytest.approx(0.1 / 0.75)
    same = pre_tax_rate(
        0.1,
        valuation_date=DAY,
        flow_dates=DAYS,
        flows_before_tax=[100.0, 110.0],
        flows_after_tax=[75.0, 85.0],
        tax_rate_share=0.25,
    )
    assert rate == same.rate_share


def test_the_rate_after_tax_is_the_way_back() -> None:
    """Hand: 100/1.25 + 110/1.5625 is the value; at the rate found, 75 and 85 are worth the same. And back again."""
    before, after = [100.0, 110.0], [75.0, 85.0]
    asked = {
        "pre_tax_rate_share": figure(0.25),
        "flow_dates": [str(day) for day in DAYS],
        "flows_before_tax": series(before),
        "flows_after_tax": series(after),
        "tax_rate_share": figure(0.25),
    }
    paper = after_tax_rate_paper(parse(AfterTaxRateInputs, asked), valuation_date=DAY)
    rate = paper.value("after_tax_rate_share")
    assert 75 / (1 + rate) + 85 / (1 + rate) ** 2 == pytest.approx(100 / 1.25 + 110 / 1.25**2)
    assert paper.value("difference") == pytest.approx(0, abs=1e-9)
    assert paper.value("netted_rate_share") == pytest.approx(0.1875)
    back = pre_tax(before, after, after_tax_rate_share=figure(rate))
    assert back.value("pre_tax_rate_share") == pytest.approx(0.25)


def test_a_changed_input_shows_in_the_difference() -> None:
    paper = pre_tax([100.0, 110.0], [75.0, 85.0]).with_inputs({"tax_rate_share": 0.3})
    assert paper.value("difference") == pytest.approx(0, abs=1e-9)
    moved = pre_tax([100.0, 110.0], [75.0, 85.0]).with_inputs({"after_tax_rate_share": 0.2})
    assert abs(moved.value("difference")) > 1


def test_flows_without_one_rate_are_refused() -> None:
    with pytest.raises(RefusalError):
        pre_tax([-100.0, -110.0], [75.0, 85.0])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"flow_dates": ["2020-12-31", "2022-12-31"]}, "flow_dates"),
        ({"flows_after_tax": series([75.0])}, "flows_after_tax"),
        ({"tax_rate_share": figure(1.0)}, "tax_rate_share"),
    ],
)
def test_inputs_that_cannot_be_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        pre_tax([100.0, 110.0], [75.0, 85.0], **changes)
    assert caught.value.problems[0].field == field
