"""Incremental income 超额收益（增量收益）法: what does the right add to income, by price, by volume and by cost?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.forecast import (
    Forecast,
    Tax,
    after_tax_line,
    counted_share_line,
    forecast_conventions,
    forecast_doubts,
    forecast_years,
    present_value_line,
    value_line,
    year_axis,
)
from valuation.discounting.tax_amortisation import TaxAmortisation
from valuation.kernel.expression import Name
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import AmountSeries, FigureOrSeries, Series, ShareFigure, at_least
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "IncrementalIncomeInputs"]

PerUnit = Annotated[FigureOrSeries, AfterValidator(at_least(0))]


class Situation(FrozenModel):
    """Units sold a full year, price and cost of a unit, with the right or without it."""

    volume_units: Annotated[Series, AfterValidator(at_least(0))]
    unit_price: PerUnit
    unit_cost: PerUnit


class TwoSituations(FrozenModel):
    """The same business with the right and without it; price, cost and volume effects follow from the difference."""

    kind: Literal["two_situations"]
    with_right: Situation
    without_right: Situation


class PerUnitAdvantage(FrozenModel):
    """Units sold with the right a full year, and by how much the right raises the price and lowers the cost of one."""

    kind: Literal["per_unit"]
    volume_units: Annotated[Series, AfterValidator(at_least(0))]
    price_premium: PerUnit
    cost_saving: PerUnit


class StatedIncrement(FrozenModel):
    """What the right adds each full year, before tax, as amounts shown elsewhere."""

    kind: Literal["stated"]
    amounts: AmountSeries


Increment = Annotated[TwoSituations | PerUnitAdvantage | StatedIncrement, Field(discriminator="kind")]


class IncrementalIncomeInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    increment : where the added income comes from (收入增长型: price or volume; 费用节约型: cost).
    right_share : the part of the added income that is the right's; one, stated with a reason, if it is all of it.
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`.
    """

    increment: Increment
    right_share: ShareFigure
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: IncrementalIncomeInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, _years(inputs.increment), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    increment = _increment(sheet, inputs.increment, unit)
    share = counted_share_line(sheet, counted)
    right = sheet.figure(
        "right_share",
        inputs.right_share,
        label=Label("归属该权利的比例", "part that is the right's"),
        unit="share",
        domain=(0, 1),
    )
    before = sheet.line(
        "before_tax", increment * share * right, label=Label("税前增量收益", "added income before tax"), unit=unit
    )
    flow = after_tax_line(sheet, before, inputs.tax, unit=unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    _doubts(sheet, increment)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "increment": inputs.increment.kind,
            **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
        },
        beside=("present_value", "tab_factor"),
        warnings=forecast_doubts(inputs.forecast, counted),
    )


def _years(increment: Increment) -> int:
    if isinstance(increment, TwoSituations):
        return len(increment.with_right.volume_units.values)
    if isinstance(increment, PerUnitAdvantage):
        return len(increment.volume_units.values)
    return len(increment.amounts.values)


def _increment(sheet: Sheet, increment: Increment, unit: str) -> Name:
    label = Label("增量收益（全年）", "added income, full year")
    if isinstance(increment, StatedIncrement):
        return sheet.series("increment", increment.amounts, label=label, unit=unit)
    if isinstance(increment, PerUnitAdvantage):
        return _per_unit(sheet, increment, label, unit)
    return _two_situations(sheet, increment, label, unit)


def _per_unit(sheet: Sheet, increment: PerUnitAdvantage, label: Label, unit: str) -> Name:
    volume = sheet.series(
        "volume_units", increment.volume_units, label=Label("产销量", "units sold"), unit="units", domain=_NOT_NEGATIVE
    )
    premium = sheet.figure_or_series(
        "price_premium",
        increment.price_premium,
        label=Label("单位价格溢价", "price premium of a unit"),
        unit=f"{unit}/unit",
        domain=_NOT_NEGATIVE,
    )
    saving = sheet.figure_or_series(
        "cost_saving",
        increment.cost_saving,
        label=Label("单位成本节约", "cost saved on a unit"),
        unit=f"{unit}/unit",
        domain=_NOT_NEGATIVE,
    )
    return sheet.line("increment", volume * (premium + saving), label=label, unit=unit)


def _two_situations(sheet: Sheet, increment: TwoSituations, label: Label, unit: str) -> Name:
    """Three effects that add up exactly: price and cost on the units of today, volume at the old margin."""
    volume, price, cost = _situation(sheet, "with", increment.with_right, Label("有权利", "with the right"), unit)
    volume_0, price_0, cost_0 = _situation(
        sheet, "without", increment.without_right, Label("无权利", "without the right"), unit
    )
    by_price = sheet.line(
        "price_effect", volume * (price - price_0), label=Label("价格效应", "effect of the price"), unit=unit
    )
    by_cost = sheet.line(
        "cost_effect", volume * (cost_0 - cost), label=Label("成本节约效应", "effect of the cost"), unit=unit
    )
    by_volume = sheet.line(
        "volume_effect",
        (volume - volume_0) * (price_0 - cost_0),
        label=Label("销量效应", "effect of the volume"),
        unit=unit,
    )
    return sheet.line("increment", by_price + by_cost + by_volume, label=label, unit=unit)


def _situation(sheet: Sheet, who: str, situation: Situation, label: Label, unit: str) -> tuple[Name, Name, Name]:
    volume = sheet.series(
        f"volume_{who}_units",
        situation.volume_units,
        label=Label(f"产销量（{label.zh}）", f"units sold, {label.en}"),
        unit="units",
        domain=_NOT_NEGATIVE,
    )
    price = sheet.figure_or_series(
        f"unit_price_{who}",
        situation.unit_price,
        label=Label(f"单价（{label.zh}）", f"price of a unit, {label.en}"),
        unit=f"{unit}/unit",
        domain=_NOT_NEGATIVE,
    )
    cost = sheet.figure_or_series(
        f"unit_cost_{who}",
        situation.unit_cost,
        label=Label(f"单位成本（{label.zh}）", f"cost of a unit, {label.en}"),
        unit=f"{unit}/unit",
        domain=_NOT_NEGATIVE,
    )
    return volume, price, cost


def _doubts(sheet: Sheet, increment: Name) -> None:
    sheet.check(
        "right_takes_income_away",
        increment >= 0,
        label=Label("个别年度增量收益为负", "the right lowers income in a year"),
        severity="warn",
        expected="an increment of zero or more in each year",
        advice="Explain the year",
    )


_NOT_NEGATIVE = (0.0, float("inf"))
_LABEL = Label("增量收益法", "Incremental income")

METHOD = Method(
    id="incremental_income",
    approach="income",
    label=_LABEL,
    question=Label("有了该权利，收益多了多少？", "How much more income is there because of the right?"),
    inputs_model=IncrementalIncomeInputs,
    build=_build,
    references=(
        "资产评估执业准则——知识产权, 超额收益（收入增长型与费用节约型）",
        "IVS 210 Intangible Assets, premium profit method",
    ),
    cases=("cn-incremental-income-cost-and-price-85", "cn-trademark-licence-price-premium-746"),
    assumes=Label(
        "有无该权利的差别可按价、量、成本观察；差额中归该权利的部分已说明。",
        "What changes with the right can be seen in price, volume or cost; the right's part of the difference "
        "is stated.",
    ),
)
