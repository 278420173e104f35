"""A right that may be extended for a fee: where that is best, and the same right as a decision problem."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import special

from valuation.kernel.expression import Array
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Mode
from valuation.options._core.process import Lognormal, alone
from valuation.options._inputs import hazard_of

__all__ = ["Extendible", "extendible_problem", "solved_extendible"]

#: A critical level beyond so many deviations of the value at the first date is as good as none.
_REACH = 12.0


@dataclasses.dataclass(frozen=True)
class Extendible:
    """The numbers of the right, in the order of the searches' arguments."""

    sign: float
    value: float
    amount: float
    first_years: float
    extended_amount: float
    extended_years: float
    fee: float
    volatility: float
    rate: float
    payout: float
    loss_rate: float

    @property
    def more_years(self) -> float:
        """How much longer the extended right lasts."""
        return self.extended_years - self.first_years

    def extended(self, level: float) -> float:
        """What the extended right is worth at the first date, the fee paid: Black–Scholes, less what is lost."""
        spread = self.volatility * math.sqrt(self.more_years)
        ratio = math.log(level / self.extended_amount)
        d1 = (ratio + (self.rate - self.payout) * self.more_years) / spread + spread / 2
        asset = level * math.exp(-self.payout * self.more_years) * special.ndtr(self.sign * d1)
        money = self.extended_amount * math.exp(-self.rate * self.more_years) * special.ndtr(self.sign * (d1 - spread))
        return float(self.sign * (asset - money) * math.exp(-self.loss_rate * self.more_years) - self.fee)

    def exercised(self, level: float) -> float:
        """What exercising at the first date brings."""
        return self.sign * (level - self.amount)

    def edges(self) -> tuple[float, float]:
        """Between which levels is it best to extend? From letting it lapse to exercising; (K₁, K₁): nowhere.

        Extending gains on exercising with a slope between −1 and 0 for a call (0 and 1 for a put), and is worth more
        the further the right is in the money: each edge is one root, or lies beyond all that can be reached.
        """
        lapse = self._root(self.extended, rises=self.sign > 0)
        exercise = self._root(lambda level: self.extended(level) - self.exercised(level), rises=self.sign < 0)
        is_open = self.sign * (exercise - lapse) > 0
        return (lapse, exercise) if is_open else (self.amount, self.amount)

    def _root(self, gain: Callable[[float], float], *, rises: bool) -> float:
        """Where a monotone gain is 0; the end of the reach towards which it would be."""
        deviation = self.volatility * math.sqrt(self.first_years)
        centre = math.log(self.value) + (self.rate - self.payout) * self.first_years
        reach = _REACH * deviation + deviation**2
        low, high = centre - reach, centre + reach
        direction = 1.0 if rises else -1.0
        if direction * gain(math.exp(low)) >= 0:
            return math.exp(low)
        if direction * gain(math.exp(high)) <= 0:
            return math.exp(high)
        from scipy.optimize import brentq  # where it is used: reading the catalogue should not wait for it

        return math.exp(float(brentq(lambda at: gain(math.exp(at)), low, high, xtol=1e-14, rtol=1e-14)))


def extendible_problem(right: Extendible, hazard_rate: float) -> DecisionProblem:
    """The same right as a decision problem of three dates; the second way, and what probabilities come from."""

    def exercise(amount: float) -> Callable[[float, Sequence[Array]], Array]:
        return lambda time, state: right.sign * (state[0] - amount)

    def fee(time: float, state: Sequence[Array]) -> Array:
        return np.full_like(state[0], -right.fee)

    end = (Branch(ENDED),)
    held = (
        Action("wait", "wait", (Branch("held"),), dates=frozenset([0])),
        Action("invest", "exercise at first", end, gain=exercise(right.amount), dates=frozenset([1])),
        Action("renew", "extend", (Branch("extended"),), gain=fee, dates=frozenset([1])),
        Action("abandon", "lapse at first", end, dates=frozenset([1, 2])),
    )
    extended = (
        Action("wait", "wait", (Branch("extended"),), dates=frozenset([0, 1])),
        Action("invest", "exercise once extended", end, gain=exercise(right.extended_amount), dates=frozenset([2])),
        Action("abandon", "lapse once extended", end, dates=frozenset([2])),
    )
    hazard = hazard_of(hazard_rate)
    modes = (Mode("held", held, hazard=hazard), Mode("extended", extended, hazard=hazard))
    times = (0.0, right.first_years, right.extended_years)
    process = alone("value", "log", Lognormal(right.rate - right.payout, right.volatility**2))
    return DecisionProblem(process, (right.value,), "held", modes, times, right.rate)


def solved_extendible(right: Extendible) -> LineSolution:
    return solve_line(extendible_problem(right, right.loss_rate))
