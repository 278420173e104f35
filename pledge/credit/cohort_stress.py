"""How bad is a bad year, measured by the calm ones: at which quantile of the loss law do its defaults lie?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pledge.credit._numbers import number, numbers
from valuation.errors import InputError, RefusalError

__all__ = ["CohortLaw", "fit_cohorts"]


@dataclass(frozen=True)
class CohortLaw:
    """The Vasicek law of the default rate of a large cohort: long-run PD and asset correlation."""

    pd_share: float
    correlation_share: float

    def quantile_of(self, default_rate_share: float) -> float:
        """Which share of years is less bad than this: Φ((√(1 − ρ) Φ⁻¹(x) − Φ⁻¹(PD)) / √ρ)?"""
        rate = number("default_rate_share", default_rate_share, low=0, high=1, strictly=True)
        shock = math.sqrt(1 - self.correlation_share) * special.ndtri(rate) - special.ndtri(self.pd_share)
        return float(special.ndtr(shock / math.sqrt(self.correlation_share)))

    def rate_at(self, quantile_share: float) -> float:
        """Which default rate do so many years not exceed; the inverse of :meth:`quantile_of`?"""
        level = number("quantile_share", quantile_share, low=0, high=1, strictly=True)
        shock = math.sqrt(self.correlation_share) * special.ndtri(level)
        return float(special.ndtr((special.ndtri(self.pd_share) + shock) / math.sqrt(1 - self.correlation_share)))


def fit_cohorts(default_rate_share: ArrayLike) -> CohortLaw:
    """Which PD and asset correlation are most likely behind the default rates of these years?

    Under the Vasicek law Φ⁻¹(rate) is normal with mean m = Φ⁻¹(PD)/√(1 − ρ) and variance s² = ρ/(1 − ρ); so
    ρ = s²/(1 + s²), PD = Φ(m √(1 − ρ)), with m and s² of the seen years (s² divided by their number).

    Parameters
    ----------
    default_rate_share : one a year, each strictly between 0 and 1, of cohorts so large that chance within them
        is small; with small cohorts ρ comes out too high.

    Raises
    ------
    InputError : fewer than three years, or a rate of 0 or 1.
    RefusalError : rates that never change: no correlation can be told.

    References
    ----------
    Vasicek (2002), Risk 15(12). Düllmann and Trapp (2004), Systematic risk in recovery rates, Bundesbank discussion
    paper 2/2004 (maximum likelihood in closed form).

    Tested by: simulated years and the inverse in ``tests/pledge/credit/test_cohort_stress.py``.
    """
    rates = numbers("default_rate_share", default_rate_share, low=0, high=1, strictly=True)
    if rates.ndim != 1 or len(rates) < 3:
        raise InputError.of("default_rate_share", found=f"shape {rates.shape}", expected="a row of 3 or more years")
    level = special.ndtri(rates)
    variance = float(np.var(level))
    if variance < 1e-20:
        raise RefusalError.of(
            "default_rate_share",
            found="the same rate in every year",
            expected="years that differ",
            advice="State a correlation instead of fitting one",
        )
    correlation = variance / (1 + variance)
    return CohortLaw(float(special.ndtr(level.mean() * math.sqrt(1 - correlation))), correlation)
