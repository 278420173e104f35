"""What does the borrower pay on which day, to the fen?

A repayment form (one file in ``pledge/schedule``) says how much principal falls due in each period;
everything else is the same for all forms and stands here: the periods, the interest of a period, rounding,
the last instalment that absorbs what rounding left over, and due dates that meet a holiday. All amounts are
whole fen; between two roundings every number is an exact fraction.
"""

from __future__ import annotations

import calendar as month_lengths
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, get_args

import pledge.schedule
from valuation.errors import InputError
from valuation.kernel.calendar import AdjustedDate, ChinaCalendar
from valuation.kernel.discovery import discover, named
from valuation.kernel.labels import Label, NamedWarning
from valuation.kernel.money import Money, Rounding

__all__ = [
    "DAY_COUNTS",
    "DUE_DATE_CONVENTIONS",
    "DayCount",
    "DueDateConvention",
    "Instalment",
    "InterestDates",
    "LoanPeriod",
    "LoanTerms",
    "Period",
    "RepaymentForm",
    "Schedule",
    "amortise",
    "build_schedule",
    "loan_periods",
    "months_after",
    "repayment_forms",
]

#: ``monthly``: rate × months / 12, whatever the days (30/360). The others: rate × actual days / basis.
DayCount = Literal["monthly", "actual/360", "actual/364", "actual/365"]
DAY_COUNTS: tuple[str, ...] = get_args(DayCount)
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
        in_months, monthly = self.period.months > 0, self.day_count == "monthly"
        moves, adjusted = self.due_date_convention != "none", self.interest_dates == "adjusted"
        month_end = in_months and _last_of_month(self.drawdown_date)
        return [
            ("day_count", "monthly, periods in days", "a day count of actual days", in_months or not monthly),
            ("interest_dates", "adjusted, day count monthly", "unadjusted", not (adjusted and monthly)),
            ("interest_dates", "adjusted, convention none", "a due date convention", moves or not adjusted),
            ("calendar", "nothing", "a calendar, to move due dates", self.calendar is not None or not moves),
            (
                "end_of_month",
                f"a drawdown on {self.drawdown_date}",
                "periods in months, a drawdown on the last day of a month",
                month_end or not self.end_of_month,
            ),
        ]


@dataclass(frozen=True)
class LoanPeriod:
    """One interest period: when it runs, when its payment is due, and its rate (a share of one, exact)."""

    number: int
    start: datetime.date
    end: datetime.date
    due_date: datetime.date
    rate_share: Fraction
    is_last: bool
    warning: NamedWarning | None = None

    @property
    def days(self) -> int:
        """The calendar days on which interest runs."""
        return (self.end - self.start).days


@dataclass(frozen=True)
class Instalment:
    """One row of a schedule; ``balance_fen`` is what is owed after the payment."""

    number: int
    period_start: datetime.date
    period_end: datetime.date
    due_date: datetime.date
    days: int
    interest_fen: int
    principal_fen: int
    payment_fen: int
    balance_fen: int

    def as_document(self) -> dict[str, Any]:
        """The row for JSON: dates as ISO text, amounts as text with two decimals."""
        return {
            "number": self.number,
            "period_start": self.period_start.isoformat(),
            "period_end": self.period_end.isoformat(),
            "due_date": self.due_date.isoformat(),
            "days": self.days,
            "interest": Money(self.interest_fen).text,
            "principal": Money(self.principal_fen).text,
            "payment": Money(self.payment_fen).text,
            "balance": Money(self.balance_fen).text,
        }


@dataclass(frozen=True)
class Schedule:
    """What is paid when, the totals, and the interest as it would be without any rounding.

    ``instalment_fen`` is the rounded level payment where the form has one, else None. Tables printed by banks
    often show the unrounded total; ``exact_total_interest_fen`` is that number, and differs from
    ``total_interest_fen``, which is what the rows add up to and what the borrower pays.
    """

    form: str
    rows: tuple[Instalment, ...]
    exact_total_interest_fen: Fraction
    instalment_fen: int | None
    warnings: tuple[NamedWarning, ...]

    @property
    def total_interest_fen(self) -> int:
        """The interest of all rows."""
        return sum(row.interest_fen for row in self.rows)

    @property
    def total_principal_fen(self) -> int:
        """The principal of all rows: exactly what was lent."""
        return sum(row.principal_fen for row in self.rows)

    @property
    def total_payment_fen(self) -> int:
        """Everything the borrower pays under the schedule."""
        return sum(row.payment_fen for row in self.rows)

    def as_document(self) -> dict[str, Any]:
        """The schedule for JSON; the exact interest as a decimal text to a ten-thousandth of a fen."""
        exact = Rounding(mode="half_even").to_fen(self.exact_total_interest_fen * 10**4)
        level = None if self.instalment_fen is None else Money(self.instalment_fen).text
        return {
            "form": self.form,
            "instalment": level,
            "rows": [row.as_document() for row in self.rows],
            "total_interest": Money(self.total_interest_fen).text,
            "total_principal": Money(self.total_principal_fen).text,
            "total_payment": Money(self.total_payment_fen).text,
            "unrounded_total_interest": format(Decimal(exact).scaleb(-6), "f"),
            "warnings": [warning.as_document() for warning in self.warnings],
        }


