"""Multi-period excess earnings 多期超额收益法: what is left, year by year, after every other asset was paid?"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from valuation.discounting.forecast import (
    Forecast,
    Tax,
    forecast_conventions,
    forecast_doubts,
    forecast_years,
    present_value_line,
    value_line,
    year_axis,
)
from valuation.discounting.tax_amortisation import TaxAmortisation
from valuation.income._contributory import (
    ContributoryAsset,
    attrition_doubts,
    counted_revenue_line,
    excess_earnings_line,
)
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import AmountSeries, FigureOrSeries, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "MultiPeriodExcessEarningsInputs"]


class MultiPeriodExcessEarningsInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    revenue : sales that the right earns together with the other assets, each full year, before attrition.
    operating_margin_share : operating profit before contributory charges and tax over revenue; wear of the assets
        that are charged a recovery must not be among its costs.
    contributory_assets : every other asset that helps to earn, with the return on and of it, after tax.
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`; ``forecast.survival`` is the
        attrition (of customers, of the technology), and shrinks revenue and charges alike.
    """

    revenue: Annotated[AmountSeries, AfterValidator(at_least(0))]
    operating_margin_share: Annotated[FigureOrSeries, AfterValidator(within(-10, 1))]
    contributory_assets: Annotated[tuple[ContributoryAsset, ...], Field(max_length=50), *NOT_EMPTY, DISTINCT_NAMES]
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: MultiPeriodExcessEarningsInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.revenue.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    label = Label("收入（全年）", "revenue, full year")
    revenue = counted_revenue_line(sheet, inputs.revenue, counted, label=label, unit=unit)
    margin = sheet.figure_or_series(
        "operating_margin_share",
        inputs.operating_margin_share,
        label=Label("营业利润率", "operating margin"),
        unit="share",
        domain=(-10, 1),
    )
    profit = sheet.line("before_tax", revenue * margin, label=Label("营业利润", "operating profit"), unit=unit)
    excess = excess_earnings_line(sheet, profit, inputs.tax, inputs.contributory_assets, revenue=revenue, unit=unit)
    _excess_tests(sheet, excess, unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=excess)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "charges": "after tax, on the average value of each year (return on) and for its wear (return of)",
            **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
        },
        beside=("present_value", "tab_factor"),
        warnings=(
            *attrition_doubts(inputs.forecast.survival, _NO_ATTRITION),
            *forecast_doubts(inputs.forecast, counted),
        ),
    )


def _excess_tests(sheet: Sheet, excess: Name, unit: str) -> None:
    charges = Name("contributory_charges", is_row=True)
    whole = sheet.line(
        "contributory_charges_sum", total(charges), label=Label("贡献资产回报总计", "all charges"), unit=unit
    )
    sheet.check(
        "total_profit_as_excess_profit",
        whole > 0,
        label=Label("已扣除贡献资产回报", "other assets have been charged"),
        severity="refuse",
        expected="contributory charges above zero",
        advice="Without charges this is the profit of the whole business, not excess earnings",
    )
    sheet.check(
        "excess_below_zero_in_a_year",
        excess >= 0,
        label=Label("个别年度超额收益为负", "excess earnings below zero in a year"),
        severity="warn",
        expected="excess earnings of zero or more in each year",
        advice="Explain the year; other assets then earn more than the whole",
    )


_NO_ATTRITION = Label(
    "未计流失：多期超额收益法通常用于会流失的资产", "no attrition: the method is usual for assets that wear away"
)
_LABEL = Label("多期超额收益法", "Multi-period excess earnings")

METHOD = Method(
    id="multi_period_excess_earnings",
    approach="income",
    label=_LABEL,
    question=Label(
        "逐年扣除其他资产应得的回报与回收后，还剩多少收益？", "What is left each year after every other asset was paid?"
    ),
    inputs_model=MultiPeriodExcessEarningsInputs,
    build=_build,
    references=(
        "IVS 210 Intangible Assets, excess earnings method",
        "The Appraisal Foundation (2010), The Identification of Contributory Assets and Calculation of Economic Rents",
    ),
    cases=(),
    assumes=Label(
        "扣除所有其他资产的合理回报与损耗补偿后，余下的收益归该权利；每项业务只评估一项主要资产。",
        "What is left after a fair return on and of every other asset is the right's; one main asset a business.",
    ),
)
