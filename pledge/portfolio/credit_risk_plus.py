"""How are losses distributed when default rates themselves vary? CreditRisk+, in closed form up to a recursion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError, RefusalError

__all__ = ["MAXIMUM_UNITS", "CreditRiskPlus"]

Array = NDArray[np.float64]

#: Loss units of the distribution; the recursion takes their square of steps.
MAXIMUM_UNITS = 20_000
#: From here on the probability of no loss is no longer a normal number.
_MOST_DEFAULTS = 600.0


@dataclass(frozen=True)
class CreditRiskPlus:
    """A book in which defaults are Poisson and each sector's rate is gamma distributed about its mean.

    Loan i loses ``units[i]`` whole units at a rate of ``expected_defaults[i]`` and belongs to sector ``sector[i]``, or
    to none (−1: its rate does not vary). ``sector_volatility[k]`` is the standard deviation of a sector's rate as a
    share of its mean.

    Raises
    ------
    InputError : columns of different length, units below 1, a rate or volatility that is negative or no number.

    References
    ----------
    Credit Suisse First Boston (1997), CreditRisk+: a credit risk management framework, appendix A.
    Haaf, Reiss, Schoenmakers (2004), Numerically stable computation of CreditRisk+, in CreditRisk+ in the Banking
    Industry (the recursion without a difference in it).

    Tested by: the negative binomial law, the compound Poisson law without volatility, a Fourier inversion of the
    generating function (second way), moments; ``tests/pledge/portfolio/test_credit_risk_plus.py``.
    """

    units: NDArray[np.int64]
    expected_defaults: Array
    sector: NDArray[np.int64]
    sector_volatility: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is not a book."""
        units, rates, sector = (np.asarray(each) for each in (self.units, self.expected_defaults, self.sector))
        if units.ndim != 1 or not units.size or not units.shape == rates.shape == sector.shape:
            found = f"shapes {units.shape}, {rates.shape}, {sector.shape}"
            raise InputError.of("units", found=found, expected="three columns of one length")
        if units.dtype.kind not in "iu" or units.min() < 1:
            raise InputError.of("units", found=units.tolist()[:20], expected="whole numbers from 1")
        bad = np.flatnonzero(~((rates >= 0) & (rates <= 1e6)))
        if bad.size:
            raise InputError.of(f"expected_defaults[{bad[0]}]", found=rates[bad[0]], expected="a rate of 0 or more")
        if sector.dtype.kind not in "iu" or sector.min() < -1 or sector.max() >= len(self.sector_volatility):
            expected = f"−1 or the number of one of {len(self.sector_volatility)} sectors"
            raise InputError.of("sector", found=sector.tolist()[:20], expected=expected)
        for place, volatility in enumerate(self.sector_volatility):
            if not 0 < volatility <= 100:
                raise InputError.of(f"sector_volatility[{place}]", found=volatility, expected="a number above 0")

    @property
    def expected_loss_units(self) -> float:
        """The mean loss."""
        return float(self.units @ self.expected_defaults)

    @property
    def loss_variance_units(self) -> float:
        """``Σ μ_i u_i² + Σ_k σ_k² (Σ_{i in k} μ_i u_i)²``."""
        own = float(self.expected_defaults @ self.units.astype(np.float64) ** 2)
        means = [float((self.units * self.expected_defaults)[self.sector == k].sum()) for k in self._sectors()]
        return own + sum((s * mean) ** 2 for s, mean in zip(self.sector_volatility, means, strict=True))

    def probabilities(self, units: int) -> Array:
        """With which probability are 0, 1, … ``units`` units lost?

        The logarithm of the generating function is ``μ₀ (P₀(z) − 1) − Σ_k σ_k⁻² log(1 + σ_k² μ_k (1 − P_k(z)))``; its
        power series comes from one recursion for each logarithm and one for the exponential, all terms positive.

        Raises
        ------
        InputError : more than :data:`MAXIMUM_UNITS`.
        RefusalError : so many expected defaults that the probability of no loss is no number; the limit is named.
        """
        if not 0 <= units <= MAXIMUM_UNITS:
            raise InputError.of("units", found=units, expected=f"a whole number from 0 to {MAXIMUM_UNITS}")
        series = self._rates(-1, units)
        constant = -float(self.expected_defaults[self.sector == -1].sum())
        for k, volatility in zip(self._sectors(), self.sector_volatility, strict=True):
            variance = volatility**2
            mean = float(self.expected_defaults[self.sector == k].sum())
            constant -= math.log1p(variance * mean) / variance
            share = variance / (1 + variance * mean)
            series = series + _minus_log(share * self._rates(k, units)) / variance
        if constant < -_MOST_DEFAULTS:
            raise RefusalError.of(
                "expected_defaults",
                found=f"no loss with probability exp({constant:.0f})",
                expected=f"at least exp(−{_MOST_DEFAULTS:g})",
                advice="Split the book, or simulate it.",
            )
        return _exponential(series, math.exp(constant))

    def _sectors(self) -> Sequence[int]:
        return range(len(self.sector_volatility))

    def _rates(self, sector: int, units: int) -> Array:
        """The rate at which a loan of a sector loses just so many units, for 0 … units."""
        is_in = (self.sector == sector) & (self.units <= units)
        rates = np.bincount(self.units[is_in], weights=self.expected_defaults[is_in], minlength=units + 1)
        return rates.astype(np.float64)


def _minus_log(series: Array) -> Array:
    """The power series of ``−log(1 − s(z))``, s(0) = 0: ``n a_n = n s_n + Σ_{j<n} j a_j s_{n−j}``."""
    found = np.zeros_like(series)
    weighted = np.zeros_like(series)
    for n in range(1, series.size):
        weighted[n] = n * series[n] + weighted[1:n] @ series[n - 1 : 0 : -1]
        found[n] = weighted[n] / n
    return found


def _exponential(series: Array, at_zero: float) -> Array:
    """The power series of ``g₀ exp(c(z))``, c(0) = 0: ``n g_n = Σ_{j≤n} j c_j g_{n−j}`` (Panjer's recursion)."""
    weighted = series * np.arange(series.size)
    found = np.zeros_like(series)
    found[0] = at_zero
    for n in range(1, series.size):
        found[n] = weighted[1 : n + 1] @ found[n - 1 :: -1][:n] / n
    return found
