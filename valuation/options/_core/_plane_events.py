"""How often does each event happen under the optimal policy? A weight carried forward from the start.

Every step of the roll backwards is a linear map once the choices are fixed; this is its transpose, so one sweep counts
every event, under the process the policy was found with or under another (the real world's).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from valuation.errors import RefusalError
from valuation.kernel.expression import Array
from valuation.options._core._plane_grid import Grid
from valuation.options._core._plane_moves import Moves
from valuation.options._core._plane_roll import Policy, Rolled, choices
from valuation.options._core.problem import ENDED, DecisionProblem, Mode
from valuation.options._core.process import Process

__all__ = ["count_events"]

#: More probability than this in the outermost cells says that the grid does not hold the process.
_AT_THE_EDGE = 1e-3


def count_events(
    problem: DecisionProblem, grid: Grid, rolled: Rolled, moves: Moves, *, process_in: Callable[[Mode], Process]
) -> dict[str, float]:
    """Expected number of times each of ``problem.events()`` happens; a probability where it can happen once.

    Raises
    ------
    RefusalError : a process that leaves the grid.
    """
    counts = dict.fromkeys(problem.events(), 0.0)
    weights = {problem.start_mode: np.ones((1, 1))}
    for date in range(problem.last + 1):
        holding: dict[str, Array] = {}
        for name, weight in weights.items():
            best = rolled.policy[date, name] if date else np.array([[rolled.choice]], dtype=np.int8)
            _decide(problem, problem.by_name[name], date, best, weight, counts, holding)
        if date < problem.last:
            weights = _after_step(problem, grid, moves, date, holding, counts, process_in)
    return counts


def _decide(
    problem: DecisionProblem,
    mode: Mode,
    date: int,
    best: Policy,
    weight: Array,
    counts: dict[str, float],
    holding: dict[str, Array],
) -> None:
    """Count the actions taken in a mode and put the weight where they lead."""
    for index, action in enumerate(choices(problem, mode, date)):
        taken = np.where(best == index, weight, 0.0)
        total = float(taken.sum())
        if action.kind != "wait":
            counts[action.name] += total
        for branch in action.leads_to:
            if branch.event is not None:
                counts[branch.event] += branch.probability_share * total
            if branch.mode != ENDED:
                holding[branch.mode] = holding.get(branch.mode, 0.0) + branch.probability_share * taken


def _after_step(
    problem: DecisionProblem,
    grid: Grid,
    moves: Moves,
    date: int,
    holding: Mapping[str, Array],
    counts: dict[str, float],
    process_in: Callable[[Mode], Process],
) -> dict[str, Array]:
    """Where the weight of each mode is at the next points of decision."""
    time, interval = problem.times_years[date], problem.interval_years(date)
    found = {}
    for name, taken in holding.items():
        mode = problem.by_name[name]
        weight = grid.points.gather(taken) if date else taken
        if mode.hazard is not None:
            survival = mode.hazard.survival_share(time, time + interval)
            counts[mode.hazard.event] += (1 - survival) * float(weight.sum())
            weight = survival * weight
        moved = moves.over(process_in(mode), time, interval, is_from_start=date == 0).carried(weight)
        _check_edges(problem, grid, moved)
        found[name] = grid.unproject(moved)
    return found


def _check_edges(problem: DecisionProblem, grid: Grid, weight: Array) -> None:
    for index, factor in enumerate(problem.process.factors):
        if grid.axes[index].is_orbit:
            continue
        along = weight.sum(axis=1 - index)
        if max(abs(float(along[0])), abs(float(along[-1]))) > _AT_THE_EDGE:
            raise RefusalError.of(
                f"process.{factor.name}",
                found="a probability above 0.1 % at the end of the grid",
                expected="a process that stays on it",
                advice="Raise reach_deviations, or give a process nearer to the one valued with.",
            )
