"""Licence fee 许可费: what is a licence of entry fee, running royalty and milestones worth to the licensor?"""

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
    year_axis,
)
from valuation.discounting.survival import survival_line
from valuation.discounting.timing import CountedYears, year_fraction
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, larger, total
from valuation.kernel.fields import Day, FrozenModel, StrictBool
from valuation.kernel.figures import Amount, AmountSeries, Series, ShareFigure, ShareOrSeries, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet
from valuation.reference import number_of, reference_line, reference_warnings

__all__ = ["METHOD", "LicenceFeeInputs"]


class RoyaltyBase(FrozenModel):
    """What the running royalty is reckoned on, each full year: net sales, or the profit made with the right."""

    kind: Literal["net_sales", "profit"]
    amounts: Annotated[AmountSeries, AfterValidator(at_least(0))]


class MilestonePayment(FrozenModel):
    """A sum due on a day if something happens, and how likely that is."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    due_on: Day
    amount: Annotated[Amount, AfterValidator(at_least(0))]
    probability_share: ShareFigure


class LicenceFeeInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    royalty_base, royalty_rate_share : running royalty = base × rate, one rate or one a year.
    entry_fee : paid on the valuation date (入门费); zero is stated as zero.
    minimum_royalty : least royalty of a full year; zero is stated as zero.
    milestones : sums due on days; an empty list says that there are none.
    licensor_cost : what the licensor spends on the licence in each full year (annuities, support, audit).
    licensee_margin_share : the licensee's profit before all these payments, over the royalty base; payments above it
        are named. Without it the test is not made and the conclusion says so.
    is_open_licence : declared to the patent office as open to all (专利开放许可): the caps of the table are looked at.
    tax, forecast : see :mod:`valuation.discounting.forecast`; entry fee and milestones are taxed at the same rate.
    """

    royalty_base: RoyaltyBase
    royalty_rate_share: ShareOrSeries
    entry_fee: Annotated[Amount, AfterValidator(at_least(0))]
    minimum_royalty: Annotated[Amount, AfterValidator(at_least(0))]
    milestones: Annotated[tuple[MilestonePayment, ...], Field(max_length=50)]
    licensor_cost: Annotated[AmountSeries, AfterValidator(at_least(0))]
    licensee_margin_share: ShareFigure | None = None
    is_open_licence: StrictBool
    tax: Tax
    forecast: Forecast


def _build(inputs: LicenceFeeInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.royalty_base.amounts.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    royalty, base = _royalty(sheet, inputs, counted, unit)
    running = _running(sheet, inputs, setting, counted, royalty, base)
    entry = sheet.figure("entry_fee", inputs.entry_fee, label=Label("入门费", "entry fee"), unit=unit)
    milestones = _milestones(sheet, inputs, setting)
    tax = Name("tax_rate_share", is_row=False)
    sheet.line(
        "value",
        running + (entry + milestones) * (1 - tax),
        label=Label("评估值（许可方）", "value to the licensor"),
        unit=unit,
        total=True,
    )
    _effective_rate(sheet, entry, milestones)
    warnings = (*_profit_test(sheet, inputs), *_open_licence_caps(sheet, inputs, setting))
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "royalty_base": inputs.royalty_base.kind,
            "entry_fee": "paid on the valuation date",
            "effective_rate": "all payments before tax over the base, both discounted and weighted alike",
            **forecast_conventions(inputs.forecast, tax=inputs.tax),
        },
        beside=("running_value", "effective_rate_share"),
        warnings=(*warnings, *_late_milestones(inputs, setting), *forecast_doubts(inputs.forecast, counted)),
    )


def _royalty(sheet: Sheet, inputs: LicenceFeeInputs, counted: CountedYears, unit: str) -> tuple[Name, Name]:
    stated = sheet.series(
        "royalty_base",
        inputs.royalty_base.amounts,
        label=Label("提成基数（全年）", "royalty base, full year"),
        unit=unit,
    )
    rate = sheet.figure_or_series(
        "royalty_rate_share",
        inputs.royalty_rate_share,
        label=Label("提成率", "royalty rate"),
        unit="share",
        domain=(0, 1),
    )
    least = sheet.figure(
        "minimum_royalty",
        inputs.minimum_royalty,
        label=Label("年最低提成费", "minimum royalty of a full year"),
        unit=unit,
        domain=(0, float("inf")),
    )
    share = counted_share_line(sheet, counted)
    base = sheet.line("counted_base", stated * share, label=Label("计入基数", "base counted"), unit=unit)
    royalty = sheet.line(
        "royalty", larger(base * rate, least * share), label=Label("提成费", "running royalty"), unit=unit
    )
    return royalty, base


