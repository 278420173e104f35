"""Fundamental value/sales 基本面价值销售比: what do margin, growth and reinvestment make sales worth?"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.kernel.expression import Expression, Name, cumulative_product, previous, total
from valuation.kernel.fields import FrozenModel, WholeNumber
from valuation.kernel.figures import Amount, Figure, PositiveFigure, RateFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "Firm", "FundamentalValueToSalesInputs"]

MAXIMUM_YEARS = 100


class Firm(FrozenModel):
    """What drives the value of a unit of sales, with the brand or without it.

    Attributes
    ----------
    after_tax_margin_share : operating profit after tax as a share of sales.
    sales_to_capital_ratio : sales for one unit of invested capital; margin times this is the return on capital.
    reinvestment_share : share of after-tax profit put back while growth is high; growth is the return on capital
        times this share.
    stable_return_share : return on new capital once growth is stable.
    discount_rate_share : annual cost of capital.
    """

    after_tax_margin_share: Annotated[Figure, AfterValidator(within(-1, 1))]
    sales_to_capital_ratio: PositiveFigure
    reinvestment_share: ShareFigure
    stable_return_share: Annotated[RateFigure, AfterValidator(at_least(0, strictly=True))]
    discount_rate_share: RateFigure


class FundamentalValueToSalesInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    sales : of the last full year.
    branded, generic : the same business with and without the brand.
    high_growth_years : whole years of high growth, after which growth is stable.
    stable_growth_share : growth for ever after.
    footing : on what footing the costs of capital and the flows of both firms stand; without it nobody checks that
        they agree, and the conclusion says so.
    """

    sales: Annotated[Amount, AfterValidator(at_least(0))]
    branded: Firm
    generic: Firm
    high_growth_years: Annotated[WholeNumber, Field(ge=1, le=MAXIMUM_YEARS)]
    stable_growth_share: Annotated[Figure, AfterValidator(within(-0.5, 0.5))]
    footing: StatedFootings | None = None


def _build(inputs: FundamentalValueToSalesInputs, setting: Setting) -> Paper:
    # The margin is after tax by definition.
    check_footing(inputs.footing, currency=setting.currency, is_taxed=True)
    years = tuple(str(year + 1) for year in range(inputs.high_growth_years))
    sheet = Sheet(title=_LABEL, axis=Axis(Label("年", "year"), years))
    label = Label("永续增长率", "stable growth")
    stable = sheet.figure("stable_growth_share", inputs.stable_growth_share, label=label, unit="share")
    ratios = [
        _value_to_sales(sheet, firm, key, word, stable)
        for key, firm, word in (
            ("branded", inputs.branded, Label("品牌", "branded")),
            ("generic", inputs.generic, Label("非品牌", "generic")),
        )
    ]
    unit = setting.currency
    sales = sheet.figure("sales", inputs.sales, label=Label("营业收入", "sales"), unit=unit)
    label = Label("评估值", "value")
    sheet.line("value", (ratios[0] - ratios[1]) * sales, label=label, unit=unit, total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "value": "(value/sales with the brand − value/sales without it) × sales",
            "growth": "after-tax margin × sales to capital × reinvestment share, while growth is high",
            "stable_reinvestment": "stable growth over stable return on capital",
            "timing": "year_end",
            "compounding": "annual",
            **footing_conventions(inputs.footing),
        },
        warnings=footing_doubts(inputs.footing),
        beside=("branded_value_to_sales", "generic_value_to_sales"),
    )


