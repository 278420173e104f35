"""What do simulated losses say about the tail, and how sure is it? Means, quantiles and shortfalls of weighted draws.

Draw i has a loss L_i and a weight w_i; of plain simulation every weight is one, of importance sampling the mean of the
weights is one only on average. Probabilities are means of ``w 1{…}``, unbiased in both cases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from valuation.errors import InputError, RefusalError

__all__ = [
    "Estimate",
    "expected_shortfall",
    "mean_of",
    "probability_above",
    "share_of",
    "tail_weights",
    "value_at_risk",
]

Array = NDArray[np.float64]

#: Draws beyond a quantile that its confidence interval needs.
MINIMUM_TAIL = 10
#: Sums of shares are this exact: ten draws of a hundred are a tenth.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Estimate:
    """A number found by simulation: its standard error and the ends of its confidence interval at ``level_share``."""

    value: float
    standard_error: float
    low: float
    high: float
    level_share: float


def mean_of(values: Array, weights: Array, *, level_share: float = 0.95) -> Estimate:
    """The mean ``Σ w x / n`` of weighted draws, with the standard error of that sum.

    Raises
    ------
    InputError : a level outside (0, 1).

    Tested by: closed forms within 4 standard errors, ``tests/pledge/portfolio/test_risk_measures.py``.
    """
    products = values * weights
    error = float(products.std(ddof=1)) / math.sqrt(products.size)
    width = _width(level_share) * error
    value = float(products.mean())
    return Estimate(value, error, value - width, value + width, level_share)


def share_of(happened: NDArray[np.bool_], weights: Array, *, level_share: float = 0.95) -> Estimate:
    """With which probability does it happen, when some draws say yes and others no?

    With equal weights the interval is exact (Clopper and Pearson 1934): also of what never happened in n draws it does
    not say *impossible*, but *at most 1 − (α/2)^(1/n)*. With unequal weights it is that of the mean, within 0 and 1;
    of what never happened, the exact one times the largest weight.

    Raises
    ------
    InputError : a level outside (0, 1).

    References
    ----------
    C. Clopper, E. Pearson, The use of confidence or fiducial limits, Biometrika 26 (1934).

    Tested by: the binomial tail itself, ``tests/pledge/portfolio/test_risk_measures.py``.
    """
    found = mean_of(happened.astype(np.float64), weights, level_share=level_share)
    count, hits = happened.size, int(np.count_nonzero(happened))
    tail = (1 - level_share) / 2
    if hits and not np.all(weights == weights[0]):
        return Estimate(found.value, found.standard_error, max(0.0, found.low), min(1.0, found.high), level_share)
    low = float(special.betaincinv(hits, count - hits + 1, tail)) if hits else 0.0
    high = float(special.betaincinv(hits + 1, count - hits, 1 - tail)) if hits < count else 1.0
    high = min(1.0, high * (1.0 if hits else float(weights.max())))
    return Estimate(found.value, found.standard_error, low, high, level_share)


def probability_above(losses: Array, weights: Array, threshold: float, *, level_share: float = 0.95) -> Estimate:
    """With which probability is the loss above ``threshold``?"""
    return share_of(losses > threshold, weights, level_share=level_share)


def value_at_risk(losses: Array, weights: Array, confidence: float, *, level_share: float = 0.95) -> Estimate:
    """Which loss is exceeded with a probability of at most ``1 − confidence``? The smallest such draw.

    The ends of the interval are the losses at which the estimated probability beyond them, give or take its own error,
    equals ``1 − confidence``: of plain draws the binomial interval of the order statistic. ``standard_error`` is half
    its width over the normal quantile of the level.

    Raises
    ------
    InputError : a confidence or level outside (0, 1).
    RefusalError : fewer than ten draws lie beyond the quantile.

    References
    ----------
    Glynn (1996), Importance sampling for Monte Carlo estimation of quantiles, Mathematical Methods in Stochastic
    Simulation and Experimental Design.

    Tested by: normal draws, coverage of the interval; ``tests/pledge/portfolio/test_risk_measures.py``.
    """
    order, beyond, error = _tail(losses, weights, confidence)
    allowed, width = 1 - confidence, _width(level_share)
    value = _first_within(losses, order, beyond, allowed)
    with np.errstate(invalid="ignore"):
        low = _first_within(losses, order, beyond - width * error, allowed)
        high = _first_within(losses, order, beyond + width * error, allowed)
    return Estimate(value, (high - low) / (2 * width), low, high, level_share)


def expected_shortfall(losses: Array, weights: Array, confidence: float, *, level_share: float = 0.95) -> Estimate:
    """The mean loss of the worst ``1 − confidence``: ``VaR + E[(L − VaR)⁺] / (1 − confidence)``.

    The error is that of the mean excess; that of the quantile beside it is of higher order.

    Raises
    ------
    InputError : a confidence or level outside (0, 1).
    RefusalError : fewer than ten draws lie beyond the quantile.

    References
    ----------
    Rockafellar, Uryasev (2002), Conditional value-at-risk for general loss distributions, Journal of Banking & Finance
    26.

    Tested by: normal draws, sum of loan contributions; ``tests/pledge/portfolio/test_risk_measures.py``.
    """
    order, beyond, _ = _tail(losses, weights, confidence)
    quantile = _first_within(losses, order, beyond, 1 - confidence)
    excess = mean_of(np.maximum(losses - quantile, 0.0), weights, level_share=level_share)
    scale = 1 / (1 - confidence)
    value, error = quantile + excess.value * scale, excess.standard_error * scale
    width = _width(level_share) * error
    return Estimate(value, error, value - width, value + width, level_share)


def tail_weights(losses: Array, weights: Array, confidence: float) -> Array:
    """Weights under which the sum of losses is the expected shortfall: draws at the quantile count in part.

    Returns
    -------
    ``(draws,)``: ``w / (n (1 − confidence))`` beyond the quantile, zero below it.

    Raises
    ------
    InputError, RefusalError : as :func:`value_at_risk`.

    Tested by: ``tests/pledge/portfolio/test_contributions.py``.
    """
    order, beyond, _ = _tail(losses, weights, confidence)
    quantile = _first_within(losses, order, beyond, 1 - confidence)
    share = weights / (losses.size * (1 - confidence))
    is_at, is_beyond = losses == quantile, losses > quantile
    left = 1 - float(share[is_beyond].sum())
    part = left / float(share[is_at].sum())
    found: Array = np.where(is_beyond, share, np.where(is_at, share * part, 0.0))
    return found


def _tail(losses: Array, weights: Array, confidence: float) -> tuple[NDArray[np.int64], Array, Array]:
    """Draws from the largest loss down; after each, the probability strictly beyond it, and its standard error."""
    if not 0 < confidence < 1:
        raise InputError.of("confidence", found=confidence, expected="a share between 0 and 1")
    count = losses.size
    order = np.argsort(losses, kind="stable")[::-1]
    before = np.concatenate(([0.0], np.cumsum(weights[order])[:-1])) / count
    squares = np.concatenate(([0.0], np.cumsum(weights[order] ** 2)[:-1])) / count
    # Draws of equal loss are beyond one another together or not at all.
    sorted_losses = losses[order]
    is_first = np.concatenate(([True], sorted_losses[1:] != sorted_losses[:-1]))
    place = np.maximum.accumulate(np.where(is_first, np.arange(count), 0))
    beyond, square = before[place], squares[place]
    reached = int(np.searchsorted(before, 1 - confidence))
    # Draws of one loss tell as much of it, whichever of them the sorting put first.
    if np.count_nonzero(sorted_losses >= sorted_losses[reached - 1]) < MINIMUM_TAIL:
        raise RefusalError.of(
            "confidence",
            found=f"{count} draws, of which fewer than {MINIMUM_TAIL} lie beyond {confidence:g}",
            expected="ten or more",
            advice="Simulate more scenarios, or shift the factors (importance sampling).",
        )
    error = np.sqrt(np.maximum(square - beyond**2, 0.0) / count)
    return order, beyond, error


def _first_within(losses: Array, order: NDArray[np.int64], beyond: Array, allowed: float) -> float:
    """The smallest loss beyond which lies at most ``allowed``."""
    last = np.flatnonzero(beyond <= allowed + _ROUNDING)
    return float(losses[order[last[-1]]]) if last.size else float(losses[order[0]])


def _width(level_share: float) -> float:
    if not 0 < level_share < 1:
        raise InputError.of("level_share", found=level_share, expected="a share between 0 and 1")
    return float(special.ndtri((1 + level_share) / 2))
