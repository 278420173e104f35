"""Greenfield 绿地法: what is the right worth to someone who owns it alone and must build everything else?"""

from __future__ import annotations

from typing import Annotated

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
from valuation.income._terminal import NoTerminalValue, Terminal, terminal_value_line
from valuation.kernel.expression import Name
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, AmountSeries, at_least
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "GreenfieldInputs"]


class GreenfieldInputs(FrozenModel):
    """What the method needs: a business that begins with the right and nothing else.

    Attributes
    ----------
    initial_investment : spent on the valuation date to build or buy every other asset.
    revenue, operating_cost : each full year, the years of building up included; cost with depreciation if tax is
        to follow it.
    depreciation : the part of operating cost that is no outlay, each full year.
    investment : further outlays each full year for fixed assets and working capital.
    terminal : what follows the last year.
    tax, tax_amortisation, forecast : see :mod:`valuation.discounting.forecast`.
    """

    initial_investment: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    revenue: Annotated[AmountSeries, AfterValidator(at_least(0))]
    operating_cost: Annotated[AmountSeries, AfterValidator(at_least(0))]
    depreciation: Annotated[AmountSeries, AfterValidator(at_least(0))]
    investment: AmountSeries
    terminal: Terminal
    tax: Tax
    tax_amortisation: TaxAmortisation
    forecast: Forecast


def _build(inputs: GreenfieldInputs, setting: Setting) -> Paper:
    unit = setting.currency
    counted = forecast_years(inputs.forecast, len(inputs.revenue.values), setting, tax=inputs.tax)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    share = counted_share_line(sheet, counted)
    flow = _flows(sheet, inputs, share, unit)
    years = present_value_line(sheet, inputs.forecast, setting, counted=counted, flow=flow)
    later = terminal_value_line(sheet, inputs.terminal, inputs.forecast, setting, counted=counted, flow=flow, unit=unit)
    _wear_test(sheet, inputs)
    initial = sheet.figure(
        "initial_investment", inputs.initial_investment, label=Label("初始投资", "initial investment"), unit=unit
    )
    before = sheet.line(
        "value_before_tab",
        years + later - initial,
        label=Label("价值（不含摊销节税）", "value before the tax amortisation benefit"),
        unit=unit,
        total=True,
    )
    value_line(sheet, before, inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation, unit=unit)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "start": "the owner has the right alone; every other asset is bought or built",
            "terminal": inputs.terminal.kind,
            **forecast_conventions(inputs.forecast, tax=inputs.tax, amortisation=inputs.tax_amortisation),
        },
        beside=("present_value", "terminal_value"),
        warnings=forecast_doubts(inputs.forecast, counted),
    )


def _flows(sheet: Sheet, inputs: GreenfieldInputs, share: Name, unit: str) -> Name:
    revenue = sheet.series("revenue", inputs.revenue, label=Label("收入（全年）", "revenue, full year"), unit=unit)
    cost = sheet.series(
        "operating_cost", inputs.operating_cost, label=Label("经营成本（全年）", "operating cost, full year"), unit=unit
    )
    depreciation = sheet.series(
        "depreciation", inputs.depreciation, label=Label("折旧摊销（全年）", "depreciation, full year"), unit=unit
    )
    invested = sheet.series(
        "investment", inputs.investment, label=Label("追加投资（全年）", "further investment, full year"), unit=unit
    )
    before = sheet.line("before_tax", (revenue - cost) * share, label=Label("税前利润", "profit before tax"), unit=unit)
    after = after_tax_line(sheet, before, inputs.tax, unit=unit)
    sheet.check(
        "depreciation_within_cost",
        depreciation <= cost,
        label=Label("折旧不高于经营成本", "depreciation within operating cost"),
        severity="refuse",
        expected="depreciation no more than the operating cost that contains it",
        advice="Operating cost must include depreciation",
    )
    return sheet.line(
        "free_flow", after + (depreciation - invested) * share, label=Label("自由现金流", "free cash flow"), unit=unit
    )


def _wear_test(sheet: Sheet, inputs: GreenfieldInputs) -> None:
    """Assets that wear faster than they are renewed cannot earn for ever."""
    if isinstance(inputs.terminal, NoTerminalValue):
        return
    is_last = Name("is_last_year", is_row=True)
    sheet.check(
        "terminal_investment_below_depreciation",
        is_last * Name("depreciation", is_row=True) <= is_last * Name("investment", is_row=True),
        label=Label("末年投资低于折旧，却按永续计算", "the last year renews less than wears out, and goes on for ever"),
        severity="warn",
        expected="an investment of the last year no lower than its depreciation, where that year goes on for ever",
        advice="State a last year whose investment renews what wears out",
    )


_LABEL = Label("绿地法", "Greenfield method")

METHOD = Method(
    id="greenfield",
    approach="income",
    label=_LABEL,
    question=Label(
        "只有该权利、其余一切从零建起，值多少？", "What is the right worth to an owner who must build everything else?"
    ),
    inputs_model=GreenfieldInputs,
    build=_build,
    references=("IVS 210 Intangible Assets, greenfield method",),
    cases=(),
    assumes=Label(
        "权利人只有该权利，其余资产自行购建；建设期支出全部计入。",
        "The owner has the right alone and buys or builds every other asset; all outlays of building up count.",
    ),
)
