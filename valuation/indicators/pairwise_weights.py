"""Which weights follow from judging factors in pairs, and do the judgements agree with each other?

The analytic hierarchy process 层次分析法: the weights are the principal eigenvector of the reciprocal matrix A with
``a_ij`` = how many times factor i matters more than factor j. With λ its eigenvalue, ``CI = (λ − n)/(n − 1)`` and
``CR = CI / RI(n)``; a CR above the limit means that the judgements contradict each other, and is refused.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.kernel.fields import NOT_EMPTY, FiniteFloat, FrozenModel, Reason
from valuation.reference import number_of

__all__ = ["PairwiseJudgement", "PairwiseWeights", "pairwise_weights"]

#: A cell may be off its reciprocal by this share, so that 0.33 beside 3 is no contradiction.
_RECIPROCAL_TOLERANCE = 0.02
#: Saaty's scale ends at nine times as important.
_STRONGEST = 9.0
_TABLE = "profit_split_rules"
Row = Annotated[tuple[Annotated[FiniteFloat, Field(gt=0)], ...], Field(max_length=10)]


class PairwiseJudgement(FrozenModel):
    """How many times each factor matters more than each other, one row a factor, with the reason of who judges."""

    matrix: Annotated[tuple[Row, ...], Field(max_length=10), *NOT_EMPTY]
    reason: Reason


@dataclass(frozen=True)
class PairwiseWeights:
    """The weights (adding up to one), the eigenvalue and the consistency ratio."""

    weights: tuple[float, ...]
    eigenvalue: float
    consistency_ratio: float


def pairwise_weights(
    judgement: PairwiseJudgement, *, factors: Sequence[str], on: datetime.date, field: str
) -> PairwiseWeights:
    """Which weights follow from these judgements?

    Parameters
    ----------
    factors : names of the factors, in the order of the rows.
    on : the day on which the limits hold.
    field : where the judgement stands in the request, for messages.

    Raises
    ------
    InputError : the matrix is not square, not reciprocal, or leaves the scale 1/9 to 9.
    RefusalError : the consistency ratio is above the limit.

    References
    ----------
    Saaty (1980), The Analytic Hierarchy Process.

    Tested by: ``tests/valuation/indicators/test_pairwise_weights.py`` (weights recovered from a consistent matrix,
    power iteration as second way, invariance to the order of the factors).
    """
    matrix = _checked(judgement, len(factors), field)
    eigenvalues, vectors = np.linalg.eig(matrix)
    principal = int(np.argmax(eigenvalues.real))
    vector = np.abs(vectors[:, principal].real)
    largest = float(eigenvalues[principal].real)
    ratio = _consistency_ratio(largest, len(factors), on)
    limit, _ = number_of(_TABLE, "maximum_consistency_ratio", on=on)
    if ratio > limit:
        raise RefusalError.of(
            f"{field}.consistency_ratio",
            found=f"{ratio:.4f}",
            expected=f"{limit:g} or less",
            advice="The pairwise judgements contradict each other; judge the pairs again",
        )
    return PairwiseWeights(tuple(float(weight) for weight in vector / vector.sum()), largest, ratio)


def _checked(judgement: PairwiseJudgement, size: int, field: str) -> Array:
    rows = judgement.matrix
    if len(rows) != size or any(len(row) != size for row in rows):
        shape = f"rows of {', '.join(str(len(row)) for row in rows)}"
        raise InputError.of(f"{field}.matrix", found=shape, expected=f"{size} rows of {size} numbers")
    matrix = np.array(rows, dtype=np.float64)
    for i in range(size):
        for j in range(i, size):
            _check_pair(matrix, i, j, field)
    # The lower triangle is the reciprocal of the upper one exactly; what was stated was the same but for rounding.
    lower = np.tril_indices(size, -1)
    matrix[lower] = 1 / matrix.T[lower]
    np.fill_diagonal(matrix, 1.0)
    return matrix


def _check_pair(matrix: Array, i: int, j: int, field: str) -> None:
    there, back = float(matrix[i, j]), float(matrix[j, i])
    if abs(there * back - 1) > _RECIPROCAL_TOLERANCE:
        raise InputError.of(
            f"{field}.matrix.{j}.{i}", found=f"{back:g}", expected=f"{1 / there:.4g}, the reciprocal of {there:g}"
        )
    if max(there, back) > _STRONGEST:
        raise InputError.of(f"{field}.matrix.{i}.{j}", found=f"{there:g}", expected="between 1/9 and 9")


def _consistency_ratio(eigenvalue: float, size: int, on: datetime.date) -> float:
    """Two factors cannot contradict each other; from three on the ratio to random judgements counts."""
    if size < 3:
        return 0.0
    index, _ = number_of(_TABLE, f"random_index.n{size}", on=on)
    return max(0.0, (eigenvalue - size) / (size - 1)) / index
