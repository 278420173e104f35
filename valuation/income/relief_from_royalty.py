"""Relief from royalty 许可费节省法: what would the owner pay in royalties for a right it did not own?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.discounting.forecast import TIME_MEASURES, counted_share_line, uncounted_years
from valuation.discounting.survival import Survival, survival_line
from valuation.discounting.tax_amortisation import TaxAmortisation, value_with_tax_amortisation
from valuation.discounting.timing import CountedYears, Timing, add_years, counted_years, flow_times
from valuation.errors import InputError
from valuation.kernel.expression import Name, larger, total
from valuation.kernel.fields import MAXIMUM_ITEMS, Day, FrozenModel
from valuation.kernel.figures import (
    AmountSeries,
    FigureOrSeries,
    RateFigure,
    ShareFigure,
    ShareOrSeries,
    at_least,
    within,
)
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "ReliefFromRoyaltyInputs"]


class ReliefFromRoyaltyInputs(FrozenModel):
    """What relief from royalty needs.

    Attributes
    ----------
    revenue : sales under the right in each full twelve-month year, in the request's currency.
    first_year_end : last day of the first of these years; the part before the valuation date is not counted.
    end_of_life : last day on which the right earns, never after its legal end. None: the last year's end.
    royalty_rate_share : royalty as a share of revenue, one figure or one a year.
    owner_cost : costs that the owner bears to keep the right (annuities, enforcement), each full year; zeros are
        stated as zeros. They may exceed the royalty: a year's flow may be negative.
    operating_margin_share : operating profit before royalty as a share of revenue. Without it the profit test is
        not made and the conclusion says so.
    tax_on_losses : ``credited``: a negative year saves tax at the same rate elsewhere in the firm;
        ``not_credited``: it saves none.
    discount_rate_share : annual rate, compounded once a year, after tax.
    timing, payment_dates : when each year's flow falls; payment dates only with ``exact``.
    survival : how likely the right still earns in each year.
    tax_amortisation : the tax amortisation benefit with a tax life of its own, or none with a reason.
    footing : on what footing the rate and the flows stand; without it nobody checks that they agree, and the
        conclusion says so.
    """

    revenue: Annotated[AmountSeries, AfterValidator(at_least(0))]
    first_year_end: Day
    end_of_life: Day | None = None
    royalty_rate_share: ShareOrSeries
    owner_cost: Annotated[AmountSeries, AfterValidator(at_least(0))]
    operating_margin_share: Annotated[FigureOrSeries, AfterValidator(within(-10, 1))] | None = None
    tax_rate_share: ShareFigure
    tax_on_losses: Literal["credited", "not_credited"] = "credited"
    discount_rate_share: RateFigure
    timing: Timing
    payment_dates: Annotated[tuple[Day, ...], Field(max_length=MAXIMUM_ITEMS)] | None = None
    survival: Survival
    tax_amortisation: TaxAmortisation
    footing: StatedFootings | None = None


def _build(inputs: ReliefFromRoyaltyInputs, setting: Setting) -> Paper:
    check_footing(inputs.footing, currency=setting.currency, is_taxed=inputs.tax_rate_share.value > 0)
    counted = counted_years(
        first_year_end=inputs.first_year_end,
        years=len(inputs.revenue.values),
        valuation_date=setting.dates.valuation_date,
        last_day=_last_day(inputs, setting),
    )
    sheet = Sheet(title=_LABEL, axis=Axis(Label("年度截止日", "year ending"), counted.labels))
    revenue, flow = _after_tax_flows(sheet, inputs, counted, unit=setting.currency)
    value = _present_value(sheet, inputs, setting, counted, flow)
    warnings = _profit_test(sheet, inputs, revenue, unit=setting.currency)
    return Paper(
        worksheet=sheet.finish(),
        answer=value.name,
        conventions=_conventions(inputs),
        beside=("present_value", "tab_factor"),
        warnings=(*warnings, *uncounted_years(counted), *_unforecast(inputs, setting), *footing_doubts(inputs.footing)),
    )


def _last_day(inputs: ReliefFromRoyaltyInputs, setting: Setting) -> Day | None:
    legal = setting.subject.legal_end()
    if legal is not None and inputs.end_of_life is not None and inputs.end_of_life > legal:
        raise InputError.of("end_of_life", found=inputs.end_of_life, expected=f"no later than the legal end {legal}")
    return inputs.end_of_life or legal


def _after_tax_flows(
    sheet: Sheet, inputs: ReliefFromRoyaltyInputs, counted: CountedYears, *, unit: str
) -> tuple[Name, Name]:
    stated = sheet.series(
        "revenue", inputs.revenue, label=Label("许可产品收入（全年）", "revenue, full year"), unit=unit
    )
    rate = sheet.figure_or_series(
        "royalty_rate_share",
        inputs.royalty_rate_share,
        label=Label("许可费率", "royalty rate"),
        unit="share",
        domain=(0, 1),
    )
    cost = sheet.series(
        "owner_cost",
        inputs.owner_cost,
        label=Label("权利人自担费用（全年）", "costs borne by the owner, full year"),
        unit=unit,
    )
    tax_rate = sheet.figure(
        "tax_rate_share",
        inputs.tax_rate_share,
        label=Label("所得税率", "tax rate"),
        unit="share",
        domain=(0, 1),
    )
    share = counted_share_line(sheet, counted)
    revenue = sheet.line("counted_revenue", stated * share, label=Label("计入收入", "revenue counted"), unit=unit)
    royalty = sheet.line("royalty", revenue * rate, label=Label("节省的许可费", "royalty saved"), unit=unit)
    before = sheet.line("before_tax", royalty - cost * share, label=Label("税前收益", "saving before tax"), unit=unit)
    taxed = before if inputs.tax_on_losses == "credited" else larger(before, 0)
    tax = sheet.line("tax", tax_rate * taxed, label=Label("所得税", "tax"), unit=unit)
    flow = sheet.line("after_tax", before - tax, label=Label("税后收益", "saving after tax"), unit=unit)
    return revenue, flow


def _present_value(
    sheet: Sheet, inputs: ReliefFromRoyaltyInputs, setting: Setting, counted: CountedYears, flow: Name
) -> Name:
    unit = setting.currency
    rate = sheet.figure(
        "discount_rate_share",
        inputs.discount_rate_share,
        label=Label("折现率", "discount rate"),
        unit="share",
        domain=(-0.5, 2),
    )
    times = flow_times(
        counted,
        timing=inputs.timing,
        payment_dates=inputs.payment_dates,
        valuation_date=setting.dates.valuation_date,
    )
    time = sheet.derived_row(
        "flow_time_years",
        times,
        label=Label("折现年期", "time of the flow"),
        unit="years",
        reason=TIME_MEASURES[inputs.timing],
    )
    survival = survival_line(sheet, inputs.survival, mid_times=counted.mid_times)
    expected = sheet.line(
        "expected_flow", flow * survival, label=Label("期望税后收益", "expected saving after tax"), unit=unit
    )
    factor = sheet.line("discount_factor", (1 + rate) ** -time, label=Label("折现系数", "discount factor"), unit="1")
    present = sheet.line(
        "present_value_by_year",
        expected * factor,
        label=Label("各年现值", "present value by year"),
        unit=unit,
    )
    before = sheet.line(
        "present_value",
        total(present),
        label=Label("现值合计（不含摊销节税）", "present value before the tax amortisation benefit"),
        unit=unit,
        total=True,
    )
    return value_with_tax_amortisation(
        sheet,
        before,
        inputs.tax_amortisation,
        tax_rate=Name("tax_rate_share", is_row=False),
        discount_rate=rate,
        timing=inputs.timing,
        unit=unit,
    )


def _profit_test(
    sheet: Sheet, inputs: ReliefFromRoyaltyInputs, revenue: Name, *, unit: str
) -> tuple[NamedWarning, ...]:
    """No licensee pays more than the profit the right lets it earn: over the life that refuses, in a year it warns."""
    if inputs.operating_margin_share is None:
        return (
            NamedWarning(
                "profit_test_not_made",
                Label(
                    "未提供营业利润率，未检验许可费是否超过利润",
                    "no operating margin stated: royalty not tested against profit",
                ),
            ),
        )
    margin = sheet.figure_or_series(
        "operating_margin_share",
        inputs.operating_margin_share,
        label=Label("营业利润率（付许可费前）", "operating margin before royalty"),
        unit="share",
        domain=(-10, 1),
    )
    profit = sheet.line(
        "operating_profit",
        revenue * margin,
        label=Label("营业利润（付许可费前）", "operating profit before royalty"),
        unit=unit,
    )
    royalty, factor = Name("royalty", is_row=True), Name("discount_factor", is_row=True)
    discounted_royalty = sheet.line(
        "discounted_royalty", royalty * factor, label=Label("许可费现值", "present value of royalty"), unit=unit
    )
    discounted_profit = sheet.line(
        "discounted_profit", profit * factor, label=Label("营业利润现值", "present value of profit"), unit=unit
    )
    whole_royalty = sheet.line(
        "total_discounted_royalty",
        total(discounted_royalty),
        label=Label("许可费现值合计", "present value of all royalties"),
        unit=unit,
    )
    whole_profit = sheet.line(
        "total_discounted_profit",
        total(discounted_profit),
        label=Label("营业利润现值合计", "present value of all operating profit"),
        unit=unit,
    )
    sheet.check(
        "royalty_within_profit",
        whole_royalty <= whole_profit,
        label=Label("许可费不高于营业利润", "royalty within operating profit"),
        severity="refuse",
        expected="royalties worth no more than the operating profit over the life",
        advice="Lower the royalty rate or show the profit that bears it",
    )
    sheet.check(
        "royalty_above_profit_in_a_year",
        royalty <= larger(profit, 0),
        label=Label("个别年度许可费高于营业利润", "royalty above operating profit in a year"),
        severity="warn",
        expected="royalty within the operating profit of each year",
        advice="Explain the year",
    )
    return ()


def _unforecast(inputs: ReliefFromRoyaltyInputs, setting: Setting) -> tuple[NamedWarning, ...]:
    """Years of life that no forecast covers count as nothing, and the reader must know."""
    life_end = _last_day(inputs, setting)
    forecast_end = add_years(inputs.first_year_end, len(inputs.revenue.values) - 1)
    if life_end is None or forecast_end >= life_end:
        return ()
    text = Label(
        f"预测止于 {forecast_end}，早于寿命终止日 {life_end}，其后未计入",
        f"the forecast ends on {forecast_end}, before the life does on {life_end}: nothing is counted after it",
    )
    return (NamedWarning("forecast_ends_before_life", text),)


def _conventions(inputs: ReliefFromRoyaltyInputs) -> dict[str, str]:
    amortisation = inputs.tax_amortisation
    return {
        "timing": inputs.timing,
        "time_measure": TIME_MEASURES[inputs.timing],
        "compounding": "annual",
        "tax_on_losses": inputs.tax_on_losses,
        "survival": f"{inputs.survival.kind}, at the middle of the counted part of each year",
        "tax_life_years": "none" if amortisation.kind == "none" else f"{amortisation.years.value:g}",
    } | footing_conventions(inputs.footing)


_LABEL = Label("许可费节省法", "Relief from royalty")

METHOD = Method(
    id="relief_from_royalty",
    approach="income",
    label=_LABEL,
    question=Label("拥有该权利，节省了多少许可费？", "What royalties does owning the right save?"),
    inputs_model=ReliefFromRoyaltyInputs,
    build=_build,
    references=(
        "IVS 210 Intangible Assets, relief-from-royalty method",
        "资产评估执业准则——知识产权, 收益法",
    ),
    cases=("relief-from-royalty-with-tab-194164", "tab-factor-25pct-15y-12pct", "patent-dcf-scenarios-16y"),
)
