"""At which rate do the flows of very many funds balance? Internal rates of a simulation's paths.

One series a path, its flows one period apart. The rate is reported only where it is the only one above -100 %; a
series with no rate, with several, or whose number of rates was not settled, says so and has no number.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.discounting.internal_rate import dated_internal_rate, periodic_internal_rate
from valuation.errors import InputError

__all__ = [
    "NOT_SETTLED",
    "NO_ROOT",
    "ONE_ROOT",
    "SEVERAL_ROOTS",
    "BatchRates",
    "batch_dated_rates",
    "batch_internal_rates",
]

Array = NDArray[np.float64]
ONE_ROOT, NO_ROOT, SEVERAL_ROOTS, NOT_SETTLED = 0, 1, 2, 3
LARGEST_AMOUNT = 1e100
MAXIMUM_SERIES, MAXIMUM_PERIODS, MAXIMUM_DAYS = 10**8, 480, 1_000_000
#: A rate is one when the present value at it is this small beside the sum of its terms.
LARGEST_RESIDUAL = 1e-9
#: States of the kernels that are none of the caller's.
_OPEN, _SURELY_SEVERAL = 2, 4
_PART = 2**14


@dataclass(frozen=True)
class BatchRates:
    """One entry a series: the rate a year (NaN where there is none), why, and how well it balances.

    ``state``: ``ONE_ROOT``, ``NO_ROOT``, ``SEVERAL_ROOTS``, or ``NOT_SETTLED`` when more series were open than
    ``settle_up_to`` allowed to search one by one.
    """

    rate_share: Array
    state: NDArray[np.int8]
    residual: Array

    def counts(self) -> dict[str, int]:
        """How many series have one rate, none, several, or were not settled?"""
        names = ("one_root", "no_root", "several_roots", "not_settled")
        return {name: int(np.count_nonzero(self.state == place)) for place, name in enumerate(names)}


def batch_internal_rates(
    flows: Array,
    *,
    periods_per_year: int,
    settle_up_to: int = 10_000,
    executor: Executor | None = None,
) -> BatchRates:
    """At which yearly rate does each series balance?

    Parameters
    ----------
    flows : ``(series, periods)``, money received positive; period 0 is now.
    periods_per_year : whole periods of a year, 1 to 366.
    settle_up_to : of the series whose roots the kernel could not count, how many are searched one by one.
    executor : threads that share the work; no number depends on it.

    Returns
    -------
    BatchRates; a series of zeros has no rate.

    Raises
    ------
    InputError : not two-dimensional, a number that is not finite (series and period are named), too large.

    Tested by: ``periodic_internal_rate`` (second way), pyxirr, one and two threads,
    ``tests/leverage/test_batch_rate.py``.
    """
    series = _checked(flows, periods_per_year, settle_up_to)
    count = series.shape[0]
    discounts, residuals = np.empty(count), np.empty(count)
    state = np.empty(count, dtype=np.int8)
    parts = [(begin, min(begin + _PART, count)) for begin in range(0, count, _PART)]

    def solve(part: tuple[int, int]) -> None:
        # Imported here: numba takes half a second that nobody else need pay.
        from leverage.fast_rate import rates_of_block

        rates_of_block(series, part[0], part[1], discounts, state, residuals)

    for _ in map(solve, parts) if executor is None else executor.map(solve, parts):
        pass

    def single(place: int) -> tuple[float, int, float]:
        return _single(series[place], periods_per_year)

    return _settled(discounts**-periods_per_year - 1, state, residuals, settle_up_to, single)


def batch_dated_rates(
    days: NDArray[np.int64],
    amounts: Array,
    starts: NDArray[np.int64],
    *,
    day_basis: float = 365.0,
    settle_up_to: int = 10_000,
    executor: Executor | None = None,
) -> BatchRates:
    """At which effective yearly rate does each series of dated flows balance (XIRR)?

    Parameters
    ----------
    days : of all flows one after the other, whole days from any origin, rising within a series.
    amounts : as many, money received positive.
    starts : ``(series + 1,)`` places at which the series begin; the last is the number of flows.
    day_basis : days of a year.
    settle_up_to, executor : as in :func:`batch_internal_rates`.

    Raises
    ------
    InputError : lengths that differ, places or days that do not rise, a number that is not finite.

    Examples
    --------
    >>> found = batch_dated_rates(np.array([0, 365]), np.array([-100.0, 110.0]), np.array([0, 2]))
    >>> found.rate_share.round(12).tolist()
    [0.1]

    Tested by: ``dated_internal_rate`` (second way), pyxirr, one and two threads,
    ``tests/leverage/test_batch_rate.py``.
    """
    _check_dated(days, amounts, starts, day_basis, settle_up_to)
    count = starts.size - 1
    years, flows = days / day_basis, np.ascontiguousarray(amounts, dtype=np.float64)
    logs, residuals, state = np.empty(count), np.empty(count), np.empty(count, dtype=np.int8)
    parts = [(begin, min(begin + _PART, count)) for begin in range(0, count, _PART)]

    def solve(part: tuple[int, int]) -> None:
        # Imported here: numba takes half a second that nobody else need pay.
        from leverage.fast_dated_rate import dated_rates_of_block

        dated_rates_of_block(years, flows, starts, part[0], part[1], logs, state, residuals)

    for _ in map(solve, parts) if executor is None else executor.map(solve, parts):
        pass

    def single(place: int) -> tuple[float, int, float]:
        part = slice(int(starts[place]), int(starts[place + 1]))
        return _single_dated(days[part], flows[part], day_basis)

    return _settled(np.expm1(logs), state, residuals, settle_up_to, single)


def _settled(
    rates: Array,
    state: NDArray[np.int8],
    residuals: Array,
    settle_up_to: int,
    single: Callable[[int], tuple[float, int, float]],
) -> BatchRates:
    """Take the rates that are sure, and search one by one for so many of the others."""
    rates[state != ONE_ROOT] = np.nan
    residuals[state != ONE_ROOT] = 0.0
    unsettled = np.flatnonzero((state == _OPEN) | ((state == ONE_ROOT) & ~(residuals <= LARGEST_RESIDUAL)))
    state[state == _SURELY_SEVERAL] = SEVERAL_ROOTS
    state[unsettled] = NOT_SETTLED
    rates[unsettled] = np.nan
    for place in unsettled[:settle_up_to]:
        rates[place], state[place], residuals[place] = single(int(place))
    return BatchRates(rates, state, residuals)


def _check_dated(
    days: NDArray[np.int64], amounts: Array, starts: NDArray[np.int64], day_basis: float, settle_up_to: int
) -> None:
    if not (days.ndim == amounts.ndim == 1 and days.shape == amounts.shape and days.dtype.kind == "i"):
        raise InputError.of("days", found=f"{days.shape} {days.dtype}", expected=f"whole days, {amounts.shape} of them")
    is_index = starts.ndim == 1 and starts.dtype.kind == "i" and 2 <= starts.size <= MAXIMUM_SERIES + 1
    if not is_index or starts[0] != 0 or starts[-1] != days.size or not (np.diff(starts) >= 2).all():
        raise InputError.of(
            "starts", found=f"shape {starts.shape}", expected="places from 0 to the end, two apart or more"
        )
    # Between two series the days may fall.
    is_rising = np.diff(days) > 0
    is_rising[starts[1:-1] - 1] = True
    if not is_rising.all():
        place = int(np.flatnonzero(~is_rising)[0]) + 1
        raise InputError.of(f"days.{place}", found=days[place], expected=f"a day after {days[place - 1]}")
    if int(days.max()) - int(days.min()) > MAXIMUM_DAYS:
        raise InputError.of("days", found=f"{days.max() - days.min()} days", expected=f"at most {MAXIMUM_DAYS}")
    if not (np.isfinite(day_basis) and day_basis > 0):
        raise InputError.of("day_basis", found=day_basis, expected="a positive number of days")
    if type(settle_up_to) is not int or settle_up_to < 0:
        raise InputError.of("settle_up_to", found=settle_up_to, expected="a whole number of 0 or more")
    if not (amounts.max() <= LARGEST_AMOUNT and amounts.min() >= -LARGEST_AMOUNT):
        place = int(np.flatnonzero(~(np.abs(amounts) <= LARGEST_AMOUNT))[0])
        raise InputError.of(f"amounts.{place}", found=amounts[place], expected=f"at most {LARGEST_AMOUNT:g}")


def _single_dated(days: NDArray[np.int64], amounts: Array, day_basis: float) -> tuple[float, int, float]:
    first = datetime.date(1, 1, 1)
    dates = [first + datetime.timedelta(int(day - days[0])) for day in days]
    found = dated_internal_rate(dates, amounts.tolist(), day_basis=day_basis)
    if found.rate is None:
        return np.nan, NO_ROOT if found.status == "no_root" else SEVERAL_ROOTS, 0.0
    terms = amounts * np.exp(-np.log1p(found.rate) * (days - days[0]) / day_basis)
    return found.rate, ONE_ROOT, abs(float(terms.sum())) / float(np.abs(terms).sum())


def _checked(flows: Array, periods_per_year: int, settle_up_to: int) -> Array:
    series = np.ascontiguousarray(flows, dtype=np.float64)
    if series.ndim != 2 or not (1 <= series.shape[0] <= MAXIMUM_SERIES and 2 <= series.shape[1] <= MAXIMUM_PERIODS):
        raise InputError.of(
            "flows",
            found=f"shape {series.shape}",
            expected=f"(series up to {MAXIMUM_SERIES}, periods from 2 to {MAXIMUM_PERIODS})",
        )
    if type(periods_per_year) is not int or not 1 <= periods_per_year <= 366:
        raise InputError.of("periods_per_year", found=periods_per_year, expected="a whole number from 1 to 366")
    if type(settle_up_to) is not int or settle_up_to < 0:
        raise InputError.of("settle_up_to", found=settle_up_to, expected="a whole number of 0 or more")
    # The comparison is false for what is not a number, too.
    if not (series.max() <= LARGEST_AMOUNT and series.min() >= -LARGEST_AMOUNT):
        row, period = np.argwhere(~(np.abs(series) <= LARGEST_AMOUNT))[0]
        expected = f"a number of at most {LARGEST_AMOUNT:g}"
        raise InputError.of(f"flows.{row}.{period}", found=series[row, period], expected=expected)
    return series


def _single(amounts: Array, periods_per_year: int) -> tuple[float, int, float]:
    """Search one series exactly; a rate that no float can hold counts as none."""
    found = periodic_internal_rate(amounts.tolist())
    if found.rate is None:
        return np.nan, NO_ROOT if found.status == "no_root" else SEVERAL_ROOTS, 0.0
    powers = (1 + found.rate) ** -np.arange(amounts.size, dtype=float)
    residual = abs(float(amounts @ powers)) / float(np.abs(amounts) @ powers)
    return (1 + found.rate) ** periods_per_year - 1, ONE_ROOT, residual
