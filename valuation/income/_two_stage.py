"""What is a firm worth that grows fast for some years and then steadily, with the right and without it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import FrozenModel, WholeNumber
from valuation.kernel.figures import Figure, PositiveFigure, ShareFigure, within
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = ["StageLines", "Stages", "firm_value_line", "stage_lines"]


class Stages(FrozenModel):
    """How the firm grows, with the right or without it.

    ``growth = return on capital × reinvestment rate`` during the high-growth years; afterwards it grows at
    ``stable_growth_share`` for ever and reinvests ``growth / stable return on capital``. Flows fall at the ends of
    years counted from the valuation date. ``footing`` is that of the cost of capital and of both firms' flows;
    without it nobody checks that they agree, and the conclusion says so.
    """

    high_growth_years: Annotated[WholeNumber, Field(ge=1, le=50)]
    reinvestment_rate_share: ShareFigure
    stable_growth_share: Annotated[Figure, AfterValidator(within(-0.5, 0.5))]
    stable_return_on_capital_share: Annotated[PositiveFigure, AfterValidator(within(0, 5))]
    cost_of_capital_share: Annotated[PositiveFigure, AfterValidator(within(0, 2))]
    footing: StatedFootings | None = None


@dataclass(frozen=True)
class StageLines:
    """The lines that both firms share."""

    reinvestment: Name
    growth: Name
    stable_reinvestment: Name
    rate: Name
    factor: Name


def stage_lines(sheet: Sheet, stages: Stages) -> StageLines:
    """Write what both firms share: reinvestment, stable growth, cost of capital and the discount factors."""
    reinvestment = sheet.figure(
        "reinvestment_rate_share",
        stages.reinvestment_rate_share,
        label=Label("高增长期再投资率", "reinvestment rate, high growth"),
        unit="share",
        domain=(0, 1),
    )
    growth = sheet.figure(
        "stable_growth_share", stages.stable_growth_share, label=Label("永续增长率", "stable growth"), unit="share"
    )
    stable_return = sheet.figure(
        "stable_return_on_capital_share",
        stages.stable_return_on_capital_share,
        label=Label("稳定期资本回报率", "stable return on capital"),
        unit="share",
        domain=(0, 5),
    )
    rate = sheet.figure(
        "cost_of_capital_share",
        stages.cost_of_capital_share,
        label=Label("资本成本", "cost of capital"),
        unit="share",
        domain=(0, 2),
    )
    stable_reinvestment = sheet.line(
        "stable_reinvestment_rate_share",
        growth / stable_return,
        label=Label("稳定期再投资率", "stable reinvestment rate"),
        unit="share",
    )
    _stage_checks(sheet, growth, stable_return, rate)
    year = sheet.derived_row(
        "year",
        [float(each) for each in range(1, stages.high_growth_years + 1)],
        label=Label("年序", "year"),
        unit="years",
        reason="years counted from the valuation date, flows at their ends",
    )
    factor = sheet.line("discount_factor", (1 + rate) ** -year, label=Label("折现系数", "discount factor"), unit="1")
    return StageLines(
        reinvestment=reinvestment, growth=growth, stable_reinvestment=stable_reinvestment, rate=rate, factor=factor
    )


def _stage_checks(sheet: Sheet, growth: Name, stable_return: Name, rate: Name) -> None:
    sheet.check(
        "growth_below_cost_of_capital",
        growth < rate,
        label=Label("永续增长率低于资本成本", "stable growth below the cost of capital"),
        severity="refuse",
        expected="stable growth below the cost of capital",
        advice="Growth for ever at this rate has no finite value",
    )
    sheet.check(
        "excess_return_for_ever",
        stable_return <= rate,
        label=Label("稳定期回报率高于资本成本", "return above the cost of capital for ever"),
        severity="warn",
        expected="a stable return on capital of no more than the cost of capital",
        advice="Say why competition never takes the excess away",
    )


def firm_value_line(
    sheet: Sheet, who: str, label: Label, *, stages: StageLines, income: Name, return_on_capital: Name, unit: str
) -> Name:
    """Write the value of one firm, as the line ``firm_value_{who}``.

    ``income`` is its after-tax operating income of the year before the forecast; with growth g, reinvestment b and
    n years: ``Σ income·(1+g)^t·(1−b)/(1+k)^t + income·(1+g)^n·(1+s)·(1−b_s)/(k−s)/(1+k)^n``.
    """
    growth = sheet.line(
        f"growth_{who}_share",
        return_on_capital * stages.reinvestment,
        label=Label(f"高增长期增长率（{label.zh}）", f"growth, high-growth years, {label.en}"),
        unit="share",
    )
    year = Name("year", is_row=True)
    flow = sheet.line(
        f"flow_{who}",
        income * (1 + growth) ** year * (1 - stages.reinvestment),
        label=Label(f"自由现金流（{label.zh}）", f"free cash flow, {label.en}"),
        unit=unit,
    )
    present = sheet.line(
        f"present_value_by_year_{who}",
        flow * stages.factor,
        label=Label(f"各年现值（{label.zh}）", f"present value by year, {label.en}"),
        unit=unit,
    )
    high = sheet.line(
        f"high_growth_value_{who}",
        total(present),
        label=Label(f"高增长期现值（{label.zh}）", f"value of the high-growth years, {label.en}"),
        unit=unit,
    )
    years = Name("high_growth_years", is_row=False)
    terminal = sheet.line(
        f"terminal_value_{who}",
        income
        * (1 + growth) ** years
        * (1 + stages.growth)
        * (1 - stages.stable_reinvestment)
        / (stages.rate - stages.growth)
        * (1 + stages.rate) ** -years,
        label=Label(f"永续期现值（{label.zh}）", f"value of the stable years, {label.en}"),
        unit=unit,
    )
    return sheet.line(
        f"firm_value_{who}",
        high + terminal,
        label=Label(f"企业价值（{label.zh}）", f"value of the firm, {label.en}"),
        unit=unit,
        total=True,
    )