def _value_to_sales(sheet: Sheet, firm: Firm, key: str, word: Label, stable: Name) -> Name:
    """Present value, per unit of last year's sales, of what is left after reinvestment.

    ``V/S = Σₜ m (1 − b) (1+g)ᵗ / (1+r)ᵗ + m (1 − gₙ/ROCₙ) (1+g)ⁿ (1+gₙ) / ((r − gₙ) (1+r)ⁿ)`` with g = m · s · b.
    """
    margin, turnover, reinvested, stable_return, rate = _drivers(sheet, firm, key, word)
    growth = _line(sheet, f"{key}_growth", margin * turnover * reinvested, word, ("增长率", "growth"), "share")
    one = sheet.derived_row(
        f"{key}_one",
        [1.0] * len(sheet.axis.columns),
        label=Label(f"{word.zh}：单位", f"{word.en}: one"),
        unit="1",
        reason="one unit of last year's sales",
    )
    step = _line(sheet, f"{key}_step", one * (1 + growth), word, ("增长因子", "growth factor"), "1")
    sales = _line(sheet, f"{key}_sales", cumulative_product(step), word, ("销售指数", "sales index"), "1")
    discount = _line(sheet, f"{key}_step_back", one / (1 + rate), word, ("单年折现", "one year's discount"), "1")
    factor = _line(sheet, f"{key}_factor", cumulative_product(discount), word, ("折现系数", "discount factor"), "1")
    flow = margin * (1 - reinvested) * sales * factor
    flows = _line(sheet, f"{key}_present_flow", flow, word, ("净流现值", "present value of free flow"), "1")
    during = _line(sheet, f"{key}_during", total(flows), word, ("高增长期价值", "value of high growth"), "1")
    # The last column's sales times its factor, picked as the total of the changes that lead there.
    discounted = _line(
        sheet, f"{key}_discounted_sales", sales * factor, word, ("折现销售指数", "discounted sales"), "1"
    )
    change = discounted - previous(discounted, first=0)
    changes = _line(sheet, f"{key}_change", change, word, ("逐年变化", "change on the year"), "1")
    last = _line(sheet, f"{key}_last", total(changes), word, ("末年折现销售指数", "last year's discounted sales"), "1")
    _check_stable(sheet, key, word, (stable, rate, stable_return))
    after = margin * (1 - stable / stable_return) * (1 + stable) / (rate - stable) * last
    beyond = _line(sheet, f"{key}_after", after, word, ("稳定期价值", "value of stable growth"), "1")
    label = Label(f"{word.zh}价值销售比", f"{word.en} value over sales")
    return sheet.line(f"{key}_value_to_sales", during + beyond, label=label, unit="1", total=True)


def _drivers(sheet: Sheet, firm: Firm, key: str, word: Label) -> tuple[Name, Name, Name, Name, Name]:
    def enter(name: str, figure: Figure, zh: str, en: str, unit: str) -> Name:
        label = Label(f"{word.zh}：{zh}", f"{word.en}: {en}")
        return sheet.figure(f"{key}_{name}", figure, label=label, unit=unit)

    return (
        enter("margin", firm.after_tax_margin_share, "税后营业利润率", "after-tax operating margin", "share"),
        enter("sales_to_capital", firm.sales_to_capital_ratio, "销售资本比", "sales to capital", "1"),
        enter("reinvestment", firm.reinvestment_share, "再投资率", "reinvestment share", "share"),
        enter("stable_return", firm.stable_return_share, "稳定期资本回报率", "stable return on capital", "share"),
        enter("discount_rate", firm.discount_rate_share, "折现率", "discount rate", "share"),
    )


def _line(sheet: Sheet, name: str, expression: Expression, word: Label, words: tuple[str, str], unit: str) -> Name:
    return sheet.line(name, expression, label=Label(f"{word.zh}{words[0]}", f"{word.en} {words[1]}"), unit=unit)


def _check_stable(sheet: Sheet, key: str, word: Label, rates: tuple[Name, Name, Name]) -> None:
    """A firm that grows for ever faster than it is discounted has no value, and none can reinvest more than all."""
    stable, rate, stable_return = rates
    sheet.check(
        f"{key}_growth_below_rate",
        stable < rate,
        label=Label(f"{word.zh}：永续增长低于折现率", f"{word.en}: stable growth below the discount rate"),
        severity="refuse",
        expected="stable growth below the discount rate",
        advice="Lower the stable growth; no firm outgrows its economy for ever",
    )
    sheet.check(
        f"{key}_growth_within_return",
        stable <= stable_return,
        label=Label(f"{word.zh}：永续增长高于资本回报", f"{word.en}: stable growth above the return on capital"),
        severity="refuse",
        expected="stable growth of at most the stable return on capital",
        advice="Such growth needs more than the whole profit reinvested; lower it or raise the return",
    )


_LABEL = Label("基本面价值销售比法", "Fundamental value/sales ratio")

METHOD = Method(
    id="fundamental_value_to_sales",
    approach="market",
    label=_LABEL,
    question=Label(
        "有品牌与无品牌时，一元销售额各值多少？", "What is a unit of sales worth with the brand, and without it?"
    ),
    inputs_model=FundamentalValueToSalesInputs,
    build=_build,
    references=("Damodaran (2006), Damodaran on Valuation, 2nd ed., ch. 8 and 12, value-to-sales ratio",),
    cases=(),
    assumes=Label(
        "利润率、增长与再投资先高后稳；品牌只改变所述各项。",
        "Margin, growth and reinvestment are high and then stable; the brand changes only what is stated.",
    ),
)
