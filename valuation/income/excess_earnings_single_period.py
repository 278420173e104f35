"""Excess earnings of one period 单期超额收益法: what is left of a year's income after other assets had their return?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting._legal_life import beyond_legal_end
from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.discounting.tax_amortisation import annuity_factor
from valuation.kernel.expression import Expression, Name, total
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import Amount, Figure, PositiveFigure, RateFigure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "ExcessEarningsSinglePeriodInputs"]


class OtherAsset(FrozenModel):
    """An asset that helps to earn the income: its fair value and the return it must have a year."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    value: Annotated[Amount, AfterValidator(at_least(0))]
    return_share: RateFigure


class IncomeLessReturns(FrozenModel):
    """A normal year's income, and the identified assets whose returns are taken from it.

    Income and returns are on the same footing: both before tax or both after it.
    """

    kind: Literal["income_less_returns"]
    annual_income: Amount
    assets: Annotated[tuple[OtherAsset, ...], Field(max_length=100), *NOT_EMPTY, DISTINCT_NAMES]


class StatedExcess(FrozenModel):
    """The excess of a normal year, found elsewhere; its basis says how other assets were charged."""

    kind: Literal["stated"]
    annual_excess: Amount


class Perpetuity(FrozenModel):
    """The excess goes on for ever: excess over the capitalisation rate (discount rate less growth)."""

    kind: Literal["perpetuity"]
    capitalisation_rate_share: Annotated[PositiveFigure, AfterValidator(within(0, 2))]


class FiniteAdvantage(FrozenModel):
    """The excess lasts for some years at the same level: an annuity."""

    kind: Literal["finite"]
    advantage_years: Annotated[PositiveFigure, AfterValidator(within(0, 100))]
    discount_rate_share: Annotated[Figure, AfterValidator(within(0, 2))]
    timing: Literal["year_end", "mid_year"]


class ExcessEarningsSinglePeriodInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    excess : how the excess of a normal year is found.
    duration : for ever, or for the years the advantage lasts.
    footing : on what footing the rate of ``duration`` and the excess stand, the income and the returns of other
        assets among it; without it nobody checks that they agree, and the conclusion says so.
    """

    excess: Annotated[IncomeLessReturns | StatedExcess, Field(discriminator="kind")]
    duration: Annotated[Perpetuity | FiniteAdvantage, Field(discriminator="kind")]
    footing: StatedFootings | None = None


def _build(inputs: ExcessEarningsSinglePeriodInputs, setting: Setting) -> Paper:
    unit = setting.currency
    check_footing(inputs.footing, currency=unit)
    assets = inputs.excess.assets if isinstance(inputs.excess, IncomeLessReturns) else ()
    sheet = Sheet(title=_LABEL, axis=Axis(Label("贡献资产", "other asset"), tuple(each.name for each in assets)))
    excess = _excess(sheet, inputs.excess, unit)
    sheet.check(
        "excess_above_zero",
        excess > 0,
        label=Label("超额收益大于零", "excess above zero"),
        severity="refuse",
        expected="an excess above zero",
        advice="Other assets take the whole income: this method finds no value for the right",
    )
    factor = _factor(sheet, inputs.duration)
    sheet.line("value", excess * factor, label=Label("评估值", "value"), unit=unit, total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions=_conventions(inputs),
        beside=("annual_excess_line",),
        warnings=(*_doubts(inputs, setting), *footing_doubts(inputs.footing)),
    )


def _excess(sheet: Sheet, excess: IncomeLessReturns | StatedExcess, unit: str) -> Name:
    label = Label("年超额收益", "excess of a year")
    if isinstance(excess, StatedExcess):
        stated = sheet.figure("annual_excess", excess.annual_excess, label=label, unit=unit)
        return sheet.line(
            "annual_excess_line", stated * 1, label=Label("计入年超额收益", "excess counted"), unit=unit, total=True
        )
    income = sheet.figure("annual_income", excess.annual_income, label=Label("年收益", "income of a year"), unit=unit)
    value = sheet.figure_row(
        "asset_value", [each.value for each in excess.assets], label=Label("资产价值", "value of the asset"), unit=unit
    )
    rate = sheet.figure_row(
        "return_share",
        [each.return_share for each in excess.assets],
        label=Label("要求回报率", "required return"),
        unit="share",
    )
    charge = sheet.line("charge", value * rate, label=Label("资产回报", "return of the asset"), unit=unit)
    charges = sheet.line("charges", total(charge), label=Label("资产回报合计", "returns of other assets"), unit=unit)
    sheet.check(
        "total_income_as_excess",
        charges > 0,
        label=Label("已扣除其他资产回报", "other assets have been charged"),
        severity="refuse",
        expected="returns of other assets above zero",
        advice="Without charges this is total income, not excess: state the other assets and their returns",
    )
    return sheet.line("annual_excess_line", income - charges, label=label, unit=unit, total=True)


def _factor(sheet: Sheet, duration: Perpetuity | FiniteAdvantage) -> Expression:
    if isinstance(duration, Perpetuity):
        rate = sheet.figure(
            "capitalisation_rate_share",
            duration.capitalisation_rate_share,
            label=Label("本金化率", "capitalisation rate"),
            unit="share",
            domain=(0, 2),
        )
        return 1 / rate
    years = sheet.figure(
        "advantage_years",
        duration.advantage_years,
        label=Label("超额收益年限", "years the advantage lasts"),
        unit="years",
        domain=(0, 100),
    )
    rate = sheet.figure(
        "discount_rate_share",
        duration.discount_rate_share,
        label=Label("折现率", "discount rate"),
        unit="share",
        domain=(0, 2),
    )
    growth = (1 + rate) ** 0.5 if duration.timing == "mid_year" else 1.0
    factor = annuity_factor(years, rate) * growth
    return sheet.line("annuity_factor", factor, label=Label("年金现值系数", "annuity factor"), unit="years")


def _doubts(inputs: ExcessEarningsSinglePeriodInputs, setting: Setting) -> tuple[NamedWarning, ...]:
    if isinstance(inputs.duration, FiniteAdvantage):
        return beyond_legal_end(inputs.duration.advantage_years.value, setting)
    legal = setting.subject.legal_end()
    if legal is None:
        return ()
    label = Label(
        f"权利于 {legal} 届满，却按永续资本化", f"the right ends on {legal}, yet its excess is capitalised for ever"
    )
    return (NamedWarning("perpetuity_of_a_right_that_ends", label),)


def _conventions(inputs: ExcessEarningsSinglePeriodInputs) -> dict[str, str]:
    timing = inputs.duration.timing if isinstance(inputs.duration, FiniteAdvantage) else "year_end"
    return {
        "duration": inputs.duration.kind,
        "timing": timing,
        "compounding": "annual",
        # What was stated takes the place of what must hold anyway.
        "footing": "income and returns both before tax or both after it, as stated",
        **footing_conventions(inputs.footing),
    }


_LABEL = Label("单期超额收益法", "Excess earnings of one period")

METHOD = Method(
    id="excess_earnings_single_period",
    approach="income",
    label=_LABEL,
    question=Label(
        "一年收益扣除其他资产应得回报后还剩多少？",
        "What remains of a year's income after other assets had their return?",
    ),
    inputs_model=ExcessEarningsSinglePeriodInputs,
    build=_build,
    references=("IVS 210 Intangible Assets, excess earnings method", "资产评估学, 商誉评估：超额收益本金化与折现"),
    cases=("cn-goodwill-excess-earnings-capitalised-35", "cn-goodwill-excess-earnings-finite-81108"),
    assumes=Label(
        "一年的超额收益可代表优势期内各年，或永续；收益与回报率同为税前或税后。",
        "The excess of one year stands for every year of the advantage, or for ever; income and returns are "
        "both before or both after tax.",
    ),
)
