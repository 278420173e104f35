"""With and without 有无对比法: what is the business worth with the right, and what without it?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.footing import check_footing, footing_conventions, footing_doubts
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
from valuation.errors import InputError
from valuation.income._two_stage import Stages, firm_value_line, stage_lines
from valuation.kernel.expression import Name
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, AmountSeries, Figure, PositiveFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "WithAndWithoutInputs"]

Return = Annotated[Figure, AfterValidator(within(-1, 10))]


class StatedFlows(FrozenModel):
    """Flows of the business in each full year with the right and without it, all else equal, before tax."""

    kind: Literal["stated_flows"]
    with_right: AmountSeries
    without_right: AmountSeries
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


class ReturnOnCapitalFirm(FrozenModel):
    """The right shows in the return on the capital invested: with it, and as a firm without it earns."""

    kind: Literal["return_on_capital"]
    capital_invested: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    return_with_share: Return
    return_without_share: Return
    stages: Stages


class MarginFirm(FrozenModel):
    """The right shows in the after-tax operating margin; return on capital = margin × sales to capital."""

    kind: Literal["margin"]
    revenue: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    margin_with_share: Annotated[Figure, AfterValidator(within(-1, 1))]
    margin_without_share: Annotated[Figure, AfterValidator(within(-1, 1))]
    sales_to_capital_ratio: PositiveFigure
    stages: Stages


class WithAndWithoutInputs(FrozenModel):
    """What the method needs: how the business differs with the right and without it.

    ``stated_flows`` for two forecasts; ``return_on_capital`` and ``margin`` for a firm compared with a generic
    competitor over two stages of growth.
    """

    comparison: Annotated[StatedFlows | ReturnOnCapitalFirm | MarginFirm, Field(discriminator="kind")]


def _build(inputs: WithAndWithoutInputs, setting: Setting) -> Paper:
    if isinstance(inputs.comparison, StatedFlows):
        return _stated_flows(inputs.comparison, setting)
    return _two_firms(inputs.comparison, setting)


def _stated_flows(comparison: StatedFlows, setting: Setting) -> Paper:
    unit = setting.currency
    years = len(comparison.with_right.values)
    if len(comparison.without_right.values) != years:
        raise InputError.of(
            "comparison.without_right",
            found=f"{len(comparison.without_right.values)} years",
            expected=f"{years} years, as with the right",
        )
    counted = forecast_years(comparison.forecast, years, setting, tax=comparison.tax, field="comparison.forecast")
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    with_right = sheet.series(
        "flow_with", comparison.with_right, label=Label("有权利的收益（全年）", "flow with the right"), unit=unit
    )
    without = sheet.series(
        "flow_without", comparison.without_right, label=Label("无权利的收益（全年）", "flow without it"), unit=unit
    )
    share = counted_share_line(sheet, counted)
    before = sheet.line("difference", (with_right - without) * share, label=Label("收益差额", "difference"), unit=unit)
    flow = after_tax_line(sheet, before, comparison.tax, unit=unit)
    present = present_value_line(sheet, comparison.forecast, setting, counted=counted, flow=flow)
    value_line(
        sheet,
        present,
        comparison.forecast,
        tax=comparison.tax,
        amortisation=comparison.tax_amortisation,
        unit=unit,
    )
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "comparison": comparison.kind,
            **forecast_conventions(comparison.forecast, tax=comparison.tax, amortisation=comparison.tax_amortisation),
        },
        beside=("present_value", "tab_factor"),
        warnings=forecast_doubts(comparison.forecast, counted),
    )


def _two_firms(comparison: ReturnOnCapitalFirm | MarginFirm, setting: Setting) -> Paper:
    unit, stages = setting.currency, comparison.stages
    # Margins and returns of both firms are after tax.
    check_footing(stages.footing, currency=unit, field="comparison.stages.footing", is_taxed=True)
    columns = tuple(str(year) for year in range(1, stages.high_growth_years + 1))
    sheet = Sheet(title=_LABEL, axis=Axis(Label("年序", "year"), columns))
    sheet.derived(
        "high_growth_years",
        float(stages.high_growth_years),
        label=Label("高增长年数", "high-growth years"),
        unit="years",
        reason="stated in the request; it is the number of columns",
    )
    lines = stage_lines(sheet, stages)
    base = _base(sheet, comparison, unit)
    found = []
    for who, label in (("with", Label("有权利", "with the right")), ("without", Label("无权利", "without the right"))):
        earned, income = _firm(sheet, comparison, who, label, base, unit)
        found.append(
            firm_value_line(sheet, who, label, stages=lines, income=income, return_on_capital=earned, unit=unit)
        )
    sheet.line(
        "value", found[0] - found[1], label=Label("评估值（有无之差）", "value: the difference"), unit=unit, total=True
    )
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "comparison": comparison.kind,
            "timing": "year_end",
            "compounding": "annual",
            "first_flow": "income of the last year grown by one year",
            **footing_conventions(stages.footing),
        },
        beside=("firm_value_with", "firm_value_without"),
        warnings=(*_life_doubt(setting), *footing_doubts(stages.footing)),
    )


def _base(sheet: Sheet, comparison: ReturnOnCapitalFirm | MarginFirm, unit: str) -> Name:
    """Both firms stand on the same base: capital invested, or revenue."""
    if isinstance(comparison, ReturnOnCapitalFirm):
        label = Label("投入资本", "capital invested")
        return sheet.figure("capital_invested", comparison.capital_invested, label=label, unit=unit)
    sheet.figure(
        "sales_to_capital_ratio",
        comparison.sales_to_capital_ratio,
        label=Label("资本周转率", "sales to capital"),
        unit="1",
        domain=(0, float("inf")),
    )
    return sheet.figure("revenue", comparison.revenue, label=Label("销售收入", "revenue"), unit=unit)


def _firm(
    sheet: Sheet, comparison: ReturnOnCapitalFirm | MarginFirm, who: str, label: Label, base: Name, unit: str
) -> tuple[Name, Name]:
    """Return on capital and last year's after-tax operating income of one firm."""
    return_label = Label(f"资本回报率（{label.zh}）", f"return on capital, {label.en}")
    if isinstance(comparison, ReturnOnCapitalFirm):
        stated = comparison.return_with_share if who == "with" else comparison.return_without_share
        earned = sheet.figure(f"return_{who}_share", stated, label=return_label, unit="share")
        return earned, _income(sheet, who, label, base, earned, unit)
    margin = sheet.figure(
        f"margin_{who}_share",
        comparison.margin_with_share if who == "with" else comparison.margin_without_share,
        label=Label(f"税后营业利润率（{label.zh}）", f"after-tax operating margin, {label.en}"),
        unit="share",
    )
    turnover = Name("sales_to_capital_ratio", is_row=False)
    earned = sheet.line(f"return_{who}_share", margin * turnover, label=return_label, unit="share")
    return earned, _income(sheet, who, label, base, margin, unit)


