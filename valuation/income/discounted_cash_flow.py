"""Discounted cash flow by scenario 现金流折现法: what are the stated flows of the right worth today?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from valuation.discounting.forecast import (
    Forecast,
    counted_share_line,
    discount_factor_line,
    forecast_conventions,
    forecast_doubts,
    forecast_years,
    year_axis,
)
from valuation.discounting.survival import survival_line
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, total
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import AmountSeries, ShareFigure
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Sheet

__all__ = ["METHOD", "DiscountedCashFlowInputs"]


class Scenario(FrozenModel):
    """One course of events: its probability and the flow of each full year, after tax and all costs."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    probability_share: ShareFigure
    flow: AmountSeries


class DiscountedCashFlowInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    scenarios : courses of events that exclude each other; their probabilities add up to one.
    forecast : years, discount rate, timing, survival. Whatever a scenario already says about the right being lost
        must not be counted in the survival again.
    """

    scenarios: Annotated[tuple[Scenario, ...], Field(max_length=20), *NOT_EMPTY, DISTINCT_NAMES]
    forecast: Forecast


def _build(inputs: DiscountedCashFlowInputs, setting: Setting) -> Paper:
    years = _check(inputs)
    unit = setting.currency
    counted = forecast_years(inputs.forecast, years, setting)
    sheet = Sheet(title=_LABEL, axis=year_axis(counted))
    share = counted_share_line(sheet, counted)
    survival = survival_line(sheet, inputs.forecast.survival, mid_times=counted.mid_times)
    factor = discount_factor_line(sheet, inputs.forecast, counted, setting)
    expected: Expression | None = None
    for number, scenario in enumerate(inputs.scenarios, start=1):
        worth = _scenario(sheet, number, scenario, share * survival, factor, unit)
        expected = worth if expected is None else expected + worth
    assert expected is not None, "there is at least one scenario"
    sheet.line(
        "value", expected, label=Label("评估值（期望现值）", "value: expected present value"), unit=unit, total=True
    )
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "scenarios": "exclude each other; the value is their present values weighted by probability",
            **forecast_conventions(inputs.forecast),
        },
        beside=tuple(f"present_value_{number}" for number in range(1, len(inputs.scenarios) + 1)),
        warnings=forecast_doubts(inputs.forecast, counted),
    )


def _check(inputs: DiscountedCashFlowInputs) -> int:
    """How many years do the scenarios have? All the same number."""
    years = len(inputs.scenarios[0].flow.values)
    for number, each in enumerate(inputs.scenarios):
        if len(each.flow.values) != years:
            raise InputError.of(
                f"scenarios.{number}.flow",
                found=f"{len(each.flow.values)} years",
                expected=f"{years} years, as the first",
            )
        if each.probability_share.distribution is not None:
            # Drawn apart from each other the probabilities would no longer add up to one.
            raise InputError.of(
                f"scenarios.{number}.probability_share.distribution", found="a distribution", expected="none"
            )
    whole = sum(each.probability_share.value for each in inputs.scenarios)
    if abs(whole - 1) > 1e-9:
        raise InputError.of("scenarios.probability_share", found=f"a sum of {whole:.12g}", expected="a sum of 1")
    return years


def _scenario(
    sheet: Sheet, number: int, scenario: Scenario, counted: Expression, factor: Name, unit: str
) -> Expression:
    name = scenario.name
    probability = sheet.figure(
        f"probability_{number}_share",
        scenario.probability_share,
        label=Label(f"情景概率：{name}", f"probability: {name}"),
        unit="share",
        domain=(0, 1),
    )
    flow = sheet.series(
        f"flow_{number}", scenario.flow, label=Label(f"现金流（全年）：{name}", f"flow, full year: {name}"), unit=unit
    )
    expected = sheet.line(
        f"expected_flow_{number}",
        flow * counted,
        label=Label(f"计入现金流：{name}", f"flow counted: {name}"),
        unit=unit,
    )
    sheet.line(
        f"undiscounted_{number}",
        total(expected),
        label=Label(f"未折现合计：{name}", f"undiscounted sum: {name}"),
        unit=unit,
    )
    present = sheet.line(
        f"present_value_by_year_{number}",
        expected * factor,
        label=Label(f"各年现值：{name}", f"present value by year: {name}"),
        unit=unit,
    )
    worth = sheet.line(
        f"present_value_{number}",
        total(present),
        label=Label(f"现值：{name}", f"present value: {name}"),
        unit=unit,
        total=True,
    )
    return worth * probability


_LABEL = Label("现金流折现法（分情景）", "Discounted cash flow by scenario")

METHOD = Method(
    id="discounted_cash_flow",
    approach="income",
    label=_LABEL,
    question=Label("该权利带来的现金流今天值多少？", "What are the flows of the right worth today?"),
    inputs_model=DiscountedCashFlowInputs,
    build=_build,
    references=("IVS 105 Valuation Approaches and Methods, discounted cash flow method",),
    cases=("patent-dcf-scenarios-16y",),
    assumes=Label(
        "现金流已按该权利单独给出；各情景互斥，概率合计为一。",
        "The flows given are the right's own; the scenarios exclude each other and their probabilities add up to one.",
    ),
)
