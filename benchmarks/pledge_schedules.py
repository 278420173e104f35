"""Schedules and daily accrual of a million loans, against a loop in Decimal and against exact fractions."""

from __future__ import annotations

import calendar
import datetime
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from benchmarks.timing import Candidate, interleaved, report
from pledge.plan import accrued_interest, payment_plan
from pledge.portfolio_schedule import BOOK_DAY_COUNTS, BOOK_FORMS, BookAnswer, LoanBook, book_on

ON = datetime.date(2025, 8, 15)
ONE_DAY = datetime.timedelta(days=1)
#: Instalment, total interest, balance, accrued interest, posting of the night.
Answer = tuple[int, int, int, int, int]


def book(count: int) -> LoanBook:
    """Loans as Chinese banks make them on patents: one to three years, by months or quarters, 3 to 6 %."""
    random = np.random.default_rng(1)
    months = random.choice([1, 3], count)
    return LoanBook(
        principal_fen=random.integers(5_000_000, 3_000_000_000, count),
        annual_rate_ppm=random.integers(300, 600, count) * 100,
        drawdown_day=random.integers(19_700, 20_300, count),
        period_months=months,
        period_count=random.integers(1, 4, count) * 12 // months,
        year_days=random.choice([BOOK_DAY_COUNTS["monthly"], BOOK_DAY_COUNTS["actual/360"]], count),
        form=random.integers(0, len(BOOK_FORMS), count),
    )


def by_decimal(loans: LoanBook, count: int) -> list[Answer]:
    """The first ``count`` loans as a loop in Decimal, 28 digits.

    It multiplies before it divides, so that a half of a fen stays a half: with the rate of a period rounded first, some
    loans in a hundred thousand end a fen too low.
    """
    return [_decimal_loan(*(int(column[index]) for column in loans.kernel_columns())) for index in range(count)]


def _decimal_loan(
    principal: int, rate_ppm: int, drawdown: int, months: int, count: int, year_days: int, form: int
) -> Answer:
    rate = Decimal(rate_ppm) / 1_000_000
    start = datetime.date(1970, 1, 1) + drawdown * ONE_DAY
    ends = [_months_after(start, (number + 1) * months) for number in range(count)]
    begins = [start, *ends[:-1]]
    divisor = year_days or 12
    parts = [rate * (months if year_days == 0 else (end - begin).days) for begin, end in zip(begins, ends, strict=True)]
    instalment = (
        _whole(_level(Decimal(principal), [part / divisor for part in parts]))
        if BOOK_FORMS[form] == "equal_instalment"
        else Decimal(0)
    )
    part = _whole(Decimal(principal) / count) if BOOK_FORMS[form] == "equal_principal" else Decimal(0)
    balance, total, running = Decimal(principal), Decimal(0), (0, 0, 0)
    for number, (begin, end, numerator) in enumerate(zip(begins, ends, parts, strict=True)):
        if begin <= ON < end:
            today, tomorrow = (
                _accrued(balance * rate, start, begin, number * months, day, months, year_days)
                for day in (ON, ON + ONE_DAY)
            )
            running = (int(balance), int(today), int(tomorrow - today))
        interest = _whole(balance * numerator / divisor)
        due = min(max(instalment - interest if instalment else part, Decimal(0)), balance)
        balance -= balance if number == count - 1 else due
        total += interest
    return (int(instalment), int(total), *running)


def _level(principal: Decimal, shares: list[Decimal]) -> Decimal:
    growth, payments = Decimal(1), Decimal(0)
    for share in shares:
        growth *= 1 + share
        payments = payments * (1 + share) + 1
    return principal * growth / payments


def _accrued(
    yearly: Decimal,
    start: datetime.date,
    begin: datetime.date,
    before: int,
    day: datetime.date,
    months: int,
    year_days: int,
) -> Decimal:
    """The interest of the running period up to a day; a month is split by its days."""
    if year_days:
        return _whole(yearly * (day - begin).days / year_days)
    marks = [_months_after(start, before + number) for number in range(months + 1)]
    whole = sum(mark <= day for mark in marks) - 1
    if whole == months:
        return _whole(yearly * months / 12)
    length = (marks[whole + 1] - marks[whole]).days
    return _whole(yearly * (whole * length + (day - marks[whole]).days) / (12 * length))


def _months_after(day: datetime.date, months: int) -> datetime.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def by_fractions(loans: LoanBook, count: int) -> list[Answer]:
    """The first ``count`` loans by the product's own plans, in exact fractions."""
    return [_exact_loan(loans, index) for index in range(count)]


def _exact_loan(loans: LoanBook, index: int) -> Answer:
    form, terms = loans.terms(index)
    plan = payment_plan(form, terms)
    running = (0, 0, 0)
    if terms.drawdown_date <= ON < plan.rows[-1].period_end:
        row, to_fen = plan.row_on(ON), terms.interest_rounding.to_fen
        today, tomorrow = (to_fen(accrued_interest(row, upto=day)) for day in (ON, ON + ONE_DAY))
        running = (plan.principal_after(ON), today, tomorrow - today)
    return (plan.instalment_fen or 0, plan.total_interest_fen, *running)


def differences(found: BookAnswer, expected: list[Answer]) -> int:
    """How many fen, over all loans and numbers, lie between the two?"""
    first = np.array([getattr(found, each.name)[: len(expected)] for each in fields(found)])
    return int(np.abs(first - np.array(expected).T).sum())


def main(*, count: int = 10**6, by_loop: int = 2000, exactly: int = 500, rounds: int = 3) -> None:
    loans = book(count)
    with ThreadPoolExecutor(2) as two:
        candidates: dict[str, Candidate] = {
            "product, 2 threads": lambda: book_on(loans, on=ON, executor=two),
            "product, 1 thread": lambda: book_on(loans, on=ON),
            f"loop in Decimal, {by_loop} of them": lambda: by_decimal(loans, by_loop),
        }
        units = dict.fromkeys(candidates, count) | {name: by_loop for name in candidates if "of them" in name}
        times = interleaved(candidates, units, rounds=rounds)
        found = book_on(loans, on=ON, executor=two)
    rows = int(loans.period_count.sum())
    report(f"(d) Schedules and a day's accrual of {count} loans, {rows} rows", times, "product, 2 threads", "loans")
    print(
        f"  fen different: {differences(found, by_decimal(loans, by_loop))} to Decimal over {by_loop} loans,"
        f" {differences(found, by_fractions(loans, exactly))} to exact fractions over {exactly}"
    )
