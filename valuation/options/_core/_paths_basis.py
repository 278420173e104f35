"""The functions of the state on which continuation values are regressed, and the regression.

For each factor u is its standardised coordinate, held within the range that the regression saw (a polynomial knows
nothing outside it). The functions are all monomials in u up to a total degree; for a factor that moves in its logarithm
also its level x, alone and times each u, because the value of a right is near a straight line in the level where the
decision is clear, and bends in the logarithm where it is not; and whatever features the problem's author adds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.kernel.expression import Array
from valuation.options._core.problem import State
from valuation.options._core.process import Factor

__all__ = ["Basis", "Features", "Fit", "Scales", "Spread", "Sums", "estimated", "solved", "spread_of", "summed"]

#: Further functions of the state (time in years, state): rows that the author expects the value to follow.
Features = Callable[[float, State], Sequence[Array]]
#: Live paths for each function of a regression; with fewer, the functions of the highest degree are left out.
PATHS_A_FUNCTION = 8
#: Directions whose share of the largest is smaller are left out: they carry rounding, not information.
SMALLEST_SHARE = 1e-11
#: The scales of a block are taken from about so many of its paths: they need no precision.
SPREAD_PATHS = 2048
#: A factor that deviates by less than this share of its size does not vary.
_SMALLEST_DEVIATION = 1e-10


@dataclass(frozen=True)
class Basis:
    """Functions as a chain: function j is function ``parents[j]`` times row ``rows[j]`` (factors, levels, features)."""

    logs: NDArray[np.int64]
    parents: NDArray[np.int64]
    rows: NDArray[np.int64]
    features: Features | None

    @staticmethod
    def of(
        factors: Sequence[Factor], degree: int, *, with_levels: bool, features: Features | None, extra: int
    ) -> Basis:
        """The functions for these factors; ``extra`` is how many rows the features give."""
        count = len(factors)
        logs = [number for number, factor in enumerate(factors) if factor.scale == "log" and with_levels]
        chain = _monomials(count, degree)
        levels = range(count, count + len(logs))
        place = {key: number for number, key in enumerate(chain)}
        links = [(place[key[:-1]], key[-1]) for key in chain if key]
        for level in levels:
            links.append((0, level))
        first = 1 + len(links) - len(logs)
        links += [(first + number, factor) for number in range(len(logs)) for factor in range(count)]
        links += [(0, count + len(logs) + number) for number in range(extra)]
        parents, rows = [0, *(link[0] for link in links)], [0, *(link[1] for link in links)]
        return Basis(np.array(logs, dtype=np.int64), np.array(parents), np.array(rows), features)

    @property
    def count(self) -> int:
        """How many functions?"""
        return int(self.parents.size)

    def extras(self, time: float, state: State) -> Array:
        """The features' rows ``(rows, paths)``."""
        if self.features is None:
            return np.empty((0, state[0].size))
        rows = [
            np.broadcast_to(np.asarray(row, dtype=np.float64), state[0].shape) for row in self.features(time, state)
        ]
        return np.ascontiguousarray(rows)


def _monomials(count: int, degree: int) -> list[tuple[int, ...]]:
    """Products of factors as their numbers, in rising order; (0, 0, 1) is u₀²u₁."""
    powers = range(degree + 1)
    return [key for power in powers for key in itertools.combinations_with_replacement(range(count), power)]


@dataclass(frozen=True)
class Spread:
    """What a block says about the spread of its live paths; sums are about ``origin``."""

    count: int
    low: Array
    high: Array
    origin: Array
    sums: Array
    squares: Array


