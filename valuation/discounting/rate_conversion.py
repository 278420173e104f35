"""A rate on another footing: real or nominal, another currency, before or after tax."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from valuation.discounting.consistency import after_tax_rate, pre_tax_rate
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, total
from valuation.kernel.fields import Day, FrozenModel
from valuation.kernel.figures import RateFigure, Series, ShareFigure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = [
    "AfterTaxRateInputs",
    "PreTaxRateInputs",
    "RateConversionInputs",
    "after_tax_rate_paper",
    "pre_tax_rate_paper",
    "rate_conversion_paper",
]

MAXIMUM_FLOWS = 400


class RateConversionInputs(FrozenModel):
    """A rate, and the inflation that parts its footing from the other.

    Attributes
    ----------
    conversion : to a nominal rate from a real one, to a real one from a nominal one, or to another currency.
    rate_share : the rate as it stands, a year.
    inflation_share : expected in the currency of the rate, a year.
    other_inflation_share : expected in the other currency; stated for ``to_other_currency`` alone.
    """

    conversion: Literal["to_nominal", "to_real", "to_other_currency"]
    rate_share: RateFigure
    inflation_share: RateFigure
    other_inflation_share: RateFigure | None = None


class TaxedFlows(FrozenModel):
    """The same flows before and after tax, and the rate of tax that a rule of thumb would use.

    Attributes
    ----------
    flow_dates : the day of each flow, after the valuation date.
    flows_before_tax, flows_after_tax : one for each date, in one unit.
    tax_rate_share : what the rule of thumb would use; it is shown beside the answer and never in it.
    """

    flow_dates: Annotated[tuple[Day, ...], Field(min_length=1, max_length=MAXIMUM_FLOWS)]
    flows_before_tax: Series
    flows_after_tax: Series
    tax_rate_share: ShareFigure


class PreTaxRateInputs(TaxedFlows):
    """A rate after tax, and the flows that a rate before tax must value alike.

    Attributes
    ----------
    after_tax_rate_share : the discount rate after tax, a year.
    """

    after_tax_rate_share: RateFigure


class AfterTaxRateInputs(TaxedFlows):
    """A rate before tax, and the flows that a rate after tax must value alike.

    Attributes
    ----------
    pre_tax_rate_share : the discount rate before tax, a year.
    """

    pre_tax_rate_share: RateFigure


def rate_conversion_paper(inputs: RateConversionInputs) -> Worksheet:
    """Which rate on the other footing is the same rate?

    ``(1 + r)(1 + i) − 1`` to nominal, ``(1 + k)/(1 + i) − 1`` to real, ``(1 + k)(1 + i′)/(1 + i) − 1`` to another
    currency; the answer is the line ``converted_rate_share``.

    Raises
    ------
    InputError : an inflation of the other currency that is missing, or stated where none is used.

    References
    ----------
    Fisher (1930), The Theory of Interest, chapter 2; Damodaran, Investment Valuation, chapter 7.

    Tested by: ``tests/valuation/discounting/test_rate_conversion.py`` (the functions of ``consistency``, and back).
    """
    other = inputs.other_inflation_share
    if (other is not None) != (inputs.conversion == "to_other_currency"):
        found = "nothing" if other is None else str(other.value)
        expected = "the inflation of the other currency" if other is None else "nothing: no other currency is asked for"
        raise InputError.of("other_inflation_share", found=found, expected=expected)
    sheet = Sheet(title=Label("折现率口径换算", "a rate on another footing"), axis=Axis(Label("项目", "item"), ()))
    label = Label("原口径折现率", "rate as stated")
    rate = sheet.figure("rate_share", inputs.rate_share, label=label, unit="share")
    label = Label("预期通货膨胀率", "expected inflation")
    inflation = sheet.figure("inflation_share", inputs.inflation_share, label=label, unit="share")
    growth: Expression = (
        (1 + rate) * (1 + inflation) if inputs.conversion == "to_nominal" else (1 + rate) / (1 + inflation)
    )
    if other is not None:
        label = Label("另一币种预期通货膨胀率", "expected inflation of the other currency")
        growth = growth * (1 + sheet.figure("other_inflation_share", other, label=label, unit="share"))
    label = Label("换算后折现率", "rate on the other footing")
    sheet.line("converted_rate_share", growth - 1, label=label, unit="share", total=True)
    return sheet.finish()


def pre_tax_rate_paper(inputs: PreTaxRateInputs, *, valuation_date: datetime.date) -> Worksheet:
    """Which rate before tax values the flows before tax as the rate after tax values those after tax?

    The answer, ``pre_tax_rate_share``, is found by iteration and does not follow in a workbook; the line
    ``difference`` there shows whether it still belongs to the inputs. Grossing up, k/(1 − t), is shown beside it.

    Raises
    ------
    InputError : other numbers of flows than of dates, dates not after the valuation date, a tax rate of one.
    RefusalError : no single rate before tax.

    References
    ----------
    IAS 36 Impairment of Assets, BCZ84–BCZ85 and BC94.

    Tested by: ``tests/valuation/discounting/test_rate_conversion.py`` (``consistency.pre_tax_rate``; flows
    discounted back by hand).
    """
    found = pre_tax_rate(inputs.after_tax_rate_share.value, valuation_date=valuation_date, **_flows(inputs))
    sheet = _flow_sheet(inputs, Label("税前折现率", "discount rate before tax"))
    rate = sheet.figure("after_tax_rate_share", inputs.after_tax_rate_share, label=_AFTER, unit="share")
    tax_rate = _tax_line(sheet, inputs)
    sought = _sought_line(sheet, found.rate_share, Label("税前折现率（迭代）", "rate before tax, by iteration"))
    _difference_lines(sheet, inputs, valuation_date, before_rate=sought, after_rate=rate)
    label = Label("简单还原的税前折现率", "rate grossed up, k/(1 − t)")
    sheet.line("grossed_up_rate_share", rate / (1 - tax_rate), label=label, unit="share")
    sheet.line("pre_tax_rate_share", sought * 1, label=_BEFORE, unit="share", total=True)
    return sheet.finish()


def after_tax_rate_paper(inputs: AfterTaxRateInputs, *, valuation_date: datetime.date) -> Worksheet:
    """Which rate after tax values the flows after tax as the rate before tax values those before tax?

    The answer, ``after_tax_rate_share``, is found by iteration and does not follow in a workbook; the line
    ``difference`` there shows whether it still belongs to the inputs. Taking tax off the rate, p·(1 − t), is shown
    beside it.

    Raises
    ------
    InputError : other numbers of flows than of dates, dates not after the valuation date, a tax rate of one.
    RefusalError : no single rate after tax.

    References
    ----------
    IAS 36 Impairment of Assets, BCZ84–BCZ85 and BC94, read the other way.

    Tested by: ``tests/valuation/discounting/test_rate_conversion.py`` (the way back of :func:`pre_tax_rate_paper`;
    flows discounted back by hand).
    """
    found = after_tax_rate(inputs.pre_tax_rate_share.value, valuation_date=valuation_date, **_flows(inputs))
    sheet = _flow_sheet(inputs, Label("税后折现率", "discount rate after tax"))
    rate = sheet.figure("pre_tax_rate_share", inputs.pre_tax_rate_share, label=_BEFORE, unit="share")
    tax_rate = _tax_line(sheet, inputs)
    sought = _sought_line(sheet, found.rate_share, Label("税后折现率（迭代）", "rate after tax, by iteration"))
    _difference_lines(sheet, inputs, valuation_date, before_rate=rate, after_rate=sought)
    label = Label("简单扣税的税后折现率", "rate less tax, p·(1 − t)")
    sheet.line("netted_rate_share", rate * (1 - tax_rate), label=label, unit="share")
    sheet.line("after_tax_rate_share", sought * 1, label=_AFTER, unit="share", total=True)
    return sheet.finish()


def _flows(inputs: TaxedFlows) -> dict[str, Any]:
    """The flows as the search takes them."""
    return {
        "flow_dates": inputs.flow_dates,
        "flows_before_tax": inputs.flows_before_tax.values,
        "flows_after_tax": inputs.flows_after_tax.values,
        "tax_rate_share": inputs.tax_rate_share.value,
    }


def _flow_sheet(inputs: TaxedFlows, title: Label) -> Sheet:
    return Sheet(title=title, axis=Axis(Label("日期", "day"), tuple(str(day) for day in inputs.flow_dates)))


def _tax_line(sheet: Sheet, inputs: TaxedFlows) -> Name:
    label = Label("所得税税率", "tax rate")
    return sheet.figure("tax_rate_share", inputs.tax_rate_share, label=label, unit="share")


def _sought_line(sheet: Sheet, rate_share: float, label: Label) -> Name:
    reason = "found by iteration, so that both present values agree; it does not follow the inputs in a workbook"
    return sheet.derived("found_rate_share", rate_share, label=label, unit="share", reason=reason)


def _difference_lines(
    sheet: Sheet, inputs: TaxedFlows, valuation_date: datetime.date, *, before_rate: Name, after_rate: Name
) -> None:
    """Both present values and their difference, which tells whether the rate found belongs to the inputs."""
    label = Label("税前现金流", "flow before tax")
    before = sheet.series("flow_before_tax", inputs.flows_before_tax, label=label, unit="1")
    label = Label("税后现金流", "flow after tax")
    after = sheet.series("flow_after_tax", inputs.flows_after_tax, label=label, unit="1")
    times = [(day - valuation_date).days / 365 for day in inputs.flow_dates]
    reason = "days from the valuation date over 365"
    time = sheet.derived_row("time_years", times, label=Label("年数", "years"), unit="years", reason=reason)
    label = Label("税后现值（逐期）", "present values after tax")
    one = sheet.line("present_after_tax", after * (1 + after_rate) ** -time, label=label, unit="1")
    label = Label("税前现值（逐期）", "present values before tax")
    two = sheet.line("present_before_tax", before * (1 + before_rate) ** -time, label=label, unit="1")
    label = Label("两种现值之差", "difference of the present values")
    sheet.line("difference", total(two) - total(one), label=label, unit="1")


_BEFORE = Label("税前折现率", "rate before tax")
_AFTER = Label("税后折现率", "rate after tax")
