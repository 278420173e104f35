"""Figures of very many paths, each with what chance alone may have made of it.

    VaR = the ⌈αN⌉-th smallest loss,   CVaR = VaR + Σ max(0, Lᵢ − VaR) / (N(1 − α))      (Rockafellar and Uryasev)

CVaR is the mean of the worst 1 − α of all cases. As a mean of scores VaR + max(0, L − VaR)/(1 − α) it has their
standard error (Trindade et al. 2007: what the estimate of VaR adds is of lower order).

References
----------
R. T. Rockafellar, S. Uryasev, Optimization of conditional value-at-risk, Journal of Risk 2(3), 2000.
A. A. Trindade, S. Uryasev, A. Shapiro, G. Zrazhevsky, Financial prediction with constrained tail risk, JBF 31, 2007.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import beta, binom

from valuation.errors import InputError, RefusalError

__all__ = [
    "Estimate",
    "PathQuantile",
    "mean_of",
    "path_quantiles",
    "probability_interval",
    "probability_of",
    "tail_mean",
    "tail_scores",
]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure estimated from paths, and its standard error."""

    value: float
    error: float

    def interval(self, level_share: float = 0.95) -> tuple[float, float]:
        """Between which bounds does the figure of infinitely many paths lie, with this probability (normal)?"""
        _check_share("level_share", level_share)
        width = float(ndtri((1 + level_share) / 2)) * self.error
        return self.value - width, self.value + width


@dataclass(frozen=True)
class PathQuantile:
    """A quantile, and the order statistics that hold it with 95 % probability (no law assumed)."""

    probability_share: float
    value: float
    low: float
    high: float


def mean_of(numbers: Array) -> Estimate:
    """What is the mean, and its standard error s / √n?

    Raises
    ------
    InputError : fewer than two numbers, or one that is not finite.
    """
    found = _checked("numbers", numbers)
    return Estimate(float(found.mean()), float(found.std(ddof=1) / math.sqrt(found.size)))


def probability_of(happens: NDArray[np.bool_]) -> Estimate:
    """How probable is it? Standard error √(p(1−p)/n); where it never or always happens, that of one case in n + 2.

    Examples
    --------
    >>> probability_of(np.array([True, False, False, False])).value
    0.25
    """
    found = _checked("happens", np.asarray(happens, dtype=float))
    share, count = float(found.mean()), found.size
    inside = min(max(share, 1 / (count + 2)), 1 - 1 / (count + 2))
    return Estimate(share, math.sqrt(inside * (1 - inside) / count))


def probability_interval(happens: NDArray[np.bool_], *, level_share: float = 0.95) -> tuple[float, float]:
    """Between which bounds does the probability lie, whatever it is, with at least this confidence?

    Exact bounds of Clopper and Pearson: of n paths the number on which it happens is binomial.

    References
    ----------
    C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits, Biometrika 26 (1934).

    Examples
    --------
    >>> low, high = probability_interval(np.zeros(100, dtype=bool))
    >>> low, round(high, 6)  # 1 − 0.025^(1/100)
    (0.0, 0.036217)
    """
    found = _checked("happens", np.asarray(happens, dtype=float))
    _check_share("level_share", level_share)
    count, tail = int(found.sum()), (1 - level_share) / 2
    low = 0.0 if count == 0 else float(beta.ppf(tail, count, found.size - count + 1))
    high = 1.0 if count == found.size else float(beta.ppf(1 - tail, count + 1, found.size - count))
    return low, high


def tail_scores(losses: Array, *, level_share: float) -> Array:
    """Which scores of the paths have CVaR as their mean? See the formula above.

    Raises
    ------
    InputError : a level outside (0, 1).
    RefusalError : fewer than ten paths in the tail: a mean of so few says nothing.

    Tested by: the plain mean of the worst cases, the normal law, ``tests/leverage/simulation/test_statistics.py``.
    """
    found = _checked("losses", losses)
    _check_share("level_share", level_share)
    in_tail = found.size * (1 - level_share)
    if in_tail < _FEWEST_IN_TAIL - 1e-9:
        raise RefusalError.of(
            "level_share",
            found=f"{in_tail:g} of {found.size} paths beyond {level_share:g}",
            expected=f"at least {_FEWEST_IN_TAIL}",
            advice="Simulate more paths or ask for a lower level",
        )
    place = min(math.ceil(level_share * found.size - 1e-9), found.size) - 1
    value_at_risk = np.partition(found, place)[place]
    scores: Array = value_at_risk + np.maximum(found - value_at_risk, 0.0) / (1 - level_share)
    return scores


def tail_mean(losses: Array, *, level_share: float) -> Estimate:
    """What is the mean loss of the worst ``1 − level_share`` of all cases (CVaR), and its standard error?

    Examples
    --------
    >>> round(tail_mean(np.arange(100.0), level_share=0.9).value, 9)
    94.5
    """
    return mean_of(tail_scores(losses, level_share=level_share))


def path_quantiles(numbers: Array, shares: Sequence[float]) -> tuple[PathQuantile, ...]:
    """Which values do the paths stay below with these probabilities, and between which bounds lie the true ones?

    The bounds are order statistics: of n paths the number below the true quantile is binomial (n, p).

    Raises
    ------
    InputError : a probability outside (0, 1); see :func:`mean_of`.
    """
    found = np.sort(_checked("numbers", numbers))
    rows = []
    for place, share in enumerate(shares):
        _check_share(f"shares.{place}", share)
        low, high = (int(rank) for rank in binom.ppf([0.025, 0.975], found.size, share))
        bounds = float(found[max(low - 1, 0)]), float(found[min(high, found.size - 1)])
        rows.append(PathQuantile(share, float(np.quantile(found, share)), *bounds))
    return tuple(rows)


_FEWEST_IN_TAIL = 10


def _check_share(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise InputError.of(name, found=share, expected="a share between 0 and 1, both excluded")


def _checked(name: str, numbers: Array) -> Array:
    found = np.asarray(numbers, dtype=np.float64)
    if found.ndim != 1 or found.size < 2:
        raise InputError.of(name, found=f"shape {found.shape}", expected="one row of at least two numbers")
    if not np.isfinite(found).all():
        place = int(np.flatnonzero(~np.isfinite(found))[0])
        raise InputError.of(f"{name}.{place}", found=found[place], expected="a finite number")
    return found
