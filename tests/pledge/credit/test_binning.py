"""Do bins go one way, and do their weights say what the counts say?

Second way: isotonic regression of SciPy. Hand: two bins and their weights. Properties by hypothesis.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from pledge.credit.binning import category_binning, monotone_binning
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator


def test_two_bins_by_hand() -> None:
    # Hand: below 1: 8 good, 2 bad; from 1: 5 good, 5 bad. WoE = ln(8.5/14) - ln(2.5/8) = 0.6641; the other
    # ln(5.5/14) - ln(5.5/8) = -0.5596. IV = (8.5/14 - 2.5/8) 0.6641 + (5.5/14 - 5.5/8) (-0.5596) = 0.3606.
    values = [0.0] * 10 + [1.0] * 10
    bad = [1] * 2 + [0] * 8 + [1] * 5 + [0] * 5
    found = monotone_binning(values, bad=bad, feature="x")
    assert [(each.good, each.bad) for each in found.bins] == [(8, 2), (5, 5)]
    assert [each.bad_share for each in found.bins] == [0.2, 0.5]
    assert [each.woe for each in found.bins] == pytest.approx(
        [math.log(8.5 / 14) - math.log(2.5 / 8), math.log(5.5 / 14) - math.log(5.5 / 8)]
    )
    assert found.information_value == pytest.approx(0.3606, abs=1e-4)
    assert found.woe([-5, 0.99, 1.0, 70]).tolist() == [found.bins[place].woe for place in (0, 0, 1, 1)]
    assert [each.label for each in found.bins] == ["[-inf, 1)", "[1, inf)"]


def test_pooling_is_isotonic_regression() -> None:
    # Without a least size, the share of each bin is the isotonic fit of its quantile groups.
    generator = block_generator(2, 0)
    values = generator.integers(0, 12, 3000).astype(float)
    bad = generator.random(3000) < 0.1 + 0.03 * values * generator.choice([0, 1], 3000)
    found = monotone_binning(values, bad=bad, feature="x", direction="rising", first_bins=50, least_share=0.0)
    levels = np.arange(12.0)
    raw = np.array([bad[values == level].mean() for level in levels])
    weights = np.array([(values == level).sum() for level in levels])
    fit = optimize.isotonic_regression(raw, weights=weights).x
    shares = np.array([each.bad_share for each in found.bins])
    assert shares[found.place(levels)] == pytest.approx(fit)


@st.composite
def samples(draw: st.DrawFn) -> tuple[list[float], list[int]]:
    rows = draw(st.lists(st.tuples(st.floats(-50, 50), st.integers(0, 1)), min_size=6, max_size=80))
    return [value for value, _ in rows] + [0.0, 1.0], [bad for _, bad in rows] + [0, 1]


@given(sample=samples(), direction=st.sampled_from(["rising", "falling", "either"]), least=st.floats(0, 0.4))
def test_bins_go_one_way_hold_every_loan_and_are_large_enough(
    sample: tuple[list[float], list[int]], direction: Any, least: float
) -> None:
    values, bad = sample
    found = monotone_binning(values, bad=bad, feature="x", direction=direction, least_share=least)
    shares = [each.bad_share for each in found.bins]
    falling = direction == "falling" or (direction == "either" and shares[0] > shares[-1])
    assert shares == sorted(shares, reverse=falling)
    counts = [each.good + each.bad for each in found.bins]
    assert sum(counts) == len(values)
    assert len(counts) == 1 or min(counts) >= least * len(values)
    assert np.bincount(found.place(values), minlength=len(counts)).tolist() == counts
    assert found.information_value >= 0


def test_the_missing_have_their_own_bin() -> None:
    values = [0.0, 0.0, 1.0, 1.0, math.nan, math.nan]
    found = monotone_binning(values, bad=[0, 0, 0, 1, 1, 1], feature="x", least_share=0)
    assert found.bins[-1].label == "缺失 missing"
    assert (found.bins[-1].good, found.bins[-1].bad) == (0, 2)
    assert found.place([math.nan, 0.0]).tolist() == [len(found.bins) - 1, 0]


def test_categories_by_hand() -> None:
    words = ["a"] * 10 + ["b"] * 10 + ["c"]
    bad = [1] + [0] * 9 + [1] * 5 + [0] * 5 + [1]
    found = category_binning(words, bad=bad, feature="kind", least_share=0.1)
    assert found.categories == ("a", "b")
    assert [(each.good, each.bad) for each in found.bins] == [(9, 1), (5, 5), (0, 1)]
    assert found.place(["b", "zzz", "c"]).tolist() == [1, 2, 2]
    assert found.bins[0].woe == pytest.approx(math.log(9.5 / 15.5) - math.log(1.5 / 8.5))
    assert found.woe(["a"]).tolist() == [found.bins[0].woe]
    assert found.information_value > 0


@pytest.mark.parametrize(
    ("values", "bad", "message"),
    [
        ([1.0, 2.0], [0, 0], "bad: found only one outcome, expected good and bad loans"),
        ([1.0, 2.0], [0, 2], "bad: found other values, expected 0 or 1"),
        ([1.0, 2.0], [0], "bad: found shape (1,), expected 2 outcomes, as many as x"),
        ([1.0, math.inf], [0, 1], "x: found an infinite value, expected finite numbers, or NaN for missing"),
        ([math.nan, math.nan], [0, 1], "x: found only missing values, expected at least one number"),
    ],
)
def test_what_is_refused(values: list[float], bad: list[int], message: str) -> None:
    with pytest.raises(InputError) as caught:
        monotone_binning(values, bad=bad, feature="x")
    assert str(caught.value) == message


def test_values_no_bin_was_made_for_are_refused() -> None:
    found = monotone_binning([0.0, 1.0], bad=[0, 1], feature="x", least_share=0)
    with pytest.raises(InputError, match="x: found a missing value, expected a number: none was missing before"):
        found.place([math.nan])
    words = category_binning(["a", "b"], bad=[0, 1], feature="kind")
    with pytest.raises(InputError, match="kind: found 'c', expected one of a, b"):
        words.place(["c"])
