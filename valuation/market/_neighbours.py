"""The nearest of many points, and the nearest of each point among the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from valuation.kernel.expression import Array

__all__ = ["Neighbours", "nearest_among", "nearest_of_each"]

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Neighbours:
    """Row numbers and distances, nearest first; both of shape ``(points, count)``."""

    rows: Indices
    distances: Array


def nearest_among(points: Array, queries: Array, *, count: int) -> Neighbours:
    """Which ``count`` of ``points`` lie nearest to each query, by Euclidean distance?

    Parameters
    ----------
    points : shape ``(rows, features)``; ``queries`` : shape ``(queries, features)``.

    Tested by: ``tests/valuation/market/test_neighbours.py`` (all distances sorted, second way).
    """
    distances, rows = cKDTree(points).query(queries, k=list(range(1, count + 1)))
    return Neighbours(np.asarray(rows), np.asarray(distances))


def nearest_of_each(points: Array, *, count: int) -> Neighbours:
    """Which ``count`` other points lie nearest to each point? A point is never its own neighbour."""
    found = nearest_among(points, points, count=count + 1)
    own = found.rows == np.arange(len(points))[:, None]
    # Among equal points a tree may leave out the point itself; then the farthest found is dropped instead.
    own[~own.any(axis=1), -1] = True
    shape = (len(points), count)
    return Neighbours(found.rows[~own].reshape(shape), found.distances[~own].reshape(shape))
