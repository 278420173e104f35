"""Are quantiles and shortfalls of draws right, and are their errors honest?

Checked against: the normal distribution in closed form; the coverage of the stated intervals over 400 repetitions, of
plain draws and of draws with weights; hand arithmetic on a hundred numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import special, stats

from pledge.portfolio.risk_measures import (
    Estimate,
    expected_shortfall,
    mean_of,
    probability_above,
    share_of,
    tail_weights,
    value_at_risk,
)
from valuation.errors import InputError, RefusalError
from valuation.kernel.randomness import block_generator

QUANTILE = float(special.ndtri(0.99))
SHORTFALL = math.exp(-(QUANTILE**2) / 2) / math.sqrt(2 * math.pi) / 0.01
Measure = Callable[..., Estimate]


def drawn(block: int, shift: float, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Normal draws; those with a shift are drawn about it and weighed back."""
    losses = block_generator(1, block).normal(shift, 1, count)
    return losses, np.exp(shift**2 / 2 - shift * losses)


@pytest.mark.parametrize("shift", [0.0, 2.0])
@pytest.mark.parametrize(("measure", "exact"), [(value_at_risk, QUANTILE), (expected_shortfall, SHORTFALL)])
def test_intervals_cover_the_truth(measure: Measure, exact: float, shift: float) -> None:
    """95 % intervals of 400 repetitions: between 91 and 98 % of them hold the exact number."""
    found = [measure(*drawn(block, shift), 0.99) for block in range(400)]
    covered = np.mean([each.low <= exact <= each.high for each in found])
    assert 0.90 < covered < 0.985
    values = np.array([each.value for each in found])
    assert abs(values.mean() - exact) < 4 * values.std() / 20 + 0.01
    assert np.mean([each.standard_error for each in found]) == pytest.approx(values.std(), rel=0.15)


def test_a_hundred_numbers_by_hand() -> None:
    """Of 1 … 100 the quantile at 90 % is 90: ten lie beyond it, 10 % of all. Their mean is 95.5."""
    losses, weights = np.arange(1.0, 101.0), np.ones(100)
    assert value_at_risk(losses, weights, 0.9).value == 90.0
    assert expected_shortfall(losses, weights, 0.9).value == pytest.approx(95.5)
    assert probability_above(losses, weights, 90.0).value == pytest.approx(0.1)
    assert mean_of(losses, weights).value == 50.5
    assert mean_of(losses, weights).standard_error == pytest.approx(losses.std(ddof=1) / 10)


def test_tail_weights_make_the_shortfall() -> None:
    """Also where many draws are equal to the quantile, as in a small book."""
    for losses in (np.repeat(np.arange(20.0), 37), drawn(3, 0.0)[0]):
        weights = np.ones(losses.size)
        found = tail_weights(losses, weights, 0.93)
        assert found.sum() == pytest.approx(1)
        assert found @ losses == pytest.approx(expected_shortfall(losses, weights, 0.93).value, rel=1e-12)


def test_a_tail_of_too_few_draws_is_refused() -> None:
    losses, weights = drawn(0, 0.0)
    with pytest.raises(RefusalError, match="Simulate more"):
        value_at_risk(losses, weights, 0.999)
    # A limit that many draws reach is known, however few of them the sorting puts first: by hand, 9.1 % at 7 and more.
    heavy = np.concatenate((np.full(100, 0.1), np.full(899, 1.0), np.full(1, 91.0)))
    at_limit = np.full(1000, 7.0)
    assert value_at_risk(at_limit, heavy, 0.99).value == 7.0
    with pytest.raises(RefusalError, match="Simulate more"):
        value_at_risk(np.where(heavy > 90, 9.0, 7.0), heavy, 0.99)
    for confidence in (0.0, 1.0, math.nan):
        with pytest.raises(InputError, match="confidence"):
            expected_shortfall(losses, weights, confidence)
    with pytest.raises(InputError, match="level_share"):
        mean_of(losses, weights, level_share=1.0)


@pytest.mark.parametrize(("count", "hits"), [(1_000, 0), (1_000, 7), (1_000, 1_000), (20_000, 0)])
def test_a_share_that_never_happened_is_not_impossible(count: int, hits: int) -> None:
    """Second way: at the ends of the interval the binomial tail is 2.5 %; of no hit, 1 − 0.025^(1/n)."""
    found = share_of(np.arange(count) < hits, np.ones(count))
    assert found.value == hits / count
    if hits < count:
        assert stats.binom.cdf(hits, count, found.high) == pytest.approx(0.025, rel=1e-6)
    if hits:
        assert stats.binom.sf(hits - 1, count, found.low) == pytest.approx(0.025, rel=1e-6)
    if hits == 0:
        assert (found.low, found.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / count), rel=1e-9))
