"""Replacement cost 重置成本法: what would it cost today to make it, or something as useful, less what it has lost?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.discounting.footing import StatedFootings, check_footing, footing_conventions, footing_doubts
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, larger, total
from valuation.kernel.fields import DISTINCT_NAMES, NOT_EMPTY, FrozenModel, StrictBool
from valuation.kernel.figures import Amount, Figure, PositiveFigure, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "CostItem", "Obsolescence", "ReplacementCostInputs"]


#: Losses are decimal shares: 0.33 + 0.56 + 0.11 comes out above one in the last digit of a float.
_SUM_TOLERANCE = 1e-9


class CostItem(FrozenModel):
    """One cost of making the right: what it was, and how its price has moved since.

    ``amount`` is in the prices of the time when it was spent; ``price_index_ratio`` is the price level of the
    valuation date over that of the spending (1 for a cost already in today's prices). ``only_in_replica`` marks a cost
    that an exact replica would bear again and an equally useful right made by today's means would not (superseded
    steps, failed trials).
    """

    name: Annotated[str, Field(min_length=1, max_length=100)]
    amount: Annotated[Amount, AfterValidator(at_least(0))]
    price_index_ratio: PositiveFigure
    only_in_replica: StrictBool = False


class Obsolescence(FrozenModel):
    """How much usefulness has been lost, and how the losses combine.

    ``additive``: each loss is a share of the undiminished cost, ``1 − (p + f + e)``. ``multiplicative``: each is a
    share of what the one before left, ``(1 − p)(1 − f)(1 − e)``. The two differ, so the choice is stated.
    """

    combination: Literal["additive", "multiplicative"]
    physical_share: ShareFigure
    functional_share: ShareFigure
    economic_share: ShareFigure


class EntrepreneurialIncentive(FrozenModel):
    """What the money tied up until the right is ready must earn, beside the developer's margin on the work.

    The money is taken to be spent evenly over the time of development, so each part of it waits half that time on
    average: the whole is compounded as if it had been spent at the mid-point, ``(1 + r)^(years / 2)``. That is a
    convention (judgement, usual in cost approaches), not a law; compounding each part over its own wait gives
    ``((1 + r)^years − 1) / (years · ln(1 + r))``, slightly more.

    Attributes
    ----------
    annual_return_share : what the money must earn a year. The costs are at prices of the valuation date, so a nominal
        rate would count inflation a second time.
    development_years : time from the first outlay to the right being ready.
    footing : on what footing the return and the costs stand; the costs' prices are ``real``, those of the valuation
        date. Without it nobody checks that they agree, and the conclusion says so.
    """

    annual_return_share: Annotated[Figure, AfterValidator(within(0, 2))]
    development_years: Annotated[PositiveFigure, AfterValidator(within(0, 50))]
    footing: StatedFootings | None = None


class ReplacementCostInputs(FrozenModel):
    """What the replacement cost method needs.

    Attributes
    ----------
    standard : ``replacement`` 更新重置成本: an equally useful right by today's means, costs of a replica alone left
        out; ``reproduction`` 复原重置成本: an exact replica, every cost counts.
    items : the costs of making it, at least one, each with its own evidence.
    developer_profit_share : return on the cost that a developer expects for making it, as a share of cost; zero is
        stated as zero with a reason.
    entrepreneurial_incentive : return on the money tied up meanwhile; none is counted where none is stated.
    obsolescence : physical (for a right: life used up), functional (a better technology exists) and economic (the
        market has shrunk) losses.
    """

    standard: Literal["replacement", "reproduction"] = "replacement"
    items: Annotated[tuple[CostItem, ...], Field(max_length=200), *NOT_EMPTY, DISTINCT_NAMES]
    developer_profit_share: ShareFigure
    entrepreneurial_incentive: EntrepreneurialIncentive | None = None
    obsolescence: Obsolescence


def _build(inputs: ReplacementCostInputs, setting: Setting) -> Paper:
    unit = setting.currency
    incentive = inputs.entrepreneurial_incentive
    _check_incentive(incentive, unit)
    names = tuple(item.name for item in inputs.items)
    sheet = Sheet(title=_LABEL, axis=Axis(Label("成本项目", "cost item"), names))
    new = _cost_new(sheet, inputs, unit)
    remaining = _remaining(sheet, inputs.obsolescence)
    sheet.check(
        "obsolescence_within_cost",
        remaining >= -_SUM_TOLERANCE,
        label=Label("贬值率合计不超过一", "obsolescence no more than the whole"),
        severity="refuse",
        expected="a remaining share of zero or more",
        advice="Losses stated additively may not add up to more than one; state them multiplicatively or review them",
    )
    sheet.line("obsolescence_amount", new * (1 - remaining), label=Label("贬值额", "amount of obsolescence"), unit=unit)
    sheet.line("value", new * larger(remaining, 0), label=Label("评估值", "value"), unit=unit, total=True)
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "cost_standard": inputs.standard,
            "entrepreneurial_incentive": "none" if incentive is None else "half_development",
            "obsolescence_combination": inputs.obsolescence.combination,
            "price_level": "valuation date, by the price index ratio of each item",
            **footing_conventions(None if incentive is None else incentive.footing),
        },
        beside=("replacement_cost_new", "remaining_share"),
        warnings=() if incentive is None else footing_doubts(incentive.footing),
    )


def _check_incentive(incentive: EntrepreneurialIncentive | None, currency: str) -> None:
    """A return on costs at prices of the valuation date is a real one, if anybody says what it is."""
    if incentive is None or incentive.footing is None:
        return
    field = "entrepreneurial_incentive.footing"
    check_footing(incentive.footing, currency=currency, field=field)
    if incentive.footing.flows.prices != "real":
        raise InputError.of(
            f"{field}.flows.prices",
            found=incentive.footing.flows.prices,
            expected="real: the price index ratios bring all costs to prices of the valuation date",
        )


def _cost_new(sheet: Sheet, inputs: ReplacementCostInputs, unit: str) -> Name:
    spent = sheet.figure_row(
        "amount", [item.amount for item in inputs.items], label=Label("历史成本", "cost as spent"), unit=unit
    )
    ratio = sheet.figure_row(
        "price_index_ratio",
        [item.price_index_ratio for item in inputs.items],
        label=Label("价格指数比", "price index ratio"),
        unit="1",
    )
    today = sheet.line(
        "amount_today",
        _counted(sheet, inputs, spent * ratio),
        label=Label("现行价格成本", "cost at today's prices"),
        unit=unit,
    )
    cost = sheet.line("cost_today", total(today), label=Label("成本合计", "total cost"), unit=unit)
    profit = sheet.figure(
        "developer_profit_share",
        inputs.developer_profit_share,
        label=Label("开发者合理利润率", "developer's profit"),
        unit="share",
        domain=(0, 1),
    )
    return sheet.line(
        "replacement_cost_new",
        _with_incentive(sheet, inputs.entrepreneurial_incentive, cost * (1 + profit)),
        label=Label("重置全价", "replacement cost new"),
        unit=unit,
        total=True,
    )


def _counted(sheet: Sheet, inputs: ReplacementCostInputs, today: Expression) -> Expression:
    """Which costs count under the standard? All of a replica's; without marked costs nothing needs to be said."""
    if inputs.standard == "reproduction" or not any(item.only_in_replica for item in inputs.items):
        return today
    return today * sheet.derived_row(
        "counted_share",
        [0.0 if item.only_in_replica else 1.0 for item in inputs.items],
        label=Label("计入比例（更新重置）", "counted in a replacement"),
        unit="share",
        reason="a cost that only a replica would bear again does not count in a replacement",
    )


