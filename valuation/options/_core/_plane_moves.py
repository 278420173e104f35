"""Expectations over one step on the plane: the correlated normals taken apart by Mehler's formula.

The density of two normals of correlation ρ is φ(y) φ(z) Σ ρⁿ he(n, y) he(n, z) (Mehler 1866), so with the moments M of
:mod:`valuation.options._core._plane_kernels` on each axis

    E f(x′, y′) = Σ over n of ρⁿ · M₁(n) f M₂(n)ᵀ

which treats both factors alike, is exact for the cubic pieces on either axis, and needs one term where the correlation
is zero or either factor stands still. The series is cut where |ρ|ⁿ falls below ``SERIES_ENDS``. Beyond ``|ρ| = 0.9`` it
would be long, and the second normal is taken given the first on a fixed set of values instead: an error up to 2e-4 of
an exchange at 0.98. Nearer to one a change of action is too sharp for that set, and the solver refuses.

Independent scenarios (jumps) mix on each axis by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.options._core._plane_axis import Axis, Refinement, interpolation, nearest_on_orbit
from valuation.options._core._plane_grid import Grid, modes_by_date
from valuation.options._core._plane_kernels import add_compiled, add_numpy
from valuation.options._core.problem import DecisionProblem, Mode
from valuation.options._core.process import Motion, Process

__all__ = ["Engine", "Expectation", "Moves", "moves_for"]

Engine = Literal["automatic", "numpy", "compiled"]

SERIES_ENDS = 1e-9
LONGEST_SERIES_CORRELATION = 0.9
HIGHEST_CORRELATION = 0.98
#: Values of the first normal where the series would be too long: Gauss–Legendre on ±8.5 in pieces of half a deviation.
_CONDITION_PIECES, _CONDITION_REACH = 34, 8.5
#: Operators kept for use at later dates.
_KEPT = 32
#: From how many sums (one start on one axis, one scenario) on compiling pays: each takes NumPy about 0.1 ms, importing
#: numba and compiling take a few seconds, as :func:`_sums_of` counts for a problem.
COMPILED_FROM_SUMS = 20_000


@dataclass(frozen=True)
class Expectation:
    """The expectation over one step: ``first`` (starts · terms, nodes), ``second`` (terms · nodes, starts)."""

    first: Array
    second: Array

    def of(self, surface: Array) -> Array:
        """The expectation, from each start, of a function of the nodes after the step."""
        half = (self.first @ surface).reshape(-1, self.second.shape[0])
        return np.asarray(half @ self.second)

    def carried(self, weights: Array) -> Array:
        """The transpose: where the weight of each start is after the step."""
        half = (weights @ self.second.T).reshape(self.first.shape[0], -1)
        return np.asarray(self.first.T @ half)


def moves_for(problem: DecisionProblem, grid: Grid, *, engine: Engine, process_in: Callable[[Mode], Process]) -> Moves:
    """The expectations of this problem's steps, by the engine asked for or by the one that its size calls for."""
    if engine != "automatic":
        return Moves(grid, is_compiled=engine == "compiled")
    return Moves(grid, is_compiled=_sums_of(problem, grid, process_in) >= COMPILED_FROM_SUMS)


def _sums_of(problem: DecisionProblem, grid: Grid, process_in: Callable[[Mode], Process]) -> int:
    """How many normal sums do the different steps of a problem take?

    Steps that agree at the ends of the axes and at the start count as one.
    """
    probes = [
        np.array([axis.nodes[0], start, axis.nodes[-1]]) for axis, start in zip(grid.axes, grid.start, strict=True)
    ]
    rows = [way.points.size for way in grid.refinements]
    found: dict[tuple[object, ...], int] = {}
    for date, modes in enumerate(modes_by_date(problem)[1:]):
        for process in (process_in(mode) for mode in modes):
            steps = _steps(process, problem.times_years[date], problem.interval_years(date), probes)
            is_long = abs(float(process.root[1, 0])) > LONGEST_SERIES_CORRELATION
            sums = sum(count * len(step.shares) for count, step in zip(rows, steps, strict=True))
            found[steps[0].key(), steps[1].key()] = sums * (_condition_values()[0].size if is_long else 1)
    return sum(found.values())


@dataclass(frozen=True)
class _Step:
    """Means and deviations of one axis for each scenario, with its probability."""

    shares: tuple[float, ...]
    means: tuple[Array, ...]
    deviations: tuple[Array, ...]

    @property
    def is_still(self) -> bool:
        return not any(np.any(deviation > 0) for deviation in self.deviations)

    def key(self) -> tuple[object, ...]:
        return (self.shares, *(array.tobytes() for array in (*self.means, *self.deviations)))


