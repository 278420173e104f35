"""Which part of a year does an interest period hold, and which part of it has passed on a day?

Every answer is an exact fraction, cumulative from the first day of the period, so that a period cut anywhere adds
up to the whole: what accrued to a day and what accrues after it are differences of one function.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, get_args

from valuation.discounting.day_count import days_of_30_360, exact_isda_years
from valuation.errors import InputError

__all__ = ["DAY_COUNTS", "PERIODIC_DAY_COUNTS", "AccrualSpan", "DayCount", "day_share"]

#: ``monthly``: months / 12, whatever the days; a month that is cut is split by its actual days. ``actual/…``: actual
#: days over a fixed year (actual/365 is ACT/365 Fixed). ``actual/actual ISDA``: days of a leap year over 366, others
#: over 365, split on 1 January. ``actual/actual ISMA``: days over the days of the regular period. ``30/360``: Bond
#: Basis. ``30E/360``: Eurobond basis.
DayCount = Literal[
    "monthly",
    "actual/360",
    "actual/364",
    "actual/365",
    "actual/actual ISDA",
    "actual/actual ISMA",
    "30/360",
    "30E/360",
]
DAY_COUNTS: tuple[str, ...] = get_args(DayCount)
#: Day counts under which a whole period is its part of the year whatever its days; they need periods in months.
PERIODIC_DAY_COUNTS = ("monthly", "actual/actual ISMA")
_MONTHS_IN_YEAR = 12


def day_share(day_count: DayCount, *, start: datetime.date, end: datetime.date) -> Fraction:
    """Which part of a year lies between two days, by a day count that needs to know nothing else?

    Examples
    --------
    >>> day_share("actual/actual ISDA", start=datetime.date(2023, 12, 1), end=datetime.date(2024, 2, 1))
    Fraction(22661, 133590)
    >>> day_share("30E/360", start=datetime.date(2024, 1, 31), end=datetime.date(2024, 3, 31))
    Fraction(1, 6)

    Raises
    ------
    InputError : a day count that depends on the period (monthly, actual/actual ISMA), an end before its start.

    References
    ----------
    2006 ISDA Definitions, section 4.16.

    Tested by: ``tests/pledge/test_day_counts.py`` (QuantLib's day counters, the ISDA memorandum, additivity).
    """
    if end < start:
        raise InputError.of("end", found=end, expected=f"{start} or later")
    if day_count == "actual/actual ISDA":
        return exact_isda_years(start, end)
    if day_count == "30/360":
        return Fraction(days_of_30_360(start, end), 360)
    if day_count == "30E/360":
        return Fraction(_days_of_30e_360(start, end), 360)
    if day_count in PERIODIC_DAY_COUNTS or day_count not in DAY_COUNTS:
        raise InputError.of("day_count", found=day_count, expected="a day count that needs no regular period")
    return Fraction((end - start).days, int(day_count.removeprefix("actual/")))


@dataclass(frozen=True)
class AccrualSpan:
    """The days on which the interest of one period runs, and how they are counted.

    ``marks`` are the first day, the ends of the regular parts in between, and the last day. Under a day count by
    period each part is ``months_each`` twelfths of a year, and a part that is cut is split by its actual days.
    """

    day_count: DayCount
    marks: tuple[datetime.date, ...]
    months_each: int

    @property
    def years(self) -> Fraction:
        """The part of a year that the whole span holds."""
        return self.years_to(self.marks[-1])

    def years_to(self, day: datetime.date) -> Fraction:
        """Which part of a year has passed on ``day``, counted from the first day of the span?

        Raises
        ------
        InputError : a day outside the span.

        Examples
        --------
        >>> february = AccrualSpan("monthly", (datetime.date(2024, 2, 1), datetime.date(2024, 3, 1)), 1)
        >>> february.years, february.years_to(datetime.date(2024, 2, 15))
        (Fraction(1, 12), Fraction(7, 174))

        Tested by: ``tests/pledge/test_day_counts.py``.
        """
        if not self.marks[0] <= day <= self.marks[-1]:
            raise InputError.of("day", found=day, expected=f"{self.marks[0]} to {self.marks[-1]}")
        parts = (self._part(start, end, day) for start, end in pairwise(self.marks) if start < day)
        return sum(parts, Fraction(0))

    def _part(self, start: datetime.date, end: datetime.date, day: datetime.date) -> Fraction:
        """The years of one regular part, as far as it has passed."""
        until = min(end, day)
        if self.day_count not in PERIODIC_DAY_COUNTS:
            return day_share(self.day_count, start=start, end=until)
        return Fraction(self.months_each * (until - start).days, _MONTHS_IN_YEAR * (end - start).days)


def _days_of_30e_360(start: datetime.date, end: datetime.date) -> int:
    """Months of 30 days; a 31st counts as the 30th at both ends."""
    months = 12 * (end.year - start.year) + end.month - start.month
    return 30 * months + min(end.day, 30) - min(start.day, 30)
