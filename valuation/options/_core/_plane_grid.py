"""The rectangle on which a two-factor problem is solved: how far its factors can come, and the points of decision."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from valuation.errors import InputError
from valuation.kernel.expression import Array
from valuation.options._core._plane_axis import (
    Axis,
    Refinement,
    continuous_axis,
    interpolation,
    orbit_axis,
    refinement,
)
from valuation.options._core.problem import ENDED, DecisionProblem, Mode, State
from valuation.options._core.process import Factor, Motion, coordinates_of, state_of

__all__ = ["Grid", "Place", "grid_of", "modes_by_date"]

#: The most places of a factor without chance.
_LONGEST_ORBIT = 2000
#: Places of a factor without chance closer than this share of their size are one; near a kink they are at it.
_SAME_PLACE = 1e-10
#: Places from which a step beyond a kink is tried.
_SAMPLES = 400


@dataclass(frozen=True)
class Place:
    """States where decisions are taken, and the matrices that carry a function of the nodes there."""

    state: State
    first: Array
    second: Array

    def carry(self, surface: Array) -> Array:
        """The function at these states."""
        return np.asarray(self.first @ surface @ self.second.T)

    def gather(self, weights: Array) -> Array:
        """The transpose: weights of states, on the nodes."""
        return np.asarray(self.first.T @ weights @ self.second)


@dataclass(frozen=True)
class Grid:
    """Two axes of nodes with their points of decision."""

    factors: tuple[Factor, Factor]
    axes: tuple[Axis, Axis]
    start: tuple[float, float]

    @cached_property
    def refinements(self) -> tuple[Refinement, Refinement]:
        """The points of decision on each axis."""
        return refinement(self.axes[0]), refinement(self.axes[1])

    @cached_property
    def points(self) -> Place:
        """Every point of decision of the rectangle."""
        first, second = self.refinements
        return Place(_mesh(self.factors, first.points, second.points), first.spread, second.spread)

    def place(self, first: Array, second: Array) -> Place:
        """The states whose coordinates are all pairs of these."""
        matrices = interpolation(self.axes[0], first), interpolation(self.axes[1], second)
        return Place(_mesh(self.factors, first, second), *matrices)

    @cached_property
    def start_state(self) -> State:
        """The one state at the start, as arrays (1, 1)."""
        return _mesh(self.factors, np.array([self.start[0]]), np.array([self.start[1]]))

    def project(self, found: Array) -> Array:
        """The function of the nodes that stands for one of the points of decision, with its integrals."""
        first, second = self.refinements
        return np.asarray(first.project @ found @ second.project.T)

    def unproject(self, weights: Array) -> Array:
        """The transpose: weights of nodes, on the points of decision."""
        first, second = self.refinements
        return np.asarray(first.project.T @ weights @ second.project)


def _mesh(factors: Sequence[Factor], first: Array, second: Array) -> State:
    mesh = [np.ascontiguousarray(each) for each in np.broadcast_arrays(first[:, None], second[None, :])]
    return state_of(factors, mesh)


def modes_by_date(problem: DecisionProblem) -> list[tuple[Mode, ...]]:
    """Which modes can the owner be in at each date, before deciding?"""
    found: list[tuple[Mode, ...]] = [(problem.by_name[problem.start_mode],)]
    for date in range(problem.last):
        led_to = {name for mode in found[-1] for name in led_to_from(problem, mode, date)}
        found.append(tuple(mode for mode in problem.modes if mode.name in led_to))
    return found


def led_to_from(problem: DecisionProblem, mode: Mode, date: int) -> set[str]:
    """To which modes can an action lead here?"""
    branches = (branch for action in problem.open_actions(mode, date) for branch in action.leads_to)
    return {branch.mode for branch in branches if branch.mode != ENDED}


def grid_of(problem: DecisionProblem, *, nodes: tuple[int, int], reach_deviations: float) -> Grid:
    """The grid for this problem; an axis without chance has the places it can reach, however many nodes are asked.

    Raises
    ------
    InputError : a move that is no number, or a factor without chance that can be at too many places.
    """
    coordinates = coordinates_of(problem.process.factors, [np.array([number]) for number in problem.start])
    start = (float(coordinates[0][0]), float(coordinates[1][0]))
    motions = _motions_by_date(problem)
    axes = tuple(_axis_of(problem, index, start[index], motions, nodes[index], reach_deviations) for index in (0, 1))
    first, second = problem.process.factors
    return Grid((first, second), (axes[0], axes[1]), start)


def _motions_by_date(problem: DecisionProblem) -> list[tuple[tuple[Motion, ...], ...]]:
    """For each step the motions of both factors, one pair for each process that may hold."""
    found = []
    for date, modes in enumerate(modes_by_date(problem)[:-1]):
        holding = {name for mode in modes for name in led_to_from(problem, mode, date)}
        processes = {id(process): process for process in (problem.process_in(problem.by_name[n]) for n in holding)}
        found.append(tuple(process.motions for process in processes.values()))
    return found


def _axis_of(
    problem: DecisionProblem,
    index: int,
    start: float,
    motions: Sequence[tuple[tuple[Motion, ...], ...]],
    nodes: int,
    reach_deviations: float,
) -> Axis:
    factor = problem.process.factors[index]
    kinks = [math.log(kink) if factor.scale == "log" else kink for kink in factor.kinks]
    steps = [
        (problem.times_years[date], problem.interval_years(date), [pair[index] for pair in pairs])
        for date, pairs in enumerate(motions)
    ]
    orbit = _orbit(factor, start, steps, kinks)
    if orbit is not None:
        return orbit_axis(orbit)
    low, high = _reach(factor, start, steps, reach_deviations)
    low, high = _beyond_kinks(low, high, steps, [kink for kink in kinks if low < kink < high], reach_deviations)
    return continuous_axis(low, high, start=start, kinks=kinks, nodes=nodes)


_Steps = Sequence[tuple[float, float, Sequence[Motion]]]


def _orbit(factor: Factor, start: float, steps: _Steps, kinks: Sequence[float]) -> list[float] | None:
    """Every place a factor can reach, or None as soon as chance moves it."""
    now = everywhere = np.array([start])
    for time, interval, motions in steps:
        moved = []
        for motion in motions:
            if len(motion.scenarios(time, interval)) > 1:
                return None
            mean, deviation = motion.move(time, interval, now, 0)
            if np.any(deviation > 0):
                return None
            moved.append(mean)
        now = _distinct(np.concatenate([*moved, now[:0]]), kinks)
        everywhere = _distinct(np.concatenate([everywhere, now]), kinks)
        if everywhere.size > _LONGEST_ORBIT:
            raise InputError.of(
                factor.name, found=f"more than {_LONGEST_ORBIT} places", expected="fewer different steps"
            )
    return [float(place) for place in everywhere]


def _distinct(places: Array, kinks: Sequence[float]) -> Array:
    """The places in rising order, each once, and at a kink where rounding alone keeps them off it."""
    size = _SAME_PLACE * max(1.0, float(np.abs(places).max(initial=0.0)))
    snapped = places.copy()
    for kink in kinks:
        snapped[np.abs(places - kink) <= size] = kink
    rising = np.unique(snapped)
    return np.asarray(rising[np.concatenate([[True], np.diff(rising) > size])[: rising.size]])


def _reach(factor: Factor, start: float, steps: _Steps, deviations: float) -> tuple[float, float]:
    """How low and how high may the coordinate come, by following a mean and a variance along either end?

    The variance is taken where the end is, its growth by the secant of the mean between the middle and the end. In a
    logarithm the upper end lies higher by the variance: a value's own weight moves its distribution up by that much.
    """
    ends = [_End(start, 0.0, -1.0, deviations, is_log=False), _End(start, 0.0, 1.0, deviations, factor.scale == "log")]
    low = high = start
    for time, interval, motions in steps:
        ends = [end.after(motions, time, interval) for end in ends]
        low, high = min(low, ends[0].place), max(high, ends[1].place)
    if not (math.isfinite(low) and math.isfinite(high)) or high - low > 1e8 * max(1.0, abs(start)):
        raise InputError.of(factor.name, found=f"a reach from {low:.4g} to {high:.4g}", expected="a bounded process")
    return low, high


def _beyond_kinks(
    low: float, high: float, steps: _Steps, kinks: Sequence[float], deviations: float
) -> tuple[float, float]:
    """How far may one step carry the coordinate beyond its outermost kinks, where it may come to rest?"""
    if not kinks:
        return low, high
    shares = np.linspace(0.0, 1.0, _SAMPLES)[1:] ** 2
    above, below = kinks[0] + (high - kinks[0]) * shares, kinks[-1] + (low - kinks[-1]) * shares
    for time, interval, motions in steps:
        for motion in motions:
            for scenario in range(len(motion.scenarios(time, interval))):
                mean, deviation = motion.move(time, interval, above, scenario)
                low = min(low, float(np.min(mean - deviations * deviation)))
                mean, deviation = motion.move(time, interval, below, scenario)
                high = max(high, float(np.max(mean + deviations * deviation)))
    return low, high


@dataclass(frozen=True)
class _End:
    """One end of what a coordinate may reach: mean, variance, side (±1)."""

    mean: float
    variance: float
    side: float
    deviations: float
    is_log: bool

    @property
    def place(self) -> float:
        return self.mean + self.side * self.deviations * math.sqrt(self.variance) + self.variance * self.is_log

    def after(self, motions: Sequence[Motion], time: float, interval: float) -> _End:
        """The end after a step: the farthest of those the processes lead to."""
        moved = [self._moved(motion, time, interval) for motion in motions] or [self]
        return max(moved, key=lambda end: self.side * end.place)

    def _moved(self, motion: Motion, time: float, interval: float) -> _End:
        points = np.array([self.mean, self.place])
        shares = np.array(motion.scenarios(time, interval))
        moves = [motion.move(time, interval, points, scenario) for scenario in range(shares.size)]
        means, spreads = np.array([mean for mean, _ in moves]), np.array([spread for _, spread in moves])
        centre = shares @ means
        own = shares @ (spreads[:, 1] ** 2 + (means[:, 1] - centre[1]) ** 2)
        distance = points[1] - points[0]
        slope = float((centre[1] - centre[0]) / distance) if distance else 1.0
        variance = slope**2 * self.variance + float(own)
        return _End(float(centre[0]), variance, self.side, self.deviations, self.is_log)
