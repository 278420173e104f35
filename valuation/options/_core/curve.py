"""A smooth function of one coordinate: a spline on evenly spaced nodes, carried on beyond them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from valuation.kernel.expression import Array

__all__ = ["Curve"]


@dataclass(frozen=True)
class Curve:
    """A value for each node; between the nodes a spline of the fifth degree, beyond them linear in the factor itself.

    What a solver computes is an expectation, so it is smooth; far out it is linear in a value (launched for sure) or
    constant (abandoned for sure), which is how it is carried on. ``levels`` are the nodes in the factor's own units,
    of which ``is_log`` says whether the nodes are their logarithms.
    """

    nodes: Array
    levels: Array
    values: Array
    is_log: bool

    @cached_property
    def _spline(self) -> Any:
        # Imported where it is used: reading the catalogue of methods should not wait for it.
        from scipy.interpolate import make_interp_spline

        return make_interp_spline(self.nodes, self.values, k=5)

    def __call__(self, coordinates: Array) -> Array:
        """The function at these coordinates, of any shape."""
        if coordinates is self.nodes:
            return self.values
        found: Array = self._spline(coordinates)
        below, above = coordinates < self.nodes[0], coordinates > self.nodes[-1]
        if below.any():
            found[below] = self._carried_on(coordinates[below], 0, 1)
        if above.any():
            found[above] = self._carried_on(coordinates[above], -1, -2)
        return found

    def _carried_on(self, coordinates: Array, end: int, inner: int) -> Array:
        slope = (self.values[end] - self.values[inner]) / (self.levels[end] - self.levels[inner])
        level = np.exp(coordinates) if self.is_log else coordinates
        carried: Array = self.values[end] + slope * (level - self.levels[end])
        return carried
