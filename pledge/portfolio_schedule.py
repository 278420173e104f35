"""What do a million loans pay, and what accrues on each of them on a day, to the fen?

The same numbers as :func:`pledge.plan.payment_plan` and :func:`pledge.plan.accrued_interest`, loan by loan and fen by
fen, for the three forms that make up a book: interest each period with principal at maturity, equal principal, equal
instalments. Due dates are the contractual ones, amounts are rounded half up to the fen.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from pledge.day_counts import DayCount
from pledge.instalments import build_schedule
from pledge.loan_terms import LoanTerms, Period
from valuation.errors import InputError

__all__ = ["BOOK_DAY_COUNTS", "BOOK_FORMS", "BookAnswer", "BookRows", "LoanBook", "book_on", "book_rows"]

Integers = npt.NDArray[np.int64]

#: The forms a book may hold, in the order of their codes.
BOOK_FORMS = ("interest_only", "equal_principal", "equal_instalment")
#: The day counts a book may hold, by the days of their year; 0 for a month as its part of the year.
BOOK_DAY_COUNTS: Mapping[DayCount, int] = {"monthly": 0, "actual/360": 360, "actual/364": 364, "actual/365": 365}
#: Rates are whole numbers of millionths (a basis point is a hundred).
MILLION = 1_000_000
#: With these limits no intermediate result leaves 64 bits: see ``pledge/_portfolio_kernels.py``.
LARGEST_PRINCIPAL_FEN = 10**14
MOST_PERIODS = 600
_PERIOD_MONTHS = (1, 2, 3, 4, 6, 12)
_FIRST_DAY, _LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2900, 1, 1)
_EPOCH = datetime.date(1970, 1, 1)
#: Loans of one task: some ten milliseconds of work.
_PART = 2**14


@dataclass(frozen=True)
class LoanBook:
    """Loans by columns, one entry a loan: whole numbers all of them.

    ``principal_fen``; ``annual_rate_ppm`` in millionths (4.35 % is 43,500); ``drawdown_day`` in days since 1970-01-01;
    ``period_months``; ``period_count``; ``year_days`` of the day count (0: monthly); ``form`` by its place in
    :data:`BOOK_FORMS`.
    """

    principal_fen: Integers
    annual_rate_ppm: Integers
    drawdown_day: Integers
    period_months: Integers
    period_count: Integers
    year_days: Integers
    form: Integers

    def __post_init__(self) -> None:
        """Refuse columns of different lengths, and loans outside the limits that the arithmetic was proved for."""
        shapes = {name: column.shape for name, column in self._columns().items()}
        if len(set(shapes.values())) != 1 or len(self.principal_fen.shape) != 1:
            raise InputError.of("columns", found=shapes, expected="one-dimensional columns of one length")
        first, last = ((day - _EPOCH).days for day in (_FIRST_DAY, _LAST_DAY))
        self._within("principal_fen", 1, LARGEST_PRINCIPAL_FEN)
        self._within("annual_rate_ppm", 0, MILLION)
        self._within("drawdown_day", first, last)
        self._within("period_count", 1, MOST_PERIODS)
        self._within("form", 0, len(BOOK_FORMS) - 1)
        self._among("period_months", _PERIOD_MONTHS)
        self._among("year_days", tuple(BOOK_DAY_COUNTS.values()))

    def __len__(self) -> int:
        return int(self.principal_fen.size)

    @classmethod
    def of_terms(cls, loans: list[tuple[str, LoanTerms]]) -> LoanBook:
        """The book of these loans, each a repayment form and its terms.

        Raises
        ------
        InputError : a form, a day count, a rate or a convention that a book cannot hold.
        """
        rows = np.array([_row(form, terms) for form, terms in loans], dtype=np.int64).reshape(len(loans), 7)
        return cls(*np.ascontiguousarray(rows.T))

    def terms(self, index: int) -> tuple[str, LoanTerms]:
        """The form and the terms of one loan."""
        counts = {days: name for name, days in BOOK_DAY_COUNTS.items()}
        return BOOK_FORMS[self.form[index]], LoanTerms(
            principal_fen=int(self.principal_fen[index]),
            annual_rate_share=Decimal(int(self.annual_rate_ppm[index])) / MILLION,
            drawdown_date=_EPOCH + datetime.timedelta(days=int(self.drawdown_day[index])),
            period_count=int(self.period_count[index]),
            period=Period(months=int(self.period_months[index])),
            day_count=counts[int(self.year_days[index])],
        )

    def kernel_columns(self) -> tuple[Integers, ...]:
        """The columns in the order of the kernels."""
        return (
            self.principal_fen,
            self.annual_rate_ppm,
            self.drawdown_day,
            self.period_months,
            self.period_count,
            self.year_days,
            self.form,
        )

    def _columns(self) -> dict[str, Integers]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def _within(self, name: str, least: int, most: int) -> None:
        column = getattr(self, name)
        self._refuse(name, (column < least) | (column > most), f"{least} to {most}")

    def _among(self, name: str, known: tuple[int, ...]) -> None:
        self._refuse(name, ~np.isin(getattr(self, name), known), f"one of {', '.join(map(str, known))}")

    def _refuse(self, name: str, wrong: npt.NDArray[np.bool_], expected: str) -> None:
        if getattr(self, name).dtype != np.int64:
            raise InputError.of(name, found=getattr(self, name).dtype, expected="whole numbers of 64 bits")
        if wrong.any():
            index = int(np.argmax(wrong))
            raise InputError.of(f"{name}[{index}]", found=getattr(self, name)[index], expected=expected)


@dataclass(frozen=True)
class BookAnswer:
    """One entry a loan, in fen.

    ``instalment_fen``: the level payment, 0 where there is none. ``total_interest_fen``: of the whole schedule. On the
    day asked for: ``balance_fen`` not yet due, ``accrued_fen`` of the running period up to the day, and
    ``posting_fen``, by which it grows in the night that follows; all 0 before drawdown and at maturity.
    """

    instalment_fen: Integers
    total_interest_fen: Integers
    balance_fen: Integers
    accrued_fen: Integers
    posting_fen: Integers


@dataclass(frozen=True)
class BookRows:
    """The rows of all loans one after another; those of loan i from ``offsets[i]`` to before ``offsets[i + 1]``."""

    offsets: Integers
    interest_fen: Integers
    principal_fen: Integers


def book_on(book: LoanBook, *, on: datetime.date, executor: Executor | None = None) -> BookAnswer:
    """What does each loan cost in all, what is owed on it on a day, and what accrues in its night?

    Parameters
    ----------
    on : a day from 1900 to 2900.
    executor : threads that share the work; it does not change any number.

    Raises
    ------
    InputError : a day outside the calendar of the book.

    Tested by: ``tests/pledge/test_portfolio_schedule.py`` (exact fractions of the plan, 0 fen different).
    """
    return _computed(book, on=on, executor=executor, rows=None)


def book_rows(book: LoanBook, *, executor: Executor | None = None) -> BookRows:
    """Which interest and which principal fall due in every period of every loan?

    Memory: 16 bytes a row. Tested by: ``tests/pledge/test_portfolio_schedule.py``.
    """
    offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(book.period_count)))
    rows = BookRows(offsets, np.empty(int(offsets[-1]), np.int64), np.empty(int(offsets[-1]), np.int64))
    _computed(book, on=_FIRST_DAY, executor=executor, rows=rows)
    return rows


def _computed(book: LoanBook, *, on: datetime.date, executor: Executor | None, rows: BookRows | None) -> BookAnswer:
    # Imported here: numba takes half a second that nobody else need pay.
    from pledge import _portfolio_kernels

    if not _FIRST_DAY <= on <= _LAST_DAY:
        raise InputError.of("on", found=on, expected=f"{_FIRST_DAY} to {_LAST_DAY}")
    columns, count = tuple(map(np.ascontiguousarray, book.kernel_columns())), len(book)
    instalment, unsure = np.empty(count, np.int64), np.empty(count, np.bool_)
    answers = tuple(np.empty(count, np.int64) for _ in range(4))
    nothing = np.empty(0, np.int64)
    made = BookRows(nothing, nothing, nothing) if rows is None else rows

    def levels(start: int, stop: int) -> None:
        _portfolio_kernels.level_payments(columns, start, stop, instalment, unsure)

    def filled(start: int, stop: int) -> None:
        day = (on - _EPOCH).days
        wanted = (made.offsets, made.interest_fen, made.principal_fen)
        _portfolio_kernels.fill(columns, instalment, day, start, stop, answers, *wanted)

    _in_parts(levels, count, executor)
    for index in np.flatnonzero(unsure):
        exact = build_schedule(*book.terms(int(index))).instalment_fen
        assert exact is not None, "only loans with a level payment are marked"
        instalment[index] = exact
    _in_parts(filled, count, executor)
    return BookAnswer(instalment, *answers)


def _in_parts(work: Callable[[int, int], None], count: int, executor: Executor | None) -> None:
    """Do the work part by part, on the executor's threads where there is one."""
    starts = range(0, count, _PART)
    stops = [min(start + _PART, count) for start in starts]
    for _ in map(work, starts, stops) if executor is None else executor.map(work, starts, stops):
        pass


