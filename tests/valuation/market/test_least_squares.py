"""Are the leave-one-out diagnostics those of fits without each row?

Checked against: NumPy's least squares refitted without each row in turn (second way, hypothesis), textbook
definitions, and exact collinearity.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.market._least_squares import condition_number, fit_least_squares


def problem(seed: int, rows: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    design = np.column_stack([np.ones(rows), generator.standard_normal((rows, features))])
    return design, design @ generator.standard_normal(features + 1) + generator.standard_normal(rows)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), rows=st.integers(8, 30), features=st.integers(1, 4))
def test_every_diagnostic_is_a_refit_without_the_row(seed: int, rows: int, features: int) -> None:
    design, response = problem(seed, rows, features)
    fit = fit_least_squares(design, response)
    terms = features + 1
    point = np.random.default_rng(seed + 1).standard_normal(terms)
    assert fit.coefficients == pytest.approx(np.linalg.lstsq(design, response, rcond=None)[0])
    spread = np.sum(fit.residuals**2) / (rows - terms)
    for row in range(rows):
        kept = np.arange(rows) != row
        without, *_ = np.linalg.lstsq(design[kept], response[kept], rcond=None)
        assert fit.left_out_residuals[row] == pytest.approx(response[row] - design[row] @ without)
        assert fit.predict_left_out(point)[row] == pytest.approx(point @ without)
        errors = response[kept] - design[kept] @ without
        own = np.sqrt(errors @ errors / (rows - 1 - terms))
        hat = design[row] @ np.linalg.inv(design.T @ design) @ design[row]
        assert fit.leverage[row] == pytest.approx(hat)
        assert fit.leverage_of(design[row]) == pytest.approx(hat)
        assert fit.studentised[row] == pytest.approx(fit.residuals[row] / (own * np.sqrt(1 - hat)))
        moved = design[row] @ (fit.coefficients - without)
        assert fit.dffits[row] == pytest.approx(moved / (own * np.sqrt(hat)))
        change = design @ (fit.coefficients - without)
        assert fit.cook[row] == pytest.approx(change @ change / (terms * spread))


def test_how_much_is_explained() -> None:
    design, response = problem(3, 30, 2)
    fit = fit_least_squares(design, response)
    assert fit.r_squared == pytest.approx(1 - fit.residuals.var() / response.var())
    assert fit_least_squares(design, np.full(30, 7.0)).r_squared == 0.0


def test_the_condition_number_is_one_for_orthogonal_and_infinite_for_equal_columns() -> None:
    assert condition_number(np.array([[1.0, 1.0], [1.0, -1.0], [0.0, 0.0]])) == pytest.approx(1)
    assert condition_number(np.array([[1.0, 1.0], [0.0, 0.01]])) == pytest.approx(200, rel=1e-3)
    assert condition_number(np.array([[1.0, 3.0], [2.0, 6.0]])) > 1e14
    assert condition_number(np.array([[1.0, 0.0], [2.0, 0.0]])) == np.inf


def test_the_scale_of_a_column_does_not_matter() -> None:
    design, _ = problem(5, 20, 3)
    assert condition_number(design * np.array([1, 1e6, 1e-6, 3.0])) == pytest.approx(condition_number(design))
