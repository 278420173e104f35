"""Capitalised royalty 许可费资本化法: what is a royalty worth that begins later, grows in stages, and may never end?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.discounting.forecast import Tax, after_tax_line, takes_tax
from valuation.discounting.tax_amortisation import NoTaxAmortisation, TaxAmortisation, value_with_tax_amortisation
from valuation.discounting.timing import year_fraction
from valuation.errors import InputError
from valuation.income._royalty_test import PROFIT_TEST_NOT_MADE, margin_before_royalty_line
from valuation.income._terminal import terminal_growth_line
from valuation.kernel.expression import Name, cumulative_product, total
from valuation.kernel.fields import NOT_EMPTY, FrozenModel, Reason, WholeNumber
from valuation.kernel.figures import Amount, Figure, RateFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "CapitalisedRoyaltyInputs"]

Growth = Annotated[Figure, AfterValidator(within(-0.9, 5))]


class GrowthStage(FrozenModel):
    """Some years at one rate of growth."""

    years: Annotated[WholeNumber, Field(ge=1, le=100)]
    growth_share: Growth


class ForEver(FrozenModel):
    """After the stages the royalty grows at one rate for ever (Gordon); only for a right without an end."""

    kind: Literal["for_ever"]
    growth_share: Annotated[Figure, AfterValidator(within(-0.5, 0.5))]


class EndsAfterStages(FrozenModel):
    """After the stages nothing is counted; the reason says why."""

    kind: Literal["ends"]
    reason: Reason


class CapitalisedRoyaltyInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    base_revenue : sales of the year before the first one; the first year's sales are these grown once.
    royalty_rate_share : royalty over sales.
    operating_margin_share : operating profit before royalty over sales; the royalty may not exceed it. Without it the
        profit test is not made and the conclusion says so.
    deferral_years : whole years before the first royalty year begins (0: it begins on the valuation date).
    stages : growth by stages, one after the other.
    after : what follows the stages.
    tax, tax_amortisation : see :mod:`valuation.discounting.forecast`.
    discount_rate_share, timing : annual rate after tax; flows at the ends or in the middle of years.
    footing : on what footing the rate and the flows stand; without it nobody checks that they agree, and the
        conclusion says so.
    """

    base_revenue: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    royalty_rate_share: ShareFigure
    operating_margin_share: Annotated[Figure, AfterValidator(within(-10, 1))] | None = None
    deferral_years: Annotated[WholeNumber, Field(ge=0, le=50)]
    stages: Annotated[tuple[GrowthStage, ...], Field(max_length=10), *NOT_EMPTY]
    after: Annotated[ForEver | EndsAfterStages, Field(discriminator="kind")]
    tax: Tax
    tax_amortisation: TaxAmortisation
    discount_rate_share: RateFigure
    timing: Literal["year_end", "mid_year"]
    footing: StatedFootings | None = None


def _build(inputs: CapitalisedRoyaltyInputs, setting: Setting) -> Paper:
    unit = setting.currency
    years = sum(stage.years for stage in inputs.stages)
    _check_life(inputs, setting, years)
    check_footing(inputs.footing, currency=unit, is_taxed=takes_tax(inputs.tax))
    first = inputs.deferral_years + 1
    columns = tuple(f"第{year}年 year {year}" for year in range(first, first + years))
    sheet = Sheet(title=_LABEL, axis=Axis(Label("年序", "year"), columns))
    flow = _flows(sheet, inputs, unit)
    warnings = _profit_test(sheet, inputs)
    before = _present_value(sheet, inputs, flow, years, unit)
    value_with_tax_amortisation(
        sheet,
        before,
        inputs.tax_amortisation,
        tax_rate=Name("tax_rate_share", is_row=False),
        discount_rate=Name("discount_rate_share", is_row=False),
        timing=inputs.timing,
        unit=unit,
    )
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "timing": inputs.timing,
            "compounding": "annual",
            "deferral_years": str(inputs.deferral_years),
            "after": inputs.after.kind,
            **footing_conventions(inputs.footing),
        },
        beside=("stages_value", "terminal_value"),
        warnings=(*warnings, *footing_doubts(inputs.footing)),
    )


def _profit_test(sheet: Sheet, inputs: CapitalisedRoyaltyInputs) -> tuple[NamedWarning, ...]:
    """No licensee pays more than the profit the right lets it earn."""
    if inputs.operating_margin_share is None:
        return (PROFIT_TEST_NOT_MADE,)
    margin = margin_before_royalty_line(sheet, inputs.operating_margin_share)
    sheet.check(
        "royalty_within_profit",
        Name("royalty_rate_share", is_row=False) <= margin,
        label=Label("许可费不高于营业利润", "royalty within operating profit"),
        severity="refuse",
        expected="a royalty rate no higher than the operating margin",
        advice="Lower the royalty rate or show the profit that bears it",
    )
    return ()


