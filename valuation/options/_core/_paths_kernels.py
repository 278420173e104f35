"""The compiled loops of the simulation: normals by index, one step of the factors, sums of a regression, its estimate.

Each has its plain NumPy counterpart in ``_paths_draws``, ``_paths_motion`` and ``_paths_basis``, which is the
definition. Importing this module imports numba, so only runs that are large enough, or ask for it, do.

Tested by: the NumPy counterparts on random arrays, ``tests/valuation/options/core/test_paths_parts.py``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from valuation.kernel.fast_math import exp, standard_normal_quantile, uniform

__all__ = ["advance", "estimate", "gather_sums", "indexed_normals", "quantiles_in_place"]

#: Sums may be taken in another order, so that they become vector code; nothing that assumes away NaN or infinity.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "fastmath": {"contract", "reassoc"}, "nogil": True}
#: Paths of one tile: its functions of the state (a dozen rows of 4 kB) stay in the nearest cache.
_TILE = 512


def _indexed_normals(first: Any, second: Any, base: Any, positions: Any, signs: Any, found: Any) -> None:
    """Standard normals base + position of one stream, times their signs."""
    for i in range(positions.size):
        found[i] = signs[i] * standard_normal_quantile(uniform(base + positions[i], first, second))


def _quantiles_in_place(numbers: Any) -> None:
    """Turn uniform numbers (one axis) into standard normals."""
    for i in range(numbers.size):
        numbers[i] = standard_normal_quantile(numbers[i])


def _advance(x: Any, z: Any, root: Any, kinds: Any, first: Any, second: Any, third: Any, found: Any) -> None:
    """One step of every factor: affine (a + k·x + b·ε), or a cost to completion (x − IΔ + φ√(IΔ x) ε)."""
    factors, count = x.shape
    for f in range(factors):
        row = found[f]
        row[:] = 0.0
        for k in range(f + 1):
            weight = root[f, k]
            for i in range(count):
                row[i] += weight * z[k, i]
        a, b, c = first[f], second[f], third[f]
        if kinds[f] == 0:
            for i in range(count):
                row[i] = a + b * x[f, i] + c * row[i]
        else:
            for i in range(count):
                left = x[f, i] if x[f, i] > 0.0 else 0.0
                spent = a if x[f, i] > 0.0 else 0.0
                row[i] = x[f, i] - spent + b * math.sqrt(left) * row[i]


def _tile_columns(
    x: Any, extra: Any, shape: Any, logs: Any, parents: Any, factors_of: Any, rows: Any, columns: Any
) -> None:
    """Functions of the states of one tile: each column is an earlier column times a row of numbers."""
    factors, count = x.shape
    for f in range(factors):
        centre, inverse, low, high = shape[f, 0], shape[f, 1], shape[f, 2], shape[f, 3]
        for i in range(count):
            inside = x[f, i] if x[f, i] > low else low
            inside = inside if inside < high else high
            rows[f, i] = (inside - centre) * inverse
    for g in range(logs.size):
        f = logs[g]
        centre, low, high, lift = shape[f, 0], shape[f, 2], shape[f, 3], shape[f, 4]
        for i in range(count):
            inside = x[f, i] if x[f, i] > low else low
            inside = inside if inside < high else high
            rows[factors + g, i] = exp(inside - centre) * lift
    for e in range(extra.shape[0]):
        for i in range(count):
            rows[factors + logs.size + e, i] = extra[e, i]
    for i in range(count):
        columns[0, i] = 1.0
    for j in range(1, parents.size):
        for i in range(count):
            columns[j, i] = columns[parents[j], i] * rows[factors_of[j], i]


def _weigh(rows: Any, first: Any, shape: Any, logs: Any, used: Any, target: Any, columns: Any, functions: Any) -> None:
    """Multiply the columns by the roots of the weights; the target so multiplied becomes the next column."""
    count = used.size
    weight = columns[functions]
    for i in range(count):
        weight[i] = 1.0
    for g in range(logs.size):
        lift = shape[logs[g], 4]
        for i in range(count):
            level = rows[first + g, i] / lift
            weight[i] += level * level
    for i in range(count):
        weight[i] = 1.0 / math.sqrt(weight[i])
    for j in range(functions):
        for i in range(count):
            columns[j, i] = columns[j, i] * weight[i] if used[i] else 0.0
    for i in range(count):
        weight[i] = weight[i] * target[i] if used[i] else 0.0


def _add_products(columns: Any, count: Any, products: Any) -> None:
    """Add Σ c cᵀ of columns whose number is a multiple of four: two by four sums at a time, each number read once."""
    for j in range(0, products.shape[0], 2):
        for k in range(0, j + 2, 4):
            a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = 0.0
            for i in range(count):
                a, b = columns[j, i], columns[j + 1, i]
                c, d, e, f = columns[k, i], columns[k + 1, i], columns[k + 2, i], columns[k + 3, i]
                a0 += a * c
                a1 += a * d
                a2 += a * e
                a3 += a * f
                b0 += b * c
                b1 += b * d
                b2 += b * e
                b3 += b * f
            products[j, k] += a0
            products[j, k + 1] += a1
            products[j, k + 2] += a2
            products[j, k + 3] += a3
            products[j + 1, k] += b0
            products[j + 1, k + 1] += b1
            products[j + 1, k + 2] += b2
            products[j + 1, k + 3] += b3


def _gather_sums(
    x: Any, extra: Any, shape: Any, logs: Any, parents: Any, factors_of: Any, used: Any, target: Any, products: Any
) -> None:
    """Add the weighted sums over the used paths, Σ b bᵀ and in the row after the last function Σ b y (lower half)."""
    functions = parents.size
    rows = np.empty((x.shape[0] + logs.size + extra.shape[0], _TILE))
    columns = np.zeros((products.shape[0], _TILE))
    for start in range(0, x.shape[1], _TILE):
        stop = min(start + _TILE, x.shape[1])
        _columns_of(x[:, start:stop], extra[:, start:stop], shape, logs, parents, factors_of, rows, columns)
        _weigh_tile(rows, x.shape[0], shape, logs, used[start:stop], target[start:stop], columns, functions)
        _products_of_tile(columns, stop - start, products)


def _estimate(
    x: Any, extra: Any, shape: Any, logs: Any, parents: Any, factors_of: Any, coefficients: Any, found: Any
) -> None:
    """The regression's estimate at every path; the coefficients are filled up with zeros to a multiple of four."""
    rows = np.empty((x.shape[0] + logs.size + extra.shape[0], _TILE))
    columns = np.zeros((coefficients.size, _TILE))
    for start in range(0, x.shape[1], _TILE):
        stop = min(start + _TILE, x.shape[1])
        _columns_of(x[:, start:stop], extra[:, start:stop], shape, logs, parents, factors_of, rows, columns)
        part = found[start:stop]
        part[:] = 0.0
        for j in range(0, coefficients.size, 4):
            a, b, c, d = coefficients[j], coefficients[j + 1], coefficients[j + 2], coefficients[j + 3]
            for i in range(stop - start):
                part[i] += (a * columns[j, i] + b * columns[j + 1, i]) + (c * columns[j + 2, i] + d * columns[j + 3, i])


_compiled = njit(**_OPTIONS)
_columns_of = _compiled(_tile_columns)
_weigh_tile = _compiled(_weigh)
_products_of_tile = _compiled(_add_products)
indexed_normals = _compiled(_indexed_normals)
quantiles_in_place = _compiled(_quantiles_in_place)
advance = _compiled(_advance)
gather_sums = _compiled(_gather_sums)
estimate = _compiled(_estimate)