@dataclass(frozen=True)
class RepaymentForm:
    """A way of repaying: its name, the question it answers for the borrower, how its schedule is built."""

    id: str
    label: Label
    question: Label
    build: Callable[[LoanTerms], Schedule]


def repayment_forms() -> dict[str, RepaymentForm]:
    """Which repayment forms exist? One file each in ``pledge/schedule``.

    Tested by: ``tests/pledge/schedule/test_forms.py`` (a file dropped in appears).
    """
    return discover(pledge.schedule, attribute="REPAYMENT_FORM", of_type=RepaymentForm)


def build_schedule(form: str, terms: LoanTerms) -> Schedule:
    """What does the borrower pay under repayment form ``form``?

    Raises
    ------
    UnknownNameError : there is no such form.

    Examples
    --------
    >>> terms = LoanTerms(principal_fen=28_000_000, annual_rate_share=Decimal("0.084"),
    ...     drawdown_date=datetime.date(2024, 1, 31), period_count=20,
    ...     instalment_rounding=Rounding(unit_fen=100, mode="ceiling"))
    >>> build_schedule("equal_instalment", terms).instalment_fen
    1505200

    Tested by: published schedules, closed forms and hypothesis in ``tests/pledge/schedule/``.
    """
    return named(repayment_forms(), form, field="repayment.form").build(terms)


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
        end = due.day if terms.interest_dates == "adjusted" else contractual
        rate = _period_rate(terms, (end - start).days)
        is_last = number == terms.period_count
        periods.append(LoanPeriod(number, start, end, due.day, rate, is_last, due.warning))
        start = end
    return tuple(periods)


def amortise(
    terms: LoanTerms,
    periods: tuple[LoanPeriod, ...],
    *,
    form: str,
    principal_due: Callable[[int], int],
    exact_total_interest_fen: Fraction,
    instalment_fen: int | None = None,
) -> Schedule:
    """Run the balance down period by period.

    Interest of a period is balance × period rate, rounded by ``terms.interest_rounding``. ``principal_due``
    tells from the interest of a period (fen) the principal that falls due with it (fen). It never exceeds the
    balance, is never below zero, and in the last period it is the whole balance.
    """
    rows: list[Instalment] = []
    warnings = _summarised([period.warning for period in periods if period.warning is not None])
    balance = terms.principal_fen
    for period in periods:
        interest = terms.interest_rounding.to_fen(balance * period.rate_share)
        due = principal_due(interest)
        if due < 0 and not period.is_last:
            warnings.append(_interest_exceeds_instalment(period.number))
        principal = balance if period.is_last else min(max(due, 0), balance)
        balance -= principal
        rows.append(_row(period, interest, principal, balance))
        if balance == 0 and principal and not period.is_last:
            warnings.append(_paid_off_early(period.number, len(periods)))
    return Schedule(form, tuple(rows), exact_total_interest_fen, instalment_fen, tuple(warnings))


def _row(period: LoanPeriod, interest: int, principal: int, balance: int) -> Instalment:
    return Instalment(
        number=period.number,
        period_start=period.start,
        period_end=period.end,
        due_date=period.due_date,
        days=period.days,
        interest_fen=interest,
        principal_fen=principal,
        payment_fen=interest + principal,
        balance_fen=balance,
    )


def _contractual_day(terms: LoanTerms, number: int) -> datetime.date:
    if terms.period.months:
        return months_after(terms.drawdown_date, number * terms.period.months, end_of_month=terms.end_of_month)
    return terms.drawdown_date + datetime.timedelta(days=number * terms.period.days)


def _moved(terms: LoanTerms, day: datetime.date) -> AdjustedDate:
    if terms.due_date_convention == "none":
        return AdjustedDate(day)
    assert terms.calendar is not None, "terms that move due dates have a calendar"
    return terms.calendar.adjust(day, terms.due_date_convention)


def _period_rate(terms: LoanTerms, days: int) -> Fraction:
    yearly = Fraction(terms.annual_rate_share)
    if terms.day_count == "monthly":
        return yearly * terms.period.months / 12
    return yearly * days / int(terms.day_count.removeprefix("actual/"))


def _last_of_month(day: datetime.date) -> bool:
    return day.day == month_lengths.monthrange(day.year, day.month)[1]


def _summarised(found: list[NamedWarning]) -> list[NamedWarning]:
    """One warning a kind, the first, with how many dates share it; nobody reads a page of the same."""
    by_code: dict[str, list[NamedWarning]] = {}
    for warning in found:
        by_code.setdefault(warning.code, []).append(warning)
    return [_counted(warnings[0], len(warnings)) for warnings in by_code.values()]


def _counted(warning: NamedWarning, count: int) -> NamedWarning:
    label = Label(f"{warning.label.zh}（共{count}个到期日）", f"{warning.label.en} (due dates concerned: {count})")
    return NamedWarning(warning.code, label)


def _interest_exceeds_instalment(number: int) -> NamedWarning:
    return NamedWarning(
        "interest_exceeds_instalment",
        Label(
            f"第{number}期利息超过应还额，该期只还利息",
            f"period {number}: the interest exceeds the instalment; only interest is paid",
        ),
    )


def _paid_off_early(number: int, count: int) -> NamedWarning:
    return NamedWarning(
        "paid_off_early",
        Label(
            f"因取整，本金在第{number}期（共{count}期）已还清",
            f"through rounding the principal is repaid in period {number} of {count}",
        ),
    )
