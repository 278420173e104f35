"""The nearest of many points, asked of an index that is built once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["NeighbourIndex", "Neighbours"]

Indices = NDArray[np.intp]

#: Threads that share the queries of one call; each query is computed alone, so their number changes no result.
_WORKERS = 2
#: Distances of queries with ties that are held at one time: 64 MB with their row numbers.
_MOST_HELD = 2**22


@dataclass(frozen=True)
class Neighbours:
    """Row numbers and distances, nearest first; both of shape ``(points, count)``.

    Of rows equally far the one with the lower number comes first, also where not all of them have a place.
    """

    rows: Indices
    distances: Array


@dataclass(frozen=True)
class NeighbourIndex:
    """Points put in order once, so that many questions after their neighbours are cheap.

    Exact: a k-d tree in double precision leaves out only what cannot be nearer. Built in the order of
    ``rows · log(rows)``; its lead over reading every row falls with the number of features.

    References
    ----------
    Bentley (1975), Multidimensional binary search trees, Communications of the ACM 18(9).

    Tested by: ``tests/valuation/market/test_neighbours.py`` (all distances sorted, second way; grids full of ties).
    """

    points: Array
    _tree: Any

    @classmethod
    def of(cls, points: ArrayLike) -> NeighbourIndex:
        """Build the index of ``points``, shape ``(rows, features)``, already on the scales that count.

        Raises
        ------
        InputError : not two-dimensional, empty, or not finite.
        """
        table = _finite_table("points", points)
        # The caller's array may change after the index was built; a tree that kept looking at it would answer wrongly.
        kept = table.copy()
        kept.flags.writeable = False
        # Imported where it is used: reading the catalogue of methods should not wait for it.
        from scipy.spatial import cKDTree

        return cls(kept, cKDTree(kept))

    def nearest(self, queries: ArrayLike, *, count: int, workers: int = _WORKERS) -> Neighbours:
        """Which ``count`` of the points lie nearest to each query, by Euclidean distance?

        Parameters
        ----------
        queries : shape ``(queries, features)``.
        count : at least one, at most the number of points.
        workers : threads; the answer is the same with any number.

        Raises
        ------
        InputError : another number of features than the points have, not finite, or more neighbours than points.
        """
        asked = _finite_table("queries", queries)
        rows, features = self.points.shape
        if asked.shape[1] != features:
            raise InputError.of("queries", found=f"{asked.shape[1]} features", expected=f"{features}, as the points")
        if not 1 <= count <= rows:
            raise InputError.of("count", found=count, expected=f"1 to {rows}, the number of points")
        return self._nearest(asked, count, workers)

    def nearest_others(self, *, count: int, workers: int = _WORKERS) -> Neighbours:
        """Which ``count`` other points lie nearest to each point? A point is never its own neighbour.

        Raises
        ------
        InputError : not more points than ``count``.
        """
        rows = len(self.points)
        if not 1 <= count < rows:
            raise InputError.of("count", found=count, expected=f"1 to {rows - 1}, the number of other points")
        found = self._nearest(self.points, count + 1, workers)
        own = found.rows == np.arange(rows)[:, None]
        # Among equal points the point itself may come after the last place; then the farthest found is dropped.
        own[~own.any(axis=1), -1] = True
        return Neighbours(found.rows[~own].reshape(rows, count), found.distances[~own].reshape(rows, count))

    def _nearest(self, queries: Array, count: int, workers: int) -> Neighbours:
        """One more than is asked for tells whether the last place is tied; where it is, the tied rows are ranked."""
        found = self._ask(queries, min(count + 1, len(self.points)), workers)
        last = found.distances[:, count - 1]
        tied = np.flatnonzero(last == found.distances[:, -1]) if count < len(self.points) else np.array([], np.intp)
        rows, distances = found.rows[:, :count], found.distances[:, :count]
        if len(tied):
            # Rows with the same features ask the same; each such question is answered once.
            distinct, which = np.unique(queries[tied], axis=0, return_inverse=True)
            rows[tied] = self._ranked(distinct, count, workers)[which.ravel()]
        return Neighbours(rows, distances)

    def _ranked(self, queries: Array, count: int, workers: int) -> Indices:
        """The first ``count`` rows of queries whose last place is tied: wider and wider, until the tie is passed."""
        ranked = np.empty((len(queries), count), dtype=np.intp)
        left, asked = np.arange(len(queries)), count + 1
        while len(left):
            asked = min(2 * asked, len(self.points))
            open_still = []
            for part in _parts(left, asked):
                found = self._ask(queries[part], asked, workers)
                passed = found.distances[:, -1] > found.distances[:, count - 1]
                done = passed | (asked == len(self.points))
                ranked[part[done]] = found.rows[done, :count]
                open_still.append(part[~done])
            left = np.concatenate(open_still)
        return ranked

    def _ask(self, queries: Array, count: int, workers: int) -> Neighbours:
        """The tree's answer, of rows equally far the lower number first."""
        distances, rows = self._tree.query(queries, k=list(range(1, count + 1)), workers=workers)
        order = np.lexsort((rows, distances), axis=1)
        return Neighbours(np.take_along_axis(rows, order, axis=1), distances)


def _parts(queries: Indices, asked: int) -> Iterator[Indices]:
    step = max(1, _MOST_HELD // asked)
    return (queries[start : start + step] for start in range(0, len(queries), step))


def _finite_table(field: str, found: ArrayLike) -> Array:
    table = np.ascontiguousarray(found, dtype=np.float64)
    if table.ndim != 2 or table.size == 0:
        raise InputError.of(field, found=f"shape {table.shape}", expected="a table of rows and features, not empty")
    if not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        raise InputError.of(f"{field}.{row}", found="a number that is not finite", expected="finite numbers")
    return table
