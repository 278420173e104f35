"""By how much are the PDs of a scenario raised, so that its loss reaches the tail? The exponential twist, in NumPy.

Given the factors, the uniform numbers U of n loans are independent, and only loans with ``U ≤ b`` can fail (b bounds
their conditional PDs). Importance sampling draws U with the density

    ``(e^η on [0, b], 1 above it) / D,  D = 1 − b + b e^η``

so that ``b′ = b e^η / D`` of the loans come below b, evenly spread there as before. With N of them below b, the
density of all n is ``e^(η N) / D^n`` times the plain one: exact whatever η is, without a loop over the loans.

Loans that fail together make the tail, the large ones more than the small. So a group has levels of like severity, and
η of a level is ``η(θ) = θ e + θ² v / 2``: the cumulant function of a severity with mean e and variance v, as if it were
normal. One θ for all groups g of a scenario solves

    ``Σ_g n_g b′_g(η_g(θ)) η′_g(θ) = x``

where x is the loss aimed at and the left side the expected loss under the twist (of groups as a whole); θ = 0 where the
scenario expects x without it. θ depends on the factors alone; how exactly it is solved matters to no answer's mean.

References
----------
Glasserman, Li (2005), Importance sampling for portfolio credit risk, Management Science 51, section 3.

Tested by: the mean of the likelihood ratio, the uniform numbers below b, the expected loss at θ;
``tests/pledge/portfolio/test_twist.py``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pledge.portfolio._problem import BOUND_FROM, BOUND_STEPS, LAST_BOUND, Problem

__all__ = ["STEPS", "Raised", "bounds", "raised", "solved"]

Array = NDArray[np.float64]

#: Newton's steps on the logarithm of the expected loss, which is nearly a straight line in θ.
STEPS = 3
#: A logarithm and a quotient stay finite where nothing can fail.
TINY = 1e-300


class Raised(NamedTuple):
    """The twist of every level in each scenario, arrays ``(scenarios, levels)``; ``log_spread`` is log D."""

    tilt: Array
    log_spread: Array
    #: ``−log(1 − b′)`` and ``b / b′``; of a plain scenario ``−log(1 − b)`` and one.
    bound: Array
    scale: Array


def bounds(problem: Problem, factors: Array) -> Array:
    """``−log(1 − b)`` of every group, on the straight lines of the table: (scenarios, groups)."""
    row = factors[:, problem.group_sector]
    intercept, low, high = problem.group.T
    place = np.clip((intercept - row * np.where(row > 0, low, high) - BOUND_FROM) * BOUND_STEPS, 0.0, LAST_BOUND)
    step = place.astype(np.int64)
    lower, upper = problem.bound[step], problem.bound[step + 1]
    with np.errstate(invalid="ignore"):
        found: Array = np.where(step == LAST_BOUND, upper, lower + (place - step) * (upper - lower))
    return found


def solved(problem: Problem, limits: Array) -> Array:
    """θ of each scenario, from ``−log(1 − b)`` of its groups."""
    count, mean, variance = problem.twist.groups.T
    above, theta = np.exp(-limits), np.zeros(len(limits))
    for _ in range(STEPS):
        tilt = theta[:, None] * (mean + 0.5 * theta[:, None] * variance)
        slope = mean + theta[:, None] * variance
        failing = (1.0 - above) * np.exp(tilt)
        share = failing / (above + failing)
        expected = np.maximum((count * share * slope).sum(axis=1), TINY)
        growth = np.maximum((count * share * ((1.0 - share) * slope**2 + variance)).sum(axis=1), TINY)
        theta = np.clip(theta - np.log(expected) * expected / growth, 0.0, problem.twist.largest[0])
    return np.asarray(theta)


def raised(problem: Problem, limits: Array, is_plain: NDArray[np.bool_]) -> Raised:
    """What becomes of the bounds of every level, and with which likelihood ratio."""
    theta = solved(problem, limits)[:, None]
    limit = np.repeat(limits, np.diff(problem.twist.level_first), axis=1)
    _, mean, variance = problem.twist.levels.T
    tilt = theta * (mean + 0.5 * theta * variance)
    above, factor = np.exp(-limit), np.exp(tilt)
    spread = above + (1.0 - above) * factor
    moved = np.log(spread)
    bound = np.where(is_plain[:, None], limit, limit + moved)
    return Raised(tilt, moved, bound, np.where(is_plain[:, None], 1.0, spread / factor))
