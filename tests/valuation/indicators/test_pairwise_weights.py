"""Which weights follow from pairwise judgements?

Checked by: identity (a consistent matrix built from weights gives them back, consistency ratio 0), power iteration
as second way, invariance under another order of the factors, and refusals.
"""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.errors import InputError, IpfinError, RefusalError
from valuation.indicators.pairwise_weights import PairwiseJudgement, PairwiseWeights, pairwise_weights

DAY = datetime.date(2020, 12, 31)
#: Hand: three factors, slightly inconsistent (2 × 3 is not 5).
MATRIX = [[1, 2, 5], [1 / 2, 1, 3], [1 / 5, 1 / 3, 1]]


def weights(matrix: list[list[float]]) -> PairwiseWeights:
    judgement = PairwiseJudgement.model_validate({"matrix": matrix, "reason": "chosen for the test"})
    return pairwise_weights(judgement, factors=["f"] * len(matrix), on=DAY, field="judgement")


@given(st.lists(st.floats(1, 3), min_size=1, max_size=10))
def test_a_consistent_matrix_gives_its_weights_back(stated: list[float]) -> None:
    found = weights([[a / b for b in stated] for a in stated])
    assert found.weights == pytest.approx([each / sum(stated) for each in stated], rel=1e-6)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)
    assert sum(found.weights) == pytest.approx(1, rel=1e-12)


def test_power_iteration_gives_the_same() -> None:
    """Second way: apply the matrix until the vector keeps its direction."""
    matrix, vector = np.array(MATRIX), np.ones(3) / 3
    for _ in range(200):
        vector = matrix @ vector
        vector = vector / vector.sum()
    eigenvalue = float((matrix @ vector / vector).mean())
    found = weights(MATRIX)
    assert found.weights == pytest.approx(list(vector), rel=1e-10)
    assert found.eigenvalue == pytest.approx(eigenvalue, rel=1e-10)
    # Saaty's random index of order 3 is 0.58.
    assert found.consistency_ratio == pytest.approx((eigenvalue - 3) / 2 / 0.58, rel=1e-6)


def test_another_order_of_the_factors_gives_the_same_weights() -> None:
    order = [2, 0, 1]
    turned = [[MATRIX[i][j] for j in order] for i in order]
    assert weights(turned).weights == pytest.approx([weights(MATRIX).weights[i] for i in order], rel=1e-10)


def test_contradicting_judgements_are_refused() -> None:
    circle = [[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]]
    with pytest.raises(RefusalError, match="consistency_ratio"):
        weights(circle)


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        ([[1, 2], [1 / 2]], "2 rows of 2"),
        ([[1, 2, 3], [1 / 2, 1, 2]], "2 rows of 2"),
        ([[1, 2], [2, 1]], "reciprocal"),
        ([[2, 2], [1 / 2, 1]], "reciprocal"),
        ([[1, 12], [1 / 12, 1]], "between 1/9 and 9"),
    ],
)
def test_a_matrix_that_is_none_is_refused(matrix: list[list[float]], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        weights(matrix)


def test_rounded_reciprocals_are_taken() -> None:
    assert weights([[1, 3], [0.33, 1]]).weights == pytest.approx([0.75, 0.25])


def test_the_table_does_not_reach_before_its_first_day() -> None:
    judgement = PairwiseJudgement.model_validate({"matrix": MATRIX, "reason": "chosen for the test"})
    with pytest.raises(IpfinError, match="1980"):
        pairwise_weights(judgement, factors=list("abc"), on=datetime.date(1970, 1, 1), field="judgement")
