"""The normal moments of an axis' cubic pieces: by a compiled kernel, and by NumPy as its reference.

For moves to ``mean + deviation · z`` from any places, and every function f on the axis' nodes, the matrices M(n) give

    Σ_j M(n)[i, j] f(j) = E[he(n, z) · f(mean(i) + deviation(i) z)],    he(n) = He(n)/√n!

with Hermite's polynomials of the normal density. M(0) is the plain expectation. The integral is split at every cell, so
at every kink, and at least every ``PIECE`` deviations; each piece is a Gauss–Legendre sum.

Tested by: each against the other, moments of polynomials in closed form, ``tests/valuation/options/core``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from valuation.kernel.expression import Array
from valuation.options._core._plane_axis import Axis, interpolation

__all__ = ["add_compiled", "add_numpy"]

#: Deviations to each side; beyond them lies a probability of 1e-17.
REACH = 8.5
#: The widest piece of a sum, in deviations, and the number of its points; Hermite's waves of order n need 3/√n.
PIECE = 0.5
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(6)
#: Numbers of one block of starts in NumPy: polynomials at every point.
_BLOCK = 400_000
_ROOT_TWO_PI = math.sqrt(2 * math.pi)


def piece_of(terms: int) -> float:
    """How wide may a piece be, so that six points follow the highest polynomial?"""
    return min(PIECE, 3 / math.sqrt(terms))


def add_numpy(axis: Axis, means: Array, deviations: Array, share: float, found: Array) -> None:
    """Add ``share`` times the moments to ``found`` (starts, terms, nodes), several starts at a time."""
    still = deviations <= 0
    found[still, 0, :] += share * interpolation(axis, means[still])
    regular = np.linspace(-REACH, REACH, math.ceil(2 * REACH / piece_of(found.shape[1])) + 1)
    points = (regular.size + axis.cuts.size) * _POINTS.size
    moving = np.flatnonzero(~still)
    if moving.size == 0:
        return
    for rows in np.array_split(moving, math.ceil(moving.size * points * found.shape[1] / _BLOCK) or 1):
        found[rows] += share * _block(axis, means[rows, None], deviations[rows, None], regular, found.shape[1])


def _block(axis: Axis, means: Array, deviations: Array, regular: Array, terms: int) -> Array:
    """The moments (starts, terms, nodes); a cut out of reach makes a piece of no width."""
    starts = means.size
    cuts = np.clip((axis.cuts - means) / deviations, -REACH, REACH)
    ends = np.sort(np.concatenate([np.broadcast_to(regular, (starts, regular.size)), cuts], axis=1), axis=1)
    half = np.diff(ends, axis=1)[:, :, None] / 2
    normals = (ends[:, :-1, None] + half * (1 + _POINTS)).reshape(starts, -1)
    density = np.exp(-normals * normals / 2) / _ROOT_TWO_PI
    weights = (half * _WEIGHTS).reshape(starts, -1) * density
    polynomials = np.stack(_hermite(normals, terms), axis=1)
    pieces = interpolation(axis, (means + deviations * normals).ravel()).reshape(starts, -1, axis.nodes.size)
    return np.asarray((polynomials * weights[:, None, :]) @ pieces)


def _hermite(normals: Array, terms: int) -> list[Array]:
    """He(n)/√n! for n below ``terms``: he(n + 1) = (z he(n) − √n he(n − 1))/√(n + 1)."""
    found = [np.ones_like(normals), normals]
    for order in range(1, terms - 1):
        found.append((normals * found[order] - math.sqrt(order) * found[order - 1]) / math.sqrt(order + 1))
    return found[:terms]


def add_compiled(axis: Axis, means: Array, deviations: Array, share: float, found: Array) -> None:
    """The same by the compiled kernel."""
    terms = found.shape[1]
    steps = np.arange(terms + 1.0)
    ratios = np.stack([1 / np.sqrt(steps + 1), np.sqrt(steps / (steps + 1))])
    tables = (axis.cuts, axis.firsts, axis.corners, axis.inverses, _POINTS, _WEIGHTS * share / _ROOT_TWO_PI, ratios)
    still = deviations <= 0
    found[still, 0, :] += share * interpolation(axis, means[still])
    _compiled()(np.flatnonzero(~still), means, deviations, *tables, piece_of(terms), found)


@cache
def _compiled() -> Callable[..., None]:
    # Imported here: numba takes half a second that most problems need not pay.
    from numba import njit

    options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    add_piece = _piece_adder(njit(**options)(_add_point))
    kernel: Callable[..., None] = njit(**options)(_row_adder(njit(**options)(add_piece)))
    return kernel


def _row_adder(add_piece: Callable[..., None]) -> Callable[..., None]:
    """The walk over starts and over the pieces of each one's sum, before it is compiled."""

    def add_rows(
        rows: Any, means: Any, deviations: Any, cuts: Any, firsts: Any, corners: Any, inverses: Any,
        points: Any, weights: Any, ratios: Any, piece: Any, found: Any,
    ) -> None:  # fmt: skip
        last = firsts.size - 1
        for row in rows:
            mean, deviation = means[row], deviations[row]
            low = -REACH
            # One region for each cell, one below the first and one above the last.
            region = np.searchsorted(cuts, mean + deviation * low) - 1
            while low < REACH:
                end = (cuts[region + 1] - mean) / deviation if region <= last else REACH
                high = min(low + piece, end, REACH)
                if high > low:
                    cell = min(max(region, 0), last)
                    clip = (mean, deviation, cuts[0], cuts[-1])
                    nodes = (firsts[cell], corners[cell], inverses[cell])
                    add_piece(found[row], nodes, clip, low, high, points, weights, ratios)
                region += 1 if high >= end else 0
                low = max(low, high)

    return add_rows


def _piece_adder(add_point: Callable[..., None]) -> Callable[..., None]:
    """The sum over one piece, before it is compiled."""

    def add_piece(
        found: Any, nodes: Any, clip: Any, low: Any, high: Any, points: Any, weights: Any, ratios: Any
    ) -> None:
        half = 0.5 * (high - low)
        for index in range(points.size):
            z = low + half * (1.0 + points[index])
            place = min(max(clip[0] + clip[1] * z, clip[2]), clip[3])
            add_point(found, nodes, place, z, half * weights[index] * math.exp(-0.5 * z * z), ratios)

    return add_piece


def _add_point(found: Any, nodes: Any, place: Any, z: Any, weight: Any, ratios: Any) -> None:
    """Add one point of the sum to the four nodes of its cell, for every polynomial."""
    first, corners, inverses = nodes
    a, b, c, d = place - corners[0], place - corners[1], place - corners[2], place - corners[3]
    at_a, at_b = b * c * d * inverses[0], a * c * d * inverses[1]
    at_c, at_d = a * b * d * inverses[2], a * b * c * inverses[3]
    before, now = 0.0, weight
    for term in range(found.shape[0]):
        found[term, first] += now * at_a
        found[term, first + 1] += now * at_b
        found[term, first + 2] += now * at_c
        found[term, first + 3] += now * at_d
        before, now = now, z * now * ratios[0, term] - before * ratios[1, term]
