"""Expectations over one step of functions that are smooth piece by piece, from every node of a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._core.line_grid import REACH, Grid, StepWeights, step_weights, upper_reach
from valuation.options._core.process import Process

__all__ = ["Integrator", "Piece"]

#: Points of the Gauss–Legendre rule in a panel, and the longest panel in deviations.
_POINTS, _POINT_WEIGHTS = np.polynomial.legendre.leggauss(12)
_LONGEST_PANEL = 3.5
_MOST_PANELS = 200


@dataclass(frozen=True)
class Piece:
    """A smooth function between two coordinates."""

    low: float
    high: float
    function: Callable[[Array], Array]


class Integrator:
    """Expectations of piecewise smooth functions over one step, from every node."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._known: dict[tuple[bytes, bytes], StepWeights] = {}

    def expected(self, process: Process, time: float, interval: float, pieces: list[Piece]) -> Array:
        """The expectation over one step, at every node."""
        motion = process.motions[0]
        total = np.zeros_like(self.grid.nodes)
        for scenario, share in enumerate(motion.scenarios(time, interval)):
            if share > 0:
                weights = self._weights(motion.move(time, interval, self.grid.nodes, scenario))
                total += share * self._over(weights, pieces)
        return total

    def _weights(self, move: tuple[Array, Array]) -> StepWeights:
        key = move[0].tobytes(), move[1].tobytes()
        if key not in self._known:
            self._known[key] = step_weights(self.grid, move)
        return self._known[key]

    def _over(self, weights: StepWeights, pieces: list[Piece]) -> Array:
        low = weights.mean - REACH * weights.deviation
        high = weights.mean + upper_reach(weights.deviation, is_log=self.grid.is_log) * weights.deviation
        found = np.zeros_like(self.grid.nodes)
        padded = self._padded(weights.padding)
        for piece in pieces:
            whole = (low >= piece.low) & (high <= piece.high) & ~weights.narrow
            if whole.any():
                found[whole] = (weights.matrix @ piece.function(padded))[whole]
            part = ~whole & (high > piece.low) & (low < piece.high)
            if part.any():
                begin, end = np.maximum(low[part], piece.low), np.minimum(high[part], piece.high)
                found[part] += self._split(piece, weights.mean[part], weights.deviation[part], begin, end)
        return found

    def _padded(self, padding: int) -> Array:
        first, width = self.grid.nodes[0], self.grid.width
        return np.asarray(first + width * np.arange(-padding, len(self.grid.nodes) + padding))

    def _split(self, piece: Piece, mean: Array, deviation: Array, begin: Array, end: Array) -> Array:
        """The part of the integral that lies between ``begin`` and ``end``, by Gauss–Legendre in panels."""
        certain = deviation == 0
        if certain.any():
            found = np.zeros_like(mean)
            found[certain] = piece.function(mean[certain])
            rest = ~certain
            if rest.any():
                found[rest] = self._split(piece, mean[rest], deviation[rest], begin[rest], end[rest])
            return found
        shortest = self.grid.resolution_nodes * self.grid.width
        longest = _LONGEST_PANEL * np.minimum(deviation, shortest)
        panels = min(_MOST_PANELS, int(np.ceil(((end - begin) / longest).max())))
        within = (np.arange(panels)[:, None] + (_POINTS + 1) / 2).reshape(-1) / panels
        span = end - begin
        points = begin[:, None] + span[:, None] * within
        density = np.exp(-(((points - mean[:, None]) / deviation[:, None]) ** 2) / 2) / np.sqrt(2 * np.pi)
        weighted = density * piece.function(points) * np.tile(_POINT_WEIGHTS / (2 * panels), panels)
        return np.asarray(weighted.sum(axis=1) * span / deviation)
