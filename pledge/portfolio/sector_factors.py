"""Which common factors move the borrowers of a book, and how do these move together?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError

__all__ = ["MAXIMUM_SECTORS", "SectorFactors"]

Array = NDArray[np.float64]

MAXIMUM_SECTORS = 200
#: How far a matrix may be from symmetric, and its diagonal from one, by rounding on the way in.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class SectorFactors:
    """One standard normal factor for each sector; ``correlation`` is ``(sectors, sectors)``, positive definite.

    Raises
    ------
    InputError : no sector, a name twice, a matrix of another shape, not symmetric, without ones on its diagonal, or
        of numbers that no factors can have together.

    Tested by: covariance of the drawn factors, planted errors; ``tests/pledge/portfolio/test_bad_inputs.py``.
    """

    names: tuple[str, ...]
    correlation: Array

    def __post_init__(self) -> None:
        """Refuse what is not a correlation matrix."""
        count = len(self.names)
        if not 0 < count <= MAXIMUM_SECTORS or len(set(self.names)) != count:
            expected = f"1 to {MAXIMUM_SECTORS} different names"
            raise InputError.of("sectors.names", found=list(self.names), expected=expected)
        matrix = np.array(self.correlation, dtype=np.float64)
        _check(matrix, count)
        matrix.flags.writeable = False
        object.__setattr__(self, "correlation", matrix)

    @classmethod
    def with_global(cls, names: Sequence[str], *, global_loading: float) -> SectorFactors:
        """Sectors that hang together by one global factor: ``Y_s = g Z + √(1 − g²) W_s``, correlation g² of two.

        Raises
        ------
        InputError : ``global_loading`` outside [0, 1).
        """
        if not 0 <= global_loading < 1:
            raise InputError.of("global_loading", found=global_loading, expected="a correlation from 0 to below 1")
        common = global_loading**2
        return cls(tuple(names), np.full((len(names), len(names)), common) + (1 - common) * np.eye(len(names)))

    @property
    def root(self) -> Array:
        """The lower triangular matrix that turns independent normals into the factors."""
        return np.asarray(np.linalg.cholesky(self.correlation), dtype=np.float64)


def _check(matrix: Array, count: int) -> None:
    field = "sectors.correlation"
    if matrix.shape != (count, count):
        raise InputError.of(field, found=f"shape {matrix.shape}", expected=f"shape {(count, count)}")
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise InputError.of(f"{field}[{row}][{column}]", found=matrix[row, column], expected="a finite number")
    if np.abs(matrix - matrix.T).max() > _ROUNDING:
        row, column = np.argwhere(np.abs(matrix - matrix.T) > _ROUNDING)[0]
        found = f"{matrix[row, column]:g} and {matrix[column, row]:g} at [{row}][{column}]"
        raise InputError.of(field, found=found, expected="a symmetric matrix")
    if np.abs(np.diagonal(matrix) - 1).max() > _ROUNDING:
        raise InputError.of(field, found=f"diagonal {np.diagonal(matrix).tolist()}", expected="ones on the diagonal")
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest <= _ROUNDING:
        expected = "a positive definite matrix: factors can have these correlations together"
        raise InputError.of(field, found=f"smallest eigenvalue {smallest:.3g}", expected=expected)
