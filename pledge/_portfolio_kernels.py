"""The compiled loops over a book of loans: dates, exact rounded products, level payments, rows and accrual.

Whole numbers only, but for two floating-point steps whose result is proved. A product of two 64-bit numbers may wrap
around; its difference to an estimated multiple of the divisor is small, therefore exact although both parts wrapped
(``_rounded``). A level payment is computed to some thirty digits in pairs of floats; where its fraction lies too near
to a half to be sure, the loan is marked and computed by whole fractions instead (``level_payments``).

Importing this module imports numba, so only those who have a book of loans do.

Tested by: exact fractions of :mod:`pledge.plan`, loan by loan, in ``tests/pledge/test_portfolio_schedule.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit

__all__ = ["fill", "level_payments"]

#: No fast-math: the pairs of floats need every operation as it is written. Division by zero cannot happen.
_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}
Loop = TypeVar("Loop", bound=Callable[..., Any])


def _compiled(loop: Loop) -> Loop:
    """The same function, compiled at its first call; numba's own decorator has no type."""
    made: Loop = njit(**_OPTIONS)(loop)
    return made


#: A rate is a whole number of millionths.
_MILLION = 1_000_000
_SPLITTER = 134217729.0  # 2^27 + 1
_NEAR_HALF = 1e-6
_BASIS_POINT = 100
_EQUAL_PRINCIPAL, _EQUAL_INSTALMENT = 1, 2


@_compiled
def _month_days(year: Any, month: Any) -> Any:
    if month == 2:
        return 29 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31


@_compiled
def _epoch_day(year: Any, month: Any, day: Any) -> Any:
    """Days since 1970-01-01; a year that begins in March has its leap day at its end."""
    shifted = year - (month <= 2)
    century = shifted // 100
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return shifted * 365 + shifted // 4 - century + century // 4 + of_year - 719468


@_compiled
def _month_after(first: Any, year: Any, month: Any, months: Any) -> Any:
    """The first day, year and month so many months after the month that begins on ``first``."""
    for _ in range(months):
        first += _month_days(year, month)
        month += 1
        if month > 12:
            month = 1
            year += 1
    return first, year, month


@_compiled
def _civil(epoch_day: Any) -> Any:
    """Year, month and day of a day since 1970-01-01."""
    shifted = epoch_day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    of_years = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * of_years + of_years // 4 - of_years // 100)
    shifted_month = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + (3 if shifted_month < 10 else -9)
    return of_years + era * 400 + (month <= 2), month, day


@_compiled
def _day_after_months(year: Any, month: Any, day: Any, months: Any) -> Any:
    """The day so many months later, the day of the month kept where the month has it."""
    count = year * 12 + month - 1 + months
    then, of_year = count // 12, count % 12 + 1
    return _epoch_day(then, of_year, min(day, _month_days(then, of_year)))


@_compiled
def _rounded(amount: Any, numerator: Any, divisor: Any) -> Any:
    """Amount · numerator / divisor, rounded half up, exact.

    With the limits of a book the quotient is below 2^50: the estimate in floats misses it by at most two, so the
    remainder lies within four divisors, far inside 64 bits, although both products may have wrapped around.
    """
    whole = np.int64(float(amount) * float(numerator) / float(divisor))
    remainder = amount * numerator - whole * divisor
    while remainder < 0:
        remainder += divisor
        whole -= 1
    while remainder >= divisor:
        remainder -= divisor
        whole += 1
    return whole + (2 * remainder >= divisor)


@_compiled
def _product(a: Any, b: Any) -> Any:
    """A · b as a pair of floats, exact (Dekker)."""
    high = a * b
    x = _SPLITTER * a
    a_high = x - (x - a)
    a_low = a - a_high
    y = _SPLITTER * b
    b_high = y - (y - b)
    b_low = b - b_high
    return high, ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low


@_compiled
def _sum(a: Any, b: Any) -> Any:
    """A + b as a pair of floats, exact (Knuth)."""
    high = a + b
    part = high - a
    return high, (a - (high - part)) + (b - part)


@_compiled
def _times(a: Any, a_low: Any, b: Any, b_low: Any) -> Any:
    """The product of two pairs."""
    high, low = _product(a, b)
    return _sum(high, low + (a * b_low + a_low * b))


@_compiled
def _plus(a: Any, a_low: Any, b: Any, b_low: Any) -> Any:
    """The sum of two pairs."""
    high, low = _sum(a, b)
    return _sum(high, low + (a_low + b_low))


@_compiled
def _over(a: Any, a_low: Any, b: Any, b_low: Any) -> Any:
    """The quotient of two pairs, by two steps of long division."""
    first = a / b
    back, back_low = _times(b, b_low, first, 0.0)
    rest, rest_low = _plus(a, a_low, -back, -back_low)
    second = rest / b
    back, back_low = _times(b, b_low, second, 0.0)
    rest, rest_low = _plus(rest, rest_low, -back, -back_low)
    high, low = _sum(first, second)
    return _sum(high, low + rest / b)


@_compiled
def _growth(rate: Any, months: Any, count: Any) -> Any:
    """Π(1 + r) and Σₖ Πⱼ₍ⱼ>ₖ₎(1 + r) at a constant rate of months/12 of a year, by squaring."""
    r, r_low = _over(float(rate * months), 0.0, 12.0 * _MILLION, 0.0)
    base, base_low = _plus(1.0, 0.0, r, r_low)
    grown, grown_low = 1.0, 0.0
    left = count
    while left:
        if left & 1:
            grown, grown_low = _times(grown, grown_low, base, base_low)
        base, base_low = _times(base, base_low, base, base_low)
        left >>= 1
    above, above_low = _plus(grown, grown_low, -1.0, 0.0)
    payments, payments_low = _over(above, above_low, r, r_low)
    return grown, grown_low, payments, payments_low


