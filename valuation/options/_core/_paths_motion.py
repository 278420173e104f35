"""One step of all factors on simulated paths.

The NumPy form asks each motion for its scenarios and moves, so it serves every motion. Those whose move is affine in
the coordinate, and a cost to completion, have a compiled form.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.kernel.expression import Array
from valuation.options._core.process import (
    CostToCompletion,
    Lognormal,
    MeanRevertingLog,
    Motion,
    Process,
    Steady,
)

__all__ = ["Stepper", "jumping_factors", "stepper"]


def jumping_factors(process: Process, time: float, interval: float) -> tuple[int, ...]:
    """Which factors need a uniform number to choose among scenarios?"""
    motions = enumerate(process.motions)
    return tuple(number for number, motion in motions if len(motion.scenarios(time, interval)) > 1)


@dataclass(frozen=True)
class Stepper:
    """A step of a process at a date; ``plan`` is what the kernel takes, None where only NumPy can."""

    process: Process
    time: float
    interval: float
    plan: tuple[NDArray[np.int64], Array, Array, Array] | None

    def __call__(self, coordinates: Array, normals: Array, uniforms: Array) -> Array:
        """Coordinates ``(factors, paths)`` after the step; uniforms one row for each jumping factor."""
        if self.plan is None:
            return _by_numpy(self, coordinates, normals, uniforms)
        from valuation.options._core._paths_kernels import advance

        found = np.empty_like(coordinates)
        advance(coordinates, normals, self.process.root, *self.plan, found)
        return found


def stepper(process: Process, time: float, interval: float, *, is_compiled: bool) -> Stepper:
    """How do the factors move in the step that begins at this time?"""
    return Stepper(process, time, interval, _plan(process, time, interval) if is_compiled else None)


def _plan(process: Process, time: float, interval: float) -> tuple[NDArray[np.int64], Array, Array, Array] | None:
    rows = [_row(motion, time, interval) for motion in process.motions]
    known = [row for row in rows if row is not None]
    if len(known) < len(rows):
        return None
    table = np.array(known, dtype=np.float64).T
    return table[0].astype(np.int64), table[1].copy(), table[2].copy(), table[3].copy()


def _row(motion: Motion, time: float, interval: float) -> tuple[float, float, float, float] | None:
    """Kind and numbers of the kernel's loop; an affine move is read off at the coordinates 0 and 1."""
    if isinstance(motion, CostToCompletion):
        spent = motion.investment_per_year * interval
        return 1.0, spent, motion.uncertainty * spent**0.5, 0.0
    if not isinstance(motion, (Steady, Lognormal, MeanRevertingLog)):
        return None
    mean, deviation = motion.move(time, interval, np.array([0.0, 1.0]), 0)
    return 0.0, float(mean[0]), float(mean[1] - mean[0]), float(deviation[0])


def _by_numpy(step: Stepper, coordinates: Array, normals: Array, uniforms: Array) -> Array:
    correlated = step.process.root @ normals
    found = np.empty_like(coordinates)
    row = 0
    for number, motion in enumerate(step.process.motions):
        shares = motion.scenarios(step.time, step.interval)
        if len(shares) == 1:
            mean, deviation = motion.move(step.time, step.interval, coordinates[number], 0)
            found[number] = mean + deviation * correlated[number]
            continue
        scenario = np.minimum(np.searchsorted(np.cumsum(shares), uniforms[row], side="right"), len(shares) - 1)
        row += 1
        for each in np.unique(scenario):
            is_here = scenario == each
            mean, deviation = motion.move(step.time, step.interval, coordinates[number][is_here], int(each))
            found[number][is_here] = mean + deviation * correlated[number][is_here]
    return found
