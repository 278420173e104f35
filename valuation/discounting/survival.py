"""How likely is it that the right, or its earning power, is still there?"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from valuation.kernel.expression import Expression, Name, exponential
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Figure, PositiveFigure, Series, ShareSeries, at_least
from valuation.kernel.labels import Label
from valuation.kernel.worksheet import Sheet

__all__ = ["Survival", "mid_time_line", "survival_line"]


class NoAttrition(FrozenModel):
    """The right is taken to last to the end of its life; the reason says why."""

    kind: Literal["none"]
    reason: Reason


class ExponentialSurvival(FrozenModel):
    """Constant hazard λ a year: ``S(t) = exp(−λ t)``."""

    kind: Literal["exponential"]
    annual_hazard: Annotated[Figure, AfterValidator(at_least(0))]


class WeibullSurvival(FrozenModel):
    """Hazard that changes with age: ``S(t) = exp((a/η)^β − ((a + t)/η)^β)`` for a right already ``a`` years old."""

    kind: Literal["weibull"]
    shape: PositiveFigure
    scale_years: PositiveFigure
    age_years: Annotated[Figure, AfterValidator(at_least(0))]


def _never_rising(probability: Series) -> Series:
    """What has lapsed does not come back."""
    if any(later > earlier for earlier, later in itertools.pairwise(probability.values)):
        raise PydanticCustomError("survival", "probabilities that never rise from one year to the next")
    return probability


class TabulatedSurvival(FrozenModel):
    """One probability for each year of the forecast."""

    kind: Literal["table"]
    probability: Annotated[ShareSeries, AfterValidator(_never_rising)]


Survival = Annotated[
    NoAttrition | ExponentialSurvival | WeibullSurvival | TabulatedSurvival, Field(discriminator="kind")
]

_LABEL = Label("存续概率", "survival probability")


def survival_line(sheet: Sheet, survival: Survival, *, mid_times: Sequence[float]) -> Name:
    """Write the survival probability of each year on the sheet, taken at the middle of its counted part.

    Tested by: ``tests/valuation/discounting/test_survival.py`` (memorylessness of the exponential, Weibull with
    shape 1 equals it, conditional on age: S(0) = 1).
    """
    if isinstance(survival, NoAttrition):
        ones = [1.0] * len(mid_times)
        return sheet.derived_row("survival", ones, label=_LABEL, unit="share", reason=survival.reason)
    if isinstance(survival, TabulatedSurvival):
        return sheet.series("survival", survival.probability, label=_LABEL, unit="share", domain=(0, 1))
    label = Label("存续年数（当期中点）", "age of the forecast, middle of the counted part")
    time = mid_time_line(sheet, "survival_time_years", mid_times, label=label)
    return sheet.line("survival", _curve(sheet, survival, time), label=_LABEL, unit="share")


def mid_time_line(sheet: Sheet, name: str, mid_times: Sequence[float], *, label: Label) -> Name:
    """Write the middle of the counted part of each year, at which everything that wears away is read."""
    reason = "days from the valuation date to the middle of the counted part of each year"
    return sheet.derived_row(name, mid_times, label=label, unit="years", reason=reason)


def _curve(sheet: Sheet, survival: ExponentialSurvival | WeibullSurvival, time: Name) -> Expression:
    if isinstance(survival, ExponentialSurvival):
        hazard = sheet.figure(
            "annual_hazard",
            survival.annual_hazard,
            label=Label("年失效强度", "annual hazard"),
            unit="1/year",
            domain=(0, float("inf")),
        )
        return exponential(-(hazard * time))
    positive = (0.0, float("inf"))
    shape = sheet.figure(
        "weibull_shape",
        survival.shape,
        label=Label("威布尔形状参数", "Weibull shape"),
        unit="1",
        domain=positive,
    )
    scale = sheet.figure(
        "weibull_scale_years",
        survival.scale_years,
        label=Label("威布尔尺度参数", "Weibull scale"),
        unit="years",
        domain=positive,
    )
    age = sheet.figure(
        "age_years",
        survival.age_years,
        label=Label("已存续年数", "age so far"),
        unit="years",
        domain=positive,
    )
    return exponential((age / scale) ** shape - ((age + time) / scale) ** shape)
