"""Does the jackknife+ hold its level, for any distribution of errors?

Checked against: sorting by hand, the exact law for exchangeable constants (simulation with known truth), and the
smallest number of rows for which a finite range exists.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.market._conformal import jackknife_plus, jackknife_plus_meaning, rows_for_level


def test_the_ends_are_order_statistics_by_hand() -> None:
    """n = 9, level 0.8: the 8th smallest of μ + R and the 2nd smallest of μ − R."""
    predictions = np.zeros(9)
    residuals = np.array([5.0, 1, 9, 2, 7, 3, 8, 4, 6])
    assert jackknife_plus(predictions, residuals, level_share=0.8) == (-8.0, 8.0)
    assert jackknife_plus(predictions, residuals, level_share=0.9) == (-9.0, 9.0)


def test_predictions_move_the_ends_one_by_one() -> None:
    """Each row adds its own prediction to its own residual: 1 + 4, 2 + 1, 3 + 3 and 1 − 4, 2 − 1, 3 − 3."""
    found = jackknife_plus(np.array([1.0, 2.0, 3.0]), np.array([4.0, 1.0, 3.0]), level_share=0.5)
    assert found == (0.0, 5.0)


@given(level=st.floats(0.01, 0.995))
def test_the_fewest_rows_are_those_from_which_a_range_exists(level: float) -> None:
    needed = rows_for_level(level)
    assert jackknife_plus(np.zeros(needed), np.ones(needed), level_share=level) == (-1.0, 1.0)
    if needed > 1:
        assert jackknife_plus(np.zeros(needed - 1), np.ones(needed - 1), level_share=level) is None


@pytest.mark.parametrize(("level", "rows"), [(0.5, 1), (0.8, 4), (0.9, 9), (0.95, 19), (0.99, 99)])
def test_the_fewest_rows_of_common_levels(level: float, rows: int) -> None:
    assert rows_for_level(level) == rows


@pytest.mark.parametrize("errors", ["normal", "skewed", "heavy"])
def test_the_mean_is_covered_as_stated_whatever_the_errors(errors: str) -> None:
    """Simulation with known truth: the fit is the mean, n = 19, 4,000 runs; four standard errors are allowed."""
    generator = np.random.default_rng(7)
    draws = {
        "normal": lambda size: generator.standard_normal(size),
        "skewed": lambda size: generator.exponential(size=size),
        "heavy": lambda size: generator.standard_t(2, size=size),
    }[errors]((4000, 20))
    hits = 0
    for *seen, unseen in draws:
        rows = np.array(seen)
        without = (rows.sum() - rows) / (len(rows) - 1)
        ends = jackknife_plus(without, np.abs(rows - without), level_share=0.8)
        assert ends is not None
        hits += ends[0] <= unseen <= ends[1]
    assert hits / 4000 == pytest.approx(0.8, abs=4 * math.sqrt(0.16 / 4000) + 0.01)


def test_the_meaning_names_the_guarantee() -> None:
    text = jackknife_plus_meaning(0.9, 60)
    assert "90%" in text.en
    assert "at least 80%" in text.en
    assert "60" in text.zh
    assert "at least 0%" in jackknife_plus_meaning(0.4, 60).en
