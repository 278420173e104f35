"""A rate on another footing: real or nominal, another currency, before tax."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from valuation.discounting.consistency import pre_tax_rate
from valuation.errors import InputError
from valuation.kernel.expression import Expression, total
from valuation.kernel.fields import Day, FrozenModel
from valuation.kernel.figures import RateFigure, Series, ShareFigure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = ["PreTaxRateInputs", "RateConversionInputs", "pre_tax_rate_paper", "rate_conversion_paper"]

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


class PreTaxRateInputs(FrozenModel):
    """A rate after tax, and the flows that a rate before tax must value alike.

    Attributes
    ----------
    after_tax_rate_share : the discount rate after tax, a year.
    flow_dates : the day of each flow, after the valuation date.
    flows_before_tax, flows_after_tax : one for each date, in one unit.
    tax_rate_share : what grossing up would use; it is shown beside the answer and never in it.
    """

    after_tax_rate_share: RateFigure
    flow_dates: Annotated[tuple[Day, ...], Field(min_length=1, max_length=MAXIMUM_FLOWS)]
    flows_before_tax: Series
    flows_after_tax: Series
    tax_rate_share: ShareFigure


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
    days, after_rate, tax = inputs.flow_dates, inputs.after_tax_rate_share, inputs.tax_rate_share
    found = pre_tax_rate(
        after_rate.value,
        valuation_date=valuation_date,
        flow_dates=days,
        flows_before_tax=inputs.flows_before_tax.values,
        flows_after_tax=inputs.flows_after_tax.values,
        tax_rate_share=tax.value,
    )
    sheet = Sheet(
        title=Label("税前折现率", "discount rate before tax"),
        axis=Axis(Label("日期", "day"), tuple(str(day) for day in days)),
    )
    label = Label("税后折现率", "rate after tax")
    rate = sheet.figure("after_tax_rate_share", after_rate, label=label, unit="share")
    label = Label("所得税税率", "tax rate")
    tax_rate = sheet.figure("tax_rate_share", tax, label=label, unit="share")
    label = Label("税前现金流", "flow before tax")
    before = sheet.series("flow_before_tax", inputs.flows_before_tax, label=label, unit="1")
    label = Label("税后现金流", "flow after tax")
    after = sheet.series("flow_after_tax", inputs.flows_after_tax, label=label, unit="1")
    times = [(day - valuation_date).days / 365 for day in days]
    reason = "days from the valuation date over 365"
    time = sheet.derived_row("time_years", times, label=Label("年数", "years"), unit="years", reason=reason)
    reason = "found by iteration, so that both present values agree; it does not follow the inputs in a workbook"
    label = Label("税前折现率（迭代）", "rate before tax, by iteration")
    sought = sheet.derived("found_rate_share", found.rate_share, label=label, unit="share", reason=reason)
    label = Label("税后现值（逐期）", "present values after tax")
    one = sheet.line("present_after_tax", after * (1 + rate) ** -time, label=label, unit="1")
    label = Label("税前现值（逐期）", "present values before tax")
    two = sheet.line("present_before_tax", before * (1 + sought) ** -time, label=label, unit="1")
    label = Label("两种现值之差", "difference of the present values")
    sheet.line("difference", total(two) - total(one), label=label, unit="1")
    label = Label("简单还原的税前折现率", "rate grossed up, k/(1 − t)")
    sheet.line("grossed_up_rate_share", rate / (1 - tax_rate), label=label, unit="share")
    label = Label("税前折现率", "rate before tax")
    sheet.line("pre_tax_rate_share", sought * 1, label=label, unit="share", total=True)
    return sheet.finish()
