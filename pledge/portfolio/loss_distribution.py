"""A party's loss as another simulation takes it: a quantile function whose mean and steps survive the hand-over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError

__all__ = ["LossDistribution", "loss_distribution"]

Array = NDArray[np.float64]

#: Probabilities a distribution is handed on by, the tail finer than the body.
_HANDED_ON = np.concatenate((np.linspace(0.0, 0.95, 96), np.linspace(0.955, 0.995, 9), [0.999, 0.9995, 1.0]))
#: Losses this near to the largest are the largest: an empty pool has paid its balance, up to the rounding of sums.
_ROUNDING = 1e-9
#: Probabilities nearer to each other are one.
_ONE_POINT = 1e-12


@dataclass(frozen=True)
class LossDistribution:
    """The loss of one party: quantiles, mean losses between them, and a sample of scenarios by number.

    ``quantiles_cny[k]`` is not exceeded with probability ``probabilities[k]``; ``cell_means_cny[k]`` is the mean loss
    between probabilities k and k + 1. Among the probabilities are those of no loss and of less than the largest loss,
    so a step at either end is exact. ``sample_cny`` keeps the order of the scenarios (empty when they carry weights),
    so that the losses of two parties can be drawn together.
    """

    party: str
    probabilities: tuple[float, ...]
    quantiles_cny: tuple[float, ...]
    cell_means_cny: tuple[float, ...]
    mean_cny: float
    sample_cny: Array


def loss_distribution(party: str, losses_cny: Array, weights: Array) -> LossDistribution:
    """How is a party's loss distributed over weighted scenarios?

    With weights w_i of n scenarios P(L > x) = Σ w_i 1{L_i > x} / n, as in :mod:`pledge.portfolio.risk_measures`; the
    quantile at p is the smallest loss exceeded with probability at most 1 − p. Weights average one only nearly: what
    they miss falls on the smallest losses, so the tail keeps its probabilities.

    Parameters
    ----------
    losses_cny : of each scenario, finite and ≥ 0.
    weights : of each scenario, ≥ 0.

    Raises
    ------
    InputError : no scenario, columns of different length, a loss that is negative or not finite.

    Tested by: four losses by hand, the run's own mean, quantiles and exhaustion with and without weights;
    ``tests/pledge/portfolio/test_loss_distribution.py``.
    """
    _check(losses_cny, weights)
    losses = np.where(losses_cny >= losses_cny.max() * (1 - _ROUNDING), losses_cny.max(), losses_cny)
    values, reached, integral = _steps(losses, weights)
    probabilities = _points(values, reached)
    places = np.minimum(np.searchsorted(reached, probabilities - _ONE_POINT), values.size - 1)
    quantiles = values[places]
    up_to = np.interp(probabilities, np.append(0.0, reached), np.append(0.0, integral))
    # A difference of sums may leave the ends of its cell by rounding.
    means = np.clip(np.diff(up_to) / np.diff(probabilities), quantiles[:-1], quantiles[1:])
    return LossDistribution(
        party=party,
        probabilities=tuple(probabilities.tolist()),
        quantiles_cny=tuple(quantiles.tolist()),
        cell_means_cny=tuple(means.tolist()),
        mean_cny=float((losses_cny * weights).mean()),
        sample_cny=losses_cny.copy() if bool((weights == 1.0).all()) else np.empty(0),
    )


def _check(losses_cny: Array, weights: Array) -> None:
    if losses_cny.size == 0 or losses_cny.shape != weights.shape or losses_cny.ndim != 1:
        found = f"shapes {losses_cny.shape} and {weights.shape}"
        raise InputError.of("losses_cny", found=found, expected="one weight for each of one or more losses")
    bad = np.flatnonzero(~(np.isfinite(losses_cny) & (losses_cny >= 0)))
    if bad.size:
        raise InputError.of(f"losses_cny[{bad[0]}]", found=losses_cny[bad[0]], expected="a finite amount of 0 or more")


def _steps(losses: Array, weights: Array) -> tuple[Array, Array, Array]:
    """The different losses that are reached, their P(L ≤ x), and the integral of the quantile function up to there."""
    values, places = np.unique(losses, return_inverse=True)
    masses = np.bincount(places, weights=weights) / losses.size
    beyond = np.append(np.cumsum(masses[::-1])[::-1][1:], 0.0)
    reached = 1 - beyond
    is_reached = reached > 0
    values, reached = values[is_reached], reached[is_reached]
    return values, reached, np.cumsum(values * np.diff(reached, prepend=0.0))


def _points(values: Array, reached: Array) -> Array:
    """Probabilities handed on: the fixed ones, that of no loss, and that of less than the largest."""
    ends = [reached[0]] if values[0] == 0 else []
    ends += [reached[-2]] if values.size > 1 else []
    found = np.unique(np.append(_HANDED_ON, ends))
    # Of two that differ by rounding the later one stays, so that 1 does.
    kept: Array = found[np.append(np.diff(found) > _ONE_POINT, True)]
    return kept
