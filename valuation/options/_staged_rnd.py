"""A development project whose remaining cost and whose cash flow are both uncertain, as a decision problem.

While it is developed the outlay I·Δ is paid at the START of each step, what is left to spend follows
dK = −I dt + φ √(I K) dz, a catastrophe may end it, and the owner may abandon it at the start of each step. When K has
fallen to zero at the end of a step, the project is complete: it pays the cash flow C a year until the horizon T, and
M·C then. C is a geometric Brownian motion, correlated with K.

References: Schwartz (2004), Patents and R&D as real options, Economic Notes 33.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Hazard, Mode, State
from valuation.options._core.process import CostToCompletion, Factor, Lognormal, Process, joint

__all__ = ["CASH_FLOW", "COMPLETE", "COST", "StagedRnd"]

CASH_FLOW, COST = "cash_flow_per_year", "cost_to_completion"
ABANDON, COMPLETE, CATASTROPHE = "abandon", "complete", "catastrophe"


@dataclass(frozen=True)
class StagedRnd:
    """A project in development: money in one unit, rates a year, continuously compounded.

    ``drift_per_year`` is that of the cash flow in the real world, ``risk_premium_per_year`` what its value's drift is
    lower by. ``cost_uncertainty`` is φ. ``hazard_per_year`` holds while it is developed; nothing is left.
    """

    cash_flow_per_year: float
    drift_per_year: float
    risk_premium_per_year: float
    volatility: float
    terminal_multiple: float
    cost_to_completion: float
    investment_per_year: float
    cost_uncertainty: float
    hazard_per_year: float
    correlation: float
    rate_per_year: float
    horizon_years: float
    step_years: float
    can_abandon: bool = True

    def __post_init__(self) -> None:
        for name in ("cash_flow_per_year", "cost_to_completion", "investment_per_year", "horizon_years", "step_years"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise InputError.of(name, found=getattr(self, name), expected="a positive number")
        for name in ("volatility", "cost_uncertainty", "hazard_per_year", "terminal_multiple"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise InputError.of(name, found=getattr(self, name), expected="zero or a positive number")
        steps = self.horizon_years / self.step_years
        if not math.isclose(steps, round(steps), rel_tol=1e-9) or steps < 1:
            raise InputError.of("step_years", found=self.step_years, expected="a whole number of steps in the horizon")

    def problem(self) -> DecisionProblem:
        """The project as a decision problem, in the measure that values it."""
        drift = self.drift_per_year - self.risk_premium_per_year
        step = self.step_years
        developing = Mode(
            "developing",
            self._actions(),
            flow=lambda time, interval, state: np.full_like(state[1], -self.investment_per_year * interval),
            hazard=Hazard(CATASTROPHE, lambda time, until: self.hazard_per_year * (until - time)),
        )
        return DecisionProblem(
            process=self._process(drift),
            start=(self.cash_flow_per_year, self.cost_to_completion),
            start_mode="developing",
            modes=(developing,),
            times_years=tuple(step * date for date in range(round(self.horizon_years / step) + 1)),
            rate_per_year=self.rate_per_year,
        )

    def real_world(self) -> Process:
        """How cash flow and cost move as they will be observed."""
        return self._process(self.drift_per_year)

    def without_abandonment(self) -> StagedRnd:
        """The same project, carried through whatever happens."""
        return replace(self, can_abandon=False)

    def completed_value(self, time: float, cash_flow_per_year: Array) -> Array:
        """What is the completed project worth: ``C (1 − e^(−(r−α)(T−t)))/(r−α) + M C e^(−(r−α)(T−t))``."""
        left = self.horizon_years - time
        net = self.rate_per_year - (self.drift_per_year - self.risk_premium_per_year)
        annuity = -math.expm1(-net * left) / net if net else left
        return cash_flow_per_year * (annuity + self.terminal_multiple * math.exp(-net * left))

    def _process(self, drift: float) -> Process:
        cash = (Factor(CASH_FLOW, "log"), Lognormal(drift, self.volatility**2))
        cost = (
            Factor(COST, "linear", kinks=(0.0,)),
            CostToCompletion(self.investment_per_year, self.cost_uncertainty),
        )
        return joint([cash, cost], [[1.0, self.correlation], [self.correlation, 1.0]])

    def _actions(self) -> tuple[Action, ...]:
        go_on = Action("wait", "go_on", (Branch("developing"),), condition=_is_unfinished)
        abandon = Action("abandon", ABANDON, (Branch(ENDED),), condition=_is_unfinished)
        complete = Action(
            "complete",
            COMPLETE,
            (Branch(ENDED),),
            gain=lambda time, state: self.completed_value(time, state[0]),
            condition=lambda time, state: ~_is_unfinished(time, state),
        )
        return (go_on, abandon, complete) if self.can_abandon else (go_on, complete)


def _is_unfinished(time: float, state: State) -> np.typing.NDArray[np.bool_]:
    return np.asarray(state[1] > 0)
