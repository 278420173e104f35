"""Multiplier-coefficient method 倍加系数法: what would it cost to develop the technology again?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from valuation.cost._multiplier import replacement_cost_by_multiplier
from valuation.kernel.expression import Expression
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Amount, Figure, ShareFigure, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Method, Paper, Setting
from valuation.kernel.worksheet import Axis, Sheet

__all__ = ["METHOD", "MultiplierCoefficientInputs"]


class NoObsolescence(FrozenModel):
    """Nothing has been lost; the reason says why."""

    kind: Literal["none"]
    reason: Reason


class ObsolescenceShare(FrozenModel):
    """Usefulness lost so far, functional and economic together, as a share of the replacement cost."""

    kind: Literal["share"]
    share: ShareFigure


class MultiplierCoefficientInputs(FrozenModel):
    """What the method needs.

    Attributes
    ----------
    materialised_cost : materials, equipment and other costs that took form (物化劳动), at today's prices.
    labour_cost : wages of the researchers (活劳动), at today's prices.
    creative_labour_multiplier : how many times ordinary labour creative labour counts; 1 counts it as ordinary.
    average_research_risk_coefficient : share of such research that fails, below one: successes pay for failures.
    investment_return_share : return on the investment (无形资产投资报酬率).
    obsolescence : what has been lost since, or nothing with a reason.
    """

    materialised_cost: Annotated[Amount, AfterValidator(at_least(0))]
    labour_cost: Annotated[Amount, AfterValidator(at_least(0))]
    creative_labour_multiplier: Annotated[Figure, AfterValidator(at_least(1))]
    average_research_risk_coefficient: Annotated[Figure, AfterValidator(within(0, 0.99))]
    investment_return_share: Annotated[Figure, AfterValidator(within(0, 10))]
    obsolescence: Annotated[NoObsolescence | ObsolescenceShare, Field(discriminator="kind")]


def _build(inputs: MultiplierCoefficientInputs, setting: Setting) -> Paper:
    unit = setting.currency
    sheet = Sheet(title=_LABEL, axis=Axis(Label("（无分期）", "(no periods)"), ()))
    new = replacement_cost_by_multiplier(
        sheet,
        materialised_cost=inputs.materialised_cost,
        labour_cost=inputs.labour_cost,
        multiplier=inputs.creative_labour_multiplier,
        risk=inputs.average_research_risk_coefficient,
        investment_return=inputs.investment_return_share,
        unit=unit,
    )
    sheet.line(
        "value", new * _remaining(sheet, inputs.obsolescence), label=Label("评估值", "value"), unit=unit, total=True
    )
    return Paper(
        worksheet=sheet.finish(),
        answer="value",
        conventions={
            "formula": "(C + β1·V) / (1 − β2) · (1 + L) · (1 − obsolescence)",
            "risk": "the sum is divided by one less the risk coefficient: successes bear the cost of failures",
        },
        beside=("replacement_cost_new",),
    )


def _remaining(sheet: Sheet, obsolescence: NoObsolescence | ObsolescenceShare) -> Expression:
    label = Label("贬值率", "obsolescence")
    if isinstance(obsolescence, NoObsolescence):
        lost = sheet.derived("obsolescence_share", 0.0, label=label, unit="share", reason=obsolescence.reason)
    else:
        lost = sheet.figure("obsolescence_share", obsolescence.share, label=label, unit="share", domain=(0, 1))
    return 1 - lost


_LABEL = Label("倍加系数法", "Multiplier-coefficient method")

METHOD = Method(
    id="multiplier_coefficient",
    approach="cost",
    label=_LABEL,
    question=Label(
        "把创造性劳动计足，重新研制要花多少？", "What would it cost to develop again, creative labour counted in full?"
    ),
    inputs_model=MultiplierCoefficientInputs,
    build=_build,
    references=("资产评估学, 自创无形资产重置成本：倍加系数法", "资产评估执业准则——知识产权, 成本法"),
    cases=("cn-multiplier-coefficient-cost-156",),
    assumes=Label(
        "创造性劳动以倍数加计，失败由成功分担，成本加投资报酬即价值。",
        "Creative labour counts by a multiple, successes bear failures, and cost with a return on it is value.",
    ),
)
