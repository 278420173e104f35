"""When do the flows of a year fall, and how much of each year counts?"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from valuation.errors import InputError

__all__ = ["CountedYears", "Timing", "add_years", "counted_years", "flow_times", "year_fraction"]

#: ``year_end`` and ``mid_year``: at the end or in the middle of the counted part of the year. ``exact``: on stated
#: payment days.
Timing = Literal["year_end", "mid_year", "exact"]
#: A payment falls within two years before or after the end of the year it is for; anything else is a slip of the pen.
_LONGEST_DELAY_DAYS = 731
#: Years a table may have; everything has a limit.
MAXIMUM_YEARS = 200


@dataclass(frozen=True)
class CountedYears:
    """Consecutive twelve-month years, and the part of each that lies inside the counted time.

    ``shares`` are days counted over days of the year; ``start_times`` and ``end_times`` are the ends of the counted
    part in years from the valuation date.
    """

    labels: tuple[str, ...]
    shares: tuple[float, ...]
    start_times: tuple[float, ...]
    end_times: tuple[float, ...]

    @property
    def mid_times(self) -> tuple[float, ...]:
        """The middle of each counted part, in years from the valuation date."""
        return tuple((a + b) / 2 for a, b in zip(self.start_times, self.end_times, strict=True))


def add_years(day: datetime.date, years: int) -> datetime.date:
    """The same day ``years`` later; 29 February falls back to the 28th, a month end at the end of February stays."""
    target = day.year + years
    last = calendar.monthrange(target, day.month)[1]
    is_february_end = day.month == 2 and day.day == calendar.monthrange(day.year, 2)[1]
    return datetime.date(target, day.month, last if is_february_end else min(day.day, last))


def year_fraction(start: datetime.date, end: datetime.date) -> float:
    """How many years lie between two days?

    Whole anniversaries of ``start``, plus the days left over the length of the running year. An anniversary is a
    whole number exactly, so that textbook years stay 1, 2, 3.

    Examples
    --------
    >>> year_fraction(datetime.date(2020, 12, 31), datetime.date(2023, 12, 31))
    3.0
    >>> year_fraction(datetime.date(2021, 1, 1), datetime.date(2021, 7, 2)) == 182 / 365
    True
    """
    if end < start:
        return -year_fraction(end, start)
    whole = end.year - start.year
    if add_years(start, whole) > end:
        whole -= 1
    since, until = add_years(start, whole), add_years(start, whole + 1)
    return whole + (end - since).days / (until - since).days


def counted_years(
    *,
    first_year_end: datetime.date,
    years: int,
    valuation_date: datetime.date,
    last_day: datetime.date | None,
) -> CountedYears:
    """Which part of each forecast year lies after the valuation date and before the end of life?

    Parameters
    ----------
    first_year_end : last day of the first forecast year; later years follow every twelve months.
    last_day : last day that counts; ``None``: the end of the last year. Years after it have a share of 0.

    Raises
    ------
    InputError : the first year ends on or before the valuation date, or begins after it (what lies between would
        silently count as nothing), or nothing is left to count.

    Tested by: ``tests/valuation/discounting/test_timing.py`` (shares add up to the counted days; by hand).
    """
    if not 1 <= years <= MAXIMUM_YEARS:
        raise InputError.of("years", found=years, expected=f"1 to {MAXIMUM_YEARS}")
    if first_year_end <= valuation_date:
        raise InputError.of(
            "first_year_end",
            found=first_year_end,
            expected=f"a day after the valuation date {valuation_date}",
        )
    if add_years(first_year_end, -1) > valuation_date:
        raise InputError.of(
            "first_year_end",
            found=first_year_end,
            expected=f"no later than {add_years(valuation_date, 1)}; a time without income is stated as years of zero",
        )
    ends = [add_years(first_year_end, k) for k in range(years)]
    last = last_day or ends[-1]
    if last <= valuation_date:
        raise InputError.of("end_of_life", found=last, expected=f"a day after the valuation date {valuation_date}")
    # Each year begins where the one before ended, also when the years end on 28 February of a leap year.
    starts = [add_years(first_year_end, -1), *ends[:-1]]
    rows = [_counted(start, end, valuation_date, last) for start, end in zip(starts, ends, strict=True)]
    return CountedYears(
        labels=tuple(end.isoformat() for end in ends),
        shares=tuple(row[0] for row in rows),
        start_times=tuple(row[1] for row in rows),
        end_times=tuple(row[2] for row in rows),
    )


def _counted(
    start: datetime.date, end: datetime.date, valuation_date: datetime.date, last: datetime.date
) -> tuple[float, float, float]:
    """Share, start and end of the counted part of the year from ``start`` (exclusive) to ``end``."""
    first_counted = min(max(start, valuation_date), last)
    last_counted = max(min(end, last), first_counted)
    share = (last_counted - first_counted).days / (end - start).days
    return share, year_fraction(valuation_date, first_counted), year_fraction(valuation_date, last_counted)


def flow_times(
    counted: CountedYears,
    *,
    timing: Timing,
    payment_dates: Sequence[datetime.date] | None,
    valuation_date: datetime.date,
) -> tuple[float, ...]:
    """At which time, in years from the valuation date, does each year's flow fall?

    ``exact`` times are days / 365 to the stated payment day of each year.

    Raises
    ------
    InputError : exact timing without as many payment days as years, a payment day on or before the valuation
        date or more than two years from the end of its year, or payment days given for another timing.
    """
    if timing != "exact":
        if payment_dates is not None:
            raise InputError.of("payment_dates", found="dates", expected=f"none with timing {timing}")
        return counted.end_times if timing == "year_end" else counted.mid_times
    if payment_dates is None or len(payment_dates) != len(counted.labels):
        raise InputError.of(
            "payment_dates",
            found=None if payment_dates is None else f"{len(payment_dates)} dates",
            expected=f"{len(counted.labels)} dates, one for each year, with timing exact",
        )
    early = [day for day in payment_dates if day <= valuation_date]
    if early:
        raise InputError.of("payment_dates", found=early[0], expected=f"days after {valuation_date}")
    for index, (day, label) in enumerate(zip(payment_dates, counted.labels, strict=True)):
        year_end = datetime.date.fromisoformat(label)
        if abs((day - year_end).days) > _LONGEST_DELAY_DAYS:
            raise InputError.of(
                f"payment_dates.{index}", found=day, expected=f"a day within two years of the end of its year, {label}"
            )
    return tuple((day - valuation_date).days / 365 for day in payment_dates)
