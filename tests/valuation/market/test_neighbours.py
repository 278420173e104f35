"""The kept index: are its neighbours exactly the nearest, and is the rule for ties kept?

Checked against: all distances sorted by distance and row number (second way, hypothesis), on grids of whole numbers
where distances are exact and most are tied; one worker against many; faults by name.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.errors import InputError
from valuation.market._neighbours import NeighbourIndex


def by_sorting(points: np.ndarray, queries: np.ndarray, *, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Every distance, sorted; a stable sort keeps the lower row number first."""
    every = np.sqrt(np.sum((queries[:, None] - points[None]) ** 2, axis=2))
    rows = np.argsort(every, axis=1, kind="stable")[:, :count]
    return rows, np.take_along_axis(every, rows, axis=1)


def others_by_sorting(points: np.ndarray, *, count: int) -> np.ndarray:
    every = np.sqrt(np.sum((points[:, None] - points[None]) ** 2, axis=2))
    np.fill_diagonal(every, np.inf)
    return np.argsort(every, axis=1, kind="stable")[:, :count]


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), rows=st.integers(4, 60), features=st.integers(1, 4), count=st.integers(1, 3))
def test_the_nearest_are_those_of_all_distances_sorted(seed: int, rows: int, features: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    points, queries = generator.standard_normal((rows, features)), generator.standard_normal((5, features))
    index = NeighbourIndex.of(points)
    found = index.nearest(queries, count=count)
    expected_rows, expected_distances = by_sorting(points, queries, count=count)
    assert found.rows.tolist() == expected_rows.tolist()
    assert found.distances == pytest.approx(expected_distances)
    assert index.nearest_others(count=count).rows.tolist() == others_by_sorting(points, count=count).tolist()


@settings(max_examples=80)
@given(
    seed=st.integers(0, 10**6),
    rows=st.integers(2, 80),
    features=st.integers(1, 4),
    width=st.integers(1, 3),
    data=st.data(),
)
def test_of_rows_equally_far_the_lower_number_counts(
    seed: int, rows: int, features: int, width: int, data: st.DataObject
) -> None:
    """Whole numbers below ``width``: squares and sums are exact, so both ways see the same ties."""
    generator = np.random.default_rng(seed)
    points = generator.integers(0, width, (rows, features)).astype(float)
    queries = generator.integers(0, width, (7, features)).astype(float)
    index, count = NeighbourIndex.of(points), data.draw(st.integers(1, rows - 1))
    expected_rows, expected_distances = by_sorting(points, queries, count=count)
    found = index.nearest(queries, count=count)
    assert found.rows.tolist() == expected_rows.tolist()
    assert found.distances.tolist() == expected_distances.tolist()
    assert index.nearest(queries, count=rows).rows.tolist() == by_sorting(points, queries, count=rows)[0].tolist()
    assert index.nearest_others(count=count).rows.tolist() == others_by_sorting(points, count=count).tolist()


def test_more_rows_at_one_place_than_are_held_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """3,000 rows on nine places, answered in parts of a few queries."""
    monkeypatch.setattr("valuation.market._neighbours._MOST_HELD", 2000)
    points = np.random.default_rng(3).integers(0, 3, (3000, 2)).astype(float)
    found = NeighbourIndex.of(points).nearest_others(count=5)
    assert found.rows[:300].tolist() == others_by_sorting(points, count=5)[:300].tolist()


def test_equal_points_are_not_their_own_neighbours() -> None:
    for count in (1, 3, 29):
        found = NeighbourIndex.of(np.zeros((30, 2))).nearest_others(count=count)
        assert found.rows.tolist() == [[row for row in range(30) if row != own][:count] for own in range(30)]


def test_the_number_of_workers_changes_nothing() -> None:
    generator = np.random.default_rng(5)
    index, queries = NeighbourIndex.of(generator.standard_normal((5000, 5))), generator.standard_normal((500, 5))
    one, three = (index.nearest(queries, count=7, workers=workers) for workers in (1, 3))
    assert np.array_equal(one.rows, three.rows)
    assert np.array_equal(one.distances, three.distances)


def test_the_index_does_not_follow_changes_of_the_array_it_was_built_from() -> None:
    points = np.arange(10.0)[:, None]
    index = NeighbourIndex.of(points)
    points[:] = 7.0
    assert index.nearest([[2.2]], count=2).rows.tolist() == [[2, 3]]
    with pytest.raises(ValueError, match="read-only"):
        index.points[0] = 1.0


@pytest.mark.parametrize(
    ("points", "queries", "count", "field"),
    [
        ([[0.0], [np.nan]], [[0.0]], 1, r"points\.1"),
        ([0.0, 1.0], [[0.0]], 1, r"points: found shape \(2,\)"),
        (np.zeros((0, 2)), [[0.0]], 1, "points"),
        ([[0.0], [1.0]], [[0.0], [np.inf]], 1, r"queries\.1"),
        ([[0.0], [1.0]], [[0.0, 1.0]], 1, "queries: found 2 features, expected 1"),
        ([[0.0], [1.0]], [[0.0]], 3, "count: found 3, expected 1 to 2"),
        ([[0.0], [1.0]], [[0.0]], 0, "count"),
    ],
)
def test_faults_are_named(points: object, queries: object, count: int, field: str) -> None:
    with pytest.raises(InputError, match=field):
        NeighbourIndex.of(points).nearest(queries, count=count)  # type: ignore[arg-type]


def test_a_point_needs_others() -> None:
    with pytest.raises(InputError, match="count: found 2, expected 1 to 1"):
        NeighbourIndex.of([[0.0], [1.0]]).nearest_others(count=2)
