"""Which share of a profit is the technology's? Five ways to a profit-split rate 收益分成率."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.errors import InputError
from valuation.indicators.pairwise_weights import PairwiseJudgement, pairwise_weights
from valuation.kernel.expression import Expression, Name, total
from valuation.kernel.fields import NOT_EMPTY, FrozenModel
from valuation.kernel.figures import Amount, AmountSeries, Figure, PositiveFigure, ShareFigure, ShareSeries, at_least
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Sheet
from valuation.reference import number_of, reference_line, reference_warnings

__all__ = ["SplitRate", "split_rate_line"]

_LABEL = Label("收益分成率（首年）", "profit-split rate, first year")
_TABLE = "profit_split_rules"


class StatedRate(FrozenModel):
    """The rate is stated, with its own evidence."""

    kind: Literal["stated"]
    rate_share: ShareFigure


class RuleRate(FrozenModel):
    """A rule of thumb: 三分法 ``thirds`` or 四分法 ``quarters``; the number stands in the table of rules."""

    kind: Literal["rule"]
    rule: Literal["thirds", "quarters"]


class ScoredFactor(FrozenModel):
    """One factor of the scoring and how the technology scores on it, from 0 to 1."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    score_share: ShareFigure


class ScoredRate(FrozenModel):
    """A range of rates and a weighted score that says where in it: ``low + (high − low) · Σ w s``."""

    kind: Literal["scored"]
    low_share: ShareFigure
    high_share: ShareFigure
    factors: Annotated[tuple[ScoredFactor, ...], Field(max_length=10), *NOT_EMPTY]
    judgement: PairwiseJudgement


class Investment(FrozenModel):
    """What one side puts in: replacement cost, price index since, and the profit rate on cost (4 is 400 %)."""

    cost: Annotated[Amount, AfterValidator(at_least(0, strictly=True))]
    price_index_ratio: PositiveFigure
    cost_profit_rate: Annotated[Figure, AfterValidator(at_least(0))]


class EquivalentInvestmentRate(FrozenModel):
    """约当投资量: each side's cost marked up by its own profit rate; the rate is the right's share of the sum."""

    kind: Literal["equivalent_investment"]
    technology: Investment
    user: Investment


class MarginalRate(FrozenModel):
    """边际分析: present value of the profit that the right adds over present value of total profit.

    ``additional_share_of_total`` is the added profit of each year as a share of that year's total profit. Years count
    as the forecast counts them: a first year in part, none after the end of life.
    """

    kind: Literal["marginal"]
    additional_profit: Annotated[AmountSeries, AfterValidator(at_least(0))]
    additional_share_of_total: Annotated[ShareSeries, AfterValidator(at_least(0, strictly=True))]


SplitRate = Annotated[
    StatedRate | RuleRate | ScoredRate | EquivalentInvestmentRate | MarginalRate, Field(discriminator="kind")
]


def split_rate_line(
    sheet: Sheet, rate: SplitRate, *, factor: Name, counted: Name, unit: str, on: datetime.date
) -> tuple[Name, tuple[NamedWarning, ...]]:
    """Write the rate of the first year as the line ``first_split_rate_share``, with the doubts of its evidence.

    Parameters
    ----------
    factor : the row of discount factors, which marginal analysis weights the years with.
    counted : the row of the parts of years that count; what lies after the end of life decides no rate.
    on : the policy date, as of which tables are read.
    """
    if isinstance(rate, RuleRate):
        _, dated = number_of(_TABLE, f"profit_split_rate_share.{rate.rule}", on=on)
        named = reference_line(sheet, "rule_rate_share", dated)
        return _rate(sheet, named * 1), reference_warnings([dated])
    if isinstance(rate, StatedRate):
        stated = sheet.figure(
            "stated_rate_share", rate.rate_share, label=Label("约定分成率", "stated rate"), unit="share", domain=(0, 1)
        )
        return _rate(sheet, stated * 1), ()
    if isinstance(rate, ScoredRate):
        return _rate(sheet, _scored(sheet, rate, on)), ()
    if isinstance(rate, EquivalentInvestmentRate):
        return _rate(sheet, _equivalent(sheet, rate, unit)), ()
    return _rate(sheet, _marginal(sheet, rate, factor, counted, unit)), ()


def _rate(sheet: Sheet, expression: Expression) -> Name:
    return sheet.line("first_split_rate_share", expression, label=_LABEL, unit="share", total=True)


