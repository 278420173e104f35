"""Profit split 收益分成法: which share of the profit made with the right is the right's own?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.forecast import (
    Forecast,
    Tax,
    after_tax_line,
    counted_share_line,
    discount_factor_line,
    forecast_conventions,
    forecast_doubts,
    forecast_years,
    present_value_line,
    value_line,
    year_axis,
)
from valuation.discounting.tax_amortisation import TaxAmortisation
from valuation.errors import InputError
from valuation.income._split_rate import SplitRate, split_rate_line
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import AmountSeries, Series, ShareFigure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "ProfitSplitInputs"]


class StatedProfit(FrozenModel):
    """Profit of each full year, as amounts."""

    kind: Literal["stated"]
    amounts: AmountSeries


class UnitMarginProfit(FrozenModel):
    """Profit of each full year as units sold times price less cost of a unit, in the request's currency."""

    kind: Literal["unit_margin"]
    volume_units: Annotated[Series, AfterValidator(at_least(0))]
    unit_price: Annotated[Series, AfterValidator(at_least(0))]
    unit_cost: Annotated[Series, AfterValidator(at_least(0))]


Profit = Annotated[StatedProfit | UnitMarginProfit, Field(discriminator="kind")]


class ProfitSplitInputs(FrozenModel):
    """What the profit split needs.

    Attributes
    ----------
    profit : what is split, each full year.
    profit_basis : ``total_profit``: the profit of the product, to which other assets contribute too – a rate of one
        is refused. ``excess_profit``: only what the right adds; then ``total_profit`` must be stated as well, and
        an excess as large as the total is refused.
    split_rate : the right's share: stated, by rule of thumb, scored, by equivalent investment or marginal analysis.
    yearly_decay_share : by how much the rate falls from each year to the next as the technology ages; zero is stated
        as zero with a reason.
    tax : ``none`` (the profit is after tax) or a rate.
    tax_amortisation : the tax amortisation benefit, or none with a reason.
    forecast : years, discount rate, timing, survival.
    """

    profit: Profit
    profit_basis: Literal["total_profit", "excess_profit"]
    total_profit: AmountSeries | None = None
    split_rate: SplitRate
    yearly_decay_share: ShareFigure
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: ProfitSplitInputs, setting: Setting) -> Paper:
    unit = setting.currency
    stated = inputs.profit.amounts if isinstance(inputs.profit, StatedProfit) else inputs.profit.volume_units
    counted = forecast_years(inputs.forecast, len(stated.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    factor = discount_factor_line(sheet, inputs.forecast, counted, setting)
    share = counted_share_line(sheet, counted)
    first, warnings = split_rate_line(
        sheet, inputs.split_rate, factor=factor, counted=share, unit=unit, on=setting.dates.policy_date
    )
    rate = _rate_by_year(sheet, inputs, first, years=len(counted.labels))
    profit = _profit(sheet, inputs.profit, unit)
    _basis_test(sheet, inputs, profit, first, unit)
    counted_profit = sheet.line("counted_profit", profit * share, label=Label("计入利润", "profit counted"), unit=unit)
    split = sheet.line("split_income", counted_profit * rate, label=Label("分成收益", "income split off"), unit=unit)
    flow = after_tax_line(sheet, split, inputs.tax, unit=unit)
    _whole_profit(sheet, counted_profit, factor, unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow, factor=factor)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions=_conventions(inputs),
        beside=("first_split_rate_share", "present_value_of_profit", "present_value"),
        warnings=(*warnings, *forecast_doubts(inputs.forecast, counted)),
    )


def _rate_by_year(sheet: Sheet, inputs: ProfitSplitInputs, first: Name, *, years: int) -> Name:
    decay = sheet.figure(
        "yearly_decay_share",
        inputs.yearly_decay_share,
        label=Label("分成率年衰减", "yearly fall of the rate"),
        unit="share",
        domain=(0, 1),
    )
    age = sheet.derived_row(
        "years_since_first",
        [float(year) for year in range(years)],
        label=Label("距首年年数", "years since the first"),
        unit="years",
        reason="place of the year in the forecast, the first is zero",
    )
    return sheet.line(
        "split_rate_share",
        first * (1 - decay) ** age,
        label=Label("各年分成率", "profit-split rate by year"),
        unit="share",
    )


def _profit(sheet: Sheet, profit: Profit, unit: str) -> Name:
    label = Label("利润（全年）", "profit, full year")
    if isinstance(profit, StatedProfit):
        return sheet.series("profit", profit.amounts, label=label, unit=unit)
    volume = sheet.series("volume_units", profit.volume_units, label=Label("产销量", "units sold"), unit="units")
    price = sheet.series("unit_price", profit.unit_price, label=Label("单价", "price of a unit"), unit=f"{unit}/unit")
    cost = sheet.series("unit_cost", profit.unit_cost, label=Label("单位成本", "cost of a unit"), unit=f"{unit}/unit")
    return sheet.line("profit", volume * (price - cost), label=label, unit=unit)


def _basis_test(sheet: Sheet, inputs: ProfitSplitInputs, profit: Name, first: Name, unit: str) -> None:
    """Total profit is earned by all assets together; it must not pass for what the right adds alone."""
    if inputs.profit_basis == "total_profit":
        if inputs.total_profit is not None:
            raise InputError.of("total_profit", found="amounts", expected="none with profit_basis total_profit")
        sheet.check(
            "total_profit_is_not_all_the_right_s",
            first < 1,
            label=Label("分成率低于一", "rate below one"),
            severity="refuse",
            expected="a rate below one on total profit",
            advice="Other assets contribute to total profit; lower the rate or state the excess profit",
        )
        return
    if inputs.total_profit is None:
        raise InputError.of("total_profit", found="nothing", expected="amounts, with profit_basis excess_profit")
    whole = sheet.series("total_profit", inputs.total_profit, label=Label("利润总额", "total profit"), unit=unit)
    excess_sum = sheet.line("excess_profit_sum", total(profit), label=Label("超额利润合计", "all excess"), unit=unit)
    whole_sum = sheet.line("total_profit_sum", total(whole), label=Label("利润总额合计", "all profit"), unit=unit)
    sheet.check(
        "total_profit_as_excess_profit",
        excess_sum < whole_sum,
        label=Label("超额利润小于利润总额", "excess below total profit"),
        severity="refuse",
        expected="an excess profit below total profit",
        advice="This is total profit: state profit_basis total_profit, or take off what other assets earn",
    )


def _whole_profit(sheet: Sheet, counted_profit: Name, factor: Name, unit: str) -> None:
    discounted = sheet.line(
        "discounted_profit", counted_profit * factor, label=Label("利润现值", "profit, discounted"), unit=unit
    )
    sheet.line(
        "present_value_of_profit",
        total(discounted),
        label=Label("利润现值合计（未分成）", "present value of the profit before the split"),
        unit=unit,
        total=True,
    )


def _conventions(inputs: ProfitSplitInputs) -> dict[str, str]:
    return {
        "profit_basis": inputs.profit_basis,
        "split_rate": inputs.split_rate.kind,
        "split_before_tax": "the rate applies to the profit as stated, tax is taken from the split income",
        **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
    }


_LABEL = Label("收益分成法", "Profit split")

METHOD = Method(
    id="profit_split",
    approach="income",
    label=_LABEL,
    question=Label("使用该权利所得利润中，多少归该权利？", "Which share of the profit is the right's own?"),
    inputs_model=ProfitSplitInputs,
    build=_build,
    references=(
        "资产评估执业准则——知识产权, 收益法（收益分成率）",
        "Kemmerer, Lu: Profitability and Royalty Rates Across Industries, SSRN 1141865",
        "Saaty (1980), The Analytic Hierarchy Process",
    ),
    cases=(
        "cn-equivalent-investment-split-rate",
        "cn-patent-licence-profit-split-470",
        "cn-marginal-analysis-split-2567",
    ),
    assumes=Label(
        "产品利润中所述分成率归该权利，并可逐年衰减。",
        "The stated share of the product's profit is the right's, falling with the years where stated.",
    ),
)