def _running(
    sheet: Sheet, inputs: LicenceFeeInputs, setting: Setting, counted: CountedYears, royalty: Name, base: Name
) -> Name:
    """What the running part is worth after cost and tax, and what royalties and base are worth before."""
    unit = setting.currency
    cost = sheet.series(
        "licensor_cost",
        inputs.licensor_cost,
        label=Label("许可方费用（全年）", "licensor's cost, full year"),
        unit=unit,
    )
    share = Name("counted_share", is_row=True)
    before = sheet.line("before_tax", royalty - cost * share, label=Label("税前收益", "income before tax"), unit=unit)
    flow = after_tax_line(sheet, before, inputs.tax, unit=unit)
    survival = survival_line(sheet, inputs.forecast.survival, mid_times=counted.mid_times)
    factor = discount_factor_line(sheet, inputs.forecast, counted, setting)
    weight = sheet.line(
        "weight", survival * factor, label=Label("存续概率×折现系数", "survival times discount factor"), unit="1"
    )
    found = {}
    for name, row, label in (
        ("running", flow, Label("提成净收益", "running income after tax")),
        ("royalties", royalty, Label("提成费（税前）", "royalties before tax")),
        ("base", base, Label("提成基数", "royalty base")),
    ):
        present = sheet.line(
            f"{name}_present_value_by_year",
            row * weight,
            label=Label(f"{label.zh}各年现值", f"{label.en}, discounted"),
            unit=unit,
        )
        found[name] = sheet.line(
            f"{name}_value", total(present), label=Label(f"{label.zh}现值", f"value of {label.en}"), unit=unit
        )
    return found["running"]


def _milestones(sheet: Sheet, inputs: LicenceFeeInputs, setting: Setting) -> Name:
    unit, day = setting.currency, setting.dates.valuation_date
    rate = Name("discount_rate_share", is_row=False)
    together: Expression | None = None
    for number, each in enumerate(inputs.milestones, start=1):
        if each.due_on < day:
            raise InputError.of(
                f"milestones.{number - 1}.due_on", found=each.due_on, expected=f"the valuation date {day} or later"
            )
        amount = sheet.figure(
            f"milestone_{number}",
            each.amount,
            label=Label(f"里程碑：{each.name}", f"milestone: {each.name}"),
            unit=unit,
        )
        probability = sheet.figure(
            f"milestone_{number}_probability_share",
            each.probability_share,
            label=Label(f"实现概率：{each.name}", f"probability: {each.name}"),
            unit="share",
            domain=(0, 1),
        )
        time = sheet.derived(
            f"milestone_{number}_time_years",
            year_fraction(day, each.due_on),
            label=Label(f"距付款年数：{each.name}", f"years to payment: {each.name}"),
            unit="years",
            reason=f"from the valuation date to {each.due_on}",
        )
        part = amount * probability * (1 + rate) ** -time
        together = part if together is None else together + part
    label = Label("里程碑期望现值", "expected milestones, discounted")
    if together is None:
        return sheet.derived("milestone_value", 0.0, label=label, unit=unit, reason="the licence states no milestones")
    return sheet.line("milestone_value", together, label=label, unit=unit)


def _late_milestones(inputs: LicenceFeeInputs, setting: Setting) -> tuple[NamedWarning, ...]:
    """A sum may be owed after the right has ended, but a reader must know that it is counted."""
    end = inputs.forecast.end_of_life or setting.subject.legal_end()
    late = ", ".join(each.name for each in inputs.milestones if end is not None and each.due_on > end)
    if not late:
        return ()
    label = Label(
        f"权利于 {end} 终止后到期的款项一并计入：{late}", f"sums due after the right ends on {end} are counted: {late}"
    )
    return (NamedWarning("milestones_after_end_of_life", label),)


