"""Above-industry return 差额法: what does the business earn above what its industry earns on the same base?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

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
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import AmountSeries, FigureOrSeries, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "AboveIndustryReturnInputs"]

ReturnRate = Annotated[FigureOrSeries, AfterValidator(within(-1, 10))]


class AboveIndustryReturnInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    base_kind, base : what both returns are measured on, each full year: ``revenue`` (sales profit rates) or
        ``capital`` (total assets and returns on assets).
    own_return_share, industry_return_share : profit before tax over the base, of the business and of its industry.
    right_share : the part of the difference that is the right's; the rest belongs to other intangibles.
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`.
    """

    base_kind: Literal["revenue", "capital"]
    base: Annotated[AmountSeries, AfterValidator(at_least(0))]
    own_return_share: ReturnRate
    industry_return_share: ReturnRate
    right_share: ShareFigure
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: AboveIndustryReturnInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.base.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    base = sheet.series("base", inputs.base, label=_BASES[inputs.base_kind], unit=unit)
    own, industry = _returns(sheet, inputs)
    share = counted_share_line(sheet, counted)
    right = sheet.figure(
        "right_share",
        inputs.right_share,
        label=Label("归属该权利的比例", "part that is the right's"),
        unit="share",
        domain=(0, 1),
    )
    difference = sheet.line(
        "difference",
        base * (own - industry) * share,
        label=Label("高于行业的收益", "income above the industry's"),
        unit=unit,
    )
    _difference_tests(sheet, difference, industry, unit)
    before = sheet.line(
        "before_tax", difference * right, label=Label("归属该权利的收益", "the right's income"), unit=unit
    )
    flow = after_tax_line(sheet, before, inputs.tax, unit=unit)
    present = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    value_line(sheet, present, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "base": inputs.base_kind,
            **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
        },
        beside=("present_value", "tab_factor"),
        warnings=forecast_doubts(inputs.forecast, counted),
    )


def _returns(sheet: Sheet, inputs: AboveIndustryReturnInputs) -> tuple[Name, Name]:
    own = sheet.figure_or_series(
        "own_return_share", inputs.own_return_share, label=Label("企业收益率", "return of the business"), unit="share"
    )
    industry = sheet.figure_or_series(
        "industry_return_share",
        inputs.industry_return_share,
        label=Label("行业平均收益率", "return of the industry"),
        unit="share",
    )
    return own, industry


def _difference_tests(sheet: Sheet, difference: Name, industry: Name, unit: str) -> None:
    whole = sheet.line(
        "difference_sum", total(difference), label=Label("高于行业的收益合计", "all income above"), unit=unit
    )
    sheet.check(
        "return_above_industry",
        whole > 0,
        label=Label("收益高于行业", "a return above the industry's"),
        severity="refuse",
        expected="income above the industry's over the years",
        advice="A business that earns no more than its industry shows no value of the right by this method",
    )
    sheet.check(
        "total_profit_as_excess_profit",
        industry > 0,
        label=Label("行业收益率大于零", "a return of the industry above zero"),
        severity="refuse",
        expected="a return of the industry above zero",
        advice="With no return of the industry taken off, this is total profit, not the excess",
    )


_BASES = {
    "revenue": Label("销售收入（全年）", "revenue, full year"),
    "capital": Label("总资产（全年平均）", "total assets, average of the full year"),
}
_LABEL = Label("差额法", "Return above the industry")

METHOD = Method(
    id="above_industry_return",
    approach="income",
    label=_LABEL,
    question=Label(
        "同样的投入，比行业平均多赚多少？", "What does the business earn above its industry on the same base?"
    ),
    inputs_model=AboveIndustryReturnInputs,
    build=_build,
    references=("资产评估学, 无形资产超额收益：差额法",),
    cases=(),
    assumes=Label(
        "企业收益率高于行业的部分，按所述比例归该权利；其余归其他无形资产。",
        "The stated part of what the business earns above its industry is the right's; the rest is other intangibles'.",
    ),
)
