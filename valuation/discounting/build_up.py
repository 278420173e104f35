"""Build-up of a discount rate 风险累加法: which rate do the riskless rate and stated premia add up to?"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from valuation.errors import InputError
from valuation.kernel.dated import DatedValue
from valuation.kernel.expression import total
from valuation.kernel.fields import MAXIMUM_ITEMS, NOT_EMPTY, FrozenModel
from valuation.kernel.figures import RateFigure, ShareFigure
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet
from valuation.reference import reference_line, reference_table

__all__ = [
    "BuildUpInputs",
    "Premium",
    "RiskFactor",
    "ScoredPremiumInputs",
    "build_up_paper",
    "practice_range",
    "scored_premium_paper",
]

_Name = Annotated[str, Field(min_length=1, max_length=80)]
#: What floats of two decimals may miss when they should add up to one.
_ADDS_UP = 1e-9


class Premium(FrozenModel):
    """What one kind of risk adds to the rate, with its evidence."""

    name: _Name
    premium_share: RateFigure


class BuildUpInputs(FrozenModel):
    """What a build-up needs.

    Attributes
    ----------
    riskless_rate_share : annual rate of a government bond of about the life of the asset.
    premia : one for each kind of risk, no kind twice; inflation only if the riskless rate does not hold it already.
    """

    riskless_rate_share: RateFigure
    premia: Annotated[tuple[Premium, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]


class RiskFactor(FrozenModel):
    """One thing that makes a risk larger or smaller: its weight within the risk and its score from 0 to 1."""

    name: _Name
    weight_share: ShareFigure
    score_share: ShareFigure


class ScoredPremiumInputs(FrozenModel):
    """What a scored premium needs.

    Attributes
    ----------
    name : the kind of risk.
    factors : their weights add up to one; scores are judgement and say so by their grade.
    maximum_share : the premium at the highest score. None: the value of practice on the policy date.
    """

    name: _Name
    factors: Annotated[tuple[RiskFactor, ...], Field(max_length=MAXIMUM_ITEMS), *NOT_EMPTY]
    maximum_share: RateFigure | None = None


def build_up_paper(inputs: BuildUpInputs) -> Worksheet:
    """Which discount rate do the riskless rate and the premia add up to?

    ``rate = riskless rate + Σ premia``, shares of one a year; the answer is the line ``discount_rate_share``.

    Raises
    ------
    InputError : a premium is named twice.

    References
    ----------
    资产评估执业准则——无形资产 (build-up of the discount rate); IVS 105, Valuation Approaches and Methods.

    Tested by: ``tests/valuation/discounting/test_build_up.py`` (exam case of 13.5 %, film copyright of 12 %,
    technology contribution of 10 %; the workbook of the paper).
    """
    names = [premium.name for premium in inputs.premia]
    _refuse_twice("premia", names)
    title = Label("折现率（风险累加法）", "Discount rate by build-up")
    sheet = Sheet(title=title, axis=Axis(Label("风险", "risk"), tuple(names)))
    riskless = sheet.figure(
        "riskless_rate_share", inputs.riskless_rate_share, label=Label("无风险利率", "riskless rate"), unit="share"
    )
    premia = sheet.figure_row(
        "premium_share",
        [premium.premium_share for premium in inputs.premia],
        label=Label("风险报酬率", "risk premium"),
        unit="share",
    )
    added = sheet.line("total_premium_share", total(premia), label=Label("风险报酬率合计", "all premia"), unit="share")
    sheet.line(
        "discount_rate_share", riskless + added, label=Label("折现率", "discount rate"), unit="share", total=True
    )
    sheet.check(
        "premium_below_zero",
        premia >= 0,
        label=Label("风险报酬率为负", "a premium below zero"),
        severity="warn",
        expected="premia of zero or more",
        advice="Say why this risk lowers the rate",
    )
    return sheet.finish()


def scored_premium_paper(inputs: ScoredPremiumInputs, *, policy_date: datetime.date) -> Worksheet:
    """Which premium do the scores of one kind of risk give?

    ``premium = maximum · Σ weight · score``; the answer is the line ``premium_share``.

    Raises
    ------
    InputError : weights that do not add up to one, a factor named twice.

    References
    ----------
    Chinese practice of scoring technology, market, funding and management risk; see ``discount_practice.toml``.

    Tested by: ``tests/valuation/discounting/test_build_up.py`` (by hand; bounds).
    """
    names = [factor.name for factor in inputs.factors]
    _refuse_twice("factors", names)
    weight = sum(factor.weight_share.value for factor in inputs.factors)
    if abs(weight - 1) > _ADDS_UP:
        raise InputError.of("factors", found=f"weights that add up to {weight:g}", expected="weights that add up to 1")
    title = Label(f"风险系数：{inputs.name}", f"Scored premium: {inputs.name}")
    sheet = Sheet(title=title, axis=Axis(Label("风险因素", "risk factor"), tuple(names)))
    weights = sheet.figure_row(
        "weight_share", [each.weight_share for each in inputs.factors], label=Label("权重", "weight"), unit="share"
    )
    scores = sheet.figure_row(
        "score_share", [each.score_share for each in inputs.factors], label=Label("分值", "score"), unit="share"
    )
    weighted = sheet.line("weighted_score", weights * scores, label=Label("加权分值", "weighted score"), unit="share")
    label = Label("风险系数上限", "largest premium")
    if inputs.maximum_share is None:
        practice = reference_table("discount_practice").value("scored_risk_maximum_share", on=policy_date)
        maximum = reference_line(sheet, "maximum_share", practice)
    else:
        maximum = sheet.figure("maximum_share", inputs.maximum_share, label=label, unit="share")
    score = sheet.line("total_score", total(weighted), label=Label("综合分值", "total score"), unit="share")
    sheet.line("premium_share", maximum * score, label=Label("风险系数", "premium"), unit="share", total=True)
    return sheet.finish()


def practice_range(name: str, *, policy_date: datetime.date) -> tuple[DatedValue, DatedValue]:
    """Between which rates does practice place this kind of asset: the low end and the high end, with their sources?

    ``name`` is a parameter of ``discount_practice.toml`` that has a low and a high end, such as
    ``drug_candidate_rate_share`` or ``venture_return_share.start_up``. A range to hold a rate against, not a rate.

    Raises
    ------
    UnknownNameError, BeforeFirstStepError : see :meth:`valuation.kernel.dated.DatedTable.value`.

    Tested by: ``tests/valuation/discounting/test_build_up.py`` (every range of the table, status and order).
    """
    table = reference_table("discount_practice")
    return table.value(f"{name}.low", on=policy_date), table.value(f"{name}.high", on=policy_date)


def _refuse_twice(field: str, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError.of(field, found=f"{twice[0]!r} twice", expected="each name once")
