"""What is a certain payment at a later time worth today?

A curve is a frozen table of discount factors at rising times, with the logarithm of the factor linear in between
(a constant forward rate). It is made from zero rates, from par yields or from a fitted Nelson-Siegel curve.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuation.discounting.nelson_siegel import NelsonSiegelFit
from valuation.discounting.quantlib_adapter import bootstrapped_discount_factors
from valuation.errors import FieldProblem, InputError, RefusalError
from valuation.kernel.expression import Name
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.worksheet import Sheet

__all__ = [
    "Compounding",
    "DiscountCurve",
    "curve_from_nelson_siegel",
    "curve_from_par_yields",
    "curve_from_zero_rates",
    "riskless_discount_factor_line",
]

#: ``annual``: once a year, (1 + r)^−t. ``continuous``: exp(−r t).
Compounding = Literal["annual", "continuous"]
#: Two points make a line; one rate is no curve.
MINIMUM_POINTS, MAXIMUM_POINTS = 2, 1000
MAXIMUM_MONTHS = 1200
_COUPONS_PER_YEAR = (1, 2, 4, 12)


@dataclass(frozen=True)
class DiscountCurve:
    """Discount factors at rising times; the factor at time zero is one.

    Attributes
    ----------
    times_years : above zero, rising.
    discount_factors : above zero, one for each time. A factor above one, or above its forerunner, is a negative
        rate: it is admitted and named by :meth:`warnings`.
    origin : how the factors were found, for the working paper.
    beyond : what happens after the last time: ``refuse``, or ``flat_forward`` keeps the last forward rate.

    Tested by: ``tests/valuation/discounting/test_curves.py`` (by hand, identities between factors, zero and forward
    rates, refusals).
    """

    times_years: tuple[float, ...]
    discount_factors: tuple[float, ...]
    origin: str
    beyond: Literal["refuse", "flat_forward"] = "refuse"

    def __post_init__(self) -> None:
        _check_points("times_years", self.times_years, "discount_factors", self.discount_factors)
        if self.times_years[0] <= 0:
            raise InputError.of("times_years.0", found=self.times_years[0], expected="a time above zero")
        _refuse_not_positive(self.discount_factors)

    def discount_factor(self, time_years: float) -> float:
        """What is one unit at ``time_years`` worth today?

        Raises
        ------
        InputError : the time is negative, or after the last one of a curve that refuses.
        """
        last = self.times_years[-1]
        if not (0 <= time_years < math.inf) or (time_years > last and self.beyond == "refuse"):
            raise InputError.of("time_years", found=time_years, expected=f"a time from 0 to {last:g} years")
        if time_years > last:
            start = self.times_years[-2]
            return self.discount_factor(last) * math.exp(-self.forward_rate(start, last) * (time_years - last))
        times, logs = (0.0, *self.times_years), (0.0, *(math.log(each) for each in self.discount_factors))
        return math.exp(float(np.interp(time_years, times, logs)))

    def zero_rate(self, time_years: float, *, compounding: Compounding) -> float:
        """At which constant annual rate does a payment at ``time_years`` have its present value?

        Raises
        ------
        InputError : the time is not above zero, or see :meth:`discount_factor`.
        """
        if not time_years > 0:
            raise InputError.of("time_years", found=time_years, expected="a time above zero")
        continuous = -math.log(self.discount_factor(time_years)) / time_years
        return continuous if compounding == "continuous" else math.expm1(continuous)

    def forward_rate(self, start_years: float, end_years: float, *, compounding: Compounding = "continuous") -> float:
        """Which annual rate between two later times does the curve imply today?

        Raises
        ------
        InputError : the end is not after the start, or see :meth:`discount_factor`.
        """
        if not end_years > start_years:
            raise InputError.of("end_years", found=end_years, expected=f"a time after the start {start_years:g}")
        growth = math.log(self.discount_factor(start_years) / self.discount_factor(end_years))
        continuous = growth / (end_years - start_years)
        return continuous if compounding == "continuous" else math.expm1(continuous)

    @property
    def negative_forwards(self) -> tuple[tuple[float, float], ...]:
        """Between which times does the curve pay less than nothing?"""
        points = itertools.pairwise(zip((0.0, *self.times_years), (1.0, *self.discount_factors), strict=True))
        return tuple((start, end) for (start, before), (end, after) in points if after > before)

    def warnings(self) -> tuple[NamedWarning, ...]:
        """The doubts a report must name: negative forward rates."""
        if not self.negative_forwards:
            return ()
        spans = ", ".join(f"{start:g}–{end:g}" for start, end in self.negative_forwards)
        label = Label(f"曲线隐含负远期利率（年）：{spans}", f"negative forward rates between the years {spans}")
        return (NamedWarning("negative_forward_rate", label),)


def curve_from_zero_rates(
    times_years: Sequence[float],
    zero_rates_share: Sequence[float],
    *,
    compounding: Compounding,
    beyond: Literal["refuse", "flat_forward"] = "refuse",
) -> DiscountCurve:
    """Which curve has these zero rates (spot rates)?

    ``D(t) = (1 + z)^−t`` or ``exp(−z t)``; rates are shares of one a year, times in years, rising.

    Raises
    ------
    InputError : fewer than two points, times out of order, a number that is not finite, an annual rate of −100 %
        or less.

    Tested by: ``tests/valuation/discounting/test_curves.py`` (by hand; the curve gives its zero rates back).
    """
    _check_points("times_years", times_years, "zero_rates_share", zero_rates_share)
    if compounding == "annual" and min(zero_rates_share) <= -1:
        raise InputError.of("zero_rates_share", found=min(zero_rates_share), expected="annual rates above -1")
    continuous = [math.log1p(rate) if compounding == "annual" else rate for rate in zero_rates_share]
    factors = tuple(math.exp(-rate * time) for time, rate in zip(times_years, continuous, strict=True))
    return DiscountCurve(tuple(times_years), factors, f"zero rates, {compounding} compounding", beyond)


def curve_from_par_yields(
    tenors_months: Sequence[int],
    par_yields_share: Sequence[float],
    *,
    coupons_per_year: int,
    beyond: Literal["refuse", "flat_forward"] = "refuse",
) -> DiscountCurve:
    """Which curve prices a bond with each par yield as its coupon at par (bootstrap)?

    For a tenor of n coupon periods ``1 = c Σ D(tₖ) + D(tₙ)``, c the yield a period; a tenor below one period pays
    once, at simple interest ``D = 1 / (1 + y t)``.

    Parameters
    ----------
    tenors_months : whole months above zero, rising. An overnight rate is no par yield and is left out.
    coupons_per_year : 1, 2, 4 or 12.

    Raises
    ------
    InputError : fewer than two points, tenors out of order or not whole, coupons that do not divide the year.
    RefusalError : the yields leave no positive discount factor.

    References
    ----------
    Hull, Options, Futures, and Other Derivatives, chapter 4 (bootstrap method).

    Tested by: ``tests/valuation/discounting/test_curves.py`` (every bond reprices to par, an own search).
    """
    _check_points("tenors_months", tenors_months, "par_yields_share", par_yields_share)
    if coupons_per_year not in _COUPONS_PER_YEAR:
        raise InputError.of("coupons_per_year", found=coupons_per_year, expected="1, 2, 4 or 12")
    odd = [months for months in tenors_months if months != int(months) or not 1 <= months <= MAXIMUM_MONTHS]
    if odd:
        raise InputError.of("tenors_months", found=odd[0], expected=f"whole months from 1 to {MAXIMUM_MONTHS}")
    factors = bootstrapped_discount_factors(
        tenors_months=[int(months) for months in tenors_months],
        par_yields_share=par_yields_share,
        coupons_per_year=coupons_per_year,
    )
    times = tuple(months / 12 for months in tenors_months)
    return DiscountCurve(times, factors, f"bootstrapped from par yields, {coupons_per_year} coupons a year", beyond)


def curve_from_nelson_siegel(
    fit: NelsonSiegelFit,
    *,
    tenors_months: Sequence[int],
    quoted: Literal["zero_annual", "zero_continuous", "par_annual"],
) -> DiscountCurve:
    """Which curve does a fitted Nelson–Siegel curve of rates imply at these tenors?

    ``quoted`` says what the fitted rates were: zero rates (annual or continuous compounding), or par yields with
    annual coupons, which are bootstrapped.

    Raises
    ------
    InputError, RefusalError : see the other constructors.

    Tested by: ``tests/valuation/discounting/test_curves.py``.
    """
    rates = [fit.curve.rate(months / 12) for months in tenors_months]
    if quoted == "par_annual":
        return curve_from_par_yields(tenors_months, rates, coupons_per_year=1)
    compounding: Compounding = "annual" if quoted == "zero_annual" else "continuous"
    return curve_from_zero_rates([months / 12 for months in tenors_months], rates, compounding=compounding)


def riskless_discount_factor_line(sheet: Sheet, curve: DiscountCurve, *, times_years: Sequence[float]) -> Name:
    """Write the curve's discount factor of each column on a working paper.

    Tested by: ``tests/valuation/discounting/test_curves.py``.
    """
    return sheet.derived_row(
        "riskless_discount_factor",
        [curve.discount_factor(time) for time in times_years],
        label=Label("无风险折现系数", "riskless discount factor"),
        unit="1",
        reason=curve.origin,
    )


def _check_points(abscissa: str, times: Sequence[float], ordinate: str, numbers: Sequence[float]) -> None:
    """Enough points, as many of one as of the other, finite, and the times rising."""
    problems = []
    if not MINIMUM_POINTS <= len(times) <= MAXIMUM_POINTS:
        problems.append(FieldProblem(abscissa, f"{len(times)} points", f"{MINIMUM_POINTS} to {MAXIMUM_POINTS}"))
    if len(numbers) != len(times):
        problems.append(FieldProblem(ordinate, f"{len(numbers)} numbers", f"{len(times)}, one for each point"))
    for field, row in ((abscissa, times), (ordinate, numbers)):
        bad = [f"{field}.{index}" for index, number in enumerate(row) if not math.isfinite(number)]
        problems += [FieldProblem(where, "a number that is not finite", "a finite number") for where in bad]
    falling = [k for k, (one, other) in enumerate(itertools.pairwise(times), 1) if not other > one]
    if falling:
        k = falling[0]
        problems.append(FieldProblem(f"{abscissa}.{k}", f"{times[k]:g} after {times[k - 1]:g}", "rising times"))
    if problems:
        raise InputError.from_problems(problems)


def _refuse_not_positive(factors: Sequence[float]) -> None:
    for index, factor in enumerate(factors):
        if not factor > 0:
            raise RefusalError.of(
                f"discount_factors.{index}",
                found=factor,
                expected="a number above zero",
                advice="No payment is worth less than nothing: review the rates this factor comes from",
            )
