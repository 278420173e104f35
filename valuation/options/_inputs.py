"""What the inputs of several option methods have in common: rates, the threat to the right, how many dates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field

from valuation.discounting.timing import year_fraction
from valuation.errors import InputError
from valuation.kernel.expression import Array, Name, logarithm
from valuation.kernel.fields import FrozenModel, Reason
from valuation.kernel.figures import Figure, PositiveFigure, RateFigure, ShareFigure, within
from valuation.kernel.labels import Label
from valuation.kernel.method import Setting
from valuation.kernel.worksheet import Sheet
from valuation.options._core.problem import Hazard, State

__all__ = [
    "Compounding",
    "ConstantThreat",
    "LifeFigure",
    "NoThreat",
    "Threat",
    "VolatilityFigure",
    "check_life",
    "continuous_rate",
    "each_draw",
    "hazard_of",
    "threat_rate",
]

Compounding = Literal["continuous", "annual"]
LifeFigure = Annotated[PositiveFigure, AfterValidator(within(0, 100))]
VolatilityFigure = Annotated[PositiveFigure, AfterValidator(within(0, 3))]


class NoThreat(FrozenModel):
    """The right is not threatened, and why that may be said."""

    kind: Literal["none"]
    reason: Reason


class ConstantThreat(FrozenModel):
    """A sudden end (invalidation 宣告无效, a lost suit) at a yearly rate λ; the share that is left of the value.

    The probability that it strikes within t years is 1 − e^(−λt). It is a discrete event: it belongs neither in the
    volatility nor once more in the discount rate.

    Attributes
    ----------
    rate_per_year : λ, how often such an end is expected a year.
    recovery_share : the share of the value that is left when it strikes.
    """

    kind: Literal["constant"]
    rate_per_year: Annotated[Figure, AfterValidator(within(0, 5))]
    recovery_share: ShareFigure


Threat = Annotated[NoThreat | ConstantThreat, Field(discriminator="kind")]


def threat_rate(sheet: Sheet, threat: NoThreat | ConstantThreat) -> Name:
    """Enter the yearly rate of the threat; none is 0, with its reason."""
    label = Label("被宣告无效（突发失效）年率 λ", "yearly rate λ of a sudden end (invalidation)")
    if isinstance(threat, NoThreat):
        return sheet.derived("threat_rate", 0.0, label=label, unit="1/year", reason=threat.reason)
    return sheet.figure("threat_rate", threat.rate_per_year, label=label, unit="1/year", domain=(0, 5))


def hazard_of(rate_per_year: float, recovery: Callable[[float, State], Array] | None = None) -> Hazard | None:
    """The threat as the decision problem's hazard; None without one."""
    if rate_per_year == 0:
        return None
    left = recovery or (lambda time, state: np.zeros_like(state[0]))
    return Hazard("invalidated", lambda time, until: rate_per_year * (until - time), left)


def continuous_rate(sheet: Sheet, stated: RateFigure, compounding: Compounding) -> Name:
    """Enter the riskless rate and the continuously compounded rate that it is; an annual rate r enters as ln(1 + r)."""
    rate = sheet.figure(
        "riskless_rate_share", stated, label=Label("无风险利率", "riskless rate"), unit="share", domain=(-0.5, 2)
    )
    return sheet.line(
        "continuous_rate",
        rate * 1 if compounding == "continuous" else logarithm(1 + rate),
        label=Label("连续复利利率", "continuously compounded rate"),
        unit="share",
    )


def check_life(field: str, life_years: float, setting: Setting) -> None:
    """Refuse a life that is longer than the legal protection, where the subject states its end."""
    legal = setting.subject.legal_end()
    if legal is None:
        return
    longest = year_fraction(setting.dates.valuation_date, legal)
    # A day's grace, because a life stated as 5.8 years is rounded.
    if life_years > longest + 1 / 365:
        raise InputError.of(field, found=life_years, expected=f"no more than the {longest:.4g} years to {legal}")


def each_draw(value_of: Callable[..., float]) -> Callable[..., Array]:
    """A search for a worksheet from a function of numbers: called for each draw in turn.

    ``value_of`` gets one number for each argument, and ``draws``: how many are asked for, so that it may solve one
    valuation finely and many more coarsely (its convergence note must say so).
    """

    def searched(*arguments: Array) -> Array:
        columns = np.broadcast_arrays(*(np.atleast_1d(argument) for argument in arguments))
        draws = columns[0].size
        found = np.empty(draws)
        for draw in range(draws):
            found[draw] = value_of(*(float(column[draw]) for column in columns), draws=draws)
        return found

    return searched
