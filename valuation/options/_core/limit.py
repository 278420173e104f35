"""A right that may be exercised at any time, as the limit of rights with ever more dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Limit", "in_the_limit"]


@dataclass(frozen=True)
class Limit:
    """The value for exercise at any time, the value with the most dates, and how far the two last guesses differ."""

    value: float
    with_dates: float
    dates: int
    difference: float


def in_the_limit(value_with: Callable[[int], float], *, dates: int = 64) -> Limit:
    """What is a right worth that may be exercised at any time?

    With n dates in place of all times the value misses a/n + b/n^1.5 (the second term from the boundary's square-root
    shape near the end); n, 2n and 4n dates remove both.

    Parameters
    ----------
    value_with : the value with so many steps between dates of exercise.
    dates : n.

    Returns
    -------
    Limit; ``difference`` is how much the second removal changed, a bound on the error in practice, not in proof.

    References
    ----------
    Geske, Johnson (1984), The American put option valued analytically, JF 39 (the idea). Howison (2007), A matched
    asymptotic expansions approach to continuity corrections, for the order 1/n.

    Tested by: QuantLib's QdFp engine; ``tests/valuation/options/core/test_line.py``.
    """
    coarse, middle, fine = (value_with(dates * factor) for factor in (1, 2, 4))
    first, second = 2 * middle - coarse, 2 * fine - middle
    weight = 2**1.5
    value = (weight * second - first) / (weight - 1)
    return Limit(value, fine, 4 * dates, abs(value - second))