def _with_incentive(sheet: Sheet, incentive: EntrepreneurialIncentive | None, cost: Expression) -> Expression:
    """Cost and profit wait half the time of development on average; without an incentive they stand as they are."""
    if incentive is None:
        return cost
    annual = sheet.figure(
        "incentive_return_share",
        incentive.annual_return_share,
        label=Label("资金年回报率（企业家激励）", "yearly return on money tied up"),
        unit="share",
        domain=(0, 2),
    )
    years = sheet.figure(
        "development_years",
        incentive.development_years,
        label=Label("开发周期", "time of development"),
        unit="years",
        domain=(0, 50),
    )
    return cost * sheet.line(
        "incentive_factor",
        (1 + annual) ** (years / 2),
        label=Label("企业家激励系数", "factor of entrepreneurial incentive"),
        unit="1",
        total=True,
    )


def _remaining(sheet: Sheet, obsolescence: Obsolescence) -> Name:
    labels = {
        "physical": Label("实体性（寿命）贬值率", "physical (life used up)"),
        "functional": Label("功能性（技术）贬值率", "functional (technological)"),
        "economic": Label("经济性贬值率", "economic"),
    }
    physical, functional, economic = (
        sheet.figure(f"{kind}_share", getattr(obsolescence, f"{kind}_share"), label=label, unit="share", domain=(0, 1))
        for kind, label in labels.items()
    )
    left: Expression = (1 - physical) * (1 - functional) * (1 - economic)
    if obsolescence.combination == "additive":
        left = 1 - (physical + functional + economic)
    return sheet.line(
        "remaining_share", left, label=Label("成新率", "remaining-condition rate"), unit="share", total=True
    )


_LABEL = Label("重置成本法", "Replacement cost")

METHOD = Method(
    id="replacement_cost",
    approach="cost",
    label=_LABEL,
    question=Label(
        "今天重新取得同等效用的权利要花多少，扣除已失去的效用？",
        "What would an equally useful right cost today, less the usefulness already lost?",
    ),
    inputs_model=ReplacementCostInputs,
    build=_build,
    references=(
        "IVS 105 Valuation Approaches and Methods, cost approach: replacement and reproduction cost",
        "IVS 210 Intangible Assets, replacement cost method",
        "Reilly, Schweihs (1998), Valuing Intangible Assets, cost approach: profit and entrepreneurial incentive",
        "资产评估执业准则——知识产权, 成本法",
    ),
    cases=("cn-patent-replacement-cost-45",),
    assumes=Label(
        "理性买方不会付得比重建同样效用更多；扣除实体、功能、经济性贬值。",
        "A sensible buyer pays no more than it costs to make the same utility anew, less physical, functional "
        "and economic loss.",
    ),
)
