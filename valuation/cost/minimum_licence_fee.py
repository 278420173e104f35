"""Minimum licence fee 最低收费额: below which fee would the owner lose by sharing the right?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.cost._condition import REMAINING, remaining_by_life_line
from valuation.discounting._legal_life import beyond_legal_end
from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.kernel.expression import Name, total
from valuation.kernel.fields import NOT_EMPTY, FrozenModel
from valuation.kernel.figures import Amount, Figure, PositiveFigure, ShareFigure, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "MinimumLicenceFeeInputs"]


class LifeUsed(FrozenModel):
    """The right wears evenly over its life: remaining-condition rate = remaining / (used + remaining) years."""

    kind: Literal["life"]
    years_used: Annotated[Figure, AfterValidator(at_least(0))]
    remaining_years: PositiveFigure


class StatedCondition(FrozenModel):
    """The remaining-condition rate 成新率 is judged."""

    kind: Literal["stated"]
    remaining_share: ShareFigure


class Capacity(FrozenModel):
    """Yearly capacity (or output) of one user of the right, all in the same unit."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    units: Annotated[PositiveFigure, AfterValidator(at_least(0))]


class MinimumLicenceFeeInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    replacement_cost : full cost of making the right, in the prices of the time stated.
    price_increase_share_by_year : how much prices have risen in each year since; an empty list says that the cost is
        at today's prices already.
    condition : what is left of the right.
    licensee_capacity, other_capacities : the fee bears the licensee's share of all who will use the right, the
        owner among the others.
    lost_revenue, added_cost : the owner's opportunity cost: present values of income it will lose and of costs it
        will have because of the licence; zeros are stated as zeros.
    footing : on what footing the rate and the flows stood when these present values were found; without it nobody
        checks that they agree, and the conclusion says so.
    """

    replacement_cost: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    price_increase_share_by_year: Annotated[
        tuple[Annotated[Figure, AfterValidator(at_least(-1, strictly=True))], ...], Field(max_length=100)
    ]
    condition: Annotated[LifeUsed | StatedCondition, Field(discriminator="kind")]
    licensee_capacity: Capacity
    other_capacities: Annotated[tuple[Capacity, ...], Field(max_length=100), *NOT_EMPTY]
    lost_revenue: Annotated[Amount, AfterValidator(at_least(0))]
    added_cost: Annotated[Amount, AfterValidator(at_least(0))]
    footing: StatedFootings | None = None


def _build(inputs: MinimumLicenceFeeInputs, setting: Setting) -> Paper:
    unit = setting.currency
    check_footing(inputs.footing, currency=unit)
    users = (inputs.licensee_capacity, *inputs.other_capacities)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("使用方", "user of the right"), tuple(each.name for each in users)))
    net = _net_cost(sheet, inputs, unit)
    allocation = _allocation(sheet, inputs, users)
    lost = sheet.figure(
        "lost_revenue", inputs.lost_revenue, label=Label("减少收入现值", "present value of income lost"), unit=unit
    )
    added = sheet.figure(
        "added_cost", inputs.added_cost, label=Label("增加费用现值", "present value of costs added"), unit=unit
    )
    opportunity = sheet.line(
        "opportunity_cost", lost + added, label=Label("机会成本", "opportunity cost"), unit=unit, total=True
    )
    sheet.line(
        "value",
        net * allocation + opportunity,
        label=Label("最低收费额", "minimum licence fee"),
        unit=unit,
        total=True,
    )
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "allocation": "by capacity among all users of the right, the owner included",
            "condition": inputs.condition.kind,
            **footing_conventions(inputs.footing),
        },
        beside=("net_replacement_cost", "cost_allocation_share", "opportunity_cost"),
        warnings=(_FLOOR, *_life_doubts(inputs.condition, setting), *_footing_doubts(inputs)),
    )


def _life_doubts(condition: LifeUsed | StatedCondition, setting: Setting) -> tuple[NamedWarning, ...]:
    return beyond_legal_end(condition.remaining_years.value, setting) if isinstance(condition, LifeUsed) else ()


def _footing_doubts(inputs: MinimumLicenceFeeInputs) -> tuple[NamedWarning, ...]:
    """Without an opportunity cost nothing in the fee was ever discounted."""
    was_discounted = inputs.lost_revenue.value > 0 or inputs.added_cost.value > 0
    return footing_doubts(inputs.footing) if was_discounted else ()


def _net_cost(sheet: Sheet, inputs: MinimumLicenceFeeInputs, unit: str) -> Name:
    cost = sheet.figure(
        "replacement_cost",
        inputs.replacement_cost,
        label=Label("重置成本（原价格）", "cost at stated prices"),
        unit=unit,
    )
    for number, increase in enumerate(inputs.price_increase_share_by_year, start=1):
        rise = sheet.figure(
            f"price_increase_{number}_share",
            increase,
            label=Label(f"第{number}年价格上涨率", f"price increase, year {number}"),
            unit="share",
            domain=(-1, float("inf")),
        )
        cost = sheet.line(
            f"cost_after_year_{number}",
            cost * (1 + rise),
            label=Label(f"第{number}年末价格成本", f"cost at prices after year {number}"),
            unit=unit,
        )
    remaining = _remaining(sheet, inputs.condition)
    return sheet.line(
        "net_replacement_cost",
        cost * remaining,
        label=Label("重置成本净值", "net replacement cost"),
        unit=unit,
        total=True,
    )


def _remaining(sheet: Sheet, condition: LifeUsed | StatedCondition) -> Name:
    if isinstance(condition, StatedCondition):
        return sheet.figure("remaining_share", condition.remaining_share, label=REMAINING, unit="share", domain=(0, 1))
    return remaining_by_life_line(sheet, used=condition.years_used, left=condition.remaining_years, is_total=False)


def _allocation(sheet: Sheet, inputs: MinimumLicenceFeeInputs, users: tuple[Capacity, ...]) -> Name:
    capacity = sheet.figure_row(
        "capacity_units", [each.units for each in users], label=Label("生产能力", "capacity"), unit="units"
    )
    is_licensee = sheet.derived_row(
        "is_licensee",
        [1.0] + [0.0] * len(inputs.other_capacities),
        label=Label("是否被许可方", "is the licensee"),
        unit="1",
        reason="the first column is the licensee",
    )
    own = sheet.line("licensee_units", capacity * is_licensee, label=Label("被许可方能力", "licensee"), unit="units")
    own_sum = sheet.line("licensee_units_sum", total(own), label=Label("被许可方合计", "licensee, sum"), unit="units")
    whole = sheet.line("capacity_units_sum", total(capacity), label=Label("能力合计", "all users"), unit="units")
    return sheet.line(
        "cost_allocation_share",
        own_sum / whole,
        label=Label("重置成本净值分摊率", "licensee's share of the cost"),
        unit="share",
        total=True,
    )


_FLOOR = NamedWarning(
    "floor_not_market_value",
    Label("最低收费额是许可方的底线，不是市场价值", "the minimum fee is the owner's floor, not the market value"),
)
_LABEL = Label("最低收费额", "Minimum licence fee")

METHOD = Method(
    id="minimum_licence_fee",
    approach="cost",
    label=_LABEL,
    question=Label("许可费低于多少，权利人就吃亏？", "Below which fee would the owner lose by sharing the right?"),
    inputs_model=MinimumLicenceFeeInputs,
    build=_build,
    references=("资产评估学, 无形资产转让最低收费额（重置成本净值 × 分摊率 + 机会成本）",),
    cases=("cn-minimum-fee-pharma-ingredient-456",),
    assumes=Label(
        "许可费至少弥补被许可方应摊的重置净值与权利人的机会成本；是下限，不是市场价。",
        "A fee covers at least the licensee's part of net replacement cost and the owner's opportunity cost; a "
        "floor, not a price.",
    ),
)
