"""What is a loan worth in a year if its rating may change: mean, spread, and the value on a bad day?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pledge.credit._numbers import numbers, same_length, share
from valuation.errors import InputError
from valuation.kernel.expression import Array

__all__ = ["MigrationValue", "migration_value"]

#: Published tables of migration are rounded to a hundredth of a percent a state.
_ROUNDING_OF_TABLES = 5e-4


@dataclass(frozen=True)
class MigrationValue:
    """The values by state with their probabilities, and the moments of the value in a year."""

    probability_share: Array
    value: Array
    mean: float
    standard_deviation: float

    def quantile(self, probability_share: float) -> float:
        """The least value whose cumulative probability from below reaches ``probability_share``."""
        wanted = share("probability_share", probability_share, strictly=True)
        order = np.argsort(self.value, kind="stable")
        reached = np.cumsum(self.probability_share[order])
        place = min(int(np.searchsorted(reached, wanted - 1e-12)), len(order) - 1)
        return float(self.value[order[place]])


def migration_value(probability_share: ArrayLike, *, value: ArrayLike) -> MigrationValue:
    """How is the value in a year distributed over the ratings the debtor may then have?

    mean = Σ p v; variance = Σ p (v − mean)².

    Parameters
    ----------
    probability_share : of each state, default among them; they sum to 1 (within the rounding of a printed table).
    value : of the claim in each state, any unit.

    Raises
    ------
    InputError : probabilities that do not sum to 1, or columns of different length.

    References
    ----------
    J.P. Morgan (1997), CreditMetrics Technical Document, chapter 1.

    Tested by: the published case ``creditmetrics-bbb-one-year-value-moments``; simulation in
    ``tests/pledge/credit/test_migration_value.py``.
    """
    chance = numbers("probability_share", probability_share, low=0, high=1)
    worth = numbers("value", value)
    same_length(probability_share=chance, value=worth)
    total = math.fsum(chance)
    if abs(total - 1) > _ROUNDING_OF_TABLES:
        raise InputError.of("probability_share", found=f"a sum of {total:.6f}", expected="a sum of 1")
    chance = chance / total
    mean = math.fsum(chance * worth)
    return MigrationValue(chance, worth, mean, math.sqrt(math.fsum(chance * (worth - mean) ** 2)))
