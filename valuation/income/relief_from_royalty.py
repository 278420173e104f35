"""Relief from royalty 许可费节省法: what would the owner pay in royalties for a right it did not own?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings
from valuation.discounting.forecast import (
    Forecast,
    TaxAtRate,
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
from valuation.discounting.survival import Survival
from valuation.discounting.tax_amortisation import TaxAmortisation
from valuation.discounting.timing import CountedYears, Timing, add_years
from valuation.income._royalty_test import PROFIT_TEST_NOT_MADE, margin_before_royalty_line
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
from valuation.kernel.worksheet import Sheet

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

    @property
    def forecast(self) -> Forecast:
        """The same fields as the forecast of other methods; here they stand beside the rest of the request."""
        return Forecast(
            first_year_end=self.first_year_end,
            end_of_life=self.end_of_life,
            discount_rate_share=self.discount_rate_share,
            timing=self.timing,
            payment_dates=self.payment_dates,
            survival=self.survival,
            footing=self.footing,
        )

    @property
    def tax(self) -> TaxAtRate:
        """The tax that the saving bears."""
        return TaxAtRate(kind="rate", rate_share=self.tax_rate_share, on_losses=self.tax_on_losses)


def _build(inputs: ReliefFromRoyaltyInputs, setting: Setting) -> Paper:
    forecast, tax, unit = inputs.forecast, inputs.tax, setting.currency
    counted = forecast_years(forecast, len(inputs.revenue.values), setting, tax=tax, field="")
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    revenue, before = _saving_before_tax(sheet, inputs, counted, unit=unit)
    flow = after_tax_line(sheet, before, tax, unit=unit)
    # The rate goes on the paper before the survival, so that draws keep the order of the uncertain inputs.
    factor = discount_factor_line(sheet, forecast, counted, setting)
    present = present_value_line(sheet, forecast, setting, counted=counted, flow=flow, factor=factor)
    value = value_line(sheet, present, forecast, tax=tax, amortisation=inputs.tax_amortisation, unit=unit)
    warnings = _profit_test(sheet, inputs, revenue, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer=value.name,
        conventions=_conventions(inputs),
        beside=("present_value", "tab_factor"),
        warnings=(*warnings, *_unforecast(inputs, setting), *forecast_doubts(forecast, counted)),
    )


def _saving_before_tax(
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
    share = counted_share_line(sheet, counted)
    revenue = sheet.line("counted_revenue", stated * share, label=Label("计入收入", "revenue counted"), unit=unit)
    royalty = sheet.line("royalty", revenue * rate, label=Label("节省的许可费", "royalty saved"), unit=unit)
    before = sheet.line("before_tax", royalty - cost * share, label=Label("税前收益", "saving before tax"), unit=unit)
    return revenue, before


def _profit_test(
    sheet: Sheet, inputs: ReliefFromRoyaltyInputs, revenue: Name, *, unit: str
) -> tuple[NamedWarning, ...]:
    """No licensee pays more than the profit the right lets it earn: over the life that refuses, in a year it warns."""
    if inputs.operating_margin_share is None:
        return (PROFIT_TEST_NOT_MADE,)
    margin = margin_before_royalty_line(sheet, inputs.operating_margin_share)
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
    life_end = inputs.end_of_life or setting.subject.legal_end()
    forecast_end = add_years(inputs.first_year_end, len(inputs.revenue.values) - 1)
    if life_end is None or forecast_end >= life_end:
        return ()
    text = Label(
        f"预测止于 {forecast_end}，早于寿命终止日 {life_end}，其后未计入",
        f"the forecast ends on {forecast_end}, before the life does on {life_end}: nothing is counted after it",
    )
    return (NamedWarning("forecast_ends_before_life", text),)


def _conventions(inputs: ReliefFromRoyaltyInputs) -> dict[str, str]:
    common = forecast_conventions(inputs.forecast, amortisation=inputs.tax_amortisation)
    return {"tax_on_losses": inputs.tax_on_losses, **common}


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
    assumes=Label(
        "若不拥有该权利，须按市场费率付许可费；费率不超过使用者的利润。",
        "Without the right its user would pay a market royalty, which stays within the profit that bears it.",
    ),
)
