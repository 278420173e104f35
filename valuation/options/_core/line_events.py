"""How often does what happen under the policy that a solution found?

The same recursion as the value, along decisions that are already taken, without discount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._core.curve import Curve
from valuation.options._core.line_grid import Grid
from valuation.options._core.line_integral import Integrator, Piece
from valuation.options._core.problem import ENDED, Action, DecisionProblem, Mode
from valuation.options._core.process import Process

__all__ = ["Region", "expected_counts"]


@dataclass(frozen=True)
class Region:
    """Between two coordinates one action is best."""

    low: float
    high: float
    action: Action


#: The regions of every mode, for each date.
Policy = tuple[Mapping[str, tuple[Region, ...]], ...]


@dataclass(frozen=True)
class _Count:
    """How often something is counted from a date on, if an action is taken there."""

    problem: DecisionProblem
    follows: Mapping[str, Curve]
    date: int
    action: Action
    event: str

    def __call__(self, coordinates: Array) -> Array:
        total = np.full(coordinates.shape, float(self.action.name == self.event and self.action.kind != "wait"))
        for branch in self.action.leads_to:
            total += branch.probability_share * float(branch.event == self.event)
            if branch.mode != ENDED and self.date < self.problem.last:
                total += branch.probability_share * self.follows[branch.mode](coordinates)
        return total


def expected_counts(problem: DecisionProblem, grid: Grid, policy: Policy, process: Process | None) -> dict[str, float]:
    """The expected number of times each event of the problem happens, from today on.

    ``process`` is how the factor moves where a mode has no process of its own; None: the problem's.
    """
    counted: dict[str, float] = {}
    integrator = Integrator(grid)
    for event in problem.events():
        nothing = Curve(grid.nodes, grid.levels, np.zeros_like(grid.nodes), grid.is_log)
        follows: dict[str, Curve] = {mode.name: nothing for mode in problem.modes}
        for date in range(problem.last - 1, -1, -1):
            follows = {
                mode.name: _counted(problem, policy, integrator, process, event, date, mode, follows)
                for mode in problem.modes
            }
        start = np.array([grid.nodes[grid.start]])
        for region in policy[0][problem.start_mode]:
            if region.low <= start[0] <= region.high:
                counted[event] = float(_Count(problem, follows, 0, region.action, event)(start)[0])
                break
    return counted


def _counted(
    problem: DecisionProblem,
    policy: Policy,
    integrator: Integrator,
    process: Process | None,
    event: str,
    date: int,
    mode: Mode,
    follows: Mapping[str, Curve],
) -> Curve:
    grid, after = integrator.grid, date + 1
    time, interval = problem.times_years[date], problem.interval_years(date)
    pieces = [
        Piece(region.low, region.high, _Count(problem, follows, after, region.action, event))
        for region in policy[after][mode.name]
    ]
    moved = process if process is not None and mode.process is None else problem.process_in(mode)
    expected = integrator.expected(moved, time, interval, pieces)
    if mode.hazard is not None:
        stays = mode.hazard.survival_share(time, time + interval)
        expected = stays * expected + (1 - stays) * float(mode.hazard.event == event)
    return Curve(grid.nodes, grid.levels, expected, grid.is_log)
