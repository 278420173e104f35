"""One axis of the plane: its nodes, the cubic pieces between them, and the finer points at which decisions are taken.

Between two neighbouring nodes a function is the cubic through four nodes of the same side of every kink, so nothing is
ever interpolated across a kink; a point at a kink belongs to the lower side. A factor that moves without chance has as
nodes exactly the places it can reach. Beyond its ends a function keeps its last number.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = [
    "LEAST_NODES",
    "Axis",
    "Refinement",
    "continuous_axis",
    "interpolation",
    "nearest_on_orbit",
    "orbit_axis",
    "refinement",
]

#: Nodes of one cubic piece, and the least a side of a kink can have.
STENCIL = 4
LEAST_NODES = 6
#: Points of decision in each cell (Gauss–Legendre: products of two cubics are integrated exactly).
POINTS_IN_CELL = 4
#: How much denser the nodes are at the start than at the ends: sinh(b)/b.
_CROWDING = 2.5
#: The first node above a kink stands off it by this share of its side, so that conditions see the right side.
_STAND_OFF = 1e-9
#: Two places of a factor without chance count as one within this share of their size.
_SAME_PLACE = 1e-9


@dataclass(frozen=True)
class Axis:
    """Nodes in the factor's coordinate; ``cuts`` bound the cells, ``firsts`` name the first of a cell's four nodes.

    ``corners`` (cells, 4) are those nodes, ``inverses`` the reciprocal products of their distances. An orbit (a factor
    without chance) has no cells.
    """

    nodes: Array
    cuts: Array
    firsts: NDArray[np.int64]
    corners: Array
    inverses: Array

    @property
    def is_orbit(self) -> bool:
        """Are the nodes the only places there are?"""
        return self.firsts.size == 0


@dataclass(frozen=True)
class Refinement:
    """Points of decision, the matrix that carries nodes to points, and the one that projects points on nodes.

    ``spread`` (points, nodes) evaluates the cubic pieces; ``project`` (nodes, points) is the least-squares projection
    on them, which keeps the integrals of what has a corner or a jump inside a cell (Pooley, Vetzal, Forsyth 2003).
    """

    points: Array
    spread: Array
    project: Array


def orbit_axis(places: Sequence[float]) -> Axis:
    """The axis of a factor that can only be at these places, rising."""
    none: Any = np.zeros((0, STENCIL))
    return Axis(np.array(places, dtype=np.float64), np.zeros(0), np.zeros(0, dtype=np.int64), none, none)


def continuous_axis(low: float, high: float, *, start: float, kinks: Sequence[float], nodes: int) -> Axis:
    """About ``nodes`` nodes from low to high, crowded at the start, or towards the kinks where there are any.

    Towards a kink distances shrink with the square root of what is left, as the deviation of a cost to completion does.
    """
    edges = [low, *_kinks_inside(low, high, kinks), high]
    sides: list[Array] = []
    cuts, firsts = [], []
    for number, (left, right) in enumerate(itertools.pairwise(edges)):
        count = max(LEAST_NODES, round(nodes * (right - left) / (high - low)))
        offset = sum(each.size for each in sides)
        side = _side(left, right, start, count, at_left=number > 0, at_right=number < len(edges) - 2)
        firsts.append(offset + np.clip(np.arange(count - 1) - 1, 0, count - STENCIL))
        cuts.append(np.concatenate([[left], side[1:-1]]))
        sides.append(side)
    stencils = np.concatenate(firsts).astype(np.int64)
    return _axis(np.concatenate(sides), np.concatenate([*cuts, [high]]), stencils)


def _kinks_inside(low: float, high: float, kinks: Sequence[float]) -> list[float]:
    room = 1e-6 * (high - low)
    return sorted({float(kink) for kink in kinks if low + room < kink < high - room})


def _side(left: float, right: float, start: float, count: int, *, at_left: bool, at_right: bool) -> Array:
    """The nodes of one side; ``at_left`` and ``at_right`` tell at which of its ends there is a kink."""
    length = right - left
    even = np.linspace(0.0, 1.0, count)
    if at_left and at_right:
        shares = even**2 * (3 - 2 * even)
    elif at_left:
        shares = even**2
    elif at_right:
        shares = 1 - (1 - even) ** 2
    else:
        return _crowded(left, right, min(max(start, left), right), count)
    nodes = left + length * shares
    nodes[0] = left + _STAND_OFF * length if at_left else left
    nodes[-1] = right
    return np.asarray(nodes)


def _crowded(left: float, right: float, centre: float, count: int) -> Array:
    scale = (right - left) / 2 / np.sinh(_CROWDING)
    ends = np.arcsinh((np.array([left, right]) - centre) / scale)
    nodes = centre + scale * np.sinh(np.linspace(ends[0], ends[1], count))
    nodes[0], nodes[-1] = left, right
    return np.asarray(nodes)


def _axis(nodes: Array, cuts: Array, firsts: NDArray[np.int64]) -> Axis:
    corners = nodes[firsts[:, None] + np.arange(STENCIL)]
    distances = corners[:, :, None] - corners[:, None, :]
    distances[:, np.arange(STENCIL), np.arange(STENCIL)] = 1.0
    return Axis(nodes, cuts, firsts, corners, 1 / distances.prod(axis=2))


def interpolation(axis: Axis, places: Array) -> Array:
    """The matrix (places, nodes) that evaluates a function of the nodes at these places.

    Raises
    ------
    InputError : a place off the orbit of a factor without chance.
    """
    found = np.zeros((places.size, axis.nodes.size))
    rows = np.arange(places.size)
    if axis.is_orbit:
        found[rows, _places_on_orbit(axis, places)] = 1.0
        return found
    inside = np.clip(places, axis.cuts[0], axis.cuts[-1])
    cells = cells_of(axis, inside)
    columns = axis.firsts[cells][:, None] + np.arange(STENCIL)
    found[rows[:, None], columns] = lagrange(axis, cells, inside)
    return found


def cells_of(axis: Axis, places: Array) -> NDArray[np.int64]:
    """In which cell does each place lie? A cut belongs to the cell below it."""
    below = np.searchsorted(axis.cuts, places, side="left") - 1
    return np.asarray(np.clip(below, 0, axis.firsts.size - 1), dtype=np.int64)


def lagrange(axis: Axis, cells: NDArray[np.int64], places: Array) -> Array:
    """The weights (places, 4) of a cell's four nodes at places in it."""
    d = places[:, None] - axis.corners[cells]
    products = [d[:, 1] * d[:, 2] * d[:, 3], d[:, 0] * d[:, 2] * d[:, 3]]
    products += [d[:, 0] * d[:, 1] * d[:, 3], d[:, 0] * d[:, 1] * d[:, 2]]
    return np.asarray(np.stack(products, axis=1) * axis.inverses[cells])


