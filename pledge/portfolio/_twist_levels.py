"""What does a loan lose when it fails in the tail? The levels of severity that the exponential twist works with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pledge.portfolio import _reference, _shift, _twist
from pledge.portfolio._problem import Problem, Twist

__all__ = ["MOST_LEVELS", "severities", "twist_of"]

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

#: Levels of severity in a group: more of them gain little and cost a bound each.
MOST_LEVELS = 4
#: Points at which a loan's severity is computed: a lattice in its own and its collateral's free number.
_POINTS = 32
_GOLDEN_SHARE = (5**0.5 - 1) / 2
#: No PD is raised by more than e⁶ times its odds.
_LARGEST_TILT = 6.0


def twist_of(problem: Problem, *, aimed_loss_cny: float) -> Twist:
    """Sort the loans of each group into levels by what they lose in the middle of the shifted factors.

    Parameters
    ----------
    problem : without a twist.
    aimed_loss_cny : the loss x that scenarios are to reach; severities are shares of it.

    Tested by: severities by plain simulation, ``tests/pledge/portfolio/test_twist.py``.
    """
    mean, square = severities(problem)
    mean, square = mean / aimed_loss_cny, square / aimed_loss_cny**2
    group = np.repeat(np.arange(problem.group_sector.size), np.diff(problem.group_first))
    level = _levels(problem, mean, group)
    levels, groups = _moments(level, mean, square), _moments(group, mean, square)
    group_of_level = group[np.unique(level, return_index=True)[1]]
    level_first = np.searchsorted(group_of_level, np.arange(problem.group_first.size))
    return Twist(level, level_first, levels, groups, np.array([_largest(np.concatenate((levels, groups)))]))


def severities(problem: Problem) -> tuple[Array, Array]:
    """Mean and mean square of each loan's loss where its number is below its group's bound; no loss counts too."""
    factors = (problem.root @ _shift.middle(problem) + problem.mean)[None, :]
    size = np.diff(problem.group_first)
    bound = np.repeat(-np.expm1(-_twist.bounds(problem, factors)), size, axis=1)
    place = np.arange(_POINTS)[:, None]
    own = special.ndtri(np.clip(bound * (place + 0.5) / _POINTS, 2.0**-53, 1 - 2.0**-53))
    # Another start for every loan, or the errors of the lattice would be those of all.
    free = special.ndtri((place * _GOLDEN_SHARE + np.arange(problem.size) * _GOLDEN_SHARE**2 + 0.01) % 1.0)
    factor = np.broadcast_to(np.repeat(factors[:, problem.group_sector], size, axis=1), own.shape)
    loss = _reference.outcome(problem, factor, own, free).loss
    return loss.mean(axis=0), (loss**2).mean(axis=0)


def _levels(problem: Problem, mean: Array, group: Numbers) -> Numbers:
    """The level of each loan: equal numbers of a group's loans by severity, one level where all lose the same."""
    size = np.diff(problem.group_first)
    most = np.maximum.reduceat(mean, problem.group_first[:-1])
    differs = most - np.minimum.reduceat(mean, problem.group_first[:-1]) > 1e-6 * most
    rank = np.empty(problem.size, np.int64)
    rank[np.lexsort((mean, group))] = np.arange(problem.size)
    within = (rank - problem.group_first[group]) * MOST_LEVELS // size[group]
    found: Numbers = np.unique(group * MOST_LEVELS + within * differs[group], return_inverse=True)[1]
    return found


def _moments(part: Numbers, mean: Array, square: Array) -> Array:
    """How many loans are in each part; mean and variance of what one of them loses."""
    count = np.bincount(part)
    of_mean, of_square = np.bincount(part, mean) / count, np.bincount(part, square) / count
    return np.stack((count, of_mean, np.maximum(of_square - of_mean**2, 0.0)), axis=1)


def _largest(moments: Array) -> float:
    """The θ at which the first tilt ``θ e + θ² v / 2`` reaches its limit; 0 where nobody loses anything."""
    _, mean, variance = moments.T
    rate = float((mean + np.sqrt(mean**2 + 2 * variance * _LARGEST_TILT)).max())
    return 2 * _LARGEST_TILT / rate if rate > 0 else 0.0
