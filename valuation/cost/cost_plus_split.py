"""Cost plus profit split 成本加分成法: the examination convention that adds a cost to a share of income.

It counts the right twice – once by what it cost, once by what it earns – and every conclusion says so; a pledgee
may count on the smaller part only.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from valuation.cost._multiplier import replacement_cost_by_multiplier
from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.errors import InputError
from valuation.kernel.expression import Name, smaller, total
from valuation.kernel.fields import FrozenModel
from valuation.kernel.figures import Amount, AmountSeries, Figure, at_least, within
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "CostPlusSplitInputs"]


class CostPlusSplitInputs(FrozenModel):
    """What the convention needs.

    Attributes
    ----------
    production_cost, creative_cost : materialised cost and pay of the creative staff.
    creative_labour_multiplier, creation_risk_coefficient, industry_return_share : see the multiplier-coefficient
        method.
    income, additional_profit : income and profit that the right adds, at the end of each year from the valuation
        date; the split rate is the present value of the second over that of the first.
    risk_free_rate_share, risk_premium_share : the discount rate is their sum.
    footing : on what footing the discount rate, and income and profit stand; without it nobody checks that they
        agree, and the conclusion says so.
    """

    production_cost: Annotated[Amount, AfterValidator(at_least(0))]
    creative_cost: Annotated[Amount, AfterValidator(at_least(0))]
    creative_labour_multiplier: Annotated[Figure, AfterValidator(at_least(1))]
    creation_risk_coefficient: Annotated[Figure, AfterValidator(within(0, 0.99))]
    industry_return_share: Annotated[Figure, AfterValidator(within(0, 10))]
    income: Annotated[AmountSeries, AfterValidator(at_least(0))]
    additional_profit: Annotated[AmountSeries, AfterValidator(at_least(0))]
    risk_free_rate_share: Annotated[Figure, AfterValidator(within(-0.1, 1))]
    risk_premium_share: Annotated[Figure, AfterValidator(within(0, 1))]
    footing: StatedFootings | None = None


def _build(inputs: CostPlusSplitInputs, setting: Setting) -> Paper:
    unit, years = setting.currency, len(inputs.income.values)
    check_footing(inputs.footing, currency=unit)
    if len(inputs.additional_profit.values) != years:
        raise InputError.of(
            "additional_profit", found=f"{len(inputs.additional_profit.values)} years", expected=f"{years} years"
        )
    columns = tuple(f"第{year}年 year {year}" for year in range(1, years + 1))
    sheet = Sheet(title=_LABEL, axis=Axis(Label("年序", "year"), columns))
    new = replacement_cost_by_multiplier(
        sheet,
        materialised_cost=inputs.production_cost,
        labour_cost=inputs.creative_cost,
        multiplier=inputs.creative_labour_multiplier,
        risk=inputs.creation_risk_coefficient,
        investment_return=inputs.industry_return_share,
        unit=unit,
    )
    split = _split_income(sheet, inputs, years, unit)
    sheet.line("value", new + split, label=Label("成本加分成值", "cost plus split"), unit=unit, total=True)
    sheet.line(
        "counted_once",
        smaller(new, split),
        label=Label("两部分中较小者（不重复计算）", "the smaller part: nothing counted twice"),
        unit=unit,
        total=True,
    )
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        pledgee_answer="counted_once",
        conventions={
            "combination": "replacement cost plus split income, an examination convention that counts twice",
            "timing": "year_end",
            "compounding": "annual",
            **footing_conventions(inputs.footing),
        },
        beside=("replacement_cost_new", "split_rate_share", "split_value"),
        warnings=(_DOUBLE_COUNTING, *footing_doubts(inputs.footing)),
    )


def _split_income(sheet: Sheet, inputs: CostPlusSplitInputs, years: int, unit: str) -> Name:
    factor = _discount_factor(sheet, inputs, years)
    worth = {}
    for name, stated, label in (
        ("income", inputs.income, Label("收益", "income")),
        ("additional_profit", inputs.additional_profit, Label("追加利润", "added profit")),
    ):
        flow = sheet.series(name, stated, label=label, unit=unit)
        present = sheet.line(
            f"{name}_discounted",
            flow * factor,
            label=Label(f"{label.zh}各年现值", f"{label.en}, discounted"),
            unit=unit,
        )
        worth[name] = sheet.line(
            f"present_value_of_{name}",
            total(present),
            label=Label(f"{label.zh}现值", f"present value of {label.en}"),
            unit=unit,
            total=True,
        )
    rate = sheet.line(
        "split_rate_share",
        worth["additional_profit"] / worth["income"],
        label=Label("收益分成率", "profit-split rate"),
        unit="share",
        total=True,
    )
    return sheet.line(
        "split_value", worth["income"] * rate, label=Label("分成收益现值", "split income today"), unit=unit, total=True
    )


def _discount_factor(sheet: Sheet, inputs: CostPlusSplitInputs, years: int) -> Name:
    riskless = sheet.figure(
        "risk_free_rate_share", inputs.risk_free_rate_share, label=Label("无风险报酬率", "risk-free rate"), unit="share"
    )
    premium = sheet.figure(
        "risk_premium_share", inputs.risk_premium_share, label=Label("风险报酬率", "risk premium"), unit="share"
    )
    rate = sheet.line("discount_rate_share", riskless + premium, label=Label("折现率", "discount rate"), unit="share")
    year = sheet.derived_row(
        "year",
        [float(each) for each in range(1, years + 1)],
        label=Label("年序", "year"),
        unit="years",
        reason="years counted from the valuation date, flows at their ends",
    )
    return sheet.line("discount_factor", (1 + rate) ** -year, label=Label("折现系数", "discount factor"), unit="1")


_DOUBLE_COUNTING = NamedWarning(
    "cost_and_income_added",
    Label(
        "成本与收益相加属于重复计算，仅为考试惯例，不宜用于评估结论或质押",
        "cost and income are added: double counting, an examination convention, not for conclusions or pledges",
    ),
)
_LABEL = Label("成本加分成法（考试惯例）", "Cost plus profit split (examination convention)")

METHOD = Method(
    id="cost_plus_split",
    approach="cost",
    label=_LABEL,
    question=Label("成本加上收益分成是多少？", "What do cost and split income add up to?"),
    inputs_model=CostPlusSplitInputs,
    build=_build,
    references=("自学考试资产评估 2022年10月：电影著作权，成本加收益分成",),
    cases=("cn-film-copyright-cost-plus-split-11695",),
    assumes=Label(
        "成本与分成收益相加：考试惯例，会重复计算，结论中有提示。",
        "Cost and split income are added: a convention of examinations that counts twice, and the answer says so.",
    ),
)