def _income(sheet: Sheet, who: str, label: Label, base: Name, share: Name, unit: str) -> Name:
    return sheet.line(
        f"income_{who}",
        base * share,
        label=Label(f"上年税后营业利润（{label.zh}）", f"after-tax operating income of the last year, {label.en}"),
        unit=unit,
    )


def _life_doubt(setting: Setting) -> tuple[NamedWarning, ...]:
    legal = setting.subject.legal_end()
    if legal is None:
        return ()
    label = Label(
        f"权利于 {legal} 届满，两阶段比较却计入永续期差额",
        f"the right ends on {legal}, yet the comparison counts stable years for ever",
    )
    return (NamedWarning("perpetuity_of_a_right_that_ends", label),)


_LABEL = Label("有无对比法", "With and without")

METHOD = Method(
    id="with_and_without",
    approach="income",
    label=_LABEL,
    question=Label(
        "有该权利与没有该权利，企业价值差多少？", "By how much does the value of the business fall without the right?"
    ),
    inputs_model=WithAndWithoutInputs,
    build=_build,
    references=(
        "IVS 210 Intangible Assets, with-and-without method",
        "Damodaran, Damodaran on Valuation, 2nd ed. 2006, illustration 12.3 (generic firm)",
    ),
    cases=("damodaran-brand-generic-firm-roc-50728", "damodaran-brand-generic-firm-margin-64bn"),
    assumes=Label(
        "两种情形除该权利外完全相同；差额全部归该权利。",
        "Both situations are alike but for the right; the whole difference is the right's.",
    ),
)
