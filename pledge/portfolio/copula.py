"""How are the losses of a finite book distributed under one factor? Exact given the factor, summed over the factor.

Losses count in whole units (an exposure of 250 万 at a unit of 50 万 is 5). Given the factor defaults are independent:
their number is binomial in an even book, and of any book one loan after the other is folded in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from valuation.errors import InputError

__all__ = ["MAXIMUM_UNITS", "conditional_pd", "default_probabilities", "factor_points", "loss_unit_probabilities"]

Array = NDArray[np.float64]

#: Loss units a distribution may have.
MAXIMUM_UNITS = 200_000
#: Points of the factor. Equal steps over ±9 are exact to rounding while the conditional PD is smooth over two steps,
#: that is up to a correlation of about 0.99.
_POINTS = 721
_FURTHEST = 9.0


def factor_points() -> tuple[Array, Array]:
    """At which values of the factor is the mean over it taken, and with which weights? The weights add up to one."""
    points = np.linspace(-_FURTHEST, _FURTHEST, _POINTS)
    weights = np.exp(-(points**2) / 2)
    return points, weights / weights.sum()


def conditional_pd(pd_share: Array, asset_correlation: Array, factor: Array) -> Array:
    """With which probability does a borrower fail, given the factor? ``Φ((Φ⁻¹(p) − √ρ Y) / √(1 − ρ))``.

    Raises
    ------
    InputError : a PD outside [0, 1], a correlation outside [0, 1), a number that is none.
    """
    pd, rho = np.asarray(pd_share, dtype=np.float64), np.asarray(asset_correlation, dtype=np.float64)
    if not ((pd >= 0) & (pd <= 1)).all():
        raise InputError.of("pd_share", found=pd_share, expected="shares from 0 to 1")
    if not ((rho >= 0) & (rho < 1)).all():
        raise InputError.of("asset_correlation", found=asset_correlation, expected="numbers from 0 to below 1")
    found: Array = special.ndtr((special.ndtri(pd) - np.sqrt(rho) * factor) / np.sqrt(1 - rho))
    return found


def default_probabilities(loans: int, *, pd_share: float, asset_correlation: float) -> Array:
    """How many of ``loans`` equal loans fail? Probabilities of 0 … loans, the binomial law mixed over the factor.

    Raises
    ------
    InputError : no loan, more than :data:`MAXIMUM_UNITS`, or what :func:`conditional_pd` raises.

    Tested by: the recursion below (second way), the binomial law without correlation, moments;
    ``tests/pledge/portfolio/test_copula.py``.
    """
    if not 0 < loans <= MAXIMUM_UNITS:
        raise InputError.of("loans", found=loans, expected=f"a whole number from 1 to {MAXIMUM_UNITS}")
    points, weights = factor_points()
    pd = conditional_pd(np.array(pd_share), np.array(asset_correlation), points)
    count = np.arange(loans + 1)
    log_ways = special.gammaln(loans + 1) - special.gammaln(count + 1) - special.gammaln(loans - count + 1)
    found = np.zeros(loans + 1)
    for weight, share in zip(weights, pd, strict=True):
        found += weight * np.exp(log_ways + special.xlogy(count, share) + special.xlog1py(loans - count, -share))
    return found


def loss_unit_probabilities(
    units: Sequence[int] | NDArray[np.int64],
    *,
    pd_share: Array | float,
    asset_correlation: Array | float,
) -> Array:
    """With which probability are 0, 1, 2 … units lost? Each loan loses its whole units or nothing.

    Given the factor loan after loan is folded in: ``P(l) ← P(l) (1 − p_i) + P(l − u_i) p_i``.

    Parameters
    ----------
    units : of each loan, whole and from 0.
    pd_share, asset_correlation : of each loan, or one for all.

    Returns
    -------
    ``(1 + Σ units,)``, adding up to one.

    Raises
    ------
    InputError : units that are not whole, none at all, or too many; what :func:`conditional_pd` raises.

    References
    ----------
    Andersen, Sidenius, Basu (2003), All your hedges in one basket, Risk, November.

    Tested by: the binomial mixture, enumeration of a small book; ``tests/pledge/portfolio/test_copula.py``.
    """
    whole = np.asarray(units)
    if whole.ndim != 1 or whole.size == 0 or whole.dtype.kind not in "iu" or whole.min() < 0:
        raise InputError.of("units", found=units, expected="a whole number from 0 for each of one or more loans")
    total = int(whole.sum())
    if total > MAXIMUM_UNITS:
        raise InputError.of("units", found=f"{total} in all", expected=f"at most {MAXIMUM_UNITS}; take larger units")
    points, weights = factor_points()
    pd, rho = (
        np.broadcast_to(np.asarray(each, dtype=np.float64), whole.shape) for each in (pd_share, asset_correlation)
    )
    conditional = conditional_pd(pd[:, None], rho[:, None], points[None, :])
    found = np.zeros((points.size, total + 1))
    found[:, 0] = 1.0
    reached = 0
    for unit, share in zip(whole.tolist(), conditional, strict=True):
        fails = share[:, None] * found[:, : reached + 1]
        found[:, : reached + 1] -= fails
        found[:, unit : unit + reached + 1] += fails
        reached += unit
    mixed: Array = weights @ found
    return mixed