def nearest_on_orbit(axis: Axis, places: Array) -> Array:
    """The nodes of an orbit that lie nearest to these places."""
    return np.asarray(axis.nodes[_nearest(axis, places)])


def _nearest(axis: Axis, places: Array) -> NDArray[np.int64]:
    return np.asarray(np.abs(axis.nodes[None, :] - places[:, None]).argmin(axis=1), dtype=np.int64)


def _places_on_orbit(axis: Axis, places: Array) -> NDArray[np.int64]:
    nearest = _nearest(axis, places)
    gap = np.abs(axis.nodes[nearest] - places)
    worst = int(np.argmax(gap))
    if gap[worst] > 10 * _SAME_PLACE * max(1.0, float(np.abs(axis.nodes).max())):
        raise InputError.of(
            "process", found=f"a move to {places[worst]:.6g}", expected="one of the places this factor can reach"
        )
    return nearest


def refinement(axis: Axis) -> Refinement:
    """Where decisions are taken on this axis, and the way there and back."""
    if axis.is_orbit:
        same = np.eye(axis.nodes.size)
        return Refinement(axis.nodes, same, same)
    nodes, weights = np.polynomial.legendre.leggauss(POINTS_IN_CELL)
    half = np.diff(axis.cuts)[:, None] / 2
    points = (axis.cuts[:-1, None] + half * (1 + nodes)).ravel()
    spread = interpolation(axis, points)
    weighted = spread.T * (half * weights).ravel()
    return Refinement(points, spread, np.asarray(np.linalg.solve(weighted @ spread, weighted), dtype=np.float64))
