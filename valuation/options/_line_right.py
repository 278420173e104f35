"""A right to exchange a cost for a value (call) or a value for an amount (put), as a problem on one factor."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._core.limit import Limit, in_the_limit
from valuation.options._core.line import LineSolution, solve_line
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Mode
from valuation.options._core.process import Lognormal, alone
from valuation.options._inputs import hazard_of

__all__ = [
    "DATES_MANY",
    "DATES_ONE",
    "SHOWN_STEPS",
    "Right",
    "at_any_time",
    "end_share",
    "exercise_problem",
    "solved_at_any_time",
]

#: The fewest of the three numbers of dates that are carried to the limit: for one valuation, and for many draws.
DATES_ONE, DATES_MANY = 16, 4
#: Steps of the solution that thresholds are read from.
SHOWN_STEPS = 24


@dataclasses.dataclass(frozen=True)
class Right:
    """What the right is on.

    ``sign`` is 1 for a call and −1 for a put, ``rate`` and ``payout`` are continuous yearly yields of the cost and of
    the value, ``loss_rate`` is the yearly rate at which the right's own value is lost to a threat.
    """

    sign: float
    value: float
    cost: float
    life_years: float
    rate: float
    payout: float
    volatility: float
    loss_rate: float

    def gain(self, time: float, state: Sequence[Array]) -> Array:
        """What exercising brings."""
        return self.sign * (state[0] - self.cost)


def exercise_problem(right: Right, steps: int, *, only_at_the_end: bool = False) -> DecisionProblem:
    """Exercise at any of the dates, or at the last one only, or let the right lapse."""
    last = frozenset([steps])
    act = Action("invest", "exercise", (Branch(ENDED),), gain=right.gain, dates=last if only_at_the_end else None)
    wait = Action("wait", "wait", (Branch("held"),), dates=frozenset(range(steps)))
    lapse = Action("abandon", "lapse", (Branch(ENDED),), dates=last)
    held = Mode("held", (wait, act, lapse), hazard=hazard_of(right.loss_rate))
    times = tuple(float(time) for time in np.linspace(0.0, right.life_years, steps + 1))
    process = alone("value", "log", Lognormal(right.rate - right.payout, right.volatility**2))
    return DecisionProblem(process, (right.value,), "held", (held,), times, right.rate)


# The paper's value and its note on convergence are the same search.
@functools.lru_cache(maxsize=16)
def at_any_time(right: Right, *, dates: int = DATES_ONE) -> Limit:
    """What is the right worth if it may be exercised at any time of its life?"""
    return in_the_limit(lambda steps: solve_line(exercise_problem(right, steps)).value, dates=dates)


def solved_at_any_time(right: Right, threat_rate: float) -> LineSolution:
    """The policy of exercising at ``SHOWN_STEPS`` dates, whose events are counted with the whole threat λ.

    The policy is that of a right which loses its value at λ(1 − ρ); what strikes and ends it has the rate λ.
    """
    solution = solve_line(exercise_problem(right, SHOWN_STEPS))
    counted = exercise_problem(dataclasses.replace(right, loss_rate=threat_rate), SHOWN_STEPS)
    return dataclasses.replace(solution, problem=counted)


def end_share(threat_rate: float, years: float) -> float:
    """The probability that the threat has struck within so many years."""
    return -math.expm1(-threat_rate * years)
