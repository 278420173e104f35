"""The one place that knows QuantLib.

QuantLib keeps one evaluation date for the whole process and takes the machine's today where none is set. So every
call here states its day, restores what was there before, also after an error, and lets one caller in at a time.
The library is imported when it is first needed: it takes half a second that most questions need not wait for.
"""

from __future__ import annotations

import datetime
import queue
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from valuation.discounting.day_count import DayCount
from valuation.errors import RefusalError

__all__ = ["bootstrapped_discount_factors", "evaluation_date", "quantlib_day_fraction"]

#: Par yields by tenor know no calendar. Counted from the first of a month, 30/360 gives whole months exactly.
DAY_ZERO = datetime.date(2001, 1, 1)
#: How long a caller waits for another that holds the evaluation date.
PATIENCE_SECONDS = 60.0
_PAR = 100.0


def _one_turn() -> queue.SimpleQueue[None]:
    turns: queue.SimpleQueue[None] = queue.SimpleQueue()
    turns.put(None)
    return turns


_TURNS = _one_turn()


@contextmanager
def evaluation_date(day: datetime.date, *, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[Any]:
    """Work with QuantLib as of ``day``; gives the library, and restores its settings whatever happens.

    Raises
    ------
    RefusalError : another caller (or an enclosing block) kept the date for longer than ``patience_seconds``.

    Tested by: ``tests/valuation/discounting/test_quantlib_adapter.py`` (restored after success, after an error, and
    to "none set"; two threads with different days).
    """
    import QuantLib as ql

    try:
        turn = _TURNS.get(timeout=patience_seconds)
    except queue.Empty:
        raise RefusalError.of(
            "evaluation_date",
            found=f"in use for more than {patience_seconds:g} seconds",
            expected="one caller at a time",
            advice="Do not nest these blocks",
        ) from None
    try:
        with ql.SavedSettings():
            ql.Settings.instance().evaluationDate = _date(ql, day)
            yield ql
    finally:
        _TURNS.put(turn)


def quantlib_day_fraction(
    convention: DayCount,
    *,
    start: datetime.date,
    end: datetime.date,
    reference: tuple[datetime.date, datetime.date] | None = None,
) -> float:
    """Which part of a year lies between two days, as QuantLib counts it?

    The second way to :func:`valuation.discounting.day_count.day_fraction`. ``reference`` is the regular coupon
    period for ``ACT/ACT ICMA``.

    Tested by: ``tests/valuation/discounting/test_day_count.py``.
    """
    with evaluation_date(start) as ql:
        counter = {
            "ACT/ACT ISDA": lambda: ql.ActualActual(ql.ActualActual.ISDA),
            "ACT/ACT ICMA": lambda: ql.ActualActual(ql.ActualActual.ISMA),
            "ACT/365F": lambda: ql.Actual365Fixed(),
            "ACT/360": lambda: ql.Actual360(),
            "30/360": lambda: ql.Thirty360(ql.Thirty360.BondBasis),
        }[convention]()
        days = (start, end, *(reference or ()))
        return float(counter.yearFraction(*(_date(ql, day) for day in days)))


def bootstrapped_discount_factors(
    *, tenors_months: Sequence[int], par_yields_share: Sequence[float], coupons_per_year: int
) -> tuple[float, ...]:
    """At which discount factors is a bond with each par yield as its coupon worth par?

    Coupons run back from maturity in whole periods; a first period that is shorter pays its part. Between the
    tenors the logarithm of the discount factor is linear.

    Raises
    ------
    RefusalError : QuantLib finds no discount factor for a tenor.

    References
    ----------
    QuantLib ``PiecewiseLogLinearDiscount`` over ``FixedRateBondHelper``; Hull, Options, Futures, and Other
    Derivatives, chapter 4 (bootstrap method).

    Tested by: ``tests/valuation/discounting/test_curves.py`` (every bond reprices to par; an own search tenor by
    tenor; zero-coupon years by hand).
    """
    with evaluation_date(DAY_ZERO) as ql:
        helpers = [
            _par_bond(ql, months, rate, coupons_per_year)
            for months, rate in zip(tenors_months, par_yields_share, strict=True)
        ]
        curve = ql.PiecewiseLogLinearDiscount(_date(ql, DAY_ZERO), helpers, _thirty_360(ql))
        try:
            return tuple(float(factor) for _, factor in curve.nodes())[1:]
        except RuntimeError as error:
            raise RefusalError.of(
                "par_yields_share",
                found=f"yields without a discount factor ({error})",
                expected="yields at which every bond has a positive price",
                advice="Review the yield of the tenor named and of its neighbours",
            ) from error


def _par_bond(ql: Any, months: int, par_yield_share: float, coupons_per_year: int) -> Any:
    first = _date(ql, DAY_ZERO)
    schedule = ql.Schedule(
        first,
        first + ql.Period(months, ql.Months),
        ql.Period(12 // coupons_per_year, ql.Months),
        ql.NullCalendar(),
        ql.Unadjusted,
        ql.Unadjusted,
        ql.DateGeneration.Backward,
        False,
    )
    price = ql.QuoteHandle(ql.SimpleQuote(_PAR))
    return ql.FixedRateBondHelper(
        price, 0, _PAR, schedule, [par_yield_share], _thirty_360(ql), ql.Unadjusted, _PAR, first
    )


def _thirty_360(ql: Any) -> Any:
    return ql.Thirty360(ql.Thirty360.BondBasis)


def _date(ql: Any, day: datetime.date) -> Any:
    return ql.Date(day.day, day.month, day.year)