def _row(form: str, terms: LoanTerms) -> list[int]:
    """One loan in the columns of a book."""
    rate: Any = terms.annual_rate_share * MILLION
    standard = LoanTerms.__dataclass_fields__
    fixed = ("interest_rounding", "instalment_rounding", "due_date_convention", "interest_dates", "end_of_month")
    for name in fixed:
        if getattr(terms, name) != standard[name].default:
            raise InputError.of(name, found=getattr(terms, name), expected=f"{standard[name].default} in a book")
    if form not in BOOK_FORMS:
        raise InputError.of("form", found=form, expected=f"one of {', '.join(BOOK_FORMS)}")
    if terms.day_count not in BOOK_DAY_COUNTS or not terms.period.months:
        expected = f"periods in months and one of {', '.join(BOOK_DAY_COUNTS)}"
        raise InputError.of("day_count", found=f"{terms.day_count}, {terms.period}", expected=expected)
    if rate % 1:
        raise InputError.of("annual_rate_share", found=terms.annual_rate_share, expected="at most six decimals")
    return [
        terms.principal_fen,
        int(rate),
        (terms.drawdown_date - _EPOCH).days,
        terms.period.months,
        terms.period_count,
        BOOK_DAY_COUNTS[terms.day_count],
        BOOK_FORMS.index(form),
    ]
