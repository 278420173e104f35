"""How is the value of one asset distributed, as its own valuation says? A table of quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from valuation.errors import InputError

__all__ = ["LARGEST_SCORE", "SCORES", "ValueTable"]

Array = NDArray[np.float64]

#: Quantiles are tabled at equally spaced normal scores, so that both tails are resolved; beyond the last score the
#: value stays where it is, because draws say nothing about it.
LARGEST_SCORE = 4.0
_STEPS_PER_UNIT = 16
SCORES: Array = np.linspace(-LARGEST_SCORE, LARGEST_SCORE, int(2 * LARGEST_SCORE) * _STEPS_PER_UNIT + 1)
#: Fewer draws than this do not carry a distribution.
MINIMUM_DRAWS = 100


@dataclass(frozen=True)
class ValueTable:
    """Values in CNY at the normal scores :data:`SCORES`: ``values_cny[k]`` is not exceeded with probability Φ(score).

    Raises
    ------
    InputError : another number of values, a value that is negative or not finite, values that fall.
    """

    name: str
    values_cny: Array

    def __post_init__(self) -> None:
        """Refuse what is not a quantile function."""
        values = np.array(self.values_cny, dtype=np.float64)
        field = f"value_tables.{self.name}"
        if values.shape != SCORES.shape:
            raise InputError.of(field, found=f"shape {values.shape}", expected=f"{SCORES.size} values")
        if not np.isfinite(values).all() or values.min() < 0:
            bad = int(np.flatnonzero(~(np.isfinite(values) & (values >= 0)))[0])
            raise InputError.of(f"{field}[{bad}]", found=values[bad], expected="a finite amount of 0 or more")
        if (np.diff(values) < 0).any():
            bad = int(np.flatnonzero(np.diff(values) < 0)[0]) + 1
            raise InputError.of(f"{field}[{bad}]", found=values[bad], expected=f"at least {values[bad - 1]:g}")
        values.flags.writeable = False
        object.__setattr__(self, "values_cny", values)

    @classmethod
    def of_draws(cls, name: str, draws_cny: Sequence[float] | Array) -> ValueTable:
        """The quantiles of a valuation's draws; a draw below zero counts as a right worth nothing.

        Raises
        ------
        InputError : fewer than 100 draws, or a draw that is not finite.

        Tested by: lognormal draws against the exact quantile; ``tests/pledge/portfolio/test_value_table.py``.
        """
        draws = np.asarray(draws_cny, dtype=np.float64).reshape(-1)
        if draws.size < MINIMUM_DRAWS or not np.isfinite(draws).all():
            found = f"{draws.size} draws, {int((~np.isfinite(draws)).sum())} of them not finite"
            expected = f"{MINIMUM_DRAWS} or more finite draws"
            raise InputError.of(f"value_tables.{name}", found=found, expected=expected)
        return cls(name, np.quantile(np.maximum(draws, 0.0), special.ndtr(SCORES)))

    def at(self, scores: Array) -> Array:
        """The value at normal scores, on straight lines between the tabled ones."""
        found: Array = np.interp(scores, SCORES, self.values_cny)
        return found
