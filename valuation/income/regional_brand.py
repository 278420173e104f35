"""Regional brand 地理标志/区域品牌溢价法: what do goods under a common name earn above ordinary goods?

The premium belongs to everyone who may use the name. What the registrant collects of it is reported beside, and only
that is what a pledgee may count on.
"""

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
from valuation.discounting.survival import mid_time_line
from valuation.discounting.tax_amortisation import TaxAmortisation
from valuation.kernel.expression import Name, larger, total
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import (
    AmountSeries,
    Figure,
    FigureOrSeries,
    Series,
    ShareFigure,
    ShareOrSeries,
    at_least,
)
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "RegionalBrandInputs"]

_AtLeastZero = Annotated[AmountSeries, AfterValidator(at_least(0))]


class TabulatedUsers(FrozenModel):
    """How many may and do use the name, one number a year."""

    kind: Literal["table"]
    count: Annotated[Series, AfterValidator(at_least(0))]


class LeavingUsers(FrozenModel):
    """Those who use it on the valuation date, of whom a share leaves (or is struck off) each year."""

    kind: Literal["leaving"]
    count: Annotated[Figure, AfterValidator(at_least(0))]
    leaving_share_per_year: ShareFigure


class RegionalBrandInputs(FrozenModel):
    """What the method needs; each figure is that of a full twelve-month year.

    Attributes
    ----------
    users : number of users of the name, by year or decaying from the valuation date.
    tonnes_per_user : what a user sells.
    compliant_share : part of it that meets the specification and is sold under the name.
    price_with_name, price_without_name : of a tonne of the same goods with and without the name.
    added_cost_per_tonne : what keeping to the specification costs a user; zeros are stated as zeros.
    name_share : the name's part of the premium; the rest belongs to variety, soil and the users' own marks.
    collected_share : part of the name's premium that the registrant collects as fees; zero is stated as zero.
    registrant_cost : what the registrant spends on inspection, promotion and enforcement.
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`.
    """

    users: Annotated[TabulatedUsers | LeavingUsers, Field(discriminator="kind")]
    tonnes_per_user: Annotated[FigureOrSeries, AfterValidator(at_least(0))]
    compliant_share: ShareOrSeries
    price_with_name: _AtLeastZero
    price_without_name: _AtLeastZero
    added_cost_per_tonne: _AtLeastZero
    name_share: ShareFigure
    collected_share: ShareFigure
    registrant_cost: _AtLeastZero
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: RegionalBrandInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.price_with_name.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    volume = _volume(sheet, inputs, counted.mid_times)
    premium = _premium(sheet, inputs, volume, counted_share_line(sheet, counted), unit)
    cost = sheet.series(
        "registrant_cost",
        inputs.registrant_cost,
        label=Label("注册人费用（全年）", "registrant's costs, full year"),
        unit=unit,
    )
    cost_counted = sheet.line(
        "counted_cost", cost * Name("counted_share", is_row=True), label=Label("计入费用", "costs counted"), unit=unit
    )
    before = sheet.line(
        "before_tax", premium - cost_counted, label=Label("名称溢价净收益", "premium less costs"), unit=unit
    )
    flow = after_tax_line(sheet, before, inputs.tax, unit=unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    _registrant_lines(sheet, inputs, premium, cost_counted, unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        pledgee_answer="registrant_value",
        conventions=_conventions(inputs),
        beside=("present_value", "registrant_value", "tab_factor"),
        warnings=forecast_doubts(inputs.forecast, counted),
    )


def _volume(sheet: Sheet, inputs: RegionalBrandInputs, times: tuple[float, ...]) -> Name:
    """Tonnes sold under the name in each full year."""
    users = _users_line(sheet, inputs.users, times)
    each = sheet.figure_or_series(
        "tonnes_per_user",
        inputs.tonnes_per_user,
        label=Label("户均销量", "sales of a user"),
        unit="t",
        domain=(0, float("inf")),
    )
    compliant = sheet.figure_or_series(
        "compliant_share",
        inputs.compliant_share,
        label=Label("达标并使用专用标志的比例", "part that meets the specification"),
        unit="share",
        domain=(0, 1),
    )
    return sheet.line(
        "volume", users * each * compliant, label=Label("使用该名称的销量", "sales under the name"), unit="t"
    )


def _users_line(sheet: Sheet, users: TabulatedUsers | LeavingUsers, times: tuple[float, ...]) -> Name:
    label = Label("用标主体数", "users of the name")
    if isinstance(users, TabulatedUsers):
        return sheet.series("users", users.count, label=label, unit="users", domain=(0, float("inf")))
    today = sheet.figure(
        "users_today",
        users.count,
        label=Label("基准日用标主体数", "users on the valuation date"),
        unit="users",
        domain=(0, float("inf")),
    )
    leaving = sheet.figure(
        "leaving_share_per_year",
        users.leaving_share_per_year,
        label=Label("年退出率", "part that leaves each year"),
        unit="share",
        domain=(0, 1),
    )
    middle = Label("年数（当期中点）", "time, middle of the counted part")
    time = mid_time_line(sheet, "membership_time_years", times, label=middle)
    return sheet.line("users", today * (1 - leaving) ** time, label=label, unit="users")


def _premium(sheet: Sheet, inputs: RegionalBrandInputs, volume: Name, share: Name, unit: str) -> Name:
    stated = {
        "price_with_name": (inputs.price_with_name, Label("使用该名称的单价", "price with the name")),
        "price_without_name": (inputs.price_without_name, Label("同类普通产品单价", "price without the name")),
        "added_cost_per_tonne": (inputs.added_cost_per_tonne, Label("达标增加成本", "added cost of the specification")),
    }
    with_name, without, added = (
        sheet.series(name, values, label=label, unit=f"{unit}/t") for name, (values, label) in stated.items()
    )
    name_share = sheet.figure(
        "name_share",
        inputs.name_share,
        label=Label("名称贡献比例", "the name's part of the premium"),
        unit="share",
        domain=(0, 1),
    )
    each = sheet.line(
        "premium_per_tonne", with_name - without - added, label=Label("每吨净溢价", "premium a tonne"), unit=f"{unit}/t"
    )
    premium = sheet.line(
        "premium", volume * each * share * name_share, label=Label("名称溢价", "premium of the name"), unit=unit
    )
    _premium_tests(sheet, premium, without, unit)
    return premium


def _premium_tests(sheet: Sheet, premium: Name, without: Name, unit: str) -> None:
    whole = sheet.line("premium_sum", total(premium), label=Label("名称溢价合计", "premium, all years"), unit=unit)
    sheet.check(
        "premium_above_ordinary_goods",
        whole > 0,
        label=Label("存在溢价", "a premium over ordinary goods"),
        severity="refuse",
        expected="goods that sell, after the added cost, above ordinary goods over the years",
        advice="A name whose goods earn no more than others shows no value by this method",
    )
    sheet.check(
        "whole_price_as_premium",
        without > 0,
        label=Label("普通产品单价大于零", "a price of ordinary goods above zero"),
        severity="refuse",
        expected="the price of the same goods without the name, above zero",
        advice="With nothing taken off, this is the whole price and not the premium",
    )


def _registrant_lines(sheet: Sheet, inputs: RegionalBrandInputs, premium: Name, cost: Name, unit: str) -> None:
    """What the registrant itself keeps: fees less costs, after tax, never below zero for a pledgee."""
    collected = sheet.figure(
        "collected_share",
        inputs.collected_share,
        label=Label("注册人收取比例", "part collected by the registrant"),
        unit="share",
        domain=(0, 1),
    )
    before = sheet.line(
        "registrant_income",
        premium * collected - cost,
        label=Label("注册人税前收益", "registrant's income before tax"),
        unit=unit,
    )
    survival, factor = Name("survival", is_row=True), Name("discount_factor", is_row=True)
    tax = Name("tax_rate_share", is_row=False)
    present = sheet.line(
        "registrant_present_value_by_year",
        (before - tax * larger(before, 0)) * survival * factor,
        label=Label("注册人收益各年现值", "registrant's income, discounted"),
        unit=unit,
    )
    whole = sheet.line(
        "registrant_present_value",
        total(present),
        label=Label("注册人收益现值合计", "registrant's income, present value"),
        unit=unit,
    )
    sheet.line(
        "registrant_value",
        larger(whole, 0),
        label=Label("归属注册人的价值", "value to the registrant"),
        unit=unit,
        total=True,
    )


def _conventions(inputs: RegionalBrandInputs) -> dict[str, str]:
    return {
        "beneficiary": "all lawful users; registrant_value is what the registrant collects less its costs",
        "registrant_tax": "a registrant's loss saves no tax and carries no tax amortisation benefit",
        "users": inputs.users.kind,
        **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
    }


_LABEL = Label("区域品牌溢价法", "Regional brand premium")

METHOD = Method(
    id="regional_brand",
    approach="income",
    label=_LABEL,
    question=Label("使用该地名的产品比普通产品多赚多少？", "What do goods under the name earn above ordinary goods?"),
    inputs_model=RegionalBrandInputs,
    build=_build,
    references=(
        "IVS 210 Intangible Assets, premium profit method",
        "GB/T 36678-2018 区域品牌价值评价 地理标志产品 (subject only; its brand-strength scoring is not used)",
    ),
    cases=(),
    made_for=("gi_brand", "trademark"),
    assumes=Label(
        "使用者合规比例内的产品获得溢价；受益者是全体合法使用者，不是注册人一方。",
        "Goods that comply earn the premium; all lawful users benefit, not the registrant alone.",
    ),
)
