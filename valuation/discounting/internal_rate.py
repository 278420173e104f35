"""At which yearly rate do these payments balance?

The net present value of dated amounts is a sum of exponentials in s = ln(1 + r). Such a sum may have no zero,
one, or several, at most as many as its amounts change sign in order of date. Every zero is looked for and
reported; a number is given as *the* rate only when it is the only one.
"""

from __future__ import annotations

import datetime
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuation.errors import InputError

__all__ = ["InternalRate", "RootStatus", "dated_internal_rate", "periodic_internal_rate"]

RootStatus = Literal["one_root", "no_root", "several_roots"]
Amount = float | int | Decimal | Fraction

#: The search runs over s = ln(1 + r): below -36 the rate rounds to -100 % in a float, above 709 it overflows.
LOWEST_LOG, HIGHEST_LOG = -36.0, 709.0
MAXIMUM_FLOWS = 10_000
LARGEST_AMOUNT = 1e300
#: Every change of sign adds one level to the search; real loans have one, funds a few.
MAXIMUM_SIGN_CHANGES = 100
_EPSILON = sys.float_info.epsilon


@dataclass(frozen=True)
class InternalRate:
    """The rates at which the net present value is zero.

    ``rate`` is a share of one a year (or a period) when exactly one root exists, else None. ``roots`` holds
    all of them, rising. A root at which the value only touches zero counts once. A rate that no float can
    hold (above 1e307, or within 2e-16 of -100 %) is not reported.
    """

    rate: float | None
    roots: tuple[float, ...]
    status: RootStatus

    @property
    def nearest_zero(self) -> float | None:
        """Which root is nearest to zero (the choice of most spreadsheets), None without a root?"""
        return min(self.roots, key=abs, default=None)


def dated_internal_rate(
    dates: Sequence[datetime.date], amounts: Sequence[Amount], *, day_basis: float = 365
) -> InternalRate:
    """At which effective yearly rate do these dated amounts balance (XIRR)?

    Solves Σ amountᵢ · (1 + r)^(−dᵢ / day_basis) = 0 for −1 < r, with dᵢ the days since the earliest date.

    Parameters
    ----------
    dates : one day an amount, in any order; amounts of one day are added up.
    amounts : finite, not all zero; money received positive, money paid negative (or the reverse).
    day_basis : days in a year: 365 as in spreadsheets.

    Raises
    ------
    InputError : fewer than two amounts, lengths that differ, a NaN, only zeros, a basis that is not positive,
        or more than 100 changes of sign.

    Examples
    --------
    >>> days = [datetime.date(2023, 1, 1), datetime.date(2024, 1, 1)]
    >>> round(dated_internal_rate(days, [-100, 110]).rate, 12)
    0.1
    >>> dated_internal_rate(days, [100, 110]).status
    'no_root'

    References
    ----------
    Microsoft Knowledge Base Q116041 (XIRR). Descartes' rule for sums of exponentials: Pólya and Szegő,
    Problems and Theorems in Analysis II, part V, no. 77.

    Tested by: the published xirr cases, pyxirr, scipy's brentq and hypothesis in
    ``tests/valuation/discounting/test_internal_rate.py``.
    """
    if len(dates) != len(amounts):
        raise InputError.of("dates", found=f"{len(dates)} dates", expected=f"{len(amounts)}, one an amount")
    if not (math.isfinite(day_basis) and day_basis > 0):
        raise InputError.of("day_basis", found=day_basis, expected="a positive number of days")
    values = _finite(amounts)
    first = min(dates)
    by_day: dict[int, list[float]] = {}
    for day, value in zip(dates, values, strict=True):
        by_day.setdefault((day - first).days, []).append(value)
    days = sorted(by_day)
    return _internal_rate(
        np.array([day / day_basis for day in days]), np.array([math.fsum(by_day[day]) for day in days])
    )


def periodic_internal_rate(amounts: Sequence[Amount]) -> InternalRate:
    """At which rate a period do amounts at equal distances balance (IRR)?

    Solves Σ amountₖ · (1 + r)^(−k) = 0, k = 0, 1, 2, …; the rate is a share of one a period.

    Raises
    ------
    InputError : see :func:`dated_internal_rate`.

    Examples
    --------
    >>> [round(root, 9) for root in periodic_internal_rate([-100, 230, -132]).roots]
    [0.1, 0.2]

    Tested by: ``tests/valuation/discounting/test_internal_rate.py`` (INSEAD case, pyxirr, known factors).
    """
    values = _finite(amounts)
    return _internal_rate(np.arange(len(values), dtype=float), np.array(values))


