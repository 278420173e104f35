"""The kernel that solves many internal rates at once: series side by side, periods one after the other.

A block of series is turned so that its numbers of one period lie together; Horner's scheme then works on all of them at
once. In v = 1 / (1 + rate a period) the present value is a polynomial. Its roots above zero are counted before one is
called *the* root: one change of sign means one root (Descartes); with more changes the polynomial is shifted to v > 1
and to v < 1 (Vincent, Collins and Akritas), and when both together can have one root only, that is the one. What
remains open is left to the exact search of single series.

Newton's steps are taken on ln(received) − ln(paid) as a function of ln v, which is nearly straight, so that a few reach
the root from far away; they are kept inside a bracket, and halve it where they would leave it. Imports numba, so only
:mod:`leverage.batch_rate` imports it, when it runs.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["LANES", "OPEN", "rates_of_block"]

Array = NDArray[np.float64]

#: Series of one block: 64 × 41 numbers of a ten-year fund and its halves fill a first cache.
LANES = 64
ONE_ROOT, NO_ROOT, OPEN = 0, 1, 2
_STEPS = 60
#: v between 1e-6 and 1e6 a period: beyond that a rate says nothing.
_LOWEST, _HIGHEST = 1e-6, 1e6


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def rates_of_block(
    flows: Array, begin: int, end: int, discounts: Array, states: NDArray[np.int8], residuals: Array
) -> None:
    """Solve the series ``begin`` to ``end`` of ``flows`` (series, periods).

    Parameters
    ----------
    flows : finite numbers, money received positive.
    discounts, states, residuals : filled in, one entry a series: v, how many roots there can be, and
        |present value| / Σ |terms| at v. Where the state is not ``ONE_ROOT`` the other two mean nothing.
    """
    periods = flows.shape[1]
    turned = np.empty((periods, LANES))
    low, high, place, start = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    sums = np.empty((4, LANES))
    work = np.empty((2, periods))
    for first in range(begin, end, LANES):
        count = min(LANES, end - first)
        for lane in range(LANES):
            for period in range(periods):
                turned[period, lane] = flows[first + min(lane, count - 1), period]
        _guess(turned, place, start)
        low[:], high[:] = _LOWEST, _HIGHEST
        for lane in range(count):
            states[first + lane] = _state(turned, lane, work)
        _solve(turned, start, low, high, place, sums)
        _evaluate(turned, place, sums)
        for lane in range(count):
            size = sums[0, lane] + sums[1, lane]
            discounts[first + lane] = place[lane]
            residuals[first + lane] = abs(sums[0, lane] - sums[1, lane]) / size if size > 0.0 else 0.0


@njit(error_model="numpy", nogil=True)
def _state(turned: Array, lane: int, work: Array) -> int:
    """How many roots can the series of a lane have above zero?"""
    periods = turned.shape[0]
    changes = _changes(turned[:, lane])
    if changes == 0:
        return NO_ROOT
    if changes == 1:
        return ONE_ROOT
    total, size = 0.0, 0.0
    for period in range(periods):
        work[0, period] = turned[period, lane]
        total += turned[period, lane]
        size += abs(turned[period, lane])
    above = _changes_when_shifted(work)
    for period in range(periods):
        work[0, period] = turned[periods - 1 - period, lane]
    below = _changes_when_shifted(work)
    # v = 1 itself is in neither half.
    if above < 0 or below < 0 or abs(total) <= 1e-12 * size:
        return OPEN
    return ONE_ROOT if above + below == 1 else (NO_ROOT if above + below == 0 else OPEN)


@njit(error_model="numpy", nogil=True)
def _changes(numbers: Array) -> int:
    """Changes of sign, zeros left out."""
    changes, before = 0, 0.0
    for number in numbers:
        if number * before < 0.0:
            changes += 1
        before = number if number != 0.0 else before
    return changes


@njit(error_model="numpy", nogil=True)
def _changes_when_shifted(work: Array) -> int:
    """Replace p(v) by p(v + 1) by repeated addition, and count; -1 where rounding could turn a sign.

    The second row makes the same additions without signs: what it holds times the roundings made is the doubt.
    """
    periods = work.shape[1]
    for place in range(periods):
        work[1, place] = abs(work[0, place])
    for done in range(periods - 1):
        for place in range(periods - 2, done - 1, -1):
            work[0, place] += work[0, place + 1]
            work[1, place] += work[1, place + 1]
    for place in range(periods):
        if abs(work[0, place]) <= 2.3e-16 * periods * work[1, place] and work[1, place] > 0.0:
            return -1
    return _changes(work[0])


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def _guess(turned: Array, place: Array, start: Array) -> None:
    """Multiple and distance in time of what comes in and goes out: v ≈ multiple^(−1 / distance); and the first sign."""
    for lane in range(LANES):
        paid, received, paid_time, received_time = 0.0, 0.0, 0.0, 0.0
        start[lane] = 0.0
        for period in range(turned.shape[0]):
            flow = turned[period, lane]
            into, out = max(-flow, 0.0), max(flow, 0.0)
            paid += into
            received += out
            paid_time += into * period
            received_time += out * period
            start[lane] = flow if start[lane] == 0.0 else start[lane]
        place[lane] = 1.0
        if paid > 0.0 and received > 0.0:
            distance = received_time / received - paid_time / paid
            if abs(distance) > 0.25:
                place[lane] = min(max((received / paid) ** (-1.0 / distance), 0.2), 5.0)


@njit(error_model="numpy", nogil=True, fastmath={"contract"})
def _evaluate(turned: Array, place: Array, sums: Array) -> None:
    """Horner for what is received and what is paid, each with its derivative: rows of ``sums``."""
    last = turned.shape[0] - 1
    for lane in range(LANES):
        sums[0, lane] = max(turned[last, lane], 0.0)
        sums[1, lane] = max(-turned[last, lane], 0.0)
        sums[2, lane] = 0.0
        sums[3, lane] = 0.0
    for period in range(last - 1, -1, -1):
        for lane in range(LANES):
            at = place[lane]
            sums[2, lane] = sums[2, lane] * at + sums[0, lane]
            sums[3, lane] = sums[3, lane] * at + sums[1, lane]
            sums[0, lane] = sums[0, lane] * at + max(turned[period, lane], 0.0)
            sums[1, lane] = sums[1, lane] * at + max(-turned[period, lane], 0.0)


@njit(error_model="numpy", nogil=True)
def _solve(turned: Array, start: Array, low: Array, high: Array, place: Array, sums: Array) -> None:
    """Newton's steps inside a bracket; the sign at the lower end is that of the first number that is not zero."""
    for _ in range(_STEPS):
        _evaluate(turned, place, sums)
        moved = 0.0
        for lane in range(LANES):
            at, received, paid = place[lane], sums[0, lane], sums[1, lane]
            is_low = (received - paid) * start[lane] > 0.0
            low[lane] = at if is_low else low[lane]
            high[lane] = high[lane] if is_low else at
            slope = at * (sums[2, lane] / received - sums[3, lane] / paid)
            new = at * np.exp(-np.log(received / paid) / slope)
            if received == paid or not (received > 0.0 and paid > 0.0):
                new = at
            elif not (low[lane] < new < high[lane]):
                new = np.sqrt(low[lane] * high[lane])
            moved = max(moved, abs(new - at) / at)
            place[lane] = new
        if moved < 1e-14:
            break
