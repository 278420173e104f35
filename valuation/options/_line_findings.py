"""Thresholds and a tree, read off a solution on one factor."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from valuation.options._answer import Threshold, TreeNode
from valuation.options._core.line import LineSolution
from valuation.options._core.process import coordinates_of

__all__ = ["thresholds_of", "tree_of"]

#: How many times a boundary is shown at, and how many steps a tree has, at the most.
MOST_TIMES = 25
TREE_STEPS = 6


def thresholds_of(
    solution: LineSolution, *, modes: Sequence[str] | None = None, wanted: Sequence[str] | None = None
) -> tuple[Threshold, ...]:
    """Where, at several times, is each action other than waiting the best one?

    ``modes`` and ``wanted`` (names of actions) narrow it down; by default all of them. Actions that are best nowhere
    at a time have no row there.
    """
    problem = solution.problem
    found = []
    for date in _some(problem.last + 1, MOST_TIMES):
        for mode in problem.modes:
            if modes is not None and mode.name not in modes:
                continue
            for region in solution.policy[date][mode.name]:
                action = region.action
                if action.kind == "wait" or (wanted is not None and action.name not in wanted):
                    continue
                low, high = (_level(solution, bound) for bound in (region.low, region.high))
                found.append(Threshold(problem.times_years[date], mode.name, action.name, low, high))
    return tuple(found)


def tree_of(solution: LineSolution, *, modes: Sequence[str] | None = None) -> tuple[TreeNode, ...]:
    """A small tree of states, one deviation apart, with value and best action; ``modes`` is the mode at each date.

    A reading aid: the value comes from the fine solution, the tree does not compute it.
    """
    problem = solution.problem
    motion = problem.process.motions[0]
    dates = _some(problem.last + 1, TREE_STEPS + 1)
    (start,) = coordinates_of(problem.process.factors, (np.array([problem.start[0]]),))
    mean, variance = start, 0.0
    nodes: list[TreeNode] = []
    for step, date in enumerate(dates):
        if step:
            for each in range(dates[step - 1], date):
                mean, deviation = motion.move(problem.times_years[each], problem.interval_years(each), mean, 0)
                variance += float(deviation[0]) ** 2
        spread = math.sqrt(variance / step) if step else 0.0
        where = float(mean[0]) + spread * np.arange(-step, step + 1, 2)
        mode = modes[date] if modes is not None else problem.start_mode
        nodes += _nodes(solution, date, mode, where, first=len(nodes), step=step)
    return tuple(nodes)


def _nodes(solution: LineSolution, date: int, mode: str, where: np.ndarray, *, first: int, step: int) -> list[TreeNode]:
    values = solution.value_at(date, mode, where)
    levels = np.exp(where) if solution.grid.is_log else where
    nodes = []
    for position, (coordinate, level, value) in enumerate(zip(where, levels, values, strict=True)):
        above, below = first - step + position, first - step + position - 1
        parents = tuple(p for p in (below, above) if step and first - step <= p < first)
        nodes.append(
            TreeNode(
                solution.problem.times_years[date],
                float(level),
                float(value),
                _action_at(solution, date, mode, float(coordinate)),
                parents,
            )
        )
    return nodes


def _action_at(solution: LineSolution, date: int, mode: str, coordinate: float) -> str:
    for region in solution.policy[date][mode]:
        if region.low <= coordinate <= region.high:
            return region.action.name
    raise AssertionError("the regions of a mode cover every coordinate")


def _level(solution: LineSolution, bound: float) -> float | None:
    if not math.isfinite(bound):
        return None
    return math.exp(bound) if solution.grid.is_log else bound


def _some(count: int, most: int) -> list[int]:
    """Indices from first to last, evenly spread, no more than ``most``."""
    return sorted({round(each) for each in np.linspace(0, count - 1, min(count, most))})
