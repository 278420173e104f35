"""Does a series return to a level, or wander? Two tests that ask from opposite sides.

The augmented Dickey–Fuller test takes a unit root for granted until the data speak against it, KPSS takes stationarity
for granted. Neither proves what it does not reject: with a few decades of prices a slow return to a level and a random
walk are hard to tell apart, so both results are reported, never one alone.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import numpy as np

from valuation.errors import InputError, SourceMissingError
from valuation.kernel.expression import Array
from valuation.kernel.sources import Source

__all__ = ["Deterministic", "UnitRootTest", "augmented_dickey_fuller", "critical_value_sources", "kpss"]

#: What a series has beside its chance: a constant level, or a level and a straight trend.
Deterministic = Literal["constant", "trend"]
#: Fewer observations than this say nothing about a unit root.
FEWEST = 20
_TABLE = "unit_root_critical_values"


@dataclass(frozen=True)
class UnitRootTest:
    """A statistic with its critical values by significance (share of one).

    ``lags`` are lagged changes (Dickey–Fuller) or the bandwidth of the long-run variance (KPSS).
    """

    name: Literal["augmented_dickey_fuller", "kpss"]
    statistic: float
    lags: int
    observations: int
    critical_values: Mapping[float, float]

    def rejects(self, significance_share: float) -> bool:
        """Does the statistic lie beyond the critical value? ``significance_share`` is 0.01, 0.05 or 0.1."""
        bound = self.critical_values[significance_share]
        return self.statistic < bound if self.name == "augmented_dickey_fuller" else self.statistic > bound


def augmented_dickey_fuller(
    series: Sequence[float] | Array, *, deterministic: Deterministic = "constant", lags: int | None = None
) -> UnitRootTest:
    """Do the data speak against a unit root?

    Δx_t = a (+ b·t) + γ·x_{t−1} + Σ_{j=1..p} c_j·Δx_{t−j} + e; the statistic is γ over its standard error.

    Parameters
    ----------
    series : levels x (for prices their logarithms), at least 20, evenly spaced.
    deterministic : whether a straight trend is allowed for beside the level.
    lags : p; None takes the p of least AIC up to 12·(n/100)^(1/4) (Schwert), compared on the same observations.

    Returns
    -------
    The statistic, and MacKinnon's critical values for the observations of the regression.

    Raises
    ------
    InputError : too few, not finite or constant numbers; more lags than the series bears.

    References
    ----------
    Said, Dickey (1984), Biometrika 71. Schwert (1989), JBES 7. MacKinnon (2010), QED Working Paper 1227, Table 2.

    Tested by: published statistics for US real GDP (statsmodels' and R's), a regression written otherwise, the share of
    rejections among simulated random walks; ``tests/valuation/options/test_unit_root.py``.
    """
    levels = _checked(series)
    most = _most_lags(len(levels), deterministic)
    if lags is None:
        lags = _lags_by_aic(levels, deterministic, most)
    elif not 0 <= lags <= most:
        raise InputError.of("lags", found=lags, expected=f"0 to {most} for {len(levels)} observations")
    target, regressors = _regression(levels, deterministic, lags, skip=lags)
    coefficients, covariance, _ = least_squares(target, regressors)
    statistic = float(coefficients[0] / math.sqrt(covariance[0, 0]))
    surfaces = _critical_values()["dickey_fuller"][deterministic]
    count = len(target)
    bounds = {float(share): sum(c / count**power for power, c in enumerate(row)) for share, row in surfaces.items()}
    return UnitRootTest("augmented_dickey_fuller", statistic, lags, count, bounds)


def kpss(
    series: Sequence[float] | Array, *, deterministic: Deterministic = "constant", lags: int | None = None
) -> UnitRootTest:
    """Do the data speak against stationarity around a level (or a trend)?

    η = Σ_t S_t² / (n²·s²(l)), S_t the running sum of the residuals from the level (trend), s²(l) their long-run
    variance with Bartlett weights 1 − i/(l + 1).

    Parameters
    ----------
    series, deterministic : as for :func:`augmented_dickey_fuller`.
    lags : l; None takes 12·(n/100)^(1/4), the longer of the two the authors propose, which rejects a slow return to a
        level less often than the shorter.

    References
    ----------
    Kwiatkowski, Phillips, Schmidt, Shin (1992), Journal of Econometrics 54, Table 1.

    Tested by: published statistics for US real GDP, the share of rejections among simulated white noise; as above.
    """
    levels = _checked(series)
    count = len(levels)
    if lags is None:
        lags = min(_schwert(count), count - 1)
    elif not 0 <= lags < count:
        raise InputError.of("lags", found=lags, expected=f"0 to {count - 1} for {count} observations")
    regressors = _deterministics(count, deterministic)
    coefficients, _, _ = least_squares(levels, regressors)
    residuals = levels - regressors @ coefficients
    variance = _long_run_variance(residuals, lags)
    statistic = float(np.sum(np.cumsum(residuals) ** 2) / (count**2 * variance))
    bounds = {float(share): float(bound) for share, bound in _critical_values()["kpss"][deterministic].items()}
    return UnitRootTest("kpss", statistic, lags, count, bounds)


def critical_value_sources() -> tuple[Source, ...]:
    """Where the critical values come from."""
    return tuple(Source(id=name, **row) for name, row in _critical_values()["sources"].items())


def least_squares(target: Array, regressors: Array) -> tuple[Array, Array, float]:
    """Coefficients, their covariance, and the sum of squared residuals.

    Raises
    ------
    InputError : regressors that are not independent (a series without variation).
    """
    coefficients, _, rank, _ = np.linalg.lstsq(regressors, target, rcond=None)
    count, width = regressors.shape
    if rank < width or count <= width:
        raise InputError.of(
            "series", found=f"{count} rows of rank {rank}", expected=f"variation that tells {width} coefficients"
        )
    squares = float(np.sum((target - regressors @ coefficients) ** 2))
    covariance = squares / (count - width) * np.linalg.inv(regressors.T @ regressors)
    return np.asarray(coefficients, dtype=np.float64), np.asarray(covariance, dtype=np.float64), squares


def _checked(series: Sequence[float] | Array) -> Array:
    levels = np.asarray(series, dtype=np.float64)
    if levels.ndim != 1 or len(levels) < FEWEST:
        raise InputError.of("series", found=f"{levels.size} numbers", expected=f"one series of at least {FEWEST}")
    if not np.isfinite(levels).all():
        raise InputError.of("series", found="a number that is not finite", expected="finite numbers")
    if np.ptp(np.diff(levels)) <= 1e-12 * max(1.0, float(np.abs(levels).max())):
        raise InputError.of("series", found="a straight line", expected="a series that varies")
    return levels


def _schwert(count: int) -> int:
    return math.ceil(12 * math.sqrt(math.sqrt(count / 100)))


def _most_lags(count: int, deterministic: Deterministic) -> int:
    """Schwert's bound, and never so many that fewer than as many observations as coefficients are left."""
    terms = 1 if deterministic == "constant" else 2
    return max(0, min(_schwert(count), count // 2 - terms - 1))


def _deterministics(count: int, deterministic: Deterministic) -> Array:
    ones = np.ones(count)
    return np.column_stack([ones] if deterministic == "constant" else [ones, np.arange(1.0, count + 1)])


def _regression(levels: Array, deterministic: Deterministic, lags: int, *, skip: int) -> tuple[Array, Array]:
    """Changes from the one numbered ``skip`` on, and what explains them, the level before first."""
    changes = np.diff(levels)
    target = changes[skip:]
    lagged = [changes[skip - lag : len(changes) - lag] for lag in range(1, lags + 1)]
    return target, np.column_stack([levels[skip:-1], *lagged, _deterministics(len(target), deterministic)])


def _lags_by_aic(levels: Array, deterministic: Deterministic, most: int) -> int:
    found = []
    for lags in range(most + 1):
        target, regressors = _regression(levels, deterministic, lags, skip=most)
        *_, squares = least_squares(target, regressors)
        found.append(len(target) * math.log(squares / len(target)) + 2 * regressors.shape[1])
    return int(np.argmin(found))


def _long_run_variance(residuals: Array, lags: int) -> float:
    total = float(residuals @ residuals)
    for lag in range(1, lags + 1):
        total += 2 * (1 - lag / (lags + 1)) * float(residuals[lag:] @ residuals[:-lag])
    return total / len(residuals)


@functools.cache
def _critical_values() -> Mapping[str, Any]:
    text = (resources.files("valuation.options") / f"{_TABLE}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    for table in ("dickey_fuller", "kpss"):
        if data[table]["source"] not in data["sources"]:
            raise SourceMissingError(f"{_TABLE}: found source {data[table]['source']!r}, expected a listed one")
    return data
