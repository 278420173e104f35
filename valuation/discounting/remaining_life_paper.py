"""How many more years may be expected: the working paper of a remaining life from a survivor curve.

The curves themselves are in :mod:`valuation.discounting.remaining_life`; here each is written as lines that a workbook
computes again.
"""

from __future__ import annotations

import datetime
import math
from functools import cache
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.discounting.remaining_life import (
    LARGEST_SHAPE,
    MAXIMUM_POINTS,
    TabulatedSurvivors,
    iowa_survivor_curve,
)
from valuation.errors import InputError
from valuation.kernel.expression import Expression, Name, exponential, larger, previous, smaller, total
from valuation.kernel.fields import FiniteFloat, FrozenModel, Identifier
from valuation.kernel.figures import Figure, PositiveFigure, ShareSeries, at_least, within
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Axis, Sheet, Worksheet

__all__ = ["RemainingLifeInputs", "remaining_life_paper"]

#: A shape below has tails that outlast every right; the paper's nodes would not reach them.
SMALLEST_PAPER_SHAPE = 0.1
#: Of what used up more hazard, less than exp(−700) is left: nothing that a number could hold.
LARGEST_PAPER_HAZARD = 700.0
_TITLE = Label("预期剩余年限（残存曲线）", "expected remaining life from a survivor curve")
_ANSWER = "remaining_life_years"
_POSITIVE = (0.0, float("inf"))


class ExponentialCurve(FrozenModel):
    """The same share is lost every year: ``S(t) = exp(−λ t)``."""

    kind: Literal["exponential"]
    annual_hazard: PositiveFigure


class WeibullCurve(FrozenModel):
    """Losses that grow or shrink with age: ``S(t) = exp(−(t/η)^β)``."""

    kind: Literal["weibull"]
    shape: Annotated[Figure, AfterValidator(within(SMALLEST_PAPER_SHAPE, LARGEST_SHAPE))]
    scale_years: PositiveFigure


class TabulatedCurve(FrozenModel):
    """Shares left at stated ages, a straight line in between.

    Attributes
    ----------
    ages_years : rising from zero.
    shares : falling from one, one for each age, with their evidence.
    cut_off : true where something is left at the last age and only the years of the table are to count.
    """

    kind: Literal["table"]
    ages_years: Annotated[tuple[FiniteFloat, ...], Field(min_length=2, max_length=MAXIMUM_POINTS)]
    shares: ShareSeries
    cut_off: bool = False


class IowaCurve(FrozenModel):
    """An Iowa curve by its name, such as R3: a gap until the parameters of Bulletin 125 were read."""

    kind: Literal["iowa"]
    name: Identifier
    average_life_years: PositiveFigure


_Curve = Annotated[ExponentialCurve | WeibullCurve | TabulatedCurve | IowaCurve, Field(discriminator="kind")]


class RemainingLifeInputs(FrozenModel):
    """The age reached, and the curve by which such things are lost.

    Attributes
    ----------
    age_years : how old the right, the relationship or the crop is on the valuation date.
    survivors : exponential, Weibull, a table, or an Iowa curve.
    """

    age_years: Annotated[Figure, AfterValidator(at_least(0))]
    survivors: _Curve


def remaining_life_paper(inputs: RemainingLifeInputs, *, policy_date: datetime.date) -> Worksheet:
    """How many more years may be expected at this age: ``∫ₐ^∞ S(u) du / S(a)``?

    The answer is the line ``remaining_life_years``. For the exponential it is 1/λ. For the Weibull curve the hazard
    still to be used up, x, is exponential with mean one, so the life is the mean of ``η ((a/η)^β + x)^(1/β) − a``,
    taken over fixed nodes x. For a table it is the area of the trapezoids beyond the age over the share left there.

    Raises
    ------
    InputError : an age outside the table or at which nothing is left, shares that rise, another number of them.
    GapError : an Iowa curve, naming the bulletin.

    References
    ----------
    Winfrey (1935), Statistical Analyses of Industrial Property Retirements, Iowa Engineering Experiment Station
    Bulletin 125 (area under the survivor curve beyond the age, over its height there).

    Tested by: ``tests/valuation/discounting/test_remaining_life_paper.py`` (the curves of ``remaining_life``, which
    integrate by other means, as second way; hand; LibreOffice).
    """
    match inputs.survivors:
        case ExponentialCurve() as curve:
            return _exponential_paper(curve, inputs.age_years)
        case WeibullCurve() as curve:
            return _weibull_paper(curve, inputs.age_years)
        case TabulatedCurve() as curve:
            return _table_paper(curve, inputs.age_years)
        case IowaCurve():
            iowa_survivor_curve(policy_date=policy_date)
            raise AssertionError("the parameters of the Iowa curves are there, and nobody uses them yet")


def _exponential_paper(curve: ExponentialCurve, age_years: Figure) -> Worksheet:
    sheet = Sheet(title=_TITLE, axis=Axis(Label("曲线", "curve"), ()))
    age = _age(sheet, age_years)
    label = Label("年失效强度", "annual hazard")
    hazard = sheet.figure("annual_hazard", curve.annual_hazard, label=label, unit="1/year", domain=_POSITIVE)
    _survival(sheet, exponential(-(hazard * age)))
    sheet.line(_ANSWER, 1 / hazard, label=_TITLE, unit="years", total=True)
    return sheet.finish()


