"""What was agreed on a loan, as far as its payments depend on it, and in which periods does its interest run?"""

from __future__ import annotations

import calendar as month_lengths
import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from pledge.day_counts import DAY_COUNTS, PERIODIC_DAY_COUNTS, AccrualSpan, DayCount
from valuation.errors import InputError
from valuation.kernel.calendar import AdjustedDate, ChinaCalendar
from valuation.kernel.labels import NamedWarning
from valuation.kernel.money import Rounding

__all__ = [
    "DUE_DATE_CONVENTIONS",
    "DueDateConvention",
    "InterestDates",
    "LoanPeriod",
    "LoanTerms",
    "Owed",
    "Period",
    "loan_periods",
    "months_after",
]

#: What happens to a due date that is not a working day.
DueDateConvention = Literal["none", "following", "modified_following"]
DUE_DATE_CONVENTIONS: tuple[str, ...] = get_args(DueDateConvention)
#: Whether interest runs to the contractual day or to the day moved by a holiday.
InterestDates = Literal["unadjusted", "adjusted"]
TO_THE_FEN = Rounding()
MAXIMUM_PERIODS = 1200
LONGEST_PERIOD = 60
#: With these limits every due date is a date (1200 periods of 60 months are 6000 years).
LATEST_YEAR = 3900


@dataclass(frozen=True)
class Period:
    """The distance between two due dates: a number of months or a number of days, not both."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if min(self.months, self.days) != 0 or not 0 < max(self.months, self.days) <= LONGEST_PERIOD:
            raise InputError.of(
                "period", found=f"months={self.months}, days={self.days}", expected="one of them positive"
            )


@dataclass(frozen=True, kw_only=True)
class LoanTerms:
    """What was agreed on a loan, as far as its payments depend on it.

    ``annual_rate_share`` is a share of one a year (0.0435, not 4.35). ``end_of_month``: a loan drawn on the
    last day of a month falls due on last days (31 January, 29 February, 31 March); otherwise the day is kept
    and shortened only where a month is shorter. ``calendar`` is needed when due dates move off holidays.
    """

    principal_fen: int
    annual_rate_share: Decimal
    drawdown_date: datetime.date
    period_count: int
    period: Period = Period(months=1)
    day_count: DayCount = "monthly"
    interest_rounding: Rounding = TO_THE_FEN
    instalment_rounding: Rounding = TO_THE_FEN
    due_date_convention: DueDateConvention = "none"
    interest_dates: InterestDates = "unadjusted"
    end_of_month: bool = False
    calendar: ChinaCalendar | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse terms that are out of range or contradict each other."""
        for name, found, expected, holds in (*self._ranges(), *self._agreements()):
            if not holds:
                raise InputError.of(name, found=found, expected=expected)

    def _ranges(self) -> list[tuple[str, object, str, bool]]:
        principal, count, rate = self.principal_fen, self.period_count, self.annual_rate_share
        counted = type(count) is int and 1 <= count <= MAXIMUM_PERIODS
        return [
            ("principal_fen", principal, "a whole number of fen above 0", type(principal) is int and principal > 0),
            ("annual_rate_share", rate, "a share of one of 0 or more", rate.is_finite() and rate >= 0),
            ("period_count", count, f"1 to {MAXIMUM_PERIODS}", counted),
            ("drawdown_date", self.drawdown_date, f"up to {LATEST_YEAR}", self.drawdown_date.year <= LATEST_YEAR),
            ("day_count", self.day_count, f"one of {', '.join(DAY_COUNTS)}", self.day_count in DAY_COUNTS),
        ]

    def _agreements(self) -> list[tuple[str, object, str, bool]]:
        in_months, periodic = self.period.months > 0, self.day_count in PERIODIC_DAY_COUNTS
        moves, adjusted = self.due_date_convention != "none", self.interest_dates == "adjusted"
        month_end = in_months and _last_of_month(self.drawdown_date)
        return [
            (
                "day_count",
                f"{self.day_count}, periods in days",
                "a day count that knows no months",
                in_months or not periodic,
            ),
            ("interest_dates", f"adjusted, day count {self.day_count}", "unadjusted", not (adjusted and periodic)),
            ("interest_dates", "adjusted, convention none", "a due date convention", moves or not adjusted),
            ("calendar", "nothing", "a calendar, to move due dates", self.calendar is not None or not moves),
            (
                "end_of_month",
                f"a drawdown on {self.drawdown_date}",
                "periods in months, a drawdown on the last day of a month",
                month_end or not self.end_of_month,
            ),
        ]