@_compiled
def _growth_by_days(rate: Any, basis: Any, start: Any, months: Any, count: Any) -> Any:
    """The same at the actual days of each period."""
    year, month, day = _civil(start)
    grown, grown_low, payments, payments_low = 1.0, 0.0, 0.0, 0.0
    before, first = start, start - day + 1
    for _ in range(count):
        first, year, month = _month_after(first, year, month, months)
        end = first + min(day, _month_days(year, month)) - 1
        r, r_low = _over(float(rate * (end - before)), 0.0, float(basis) * _MILLION, 0.0)
        factor, factor_low = _plus(1.0, 0.0, r, r_low)
        grown, grown_low = _times(grown, grown_low, factor, factor_low)
        payments, payments_low = _times(payments, payments_low, factor, factor_low)
        payments, payments_low = _plus(payments, payments_low, 1.0, 0.0)
        before = end
    return grown, grown_low, payments, payments_low


@_compiled
def level_payments(columns: Any, start: Any, stop: Any, found: Any, unsure: Any) -> None:
    """The level payment of every loan that has one, half up to the fen; ``unsure`` marks those to be computed exactly.

    The pairs carry 104 bits. A product over 600 periods loses fewer than 15 of them, and at a basis point a year or
    more the growth less one loses at most 17; of 2 · 10^14 fen (2^48) the error is below 2^-23 fen. Every loan whose
    fraction is within a millionth of a half is marked, and so is every rate between zero and a basis point.
    """
    principal, rate, day, months, count, basis, form = columns
    for i in range(start, stop):
        found[i], unsure[i] = 0, False
        if form[i] != _EQUAL_INSTALMENT:
            continue
        if rate[i] < _BASIS_POINT:
            found[i], unsure[i] = (2 * principal[i] + count[i]) // (2 * count[i]), rate[i] > 0
            continue
        if basis[i] == 0:
            grown, grown_low, payments, payments_low = _growth(rate[i], months[i], count[i])
        else:
            grown, grown_low, payments, payments_low = _growth_by_days(rate[i], basis[i], day[i], months[i], count[i])
        high, low = _times(grown, grown_low, float(principal[i]), 0.0)
        high, low = _over(high, low, payments, payments_low)
        whole = np.floor(high)
        part = (high - whole) + low
        unsure[i] = abs(part - 0.5) < _NEAR_HALF
        found[i] = np.int64(whole) + np.int64(np.floor(part + 0.5))


@_compiled
def _row_of(day: Any, start: Any, months: Any, count: Any) -> Any:
    """How many periods are complete on a day: 0 in the first; −1 before drawdown, ``count`` or more at the end."""
    if day < start:
        return -1
    year, month, of_month = _civil(start)
    then_year, then_month, _ = _civil(day)
    number = ((then_year - year) * 12 + then_month - month) // months
    if _day_after_months(year, month, of_month, number * months) > day:
        number -= 1
    return min(number, count)


@_compiled
def _accrued(balance: Any, rate: Any, basis: Any, start: Any, months: Any, number: Any, day: Any) -> Any:
    """The rounded interest from the start of period ``number`` + 1 to a day in it."""
    year, month, of_month = _civil(start)
    since = _day_after_months(year, month, of_month, number * months)
    if basis:
        return _rounded(balance, rate * (day - since), basis * _MILLION)
    whole = 0
    until = _day_after_months(year, month, of_month, number * months + 1)
    while until <= day:
        whole += 1
        since = until
        until = _day_after_months(year, month, of_month, number * months + whole + 1)
    length = until - since
    return _rounded(balance, rate * (whole * length + day - since), 12 * _MILLION * length)


@_compiled
def fill(
    columns: Any,
    instalment: Any,
    on: Any,
    start: Any,
    stop: Any,
    answers: Any,
    offsets: Any,
    interest_rows: Any,
    principal_rows: Any,
) -> None:
    """Total interest, and on one day balance, accrued interest and the posting of its night; rows where wanted."""
    principal, rate, first_day, months, count, basis, form = columns
    total, balance_on, accrued, posting = answers
    for i in range(start, stop):
        balance, sum_of_interest = principal[i], 0
        running = _row_of(on, first_day[i], months[i], count[i])
        year, month, day = _civil(first_day[i])
        part = 0
        if form[i] == _EQUAL_PRINCIPAL:
            part = (2 * principal[i] + count[i]) // (2 * count[i])
        numerator, divisor = rate[i] * months[i], 12 * _MILLION
        before, month_start = first_day[i], first_day[i] - day + 1
        balance_on[i], accrued[i], posting[i] = 0, 0, 0
        for number in range(count[i]):
            if number == running:
                balance_on[i] = balance
                accrued[i] = _accrued(balance, rate[i], basis[i], first_day[i], months[i], number, on)
                until = _accrued(balance, rate[i], basis[i], first_day[i], months[i], number, on + 1)
                posting[i] = until - accrued[i]
            if basis[i]:
                month_start, year, month = _month_after(month_start, year, month, months[i])
                end = month_start + min(day, _month_days(year, month)) - 1
                numerator, divisor = rate[i] * (end - before), basis[i] * _MILLION
                before = end
            interest = _rounded(balance, numerator, divisor)
            due = instalment[i] - interest if form[i] == _EQUAL_INSTALMENT else part
            due = balance if number == count[i] - 1 else min(max(due, 0), balance)
            balance -= due
            sum_of_interest += interest
            if offsets.size:
                interest_rows[offsets[i] + number] = interest
                principal_rows[offsets[i] + number] = due
        total[i] = sum_of_interest
