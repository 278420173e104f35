"""A fast least-squares line through very many rows: coefficients, their covariance and how much they explain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from valuation.errors import InputError, RefusalError
from valuation.kernel.expression import Array
from valuation.market._least_squares import LeastSquares, fit_least_squares

__all__ = ["LinearFit", "fit_line"]

#: Rows whose centred copy stays in the cache of one core.
_BLOCK_ROWS = 8192
#: Rows, evenly spread over the table, whose means stand near those of all.
_SAMPLED_ROWS = 4096
#: Normal equations square the condition number: up to this one they keep ten of sixteen digits, beyond it the
#: orthogonal way is taken, which keeps the square root of that loss.
_WORST_FOR_NORMAL_EQUATIONS = 1e3
#: From here on the columns say the same as far as sixteen digits can tell.
_WORST_CONDITION = 1e12


@dataclass(frozen=True)
class LinearFit:
    """A fitted line ``y = a + X b + e``; the constant ``a`` is the first of the ``terms``.

    Attributes
    ----------
    coefficients : shape ``(terms,)``.
    covariance : of the coefficients for errors alike and unrelated, shape ``(terms, terms)``; ``NaN`` nowhere: more
        rows than terms are asked for.
    r_squared : share of the spread of ``y`` that is explained; 0 where ``y`` never changes.
    residual_deviation : ``√(Σe² / (rows − terms))``, in the unit of ``y``.
    condition_number : of the centred features, columns scaled to length one.
    way : how the equations were solved.
    """

    coefficients: Array
    covariance: Array
    r_squared: float
    residual_deviation: float
    condition_number: float
    way: Literal["normal_equations", "orthogonal"]
    _features: Array
    _response: Array

    @property
    def standard_errors(self) -> Array:
        """Standard error of each coefficient, shape ``(terms,)``."""
        errors: Array = np.sqrt(np.diag(self.covariance))
        return errors

    def predict(self, features: ArrayLike) -> Array:
        """The line at ``features``, shape ``(points, features)``; gives shape ``(points,)``."""
        found: Array = self.coefficients[0] + np.asarray(features, dtype=np.float64) @ self.coefficients[1:]
        return found

    def diagnostics(self) -> LeastSquares:
        """What does each row do to the fit? Leverage and left-out residuals of all rows: slow, so only on request.

        Raises
        ------
        RefusalError : not two rows more than terms.
        """
        rows, features = self._features.shape
        if rows <= features + 2:
            raise RefusalError.of(
                "response",
                found=f"{rows} rows for {features + 1} terms",
                expected=f"at least {features + 3} rows",
                advice="A row can be left out only if the others still over-determine the line; collect more rows",
            )
        return fit_least_squares(np.column_stack([np.ones(rows), self._features]), self._response)


@dataclass(frozen=True)
class _Centred:
    """The rows about their means, handed out in blocks that fit the cache."""

    features: Array
    response: Array
    means: Array
    mean_response: float

    def blocks(self) -> Iterator[tuple[Array, Array]]:
        # Arrays of one shape are subtracted at twice the speed of a row that is repeated for each of many short rows.
        means = np.tile(self.means, (_BLOCK_ROWS, 1))
        for start in range(0, len(self.response), _BLOCK_ROWS):
            features, response = self.features[start : start + _BLOCK_ROWS], self.response[start : start + _BLOCK_ROWS]
            yield features - means[: len(features)], response - self.mean_response


@dataclass(frozen=True)
class _Products:
    """Sums of products about the means: ``lengths`` of the columns, then of columns and response over them."""

    lengths: Array
    columns: Array
    against: Array
    spread: float


@dataclass(frozen=True)
class _Solved:
    """The equations ``R'R b = Z'y`` of the centred, scaled columns ``Z``: the factor ``R`` and ``b``."""

    factor: Array
    slopes: Array
    condition_number: float
    way: Literal["normal_equations", "orthogonal"]


def fit_line(features: ArrayLike, response: ArrayLike) -> LinearFit:
    """Which constant and coefficients fit best, and how well are they known?

    ``b = (Z'Z)⁻¹Z'y`` by normal equations on centred columns of length one, with one step of refinement from the
    residuals; where their condition number is above 1,000, by QR on blocks of rows instead.

    Parameters
    ----------
    features : shape ``(rows, features)``, without a column for the constant.
    response : shape ``(rows,)``.

    Raises
    ------
    InputError : shapes that do not fit, or a number that is not finite.
    RefusalError : no more rows than terms, a feature that never changes, or features that say the same.

    References
    ----------
    Björck (1996), Numerical Methods for Least Squares Problems, sections 2.2 (scaling, normal equations), 6.6.5
    (corrected seminormal equations). Chan, Golub, LeVeque (1983), The American Statistician 37(3): centring.

    Tested by: ``tests/valuation/market/test_linear_fit.py`` (NIST reference data; NumPy's least squares; exact
    fractions).
    """
    table, target = _checked(features, response)
    centred, products = _centred(table, target)
    solved = _by_normal_equations(products) or _by_blocks_of_rows(centred, products)
    slopes, squares = _refined(centred, products, solved)
    return _in_units(centred, products, solved, slopes=slopes, squares=squares)


def _checked(features: ArrayLike, response: ArrayLike) -> tuple[Array, Array]:
    table, target = np.asarray(features, dtype=np.float64), np.asarray(response, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] == 0:
        raise InputError.of("features", found=f"shape {table.shape}", expected="rows by at least one feature")
    if target.shape != table.shape[:1]:
        raise InputError.of("response", found=f"shape {target.shape}", expected=f"one number for each of {len(table)}")
    if len(table) <= table.shape[1] + 1:
        raise RefusalError.of(
            "response",
            found=f"{len(table)} rows for {table.shape[1] + 1} terms",
            expected=f"at least {table.shape[1] + 2} rows",
            advice="Collect more rows or use fewer features",
        )
    return table, target


def _centred(table: Array, target: Array) -> tuple[_Centred, _Products]:
    """Means, and products about them; whatever is not finite shows in the sums."""
    rows, size = table.shape
    ones, step = np.ones(_BLOCK_ROWS), max(1, rows // _SAMPLED_ROWS)
    with np.errstate(over="ignore", invalid="ignore"):
        # Near the means is enough: what is left about them corrects means and products.
        rough = _Centred(table, target, table[::step].mean(axis=0), float(target[::step].mean()))
        sums, products, against = np.zeros(size), np.zeros((size, size)), np.zeros(size)
        rest = spread = 0.0
        for block, remains in rough.blocks():
            sums += ones[: len(block)] @ block
            products += block.T @ block
            against += block.T @ remains
            rest += float(remains.sum())
            spread += float(remains @ remains)
    _refuse_not_finite("features", np.diag(products))
    _refuse_not_finite("response", np.array([spread]))
    products -= np.outer(sums, sums) / rows
    lengths = np.sqrt(np.maximum(np.diag(products), 0.0))
    _refuse_constant(lengths, rough.means, rows)
    centred = _Centred(table, target, rough.means + sums / rows, rough.mean_response + rest / rows)
    against = (against - sums * rest / rows) / lengths
    return centred, _Products(lengths, products / np.outer(lengths, lengths), against, spread - rest**2 / rows)


def _refuse_not_finite(field: str, sums: Array) -> None:
    if not np.isfinite(sums).all():
        raise InputError.of(field, found="a number that is not finite or too large to square", expected="finite")


def _refuse_constant(lengths: Array, means: Array, rows: int) -> None:
    """A column that moves less than its numbers are rounded is constant as far as anyone can tell."""
    still = np.flatnonzero(lengths <= 4 * np.finfo(np.float64).eps * np.abs(means) * np.sqrt(rows))
    if len(still):
        raise RefusalError.of(
            f"features.{still[0]}",
            found="the same value in every row",
            expected="a feature that differs",
            advice="Leave the feature out: the constant already says it",
        )


def _by_normal_equations(products: _Products) -> _Solved | None:
    """Solve by the products of the columns, or give None where those lose too many digits."""
    values = np.linalg.eigvalsh(products.columns)
    if not values[0] * _WORST_FOR_NORMAL_EQUATIONS**2 > values[-1]:
        return None
    factor = np.asarray(np.linalg.cholesky(products.columns).T, dtype=np.float64)
    condition = float(np.sqrt(values[-1] / values[0]))
    return _Solved(factor, _solve(factor, products.against), condition, "normal_equations")


def _by_blocks_of_rows(centred: _Centred, products: _Products) -> _Solved:
    """Solve by QR, a block of rows under the triangle of those before: digits are lost once, not twice."""
    size = len(products.lengths)
    triangle = np.zeros((0, size + 1))
    for block, remains in centred.blocks():
        rows = np.column_stack([block / products.lengths, remains])
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, rows]), mode="r"), dtype=np.float64)
    factor = triangle[:size, :size]
    values = np.linalg.svd(factor, compute_uv=False)
    condition = float(values[0] / values[-1]) if values[-1] > 0 else float("inf")
    if condition > _WORST_CONDITION:
        raise RefusalError.of(
            "features",
            found=f"a condition number of {condition:.4g}",
            expected=f"at most {_WORST_CONDITION:g}",
            advice="Some features say the same; leave one out",
        )
    slopes = np.asarray(solve_triangular(factor, triangle[:size, size]))
    return _Solved(factor, slopes, condition, "orthogonal")


def _solve(factor: Array, right: Array) -> Array:
    """``b`` of ``R'R b = right``."""
    return np.asarray(solve_triangular(factor, solve_triangular(factor, right, trans="T")))


def _refined(centred: _Centred, products: _Products, solved: _Solved) -> tuple[Array, float]:
    """Correct the slopes by what the residuals still hold of the columns; gives the sum of squares after it."""
    slopes, left, squares = solved.slopes / products.lengths, np.zeros(len(solved.slopes)), 0.0
    for block, remains in centred.blocks():
        errors = remains - block @ slopes
        left += errors @ block
        squares += float(errors @ errors)
    left /= products.lengths
    step = _solve(solved.factor, left)
    return (solved.slopes + step) / products.lengths, max(squares - float(left @ step), 0.0)


def _in_units(centred: _Centred, products: _Products, solved: _Solved, *, slopes: Array, squares: float) -> LinearFit:
    """The covariance, from centred columns of length one back to the units of the features."""
    rows, size = centred.features.shape
    inverse = np.asarray(solve_triangular(solved.factor, np.eye(size))) / products.lengths[:, None]
    variance = squares / (rows - size - 1)
    covariance = np.empty((size + 1, size + 1))
    covariance[1:, 1:] = inverse @ inverse.T
    covariance[0, 1:] = covariance[1:, 0] = -(covariance[1:, 1:] @ centred.means)
    covariance[0, 0] = 1 / rows + float(np.sum((centred.means @ inverse) ** 2))
    return LinearFit(
        coefficients=np.array([centred.mean_response - slopes @ centred.means, *slopes]),
        covariance=covariance * variance,
        r_squared=1 - squares / products.spread if products.spread > 0 else 0.0,
        residual_deviation=float(np.sqrt(variance)),
        condition_number=solved.condition_number,
        way=solved.way,
        _features=centred.features,
        _response=centred.response,
    )
