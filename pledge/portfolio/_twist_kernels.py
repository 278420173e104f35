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

__all__ = ["INNER_OPTIONS", "KERNEL_OPTIONS", "bent", "numbered", "raised", "solved", "untwisted"]

KERNEL_OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract"}, "nogil": True}
#: Of functions that only compiled ones call: no way in from Python, which for so many arrays takes long to compile.
INNER_OPTIONS: dict[str, Any] = KERNEL_OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
SMALLEST = 2.0**-53


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


def _raise(problem: Any, group: Any, first: Any, begin: Any, count: Any, plain: Any, room: Any) -> None:
    """Of every level of the group: tilt, bound and scale; the bounds become the highest of the levels'.

    Scenarios are ``begin`` and the next of the tile that starts at scenario ``first``.
    """
    level_first, bounds = problem.twist.level_first[group], room.bounds
    rows = problem.twist.level_first[group + 1] - level_first
    unmoved = min(max(plain - first - begin, 0), count)
    for row in range(rows):
        bent(problem, group, level_first + row, begin, count, room, row)
        raised, scale = room.raised[row], room.scale[row]
        for s in range(unmoved):
            raised[s] = bounds[s]
            scale[s] = 1.0
    for row in range(rows):
        raised = room.raised[row]
        for s in range(count):
            bounds[s] = raised[s] if raised[s] > bounds[s] else bounds[s]


def _bend(problem: Any, group: Any, level: Any, begin: Any, count: Any, room: Any, row: Any) -> None:
    """Tilt, ``−log(1 − b′)`` and ``b / b′`` of one level, and its part of the log ratio.

    Short loops over few arrays each: a compiler that must tell more of them apart makes no vector code.
    """
    levels, theta, above, ratio = (
        problem.twist.levels,
        room.theta[begin:],
        room.above[group, begin:],
        room.sums[3, begin:],
    )
    size, mean, variance = levels[level, 0], levels[level, 1], levels[level, 2]
    tilt, raised, scale = room.tilt[row], room.raised[row], room.scale[row]
    for s in range(count):
        tilt[s] = theta[s] * (mean + 0.5 * theta[s] * variance)
    for s in range(count):
        scale[s] = exp(tilt[s])
    for s in range(count):
        raised[s] = above[s] + (1.0 - above[s]) * scale[s]
    for s in range(count):
        scale[s] = raised[s] / scale[s]
    for s in range(count):
        raised[s] = log(raised[s])
    for s in range(count):
        ratio[s] -= size * raised[s]
    for s in range(count):
        raised[s] += room.bounds[s]


def _untwist(
    problem: Any, group: Any, begin: Any, room: Any, arrivals: Any, scales: Any, loan_of: Any, slot_of: Any
) -> None:
    """From arrivals to the loans' own numbers: beyond the bound of its level the largest, which nobody fails at."""
    level_first, level_of, ratio = problem.twist.level_first[group], problem.twist.level, room.sums[3]
    for e in range(arrivals.size):
        row, slot = level_of[loan_of[e]] - level_first, slot_of[e] - begin
        is_below = arrivals[e] <= room.raised[row, slot]
        scales[e] = room.scale[row, slot] if is_below else np.inf
        ratio[slot + begin] += room.tilt[row, slot] if is_below else 0.0
    numbered(arrivals)
    for e in range(arrivals.size):
        number = arrivals[e] * scales[e]
        number = number if number > SMALLEST else SMALLEST
        arrivals[e] = number if number < 1.0 - SMALLEST else 1.0 - SMALLEST


def _number(arrivals: Any) -> None:
    """From ``−log(1 − U)`` to U, never zero and never one."""
    for e in range(arrivals.size):
        arrival = arrivals[e]
        near = arrival * (1.0 - arrival * (0.5 - arrival * (0.16666666666666666 - arrival * 0.041666666666666664)))
        number = near if arrival < 1e-3 else 1.0 - exp(-arrival)
        number = number if number > SMALLEST else SMALLEST
        arrivals[e] = number if number < 1.0 - SMALLEST else 1.0 - SMALLEST


_compiled = njit(**INNER_OPTIONS)
numbered = _compiled(_number)
solved = _compiled(_solve)
bent = _compiled(_bend)
raised = _compiled(_raise)
untwisted = _compiled(_untwist)
