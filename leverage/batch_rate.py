"""At which rate do the flows of very many funds balance? Internal rates of a simulation's paths.

One series a path, its flows one period apart. The rate is reported only where it is the only one above -100 %; a
series with no rate, with several, or whose number of rates was not settled, says so and has no number.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuation.discounting.internal_rate import periodic_internal_rate
from valuation.errors import InputError

__all__ = ["NOT_SETTLED", "NO_ROOT", "ONE_ROOT", "SEVERAL_ROOTS", "BatchRates", "batch_internal_rates"]

Array = NDArray[np.float64]
ONE_ROOT, NO_ROOT, SEVERAL_ROOTS, NOT_SETTLED = 0, 1, 2, 3
LARGEST_AMOUNT = 1e100
MAXIMUM_SERIES, MAXIMUM_PERIODS = 10**8, 480
#: A rate is one when the present value at it is this small beside the sum of its terms.
LARGEST_RESIDUAL = 1e-9
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
    rates = discounts**-periods_per_year - 1
    rates[state != ONE_ROOT] = np.nan
    residuals[state != ONE_ROOT] = 0.0
    unsettled = np.flatnonzero((state == SEVERAL_ROOTS) | ((state == ONE_ROOT) & ~(residuals <= LARGEST_RESIDUAL)))
    state[unsettled] = NOT_SETTLED
    rates[unsettled] = np.nan
    for place in unsettled[:settle_up_to]:
        rates[place], state[place], residuals[place] = _single(series[place], periods_per_year)
    return BatchRates(rates, state, residuals)


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
