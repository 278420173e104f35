"""Nodes for one factor, and the expectation over one step as a sum over nodes.

The trapezoidal rule on evenly spaced nodes integrates a smooth function against a normal density to machine accuracy
once the density is a few nodes wide. So where one action is best over all that a step can reach, the expectation is a
weighted sum of nodes; only next to a change of action is the integral split there (:mod:`.line`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuation.errors import RefusalError
from valuation.kernel.expression import Array
from valuation.options._core.problem import DecisionProblem
from valuation.options._core.process import Move, Process, coordinates_of

if TYPE_CHECKING:
    from scipy import sparse

__all__ = ["REACH", "Grid", "LineSettings", "StepWeights", "make_grid", "step_weights", "upper_reach"]

#: How many deviations from its mean a step is followed; beyond lie 10⁻¹⁵ of the probability.
REACH = 8.0
#: A density narrower than this many nodes is not integrated by the sum.
NARROWEST_NODES = 2.0
_LOG_OF_LARGEST = 600.0
_WIDEST_LOG = 0.05


@dataclass(frozen=True)
class LineSettings:
    """How fine: nodes to the deviation of the shortest step, and no more nodes than the limit."""

    nodes_per_deviation: float = 4.0
    maximum_nodes: int = 6000


@dataclass(frozen=True)
class Grid:
    """Evenly spaced coordinates, one of which is the start; ``levels`` are they in the factor's own units."""

    nodes: Array
    levels: Array
    width: float
    start: int
    is_log: bool
    #: The deviation of the shortest step in nodes: below about 3 the grid is too coarse for the model.
    resolution_nodes: float


@dataclass(frozen=True)
class StepWeights:
    """The expectation over one step: where it leads from each node, and the weights of the nodes it reaches.

    ``matrix`` acts on values at the nodes padded with ``padding`` more on either side; ``narrow`` marks the rows whose
    density is too narrow for it.
    """

    mean: Array
    deviation: Array
    padding: int
    matrix: sparse.csr_array
    narrow: NDArray[np.bool_]


def upper_reach(deviation: Array, *, is_log: bool) -> Array:
    """How many deviations upwards must be followed? More on a log scale, where what is reached weighs e^u."""
    return REACH + deviation if is_log else np.full_like(deviation, REACH)


def make_grid(problem: DecisionProblem, settings: LineSettings, processes: tuple[Process, ...]) -> Grid:
    """Nodes that cover what any mode's process can reach, close enough for its shortest step."""
    (factor,) = problem.process.factors
    is_log = factor.scale == "log"
    start = float(coordinates_of(problem.process.factors, (np.array([problem.start[0]]),))[0][0])
    lows, highs, shortest = zip(*(_reached(problem, each, start, is_log=is_log) for each in processes), strict=True)
    low, high = min(lows), max(highs)
    if is_log and high > _LOG_OF_LARGEST:
        raise RefusalError.of(
            factor.name,
            found=f"values up to e^{high:.4g}",
            expected=f"values below e^{_LOG_OF_LARGEST:g}",
            advice="Lower the volatility or shorten the life",
        )
    width = min(shortest) / settings.nodes_per_deviation
    if is_log:
        # A value bends with e^u whatever its volatility; the spline follows that to 10⁻⁸ at this width.
        width = min(width, _WIDEST_LOG)
    width = max(width, (high - low) / settings.maximum_nodes)
    below, above = math.ceil((start - low) / width), math.ceil((high - start) / width)
    nodes = start + width * np.arange(-below, above + 1)
    levels = np.exp(nodes) if is_log else nodes
    return Grid(nodes, levels, width, below, is_log, min(shortest) / width)


def _reached(problem: DecisionProblem, process: Process, start: float, *, is_log: bool) -> tuple[float, float, float]:
    """The lowest and the highest coordinate to look at, and the deviation of the shortest step."""
    mean, variance, low, high, shortest = start, 0.0, start, start, math.inf
    for date in range(problem.last):
        time, interval = problem.times_years[date], problem.interval_years(date)
        moves = _moves(process, time, interval, np.array([mean, mean + 1e-4]))
        spread = max(float(deviation[0]) for _, deviation in moves)
        kept = max(abs(float(to[1] - to[0])) / 1e-4 for to, _ in moves)
        # A mixture of moves is wider than each of them by what their means differ.
        means = [float(to[0]) for to, _ in moves]
        low_mean, high_mean, mean = min(means), max(means), means[0]
        variance = kept**2 * variance + spread**2
        deviation = math.sqrt(variance)
        low = min(low, low_mean - REACH * deviation)
        high = max(high, high_mean + (REACH + (deviation if is_log else 0.0)) * deviation)
        if spread > 0:
            shortest = min(shortest, *(float(each[0]) for _, each in moves if float(each[0]) > 0))
    if not math.isfinite(shortest):
        # Nothing is left to chance: a few nodes about the path that is certain.
        span = max(high - low, 1e-3 * max(1.0, abs(start)))
        return low - span / 2, high + span / 2, span / 16
    return low, high, shortest


def _moves(process: Process, time: float, interval: float, coordinate: Array) -> list[Move]:
    """The moves of the scenarios that are not negligible."""
    shares = process.motions[0].scenarios(time, interval)
    return [
        process.motions[0].move(time, interval, coordinate, scenario)
        for scenario, share in enumerate(shares)
        if share > 1e-12
    ]


def step_weights(grid: Grid, move: Move) -> StepWeights:
    """The weights of the trapezoidal rule for one move; see the module's text."""
    mean, deviation = move
    narrow = deviation < NARROWEST_NODES * grid.width
    wide = np.where(narrow, NARROWEST_NODES * grid.width, deviation)
    up = upper_reach(wide, is_log=grid.is_log)
    first = np.floor((mean - REACH * wide - grid.nodes[0]) / grid.width).astype(np.int64)
    last = np.ceil((mean + up * wide - grid.nodes[0]) / grid.width).astype(np.int64)
    padding = max(0, int(-first.min()), int(last.max()) - len(grid.nodes) + 1)
    columns = first[:, None] + np.arange(int((last - first).max()) + 1)
    distance = (grid.nodes[0] + columns * grid.width - mean[:, None]) / wide[:, None]
    weights = np.exp(-(distance**2) / 2) * (grid.width / math.sqrt(2 * math.pi)) / wide[:, None]
    weights[columns > last[:, None]] = 0.0
    return StepWeights(mean, deviation, padding, _matrix(weights, columns, padding, len(grid.nodes)), narrow)


def _matrix(weights: Array, columns: Array, padding: int, count: int) -> sparse.csr_array:
    from scipy import sparse  # where it is used: reading the catalogue of methods should not wait for it

    width = count + 2 * padding
    placed = np.minimum(columns + padding, width - 1)
    starts = np.arange(0, weights.size + 1, weights.shape[1])
    return sparse.csr_array((weights.reshape(-1), placed.reshape(-1), starts), shape=(count, width))
