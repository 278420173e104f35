"""The expectation of a spread above a fixed cost, of two lognormal values, by one exact integral."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from valuation.kernel.expression import Array

__all__ = ["NODES", "Spread", "expected_share", "expected_spread"]

#: Nodes of the trapezoidal rule over the second value's normal, and how many deviations it reaches.
NODES, _REACH = 4096, 9.0
#: So many draws are integrated at a time.
_BLOCK = 64
#: At perfect correlation nothing is left to chance once the second value is known.
_LEAST_DEVIATION = 1e-12


@dataclass(frozen=True)
class Spread:
    """Two values by their expectations at the end, a fixed cost, and the deviations of their logarithms until then.

    All are arrays of one shape ``(draws,)``; amounts in one currency, ``fixed`` not negative.
    """

    first: Array
    second: Array
    fixed: Array
    first_deviation: Array
    second_deviation: Array
    correlation: Array

    def block(self, start: int) -> Spread:
        """Some of the draws, as columns against which nodes run."""
        parts = (self.first, self.second, self.fixed, self.first_deviation, self.second_deviation, self.correlation)
        return Spread(*(part[start : start + _BLOCK, None] for part in parts))


def expected_spread(spread: Spread, *, nodes: int = NODES) -> Array:
    """What is E[max(V₁ − V₂ − X, 0)]?

    Given the normal z of V₂, V₁ is lognormal and the inner expectation is Black's formula with the cost V₂(z) + X;
    what is left is one smooth integral over z, which the trapezoidal rule does to machine accuracy unless the
    correlation is all but perfect.

    Parameters
    ----------
    spread : the terms.
    nodes : how many; half of them show the error.

    Returns
    -------
    The expectations at the end (not discounted), one a draw.

    References
    ----------
    Pearson (1995), An efficient approach for pricing spread options, Journal of Derivatives 3.

    Tested by: Margrabe without a fixed cost (closed form), two-dimensional quadrature and Monte Carlo (second
    methods), Haug's table; ``tests/valuation/options/test_switch_option.py``.
    """
    return _integrated(spread, nodes, is_share=False)


def expected_share(spread: Spread, *, nodes: int = NODES) -> Array:
    """With which probability does V₁ end above V₂ + X? As :func:`expected_spread`."""
    return _integrated(spread, nodes, is_share=True)


def _integrated(spread: Spread, nodes: int, *, is_share: bool) -> Array:
    count = spread.first.size
    found = np.empty(count)
    for start in range(0, count, _BLOCK):
        found[start : start + _BLOCK] = _integrated_block(spread.block(start), nodes, is_share=is_share)
    return found


def _integrated_block(part: Spread, nodes: int, *, is_share: bool) -> Array:
    """The trapezoidal rule; the reach is widened by the shifts that weighting with either value brings."""
    shift = part.correlation * part.first_deviation
    low = -_REACH + np.minimum(np.minimum(shift, part.second_deviation), 0.0)
    high = _REACH + np.maximum(np.maximum(shift, part.second_deviation), 0.0)
    z = low + (high - low) * np.linspace(0.0, 1.0, nodes)
    left = np.sqrt(np.maximum(1 - part.correlation**2, 0.0))
    deviation = np.maximum(part.first_deviation * left, _LEAST_DEVIATION)
    first = part.first * np.exp(shift * z - shift**2 / 2)
    cost = part.second * np.exp(part.second_deviation * z - part.second_deviation**2 / 2) + part.fixed
    d2 = np.log(first / cost) / deviation - deviation / 2
    inner = special.ndtr(d2)
    if not is_share:
        inner = first * special.ndtr(d2 + deviation) - cost * inner
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    total: Array = (inner * density).sum(axis=1) * (high - low)[:, 0] / (nodes - 1)
    return total