def spread_of(coordinates: Array, origin: Array) -> Spread | None:
    """The spread of these states ``(factors, paths)``; None without any."""
    if coordinates.shape[1] == 0:
        return None
    coordinates = coordinates[:, :: max(1, coordinates.shape[1] // SPREAD_PATHS)]
    away = coordinates - origin[:, None]
    low, high = coordinates.min(axis=1), coordinates.max(axis=1)
    return Spread(coordinates.shape[1], low, high, origin, away.sum(axis=1), (away * away).sum(axis=1))


@dataclass(frozen=True)
class Scales:
    """How coordinates are standardised at a date: rows (centre, 1/deviation or 0, low, high, lift of the level)."""

    table: Array

    @staticmethod
    def of(spreads: Sequence[Spread | None]) -> Scales | None:
        """The scales of all blocks together; None without a live path."""
        known = [spread for spread in spreads if spread is not None]
        if not known:
            return None
        count = sum(spread.count for spread in known)
        low = np.min([spread.low for spread in known], axis=0)
        high = np.max([spread.high for spread in known], axis=0)
        mean = np.sum([spread.sums for spread in known], axis=0) / count
        square = np.sum([spread.squares for spread in known], axis=0) / count
        deviation = np.sqrt(np.maximum(square - mean * mean, 0.0))
        centre = known[0].origin + mean
        varies = deviation > _SMALLEST_DEVIATION * (1 + np.abs(centre))
        inverse = np.where(varies, 1 / np.where(varies, deviation, 1.0), 0.0)
        # The level is divided by the deviation of a lognormal, so that its column is as large as the others.
        lift = 1 / np.maximum(np.exp(np.minimum(deviation, 5.0) ** 2 / 2), 1.0)
        return Scales(np.stack([centre, inverse, low, high, lift], axis=1))


@dataclass(frozen=True)
class Sums:
    """What a block adds to a regression: Σ b bᵀ (lower half) and Σ b y."""

    paths: int
    products: Array
    right: Array


def summed(
    basis: Basis,
    scales: Scales,
    coordinates: Array,
    extra: Array,
    used: NDArray[np.bool_],
    target: Array,
    *,
    is_compiled: bool,
) -> Sums:
    """The sums of the regression of ``target`` over the ``used`` paths of a block."""
    if not is_compiled:
        columns = functions(basis, scales, coordinates[:, used], extra[:, used])
        weight = weights(basis, scales, coordinates[:, used])
        weighed = columns * weight
        return Sums(int(used.sum()), np.tril(weighed @ columns.T), weighed @ target[used])
    from valuation.options._core._paths_kernels import gather_sums

    padded = -(-(basis.count + 1) // 4) * 4
    products = np.zeros((padded, padded))
    shape = (scales.table, basis.logs, basis.parents, basis.rows)
    gather_sums(coordinates, extra, *shape, used, target, products)
    lower = np.tril(products[: basis.count, : basis.count])
    return Sums(int(used.sum()), lower, products[basis.count, : basis.count])


def functions(basis: Basis, scales: Scales, coordinates: Array, extra: Array) -> Array:
    """All functions at these states: ``(functions, paths)``."""
    centre, inverse, low, high, lift = (column[:, None] for column in scales.table.T)
    inside = np.clip(coordinates, low, high)
    levels = np.exp(inside - centre)[basis.logs] * lift[basis.logs]
    rows = np.concatenate([(inside - centre) * inverse, levels, extra])
    columns = np.ones((basis.count, coordinates.shape[1]))
    for j in range(1, basis.count):
        columns[j] = columns[basis.parents[j]] * rows[basis.rows[j]]
    return columns


def weights(basis: Basis, scales: Scales, coordinates: Array) -> Array:
    """The weight of each path in a regression: 1 / (1 + Σ (level / typical level)²) over the logarithmic factors.

    Cash that hangs on a level is as uncertain as the level is high. Least squares without weights listens to the few
    highest paths, far from where anything is decided; any weight that depends on the state alone leaves the
    conditional expectation what it is.
    """
    centre, _, low, high, _ = (column[:, None] for column in scales.table.T)
    levels = np.exp(np.clip(coordinates, low, high) - centre)[basis.logs]
    found: Array = 1 / (1 + (levels * levels).sum(axis=0))
    return found


@dataclass(frozen=True)
class Fit:
    """Coefficients of a continuation value at a date, and how many directions were left out for want of information."""

    coefficients: Array
    live_paths: int
    left_out: int


def solved(sums: Sequence[Sums]) -> Fit:
    """Least squares from the blocks' sums.

    The columns are scaled to length one and the normal matrix is taken apart into its principal directions; those
    with a share below ``SMALLEST_SHARE`` of the largest are left out (as in a ridge regression with a vanishing
    penalty), so that columns which say the same, or states that do not vary, cost nothing.
    """
    lower = np.sum([each.products for each in sums], axis=0)
    right = np.sum([each.right for each in sums], axis=0)
    live = sum(each.paths for each in sums)
    found = np.zeros(right.size)
    if live == 0:
        return Fit(found, 0, 0)
    used = min(right.size, max(1, live // PATHS_A_FUNCTION))
    matrix = (lower + np.tril(lower, -1).T)[:used, :used]
    length = np.sqrt(np.diag(matrix))
    varies = length > 0
    scale = np.where(varies, length, 1.0)
    shares, directions = np.linalg.eigh(matrix / scale / scale[:, None])
    kept = shares > SMALLEST_SHARE * shares[-1]
    turned = directions[:, kept].T @ (right[:used] / scale)
    found[:used] = directions[:, kept] @ (turned / shares[kept]) / scale
    return Fit(found, live, int(right.size - kept.sum()))


def estimated(basis: Basis, scales: Scales, fit: Fit, coordinates: Array, extra: Array, *, is_compiled: bool) -> Array:
    """The regression's estimate at these states."""
    if not is_compiled:
        found: Array = fit.coefficients @ functions(basis, scales, coordinates, extra)
        return found
    from valuation.options._core._paths_kernels import estimate

    found = np.empty(coordinates.shape[1])
    padded = np.zeros(-(-basis.count // 4) * 4)
    padded[: basis.count] = fit.coefficients
    estimate(coordinates, extra, scales.table, basis.logs, basis.parents, basis.rows, padded, found)
    return found