def _weibull_paper(curve: WeibullCurve, age_years: Figure) -> Worksheet:
    used = (age_years.value / curve.scale_years.value) ** curve.shape.value if age_years.value else 0.0
    if used > LARGEST_PAPER_HAZARD:
        last = curve.scale_years.value * LARGEST_PAPER_HAZARD ** (1 / curve.shape.value)
        raise InputError.of(
            "age_years", found=age_years.value, expected=f"an age up to {last:g}, where something is left"
        )
    gained, weights = _nodes()
    axis = Axis(Label("节点", "node"), tuple(str(number) for number in range(1, len(gained) + 1)))
    sheet = Sheet(title=_TITLE, axis=axis)
    age = _age(sheet, age_years)
    shape = sheet.figure(
        "weibull_shape", curve.shape, label=Label("威布尔形状参数", "Weibull shape"), unit="1", domain=_POSITIVE
    )
    scale = sheet.figure(
        "weibull_scale_years",
        curve.scale_years,
        label=Label("威布尔尺度参数", "Weibull scale"),
        unit="years",
        domain=_POSITIVE,
    )
    reason = "nodes and weights for the mean over an exponential of mean one; they depend on no input"
    label = Label("尚待消耗的累积风险", "hazard still to be used up")
    further = sheet.derived_row("further_hazard", gained, label=label, unit="1", reason=reason)
    label = Label("权重", "weight")
    weight = sheet.derived_row("weight_share", weights, label=label, unit="share", reason=reason)
    label = Label("已消耗的累积风险", "hazard used up so far")
    reached = sheet.line("hazard_used", (age / scale) ** shape, label=label, unit="1")
    _survival(sheet, exponential(-reached))
    years = scale * (reached + further) ** (1 / shape) - age
    label = Label("加权剩余年数", "years left, weighted")
    row = sheet.line("weighted_years", weight * years, label=label, unit="years")
    sheet.line(_ANSWER, total(row), label=_TITLE, unit="years", total=True)
    return sheet.finish()


@cache
def _nodes() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Nodes x and weights of ``∫ e^(−x) f(x) dx`` by the trapezoidal rule in t, with x = exp(t − exp(−t)).

    The integrand falls off doubly exponentially in t at both ends, so that 71 equal steps give eleven digits for
    every shape from 0.1 on; the weights add up to one.

    References
    ----------
    Takahasi and Mori (1974), Double exponential formulas for numerical integration.
    """
    step = 0.15
    points = step * np.arange(-24, 47)
    nodes = np.exp(points - np.exp(-points))
    weights = step * nodes * (1 + np.exp(-points)) * np.exp(-nodes)
    weights /= math.fsum(weights)
    return tuple(map(float, nodes)), tuple(map(float, weights))


def _table_paper(curve: TabulatedCurve, age_years: Figure) -> Worksheet:
    # The class knows what a table must be, and at which ages something is left.
    TabulatedSurvivors(curve.ages_years, curve.shares.values, cut_off=curve.cut_off).remaining_life(age_years.value)
    sheet = Sheet(title=_TITLE, axis=Axis(Label("年龄", "age"), tuple(f"{each:g}" for each in curve.ages_years)))
    age = _age(sheet, age_years)
    share = sheet.series("share", curve.shares, label=Label("残存率", "share left"), unit="share", domain=(0, 1))
    label = Label("年龄（区间终点）", "age at the end of the step")
    end = sheet.derived_row("end_years", curve.ages_years, label=label, unit="years", reason="ages of the table")
    label = Label("区间起点", "beginning of the step")
    begin = sheet.line("begin_years", previous(end, first=0), label=label, unit="years")
    width = sheet.line("width_years", end - begin, label=Label("区间长度", "length of the step"), unit="years")
    label = Label("区间内失去", "lost within the step")
    loss = sheet.line("loss_share", previous(share, first=1) - share, label=label, unit="share")
    label = Label("年龄之前的部分", "part of the step before the age")
    # The first column is no step: its length and its loss are zero, and nothing must be divided by zero.
    before = (age - begin) / larger(width, 1e-300)
    passed = sheet.line("passed_share", smaller(larger(before, 0), 1), label=label, unit="share")
    label = Label("年龄之前失去", "lost before the age")
    gone = sheet.line("lost_before_share", loss * passed, label=label, unit="share")
    left = _survival(sheet, 1 - total(gone))
    label = Label("年龄之后的面积", "area beyond the age")
    middle = share + loss * (1 - passed) / 2
    area = sheet.line("area_years", (1 - passed) * width * middle, label=label, unit="years")
    sheet.line(_ANSWER, total(area) / left, label=_TITLE, unit="years", total=True)
    return sheet.finish()


def _age(sheet: Sheet, age_years: Figure) -> Name:
    label = Label("已存续年数", "age reached")
    return sheet.figure("age_years", age_years, label=label, unit="years", domain=_POSITIVE)


def _survival(sheet: Sheet, expression: Expression) -> Name:
    label = Label("该年龄的残存率", "share left at this age")
    return sheet.line("survival_share", expression, label=label, unit="share")
