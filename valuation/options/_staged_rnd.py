"""A development project whose remaining cost and whose cash flow are both uncertain, as a decision problem.

While it is developed the outlay I·Δ is paid at the START of each step, what is left to spend follows
dK = −I dt + φ √(I K) dz, a catastrophe may end it, and the owner may abandon it at the start of each step. When K has
fallen to zero at the end of a step, the project is complete: it pays the cash flow C a year until the horizon T, and
M·C then. C is a geometric Brownian motion, correlated with K.

Carried through whatever happens, the project is worth C·A − B, where A and B depend on the cost alone.

References: Schwartz (2004), Patents and R&D as real options, Economic Notes 33.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.options._core.plane import PlaneSettings, PlaneSolution, solve_plane
from valuation.options._core.problem import ENDED, Action, Branch, DecisionProblem, Hazard, Mode, Payoff, State, nothing
from valuation.options._core.process import (
    CostToCompletion,
    Factor,
    Lognormal,
    Motion,
    Move,
    Process,
    Steady,
    joint,
)

__all__ = ["ABANDON", "CASH_FLOW", "CATASTROPHE", "COMPLETE", "COST", "DEVELOPING", "GO_ON", "StagedRnd", "refined"]

CASH_FLOW, COST = "cash_flow_per_year", "cost_to_completion"
_LOSS = "loss_after_completion_per_year"
DEVELOPING, GO_ON = "developing", "go_on"
ABANDON, COMPLETE, CATASTROPHE = "abandon", "complete", "catastrophe"
#: Nodes for the sums over the cost alone, and how well two grids of them must agree.
_COST_NODES, _COST_SHARE = (24, 48, 96, 192), 1e-3
_COST_FACTOR = Factor(COST, "linear", kinks=(0.0,))


@dataclass(frozen=True)
class StagedRnd:
    """A project in development: money in one unit, rates a year, continuously compounded.

    ``drift_per_year`` is that of the cash flow in the real world, ``risk_premium_per_year`` what its value's drift is
    lower by. ``cost_uncertainty`` is φ. ``hazard_per_year`` holds while it is developed; nothing is left.
    ``loss_after_completion_per_year`` is the share of its value that the completed project is expected to lose a year
    to sudden events (their rate times the share lost).
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
    loss_after_completion_per_year: float = 0.0
    can_abandon: bool = True

    def __post_init__(self) -> None:
        for name in ("cash_flow_per_year", "cost_to_completion", "investment_per_year", "horizon_years", "step_years"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise InputError.of(name, found=getattr(self, name), expected="a positive number")
        for name in ("volatility", "cost_uncertainty", "hazard_per_year", "terminal_multiple", _LOSS):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise InputError.of(name, found=getattr(self, name), expected="zero or a positive number")
        steps = self.horizon_years / self.step_years
        if not math.isclose(steps, round(steps), rel_tol=1e-9) or steps < 1:
            raise InputError.of("step_years", found=self.step_years, expected="a whole number of steps in the horizon")

    def problem(self) -> DecisionProblem:
        """The project as a decision problem, in the measure that values it."""
        step = self.step_years
        developing = Mode(
            DEVELOPING,
            self._actions(),
            flow=lambda time, interval, state: np.full_like(state[1], -self.investment_per_year * interval),
            hazard=Hazard(CATASTROPHE, lambda time, until: self.hazard_per_year * (until - time)),
        )
        return DecisionProblem(
            process=self._process(self.drift_of_value_per_year),
            start=(self.cash_flow_per_year, self.cost_to_completion),
            start_mode=DEVELOPING,
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
        """What is the completed project worth: ``C (1 − e^(−g(T−t)))/g + M C e^(−g(T−t))``, ``g = r − α + loss``."""
        left = self.horizon_years - time
        net = self.rate_per_year - self.drift_of_value_per_year + self.loss_after_completion_per_year
        annuity = -math.expm1(-net * left) / net if net else left
        return cash_flow_per_year * (annuity + self.terminal_multiple * math.exp(-net * left))

    @property
    def drift_of_value_per_year(self) -> float:
        """α, the drift under which the cash flow is valued."""
        return self.drift_per_year - self.risk_premium_per_year

    def value_at_certain_cost(self) -> float:
        """What would it be worth, carried through, if its cost were certain (φ = 0)?

        With n = ⌈K/(IΔ)⌉ outlays: ``C e^(−(r−α+λ)nΔ) · multiple(nΔ) − Σ over k < n of IΔ e^(−(r+λ)kΔ)``; without the
        first part, and with all outlays until T, if nΔ lies beyond T.
        """
        step, steps = self.step_years, round(self.horizon_years / self.step_years)
        # A cost that is a whole number of outlays up to rounding takes that number.
        needed = max(1, math.ceil(self.cost_to_completion / (self.investment_per_year * step) - 1e-9))
        rate = self.rate_per_year + self.hazard_per_year
        outlays = [self.investment_per_year * step * math.exp(-rate * step * k) for k in range(min(needed, steps))]
        if needed > steps:
            return -math.fsum(outlays)
        grown = self.cash_flow_per_year * math.exp((self.drift_of_value_per_year - rate) * needed * step)
        return float(self.completed_value(needed * step, np.array(grown))) - math.fsum(outlays)

    def committed_value(self) -> float:
        """What is the project worth, carried through whatever happens: ``C·A − B``?

        A is what completion is worth for a cash flow of one, B the outlays, each a problem of the cost alone. In A the
        cash flow is the unit of account: its drift leaves the rate, and the cost's normal is shifted by ρ σ √Δ.
        """
        shifted = _Shifted(self._cost_motion(), self.correlation * self.volatility)
        one = self._of_cost_alone(shifted, self.rate_per_year - self.drift_of_value_per_year, gain=self._of_one)
        outlays = self._of_cost_alone(self._cost_motion(), self.rate_per_year, gain=None)
        return self.cash_flow_per_year * _sum_on_cost(one) + _sum_on_cost(outlays)

    def completion_share_if_never_struck(self) -> float:
        """With which probability is it completed within the horizon, carried through and without a catastrophe?"""
        safe = replace(self, hazard_per_year=0.0)
        return _sum_on_cost(
            safe._of_cost_alone(self._cost_motion(), 0.0, gain=lambda time, state: np.ones_like(state[0]))
        )

    def _of_one(self, time: float, state: State) -> Array:
        """The completed value of a cash flow of one, whatever the state."""
        return np.asarray(self.completed_value(time, np.ones_like(state[0])))

    def _of_cost_alone(self, motion: Motion, rate: float, *, gain: Payoff | None) -> DecisionProblem:
        """What completion brings by ``gain``, or the outlays without one, beside a factor that stands still."""
        own = self.without_abandonment().problem()
        mode = own.modes[0]
        go_on, complete = mode.actions
        if gain is None:
            mode = replace(mode, actions=(go_on, replace(complete, gain=nothing)))
        else:
            mode = replace(mode, flow=None, actions=(go_on, replace(complete, gain=gain)))
        process = joint([(Factor("one", "linear"), Steady()), (_COST_FACTOR, motion)], [[1.0, 0.0], [0.0, 1.0]])
        return replace(own, process=process, modes=(mode,), start=(1.0, self.cost_to_completion), rate_per_year=rate)

    def _process(self, drift: float) -> Process:
        cash = (Factor(CASH_FLOW, "log"), Lognormal(drift, self.volatility**2))
        return joint([cash, (_COST_FACTOR, self._cost_motion())], [[1.0, self.correlation], [self.correlation, 1.0]])

    def _cost_motion(self) -> CostToCompletion:
        return CostToCompletion(self.investment_per_year, self.cost_uncertainty)

    def _actions(self) -> tuple[Action, ...]:
        go_on = Action("wait", GO_ON, (Branch(DEVELOPING),), condition=_is_unfinished)
        abandon = Action("abandon", ABANDON, (Branch(ENDED),), condition=_is_unfinished)
        complete = Action(
            "complete",
            COMPLETE,
            (Branch(ENDED),),
            gain=lambda time, state: self.completed_value(time, state[0]),
            condition=lambda time, state: ~_is_unfinished(time, state),
        )
        return (go_on, abandon, complete) if self.can_abandon else (go_on, complete)


@dataclass(frozen=True)
class _Shifted:
    """A motion whose normal has the mean ``shift_per_root_year`` · √Δ: its move where another factor is the unit."""

    motion: Motion
    shift_per_root_year: float

    def scenarios(self, time: float, interval: float) -> tuple[float, ...]:
        """Those of the motion."""
        return self.motion.scenarios(time, interval)

    def move(self, time: float, interval: float, coordinate: Array, scenario: int) -> Move:
        """The mean moves by the shift in deviations."""
        mean, deviation = self.motion.move(time, interval, coordinate, scenario)
        return mean + self.shift_per_root_year * math.sqrt(interval) * deviation, deviation


def refined(
    problem: DecisionProblem, sizes: Sequence[int], is_accurate: Callable[[PlaneSolution], bool]
) -> PlaneSolution:
    """The solution on the first of these pairs of grids (nodes of each factor) that is accurate, or on the last.

    Raises
    ------
    RefusalError : the last pair of grids differs by more than a hundredth.
    """
    for nodes in sizes[:-1]:
        try:
            solution = solve_plane(problem, settings=PlaneSettings((nodes, nodes), tolerance_share=0.1))
        except RefusalError:
            # Grids that differ by more than a tenth know nothing yet.
            continue
        if is_accurate(solution):
            return solution
    return solve_plane(problem, settings=PlaneSettings((sizes[-1], sizes[-1])))


def _sum_on_cost(problem: DecisionProblem) -> float:
    def is_accurate(solution: PlaneSolution) -> bool:
        return solution.convergence.difference <= _COST_SHARE * abs(solution.value)

    return refined(problem, _COST_NODES, is_accurate).value


def _is_unfinished(time: float, state: State) -> np.typing.NDArray[np.bool_]:
    return np.asarray(state[1] > 0)