def _effective_rate(sheet: Sheet, entry: Name, milestones: Name) -> None:
    royalties, base = Name("royalties_value", is_row=False), Name("base_value", is_row=False)
    sheet.line(
        "effective_rate_share",
        (entry + milestones + royalties) / base,
        label=Label("折合单一提成率", "one effective royalty rate"),
        unit="share",
        total=True,
    )


def _profit_test(sheet: Sheet, inputs: LicenceFeeInputs) -> tuple[NamedWarning, ...]:
    """Does the licensee keep anything of what it earns with the right?"""
    if inputs.licensee_margin_share is None:
        label = Label(
            "未提供被许可方利润率，未检验许可费是否超过利润",
            "no margin of the licensee stated: payments not tested against profit",
        )
        return (NamedWarning("profit_test_not_made", label),)
    margin = sheet.figure(
        "licensee_margin_share",
        inputs.licensee_margin_share,
        label=Label("被许可方利润率（付费前）", "licensee's margin before payments"),
        unit="share",
        domain=(0, 1),
    )
    sheet.check(
        "payments_above_licensee_profit",
        Name("effective_rate_share", is_row=False) <= margin,
        label=Label("许可费高于被许可方利润", "the licensee pays more than it earns"),
        severity="warn",
        expected="an effective rate no higher than the licensee's margin",
        advice="Show who bears the rest",
    )
    return ()


def _open_licence_caps(sheet: Sheet, inputs: LicenceFeeInputs, setting: Setting) -> tuple[NamedWarning, ...]:
    """Is the licence within what an open licence generally may cost? Above it the fee must be justified."""
    if not inputs.is_open_licence:
        return ()
    if setting.currency != "CNY":
        raise InputError.of("is_open_licence", found=f"amounts in {setting.currency}", expected="amounts in CNY")
    day = setting.dates.policy_date
    _, fixed_cap = number_of("cn_open_licence", "fixed_fee_cap_cny", on=day)
    _, rate_cap = number_of("cn_open_licence", f"{inputs.royalty_base.kind}_rate_cap_share", on=day)
    fixed: Expression = Name("entry_fee", is_row=False)
    for number in range(1, len(inputs.milestones) + 1):
        fixed = fixed + Name(f"milestone_{number}", is_row=False)
    fixed_line = sheet.line("fixed_fees", fixed, label=Label("固定费用合计", "fixed fees together"), unit="CNY")
    rate = Name("royalty_rate_share", is_row=isinstance(inputs.royalty_rate_share, Series))
    for name, found, cap in (("fixed_fee", fixed_line, fixed_cap), ("royalty_rate", rate, rate_cap)):
        sheet.check(
            f"open_licence_{name}_above_cap",
            found <= reference_line(sheet, f"{name}_cap", cap),
            label=Label("开放许可费高于一般上限，须附理由", "above what an open licence generally costs: give reasons"),
            severity="warn",
            expected=f"no more than {cap.value}",
            advice="The notice says generally not above",
        )
    # A minimum royalty on low sales is a rate of its own, which the stated rate does not show.
    sheet.check(
        "open_licence_minimum_royalty_above_cap",
        Name("royalty", is_row=True)
        <= larger(rate, Name("royalty_rate_cap", is_row=False)) * Name("counted_base", is_row=True),
        label=Label("保底提成高于开放许可一般上限，须附理由", "a minimum above what an open licence generally costs"),
        severity="warn",
        expected=f"no more than {rate_cap.value} of the base in each year",
        advice="The notice says generally not above",
    )
    return reference_warnings([fixed_cap, rate_cap])


_LABEL = Label("许可费收益法", "Value of a licence")

METHOD = Method(
    id="licence_fee",
    approach="income",
    label=_LABEL,
    question=Label(
        "入门费、提成费与里程碑组成的许可值多少？",
        "What is a licence of entry fee, running royalty and milestones worth?",
    ),
    inputs_model=LicenceFeeInputs,
    build=_build,
    references=("资产评估执业准则——知识产权, 许可费", "国家知识产权局：专利开放许可使用费估算指引"),
    cases=(),
    assumes=Label(
        "许可合同条款（入门费、提成、保底、里程碑）按约履行；开放许可适用法定上限。",
        "The terms (entry fee, running royalty, minimum, milestones) are kept; the legal caps apply to an open "
        "licence.",
    ),
)
