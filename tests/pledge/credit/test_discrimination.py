"""Are the measures of a model those that counting every pair gives?

Second way: all pairs (AUC), SciPy's two-sample statistic (KS). Hand: small samples. Properties by hypothesis.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pledge.credit.discrimination import area_under_curve, brier_score, calibration_table, kolmogorov_smirnov
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1)), min_size=1, max_size=40).map(
    lambda rows: [*rows, (2, 0), (3, 1)]
)


@given(rows=pairs)
def test_auc_counts_every_pair(rows: list[tuple[int, int]]) -> None:
    risk, bad = zip(*rows, strict=True)
    bads, goods = ([level for level, outcome in rows if outcome == side] for side in (1, 0))
    by_pairs = np.mean([(b > g) + (b == g) / 2 for b in bads for g in goods])
    assert area_under_curve(risk, bad=bad) == pytest.approx(by_pairs)
    assert area_under_curve([-level for level in risk], bad=bad) == pytest.approx(1 - by_pairs)


@given(rows=pairs)
def test_ks_is_scipys(rows: list[tuple[int, int]]) -> None:
    risk, bad = zip(*rows, strict=True)
    sides = [[level for level, outcome in rows if outcome == side] for side in (0, 1)]
    assert kolmogorov_smirnov(risk, bad=bad) == pytest.approx(stats.ks_2samp(*sides, method="asymp").statistic)


def test_brier_by_hand() -> None:
    assert brier_score([0.2, 0.9], bad=[0, 1]) == pytest.approx((0.04 + 0.01) / 2)


def test_a_calibrated_sample_lies_within_its_error_and_a_shifted_one_does_not() -> None:
    generator = block_generator(4, 0)
    chance = generator.uniform(0.01, 0.4, 100_000)
    bad = generator.random(100_000) < chance
    right = calibration_table(chance, bad=bad, groups=10)
    assert sum(row.loans for row in right) == 100_000
    assert [row.predicted_share for row in right] == sorted(row.predicted_share for row in right)
    assert all(abs(row.observed_share - row.predicted_share) < 4 * row.standard_error for row in right)
    wrong = calibration_table(chance / 2, bad=bad, groups=10)
    assert all(row.observed_share > row.predicted_share + 4 * row.standard_error for row in wrong[1:])


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="bad: found only one outcome, expected good and bad loans"):
        area_under_curve([1, 2], bad=[1, 1])
    with pytest.raises(InputError, match="bad: found 1 numbers, expected 2, as many as risk"):
        area_under_curve([1, 2], bad=[1])
    with pytest.raises(InputError, match=r"risk\[1\]: found nan, expected a finite number"):
        kolmogorov_smirnov([1, math.nan], bad=[0, 1])
    with pytest.raises(InputError, match=r"probability_share\[0\]: found 1.2"):
        brier_score([1.2, 0.1], bad=[0, 1])
    with pytest.raises(InputError, match="bad: found other values, expected 0 or 1"):
        brier_score([0.2, 0.1], bad=[0, 0.5])
    with pytest.raises(InputError, match="groups: found 3, expected a finite number, at least 1, at most 2"):
        calibration_table([0.1, 0.2], bad=[0, 1], groups=3)