@dataclass(frozen=True, kw_only=True)
class LoanPeriod:
    """One interest period: when it runs, when its payment is due, and its rate (a share of one, exact).

    ``rate_share`` applies to the balance at the start of the period, or, in a period that an amendment cut, to the
    balance after it; ``carried_fen`` is then the exact interest that had accrued before. ``span`` counts its days.
    """

    number: int
    due_date: datetime.date
    rate_share: Fraction
    is_last: bool
    span: AccrualSpan
    warning: NamedWarning | None = None
    carried_fen: Fraction = Fraction(0)

    @property
    def start(self) -> datetime.date:
        """The first day on which interest runs."""
        return self.span.marks[0]

    @property
    def end(self) -> datetime.date:
        """The day on which the interest of the period is complete; it belongs to the next one."""
        return self.span.marks[-1]

    @property
    def days(self) -> int:
        """The calendar days on which interest runs."""
        return (self.end - self.start).days


@dataclass(frozen=True)
class Owed:
    """What is still to be repaid, and in which periods: all of a loan, or what an amendment left of it."""

    principal_fen: int
    periods: tuple[LoanPeriod, ...]


def months_after(day: datetime.date, months: int, *, end_of_month: bool = False) -> datetime.date:
    """Which day is so many months later, the day of the month kept where the month has it?

    Raises
    ------
    InputError : the day lies beyond the year 9999.

    Examples
    --------
    >>> months_after(datetime.date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    >>> months_after(datetime.date(2024, 2, 29), 1, end_of_month=True)
    datetime.date(2024, 3, 31)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise InputError.of("months", found=f"{months} from {day}", expected="a day up to the year 9999")
    length = month_lengths.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, length if end_of_month else min(day.day, length))


def loan_periods(terms: LoanTerms) -> tuple[LoanPeriod, ...]:
    """From which day to which day does interest run in each period, when is it due, at which rate?

    A due date that is not a working day moves by the convention of the terms. The interest period ends on
    the contractual day (``unadjusted``) or on the moved one (``adjusted``).
    """
    periods: list[LoanPeriod] = []
    start = terms.drawdown_date
    for number in range(1, terms.period_count + 1):
        contractual = _contractual_day(terms, number)
        due = _moved(terms, contractual)
        span = _span(terms, number, start, due.day if terms.interest_dates == "adjusted" else contractual)
        periods.append(
            LoanPeriod(
                number=number,
                due_date=due.day,
                rate_share=Fraction(terms.annual_rate_share) * span.years,
                is_last=number == terms.period_count,
                span=span,
                warning=due.warning,
            )
        )
        start = span.marks[-1]
    return tuple(periods)


def _contractual_day(terms: LoanTerms, number: int) -> datetime.date:
    if terms.period.months:
        return months_after(terms.drawdown_date, number * terms.period.months, end_of_month=terms.end_of_month)
    return terms.drawdown_date + datetime.timedelta(days=number * terms.period.days)


def _moved(terms: LoanTerms, day: datetime.date) -> AdjustedDate:
    if terms.due_date_convention == "none":
        return AdjustedDate(day)
    assert terms.calendar is not None, "terms that move due dates have a calendar"
    return terms.calendar.adjust(day, terms.due_date_convention)


def _span(terms: LoanTerms, number: int, start: datetime.date, end: datetime.date) -> AccrualSpan:
    """The days of a period; under ``monthly`` cut into its months, so that a stub splits one month only."""
    months = terms.period.months
    if terms.day_count != "monthly":
        return AccrualSpan(terms.day_count, (start, end), months)
    before = (number - 1) * months
    marks = (
        months_after(terms.drawdown_date, before + each, end_of_month=terms.end_of_month) for each in range(1, months)
    )
    return AccrualSpan(terms.day_count, (start, *marks, end), 1)


def _last_of_month(day: datetime.date) -> bool:
    return day.day == month_lengths.monthrange(day.year, day.month)[1]