def _check_life(inputs: CapitalisedRoyaltyInputs, setting: Setting, years: int) -> None:
    """No royalty runs after the legal end, and a right that ends earns nothing for ever."""
    if inputs.tax.kind == "none" and not isinstance(inputs.tax_amortisation, NoTaxAmortisation):
        raise InputError.of(
            "tax_amortisation.kind", found=inputs.tax_amortisation.kind, expected="none without a tax rate"
        )
    if years > _MOST_YEARS:
        raise InputError.of("stages", found=f"{years} years", expected=f"{_MOST_YEARS} or fewer")
    end = setting.subject.legal_end()
    if end is None:
        return
    if isinstance(inputs.after, ForEver):
        raise InputError.of("after.kind", found="for_ever", expected=f"ends: the right ends on {end}")
    left = year_fraction(setting.dates.valuation_date, end)
    if inputs.deferral_years + years > left:
        found = f"{inputs.deferral_years + years} years with the deferral"
        raise InputError.of("stages", found=found, expected=f"no more than {left:.2f} years to the legal end {end}")


def _flows(sheet: Sheet, inputs: CapitalisedRoyaltyInputs, unit: str) -> Name:
    base = sheet.figure(
        "base_revenue", inputs.base_revenue, label=Label("基期收入", "revenue of the base year"), unit=unit
    )
    growth = sheet.figure_row(
        "growth_share",
        [stage.growth_share for stage in inputs.stages for _ in range(stage.years)],
        label=Label("增长率", "growth"),
        unit="share",
    )
    step = sheet.line("growth_factor", 1 + growth, label=Label("增长系数", "growth factor"), unit="1")
    level = sheet.line(
        "level", cumulative_product(step), label=Label("累计增长系数", "level against the base"), unit="1"
    )
    revenue = sheet.line("revenue", base * level, label=Label("收入", "revenue"), unit=unit)
    rate = sheet.figure(
        "royalty_rate_share",
        inputs.royalty_rate_share,
        label=Label("许可费率", "royalty rate"),
        unit="share",
        domain=(0, 1),
    )
    royalty = sheet.line("royalty", revenue * rate, label=Label("许可费", "royalty"), unit=unit)
    return after_tax_line(sheet, royalty, inputs.tax, unit=unit)


def _present_value(sheet: Sheet, inputs: CapitalisedRoyaltyInputs, flow: Name, years: int, unit: str) -> Name:
    rate = sheet.figure(
        "discount_rate_share",
        inputs.discount_rate_share,
        label=Label("折现率", "discount rate"),
        unit="share",
        domain=(-0.5, 2),
    )
    part = 1.0 if inputs.timing == "year_end" else 0.5
    time = sheet.derived_row(
        "flow_time_years",
        [inputs.deferral_years + year + part for year in range(years)],
        label=Label("折现年期", "time of the flow"),
        unit="years",
        reason=f"after {inputs.deferral_years} deferred years, {inputs.timing}",
    )
    present = sheet.line(
        "present_value_by_year", flow * (1 + rate) ** -time, label=Label("各年现值", "present value by year"), unit=unit
    )
    stages = sheet.line(
        "stages_value", total(present), label=Label("分阶段现值", "value of the stages"), unit=unit, total=True
    )
    later = _terminal(sheet, inputs, present, rate, years, unit)
    return sheet.line("present_value", stages + later, label=Label("现值合计", "present value"), unit=unit, total=True)


def _terminal(sheet: Sheet, inputs: CapitalisedRoyaltyInputs, present: Name, rate: Name, years: int, unit: str) -> Name:
    label = Label("永续价值现值", "terminal value, discounted")
    if isinstance(inputs.after, EndsAfterStages):
        return sheet.derived("terminal_value", 0.0, label=label, unit=unit, reason=inputs.after.reason)
    growth = terminal_growth_line(sheet, inputs.after.growth_share)
    is_last = sheet.derived_row(
        "is_last_year",
        [0.0] * (years - 1) + [1.0],
        label=Label("是否末年", "is the last year"),
        unit="1",
        reason="the last column of the stages",
    )
    last = sheet.line("last_flow", present * is_last, label=Label("末年现值项", "last flow, discounted"), unit=unit)
    last_sum = sheet.line("last_flow_value", total(last), label=Label("末年收益现值", "last flow today"), unit=unit)
    return sheet.line("terminal_value", last_sum * (1 + growth) / (rate - growth), label=label, unit=unit, total=True)


_MOST_YEARS = 200
_LABEL = Label("许可费资本化法", "Capitalised royalty")

METHOD = Method(
    id="capitalised_royalty",
    approach="income",
    label=_LABEL,
    question=Label(
        "推迟开始、分阶段增长、可能永续的许可费值多少？",
        "What is a royalty worth that begins later, grows in stages and may never end?",
    ),
    inputs_model=CapitalisedRoyaltyInputs,
    build=_build,
    references=("IVS 210 Intangible Assets, relief-from-royalty method", "Gordon (1959), growth model"),
    cases=(),
    assumes=Label(
        "收入按所述阶段增长，其后终止或永续增长；许可费率不变。",
        "Sales grow by the stated stages and then end or grow for ever; the royalty rate stays.",
    ),
)
