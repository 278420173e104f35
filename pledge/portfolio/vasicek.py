"""Which share of a very large, even book is lost? Vasicek's limit of the one-factor model."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from valuation.errors import InputError
from valuation.kernel.bivariate_normal import bivariate_normal

__all__ = ["LimitingLoss"]


@dataclass(frozen=True)
class LimitingLoss:
    """The share of an endless book of equal loans that fails within the period; loss given default is 100 %.

    ``pd_share`` is each loan's probability of default p, ``asset_correlation`` ρ that of two borrowers' states. Given
    the factor Y the share lost is ``Φ((Φ⁻¹(p) − √ρ Y) / √(1 − ρ))``.

    Raises
    ------
    InputError : p or ρ not strictly between 0 and 1.

    References
    ----------
    Vasicek (2002), The distribution of loan portfolio value, Risk, December.

    Tested by: published quantiles (Vasicek 2002, table 1), quadrature, the simulation of a large book;
    ``tests/pledge/portfolio/test_vasicek.py``.

    Examples
    --------
    >>> book = LimitingLoss(0.01, 0.1)
    >>> round((book.quantile(0.999) - 0.01) / book.standard_deviation, 1)
    7.0
    """

    pd_share: float
    asset_correlation: float

    def __post_init__(self) -> None:
        """Refuse the limits, where the distribution is a step."""
        for name in ("pd_share", "asset_correlation"):
            if not 0 < getattr(self, name) < 1:
                raise InputError.of(name, found=getattr(self, name), expected="a number between 0 and 1")

    @property
    def _threshold(self) -> float:
        return float(special.ndtri(self.pd_share))

    def probability_below(self, loss_share: float) -> float:
        """With which probability is the share lost at most ``loss_share``?

        ``Φ((√(1 − ρ) Φ⁻¹(x) − Φ⁻¹(p)) / √ρ)``.

        Raises
        ------
        InputError : a share outside 0 to 1.
        """
        if not 0 <= loss_share <= 1:
            raise InputError.of("loss_share", found=loss_share, expected="a share from 0 to 1")
        rho = self.asset_correlation
        scaled = math.sqrt(1 - rho) * special.ndtri(loss_share) - self._threshold
        return float(special.ndtr(scaled / math.sqrt(rho)))

    def quantile(self, confidence: float) -> float:
        """Which share is not exceeded with this probability? ``Φ((Φ⁻¹(p) + √ρ Φ⁻¹(α)) / √(1 − ρ))``.

        Raises
        ------
        InputError : a confidence not between 0 and 1.
        """
        _check(confidence)
        rho = self.asset_correlation
        moved = self._threshold + math.sqrt(rho) * special.ndtri(confidence)
        return float(special.ndtr(moved / math.sqrt(1 - rho)))

    @property
    def standard_deviation(self) -> float:
        """``√(Φ₂(Φ⁻¹(p), Φ⁻¹(p); ρ) − p²)``."""
        both = _both(self._threshold, self._threshold, self.asset_correlation)
        return math.sqrt(max(both - self.pd_share**2, 0.0))

    def expected_shortfall(self, confidence: float) -> float:
        """The mean share lost in the worst ``1 − α``: ``Φ₂(Φ⁻¹(p), −Φ⁻¹(α); √ρ) / (1 − α)``.

        Raises
        ------
        InputError : a confidence not between 0 and 1.
        """
        _check(confidence)
        quantile = float(special.ndtri(confidence))
        return _both(self._threshold, -quantile, math.sqrt(self.asset_correlation)) / (1 - confidence)


def _both(first: float, second: float, correlation: float) -> float:
    return float(bivariate_normal(np.array(first), np.array(second), np.array(correlation)))


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise InputError.of("confidence", found=confidence, expected="a share between 0 and 1")
