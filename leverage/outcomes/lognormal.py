"""Lognormal: log of the multiple normal, with a yearly mean and volatility, over a holding time.

    ln M ~ N(μ·T, σ²·T)      E[M] = exp((μ + σ²/2)·T)      P(M < 1) = Φ(−μ√T / σ)

Venture returns are printed with their log moments (Cochrane: mean 15 %, volatility 89 % a year, of which the
volatility is recalled), and also as "arithmetic" moments; those are of quarterly returns, times 4 and times 2, and not
of yearly ones: 59 % and 107 % instead of 73 %. :func:`arithmetic_moments` makes the horizon an argument.
"""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import ndtri

from leverage.company_outcome import OutcomeKind
from valuation.errors import InputError
from valuation.kernel.fields import FrozenModel
from valuation.kernel.labels import Label

__all__ = ["OUTCOME", "Lognormal", "arithmetic_moments"]

Array = NDArray[np.float64]


class Lognormal(FrozenModel):
    """Mean and volatility of the log return a year, and the holding time in years."""

    log_mean_share: Annotated[float, Field(ge=-5, le=5)]
    log_volatility_share: Annotated[float, Field(gt=0, le=5)]
    holding_years: Annotated[float, Field(gt=0, le=60)]


def arithmetic_moments(
    *, log_mean_share: float, log_volatility_share: float, periods_per_year: int
) -> tuple[float, float]:
    """Which arithmetic mean and standard deviation a year do returns of parts of the year show?

    With m = μ/n + σ²/(2n): mean n (e^m − 1), standard deviation √n · e^m √(e^(σ²/n) − 1).

    Raises
    ------
    InputError : a volatility below zero, fewer than one period.

    Examples
    --------
    >>> mean, deviation = arithmetic_moments(log_mean_share=0.15, log_volatility_share=0.89, periods_per_year=4)
    >>> round(mean, 4), round(deviation, 4)
    (0.5851, 1.0728)

    References
    ----------
    J. Cochrane, The risk and return of venture capital, Journal of Financial Economics 75 (2005).

    Tested by: published case ``cochrane-log-to-arithmetic``; draws, ``tests/leverage/outcomes/test_outcomes.py``.
    """
    if not (math.isfinite(log_mean_share) and math.isfinite(log_volatility_share) and log_volatility_share >= 0):
        raise InputError.of(
            "log_volatility_share", found=(log_mean_share, log_volatility_share), expected="numbers, 0 or more"
        )
    if type(periods_per_year) is not int or periods_per_year < 1:
        raise InputError.of("periods_per_year", found=periods_per_year, expected="a whole number of 1 or more")
    variance = log_volatility_share**2 / periods_per_year
    growth = math.exp(log_mean_share / periods_per_year + variance / 2)
    return (growth - 1) * periods_per_year, growth * math.sqrt(math.expm1(variance) * periods_per_year)


def _quantile(terms: Lognormal, u: Array) -> Array:
    spread = terms.log_volatility_share * math.sqrt(terms.holding_years)
    result: Array = np.exp(terms.log_mean_share * terms.holding_years + spread * ndtri(u))
    return result


def _mean(terms: Lognormal) -> float:
    return math.exp((terms.log_mean_share + terms.log_volatility_share**2 / 2) * terms.holding_years)


def _loss(terms: Lognormal) -> float:
    place = -terms.log_mean_share * math.sqrt(terms.holding_years) / terms.log_volatility_share
    return 0.5 * math.erfc(-place / math.sqrt(2))


OUTCOME = OutcomeKind(
    id="lognormal",
    label=Label("对数正态回报", "lognormal"),
    question=Label("持有若干年后回报倍数如何分布？", "How is the multiple spread after so many years?"),
    terms_model=Lognormal,
    quantile=_quantile,
    mean=_mean,
    loss_probability_share=_loss,
)
