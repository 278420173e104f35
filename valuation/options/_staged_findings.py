"""What is read off a staged project that was rolled back on cash flow and cost: when to give up, states of today."""

from __future__ import annotations

import math

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._answer import Threshold, TreeNode
from valuation.options._core.plane import PlaneSolution
from valuation.options._core.plane import Threshold as Crossings
from valuation.options._staged_rnd import ABANDON, DEVELOPING, GO_ON, StagedRnd

__all__ = ["abandonment_boundary", "delta_of", "states_today"]

#: What is left to spend, as a share of what is expected today, where the boundary is shown.
LEFT_SHARES = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5)
#: Cash flows shown today, in deviations of what it can reach by the horizon.
_DEVIATIONS = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
#: How far the cash flow is moved for its sensitivity, and the most of its deviation that this may be.
_DELTA_STEP, _DELTA_DEVIATIONS = 0.01, 0.25


def abandonment_boundary(solution: PlaneSolution, cost_to_completion: float) -> tuple[Threshold, ...]:
    """Below which cash flow is the project given up, at several dates, for several costs left to spend?

    Returns
    -------
    One row for each date and cost: ``mode`` names the cost left, ``high`` the cash flow. A cost with which the project
    is given up (or carried on) at every cash flow on the grid has no row at that date.
    """
    found = []
    for each in solution.thresholds:
        if (each.action_below, each.action_above) != (GO_ON, ABANDON):
            continue
        time = solution.problem.times_years[each.date]
        for share in LEFT_SHARES:
            level = _cash_flow_at(each, share * cost_to_completion)
            if level is not None:
                left = f"{DEVELOPING}, cost left {share * cost_to_completion:.6g}"
                found.append(Threshold(time, left, ABANDON, None, level))
    return tuple(found)


def _cash_flow_at(crossings: Crossings, cost: float) -> float | None:
    """The cash flow at which a project with this cost left is given up, between the points where it was found."""
    costs, flows = crossings.second_factor, np.log(crossings.first_factor)
    if not costs.min() <= cost <= costs.max():
        return None
    # The highest cash flow at which one still gives up: of two crossings the careful one.
    order = np.maximum.accumulate(costs)
    return float(np.exp(np.interp(cost, order, flows)))


def states_today(solution: PlaneSolution, project: StagedRnd) -> tuple[TreeNode, ...]:
    """What is the project worth today, with the present cost left, at other cash flows, and what is then done?"""
    cash, cost = solution.problem.start
    levels = cash * np.exp(_reach(project) * np.array(_DEVIATIONS))
    held = _held(solution, levels, cost)
    actions = [GO_ON if value >= 0 else ABANDON for value in held]
    rows = zip(levels, np.maximum(held, 0.0), actions, strict=True)
    return tuple(TreeNode(0.0, float(level), float(value), action) for level, value, action in rows)


def delta_of(solution: PlaneSolution, project: StagedRnd) -> float:
    """How does the value move with the cash flow a year? A central difference over ±1 % on the surface of today.

    It is over less where the grid of a steadier cash flow does not reach that far.
    """
    cash, cost = solution.problem.start
    step = min(_DELTA_STEP, _DELTA_DEVIATIONS * _reach(project))
    levels = cash * np.array([1 - step, 1 + step])
    low, high = np.maximum(_held(solution, levels, cost), 0.0)
    return float((high - low) / (levels[1] - levels[0]))


def _reach(project: StagedRnd) -> float:
    return project.volatility * math.sqrt(project.horizon_years)


def _held(solution: PlaneSolution, cash_flows: Array, cost: float) -> Array:
    return solution.continuation(DEVELOPING, cash_flows, np.array([cost]))[:, 0]
