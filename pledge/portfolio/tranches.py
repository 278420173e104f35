"""What does a layer of a book's loss cost? Expected loss of a tranche, and the spread at which it is fairly paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError

__all__ = ["Tranche", "break_even_spread"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Tranche:
    """The losses of a book between two shares of its notional.

    Raises
    ------
    InputError : bounds that are not rising within 0 to 1.
    """

    attach_share: float
    detach_share: float

    def __post_init__(self) -> None:
        """Refuse an empty layer."""
        if not 0 <= self.attach_share < self.detach_share <= 1:
            found = f"{self.attach_share} to {self.detach_share}"
            raise InputError.of("tranche", found=found, expected="rising shares within 0 to 1")

    @property
    def width_share(self) -> float:
        """The notional of the layer, as a share of the book's."""
        return self.detach_share - self.attach_share

    def loss_share(self, book_loss_share: Array) -> Array:
        """Which share of the layer is lost when this share of the book is?"""
        lost: Array = np.clip(book_loss_share, self.attach_share, self.detach_share) - self.attach_share
        return lost / self.width_share

    def expected_loss_share(self, probabilities: Array, *, unit_share: float) -> float:
        """The expected share of the layer lost, from probabilities of 0, 1, 2 … loss units.

        Parameters
        ----------
        unit_share : one unit as a share of the book's notional.

        Raises
        ------
        InputError : probabilities that are negative or do not add up to one, a unit that is not positive.
        """
        total = float(np.sum(probabilities))
        if not abs(total - 1) < 1e-6 or np.min(probabilities) < -1e-12:
            raise InputError.of("probabilities", found=f"a sum of {total:g}", expected="probabilities that add up to 1")
        if not 0 < unit_share <= 1:
            raise InputError.of("unit_share", found=unit_share, expected="a share above 0, at most 1")
        losses = np.minimum(np.arange(len(probabilities)) * unit_share, 1.0)
        return float(probabilities @ self.loss_share(losses))


def break_even_spread(
    expected_loss_shares: Sequence[float] | Array, *, period_years: float, rate_per_year: float
) -> float:
    """At which yearly spread does a tranche's premium pay for its expected losses?

    ``Σ D(t_i − Δ/2) (EL_i − EL_{i−1})  =  s Σ [D(t_i) Δ (1 − EL_i) + D(t_i − Δ/2) Δ/2 (EL_i − EL_{i−1})]``: losses fall
    in the middle of a period, and premium accrues on what is lost until then.

    Parameters
    ----------
    expected_loss_shares : EL at the end of each period, shares of the tranche, not falling.
    period_years : Δ.
    rate_per_year : riskless rate, continuously compounded; ``D(t) = exp(−r t)``.

    Returns
    -------
    The spread as a share a year.

    Raises
    ------
    InputError : no period, shares that fall or leave 0 to 1, a period that is not positive, a rate that is no number;
        a tranche surely lost at once, which no spread pays for.

    References
    ----------
    Hull, White (2004), Valuation of a CDO and an nth to default CDS without Monte Carlo simulation, Journal of
    Derivatives 12 (2).

    Tested by: table 7 there (0–3, 3–6 and 6–10 %), a layer of one loan in closed form;
    ``tests/pledge/portfolio/test_tranches.py``.
    """
    expected = np.asarray(expected_loss_shares, dtype=np.float64)
    lost = np.diff(np.concatenate(([0.0], expected)))
    # Comparisons are false for NaN, which therefore does not pass.
    if expected.size == 0 or not (lost >= -1e-12).all() or not (expected <= 1 + 1e-12).all():
        found = expected.tolist()
        raise InputError.of("expected_loss_shares", found=found, expected="shares from 0 to 1 that do not fall")
    if not 0 < period_years <= 5 or not abs(rate_per_year) <= 1:
        found = f"{period_years} and {rate_per_year}"
        raise InputError.of("period_years, rate_per_year", found=found, expected="above 0 to 5, and −1 to 1")
    ends = period_years * (1 + np.arange(expected.size))
    at_end, at_middle = np.exp(-rate_per_year * ends), np.exp(-rate_per_year * (ends - period_years / 2))
    premium = period_years * (at_end @ (1 - expected) + at_middle @ lost / 2)
    return float(at_middle @ lost / premium)