def _scored(sheet: Sheet, rate: ScoredRate, on: datetime.date) -> Expression:
    if rate.low_share.value > rate.high_share.value:
        raise InputError.of(
            "split_rate.low_share", found=rate.low_share.value, expected=f"no more than {rate.high_share.value:g}"
        )
    names = [each.name for each in rate.factors]
    found = pairwise_weights(rate.judgement, factors=names, on=on, field="split_rate.judgement")
    low = sheet.figure(
        "low_rate_share", rate.low_share, label=Label("分成率下限", "lowest rate"), unit="share", domain=(0, 1)
    )
    high = sheet.figure(
        "high_rate_share", rate.high_share, label=Label("分成率上限", "highest rate"), unit="share", domain=(0, 1)
    )
    reason = f"principal eigenvector, consistency ratio {found.consistency_ratio:.4f}; {rate.judgement.reason}"
    points: Expression | None = None
    for number, (each, weight) in enumerate(zip(rate.factors, found.weights, strict=True), start=1):
        part = _weighted_score(sheet, number, each, weight, reason)
        points = part if points is None else points + part
    assert points is not None, "there is at least one factor"
    score = sheet.line("score_share", points, label=Label("调整系数（综合评分）", "weighted score"), unit="share")
    return low + (high - low) * score


def _weighted_score(sheet: Sheet, number: int, factor: ScoredFactor, weight: float, reason: str) -> Expression:
    weight_name = sheet.derived(
        f"weight_{number}_share",
        weight,
        label=Label(f"{factor.name}权重", f"weight: {factor.name}"),
        unit="share",
        reason=reason,
    )
    score = sheet.figure(
        f"score_{number}_share",
        factor.score_share,
        label=Label(f"{factor.name}得分", f"score: {factor.name}"),
        unit="share",
        domain=(0, 1),
    )
    return weight_name * score


def _equivalent(sheet: Sheet, rate: EquivalentInvestmentRate, unit: str) -> Expression:
    technology = _investment(sheet, "technology", rate.technology, Label("技术", "technology"), unit)
    user = _investment(sheet, "user", rate.user, Label("受让方资产", "user's assets"), unit)
    return technology / (technology + user)


def _investment(sheet: Sheet, who: str, investment: Investment, label: Label, unit: str) -> Name:
    cost = sheet.figure(f"{who}_cost", investment.cost, label=Label(f"{label.zh}成本", f"cost: {label.en}"), unit=unit)
    ratio = sheet.figure(
        f"{who}_price_index_ratio",
        investment.price_index_ratio,
        label=Label(f"{label.zh}价格指数比", f"price index ratio: {label.en}"),
        unit="1",
        domain=(0, float("inf")),
    )
    profit = sheet.figure(
        f"{who}_cost_profit_rate",
        investment.cost_profit_rate,
        label=Label(f"{label.zh}成本利润率", f"profit rate on cost: {label.en}"),
        unit="share",
        domain=(0, float("inf")),
    )
    today = sheet.line(
        f"{who}_replacement_cost",
        cost * ratio,
        label=Label(f"{label.zh}重置成本", f"replacement cost: {label.en}"),
        unit=unit,
    )
    return sheet.line(
        f"{who}_equivalent_investment",
        today * (1 + profit),
        label=Label(f"{label.zh}约当投资量", f"equivalent investment: {label.en}"),
        unit=unit,
    )


def _marginal(sheet: Sheet, rate: MarginalRate, factor: Name, counted: Name, unit: str) -> Expression:
    added = sheet.series(
        "additional_profit",
        rate.additional_profit,
        label=Label("追加利润", "profit added by the right"),
        unit=unit,
    )
    share = sheet.series(
        "additional_share_of_total",
        rate.additional_share_of_total,
        label=Label("追加利润占利润总额比例", "added profit as a share of total profit"),
        unit="share",
        domain=(0, 1),
    )
    whole = sheet.line("marginal_total_profit", added / share, label=Label("利润总额", "total profit"), unit=unit)
    discounted_added = sheet.line(
        "discounted_additional_profit",
        added * counted * factor,
        label=Label("追加利润现值", "added profit, discounted"),
        unit=unit,
    )
    discounted_whole = sheet.line(
        "discounted_total_profit",
        whole * counted * factor,
        label=Label("利润总额现值", "total profit, discounted"),
        unit=unit,
    )
    above = sheet.line(
        "present_value_additional_profit",
        total(discounted_added),
        label=Label("追加利润现值合计", "present value of added profit"),
        unit=unit,
    )
    below = sheet.line(
        "present_value_total_profit",
        total(discounted_whole),
        label=Label("利润总额现值合计", "present value of total profit"),
        unit=unit,
    )
    return above / below
