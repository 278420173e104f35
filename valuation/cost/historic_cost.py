"""Historic cost 历史成本法（财务核算法）: what was spent, brought to today's prices, less what has been used up?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.cost._condition import REMAINING, remaining_by_life_line
from valuation.discounting._legal_life import beyond_legal_end
from valuation.errors import InputError
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, Day, FrozenModel, StrictBool
from valuation.kernel.figures import Amount, Figure, PositiveFigure, ShareFigure, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "HistoricCostInputs"]


class BookedCost(FrozenModel):
    """One cost of the books: what for, when, how much, and the price index of that time.

    ``was_expensed`` marks a cost that the books charged to the year instead of capitalising: it was spent all the
    same, and counts.
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    spent_on: Day
    amount: Annotated[Amount, AfterValidator(at_least(0))]
    price_index: PositiveFigure
    was_expensed: StrictBool


class LifeUsed(FrozenModel):
    """Remaining-condition rate 成新率 = remaining / (used + remaining) years."""

    kind: Literal["life"]
    years_used: Annotated[Figure, AfterValidator(at_least(0))]
    remaining_years: PositiveFigure


class ExpertCondition(FrozenModel):
    """The remaining-condition rate is judged by experts."""

    kind: Literal["expert"]
    remaining_share: ShareFigure


class HistoricCostInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    costs : every cost of the books, at least one.
    price_index_today : the same index at the valuation date.
    reasonable_return_share : return on the money spent, as a share of cost; zero is stated as zero with a reason.
    condition : what is left of the right (成新率).
    """

    costs: Annotated[tuple[BookedCost, ...], Field(max_length=500), *NOT_EMPTY, DISTINCT_NAMES]
    price_index_today: PositiveFigure
    reasonable_return_share: ShareFigure
    condition: Annotated[LifeUsed | ExpertCondition, Field(discriminator="kind")]


def _build(inputs: HistoricCostInputs, setting: Setting) -> Paper:
    unit = setting.currency
    _check_dates(inputs, setting)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("账面成本", "booked cost"), tuple(each.name for each in inputs.costs)))
    new = _cost_today(sheet, inputs, unit)
    remaining = _remaining(sheet, inputs.condition)
    sheet.line("value", new * remaining, label=Label("评估值", "value"), unit=unit, total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "price_level": "valuation date: amount × index today / index of the time of spending",
            "condition": inputs.condition.kind,
        },
        beside=("historic_cost", "replacement_cost_new", "remaining_share"),
        warnings=(*_doubts(inputs), *_life_doubts(inputs.condition, setting)),
    )


def _check_dates(inputs: HistoricCostInputs, setting: Setting) -> None:
    for number, each in enumerate(inputs.costs):
        if each.spent_on > setting.dates.valuation_date:
            raise InputError.of(
                f"costs.{number}.spent_on",
                found=each.spent_on,
                expected=f"no later than {setting.dates.valuation_date}",
            )


def _cost_today(sheet: Sheet, inputs: HistoricCostInputs, unit: str) -> Name:
    amount = sheet.figure_row(
        "amount", [each.amount for each in inputs.costs], label=Label("账面金额", "amount booked"), unit=unit
    )
    then = sheet.figure_row(
        "price_index",
        [each.price_index for each in inputs.costs],
        label=Label("发生时物价指数", "price index then"),
        unit="1",
        domain=(0, float("inf")),
    )
    today = sheet.figure(
        "price_index_today",
        inputs.price_index_today,
        label=Label("评估基准日物价指数", "price index today"),
        unit="1",
        domain=(0, float("inf")),
    )
    sheet.line("historic_cost", total(amount), label=Label("历史成本合计", "historic cost"), unit=unit, total=True)
    moved = sheet.line(
        "amount_today", amount * today / then, label=Label("现行价格成本", "cost at today's prices"), unit=unit
    )
    cost = sheet.line("cost_today", total(moved), label=Label("成本合计", "total cost"), unit=unit)
    earned = sheet.figure(
        "reasonable_return_share",
        inputs.reasonable_return_share,
        label=Label("合理利润率", "reasonable return"),
        unit="share",
        domain=(0, 1),
    )
    return sheet.line(
        "replacement_cost_new",
        cost * (1 + earned),
        label=Label("重置全价", "replacement cost new"),
        unit=unit,
        total=True,
    )


def _remaining(sheet: Sheet, condition: LifeUsed | ExpertCondition) -> Name:
    if isinstance(condition, ExpertCondition):
        judged = sheet.figure(
            "judged_remaining_share",
            condition.remaining_share,
            label=Label("专家鉴定成新率", "condition judged by experts"),
            unit="share",
            domain=(0, 1),
        )
        return sheet.line("remaining_share", judged * 1, label=REMAINING, unit="share", total=True)
    return remaining_by_life_line(sheet, used=condition.years_used, left=condition.remaining_years, is_total=True)


def _life_doubts(condition: LifeUsed | ExpertCondition, setting: Setting) -> tuple[NamedWarning, ...]:
    return beyond_legal_end(condition.remaining_years.value, setting) if isinstance(condition, LifeUsed) else ()


def _doubts(inputs: HistoricCostInputs) -> tuple[NamedWarning, ...]:
    expensed = ", ".join(each.name for each in inputs.costs if each.was_expensed)
    if not expensed:
        return ()
    label = Label(f"已费用化的支出一并计入：{expensed}", f"costs that the books expensed are counted: {expensed}")
    return (NamedWarning("expensed_costs_counted", label),)


_LABEL = Label("历史成本法（物价指数调整）", "Historic cost at today's prices")

METHOD = Method(
    id="historic_cost",
    approach="cost",
    label=_LABEL,
    question=Label(
        "账上花了多少，按今天的物价并扣除已消耗部分？",
        "What do the books say was spent, at today's prices and less what is used up?",
    ),
    inputs_model=HistoricCostInputs,
    build=_build,
    references=("资产评估执业准则——知识产权, 成本法", "资产评估学, 无形资产重置成本：物价指数法与财务核算法"),
    cases=(),
    assumes=Label(
        "账面支出按价格指数换算到基准日，再乘成新率；支出均为必要。",
        "Booked spending is restated to the valuation date by price indices, times what is left; all of it was needed.",
    ),
)