class Moves:
    """The expectations of a problem's steps on a grid; equal steps share one."""

    def __init__(self, grid: Grid, *, is_compiled: bool) -> None:
        self._grid = grid
        self._add: Callable[[Axis, Array, Array, float, Array], None] = add_compiled if is_compiled else add_numpy
        self._kept: dict[tuple[object, ...], Expectation] = {}

    def over(self, process: Process, time: float, interval: float, *, is_from_start: bool = False) -> Expectation:
        """The step from ``time``: from the nodes, or from the one state at the start.

        From nodes the expectation is taken at the points of decision and projected. So nothing is interpolated before
        it is integrated again, and errors of single points do not add up over the dates.
        """
        ways = self._grid.refinements
        points = [np.array([place]) for place in self._grid.start] if is_from_start else [way.points for way in ways]
        steps = _steps(process, time, interval, points)
        correlation = 0.0 if any(step.is_still for step in steps) else float(process.root[1, 0])
        key = (is_from_start, correlation, steps[0].key(), steps[1].key())
        if key not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            left, right = self._both(steps[0], steps[1], correlation)
            if not is_from_start:
                left, right = _projected(ways[0], left), _projected(ways[1], right)
            self._kept[key] = _expectation(left, right)
        return self._kept[key]

    def _both(self, first: _Step, second: _Step, correlation: float) -> tuple[Array, Array]:
        """The matrices (starts, terms, nodes) of both axes."""
        axes = self._grid.axes
        if abs(correlation) > LONGEST_SERIES_CORRELATION:
            return self._conditional(first, second, correlation)
        terms = _terms(correlation)
        powers = correlation ** np.arange(terms)
        return self._moments(axes[0], first, terms) * powers[:, None], self._moments(axes[1], second, terms)

    def _conditional(self, first: _Step, second: _Step, correlation: float) -> tuple[Array, Array]:
        axes = self._grid.axes
        _check_correlation(correlation)
        normals, weights = _condition_values()
        rest = math.sqrt(max(0.0, 1 - correlation**2))
        left = [self._moments(axes[0], _given(first, normal, 1.0, 0.0), 1) for normal in normals]
        right = [self._moments(axes[1], _given(second, normal, correlation, rest), 1) for normal in normals]
        return np.concatenate(left, axis=1) * weights[:, None], np.concatenate(right, axis=1)

    def _moments(self, axis: Axis, step: _Step, terms: int) -> Array:
        """(starts, terms, nodes): scenarios mixed by their probabilities."""
        found = np.zeros((step.means[0].size, terms, axis.nodes.size))
        for share, means, deviations in zip(step.shares, step.means, step.deviations, strict=True):
            if axis.is_orbit:
                # A place that cannot be reached by this date may lead off the orbit: what it is worth is never used.
                found[:, 0] += share * interpolation(axis, nearest_on_orbit(axis, means))
            else:
                self._add(axis, means, deviations, share, found)
        return found


def _projected(way: Refinement, moments: Array) -> Array:
    """Moments from the points, on the nodes."""
    return np.asarray(np.tensordot(way.project, moments, axes=1))


def _steps(process: Process, time: float, interval: float, places: Sequence[Array]) -> list[_Step]:
    triples = zip(process.factors, process.motions, places, strict=True)
    return [_step(factor.name, motion, time, interval, at) for factor, motion, at in triples]


def _step(name: str, motion: Motion, time: float, interval: float, places: Array) -> _Step:
    shares = motion.scenarios(time, interval)
    moved = [motion.move(time, interval, places, scenario) for scenario in range(len(shares))]
    for means, deviations in moved:
        if not (np.all(np.isfinite(means)) and np.all(np.isfinite(deviations)) and np.all(deviations >= 0)):
            raise InputError.of(
                f"process.{name}", found=f"a move at {time:g} years that is no number", expected="finite, deviation ≥ 0"
            )
    return _Step(shares, tuple(means for means, _ in moved), tuple(deviations for _, deviations in moved))


def _check_correlation(correlation: float) -> None:
    if abs(correlation) > HIGHEST_CORRELATION:
        raise RefusalError.of(
            "process.correlation",
            found=f"{correlation:.4f} between two factors that move",
            expected=f"at most {HIGHEST_CORRELATION} either way",
            advice="Factors that move as one are one factor; or simulate.",
        )


def _terms(correlation: float) -> int:
    if correlation == 0:
        return 1
    return math.ceil(math.log(SERIES_ENDS) / math.log(abs(correlation))) + 1


def _condition_values() -> tuple[Array, Array]:
    points, weights = np.polynomial.legendre.leggauss(4)
    half = _CONDITION_REACH / _CONDITION_PIECES
    middles = half * (2 * np.arange(_CONDITION_PIECES) + 1) - _CONDITION_REACH
    normals = (middles[:, None] + half * points).ravel()
    density = np.exp(-normals * normals / 2) / math.sqrt(2 * math.pi)
    return normals, np.tile(half * weights, _CONDITION_PIECES) * density


def _given(step: _Step, normal: float, loading: float, rest: float) -> _Step:
    """The step given the first normal."""
    pairs = zip(step.means, step.deviations, strict=True)
    means = tuple(mean + loading * normal * deviation for mean, deviation in pairs)
    return _Step(step.shares, means, tuple(rest * deviation for deviation in step.deviations))


def _expectation(left: Array, right: Array) -> Expectation:
    """Both axes' matrices (starts, terms, nodes) laid out for two products."""
    first = np.ascontiguousarray(left.reshape(-1, left.shape[2]))
    second = np.ascontiguousarray(right.transpose(1, 2, 0).reshape(-1, right.shape[0]))
    return Expectation(first, second)
