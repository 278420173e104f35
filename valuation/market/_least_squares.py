"""Least squares with what each row does to the fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuation.kernel.expression import Array

__all__ = ["LeastSquares", "condition_number", "fit_least_squares"]


@dataclass(frozen=True)
class LeastSquares:
    """A fit ``y = X β`` and its leave-one-out diagnostics; arrays over rows have shape ``(rows,)``.

    ``leverage`` hᵢ is the i-th diagonal of the hat matrix; ``left_out_residuals`` eᵢ / (1 − hᵢ) are the residuals of
    each row from the fit without it; ``studentised`` are externally studentised residuals.
    """

    coefficients: Array
    residuals: Array
    leverage: Array
    left_out_residuals: Array
    studentised: Array
    dffits: Array
    cook: Array
    r_squared: float
    _orthogonal: Array  # Q of the QR factorisation, shape (rows, terms)
    _inverse_factor: Array  # R⁻¹

    def predict(self, point: Array) -> float:
        """The fitted value at ``point``, shape ``(terms,)``."""
        return float(point @ self.coefficients)

    def predict_left_out(self, point: Array) -> Array:
        """The value at ``point`` by each fit without one row: ``x'β − x'(X'X)⁻¹xᵢ eᵢ/(1 − hᵢ)``."""
        # x'(X'X)⁻¹xᵢ = (x'R⁻¹)·qᵢ, so that no second matrix of all rows is made.
        return self.predict(point) - (self._orthogonal @ (point @ self._inverse_factor)) * self.left_out_residuals

    def leverage_of(self, point: Array) -> float:
        """How far ``point`` lies from the rows: x'(X'X)⁻¹x, on the scale of ``leverage``."""
        return float(np.sum((point @ self._inverse_factor) ** 2))


def condition_number(design: Array) -> float:
    """How nearly do the columns say the same? Largest over smallest singular value, columns scaled to length one.

    Infinite when one column is a combination of the others.

    References
    ----------
    Belsley, Kuh, Welsch (1980), Regression Diagnostics, ch. 3.
    """
    lengths = np.linalg.norm(design, axis=0)
    if not np.all(lengths > 0):
        return float("inf")
    singular = np.linalg.svd(design / lengths, compute_uv=False)
    return float(singular[0] / singular[-1]) if singular[-1] > 0 else float("inf")


def fit_least_squares(design: Array, response: Array) -> LeastSquares:
    """Which coefficients fit best, and how does each row bear on them?

    Parameters
    ----------
    design : shape ``(rows, terms)``, of full column rank, with at least two rows more than terms.
    response : shape ``(rows,)``.

    Notes
    -----
    A row that alone determines a coefficient has leverage 1; its left-out residual is not finite, which the caller
    must refuse.

    References
    ----------
    Belsley, Kuh, Welsch (1980), Regression Diagnostics, ch. 2: hat matrix, RSTUDENT, DFFITS. Cook (1977).

    Tested by: ``tests/valuation/market/test_least_squares.py``, refitting without each row in turn (second way).
    """
    rows, terms = design.shape
    assert rows > terms + 1, "the caller asks for more rows than terms"
    orthogonal, upper = np.linalg.qr(design)
    inverse = np.linalg.solve(upper, np.eye(terms))
    coefficients = inverse @ (orthogonal.T @ response)
    residuals = response - design @ coefficients
    leverage = np.minimum(np.sum(orthogonal**2, axis=1), 1.0)
    squares = float(residuals @ residuals)
    with np.errstate(divide="ignore", invalid="ignore"):
        left_out = residuals / (1 - leverage)
        without = (squares - residuals * left_out) / (rows - terms - 1)
        studentised = residuals / np.sqrt(np.maximum(without, 0) * (1 - leverage))
        dffits = studentised * np.sqrt(leverage / (1 - leverage))
        cook = left_out**2 * leverage / (terms * squares / (rows - terms))
    spread = float(np.sum((response - response.mean()) ** 2))
    return LeastSquares(
        coefficients=coefficients,
        residuals=residuals,
        leverage=leverage,
        left_out_residuals=left_out,
        studentised=studentised,
        dffits=dffits,
        cook=cook,
        r_squared=1 - squares / spread if spread > 0 else 0.0,
        _orthogonal=orthogonal,
        _inverse_factor=inverse,
    )