def _finite(amounts: Sequence[Amount]) -> list[float]:
    if not 2 <= len(amounts) <= MAXIMUM_FLOWS:
        raise InputError.of("amounts", found=f"{len(amounts)} amounts", expected=f"2 to {MAXIMUM_FLOWS}")
    values = [_float(amount, f"amounts.{position}") for position, amount in enumerate(amounts)]
    if not any(values):
        raise InputError.of("amounts", found="only zeros", expected="amounts that are not all zero")
    return values


def _float(amount: Amount, field: str) -> float:
    try:
        value = float(amount)
    except (OverflowError, ValueError):
        value = math.nan
    if not abs(value) <= LARGEST_AMOUNT:
        raise InputError.of(field, found=str(amount)[:40], expected=f"a number of at most {LARGEST_AMOUNT:g}")
    return value


def _internal_rate(years: NDArray[np.float64], amounts: NDArray[np.float64]) -> InternalRate:
    stated = amounts != 0
    if not stated.any():
        return InternalRate(None, (), "no_root")
    # A common factor moves no root, and keeps the sums far from the largest float.
    flows = _Flows(years[stated], amounts[stated] / np.abs(amounts).max())
    changes = int(np.count_nonzero(np.diff(np.sign(flows.amounts))))
    if changes > MAXIMUM_SIGN_CHANGES:
        raise InputError.of("amounts", found=f"{changes} changes of sign", expected=f"at most {MAXIMUM_SIGN_CHANGES}")
    roots = tuple(math.expm1(root) for root in flows.roots())
    if len(roots) == 1:
        return InternalRate(roots[0], roots, "one_root")
    return InternalRate(None, roots, "several_roots" if roots else "no_root")


@dataclass(frozen=True)
class _Flows:
    """The function Σ aᵢ exp(−tᵢ s): its sign at a point and all its zeros."""

    years: NDArray[np.float64]
    amounts: NDArray[np.float64]

    def sign(self, point: float) -> int:
        """-1, 0 or +1; 0 means nearer to zero than the rounding of the terms can tell."""
        exponents = -self.years * point
        terms = self._terms(point)
        # exp of a rounded argument x errs by about |x| rounding errors.
        doubt = _EPSILON * float(np.sum(np.abs(terms) * (2.0 + np.abs(exponents))))
        total = math.fsum(terms.tolist())
        return 0 if abs(total) <= doubt else int(math.copysign(1, total))

    def _terms(self, point: float) -> NDArray[np.float64]:
        """The terms, divided by the largest exponential so that none overflows."""
        exponents = -self.years * point
        scaled: NDArray[np.float64] = self.amounts * np.exp(exponents - exponents.max())
        return scaled

    def roots(self) -> list[float]:
        """All zeros between the limits, rising.

        Between two neighbouring turning points of exp(τs)·f the function has at most one zero. With τ at a
        change of sign of the amounts, the derivative Σ aᵢ (τ − tᵢ) exp((τ − tᵢ)s) has one change of sign
        less, so that the search ends after as many steps down as there are changes.
        """
        changes = np.flatnonzero(np.diff(np.sign(self.amounts)))
        if not len(changes):
            return []
        middle = changes[len(changes) // 2]
        turn = float(self.years[middle] + self.years[middle + 1]) / 2
        slope = _Flows(self.years, self.amounts * (turn - self.years) / np.abs(turn - self.years).max())
        points = sorted({LOWEST_LOG, 0.0, *slope.roots(), HIGHEST_LOG})
        return self._distinct(self._between(points))

    def _between(self, points: list[float]) -> list[float]:
        signs = [self.sign(point) for point in points]
        found = [point for point, sign in zip(points, signs, strict=True) if sign == 0]
        for i in range(len(points) - 1):
            if signs[i] * signs[i + 1] < 0:
                found.append(self._bisect(points[i], points[i + 1], signs[i]))
        return sorted(found)

    def _bisect(self, low: float, high: float, sign_low: int) -> float:
        while True:
            middle = (low + high) / 2
            if high - low <= _EPSILON * max(0.125, abs(middle)) or not low < middle < high:
                return middle
            total = math.fsum(self._terms(middle).tolist())
            if total == 0:
                return middle
            low, high = (middle, high) if (total > 0) == (sign_low > 0) else (low, middle)

    def _distinct(self, found: list[float]) -> list[float]:
        """Two roots between which the function cannot be told from zero are one root."""
        kept: list[float] = []
        for root in found:
            if not kept or self.sign((kept[-1] + root) / 2) != 0:
                kept.append(root)
        return kept
