"""The compiled loops of the exponential twist; :mod:`pledge.portfolio._twist` says what they compute.

Importing this module imports numba, so only a run does.

Tested by: ``tests/pledge/portfolio/test_kernels.py`` (the NumPy reference on random books).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from pledge.portfolio._twist import STEPS, TINY
from valuation.kernel.fast_math import exp, log

__all__ = ["KERNEL_OPTIONS", "raised", "solved", "untwisted"]

KERNEL_OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}, "nogil": True}


def _solve(problem: Any, count: Any, room: Any) -> None:
    """θ of each scenario; ``above`` holds ``1 − b`` of every group."""
    groups, largest, theta = problem.twist.groups, problem.twist.largest[0], room.theta
    expected, growth = room.slopes[0], room.slopes[1]
    for s in range(count):
        theta[s] = 0.0
    for _ in range(STEPS):
        for s in range(count):
            expected[s] = 0.0
            growth[s] = 0.0
        for g in range(groups.shape[0]):
            size, mean, variance, above = groups[g, 0], groups[g, 1], groups[g, 2], room.above[g]
            for s in range(count):
                slope = mean + theta[s] * variance
                failing = (1.0 - above[s]) * exp(theta[s] * (mean + 0.5 * theta[s] * variance))
                share = failing / (above[s] + failing)
                expected[s] += size * share * slope
                growth[s] += size * share * ((1.0 - share) * slope * slope + variance)
        for s in range(count):
            at_least = expected[s] if expected[s] > TINY else TINY
            new = theta[s] - log(at_least) * at_least / (growth[s] if growth[s] > TINY else TINY)
            new = new if new > 0.0 else 0.0
            theta[s] = new if new < largest else largest


def _raise(problem: Any, group: Any, first: Any, count: Any, plain: Any, room: Any) -> None:
    """Of every level of the group: tilt, bound and scale; the bounds become the highest of the levels'."""
    begin, end = problem.twist.level_first[group], problem.twist.level_first[group + 1]
    above, bounds, ratio, theta = room.above[group], room.bounds, room.sums[3], room.theta
    for level in range(begin, end):
        size, mean, variance = (
            problem.twist.levels[level, 0],
            problem.twist.levels[level, 1],
            problem.twist.levels[level, 2],
        )
        tilts, raised, scales = room.tilt[level - begin], room.raised[level - begin], room.scale[level - begin]
        for s in range(count):
            tilt = theta[s] * (mean + 0.5 * theta[s] * variance)
            factor = exp(tilt)
            spread = above[s] + (1.0 - above[s]) * factor
            moved = log(spread)
            is_plain = first + s < plain
            tilts[s] = tilt
            raised[s] = bounds[s] if is_plain else bounds[s] + moved
            scales[s] = 1.0 if is_plain else spread / factor
            ratio[s] -= size * moved
    for s in range(count):
        bounds[s] = room.raised[0, s]
    for row in range(1, end - begin):
        for s in range(count):
            bounds[s] = room.raised[row, s] if room.raised[row, s] > bounds[s] else bounds[s]


def _untwist(problem: Any, group: Any, events: Any, room: Any, at: Any) -> Any:
    """Events above the bound of their own level fall out; the others get their number below b: how many they are."""
    begin, ratio, arrivals, scales = problem.twist.level_first[group], room.sums[3], room.states[0], room.early
    kept = at
    for e in range(at, at + events):
        slot, loan = room.slot[e], room.loan[e]
        row = problem.twist.level[loan] - begin
        if arrivals[e] <= room.raised[row, slot]:
            arrivals[kept] = arrivals[e]
            scales[kept] = room.scale[row, slot]
            room.slot[kept] = slot
            room.loan[kept] = loan
            room.sector[kept] = room.sector[e]
            ratio[slot] += room.tilt[row, slot]
            kept += 1
    for e in range(at, kept):
        arrival = arrivals[e]
        near = arrival * (1.0 - arrival * (0.5 - arrival * (0.16666666666666666 - arrival * 0.041666666666666664)))
        number = (near if arrival < 1e-3 else 1.0 - exp(-arrival)) * scales[e]
        near = number * (1.0 + number * (0.5 + number * (0.3333333333333333 + number * 0.25)))
        arrivals[e] = near if number < 1e-3 else -log(1.0 - number)
    return kept - at


_compiled = njit(**KERNEL_OPTIONS)
solved = _compiled(_solve)
raised = _compiled(_raise)
untwisted = _compiled(_untwist)
