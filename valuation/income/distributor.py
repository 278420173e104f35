"""Distributor method 分销商法: what do customers earn for a firm that has nothing else of its own, as a distributor?"""

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
from valuation.kernel.expression import Name
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import AmountSeries, FigureOrSeries, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "DistributorInputs"]


class DistributorInputs(FrozenModel):
    """What the method needs; it values customer relationships beside a dominant brand or technology.

    Attributes
    ----------
    revenue : sales to today's customers, each full year, before attrition.
    distributor_margin_share : operating margin of distributors of such goods, from the market.
    own_margin_share : operating margin of the business itself; a distributor's must not exceed it.
    contributory_assets : the other assets that a distributor needs (working capital, vehicles, staff).
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`; ``forecast.survival`` is the loss of
        customers.
    """

    revenue: Annotated[AmountSeries, AfterValidator(at_least(0))]
    distributor_margin_share: Annotated[FigureOrSeries, AfterValidator(within(-1, 1))]
    own_margin_share: Annotated[FigureOrSeries, AfterValidator(within(-10, 1))]
    contributory_assets: Annotated[tuple[ContributoryAsset, ...], Field(max_length=50), *NOT_EMPTY, DISTINCT_NAMES]
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: DistributorInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.revenue.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    label = Label("现有客户收入（全年）", "revenue of today's customers")
    revenue = counted_revenue_line(sheet, inputs.revenue, counted, label=label, unit=unit)
    margin = _margin(sheet, inputs)
    before = sheet.line("before_tax", revenue * margin, label=Label("分销利润", "a distributor's profit"), unit=unit)
    flow = excess_earnings_line(sheet, before, inputs.tax, inputs.contributory_assets, revenue=revenue, unit=unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "margin": "of distributors in the market, not of the business",
            **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
        },
        beside=("present_value", "tab_factor"),
        warnings=(*attrition_doubts(inputs.forecast.survival, _NO_LOSS), *forecast_doubts(inputs.forecast, counted)),
    )


def _margin(sheet: Sheet, inputs: DistributorInputs) -> Name:
    margin = sheet.figure_or_series(
        "distributor_margin_share",
        inputs.distributor_margin_share,
        label=Label("分销商营业利润率", "operating margin of distributors"),
        unit="share",
        domain=(-1, 1),
    )
    own = sheet.figure_or_series(
        "own_margin_share",
        inputs.own_margin_share,
        label=Label("企业营业利润率", "operating margin of the business"),
        unit="share",
        domain=(-10, 1),
    )
    sheet.check(
        "distributor_margin_within_own",
        margin <= own,
        label=Label("分销商利润率不高于企业利润率", "a distributor's margin within the business's"),
        severity="refuse",
        expected="a distributor's margin no higher than the margin of the business",
        advice="Nothing would be left for the brand or technology; choose other distributors or another method",
    )
    return margin


_NO_LOSS = Label("未计客户流失", "no loss of customers is counted")
_LABEL = Label("分销商法", "Distributor method")

METHOD = Method(
    id="distributor",
    approach="income",
    label=_LABEL,
    question=Label(
        "若只做分销，现有客户带来多少超额收益？", "What would today's customers earn for a mere distributor?"
    ),
    inputs_model=DistributorInputs,
    build=_build,
    references=("IVS 210 Intangible Assets, distributor method (disaggregated excess earnings)",),
    cases=(),
    assumes=Label(
        "客户关系只赚分销商水平的利润；主导资产（品牌、技术）另行评估。",
        "Customers earn what a distributor earns; the dominant asset (brand, technology) is valued elsewhere.",
    ),
)
