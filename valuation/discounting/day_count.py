"""Which part of a year lies between two days, by the convention of the contract?

The rate of a loan or a bond names its own day count; the times of a forecast are measured by
:mod:`valuation.discounting.timing` instead.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from valuation.errors import InputError, UnknownNameError

__all__ = ["CouponGrid", "DayCount", "day_fraction", "days_of_30_360", "exact_isda_years"]

#: ``ACT/ACT ISDA``: days in leap years over 366, other days over 365. ``ACT/ACT ICMA``: days over the days of the
#: coupon period. ``30/360``: Bond Basis. ``ACT/365F`` and ``ACT/360``: days over a fixed number.
DayCount = Literal["ACT/ACT ISDA", "ACT/ACT ICMA", "ACT/365F", "ACT/360", "30/360"]

_MONTHS_IN_YEAR = 12
_COUPON_MONTHS = (1, 2, 3, 4, 6, 12)
_FIXED_YEAR_DAYS = {"ACT/365F": 365, "ACT/360": 360}


@dataclass(frozen=True)
class CouponGrid:
    """The regular coupon days of a bond: ``anchor`` and every ``months`` before and after it.

    ``at_month_end``: every coupon falls on the last day of its month; else on the day of the anchor, or the last
    day of a month too short for it.
    """

    anchor: datetime.date
    months: int
    at_month_end: bool = False

    def __post_init__(self) -> None:
        if self.months not in _COUPON_MONTHS:
            expected = "a number that divides the year: 1, 2, 3, 4, 6 or 12"
            raise InputError.of("coupon_grid.months", found=self.months, expected=expected)

    def day(self, number: int) -> datetime.date:
        """The coupon day ``number`` periods after the anchor (before it, if negative)."""
        month = self.anchor.year * _MONTHS_IN_YEAR + self.anchor.month - 1 + number * self.months
        year, month = month // _MONTHS_IN_YEAR, month % _MONTHS_IN_YEAR + 1
        last = calendar.monthrange(year, month)[1]
        return datetime.date(year, month, last if self.at_month_end else min(self.anchor.day, last))

    def number_at(self, day: datetime.date) -> int:
        """The number of the period that holds ``day``; a period begins on its coupon day."""
        months = (day.year - self.anchor.year) * _MONTHS_IN_YEAR + day.month - self.anchor.month
        number = months // self.months
        return number if self.day(number) <= day else number - 1


def day_fraction(
    convention: DayCount, *, start: datetime.date, end: datetime.date, coupons: CouponGrid | None = None
) -> float:
    """Which part of a year lies between two days, by a day-count convention?

    Parameters
    ----------
    start, end : the first day counts, the last does not; the other way round gives the negative.
    coupons : the coupon days, needed for ``ACT/ACT ICMA`` and for nothing else.

    Returns
    -------
    Years; the exact fraction, rounded once.

    Raises
    ------
    InputError : an unknown convention; coupon days missing, or given where they do not count.

    Examples
    --------
    >>> start, end = datetime.date(2003, 11, 1), datetime.date(2004, 5, 1)
    >>> day_fraction("ACT/ACT ISDA", start=start, end=end)
    0.49772438056740775
    >>> day_fraction("ACT/ACT ICMA", start=start, end=end, coupons=CouponGrid(anchor=start, months=6))
    0.5

    References
    ----------
    2006 ISDA Definitions, section 4.16; ISDA memorandum of 17 November 1998 on actual/actual; ICMA rule 251.

    Tested by: the published case actual-actual-isda-and-isma, QuantLib's day counters (second way, thousands of
    periods), additivity (identity) in ``tests/valuation/discounting/test_day_count.py``.
    """
    if convention not in get_args(DayCount):
        raise UnknownNameError.among("day_count", found=convention, known=get_args(DayCount))
    if (coupons is not None) != (convention == "ACT/ACT ICMA"):
        raise InputError.of(
            "coupons",
            found="none" if coupons is None else "a coupon grid",
            expected="a coupon grid with ACT/ACT ICMA and with no other convention",
        )
    if end < start:
        return -day_fraction(convention, start=end, end=start, coupons=coupons)
    if coupons is not None:
        return float(_icma(start, end, coupons))
    if convention == "ACT/ACT ISDA":
        return float(exact_isda_years(start, end))
    if convention == "30/360":
        return float(Fraction(days_of_30_360(start, end), 360))
    return (end - start).days / _FIXED_YEAR_DAYS[convention]


def exact_isda_years(start: datetime.date, end: datetime.date) -> Fraction:
    """How many years by ACT/ACT ISDA, exact: days of each calendar year over the days of that year?"""
    return sum((_part_of_year(year, start, end) for year in range(start.year, end.year + 1)), Fraction(0))


def _part_of_year(year: int, start: datetime.date, end: datetime.date) -> Fraction:
    days = 366 if calendar.isleap(year) else 365
    first = start.timetuple().tm_yday - 1 if start.year == year else 0
    last = end.timetuple().tm_yday - 1 if end.year == year else days
    return Fraction(last - first, days)


def _icma(start: datetime.date, end: datetime.date, coupons: CouponGrid) -> Fraction:
    """Days of each coupon period over the days of that period, each period a regular part of the year."""
    numbers = range(coupons.number_at(start), coupons.number_at(end) + 1)
    parts = (_part_of_period(coupons.day(each), coupons.day(each + 1), start, end) for each in numbers)
    return sum(parts, Fraction(0)) * Fraction(coupons.months, _MONTHS_IN_YEAR)


def _part_of_period(since: datetime.date, until: datetime.date, start: datetime.date, end: datetime.date) -> Fraction:
    return Fraction((min(until, end) - max(since, start)).days, (until - since).days)


def days_of_30_360(start: datetime.date, end: datetime.date) -> int:
    """How many days by 30/360 Bond Basis?

    Months of 30 days; the 31st counts as the 30th, at the end only if the period began on a 30th or 31st.
    """
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first
