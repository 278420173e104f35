"""Is the value after a year that of the published bond, and are its quantiles those of drawn states?

Literature: CreditMetrics (1997), in ``tests/literature``. Second way: simulation. Hand: a coin.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from pledge.credit.migration_value import migration_value
from valuation.errors import InputError
from valuation.kernel.randomness import block_generator

CHANCE = [0.0002, 0.0033, 0.0595, 0.8693, 0.0530, 0.0117, 0.0012, 0.0018]
VALUE = [109.37, 109.19, 108.66, 107.55, 102.02, 98.10, 83.64, 51.13]


def test_moments_are_those_of_drawn_states() -> None:
    found, draws = migration_value(CHANCE, value=VALUE), 500_000
    drawn = np.asarray(VALUE)[block_generator(3, 0).choice(len(VALUE), size=draws, p=CHANCE)]
    assert abs(drawn.mean() - found.mean) < 3 * found.standard_deviation / math.sqrt(draws)
    assert drawn.std() == pytest.approx(found.standard_deviation, rel=0.02)
    for level in (0.005, 0.05, 0.5):
        assert found.quantile(level) == np.quantile(drawn, level, method="inverted_cdf")


def test_the_bad_day_of_the_bond() -> None:
    # Hand, from the worst state up: 0.18 %, 0.30 %, 1.47 %, 6.77 %: 1 % falls on 98.10, 5 % on 102.02.
    found = migration_value(CHANCE, value=VALUE)
    assert [found.quantile(level) for level in (0.001, 0.002, 0.01, 0.05)] == [51.13, 83.64, 98.10, 102.02]


def test_a_coin_by_hand() -> None:
    found = migration_value([0.5, 0.5], value=[0, 2])
    assert (found.mean, found.standard_deviation) == (1, 1)


@pytest.mark.parametrize(
    ("chance", "value", "message"),
    [
        ([0.5, 0.4], [1, 2], "probability_share: found a sum of 0.900000, expected a sum of 1"),
        ([0.5, 0.5], [1], "value: found 1 numbers, expected 2, as many as probability_share"),
        ([1.2, -0.2], [1, 2], "probability_share[0]: found 1.2, expected a finite number, at least 0, at most 1"),
        ([1], [math.inf], "value[0]: found inf, expected a finite number"),
        ([[1]], [[1]], "probability_share: found 2 dimensions, expected one row of numbers"),
    ],
)
def test_what_is_refused(chance: list[float], value: list[float], message: str) -> None:
    with pytest.raises(InputError) as caught:
        migration_value(chance, value=value)
    assert str(caught.value) == message


def test_a_quantile_lies_between_nothing_and_all() -> None:
    with pytest.raises(InputError, match="probability_share: found 0, expected a finite number, above 0, below 1"):
        migration_value([1], value=[1]).quantile(0)
